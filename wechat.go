package bangban

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"bangban/channels"
	"bangban/channels/wechat"
	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/kernel/event"
	"bangban/kernel/fault"
	"bangban/server"
	"bangban/server/agent"
	"bangban/server/follower"
)

// wechatFile holds further accounts, and the templates of all, in the data folder.
const wechatFile = "wechat.yaml"

// wechatAccounts are the accounts that are configured: the one of the environment first, then those of the file. An entry of the file without
// name and AppID has templates and menu of the first.
func (c *Config) wechatAccounts() ([]wechat.Account, error) {
	var list []wechat.Account
	if c.WeChatAppID != "" {
		list = append(list, wechat.Account{AppID: c.WeChatAppID, Secret: c.WeChatSecret, Token: c.WeChatToken, AESKey: c.WeChatKey,
			PreviousAESKey: c.WeChatOldKey, Mode: wechat.Mode(c.WeChatMode), APIBase: c.WeChatAPIBase})
	}
	path := filepath.Join(c.Data, wechatFile)
	raw, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the WeChat accounts: %w", err)
	}
	var file struct {
		Accounts []wechat.Account `yaml:"accounts"`
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true) // a slip of the pen would else be a setting that is quietly missing
	if err := d.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, a := range file.Accounts {
		if a.Name == "" && a.AppID == "" && c.WeChatAppID != "" { // more about the one of the environment
			list[0].Notices, list[0].Menu = a.Notices, a.Menu
			continue
		}
		list = append(list, a)
	}
	for i := range list {
		if err := list[i].Check(); err != nil {
			return nil, fmt.Errorf("WeChat account %q: %w", list[i].Name, err)
		}
	}
	return list, nil
}

// openWeChat makes the channel when an account is configured.
func (c *City) openWeChat() error {
	accounts, err := c.cfg.wechatAccounts()
	if err != nil || len(accounts) == 0 {
		return err
	}
	c.WeChat, err = wechat.New(c.Store.WeChat(), wechatTalks{c}, c.Store, wechat.Config{Accounts: accounts, Now: c.cfg.clock, Secret: c.secret, Site: c.cfg.PublicURL, Log: c.log,
		Sentences: func(key string) string { text, _ := c.words(key); return text }, Region: c.regionIn, SMS: c.Citizens.Text, Doors: wechatTalks{c},
		Voice: c.Speech.transcribe(), File: c.fileIn})
	return err
}

// fileIn is the file of a turn.
func (c *City) fileIn(ctx context.Context, id, turn string) (*channels.File, error) {
	f, body, err := c.Conversation.FileOf(ctx, conversation.ID(id), turn)
	if err != nil {
		return nil, err
	}
	return &channels.File{Name: f.Name, Kind: f.Kind, Data: body}, nil
}

// regionIn finds the smallest region that the words of an address name.
func (c *City) regionIn(address string) (code, name string) {
	lib := c.current.Load().Library
	longest := 0
	for _, r := range lib.Regions() {
		for _, n := range append([]string{r.Name}, r.Aliases...) {
			if len(n) > longest && r.Parent != "" && strings.Contains(address, n) {
				longest, code, name = len(n), r.Code, r.Name
			}
		}
	}
	return code, name
}

// serveWeChat adds the callbacks, and the door that links in messages lead to; without an account the door leads on to the page.
func (c *City) serveWeChat(s *server.Server) {
	if c.WeChat == nil {
		(&follower.API{}).Routes(s)
		return
	}
	(&follower.API{Account: c.WeChat, Names: c.WeChat.Names()}).Routes(s)
}

// wechatTalks are the conversations as a channel sees them.
type wechatTalks struct{ c *City }

func (t wechatTalks) Receive(ctx context.Context, in message.Inbound) (*channels.Receipt, error) {
	r, err := t.c.Conversation.Receive(ctx, in)
	if err != nil {
		return nil, err
	}
	return &channels.Receipt{Reply: r.Reply, ConversationID: r.ConversationID, Duplicate: r.Duplicate, Kept: r.Kept}, nil
}

// outgoing are the events of turns that a citizen is to be told of.
var outgoing = []string{"turn.said", "turn.told"}

func (t wechatTalks) Outgoing(ctx context.Context, e event.Event) (*channels.Outgoing, error) {
	id, ok := strings.CutPrefix(e.Subject, "conversation:")
	if !ok || !slices.Contains(outgoing, e.Kind) {
		return nil, nil
	}
	var data struct {
		Turn    string `json:"turn"`
		InReply bool   `json:"in_reply"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return nil, fmt.Errorf("event %d: %w", e.Seq, err)
	}
	if data.InReply {
		return nil, nil
	}
	talk, err := t.c.Conversation.Load(ctx, conversation.ID(id))
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := &channels.Outgoing{Conversation: id, Turn: data.Turn, Channel: talk.Channel, Thread: talk.Thread}
	if out.Channel != message.WeChat {
		return out, nil
	}
	turn, err := t.c.Conversation.TurnOf(ctx, conversation.ID(id), data.Turn)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if turn.File != nil {
		out.File = &channels.File{Name: turn.File.Name, Kind: turn.File.Kind}
	}
	out.By, out.Text, out.Reply = t.c.Conversation.Who(turn.Author), turn.Text, turn.Reply
	return out, nil
}

func (t wechatTalks) Delivered(ctx context.Context, id, turn string, d channels.Delivery) error {
	if d.Fallback == wechat.CallBack {
		if err := t.ring(ctx, id, turn); err != nil {
			return err
		}
	}
	return t.c.Conversation.Mark(ctx, conversation.ID(id), conversation.Marked{Turn: conversation.TurnID(turn), State: conversation.DeliveryState(d.State),
		Reason: d.Reason, Fallback: d.Fallback})
}

// ring calls the desk when words did not reach a citizen and nobody has the talk: no agent, who would see it, and no promise, which would
// stand in the call-back list.
func (t wechatTalks) ring(ctx context.Context, id, turn string) error {
	talk, err := t.c.Conversation.Load(ctx, conversation.ID(id))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || talk.Handling.Agent() != "" || talk.Handling.Promise != "" {
		return err
	}
	text, _ := t.c.words("desk.not_reached")
	short := strings.ToUpper(id[max(len(id)-4, 0):])
	return t.c.Desk.Ring(ctx, "undelivered:"+turn, strings.ReplaceAll(text, "{talk}", short))
}

// window is what WeChat still lets an agent say in a talk, for the desk; nil on other channels.
func (c *City) window(ctx context.Context, talk *conversation.Conversation) (*agent.Window, error) {
	if c.WeChat == nil || talk.Channel != message.WeChat {
		return nil, nil
	}
	w, err := c.WeChat.Window(ctx, talk.Thread)
	switch {
	case err != nil || w == nil:
		return nil, err
	case !w.Open:
		return &agent.Window{}, nil
	}
	return agent.WindowUntil(w.Messages, w.Until), nil
}
