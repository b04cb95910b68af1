package jwttest_test

import (
	"sync"
	"time"
)

// A crowd holds up callers until there are two of them: eight of them after those that
// come one by one.
type crowd struct {
	from    int
	mu      sync.Mutex
	n       int
	waiting chan struct{}
}

func (c *crowd) wait() {
	c.mu.Lock()
	c.n++
	if c.n <= c.from || c.n > c.from+8 {
		c.mu.Unlock()
		return
	}
	if c.waiting != nil {
		close(c.waiting)
		c.waiting = nil
		c.mu.Unlock()
		return
	}
	second := make(chan struct{})
	c.waiting = second
	c.mu.Unlock()
	select {
	case <-second:
	case <-time.After(30 * time.Second): // there is none, and the test fails
	}
}
