package bangban_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows are the imports that a package may have of ours; a trailing /... takes in the packages below. A new edge is a decision:
// it shows in review, and docs/architecture.md has its reason. Test files may import more.
var arrows = map[string]string{
	".":                       "...",
	"cmd/bangban":             "...",
	"corpus":                  "",
	"web":                     "",
	"nlu":                     "",
	"kernel/...":              "",
	"kernel/lifecycle":        "kernel/fault",
	"city/...":                "kernel/...",
	"identity":                "kernel/...",
	"identity/oidc":           "kernel/...",
	"knowledge":               "nlu city/... kernel/... knowledge/law knowledge/quantity",
	"knowledge/law":           "knowledge/quantity kernel/...",
	"knowledge/quantity":      "",
	"knowledge/sheet":         "knowledge knowledge/... city/... kernel/... nlu",
	"knowledge/rank":          "nlu knowledge kernel/...",
	"knowledge/index":         "nlu knowledge knowledge/rank kernel/...",
	"knowledge/statute":       "nlu knowledge knowledge/law knowledge/rank kernel/...",
	"knowledge/semantic":      "knowledge knowledge/semantic/e5 kernel/...",
	"knowledge/semantic/e5":   "",
	"conversation/message":    "nlu",
	"conversation":            "conversation/message conversation/ownership conversation/attachment kernel/... nlu",
	"conversation/attachment": "kernel/fault",
	"conversation/ownership":  "kernel/fault",
	"desk":                    "conversation conversation/message conversation/ownership affairs/promise identity city/... kernel/...",
	"answer":                  "knowledge nlu conversation/message city/... kernel/...",
	"answer/eval":             "answer knowledge knowledge/... nlu conversation/message kernel/...",
	"channels":                "conversation/message kernel/...",
	"channels/portal":         "channels conversation/message knowledge nlu city/... kernel/...",
	"channels/wechat":         "channels conversation/message kernel/...",
	"store":                   "channels/wechat desk identity affairs/... conversation conversation/message conversation/ownership knowledge knowledge/statute kernel/... nlu city/...",
	"store/storetest":         "store",
	"server":                  "server/... conversation conversation/message conversation/ownership knowledge knowledge/statute nlu city/... kernel/... channels/... answer",
	"affairs/promise":         "kernel/...",
	"server/staff":            "server identity identity/oidc kernel/...",
	"server/follower":         "server channels channels/wechat kernel/...",
	"server/agent":            "server server/staff server/citizen affairs/promise desk identity conversation conversation/message conversation/ownership kernel/...",
	"server/citizen":          "server server/... affairs/promise conversation conversation/message conversation/ownership knowledge knowledge/statute nlu city/... kernel/... channels/...",
	"bench/...":               "...",

	"speech":           "kernel/fault",
	"speech/decode":    "speech kernel/fault",
	"speech/funasr":    "speech kernel/fault",
	"speech/openai":    "speech kernel/fault",
	"speech/simulator": "speech", // independent of the clients that it tests

	"channels/wechat/simulator": "", // independent of the channel that it tests
}

// owners are the outside libraries that one package of ours keeps to itself.
var owners = map[string][]string{
	"github.com/blevesearch/":        {"knowledge/index", "bench/..."},
	"github.com/go-ego/gse":          {"nlu", "bench/..."},
	"github.com/silenceper/wechat":   {"channels/wechat"},
	"github.com/emiago/sipgo":        {"telephony/signal"},
	"github.com/coder/websocket":     {"speech/funasr", "speech/simulator"},
	"database/sql":                   {"store", "bench/..."},
	"github.com/jackc/pgx":           {"store/..."},
	"modernc.org/sqlite":             {"store", "bench/..."},
	"github.com/valyala/fasthttp":    {"server"},
	"github.com/fasthttp/router":     {"server"},
	"github.com/xuri/excelize":       {"knowledge/..."},
	"github.com/coreos/go-oidc":      {"identity/oidc"},
	"golang.org/x/oauth2":            {"identity/oidc"},
	"net/http":                       {"bench/...", "cmd/bangban", "knowledge/semantic", "channels/wechat", "channels/wechat/simulator", "speech/openai", "speech/funasr", "speech/simulator"},
	"github.com/mozillazg/go-pinyin": {"nlu"},
	"github.com/alecthomas/kong":     {"cmd/bangban"},
}

type pkg struct {
	ImportPath, Doc      string
	Imports, GoFiles     []string
	Standard, Incomplete bool
}

func packages(t *testing.T) []pkg {
	t.Helper()
	raw, err := exec.Command("go", "list", "-json=ImportPath,Doc,Imports,GoFiles", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(raw))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 && !strings.Contains(p.ImportPath, "/node_modules/") {
			all = append(all, p)
		}
	}
}

// local is the path within the module; "." is the module itself.
func local(path string) (string, bool) {
	if path == "bangban" {
		return ".", true
	}
	return strings.CutPrefix(path, "bangban/")
}

func covers(pattern, path string) bool {
	if pattern == "..." {
		return true
	}
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == below || strings.HasPrefix(path, below+"/")
	}
	return pattern == path
}

// rule returns the row for a package: the exact one, else the longest pattern above it.
func rule(path string) (allowed string, ok bool) {
	if a, ok := arrows[path]; ok {
		return a, true
	}
	longest := ""
	for p := range arrows {
		if strings.HasSuffix(p, "/...") && covers(p, path) && len(p) > len(longest) {
			longest = p
		}
	}
	return arrows[longest], longest != ""
}

func TestArrows(t *testing.T) {
	for _, p := range packages(t) {
		from, _ := local(p.ImportPath)
		allowed, ok := rule(from)
		if !ok {
			t.Errorf("%s has no row in arrows: decide what it may import", from)
			continue
		}
		for _, imp := range p.Imports {
			to, ours := local(imp)
			if !ours {
				continue
			}
			if !slices.ContainsFunc(strings.Fields(allowed), func(a string) bool { return covers(a, to) }) {
				t.Errorf("%s imports %s: arrows allow it only %q", from, to, allowed)
			}
		}
	}
}

func TestOwners(t *testing.T) {
	for _, p := range packages(t) {
		from, _ := local(p.ImportPath)
		for _, imp := range p.Imports {
			for lib, of := range owners {
				if (imp == strings.TrimSuffix(lib, "/") || strings.HasPrefix(imp, lib)) &&
					!slices.ContainsFunc(of, func(o string) bool { return covers(o, from) }) {
					t.Errorf("%s imports %s, which belongs to %s", from, imp, strings.Join(of, ", "))
				}
			}
		}
	}
}

func TestPackageComments(t *testing.T) {
	for _, p := range packages(t) {
		if len(strings.Fields(p.Doc)) < 5 {
			t.Errorf("%s: say in the package comment what it is, what it leaves to others, where to start reading", p.ImportPath)
		}
	}
}
