package answer

import (
	"strings"

	"bangban/nlu"
)

// sureDoor is the strength from which an entry speaks of the very dispute; below it the door itself is named.
const sureDoor = 2

// doors are what is asked when someone means to go to court, arbitration, reconsideration or petition with a dispute of their own:
// we name the door, and say nothing of the dispute.
var doors = []struct{ word, question string }{
	{"仲裁", "劳动仲裁去哪里申请"},
	{"复议", "行政复议去哪里申请"},
	{"信访", "信访去哪里"},
	{"上访", "信访去哪里"},
	{"行政诉讼", "告政府部门去哪个法院"},
	{"告政府", "告政府部门去哪个法院"},
	{"起诉", "打官司去哪个法院起诉"},
	{"官司", "打官司去哪个法院起诉"},
	{"告", "打官司去哪个法院起诉"},
}

// door finds the entry of the door that the words name.
func (t *turn) door(u *nlu.Understanding) ([]group, error) {
	for _, d := range doors {
		if !strings.Contains(u.Normal, d.word) {
			continue
		}
		groups, err := t.search(t.Understander.Understand(d.question, t.now()))
		return groups[:min(1, len(groups))], err
	}
	return nil, nil
}
