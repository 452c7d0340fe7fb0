// Package corpus holds the starter city as data files: what it knows, its words and its sentences. It has no logic.
// How the files are written stands in docs/corpus.md; knowledge.LoadFS reads them.
package corpus

import "embed"

// Files are the data files, as they were when the program was built; the labelled questions stay outside.
//
//go:embed city events.yaml faq items lexicon sayings sentences.yaml sources
var Files embed.FS
