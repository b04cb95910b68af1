package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// calibration is a fixed piece of work of which it is measured, before and after each
// benchmark of each round, how long it takes: the same as ever, unless the machine is disturbed.
// Work with many instructions a cycle feels what shares the processor's core, and shows it
// even in processor time; a chain of multiplications or a hash hardly does.
var calibration = key{"Calibration", floorName, 1}

var calibrationDocument = []byte(`[` + strings.Repeat(`{"name":"value","n":1234.5,"ok":true},`, 20) + `null]`)

const calibrationLoops = 1000 // some milliseconds

// calibrate measures the calibration once.
func calibrate() sample {
	processor, wall := program.ProcessorTime(), time.Now()
	for range calibrationLoops {
		json.Valid(calibrationDocument)
	}
	elapsed, worked := time.Since(wall), program.ProcessorTime()-processor
	return sample{ns: float64(elapsed) / calibrationLoops, processor: float64(worked) / calibrationLoops}
}

// calibrated takes down a calibration like a benchmark.
func (r *results) calibrated(c sample) {
	line := fmt.Sprintf("Benchmark%s/lib=%s \t%d\t%.1f ns/op", calibration.bench, calibration.lib, calibrationLoops, c.ns)
	if c.processor > 0 {
		line += fmt.Sprintf("\t%.1f %s", c.processor, processorUnit)
	}
	r.add([]byte(line+"\t0 B/op\t0 allocs/op\n"), calibration)
}

const (
	disturbedTime  = 1.25 // × the least time: a calibration that was disturbed
	disturbedShare = 0.1  // of all calibrations: a machine that was
)

// disturbance says how often the calibration took longer than it needs, and whether
// that was so often that bars in nanoseconds say little. It knows no more than the run
// itself: a machine that is slow from beginning to end seems quiet.
func (r *results) disturbance() (text string, disturbed bool) {
	times := r.times(calibration)
	if len(times) == 0 {
		return "", false
	}
	slow := 0
	for _, t := range times { // sorted
		if t > disturbedTime*times[0] {
			slow++
		}
	}
	word := "quiet"
	if disturbed = float64(slow) > disturbedShare*float64(len(times)); disturbed {
		word = "disturbed"
	}
	text = fmt.Sprintf("Machine %s: %d of %d calibrations took over %g times the least", word, slow, len(times), disturbedTime)
	if waited := r.facts["waited"]; waited != "" {
		text += fmt.Sprintf("; %s were waited for it, and %s benchmarks measured again", waited, r.facts["again"])
	}
	return text, disturbed
}
