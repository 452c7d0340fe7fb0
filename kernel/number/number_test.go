package number

import (
	"crypto/rand"
	"strings"
	"testing"
)

func TestNumbers(t *testing.T) {
	if got := damm("572"); got != 4 { // the worked example of the method's description
		t.Fatalf("damm(572) = %d, want 4", got)
	}
	for range 1000 {
		no, err := Draw(rand.Reader, 'A')
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := Parse('A', no); !ok || got != no {
			t.Fatalf("%s: got %s", no, got)
		}
		for i := 1; i < len(no); i++ { // one wrong digit, or two neighbours changed about, is always seen
			wrong := []byte(no)
			wrong[i] = '0' + (wrong[i]-'0'+1)%10
			if _, ok := Parse('A', string(wrong)); ok {
				t.Fatalf("%s for %s accepted", wrong, no)
			}
			if i+1 < len(no) && no[i] != no[i+1] {
				swapped := []byte(no)
				swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
				if _, ok := Parse('A', string(swapped)); ok {
					t.Fatalf("%s for %s accepted", swapped, no)
				}
			}
		}
	}
}

func TestParseAsPeopleTypeIt(t *testing.T) {
	no := "A12345678" + string(rune('0'+damm("12345678")))
	for _, typed := range []string{no, strings.ToLower(no), " A 1234-5678 " + no[9:], "Ａ１２３４－５６７８　" + no[9:]} {
		if got, ok := Parse('A', typed); !ok || got != no {
			t.Errorf("%q: got %s", typed, got)
		}
	}
	for _, typed := range []string{"", "A", "A123456789012", "B" + no[1:], no + "0", "A1234567八" + no[9:], strings.Repeat("A", 5000), "A'; DROP TABLE turn"} {
		if _, ok := Parse('A', typed); ok {
			t.Errorf("%q was taken", typed)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("A12345678" + string(rune('0'+damm("12345678"))))
	f.Add("ａ １２３４-５６７８")
	f.Fuzz(func(t *testing.T, s string) {
		no, ok := Parse('A', s)
		if !ok {
			return
		}
		if again, ok := Parse('A', no); !ok || again != no || len(no) != 10 {
			t.Errorf("%q gives %q, which gives %q", s, no, again)
		}
	})
}

func TestCode(t *testing.T) {
	code, err := DrawCode(rand.Reader)
	if got, ok := Code(code); err != nil || !ok || got != code {
		t.Errorf("%s: %s, %v", code, got, err)
	}
	for typed, want := range map[string]string{"012345": "012345", " 012 345 ": "012345", "０１２３４５": "012345", "12345": "", "1234567": "", "12345a": ""} {
		if got, ok := Code(typed); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %t", typed, got, ok)
		}
	}
}
