package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// watching returns a watch for which the calibrations take these times, and the last
// one from then on.
func watching(patience time.Duration, times ...float64) *watch {
	return &watch{patience: patience, least: 100, rest: time.Millisecond, calibrate: func() sample {
		ns := times[0]
		if len(times) > 1 {
			times = times[1:]
		}
		return sample{ns: 900, processor: ns} // processor time counts where there is one
	}}
}

func TestAPatientWatchWaitsAndMeasuresAgain(t *testing.T) {
	for _, c := range []struct {
		name          string
		patience      time.Duration
		times         []float64
		runs, again   int
		waited        time.Duration
		before, after float64
	}{
		{"quiet", time.Hour, []float64{100, 125}, 1, 0, 0, 100, 125},
		{"disturbed before", time.Hour, []float64{126, 160, 110, 100}, 1, 0, 2 * time.Millisecond, 110, 100},
		{"disturbed during it", time.Hour, []float64{100, 160, 101, 126, 102, 103}, 3, 2, 0, 102, 103},
		{"disturbed during and after it", time.Hour, []float64{100, 160, 150, 101, 103}, 2, 1, time.Millisecond, 101, 103},
		{"a lesser time than ever", time.Hour, []float64{80, 101, 99, 100}, 2, 1, 0, 99, 100},
		{"without patience", 0, []float64{160, 170}, 1, 0, 0, 160, 170},
		{"until patience ends", 3 * time.Millisecond, []float64{160}, 1, 0, 3 * time.Millisecond, 160, 160},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, runs := watching(c.patience, c.times...), 0
			found, before, after, err := w.over(t.Context(), func() ([]outcome, error) {
				runs++
				return []outcome{{out: []byte{byte(runs)}}}, nil
			})
			require.NoError(t, err)
			assert.Equal(t, c.runs, runs)
			assert.Equal(t, []outcome{{out: []byte{byte(runs)}}}, found, "the last one")
			assert.Equal(t, c.again, w.again)
			assert.Equal(t, c.waited, w.waited)
			assert.Equal(t, c.before, before.processor)
			assert.Equal(t, c.after, after.processor)
		})
	}
}

func TestMeasuringAgainTakesPatienceToo(t *testing.T) {
	w, runs := watching(time.Nanosecond, 100, 160), 0
	_, _, after, err := w.over(t.Context(), func() ([]outcome, error) { runs++; return nil, nil })
	require.NoError(t, err)
	assert.Equal(t, 2, runs)
	assert.InDelta(t, 160, after.processor, 0, "what is shown is what was")
}

func TestAWatchEndsWithAnErrorOrTheContext(t *testing.T) {
	failed := errors.New("no such benchmark")
	_, _, _, err := watching(time.Hour, 100).over(t.Context(), func() ([]outcome, error) { return nil, failed })
	assert.ErrorIs(t, err, failed)
	ended, end := context.WithCancel(t.Context())
	end()
	_, _, _, err = watching(time.Hour, 160).over(ended, func() ([]outcome, error) { panic("it waits") })
	assert.ErrorIs(t, err, context.Canceled)
}

func TestThatWasWaitedIsTold(t *testing.T) {
	r := read(t, theseResults)
	r.calibrated(sample{ns: 100})
	text, _ := r.disturbance()
	assert.NotContains(t, text, "waited")
	r.about("waited", "12m3s")
	r.about("again", "14")
	text, _ = read(t, r.raw()).disturbance()
	assert.Contains(t, text, "; 12m3s were waited for it, and 14 benchmarks measured again")
}
