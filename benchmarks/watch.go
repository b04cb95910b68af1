package main

import (
	"context"
	"time"
)

// A watch looks whether the machine is quiet. It measures the calibration before and
// after each benchmark. While its patience lasts, it waits for a quiet machine before
// a benchmark, and has one measured again during which the machine was disturbed. What
// the benchmark itself took has no part in that.
type watch struct {
	patience time.Duration // that is left
	least    float64       // ns of a calibration so far
	waited   time.Duration
	again    int // benchmarks that were measured again

	calibrate func() sample // replaced in tests
	rest      time.Duration // between two looks
}

// newWatch returns a watch that has looked at the machine for some seconds, if it is
// to be patient.
func newWatch(patience time.Duration) *watch {
	w := &watch{patience: patience, calibrate: calibrate, rest: 100 * time.Millisecond}
	for begin := time.Now(); patience > 0 && time.Since(begin) < 3*time.Second; {
		w.look()
	}
	return w
}

// look measures the calibration and reports whether the machine is quiet.
func (w *watch) look() (c sample, quiet bool) {
	c = w.calibrate()
	t := c.ns
	if c.processor > 0 {
		t = c.processor
	}
	if w.least == 0 || t < w.least {
		w.least = t
	}
	return c, t <= disturbedTime*w.least
}

// over calls measure, again where the machine was disturbed, and returns what it
// returned last, with the calibrations before and after that.
func (w *watch) over(ctx context.Context, measure func() ([]outcome, error)) (found []outcome, before, after sample, err error) {
	for {
		var quiet, still bool
		for before, quiet = w.look(); !quiet && w.patience > 0; before, quiet = w.look() {
			if err := ctx.Err(); err != nil {
				return nil, before, after, err
			}
			time.Sleep(w.rest)
			w.waited += w.rest
			w.patience -= w.rest
		}
		begin := time.Now()
		if found, err = measure(); err != nil {
			return nil, before, after, err
		}
		if after, still = w.look(); still || w.patience <= 0 {
			return found, before, after, nil
		}
		w.again++
		w.patience -= time.Since(begin)
	}
}
