package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestALineOfABenchmarkIsRead(t *testing.T) {
	for _, c := range []struct {
		line string
		key  key
		want sample
	}{
		{"BenchmarkVerify/alg=HS256/claims=typed/lib=jwt-2 \t 7550\t 2866 ns/op\t 1136 B/op\t 12 allocs/op\n",
			key{"Verify/alg=HS256/claims=typed", "jwt", 2}, sample{2866, 0, 1136, 12}},
		{"BenchmarkReject/why=dots-1MB/lib=jwx-v3-16 \t 7\t 97.62 ns/op\t 95.1 cpu-ns/op\t 0 B/op\t 0 allocs/op\n",
			key{"Reject/why=dots-1MB", "jwx-v3", 16}, sample{97.62, 95.1, 0, 0}},
		{"BenchmarkDecrypt/alg=ECDH-ES+A256KW/enc=A128CBC-HS256/lib=go-jose \t 7\t 1 ns/op\t 0 B/op\t 0 allocs/op\n",
			key{"Decrypt/alg=ECDH-ES+A256KW/enc=A128CBC-HS256", "go-jose", 1}, sample{1, 0, 0, 0}},
	} {
		k, s, ok := parseLine(c.line)
		assert.True(t, ok, c.line)
		assert.Equal(t, c.key, k)
		assert.Equal(t, c.want, s)
	}
	for _, line := range []string{"", "PASS", "cpu: AMD EPYC", "BenchmarkVerify/alg=HS256/lib=jwt-2", "--- FAIL: BenchmarkVerify/lib=jwt"} {
		_, _, ok := parseLine(line)
		assert.False(t, ok, line)
	}
}

func TestOneBenchmarkIsNamedAlone(t *testing.T) {
	assert.Equal(t, `^BenchmarkDecrypt$/^alg=ECDH-ES\+A256KW$/^enc=A128CBC-HS256$/^lib=go-jose$`,
		exactly(key{"Decrypt/alg=ECDH-ES+A256KW/enc=A128CBC-HS256", "go-jose", 2}))
}

func TestTheMedianIsTakenAndTheSpreadIsHalfTheDistanceOfTheQuartiles(t *testing.T) {
	r := newResults()
	k := key{"Verify/alg=HS256/claims=typed", "jwt", 2}
	for _, ns := range []float64{100, 900, 80, 120, 110} {
		r.take(k, sample{ns, ns / 2, 10, 1})
	}
	s, ok := r.of(k)
	require.True(t, ok)
	assert.InDelta(t, 110, s.ns, 1e-9)
	assert.InDelta(t, 10.0/110, s.spread, 1e-9) // (120-100)/2
	_, ok = r.of(key{"Verify/alg=HS256/claims=typed", "floor", 2})
	assert.False(t, ok)
}

func TestProcessorTimeIsShownForBenchmarksOnOneProcessor(t *testing.T) {
	r := newResults()
	one, shared, old := key{"Verify", "jwt", 1}, key{"VerifyParallel/alg=HS256", "jwt", 2}, key{"Sign", "jwt", 1}
	r.take(one, sample{ns: 900, processor: 400})
	r.take(shared, sample{ns: 900, processor: 400})
	r.take(old, sample{ns: 900})
	for _, cpu := range []bool{false, true} {
		r.cpu = cpu
		assert.Equal(t, map[bool]float64{false: 900, true: 400}[cpu], r.time(one.bench, "jwt", 1))
		assert.Equal(t, 900.0, r.time(shared.bench, "jwt", 2))
		assert.Equal(t, 900.0, r.time(old.bench, "jwt", 1), "it has none")
	}
}

// theseResults are of two libraries and the floor.
const theseResults = `goos: linux
goarch: amd64
cpu: A Processor
cores: 2
go: go1.26.8
version-golang-jwt: v5.3.1
rounds: 3
benchtime: 100ms
date: 2026-11-24
BenchmarkVerify/alg=HS256/claims=typed/lib=golang-jwt-2 10 2000 ns/op 3904 B/op 64 allocs/op
BenchmarkVerify/alg=HS256/claims=typed/lib=floor-2 10 100 ns/op 0 B/op 0 allocs/op
BenchmarkVerify/alg=HS256/claims=typed/lib=jwt-2 10 650 ns/op 800 B/op 9 allocs/op
BenchmarkVerifyParallel/alg=HS256/claims=typed/lib=floor 10 100 ns/op 0 B/op 0 allocs/op
BenchmarkVerifyParallel/alg=HS256/claims=typed/lib=jwt 10 600 ns/op 0 B/op 0 allocs/op
BenchmarkVerifyParallel/alg=HS256/claims=typed/lib=floor-2 10 50 ns/op 0 B/op 0 allocs/op
BenchmarkVerifyParallel/alg=HS256/claims=typed/lib=jwt-2 10 400 ns/op 0 B/op 0 allocs/op
BenchmarkReject/why=dots-1MB/lib=jwt-2 10 301 ns/op 96 B/op 2 allocs/op
BenchmarkReject/why=dots-1MB/lib=golang-jwt-2 10 425 ns/op 96 B/op 2 allocs/op
`

func read(t *testing.T, text string) *results {
	file := filepath.Join(t.TempDir(), "results.txt")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	all, err := readResults(file)
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0]
}

func TestTheTableShowsTheTimesAndTheirRelationToTheFloor(t *testing.T) {
	table := read(t, theseResults).table()
	for _, line := range []string{
		"A Processor, 2 cores, linux/amd64, go1.26.8, 2026-11-24.\n",
		"Medians of 3 interleaved rounds of 100ms;",
		"| | floor | jwt | golang-jwt v5.3.1 |\n",
		"| Verify HS256 typed | 100 ns | 6.5× | 20.0× |\n",
		"| VerifyParallel HS256 typed on 1 | 100 ns | 6.0× | |\n",
		"| Reject dots-1MB | | 301 ns | 425 ns |\n",
		"### Verify HS256 typed\n",
		"| jwt | 650 ns | 0% | 800 | 9 | 6.5× |\n",
	} {
		assert.Contains(t, table, line)
	}
}

func TestABarIsMetOrNot(t *testing.T) {
	text, ok := read(t, theseResults).bars()
	assert.False(t, ok)
	for _, line := range []string{
		`FAIL  Verify/alg=HS256/claims=typed against the floor +6\.50×, want at most 3\.8×`,
		`FAIL  Verify/alg=HS256/claims=typed +9\.00 allocs, want at most 3 allocs`,
		`FAIL  Reject/why=dots-1MB +301\.00 ns, want at most 100 ns`,
		`FAIL  VerifyParallel/alg=HS256/claims=typed, gain against the floor's +0\.75×, want at least 0\.85×`,
		`PASS  Verify/alg=HS256/claims=typed against the fastest peer +0\.33×, want at most 1×`,
	} {
		assert.Regexp(t, line, text)
	}
	assert.NotContains(t, text, "Sign", "what was not measured is not judged")
}

func TestResultsOfSeveralGoReleasesAreReadApart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.txt")
	next := strings.ReplaceAll(strings.ReplaceAll(theseResults, "go1.26.8", "go1.27.4"), "650 ns/op", "640 ns/op")
	require.NoError(t, os.WriteFile(file, []byte(theseResults+next), 0o600))
	all, err := readResults(file)
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, "go1.26.8", all[0].facts["go"])
	assert.Equal(t, "go1.27.4", all[1].facts["go"])
	assert.Equal(t, 650.0, all[0].time("Verify/alg=HS256/claims=typed", ourName, 0))
	assert.Equal(t, 640.0, all[1].time("Verify/alg=HS256/claims=typed", ourName, 0))
}

func TestABarWithoutItsBenchmarkIsAnError(t *testing.T) {
	r := newResults()
	for _, line := range []string{"Reject/why=dots-1MB", "Reject/why=not-a-token"} {
		r.take(key{line, ourName, 1}, sample{1, 1, 1, 1})
	}
	err := r.missing(2)
	require.ErrorContains(t, err, `"Reject/why=dots-60KB"`)
	assert.NotContains(t, err.Error(), "not-a-token")
}

func TestABarForSeveralProcessorsNeedsNoBenchmarkOnOne(t *testing.T) {
	r := newResults()
	for _, bench := range []string{"VerifyParallel/alg=HS256/claims=typed", "CacheParallel/claims=typed"} {
		for _, lib := range []string{ourName, floorName} {
			r.take(key{bench, lib, 1}, sample{1, 1, 1, 1})
		}
	}
	gains := []string{`"VerifyParallel/alg=HS256/claims=typed, gain against the floor's"`, `"CacheParallel/claims=typed, gain"`}
	for _, gain := range gains {
		assert.ErrorContains(t, r.missing(2), gain)
		assert.NotContains(t, r.missing(1).Error(), gain)
	}
	for _, one := range []string{`"CacheParallel/claims=registered on one processor"`, `"Reject/why=dots-1MB"`} {
		assert.ErrorContains(t, r.missing(1), one)
	}
}

func TestTheCommandRefusesWhatItDoesNotKnow(t *testing.T) {
	_, err := run(t.Context(), []string{"everything"}, nil)
	assert.Error(t, err)
	_, err = run(t.Context(), []string{"-count", "0"}, nil)
	assert.Error(t, err)
	_, err = run(t.Context(), []string{"-from", filepath.Join(t.TempDir(), "nothing")}, nil)
	assert.Error(t, err)
}
