package jwthttp

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

const (
	firstPause   = 500 * time.Millisecond // after a failed fetch; doubled for each further one
	spacing      = time.Second            // least time between two fetches for unknown key IDs
	maxFruitless = 5                      // fetches for unknown key IDs in a row
)

// A schedule says when the next fetch may begin.
type schedule struct {
	coolDown     time.Duration
	began, ended time.Time // of the last fetch
	failures     int       // in a row
	fruitless    int       // fetches for unknown key IDs that found nothing, less one for each coolDown
	since        time.Time // from when on the next coolDown counts
}

// pause is the time until the next fetch may begin, because the last one failed.
func (s *schedule) pause(now time.Time) time.Duration {
	if s.failures == 0 {
		return 0
	}
	const maxDoubled = 20 // times, which is six days
	pause := min(firstPause<<min(s.failures-1, maxDoubled), s.coolDown)
	return max(0, pause-elapsed(s.ended, now))
}

// spend reports whether a fetch for an unknown key ID may begin, and counts it as
// one that finds nothing.
func (s *schedule) spend(now time.Time) bool {
	if elapsed(s.began, now) < min(spacing, s.coolDown) {
		return false
	}
	past := elapsed(s.since, now) / s.coolDown
	s.fruitless = max(0, s.fruitless-int(min(past, maxFruitless)))
	s.since = s.since.Add(past * s.coolDown)
	if s.fruitless == maxFruitless {
		return false
	}
	if s.fruitless == 0 {
		s.since = now
	}
	s.fruitless++
	return true
}

// end notes the end of a fetch.
func (s *schedule) end(now time.Time, failed, found bool) {
	s.ended = now
	if failed {
		s.failures++
		return
	}
	s.failures = 0
	if found { // made-up key IDs cannot cause this
		s.fruitless--
	}
}

// A fetch is one that goes on until done is closed; then err is its error.
type fetch struct {
	began time.Time
	from  location
	want  *jwt.Header // what a fetch was spent for, if it was
	done  chan struct{}
	err   error
}

// begin returns the fetch that is running, or begins one if the keys at hand are
// old or none of them is for want, and the schedule allows it; otherwise nil.
func (k *RemoteKeys) begin(now time.Time, want *jwt.Header) *fetch {
	k.mu.Lock()
	defer k.mu.Unlock()
	held := k.held.Load()
	switch {
	case k.running != nil || k.schedule.pause(now) > 0:
	case k.schedule.failures > 0 || held.age(now) >= held.freshFor():
		k.start(now)
	case want != nil && k.schedule.spend(now):
		k.start(now).want = want
	}
	return k.running
}

// start begins a fetch. It is called with k.mu held, while none is running.
func (k *RemoteKeys) start(now time.Time) *fetch {
	f := &fetch{began: now, from: k.location, done: make(chan struct{})}
	k.running, k.schedule.began = f, now
	go k.run(f)
	return f
}

// run makes the fetch, which no caller's context ends, for others wait for it.
func (k *RemoteKeys) run(f *fetch) {
	defer k.locate()
	var held *heldKeys
	at, err := f.from, error(&brokenError{})
	defer func() {
		if p := recover(); p != nil {
			err = &brokenError{p}
		}
		k.end(f, held, at, err)
	}()
	held, at, err = k.source.fetch(k.held.Load(), f.from)
}

// end takes over what a fetch has found.
func (k *RemoteKeys) end(f *fetch, held *heldKeys, at location, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found := false
	if err == nil {
		k.held.Store(held)
		if f.want != nil {
			verifiers, _ := held.set.Verifiers(context.Background(), *f.want)
			found = len(verifiers) > 0
		}
	}
	now := time.Now()
	k.schedule.end(now, err != nil, found)
	k.err, f.err, k.running = err, err, nil
	close(f.done)
	if k.location == f.from {
		k.location = at
	} else if k.location.url != at.url { // found elsewhere meanwhile
		k.start(now)
	}
}

// locate reads the metadata again if they are old, beside the fetches, which go on
// where the keys were last found.
func (k *RemoteKeys) locate() {
	k.mu.Lock()
	old := k.source.places != nil && k.location.url != "" && elapsed(k.location.found, time.Now()) >= maxLocation
	if !old || k.locating {
		k.mu.Unlock()
		return
	}
	k.locating = true
	k.mu.Unlock()

	at, err := k.source.locate()

	k.mu.Lock()
	defer k.mu.Unlock()
	k.locating, k.metadataErr = false, err
	if err != nil { // the keys may still be where they were
		return
	}
	moved := k.location.url != at.url
	k.location = at
	if moved && k.running == nil {
		k.start(time.Now())
	}
}

// wait waits for the end of the fetch, and returns an error if the context's
// comes first.
func (f *fetch) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("jwthttp: waiting for keys: %w", context.Cause(ctx))
	}
}

// Refresh fetches the keys now, whatever their age and however the last fetch
// ended, for a program that wants to fail at the start, or has been told of a
// rotation. It returns an error if they could not be fetched, or none of them
// verifies; keys at hand then stay as they are. Calls at the same time share one
// fetch that begins after all of them. Do not call it for each request.
func (k *RemoteKeys) Refresh(ctx context.Context) error {
	if err := k.missing(); err != nil {
		return err
	}
	for called := time.Now(); ; {
		k.mu.Lock()
		f := k.running
		if f == nil {
			f = k.start(time.Now())
		}
		k.mu.Unlock()
		if err := f.wait(ctx); err != nil {
			return err
		}
		if f.began.Before(called) { // what it has found may be older
			continue
		}
		if f.err != nil {
			return fmt.Errorf("jwthttp: keys not fetched: %w", f.err)
		}
		return nil
	}
}

// Run fetches the keys whenever they are old, so that no request has to cause it,
// until the context ends, and returns the context's cause. It starts no goroutine
// that outlives a fetch:
//
//	go keys.Run(ctx)
//
// RemoteKeys work without it. With it, a program that is idle for longer than
// MaxAge has keys when the next token comes.
func (k *RemoteKeys) Run(ctx context.Context) error {
	if err := k.missing(); err != nil {
		return err
	}
	for ctx.Err() == nil {
		now := time.Now()
		if f := k.begin(now, nil); f != nil {
			_ = f.wait(ctx)
			continue
		}
		select {
		case <-time.After(k.untilDue(now)):
		case <-ctx.Done():
		}
	}
	return context.Cause(ctx)
}

// untilDue is the time until begin begins a fetch for no token's sake.
func (k *RemoteKeys) untilDue(now time.Time) time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.schedule.failures > 0 {
		return k.schedule.pause(now)
	}
	held := k.held.Load()
	return held.freshFor() - held.age(now)
}
