package store

import (
	"bangban/conversation/ownership"
)

// applyPromises keeps what a step of a talk does to promises, in the step's own transaction. Until promises have a table of their own they live
// in the talk (ownership.Talk) and in the event log.
func applyPromises(_ *Tx, _, _, _, _ string, _ []byte, _ []ownership.PromiseChange, _ int64) error {
	return nil
}
