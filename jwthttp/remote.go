package jwthttp

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// RemoteKeys is a [jwt.KeySet] at a URL. Make it with [NewRemoteKeys] or
// [DiscoverKeys]; the zero value and nil have no keys, and Verifiers returns an
// error that says so.
//
// Keys are fetched when they are first needed, again when they are old, and again
// for a token with a key ID, or of an algorithm, that none of them has. But
// there is never more than one fetch in a cool-down, so tokens with made-up key
// IDs cost their issuer nothing, and callers that need the same fetch share it. A
// fetch is one request, and one or two before it, at most once an hour, to find
// out where the keys are. An issuer that changes keys without changing their key
// IDs, or has none, is seen to have changed when the keys are old. A token of a
// key published a moment ago is refused with jwt.ErrUnknownKey until the cool-down
// is over: publish keys before you sign with them.
//
// A fetched set replaces the one before it whole: a key that is no longer
// published is no longer trusted. If a fetch fails, the set at hand is used until
// it is too old, and a token of a key that is not in it cannot be decided
// upon. No call waits longer than its context and the time-out allow, and
// none waits for a cool-down to end.
type RemoteKeys struct {
	source  source
	options RemoteOptions
	held    atomic.Pointer[heldKeys] // nil before the first fetch that succeeds

	mu       sync.Mutex
	location location  // where the keys were last found
	attempt  time.Time // when the last fetch began
	err      error     // of the last fetch
	running  *fetch    // nil if there is none
}

// RemoteOptions are the bounds of [RemoteKeys]. The zero value has the defaults.
type RemoteOptions struct {
	// Client makes the requests; nil is one that keeps no connection open. Its
	// redirects are followed within the origin of the URL only.
	Client *http.Client

	RefreshAfter time.Duration // age at which keys are old, unless Cache-Control says it; 0: 10 minutes
	MaxAge       time.Duration // age up to which keys are used if no newer ones can be had; 0: 2 hours
	CoolDown     time.Duration // least time from one fetch to the next; 0: 30 seconds
	Timeout      time.Duration // of a fetch, all requests together; 0: 5 seconds
}

// maxFresh bounds what Cache-Control may say.
const maxFresh = time.Hour

// withDefaults fills in what is zero.
func (o RemoteOptions) withDefaults() (RemoteOptions, error) {
	for _, d := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{
		{&o.RefreshAfter, 10 * time.Minute},
		{&o.MaxAge, 2 * time.Hour},
		{&o.CoolDown, 30 * time.Second},
		{&o.Timeout, 5 * time.Second},
	} {
		if *d.value < 0 {
			return o, errors.New("jwthttp: a duration of RemoteOptions is negative")
		}
		if *d.value == 0 {
			*d.value = d.fallback
		}
	}
	if o.CoolDown > o.RefreshAfter || o.RefreshAfter > o.MaxAge {
		return o, fmt.Errorf("jwthttp: RemoteOptions: got CoolDown %v, RefreshAfter %v, MaxAge %v, want none longer than the next",
			o.CoolDown, o.RefreshAfter, o.MaxAge)
	}
	return o, nil
}

// NewRemoteKeys returns the keys of the JWK Set at a URL. It makes no request; to
// fail early, call [RemoteKeys.Warm]. The URL must be https, or http for a
// loopback host.
func NewRemoteKeys(url string, o RemoteOptions) (*RemoteKeys, error) {
	if _, err := checkURL(url); err != nil {
		return nil, err
	}
	return newRemoteKeys(source{keysURL: url}, o)
}

// DiscoverKeys returns the keys of an issuer, whose metadata say where they are:
// those of OpenID Connect Discovery 1.0 section 4, or of RFC 8414. Their issuer
// must be exactly this one. It makes no request; to fail early, call
// [RemoteKeys.Warm]. The issuer must be an https URL, or http for a loopback
// host, without query and fragment.
func DiscoverKeys(issuer string, o RemoteOptions) (*RemoteKeys, error) {
	u, err := checkURL(issuer)
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, fmt.Errorf("jwthttp: the issuer %s has a query or fragment", shown(issuer))
	}
	return newRemoteKeys(source{issuer: issuer}, o)
}

func newRemoteKeys(s source, o RemoteOptions) (*RemoteKeys, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	s.client = newClient(o.Client)
	return &RemoteKeys{source: s, options: o, location: location{url: s.keysURL}}, nil
}

// heldKeys is one fetched set.
type heldKeys struct {
	set     *jwk.Set
	url     string        // where it is
	etag    string        // that it has there
	fetched time.Time     // when the request for it began
	fresh   time.Duration // from then on
}

// A fetch is one that goes on until done is closed.
type fetch struct{ done chan struct{} }

// Verifiers returns the keys for a token with header h. It waits for a fetch if
// there are no keys yet, if they have become old, or if none is for h.
func (k *RemoteKeys) Verifiers(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	if k == nil || k.source.client == nil {
		return nil, errors.New("jwthttp: RemoteKeys without a URL, want one from NewRemoteKeys or DiscoverKeys")
	}
	held, now := k.held.Load(), time.Now()
	if held.age(now) < held.freshFor() {
		if found, err := held.set.Verifiers(ctx, h); len(found) > 0 || err != nil {
			return found, err
		}
	}
	k.mu.Lock()
	failed, running := k.err != nil, k.start(now)
	k.mu.Unlock()
	if running != nil {
		// If newer keys were not to be had a moment ago, do not let every request
		// wait to find that out anew, but use those at hand while that is allowed.
		if failed {
			if found, err := k.atHand(ctx, h); len(found) > 0 || err != nil {
				return found, err
			}
		}
		if err := running.wait(ctx); err != nil {
			if found, _ := k.atHand(ctx, h); len(found) > 0 {
				return found, nil
			}
			return nil, err
		}
	}
	found, err := k.atHand(ctx, h)
	if len(found) > 0 || err != nil {
		return found, err
	}
	return nil, k.unavailable()
}

// atHand returns the keys for h among those held, unless they are too old.
func (k *RemoteKeys) atHand(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	held := k.held.Load()
	if held.age(time.Now()) >= k.options.MaxAge {
		return nil, nil
	}
	return held.set.Verifiers(ctx, h)
}

// start returns the fetch that is running, or a new one, or nil if the cool-down
// of the last one is not over. It is called with k.mu held.
func (k *RemoteKeys) start(now time.Time) *fetch {
	if k.running != nil || k.coolDown(now) > 0 {
		return k.running
	}
	f := &fetch{done: make(chan struct{})}
	k.running, k.attempt = f, now
	go k.run(f, k.location)
	return f
}

// run makes the fetch, which no caller's context ends, for others wait for it.
func (k *RemoteKeys) run(f *fetch, at location) {
	ctx, cancel := context.WithTimeout(context.Background(), k.options.Timeout)
	defer cancel()
	held, at, err := k.source.fetch(ctx, k.held.Load(), at, k.options)

	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil {
		k.held.Store(held)
	}
	k.location, k.err, k.running = at, err, nil
	close(f.done)
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

// coolDown is the time until the next fetch may begin. It is called with k.mu
// held.
func (k *RemoteKeys) coolDown(now time.Time) time.Duration {
	if k.attempt.IsZero() {
		return 0
	}
	return max(0, k.options.CoolDown-elapsed(k.attempt, now))
}

// age is the time since the keys were fetched, and endless if none were.
func (h *heldKeys) age(now time.Time) time.Duration {
	if h == nil {
		return math.MaxInt64
	}
	return elapsed(h.fetched, now)
}

func (h *heldKeys) freshFor() time.Duration {
	if h == nil {
		return 0
	}
	return h.fresh
}

// elapsed is the time from one reading of the clock to another: by the monotonic
// clock or the wall clock, whichever says more. The one stands still while a
// machine sleeps, the other may be set back.
func elapsed(from, to time.Time) time.Duration {
	return max(to.Sub(from), to.Round(0).Sub(from.Round(0)))
}

// unavailable is the answer for a token none of the keys at hand is for: nil if
// they are known to be all there are.
func (k *RemoteKeys) unavailable() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	now, err := time.Now(), k.err
	if err == nil {
		if k.held.Load().age(now) < k.options.MaxAge {
			return nil
		}
		err = errors.New("they are too old, and newer ones were not fetched yet")
	}
	return &unavailableError{fmt.Errorf("jwthttp: keys not available: %w", err), k.coolDown(now)}
}

// unavailableError says when to try again; [Middleware] passes it on.
type unavailableError struct {
	error
	after time.Duration
}

func (e *unavailableError) Unwrap() error             { return e.error }
func (e *unavailableError) RetryAfter() time.Duration { return e.after }

// Warm fetches the keys if there are none yet, for those who want to fail at the
// start. It returns the last error while there are none, and an error if they
// were fetched and none of them verifies.
func (k *RemoteKeys) Warm(ctx context.Context) error {
	if k == nil || k.source.client == nil {
		_, err := k.Verifiers(ctx, jwt.Header{})
		return err
	}
	if k.held.Load() == nil {
		k.mu.Lock()
		running := k.start(time.Now())
		k.mu.Unlock()
		if running != nil {
			if err := running.wait(ctx); err != nil {
				return err
			}
		}
	}
	held := k.held.Load()
	if held == nil {
		return k.unavailable()
	}
	for _, key := range held.set.Keys() {
		if _, err := key.Verifier(); err == nil {
			return nil
		}
	}
	return fmt.Errorf("jwthttp: %s has no key to verify with, and %d entries that were left out", shown(held.url), len(held.set.Skipped()))
}

// RemoteState is what there is to know of [RemoteKeys] at one moment.
type RemoteState struct {
	URL     string    // of the JWK Set, "" before it was discovered
	Set     *jwk.Set  // the keys at hand, nil if there are none; see its Keys and Skipped
	Fetched time.Time // when they were fetched or last found unchanged, zero if never
	Attempt time.Time // when the last fetch began, zero if none did
	Err     error     // of the last fetch, nil if it succeeded
}

// State returns the state, for metrics and health checks. It makes no request.
func (k *RemoteKeys) State() RemoteState {
	if k == nil {
		return RemoteState{}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	state := RemoteState{URL: k.location.url, Attempt: k.attempt, Err: k.err}
	if held := k.held.Load(); held != nil {
		state.Set, state.Fetched = held.set, held.fetched
	}
	return state
}
