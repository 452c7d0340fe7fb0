package nlu

// trie maps runs of runes to numbered nodes. One map of integers holds it all: no string is kept, and the collector has
// nothing to follow, so that three hundred thousand words cost about ten megabytes.
type trie struct {
	next  map[uint64]uint32 // parent node and rune → node
	nodes uint32
}

func newTrie(size int) *trie {
	return &trie{next: make(map[uint64]uint32, size), nodes: 1}
}

// step follows one rune from a node; 0 means that no word goes on that way.
func (t *trie) step(node uint32, r rune) uint32 {
	return t.next[uint64(node)<<32|uint64(uint32(r))]
}

// add makes the nodes of a word and returns the last one. The root is 1.
func (t *trie) add(word []rune) uint32 {
	node := uint32(root)
	for _, r := range word {
		key := uint64(node)<<32 | uint64(uint32(r))
		n, ok := t.next[key]
		if !ok {
			t.nodes++
			n = t.nodes
			t.next[key] = n
		}
		node = n
	}
	return node
}

// find returns the node of a word, 0 when no word starts so.
func (t *trie) find(word []rune) uint32 {
	node := uint32(root)
	for _, r := range word {
		if node = t.step(node, r); node == 0 {
			return 0
		}
	}
	return node
}

const root = 1
