package jwttest_test

import (
	"sync"
	"time"
)

// A crowd holds up the eight callers that come at once, after those that come one by one,
// until all of them are there. With fewer it would depend on who meets whom whether a
// caller gets what is another's.
type crowd struct {
	from int
	mu   sync.Mutex
	n    int
	all  chan struct{}
}

func (c *crowd) wait() {
	const size = 8
	c.mu.Lock()
	c.n++
	if c.n <= c.from || c.n > c.from+size {
		c.mu.Unlock()
		return
	}
	if c.all == nil {
		c.all = make(chan struct{})
	}
	if c.n == c.from+size {
		close(c.all)
	}
	all := c.all
	c.mu.Unlock()
	select {
	case <-all:
	case <-time.After(30 * time.Second): // they come one by one, and the test fails
	}
}
