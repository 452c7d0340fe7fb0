package nlu

import "testing"

func TestNumber(t *testing.T) {
	u := starter(t)
	for text, want := range map[string]string{
		"答复编号 A 482 107 326":    "A482107326",
		"A482107326":            "A482107326",
		"查一下a四八二一零七三二六":         "A482107326",
		"答复编号是四八二 幺零七 三二六":      "A482107326",
		"我的工单号G123-456-789办到哪了": "G123456789",
		"工单号123456789":          "G123456789",
		"办件编号 123 456 789":      "B123456789",
		"a4纸":                   "",
		"app123456789":          "",
		"12345":                 "",
		"A12345678":             "",
		"A1234567890":           "",
	} {
		if got := u.Understand(text, testNow).Slots.Number; got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
