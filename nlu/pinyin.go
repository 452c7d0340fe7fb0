package nlu

// sounds finds words by how they sound.
type sounds struct{}

func newSounds(u *Understander, words []string) *sounds { return &sounds{} }

func (s *sounds) decode(normal string) (string, bool) { return "", false }

func (s *sounds) repair(a *analysis) []Term { return nil }
