package bangban_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bangban/conversation/message"
	"bangban/corpus"
	"bangban/knowledge"
	"bangban/nlu"
	"bangban/speech"
)

// spoken are the kinds of Reply with their reasons, as docs/architecture.md lists them, that the machine says a sentence for. What it
// answers from the knowledge and what a person says have none.
var spoken = map[message.Kind][]message.Reason{
	message.Clarify:     {message.WhichItem, message.WhichSituation, message.WhichRegion},
	message.Progress:    {message.NotYet},
	message.Booking:     {message.NotYet},
	message.Application: {message.NotYet},
	message.Payment:     {message.NotYet},
	message.Rating:      {message.NotYet},
	message.Complaint:   {message.ComplaintFiled, message.Report, message.Help},
	message.Suggestion:  {message.Suggest, message.Praise},
	message.Smalltalk:   {message.Greeting, message.Thanks, message.Identity, message.Repeat, message.Cancel, message.Abuse},
	message.Handoff:     {message.Asked, message.MissedTwice, message.Repeated, message.MaxTurns, message.Emotion, message.Danger, message.Trouble},
	message.Refuse:      {message.Trick, message.PersonalData, message.Crime},
	message.Unknown:     {message.NoEntry, message.OtherRegion, message.OutOfScope, message.Unreadable},
}

// composed are keys that the program puts together, or chooses among.
var composed = []string{"queue.joined", "queue.joined_unsure", "queue.next", "queue.next_unsure", "promise.made", "promise.made_closed",
	"choice.keep", "choice.call_back", "choice.cancel", "choice.unsolved", "choice.rate_1", "choice.rate_2", "choice.rate_3", "choice.rate_4", "choice.rate_5", "relayed.queued", "relayed.serving", "relayed.promised",
	"carried.wechat", "carried.machine", "carried.queued", "carried.serving", "carried.promised"}

// A key without text would be silence, a text without a key would be maintained for nobody.
func TestEverySentenceHasItsKey(t *testing.T) {
	base, problems := knowledge.LoadBase(corpus.Files)
	for _, p := range problems {
		t.Error(p)
	}
	texts := map[string]bool{}
	for _, s := range base.Sentences {
		texts[s.Key] = true
	}
	used := usedKeys(t)
	for kind, reasons := range spoken {
		for _, r := range reasons {
			used[string(kind)+"."+string(r)] = "the table of kinds and reasons"
		}
	}
	for _, d := range []nlu.Danger{nlu.Crime110, nlu.Fire119, nlu.Sick120, nlu.SelfHarm} {
		used["handoff.danger_"+string(d)] = "the dangers"
	}
	for _, key := range composed {
		used[key] = "the sentences of a talk's states"
	}
	for _, key := range speech.Keys {
		used[key] = "the faults of speech"
	}
	for _, key := range slices.Sorted(maps.Keys(used)) {
		if !texts[key] {
			t.Errorf("%s (%s) has no text in corpus/sentences.yaml", key, used[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		if used[key] == "" && !strings.HasPrefix(key, "canned.") { // agents choose those
			t.Errorf("%s has a text, but nothing says it", key)
		}
	}
}

// usedKeys finds the keys that the program names: the text that is given to words, sentence, Sentence or Sentences.
func usedKeys(t *testing.T) map[string]string {
	t.Helper()
	used := map[string]string{}
	for _, folder := range []string{".", "answer", "conversation", "channels", "server"} {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (folder == "." && path != "." || d.Name() == "testdata"):
				return fs.SkipDir
			case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if key := keyOf(n); key != "" {
					used[key] = path
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return used
}

// keyOf is the key that a call names whole; keys that are put together come from the tables above.
func keyOf(n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return ""
	}
	name := ""
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	if !slices.Contains([]string{"words", "sentence", "Sentence", "Sentences", "tell"}, name) {
		return ""
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	key, err := strconv.Unquote(lit.Value)
	if err != nil || !strings.Contains(key, ".") {
		return ""
	}
	return key
}
