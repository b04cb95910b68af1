package jwttest_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A recorder is a testing.TB that keeps what a test reports, and does not fail.
type recorder struct {
	testing.TB
	mu      sync.Mutex
	lines   []string
	helpers map[string]bool // functions that have called Helper
	wrong   map[string]bool // functions of the package that would be named as the place
}

func (r *recorder) Helper() {
	caller := callers()[0]
	r.mu.Lock()
	defer r.mu.Unlock()
	r.helpers[caller.Function] = true
}

func (r *recorder) add(line string) {
	stack := callers()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, strings.TrimSuffix(line, "\n"))
	if !slices.ContainsFunc(stack, func(f runtime.Frame) bool { return strings.Contains(f.Function, ".reported.") }) {
		return // a goroutine that the package has started
	}
	for _, f := range stack {
		if !r.helpers[f.Function] {
			if !strings.HasSuffix(f.File, "_test.go") {
				r.wrong[f.Function] = true
			}
			return
		}
	}
}

// callers returns the calls that led to a method of a recorder, the last one first.
func callers() (stack []runtime.Frame) {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.Contains(f.Function, ".(*recorder).") {
			stack = append(stack, f)
		}
		if !more {
			return stack
		}
	}
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

// reported returns what the test says to a testing.TB, in lines. The place of each line
// is that of the call in the test.
func reported(t testing.TB, test func(t testing.TB)) []string {
	t.Helper()
	r := &recorder{TB: t, helpers: make(map[string]bool), wrong: make(map[string]bool)}
	done := make(chan struct{})
	go func() { // as Fatal ends it
		defer close(done)
		test(r)
	}()
	<-done
	assert.Empty(t, r.wrong)
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
