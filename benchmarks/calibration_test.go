package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestACalibrationIsTakenDownAndReadAgain(t *testing.T) {
	r := newResults()
	r.calibrated(calibrate())
	r.calibrated(calibrate())
	require.Len(t, r.samples[calibration], 2)
	again := read(t, r.raw())
	assert.Equal(t, r.samples, again.samples)
	assert.Positive(t, again.times(calibration)[0])
}

func TestAMachineIsDisturbedWhereCalibrationsTakeLonger(t *testing.T) {
	for _, c := range []struct {
		times     []float64 // of ten calibrations
		slow      int
		disturbed bool
	}{
		{[]float64{100, 100, 101, 104, 110, 115, 120, 124, 125, 100}, 0, false},
		{[]float64{100, 100, 101, 104, 110, 115, 120, 124, 126, 100}, 1, false},
		{[]float64{160, 100, 101, 104, 110, 115, 120, 124, 126, 100}, 2, true},
		{[]float64{160, 160, 160, 160, 160, 160, 160, 160, 160, 160}, 0, false}, // as README.md says
	} {
		r := read(t, theseResults)
		for _, ns := range c.times {
			r.take(calibration, sample{ns: 9 * ns, processor: ns})
		}
		r.cpu = true
		text, disturbed := r.disturbance()
		assert.Equal(t, c.disturbed, disturbed, c.times)
		word := map[bool]string{false: "quiet", true: "disturbed"}[c.disturbed]
		assert.Equal(t, fmt.Sprintf("Machine %s: %d of 10 calibrations took over 1.25 times the least", word, c.slow), text)
		verdicts, ok := r.bars()
		assert.False(t, ok, "it changes no verdict")
		assert.Contains(t, verdicts, text)
		assert.Contains(t, r.table(), text+".\n")
		assert.NotContains(t, r.table(), calibration.bench)
		assert.Equal(t, c.disturbed, strings.Contains(verdicts, "measure again"))
	}
	verdicts, _ := read(t, theseResults).bars()
	assert.NotContains(t, verdicts, "Machine", "results without calibrations tell nothing")
}
