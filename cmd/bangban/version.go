package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"bangban"
)

// versionCommand prints what this binary is.
type versionCommand struct{}

// Run prints version, revision and Go release.
func (versionCommand) Run(a *app) error {
	revision := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	_, err := fmt.Fprintf(a.Stdout, "bangban %s (%s, %s)\n", bangban.Version, revision, runtime.Version())
	return err
}
