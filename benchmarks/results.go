package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A key says what was measured.
type key struct {
	bench string // without "Benchmark" and the library
	lib   string
	procs int
}

// A sample is the outcome of one run. Processor time is that of all threads, the
// garbage collector's too; it is zero where it was not measured.
type sample struct{ ns, processor, bytes, allocs float64 }

// results are all samples, with what they depend on. Make one with newResults.
type results struct {
	head    bytes.Buffer // the facts and
	lines   bytes.Buffer // the results, as benchstat reads them
	facts   map[string]string
	cpu     bool // times are processor time, but for benchmarks on several processors at once
	samples map[key][]sample
	benches []key // without the library, in the order in which they came
}

func newResults() *results {
	return &results{facts: make(map[string]string), samples: make(map[key][]sample)}
}

// raw is what readResults reads.
func (r *results) raw() string { return r.head.String() + r.lines.String() }

// about takes down a fact about the whole run.
func (r *results) about(name, value string) {
	if r.facts[name] != value {
		r.facts[name] = value
		fmt.Fprintf(&r.head, "%s: %s\n", name, value)
	}
}

// add takes the line of the benchmark out of what a run has written.
func (r *results) add(out []byte, want key) bool {
	for line := range bytes.Lines(out) {
		if k, s, ok := parseLine(string(line)); ok && k == want {
			r.take(k, s)
			r.lines.Write(line)
			return true
		}
	}
	return false
}

func (r *results) take(k key, s sample) {
	r.samples[k] = append(r.samples[k], s)
	if of := (key{bench: k.bench, procs: k.procs}); !slices.Contains(r.benches, of) {
		r.benches = append(r.benches, of)
	}
}

// readResults reads what was written as raw results before, of one Go release
// after another.
func readResults(file string) (all []*results, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := newResults()
	for line := range strings.Lines(string(text)) {
		if k, s, ok := parseLine(line); ok {
			r.take(k, s)
		} else if name, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			if len(r.samples) > 0 { // facts come first
				all, r = append(all, r), newResults()
			}
			r.facts[name] = value
		}
	}
	if len(r.samples) == 0 {
		return nil, fmt.Errorf("%s: no results of benchmarks", file)
	}
	return append(all, r), nil
}

var resultLine = regexp.MustCompile(`^Benchmark(\S+)/lib=(\S+?)(?:-(\d+))?\s+\d+\s+([\d.]+) ns/op(?:\s+([\d.]+) ` + processorUnit + `)?\s+(\d+) B/op\s+(\d+) allocs/op`)

func parseLine(line string) (k key, s sample, ok bool) {
	m := resultLine.FindStringSubmatch(line)
	if m == nil {
		return key{}, sample{}, false
	}
	number := func(text string) float64 { f, _ := strconv.ParseFloat(text, 64); return f }
	k = key{m[1], m[2], max(1, int(number(m[3])))}
	return k, sample{number(m[4]), number(m[5]), number(m[6]), number(m[7])}, true
}

// isParallel reports whether a benchmark is one that several processors share, of
// which the processor time says nothing about how long it takes.
func isParallel(bench string) bool { return strings.Contains(bench, "Parallel/") }

// A summary is what the rounds of one benchmark come to.
type summary struct {
	ns, bytes, allocs float64 // medians
	spread            float64 // of ns: half the distance of the quartiles, as a part of the median
}

func (r *results) of(k key) (summary, bool) {
	samples := r.samples[k]
	if len(samples) == 0 {
		return summary{}, false
	}
	column := func(of func(sample) float64) []float64 {
		var c []float64
		for _, s := range samples {
			c = append(c, of(s))
		}
		slices.Sort(c)
		return c
	}
	ns := r.times(k)
	bytes := column(func(s sample) float64 { return s.bytes })
	allocs := column(func(s sample) float64 { return s.allocs })
	median := quantile(ns, 0.5)
	return summary{
		ns: median, bytes: quantile(bytes, 0.5), allocs: quantile(allocs, 0.5),
		spread: (quantile(ns, 0.75) - quantile(ns, 0.25)) / 2 / median,
	}, true
}

// times are those of all samples of a benchmark, sorted.
func (r *results) times(k key) []float64 {
	var times []float64
	for _, s := range r.samples[k] {
		if r.cpu && !isParallel(k.bench) && s.processor > 0 {
			times = append(times, s.processor)
		} else {
			times = append(times, s.ns)
		}
	}
	slices.Sort(times)
	return times
}

// quantile interpolates between the two values next to the place asked for.
func quantile(sorted []float64, q float64) float64 {
	place := q * float64(len(sorted)-1)
	i := int(place)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (place-float64(i))*(sorted[i+1]-sorted[i])
}
