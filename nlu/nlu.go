// Package nlu turns words into meaning (语义理解): it normalises, segments (gse), expands, repairs, and finds intent and slots.
// It is pure: no I/O and no clock. Its words come in as a Lexicon, the time as a value, the city's names as Places.
// Start at Understander.Understand.
package nlu
