package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	floorName = "floor" // the bare cryptography
	ourName   = "jwt"   // this repository's library

	processorUnit = "cpu-ns/op" // of the processor time in a benchmark's line
)

// peers are the other libraries, in the order of the table, and their modules.
var peers = []struct{ lib, module string }{
	{"golang-jwt", "github.com/golang-jwt/jwt/v5"},
	{"jwx-v3", "github.com/lestrrat-go/jwx/v3"},
	{"jwx-v4", "github.com/lestrrat-go/jwx/v4"},
	{"go-jose", "github.com/go-jose/go-jose/v4"},
	{"cristalhq", "github.com/cristalhq/jwt/v5"},
	{"pascaldekloe", "github.com/pascaldekloe/jwt"},
	{"kataras", "github.com/kataras/jwt"},
	{"keyfunc", "github.com/MicahParks/keyfunc/v3"},
	{"auth0", "github.com/auth0/go-jwt-middleware/v3"},
}

// table writes the results as Markdown: how they came about, all libraries side
// by side, and then each benchmark for itself.
func (r *results) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s cores, %s/%s, %s, %s.\n", r.facts["cpu"], r.facts["cores"], r.facts["goos"], r.facts["goarch"], r.facts["go"], r.facts["date"])
	of := ""
	if r.cpu {
		of = ", in processor time"
	}
	fmt.Fprintf(&b, "Medians of %s interleaved rounds of %s%s; × is the time in relation to the floor, the bare cryptography.\n", r.facts["rounds"], r.facts["benchtime"], of)
	if text, _ := r.disturbance(); text != "" {
		fmt.Fprintf(&b, "%s.\n", text)
	}
	b.WriteByte('\n')
	r.overview(&b)
	for _, of := range r.benches {
		if of.bench != calibration.bench {
			r.details(&b, of)
		}
	}
	return b.String()
}

// libs are those with results.
func (r *results) libs() (libs []string) {
	all := []string{floorName, ourName}
	for _, p := range peers {
		all = append(all, p.lib)
	}
	for _, lib := range all {
		if slices.ContainsFunc(r.benches, func(of key) bool { _, ok := r.of(key{of.bench, lib, of.procs}); return ok }) {
			libs = append(libs, lib)
		}
	}
	return libs
}

// overview has a line for each benchmark and a column for each library.
func (r *results) overview(b *strings.Builder) {
	b.WriteString("| |")
	for _, lib := range r.libs() {
		b.WriteString(" " + r.label(lib) + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(r.libs())) + "\n")
	for _, of := range r.benches {
		if of.bench == calibration.bench {
			continue
		}
		floor, hasFloor := r.of(key{of.bench, floorName, of.procs})
		b.WriteString("| " + title(of) + " |")
		for _, lib := range r.libs() {
			s, ok := r.of(key{of.bench, lib, of.procs})
			switch {
			case !ok:
				b.WriteString(" |")
			case hasFloor && lib != floorName:
				b.WriteString(" " + ratio(s.ns/floor.ns) + " |")
			default:
				b.WriteString(" " + duration(s.ns) + " |")
			}
		}
		b.WriteString("\n")
	}
}

func (r *results) details(b *strings.Builder, of key) {
	fmt.Fprintf(b, "\n### %s\n\n| | time | ± | B/op | allocs/op | × |\n|---|---:|---:|---:|---:|---:|\n", title(of))
	floor, hasFloor := r.of(key{of.bench, floorName, of.procs})
	for _, lib := range r.libs() {
		s, ok := r.of(key{of.bench, lib, of.procs})
		if !ok {
			continue
		}
		times := ""
		if hasFloor {
			times = ratio(s.ns / floor.ns)
		}
		fmt.Fprintf(b, "| %s | %s | %.0f%% | %.0f | %.0f | %s |\n", r.label(lib), duration(s.ns), 100*s.spread, s.bytes, s.allocs, times)
	}
}

// label is a library's name with its version.
func (r *results) label(lib string) string {
	version, ok := r.facts["version-"+lib]
	if !ok {
		return lib
	}
	name, _, _ := strings.Cut(lib, "-v") // the version says it
	return name + " " + version
}

func title(of key) string {
	words := strings.ReplaceAll(of.bench, "/", " ")
	for _, name := range []string{"alg=", "claims=", "why=", "enc="} {
		words = strings.ReplaceAll(words, name, "")
	}
	if isParallel(of.bench) {
		words += " on " + strconv.Itoa(of.procs)
	}
	return words
}

func ratio(f float64) string {
	if f < 2 {
		return fmt.Sprintf("%.2f×", f)
	}
	return fmt.Sprintf("%.1f×", f)
}

func duration(ns float64) string {
	for _, unit := range []struct {
		name string
		ns   float64
	}{{"ms", 1e6}, {"µs", 1e3}, {"ns", 1}} {
		if n := ns / unit.ns; n >= 1 || unit.ns == 1 {
			return strconv.FormatFloat(n, 'f', max(0, 2-len(strconv.Itoa(int(n)))+1), 64) + " " + unit.name
		}
	}
	return ""
}
