package speech

import (
	"context"
	"errors"

	"bangban/kernel/fault"
)

// The keys of what can go wrong; each has its sentence in corpus/sentences.yaml.
const (
	KeyAway       = "speech.away"       // the engine can't be reached, broke off, or has failed too often lately
	KeySlow       = "speech.slow"       // no text in time
	KeyBusy       = "speech.busy"       // too many recordings wait already
	KeyRefused    = "speech.refused"    // the engine knows our key or our request not: an operator must act
	KeyEmpty      = "speech.empty"      // nothing was said
	KeyTooLong    = "speech.too_long"   // longer than is taken
	KeyUnreadable = "speech.unreadable" // not a recording, or of a kind that can't be opened
	KeyNoDecoder  = "speech.no_decoder" // ffmpeg is not there
	KeyNone       = "speech.none"       // no recogniser is configured
)

// Keys lists them all.
var Keys = []string{KeyAway, KeySlow, KeyBusy, KeyRefused, KeyEmpty, KeyTooLong, KeyUnreadable, KeyNoDecoder, KeyNone}

// Away is the fault of an engine that can't be reached or says what it should not.
func Away(cause error) error { return fault.Wrap(fault.Unavailable, KeyAway, cause) }

// Slow is the fault of an engine that does not answer in time.
func Slow(cause error) error { return fault.Wrap(fault.Unavailable, KeySlow, cause) }

// Refused is the fault of an engine that does not take what we ask.
func Refused(cause error) error { return fault.Wrap(fault.Unavailable, KeyRefused, cause) }

// Empty is the fault of a recording without words.
func Empty() error { return fault.New(fault.Invalid, KeyEmpty) }

// TooLong is the fault of a recording that is longer, or larger, than what is taken.
func TooLong() error { return fault.New(fault.TooLarge, KeyTooLong) }

// Unreadable is the fault of bytes that are no recording that we can open.
func Unreadable(cause error) error { return fault.Wrap(fault.Invalid, KeyUnreadable, cause) }

// Lost is the fault of a call that ended with err: the caller's giving up stays that, a time limit is slow, the rest is away.
func Lost(ctx context.Context, err error) error {
	var known *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(ctx.Err(), context.Canceled):
		return context.Canceled
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded), timedOut(err):
		return Slow(err)
	}
	return Away(err)
}

// timedOut reports whether err is a network's time limit.
func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// KeyOf is the key of err; empty when it is no fault.
func KeyOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Key
	}
	return ""
}
