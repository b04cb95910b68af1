package main

import (
	"fmt"
	"math"
	"strings"
)

// A bar is one thing that the library must reach. Its value is NaN where what it
// needs was not measured.
type bar struct {
	name  string
	value func(r *results) float64
	most  float64 // or least
	unit  string  // of the value: "×", " ns", " allocs"
	least bool
}

// bars says of each bar that was measured whether it is met, and whether all
// are.
func (r *results) bars() (text string, ok bool) {
	var b strings.Builder
	ok = true
	for _, bar := range allBars() {
		value := bar.value(r)
		verdict, word := "PASS", "at most"
		if bar.least {
			word = "at least"
		}
		switch {
		case math.IsNaN(value): // not measured
			continue
		case !bar.least && value > bar.most, bar.least && value < bar.most:
			verdict, ok = "FAIL", false
		}
		fmt.Fprintf(&b, "%s  %-75s %8.2f%s, want %s %g%s\n", verdict, bar.name, value, bar.unit, word, bar.most, bar.unit)
	}
	return b.String(), ok
}

func allBars() []bar {
	verify := func(alg, claims string) string { return "Verify/alg=" + alg + "/claims=" + claims }
	sign := func(alg, claims string) string { return "Sign/alg=" + alg + "/claims=" + claims }
	bars := []bar{
		timesFloor(verify("HS256", "registered"), 3.5), allocations(verify("HS256", "registered"), 3),
		timesFloor(verify("HS256", "typed"), 7), allocations(verify("HS256", "typed"), 9),
		timesFloor(sign("HS256", "registered"), 3), allocations(sign("HS256", "registered"), 4),
		timesFloor(sign("HS256", "typed"), 4.2), allocations(sign("HS256", "typed"), 4),
	}
	for _, alg := range []string{"RS256", "PS256", "ES256", "EdDSA", "ES384"} {
		bars = append(bars, timesFloor(verify(alg, "typed"), 1.08), timesFloor(sign(alg, "typed"), 1.04))
	}
	bars = append(bars, timesFloor(sign("ES256", "registered"), 1.04), timesFloor(sign("EdDSA", "registered"), 1.04),
		timesFastestPeer(verify("HS256", "typed-4KB-list"), 0.6), timesFastestPeer(verify("HS256", "typed-4KB-text"), 0.6))
	for _, alg := range []string{"HS256", "ES256"} {
		bars = append(bars,
			bar{name: "KeySet " + alg + ", 1,000 keys against 10", most: 1.03, unit: "×", value: func(r *results) float64 {
				return r.time("KeySet/alg="+alg+"/keys=1000", ourName, 0) / r.time("KeySet/alg="+alg+"/keys=10", ourName, 0)
			}},
			parallelGain("VerifyParallel/alg="+alg+"/claims=typed", 0.85))
	}
	for _, why := range []string{"dots-1MB", "dots-60KB", "not-a-token", "payload-1MB-bad-signature"} {
		bench := "Reject/why=" + why
		bars = append(bars, allocations(bench, 2),
			bar{name: bench, most: 300, unit: " ns", value: func(r *results) float64 { return r.time(bench, ourName, 0) }})
	}
	// Decoding the payload would double this.
	bars = append(bars, timesFloor("Reject/why=payload-40KB-bad-signature", 1.5))
	for _, peer := range []string{"go-jose", "jwx-v3"} {
		bars = append(bars, bar{name: "ParseSet/keys=RSA/count=1000 against " + peer, most: 1, unit: "×", value: func(r *results) float64 {
			return r.time("ParseSet/keys=RSA/count=1000", ourName, 0) / r.time("ParseSet/keys=RSA/count=1000", peer, 0)
		}})
	}
	bars = append(bars, timesFastestPeer("ParseSet/keys=EC/count=1000", 1), allocations("ParseSet/keys=EC/count=1000", 45_000),
		bar{name: "ParseSet/keys=EC/count=1000", most: 3.2e6, unit: " ns", value: func(r *results) float64 { return r.time("ParseSet/keys=EC/count=1000", ourName, 0) }})
	for _, kind := range encryptions {
		of := "/alg=" + kind.alg + "/enc=" + kind.enc
		bars = append(bars, timesFastestPeer("Encrypt"+of, 1), timesFastestPeer("Decrypt"+of, 1))
	}
	for _, alg := range []string{"HS256", "RS256", "PS256", "ES256", "EdDSA", "ES384"} {
		bars = append(bars, timesFastestPeer(verify(alg, "typed"), 1), timesFastestPeer(sign(alg, "typed"), 1))
	}
	return bars
}

func timesFloor(bench string, most float64) bar {
	return bar{name: bench + " against the floor", most: most, unit: "×", value: func(r *results) float64 {
		return r.time(bench, ourName, 0) / r.time(bench, floorName, 0)
	}}
}

func timesFastestPeer(bench string, most float64) bar {
	return bar{name: bench + " against the fastest peer", most: most, unit: "×", value: func(r *results) float64 {
		fastest := math.NaN()
		for _, peer := range peers {
			if t := r.time(bench, peer.lib, 0); math.IsNaN(fastest) || t < fastest {
				fastest = t
			}
		}
		return r.time(bench, ourName, 0) / fastest
	}}
}

func allocations(bench string, most float64) bar {
	return bar{name: bench, most: most, unit: " allocs", value: func(r *results) float64 {
		s, ok := r.of(key{bench, ourName, r.procs(bench)})
		if !ok {
			return math.NaN()
		}
		return s.allocs
	}}
}

// parallelGain compares what more processors bring to the library with what they
// bring to the floor.
func parallelGain(bench string, least float64) bar {
	return bar{name: bench + ", gain against the floor's", most: least, unit: "×", least: true, value: func(r *results) float64 {
		gain := func(lib string) float64 { return r.time(bench, lib, 1) / r.time(bench, lib, 0) }
		if r.procs(bench) == 1 {
			return math.NaN()
		}
		return gain(ourName) / gain(floorName)
	}}
}

// time is the median of a benchmark, on as many processors as there are if procs
// is zero, or NaN.
func (r *results) time(bench, lib string, procs int) float64 {
	if procs == 0 {
		procs = r.procs(bench)
	}
	if s, ok := r.of(key{bench, lib, procs}); ok {
		return s.ns
	}
	return math.NaN()
}

// procs is the greatest number of processors that the benchmark ran on.
func (r *results) procs(bench string) (most int) {
	for _, of := range r.benches {
		if of.bench == bench {
			most = max(most, of.procs)
		}
	}
	return most
}
