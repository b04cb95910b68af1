package oidc

import (
	"crypto/sha256"
	"sync"
)

// recent are the texts that were added last, as hashes. It is safe for concurrent
// use. The zero value has none.
type recent struct {
	mu     sync.Mutex
	hashes map[[sha256.Size]byte]bool
	order  [][sha256.Size]byte // a ring, once it is full
	next   int                 // the oldest then
}

const maxRecent = 1024

func (r *recent) has(text string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hashes[sha256.Sum256([]byte(text))]
}

// add adds a text in the place of the oldest.
func (r *recent) add(text string) {
	sum := sha256.Sum256([]byte(text))
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.hashes[sum]: // it keeps its place
	case len(r.order) < maxRecent:
		r.order = append(r.order, sum)
	default:
		delete(r.hashes, r.order[r.next])
		r.order[r.next] = sum
		r.next = (r.next + 1) % maxRecent
	}
	if r.hashes == nil {
		r.hashes = make(map[[sha256.Size]byte]bool)
	}
	r.hashes[sum] = true
}
