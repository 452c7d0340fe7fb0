package conversation

import (
	"context"
	"fmt"

	"bangban/conversation/attachment"
	"bangban/conversation/message"
	"bangban/kernel/fault"
)

// Labels are the words of a turn that is a file; lists and logs show them without its name, which may be anybody's.
const (
	pictureLabel = "［图片］"
	fileLabel    = "［文件］"
)

// attach makes a turn of a file: scanned and cleaned. It is sealed when the turn has its id. Errors: file.… (attachment.Clean, Scanner.Scan), file.off (Unavailable).
func (s *Service) attach(ctx context.Context, in *message.File) (*Turn, error) {
	if s.files == nil {
		return nil, fault.New(fault.Unavailable, "file.off")
	}
	if len(in.Data) <= attachment.MaxBytes { // what is too large is refused before it is scanned
		if err := s.scan(ctx, in.Data); err != nil {
			return nil, err
		}
	}
	f, err := attachment.Clean(ctx, in.Name, in.Data)
	if err != nil {
		return nil, err
	}
	label := fileLabel
	if f.Picture() {
		label = pictureLabel
	}
	return &Turn{Text: label + f.Name, Masked: label, File: &File{Name: f.Name, Kind: f.Kind, Size: len(f.Data), Width: f.Width, Height: f.Height}, body: f.Data}, nil
}

// sealBody seals the bytes of a turn's file once the turn has its id.
func (s *Service) sealBody(t *Turn) error {
	if t.File == nil {
		return nil
	}
	sealed, err := s.files.Seal(t.body, "file:"+string(t.ID))
	if err != nil {
		return err
	}
	t.body = sealed
	return nil
}

// fileKept is the machine's word about a file: it does not look at it, a person can.
func (s *Service) fileKept() message.Reply {
	text, voice := s.words("relayed.file")
	label, _ := s.words("choice.person")
	return message.Reply{Kind: message.Relayed, Reason: message.FileKept, Text: text, Voice: voice, Suggestions: []string{label}}
}

// File returns a file of a talk for whoever proves to own it. Errors: conversation.not_found, file.not_found (NotFound).
func (s *Service) File(ctx context.Context, id, token, turn string) (*File, []byte, error) {
	if _, err := s.owned(ctx, ID(id), token, false); err != nil {
		return nil, nil, err
	}
	return s.FileOf(ctx, ID(id), turn)
}

// FileOf returns a file of a talk for the desk, which has asked who may see the talk. Errors: file.not_found (NotFound).
func (s *Service) FileOf(ctx context.Context, id ID, turn string) (*File, []byte, error) {
	if !wellFormed(string(id)) || !wellFormed(turn) || s.files == nil {
		return nil, nil, fault.New(fault.NotFound, "file.not_found")
	}
	t, err := s.store.Turn(ctx, id, TurnID(turn))
	if fault.Is(err, fault.NotFound) || err == nil && t.File == nil {
		return nil, nil, fault.New(fault.NotFound, "file.not_found")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("load turn: %w", err)
	}
	sealed, err := s.store.FileBody(ctx, id, t.ID)
	if err != nil {
		return nil, nil, err
	}
	body, err := s.files.Open(sealed, "file:"+turn)
	if err != nil {
		return nil, nil, err
	}
	return t.File, body, nil
}

// SpeakFile is an agent's turn that is a file, as Speak is for words.
func (s *Service) SpeakFile(ctx context.Context, id ID, agent string, in *message.File, key string) (*Turn, error) {
	return s.speak(ctx, id, agent, key, func() (*Turn, error) { return s.attach(ctx, in) })
}
