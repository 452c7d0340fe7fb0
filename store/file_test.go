package store_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"testing"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/fault"
	"bangban/kernel/seal"
	"bangban/store/storetest"
)

// A file goes both ways in a talk that a person has, is sealed in the database, once for one key, and the machine does not answer it.
func TestFilesInATalk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		st := storetest.Open(t, source)
		box, err := seal.New([]byte("secret"), "file")
		if err != nil {
			t.Fatal(err)
		}
		h := newHouseOf(t, st.Conversations(), func(c *conversation.Config) { c.Files = box })
		var picture bytes.Buffer
		if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 9, 5))); err != nil {
			t.Fatal(err)
		}
		file := &message.File{Name: "照片.png", Data: picture.Bytes()}
		first := say(t, h.Service, message.Inbound{File: file, Key: "key-1"})
		if first.Reply.Kind != message.Relayed || first.Reply.Reason != message.FileKept {
			t.Fatalf("the machine: %+v", first.Reply)
		}
		id := first.ConversationID
		say(t, h.Service, message.Inbound{ConversationID: id, Token: first.Token, Text: "person"})
		again := say(t, h.Service, message.Inbound{ConversationID: id, Token: first.Token, File: file, Key: "key-1"})
		if !again.Duplicate || again.Reply.Reason != message.FileKept {
			t.Errorf("again: %+v", again.Reply)
		}
		queued := say(t, h.Service, message.Inbound{ConversationID: id, Token: first.Token, File: file, Key: "key-2"})
		if queued.Reply.Reason != message.Queued {
			t.Errorf("in the queue: %+v", queued.Reply)
		}
		h.must(t, id, ownership.Command{Do: ownership.Hold, Agent: "8012", By: "system"})
		h.must(t, id, ownership.Command{Do: ownership.Accept, Agent: "8012", By: "agent:8012"})
		said, err := h.SpeakFile(ctx, conversation.ID(id), "8012", file, "k")
		if err != nil {
			t.Fatal(err)
		}
		if same, err := h.SpeakFile(ctx, conversation.ID(id), "8012", file, "k"); err != nil || same.ID != said.ID {
			t.Errorf("sent twice: %v, %v", same, err)
		}
		if _, err := h.SpeakFile(ctx, conversation.ID(id), "8013", file, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stranger: %v", err)
		}
		known, body, err := h.File(ctx, id, first.Token, string(said.ID))
		if err != nil || known.Name != "照片.png" || known.Width != 9 || len(body) != known.Size {
			t.Errorf("read: %+v, %v", known, err)
		}
		if _, _, err := h.File(ctx, id, "another's", string(said.ID)); !fault.Is(err, fault.NotFound) {
			t.Errorf("another: %v", err)
		}
		sealed, err := st.Conversations().FileBody(ctx, conversation.ID(id), said.ID)
		if err != nil || bytes.Contains(sealed, []byte("PNG")) {
			t.Errorf("sealed: %v", err)
		}
		turns, err := h.TurnsOf(ctx, conversation.ID(id), 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		files := 0
		for _, turn := range turns {
			if turn.File != nil {
				files++
				if turn.Masked != "［图片］" {
					t.Errorf("masked: %s", turn.Masked)
				}
			}
		}
		if files != 3 {
			t.Errorf("%d files", files)
		}
	})
}
