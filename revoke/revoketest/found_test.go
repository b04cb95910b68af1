//go:build !race

package revoketest_test

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/revoke/revoketest"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

func allMutants() map[string]func(m *mutant) {
	all := maps.Clone(mutants)
	for _, more := range []map[string]func(m *mutant){feedMutants, modelMutants, errorMutants} {
		maps.Copy(all, more)
	}
	return all
}

// TestMutants fails for every mutant. It runs in a process of its own.
func TestMutants(t *testing.T) {
	if os.Getenv("REVOKETEST_MUTANTS") == "" {
		t.Skip("TestEveryMutantIsFound runs it")
	}
	for name, mutate := range allMutants() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			revoketest.TestStore(t, func(t *testing.T) (one, other store.Store) {
				m := newMutant()
				m.crowded = strings.Contains(t.Name(), "exactly_one")
				mutate(m)
				return m, m
			})
		})
	}
}

// byChance are the tests whose outcome depends on what happens at the same time.
var byChance = regexp.MustCompile("exactly_one|while_others")

// TestEveryMutantIsFound wants of each store with a fault that the tests find it, and
// say of it what is in testdata/found.txt.
func TestEveryMutantIsFound(t *testing.T) {
	program, err := os.Executable()
	require.NoError(t, err)
	ctx := t.Context()
	if end, ok := t.Deadline(); ok { // the mutants end before, and tell what they found
		early, cancel := context.WithTimeout(ctx, time.Until(end)*9/10)
		defer cancel()
		ctx = early
	}
	cmd := exec.CommandContext(ctx, program, "-test.run=^TestMutants$", "-test.timeout=0")
	cmd.Env = append(os.Environ(), "REVOKETEST_MUTANTS=1")
	output, err := cmd.CombinedOutput()
	assert.Error(t, err, "the mutants pass")
	found, chance := make(map[string][]string), make(map[string][]string) // by mutant
	var name, test string
	for line := range strings.Lines(string(output)) {
		if m := regexp.MustCompile(`^ *--- FAIL: TestMutants/([^/ ]*)/?(.*) \(`).FindStringSubmatch(line); m != nil {
			name, test = m[1], m[2]
			switch {
			case test == "":
				found[name], chance[name] = nil, nil
			case byChance.MatchString(test):
				chance[name] = append(chance[name], test)
			}
			continue
		}
		if m := regexp.MustCompile(`^ +\w+\.go:\d+: (.*)\n`).FindStringSubmatch(line); m != nil && test != "" && !byChance.MatchString(test) {
			found[name] = append(found[name], test+": "+variable.ReplaceAllString(m[1], "…"))
		}
	}
	var report strings.Builder
	for name := range allMutants() {
		if _, ok := found[strings.ReplaceAll(name, " ", "_")]; !ok {
			t.Errorf("a store that %s is not found", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		slices.Sort(found[name])
		report.WriteString("a store that " + name + ":\n")
		for _, text := range slices.Compact(found[name]) {
			report.WriteString("\t" + text + "\n")
		}
	}
	golden(t, "found.txt", strings.ReplaceAll(report.String(), "_", " "))
	for name, tests := range foundAtOnce {
		by := strings.ReplaceAll(strings.Join(chance[strings.ReplaceAll(name, " ", "_")], "; "), "_", " ")
		for _, test := range tests {
			assert.Contains(t, by, test, name)
		}
	}
	if t.Failed() {
		t.Logf("%s", output)
	}
}

// variable is what differs from run to run: dates, and random names.
var variable = regexp.MustCompile(`[A-Za-z0-9_~-]{20,}(\.[A-Za-z0-9_-]{12,})?|\d{9,}`)

// foundAtOnce are the tests of many calls at the same time that find a fault whenever
// it is there.
var foundAtOnce = map[string][]string{
	"lets an ID be used twice":       {"exactly one of many uses is the first"},
	"records nothing":                {"the feed while others write"},
	"uses an ID in two steps":        {"exactly one of many uses is the first"},
	"swaps in two steps":             {"exactly one of many swaps succeeds", "exactly one of many refreshes succeeds"},
	"fails to use":                   {"exactly one of many uses is the first"},
	"fails to swap":                  {"exactly one of many swaps succeeds"},
	"fails to revoke what others do": {"the feed while others write"},
}
