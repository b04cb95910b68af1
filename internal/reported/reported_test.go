package reported_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt/internal/reported"
)

func TestWhatATestReportsIsKeptInLines(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"a 1", "b 2"}, reported.By(t, func(t testing.TB) {
		assert.False(t, t.Failed())
		t.Error("a", 1)
		assert.True(t, t.Failed())
		t.Errorf("b %d", 2)
	}))
	assert.Empty(t, reported.By(t, func(testing.TB) {}))
}

func TestFatalAndSkipEndTheTest(t *testing.T) {
	t.Parallel()
	for want, end := range map[string]func(t testing.TB){
		"a 1":          func(t testing.TB) { t.Fatal("a", 1) },
		"a 2":          func(t testing.TB) { t.Fatalf("a %d", 2) },
		"skipped: a 3": func(t testing.TB) { t.Skip("a", 3) },
	} {
		assert.Equal(t, []string{want}, reported.By(t, func(t testing.TB) {
			end(t)
			t.Error("it goes on")
		}))
	}
}

func helper(t testing.TB) {
	t.Helper()
	t.Error()
}

// Package reflect calls no Helper, and package assert does.
func TestThePlaceOfALineIsInATest(t *testing.T) {
	t.Parallel()
	fail := func(t testing.TB) { reflect.ValueOf(t).MethodByName("Error").Call(nil) }
	for name, row := range map[string]struct {
		wrong bool
		test  func(t testing.TB)
	}{
		"in a test":      {false, func(t testing.TB) { t.Error() }},
		"of By itself":   {false, helper},
		"of a helper":    {false, func(t testing.TB) { assert.Fail(t, "") }},
		"of no helper":   {true, fail},
		"of a goroutine": {false, func(t testing.TB) { done := make(chan struct{}); go func() { fail(t); close(done) }(); <-done }},
	} {
		lines := reported.By(t, func(t testing.TB) { assert.Len(t, reported.By(t, row.test), 1, name) })
		assert.Equal(t, row.wrong, len(lines) == 1, "%s: %q", name, lines)
		for _, line := range lines {
			assert.Regexp(t, `^(reflect|runtime)\..* does not call Helper$`, line, name)
		}
	}
}
