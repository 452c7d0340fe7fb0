// Package corpus holds the starter city as data files: what it knows, its words and its sentences. It has no logic.
// How the files are written stands in docs/corpus.md; knowledge.LoadFS reads them.
package corpus

import "embed"

// Files is the whole folder, as it was when the program was built.
//
//go:embed all:*
var Files embed.FS
