package sql

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

var errLocked = errors.New("database is locked (5)")

func TestLocksAreAskedForMoreAndMoreSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times []time.Duration
		begun := time.Now()
		err := patient(t.Context(), func() error {
			if times = append(times, time.Since(begun)); len(times) < 11 {
				return errLocked
			}
			return nil
		})
		want := []time.Duration{0, 100, 300, 700, 1500, 3100, 6300, 12_700, 22_700, 32_700, 42_700}
		for i := range want {
			want[i] *= time.Microsecond
		}
		if err != nil || !reflect.DeepEqual(times, want) {
			t.Errorf("got %v, asked at %v, want %v", err, times, want)
		}
	})
}

func TestWhoWaitsForALockSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		err := patient(ctx, func() error { return errLocked })
		if want := "the database is locked by another process: context deadline exceeded"; err == nil || err.Error() != want || time.Since(begun) != time.Second {
			t.Errorf("got %v after %v, want %q after 1s", err, time.Since(begun), want)
		}
		calls := 0
		if err := patient(t.Context(), func() error { calls++; return errBroken }); err != errBroken || calls != 1 {
			t.Errorf("got %v after %d calls, want another error at once", err, calls)
		}
		calls = 0
		if err := patient(ctx, func() error { calls++; return errBroken }); err != errBroken || calls != 1 {
			t.Errorf("got %v after %d calls, want the error of the first call", err, calls)
		}
	})
}

func TestWhoWaitsForAnotherWriterSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := new(Store)
	if err := s.alone(ctx, nil); err == nil || err.Error() != "others were writing: context canceled" {
		t.Errorf("got %v, want what it waited for", err)
	}
	if !s.writing.TryLock() {
		t.Error("nobody else can write")
	}
}

func TestExpiryIsDueOnceASecondOrAfterFiftyRows(t *testing.T) {
	var e expiry
	begun := time.Unix(1_800_000_000, 0)
	for i, row := range []struct {
		at   time.Duration
		rows int64
		want bool
	}{
		{0, 1, true},
		{0, 1, false},
		{999 * time.Millisecond, 1, false},
		{time.Second, 1, true},
		{time.Second, 49, false},
		{time.Second, 0, false},
		{time.Second, 1, true},
		{time.Second, 49, false},
		{time.Second + 1, 500, true},
		{1500 * time.Millisecond, 0, false},
		{2500 * time.Millisecond, 0, true},
		{1501 * time.Millisecond, 1, false}, // the clock goes back
		{1500 * time.Millisecond, 1, true},
	} {
		if got := e.due(row.rows, begun.Add(row.at)); got != row.want {
			t.Errorf("row %d: got %v, want %v", i, got, row.want)
		}
	}
}
