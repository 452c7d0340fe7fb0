// Package fault is how Bangban says that something went wrong: a Kind for the caller, a Key for the person, a cause for the log.
// It knows no HTTP, no channel and no sentence; the edges turn a Kind into a status and a Key into words.
// Start at Error.
package fault

import (
	"errors"
	"fmt"
)

// Kind is what a caller may do about an error. The list is closed.
type Kind string

const (
	// Invalid: the input is wrong; mending it helps, repeating it does not.
	Invalid Kind = "invalid"
	// Unauthorised: who is asking is not proven.
	Unauthorised Kind = "unauthorised"
	// Forbidden: proven, but without the right.
	Forbidden Kind = "forbidden"
	// NotFound: there is no such thing, or the asker may not know of it.
	NotFound Kind = "not_found"
	// Conflict: the state has moved on; load again.
	Conflict Kind = "conflict"
	// TooLarge: the input is longer than what is taken.
	TooLarge Kind = "too_large"
	// TooMany: slow down; RetryAfter says how long.
	TooMany Kind = "too_many"
	// Unavailable: a part is away or the disk is full; try later.
	Unavailable Kind = "unavailable"
	// Internal: our fault; nothing is shown.
	Internal Kind = "internal"
)

// Error carries two texts for two readers: Key for the person, Cause for the log.
type Error struct {
	Kind Kind
	// Key names the sentence for the person, such as "ask.too_long". It is also the stable end of the problem type.
	Key string
	// Args fill the sentence's {name} places. No personal data.
	Args map[string]string
	// RetryAfter is in seconds, for TooMany and Unavailable.
	RetryAfter int
	// Cause is for the log only.
	Cause error
}

// Error returns kind, key and cause; for logs, never for citizens.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.Key, e.Cause)
	}
	return e.Key + " (" + string(e.Kind) + ")"
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error without a cause.
func New(kind Kind, key string) *Error { return &Error{Kind: kind, Key: key} }

// Wrap makes an error with a cause.
func Wrap(kind Kind, key string, cause error) *Error {
	return &Error{Kind: kind, Key: key, Cause: cause}
}

// KindOf returns the kind of err: Internal for errors that are not ours, empty for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of kind.
func Is(err error, kind Kind) bool { return KindOf(err) == kind }
