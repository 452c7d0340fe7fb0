package server

import (
	"context"
	"sync"
	"time"
)

// Health is the state of the process and of what it needs.
type Health struct {
	// Status is ok or failed.
	Status string `json:"status"`
	// Checks holds ok, or failed, by the name of the check; for a part that may be missing it says in a word how it is. Why it failed stands in the log.
	Checks map[string]string `json:"checks,omitempty"`
}

// Head sets the status of the response.
func (h *Health) Head() Head {
	if h.Status == "ok" {
		return Head{Status: 200}
	}
	return Head{Status: 503, Header: map[string]string{"Retry-After": "5"}}
}

const checkTime = 3 * time.Second

// health serves /healthz (the process lives) and /readyz (it can answer: every check holds, and it is not stopping).
func (s *Server) health() {
	s.GET("/healthz", JSON(func(context.Context, *struct{}) (*Health, error) { return &Health{Status: "ok"}, nil }))
	s.GET("/readyz", JSON(func(ctx context.Context, _ *struct{}) (*Health, error) { return s.ready(ctx), nil }))
}

func (s *Server) ready(ctx context.Context) *Health {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	h := &Health{Status: "ok", Checks: map[string]string{}}
	var wait sync.WaitGroup
	errs := make([]error, len(s.services.Checks))
	for i, c := range s.services.Checks {
		wait.Go(func() { errs[i] = c.Run(ctx) })
	}
	wait.Wait()
	for name, note := range s.services.Notes {
		h.Checks[name] = note()
	}
	for i, c := range s.services.Checks {
		h.Checks[c.Name] = "ok"
		if errs[i] != nil {
			h.Status, h.Checks[c.Name] = "failed", "failed"
			s.log.Warn("readiness check failed", "check", c.Name, "cause", errs[i])
		}
	}
	if s.stopping.Load() {
		h.Status, h.Checks["stopping"] = "failed", "failed"
	}
	return h
}
