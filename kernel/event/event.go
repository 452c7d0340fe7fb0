// Package event is the shape of the log of everything that happens (事件): one gapless line a state change.
// It holds no personal data, only ids, and it neither stores nor sends. Start at Event.
package event

import "encoding/json"

// Event is one line of the log. Seq is gapless and in commit order; At is Unix microseconds.
type Event struct {
	Seq int64 `json:"seq"`
	At  int64 `json:"at"`
	// Actor is who did it: "citizen", "machine", "curator:7", "system".
	Actor string `json:"actor"`
	// Kind is what happened, in the past tense: "turn.received", "entry.published".
	Kind string `json:"kind"`
	// Subject is what it happened to: "conversation:0190…", "entry:id-card-replace".
	Subject string          `json:"subject"`
	Data    json.RawMessage `json:"data"`
}

// New makes an event that has no Seq yet; the store gives it one. Data must encode as JSON.
func New(at int64, actor, kind, subject string, data any) Event {
	raw, err := json.Marshal(data)
	if err != nil || data == nil {
		raw = json.RawMessage("{}")
	}
	return Event{At: at, Actor: actor, Kind: kind, Subject: subject, Data: raw}
}
