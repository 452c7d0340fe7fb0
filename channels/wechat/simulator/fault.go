package simulator

import (
	"net/http"
	"time"
)

// Fault is a mishap for one call of a path (or for Times calls). Set what goes wrong; several may be combined with Hang and Delay.
type Fault struct {
	Code   int    // an errcode: -1, 40001, 42001, 45009, 45011, 45015, 45047, 48001 …
	Status int    // an HTTP status, such as 502, with a page of HTML
	Body   string // this instead of the answer, such as broken JSON
	Cut    bool   // the line is cut instead of an answer
	// Effect: the call is carried out before the fault, so that the caller cannot know. Without it nothing happened.
	Effect bool
	Hang   <-chan struct{} // the answer waits until it is closed, or the caller has gone
	Delay  time.Duration   // the answer comes so much later, in real time
	Times  int             // how many calls; 0 is one, negative all until ClearFaults
	// If chooses the calls; nil is all. It gets the body.
	If func(body []byte) bool
}

// BrokenJSON is JSON that ends in the middle.
const BrokenJSON = `{"errcode":0,"errm`

// Fault lines up a mishap for the next call of a path, such as /cgi-bin/message/custom/send; those of one path come in the order given.
func (s *Simulator) Fault(path string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[path] = append(s.faults[path], &f)
}

// ClearFaults takes back what is still to come.
func (s *Simulator) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
}

// fault takes the next one that fits; the caller holds mu.
func (s *Simulator) fault(path string, body []byte) *Fault {
	queue := s.faults[path]
	for i, f := range queue {
		if f.If != nil && !f.If(body) {
			continue
		}
		took := *f
		switch {
		case f.Times < 0:
		case f.Times > 1:
			f.Times--
		default:
			s.faults[path] = append(append([]*Fault(nil), queue[:i]...), queue[i+1:]...)
		}
		return &took
	}
	return nil
}

// wait holds the answer back; it is false when the caller has gone meanwhile.
func (f *Fault) wait(r *http.Request, closed <-chan struct{}) bool {
	if f.Hang != nil {
		select {
		case <-f.Hang:
		case <-r.Context().Done():
			return false
		case <-closed:
			return false
		}
	}
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return false
		case <-closed:
			return false
		}
	}
	return true
}

// own says that the fault has an answer of its own.
func (f *Fault) own() bool { return f.Code != 0 || f.Status != 0 || f.Body != "" || f.Cut }
