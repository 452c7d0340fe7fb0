package nlu

// trie maps runs of runes to numbered nodes. One map of integers holds it all: no string is kept, and the collector has
// nothing to follow, so that three hundred thousand words cost about ten megabytes.
type trie struct {
	next  map[uint64]uint32 // parent node and rune → node
	nodes uint32
}

// root is the node of the empty word.
const root = 1

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

// walk calls f with every node and the runes that lead to it, in no order.
func (t *trie) walk(f func(node uint32, word []rune)) {
	type edge struct {
		node uint32
		r    rune
	}
	children := make(map[uint32][]edge, len(t.next))
	for key, node := range t.next {
		parent := uint32(key >> 32)
		children[parent] = append(children[parent], edge{node, rune(uint32(key))})
	}
	var visit func(node uint32, word []rune)
	visit = func(node uint32, word []rune) {
		f(node, word)
		for _, e := range children[node] {
			visit(e.node, append(word[:len(word):len(word)], e.r))
		}
	}
	visit(root, nil)
}
