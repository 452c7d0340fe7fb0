package citizen

import (
	"testing"
	"time"

	"bangban/city/org"
	"bangban/knowledge"
)

// Codes of neighbours share digits: 余杭 330110 and 临安 330112.
func TestOfferedByRegion(t *testing.T) {
	lib := knowledge.NewLibrary(&knowledge.Corpus{Regions: []*org.Region{
		{Code: "330100", Name: "杭州市"}, {Code: "330110", Name: "余杭区", Parent: "330100"}, {Code: "330112", Name: "临安区", Parent: "330100"},
	}}, time.Now(), nil)
	for _, c := range []struct {
		name    string
		regions []string
		region  string
		want    bool
	}{
		{"for everyone", nil, "330112", true},
		{"for the region", []string{"330110"}, "330110", true},
		{"for its neighbour", []string{"330110"}, "330112", false},
		{"for the whole city", []string{"330100"}, "330112", true},
		{"for a part of it", []string{"330112"}, "330100", true},
	} {
		if got := offered(lib, &knowledge.Item{Regions: c.regions}, c.region); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
