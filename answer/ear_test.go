package answer

import (
	"strings"
	"testing"

	"bangban/knowledge"
)

func TestEarFaults(t *testing.T) {
	for _, tt := range []struct{ voice, want string }{
		{"补一张要四十元。", ""},
		{"您可以打幺二三四五问。补一张要 40 元。", ""},
		{"一。二。三。四。", "4 句"},
		{"", "没有念出来的话"},
		{"带身份证（原件）。", "“（”念不出来"},
		{"在 zjzwfw.gov.cn 上办。", "念不出来"},
		{"请打 12345 问。", "念成数目"},
		{strings.Repeat("好", 161) + "。", "162 个字"},
	} {
		got := strings.Join(EarFaults(tt.voice), "；")
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%q: got %q, want %q", tt.voice, got, tt.want)
		}
	}
}

func TestCheckVoices(t *testing.T) {
	c, problems := knowledge.LoadFS(town)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if found := CheckVoices(knowledge.NewLibrary(c, opened, nil)); len(found) != 0 {
		t.Errorf("the town has %v", found)
	}
	c.FAQs[2].Voice = "请打 8765432 问。"
	found := CheckVoices(knowledge.NewLibrary(c, opened, nil))
	if len(found) != 1 || found[0].ID != "open-faq" || found[0].Rule != "voice" {
		t.Errorf("got %v for a number that is no telephone number", found)
	}
}
