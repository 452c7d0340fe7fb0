package answer

import (
	"context"
	"errors"
	"testing"

	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/nlu"
)

// broken is a search that fails.
type broken struct{}

var errBroken = errors.New("the index is gone")

func (broken) Version() string { return "broken" }

func (broken) Search(context.Context, knowledge.Query) ([]knowledge.Candidate, error) {
	return nil, errBroken
}

// Where the search fails nothing may be said: neither that the matter is not ours, nor what is asked most.
func TestAGateThatCannotSearchSaysNothing(t *testing.T) {
	k := *engine(t, town).current()
	k.Search = broken{}
	inTalk := message.Context{Entry: "card", LastQuestion: "居民卡怎么办"}
	for _, test := range []struct {
		name string
		u    nlu.Understanding
		talk message.Context
	}{
		{"sounds like none of ours", nlu.Understanding{Intent: nlu.OutOfScope}, message.Context{}},
		{"a wish in a talk", nlu.Understanding{Intent: nlu.Book}, inTalk},
		{"names no matter", nlu.Understanding{Intent: nlu.Ask, Vague: true}, message.Context{}},
	} {
		turn := newTurn(t.Context(), &k, message.Question{Text: "怎么办", Now: opened.UnixMicro()}, test.talk)
		test.u.Readable, test.u.Normal, test.u.Core = true, "怎么办", "怎么办"
		turn.u = &test.u
		if err := turn.run(); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v, said %s %s", test.name, err, turn.reply.Kind, turn.reply.Reason)
		}
		if done, err := turn.gate(); done || !errors.Is(err, errBroken) {
			t.Errorf("%s: the gate is %v, %v", test.name, done, err)
		}
	}
}
