// Package reported keeps what helpers of tests report.
package reported

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// By returns what test reports to its testing.TB, in lines; what a skipped test says is
// after "skipped: ". The test t fails if a line has its place in a function that is not
// of a test and does not call Helper.
func By(t testing.TB, test func(t testing.TB)) (lines []string) {
	t.Helper()
	r := &recorder{TB: t, helpers: make(map[string]bool)}
	done := make(chan struct{})
	go func() { // as Fatal ends it
		defer close(done)
		test(r)
	}()
	<-done
	for _, function := range r.places {
		t.Errorf("%s does not call Helper", function)
	}
	return r.lines
}

// A recorder is a testing.TB that does not fail, and keeps what is reported.
type recorder struct {
	testing.TB
	mu      sync.Mutex
	lines   []string
	helpers map[string]bool // functions that have called Helper
	places  []string        // functions that are the place of a line, and are not of a test
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
	i := slices.IndexFunc(stack, func(f runtime.Frame) bool { return !r.helpers[f.Function] })
	place := stack[i]
	if !strings.HasSuffix(place.File, "_test.go") && !isBy(place) && slices.ContainsFunc(stack, isBy) {
		r.places = append(r.places, place.Function)
	}
}

// isBy reports whether a call is that of the test, and not of a goroutine that it started.
func isBy(f runtime.Frame) bool { return strings.Contains(f.Function, "/internal/reported.By.") }

// callers returns the calls that led to a method of a recorder, the last one first.
func callers() (stack []runtime.Frame) {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for more := true; more; {
		var f runtime.Frame
		if f, more = frames.Next(); !strings.Contains(f.Function, "/internal/reported.(*recorder).") {
			stack = append(stack, f)
		}
	}
	return stack
}

func (r *recorder) Error(args ...any)                 { r.add(fmt.Sprintln(args...)) }
func (r *recorder) Errorf(format string, args ...any) { r.add(fmt.Sprintf(format, args...)) }
func (r *recorder) Fatal(args ...any)                 { r.Error(args...); runtime.Goexit() }
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...); runtime.Goexit() }
func (r *recorder) Skip(args ...any) {
	r.add("skipped: " + fmt.Sprintln(args...))
	runtime.Goexit()
}

func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.lines) > 0
}
