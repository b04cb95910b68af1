package jwttest_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// A recorder is a testing.TB that keeps what a test reports, and does not fail.
type recorder struct {
	testing.TB
	mu    sync.Mutex
	lines []string
}

func (r *recorder) Helper() {}

func (r *recorder) add(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, strings.TrimSuffix(line, "\n"))
}

func (r *recorder) Error(args ...any)                 { r.add(fmt.Sprintln(args...)) }
func (r *recorder) Errorf(format string, args ...any) { r.add(fmt.Sprintf(format, args...)) }
func (r *recorder) Fatal(args ...any)                 { r.Error(args...); runtime.Goexit() }
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...); runtime.Goexit() }
func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.lines) > 0
}

// reported returns what the test says to a testing.TB, in lines.
func reported(t testing.TB, test func(t testing.TB)) []string {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() { // as Fatal ends it
		defer close(done)
		test(r)
	}()
	<-done
	return r.lines
}

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
