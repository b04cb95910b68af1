package revoketest_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/revoketest"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A recorder notes what a store is asked, with dates from the caller's now on.
type recorder struct {
	*journal
	instance string
	mu       *sync.Mutex
	calls    map[string]int
}

func (r *recorder) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	call := r.instance + " " + fmt.Sprintf(format, args...)
	if m := oneOfMany.FindStringSubmatch(call); m != nil && len(m[2]) > 1 && !strings.HasSuffix(m[2], "50") {
		call = m[1] + "… (another one)"
	}
	r.calls[call]++
}

// oneOfMany is a call with a number as a name, or for a state.
var oneOfMany = regexp.MustCompile(`^(.*?(?:jti|sid|to) )"(\d+)"`)

// date returns a date as the seconds from now on, if it is near.
func date(d, now jwt.NumericDate) string {
	if d < now-1<<30 || d > now+1<<30 {
		return fmt.Sprint(int64(d))
	}
	return fmt.Sprintf("now%+d", int64(d-now))
}

func entry(e store.Entry, now jwt.NumericDate) string {
	return fmt.Sprintf("%.20q jti %.20q sid %.20q sub %.20q, issued %s, until %s", e.Issuer, e.ID, e.SessionID, e.Subject, date(e.IssuedAt, now), date(e.Until, now))
}

func (r *recorder) Lookup(ctx context.Context, q store.Query) (store.Answer, error) {
	r.note("Lookup %q jti %q sid %q sub %q", q.Issuer, q.ID, q.SessionID, q.Subject)
	return r.journal.Lookup(ctx, q)
}

func (r *recorder) Revoke(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
	text := fmt.Sprintf("Revoke %d", len(entries))
	for i, e := range entries {
		if i < 3 || i == len(entries)-1 {
			text += "; " + entry(e, now)
		}
	}
	r.note("%s", text)
	return r.journal.Revoke(ctx, now, entries...)
}

func (r *recorder) Use(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
	r.note("Use %s", entry(e, now))
	return r.journal.Use(ctx, now, e)
}

func (r *recorder) Load(ctx context.Context, q store.Query) (string, store.Answer, error) {
	r.note("Load %q jti %q sid %q sub %q", q.Issuer, q.ID, q.SessionID, q.Subject)
	return r.journal.Load(ctx, q)
}

func (r *recorder) Swap(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
	r.note("Swap %q sid %q sub %q: %q to %q, until %s", c.Issuer, c.SessionID, c.Subject, c.Old, c.New, date(c.Until, now))
	return r.journal.Swap(ctx, now, c)
}

func (r *recorder) List(ctx context.Context, issuer, subject string) ([]string, error) {
	r.note("List %q %q", issuer, subject)
	return r.journal.List(ctx, issuer, subject)
}

var update = flag.Bool("update", false, "write testdata anew")

// golden compares a text with a file of testdata, or writes the file.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile("testdata/"+file, []byte(got), 0o644))
	}
	want, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	assert.Equal(t, strings.Split(string(want), "\n"), strings.Split(got, "\n"))
}

// What the tests ask of a store, and how often: testdata/calls.txt.
func TestCallsAreWhatTheyWere(t *testing.T) {
	all, refreshes := make(map[string]map[string]int), make(map[string]int) // refreshes: calls without their arguments
	t.Run("ask", func(t *testing.T) {
		revoketest.TestStore(t, func(t *testing.T) (one, other store.Store) {
			_, name, _ := strings.Cut(t.Name(), "/")
			_, name, _ = strings.Cut(name, "/")
			if all[name] == nil {
				all[name] = make(map[string]int)
			}
			r := recorder{newJournal(), "one", new(sync.Mutex), all[name]}
			second := r
			second.instance = "other"
			if r.note("opened"); strings.Contains(name, "refreshes") || name == "a_model" { // with names by chance
				r.calls, second.calls = make(map[string]int), make(map[string]int)
				if name != "a_model" {
					t.Cleanup(func() { countCalls(refreshes, r.calls, second.calls) })
				}
			}
			return &r, &second
		})
	})
	var lines []string
	for name, calls := range all {
		for call, n := range calls {
			lines = append(lines, fmt.Sprintf("%s: %d times %s\n", strings.ReplaceAll(name, "_", " "), n, call))
		}
	}
	slices.Sort(lines)
	golden(t, "calls.txt", strings.Join(lines, ""))
	assert.GreaterOrEqual(t, min(refreshes["one Load"], refreshes["other Load"]), 499, "half of them at each instance: %v", refreshes)
}

// countCalls adds up calls by their instance and method.
func countCalls(sums map[string]int, all ...map[string]int) {
	for _, calls := range all {
		for call, n := range calls {
			words := strings.Fields(call)
			sums[words[0]+" "+words[1]] += n
		}
	}
}
