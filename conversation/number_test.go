package conversation

import (
	"crypto/rand"
	"strings"
	"testing"

	"bangban/kernel/fault"
)

func TestAnswerNo(t *testing.T) {
	if got := damm("572"); got != 4 { // the worked example of the method's description
		t.Fatalf("damm(572) = %d, want 4", got)
	}
	for range 1000 {
		no, err := newAnswerNo(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseAnswerNo(string(no)); err != nil || got != no {
			t.Fatalf("%s: got %s, %v", no, got, err)
		}
		for i := 1; i < len(no); i++ { // one wrong digit, or two neighbours changed about, is always seen
			wrong := []byte(no)
			wrong[i] = '0' + (wrong[i]-'0'+1)%10
			if _, err := ParseAnswerNo(string(wrong)); !fault.Is(err, fault.NotFound) {
				t.Fatalf("%s for %s: %v", wrong, no, err)
			}
			if i+1 < len(no) && no[i] != no[i+1] {
				swapped := []byte(no)
				swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
				if _, err := ParseAnswerNo(string(swapped)); err == nil {
					t.Fatalf("%s for %s accepted", swapped, no)
				}
			}
		}
	}
}

func TestParseAnswerNoAsPeopleTypeIt(t *testing.T) {
	no := "A12345678" + string(rune('0'+damm("12345678")))
	for _, typed := range []string{no, strings.ToLower(no), " A 1234-5678 " + no[9:], "Ａ１２３４－５６７８　" + no[9:]} {
		if got, err := ParseAnswerNo(typed); err != nil || string(got) != no {
			t.Errorf("%q: got %s, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "A", "A123456789012", "B" + no[1:], no + "0", "A1234567八" + no[9:], strings.Repeat("A", 5000), "A'; DROP TABLE turn"} {
		if _, err := ParseAnswerNo(typed); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

func FuzzParseAnswerNo(f *testing.F) {
	f.Add("A12345678" + string(rune('0'+damm("12345678"))))
	f.Add("ａ １２３４-５６７８")
	f.Fuzz(func(t *testing.T, s string) {
		no, err := ParseAnswerNo(s)
		if err != nil {
			return
		}
		if again, err := ParseAnswerNo(string(no)); err != nil || again != no || len(no) != 10 {
			t.Errorf("%q gives %q, which gives %q, %v", s, no, again, err)
		}
	})
}
