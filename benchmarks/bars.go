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

	several bool // needs several processors
}

// bars says of each bar that was measured whether it is met, and whether all
// are. A machine that was disturbed changes no verdict, and is told.
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
	if text, disturbed := r.disturbance(); text != "" {
		if b.WriteString(text); disturbed && !ok {
			b.WriteString("; measure again when it is quiet, above all what is in ns")
		}
		b.WriteByte('\n')
	}
	return b.String(), ok
}

// missing is an error if there are bars of which nothing was measured, although there
// are as many processors as they need.
func (r *results) missing(processors int) error {
	var names []string
	for _, bar := range allBars() {
		if math.IsNaN(bar.value(r)) && (processors > 1 || !bar.several) {
			names = append(names, bar.name)
		}
	}
	if len(names) > 0 {
		return fmt.Errorf("no benchmark for the bars %q, of which some need servers", names)
	}
	return nil
}

func allBars() []bar {
	verify := func(alg, claims string) string { return "Verify/alg=" + alg + "/claims=" + claims }
	sign := func(alg, claims string) string { return "Sign/alg=" + alg + "/claims=" + claims }
	var bars []bar
	add := func(more ...bar) { bars = append(bars, more...) }
	add(timesFloor(verify("HS256", "typed"), 3.8), allocations(verify("HS256", "typed"), 3),
		timesFloor(verify("HS256", "registered"), 3.2), allocations(verify("HS256", "registered"), 2),
		timesFloor(sign("HS256", "typed"), 2.1), timesFloor(sign("HS256", "registered"), 1.6))
	add(timesFloor(verify("RS256", "typed"), 1.06), timesFloor(verify("PS256", "typed"), 1.06),
		timesFloor(verify("ES256", "typed"), 1.04), timesFloor(verify("EdDSA", "typed"), 1.04))
	for _, alg := range []string{"HS256", "RS256", "PS256", "ES256", "EdDSA", "ES384"} {
		most := 1.0
		if alg != "HS256" {
			most = slack
		}
		add(timesFastestPeer(verify(alg, "typed"), most), timesFastestPeer(sign(alg, "typed"), most))
	}
	add(timesFloor("VerifyNested/alg=HS256/size=4KB", 6.5))
	add(timesFastestPeer("VerifyNested/alg=HS256/size=4KB", 0.67), timesFastestPeer("VerifyNested/alg=HS256/size=32KB", 0.71))
	const parseSet = "ParseSet/keys=EC/count=1000"
	add(nanoseconds(parseSet, 3.2e6), allocations(parseSet, 45_000), timesFastestPeer(parseSet, slack))
	for _, peer := range []string{"go-jose", "jwx-v3"} {
		add(timesPeer("ParseSet/keys=RSA/count=1000", peer, slack))
	}
	add(bar{name: "Middleware/alg=HS256 over Verify", most: 300, unit: " ns", value: func(r *results) float64 {
		return r.time("Middleware/alg=HS256", ourName, 0) - r.time(verify("HS256", "registered"), ourName, 0)
	}})
	add(cacheHit("registered", 450)...)
	add(cacheHit("typed", 700)...)
	for _, bench := range []string{"Encrypt/alg=dir/enc=A256GCM", "Decrypt/alg=dir/enc=A256GCM"} {
		add(nanoseconds(bench, 700), allocations(bench, 5))
	}
	for _, kind := range encryptions {
		of := "/alg=" + kind.alg + "/enc=" + kind.enc
		add(timesFastestPeer("Encrypt"+of, slack), timesFastestPeer("Decrypt"+of, slack))
	}
	add(nanoseconds("DenyListLookup/store=memory", 150), nanoseconds("DenyListLookup/store=replica", 150), allocations("DenyList/store=redis", 25))
	for _, why := range []string{"dots-1MB", "dots-60KB", "not-a-token", "payload-1MB-bad-signature"} {
		add(nanoseconds("Reject/why="+why, 100), allocations("Reject/why="+why, 2))
	}
	add(timesFloor("Reject/why=payload-40KB-bad-signature", 1.5)) // decoding the payload would double this
	for _, alg := range []string{"HS256", "ES256"} {
		add(bar{name: "KeySet " + alg + ", 1,000 keys against 10", most: 1.06, unit: "×", value: func(r *results) float64 {
			return r.time("KeySet/alg="+alg+"/keys=1000", ourName, 0) / r.time("KeySet/alg="+alg+"/keys=10", ourName, 0)
		}}, parallelGain("VerifyParallel/alg="+alg+"/claims=typed", 0.85))
	}
	return bars
}

// slack is how much slower than the fastest peer the library may be where all of it
// is bare cryptography, so that a run does not decide by chance.
const slack = 1.03

func cacheHit(what string, most float64) []bar {
	bench := "CacheParallel/claims=" + what
	return []bar{
		{name: bench + " on one processor", most: most, unit: " ns", value: func(r *results) float64 { return r.time(bench, ourName, 1) }},
		{name: bench + ", gain", most: 1.85, unit: "×", least: true, several: true, value: func(r *results) float64 {
			if r.procs(bench) == 1 {
				return math.NaN()
			}
			return r.time(bench, ourName, 1) / r.time(bench, ourName, 0)
		}},
	}
}

func nanoseconds(bench string, most float64) bar {
	return bar{name: bench, most: most, unit: " ns", value: func(r *results) float64 { return r.time(bench, ourName, 0) }}
}

func timesPeer(bench, peer string, most float64) bar {
	return bar{name: bench + " against " + peer, most: most, unit: "×", value: func(r *results) float64 {
		return r.time(bench, ourName, 0) / r.time(bench, peer, 0)
	}}
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
	return bar{name: bench + ", gain against the floor's", most: least, unit: "×", least: true, several: true, value: func(r *results) float64 {
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
