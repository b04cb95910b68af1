package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A plan says how to measure.
type plan struct {
	rounds    int
	benchtime time.Duration
	filter    string
	patience  time.Duration // to wait for a quiet machine
	progress  io.Writer
}

// A binary has the benchmarks compiled. There are two: what needs the experiment
// jsonv2 is in one of its own, since it changes encoding/json for all others before
// Go 1.27, in which everything has it.
type binary struct {
	path       string
	experiment string
	release    string // of Go; "" for the one in use
}

// A job is one benchmark of one library, on a number of processors.
type job struct {
	key
	binary binary
}

// measure builds the benchmarks, lets their tests speak, and runs the rounds.
func measure(ctx context.Context, plan plan, release string, smoke bool) (*results, error) {
	dir, err := os.MkdirTemp("", "benchmarks")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	results := newResults()
	var jobs []job
	for _, b := range []binary{{filepath.Join(dir, "plain.test"), "", release}, {filepath.Join(dir, "jsonv2.test"), "jsonv2", release}} {
		if slices.ContainsFunc(jobs, func(j job) bool { return j.lib == "jwx-v4" }) {
			break // the first one has the experiment
		}
		fmt.Fprintln(plan.progress, "building and testing", release, filepath.Base(b.path))
		if err := b.build(ctx); err != nil {
			return nil, err
		}
		if _, err := b.run(ctx, "-test.run=."); err != nil {
			return nil, err
		}
		found, err := b.jobs(ctx, plan.filter, results)
		if err != nil {
			return nil, err
		}
		for _, j := range found {
			if !slices.ContainsFunc(jobs, func(have job) bool { return have.key == j.key }) {
				jobs = append(jobs, j)
			}
		}
	}
	if len(jobs) == 0 {
		return nil, fmt.Errorf("no benchmark is called %q", plan.filter)
	}
	fmt.Fprintf(plan.progress, "%d benchmarks work\n", len(jobs))
	if smoke {
		for _, j := range jobs {
			results.take(j.key, sample{1, 1, 1, 1})
		}
		return results, nil
	}
	results.about("rounds", strconv.Itoa(plan.rounds))
	results.about("benchtime", plan.benchtime.String())
	results.about("date", time.Now().UTC().Format(time.DateOnly))
	return results, runRounds(ctx, plan, jobs, results)
}

func (b binary) build(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-o", b.path, ".")
	cmd.Env = os.Environ()
	if b.experiment != "" {
		cmd.Env = append(cmd.Env, "GOEXPERIMENT="+b.experiment)
	}
	if b.release != "" {
		cmd.Env = append(cmd.Env, "GOTOOLCHAIN="+b.release)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go test -c: %w\n%s", err, out)
	}
	return nil
}

func (b binary) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, b.path, args...)
	cmd.Dir = "." // testdata
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", filepath.Base(b.path), strings.Join(args, " "), err, out)
	}
	return out, nil
}

// jobs runs each benchmark once, and so learns their names.
func (b binary) jobs(ctx context.Context, filter string, results *results) ([]job, error) {
	out, err := b.run(ctx, "-test.run=^$", "-test.bench="+filter, "-test.benchtime=1x", "-test.cpu=1")
	if err != nil {
		return nil, err
	}
	if err := b.describe(out, results); err != nil {
		return nil, err
	}
	var jobs []job
	for line := range bytes.Lines(out) {
		k, _, ok := parseLine(string(line))
		if !ok {
			continue
		}
		k.procs = 1
		jobs = append(jobs, job{k, b})
		if all := runtime.GOMAXPROCS(0); all > 1 && isParallel(k.bench) {
			jobs = append(jobs, job{key{k.bench, k.lib, all}, b})
		}
	}
	return jobs, nil
}

// describe takes down what the results depend on: the machine, Go, the versions.
func (b binary) describe(out []byte, results *results) error {
	for line := range bytes.Lines(out) {
		if name, value, ok := strings.Cut(strings.TrimSpace(string(line)), ": "); ok && slices.Contains([]string{"goos", "goarch", "cpu"}, name) {
			results.about(name, value)
		}
	}
	info, err := buildinfo.ReadFile(b.path)
	if err != nil {
		return err
	}
	results.about("cores", strconv.Itoa(runtime.NumCPU()))
	if b.experiment == "" {
		results.about("go", info.GoVersion)
	}
	for _, p := range peers { // which the build info of a test has only since Go 1.27
		version, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", p.module).Output()
		if err != nil {
			return fmt.Errorf("go list -m %s: %w", p.module, err)
		}
		results.about("version-"+p.lib, strings.TrimSpace(string(version)))
	}
	return nil
}

// runRounds runs the jobs, those of one benchmark one after another, beginning
// with another library in every round.
func runRounds(ctx context.Context, plan plan, jobs []job, results *results) error {
	groups, watch := grouped(jobs), newWatch(plan.patience)
	begin := time.Now()
	for round := range plan.rounds {
		for i, group := range groups {
			found, before, after, err := watch.over(ctx, func() ([]outcome, error) { return plan.runGroup(ctx, group, round+i) })
			if err != nil {
				return err
			}
			results.calibrated(before)
			for _, o := range found {
				if !results.add(o.out, o.key) {
					return fmt.Errorf("no result of %v in\n%s", o.key, o.out)
				}
			}
			results.calibrated(after)
		}
		fmt.Fprintf(plan.progress, "round %d of %d done after %s, of which %s were waited\n", round+1, plan.rounds,
			time.Since(begin).Round(time.Second), watch.waited.Round(time.Second))
	}
	if plan.patience > 0 {
		results.about("waited", watch.waited.Round(time.Second).String())
		results.about("again", strconv.Itoa(watch.again))
	}
	return nil
}

// An outcome is what the run of one job has written.
type outcome struct {
	key key
	out []byte
}

// runGroup runs the jobs of a group once each, from number first on.
func (p *plan) runGroup(ctx context.Context, group []job, first int) (found []outcome, err error) {
	for n := range group {
		j := group[(n+first)%len(group)]
		out, err := j.binary.run(ctx, "-test.run=^$", "-test.bench="+exactly(j.key),
			"-test.benchtime="+p.benchtime.String(), "-test.cpu="+strconv.Itoa(j.procs))
		if err != nil {
			return nil, err
		}
		found = append(found, outcome{j.key, out})
	}
	return found, nil
}

// grouped puts the jobs of one benchmark together, in the order in which they
// came.
func grouped(jobs []job) (groups [][]job) {
	index := make(map[key]int)
	for _, j := range jobs {
		of := key{bench: j.bench, procs: j.procs}
		i, ok := index[of]
		if !ok {
			i = len(groups)
			index[of], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], j)
	}
	return groups
}

// exactly is the -bench expression of one benchmark alone.
func exactly(k key) string {
	elements := strings.Split("Benchmark"+k.bench+"/lib="+k.lib, "/")
	for i, e := range elements {
		elements[i] = "^" + regexp.QuoteMeta(e) + "$"
	}
	return strings.Join(elements, "/")
}
