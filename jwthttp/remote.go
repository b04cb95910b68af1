package jwthttp

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// RemoteKeys is the [jwt.KeySet] at a URL, and follows the rotation of its keys.
// Make it with [NewRemoteKeys] or [DiscoverKeys]; the zero value and nil have no
// keys, and their methods return an error that says so.
//
// Keys are fetched when they are first needed, when they are old, and for a token
// whose key ID or algorithm no key at hand has. Callers that need the same fetch
// share it, and there is one at a time.
//
//   - Keys at hand that are old serve at once, up to MaxAge, while newer ones are
//     fetched. A slow or hanging server delays no token of a known key.
//   - A fetched set replaces the one before it whole: a key that is no longer
//     published is no longer trusted. An answer of more than 1 MiB, or without a key
//     that verifies, is an error and replaces nothing.
//   - A token with an unknown key ID causes a fetch at once, at most one a second.
//     Five of them in a row may find nothing; then one more for each CoolDown
//     that passes. Meanwhile such tokens are refused (jwt.ErrUnknownKey).
//   - After a failed fetch, the next one begins after half a second, then one
//     second, two, and so on up to CoolDown. Meanwhile a token without a key at
//     hand cannot be decided upon: the error says when to try again
//     (RetryAfter), and the [Middleware] answers 503.
//
// An issuer that changes keys without changing their key IDs, or has none, is seen
// to have changed when the keys are old.
//
// No token waits longer than its context, nor longer than three times Timeout. No
// goroutine is left behind: those of a fetch end within that time, too.
type RemoteKeys struct {
	source  *source
	options RemoteOptions
	held    atomic.Pointer[heldKeys] // nil before the first fetch that succeeds

	mu          sync.Mutex
	schedule    schedule
	running     *fetch   // nil if there is none
	err         error    // of the last fetch
	location    location // where the keys were last found
	locating    bool     // whether the metadata are being read again
	metadataErr error    // of the last time that they were
}

// RemoteOptions are the options of [RemoteKeys]. The zero value has the defaults.
type RemoteOptions struct {
	// Client makes the requests; nil is one that keeps no connection open. Its
	// redirects are followed within the origin of the URL only.
	Client *http.Client

	// MetadataURL is where the issuer's metadata are, if not below the issuer: an
	// internal address, say. Their issuer must still be the one given to
	// [DiscoverKeys], which may then be any text.
	MetadataURL string

	// AllowHTTP allows http URLs with hosts that are not loopback. Whoever controls
	// the network between can then replace the keys, and sign any token.
	AllowHTTP bool

	// Prepare, if not nil, adds to each request what the server asks for, as
	// [SendTokenFile] does. It heeds the context of the request. With AllowHTTP, what it
	// adds can be read in the network.
	Prepare func(r *http.Request) error

	// RSAAlgorithm is the algorithm of RSA keys that name none; empty: RS256.
	RSAAlgorithm jwt.Algorithm

	// AllowUse are values of use with which keys verify as with "sig": "jwt-svid"
	// for the keys of a SPIFFE bundle.
	AllowUse []string

	// Parse reads an answer; nil is [jwk.ParseSet], or [jwk.ParseCertificates] for
	// what is no JWK Set.
	Parse func(data []byte) (*jwk.Set, error)

	// RefreshAfter is the age at which keys are old. Cache-Control may make it
	// shorter, but not shorter than CoolDown. Zero: what Cache-Control says, up to
	// one hour, or else 10 minutes or half of MaxAge, whichever is shorter.
	RefreshAfter time.Duration

	MaxAge   time.Duration // age from which keys are not used any more; 0: 2 hours
	CoolDown time.Duration // the longest pause after a failure, and what refills the fetches for unknown key IDs; 0: 30 seconds
	Timeout  time.Duration // of each request for keys, and as long again for the metadata; 0: 5 seconds
}

const (
	defaultRefreshAfter = 10 * time.Minute
	defaultMaxAge       = 2 * time.Hour
	defaultCoolDown     = 30 * time.Second
	defaultTimeout      = 5 * time.Second

	maxFresh = time.Hour // what Cache-Control may say if the options say nothing
)

// check reports options that contradict each other.
func (o RemoteOptions) check() error {
	if o.RefreshAfter < 0 || o.MaxAge < 0 || o.CoolDown < 0 || o.Timeout < 0 {
		return errors.New("jwthttp: a duration of RemoteOptions is negative")
	}
	full := o.withDefaults()
	if full.CoolDown > full.RefreshAfter || full.RefreshAfter > full.MaxAge {
		return fmt.Errorf("jwthttp: RemoteOptions: got CoolDown %v, RefreshAfter %v, MaxAge %v, want none longer than the next",
			full.CoolDown, full.RefreshAfter, full.MaxAge)
	}
	return nil
}

// withDefaults fills in the durations that are zero so that they go with those
// that are not.
func (o RemoteOptions) withDefaults() RemoteOptions {
	if o.MaxAge == 0 {
		o.MaxAge = max(defaultMaxAge, o.RefreshAfter)
	}
	if o.RefreshAfter == 0 {
		o.RefreshAfter = max(min(defaultRefreshAfter, o.MaxAge-o.MaxAge/2), o.CoolDown)
	}
	if o.CoolDown == 0 {
		o.CoolDown = min(defaultCoolDown, o.RefreshAfter)
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	return o
}

// NewRemoteKeys returns the keys of the JWK Set at a URL. It makes no request; to
// fail early, call [RemoteKeys.Refresh]. The URL must be https, or http for a
// loopback host or with AllowHTTP.
func NewRemoteKeys(url string, o RemoteOptions) (*RemoteKeys, error) {
	if o.MetadataURL != "" {
		return nil, errors.New("jwthttp: NewRemoteKeys with a MetadataURL, want DiscoverKeys")
	}
	if _, err := checkRemoteURL(url, o.AllowHTTP); err != nil {
		return nil, fmt.Errorf("jwthttp: %w", err)
	}
	return newRemoteKeys(url, "", nil, o)
}

// DiscoverKeys returns the keys of an issuer, whose metadata say where they are:
// those of OpenID Connect Discovery 1.0 section 4, or of RFC 8414. Their issuer
// must be exactly this one. It makes no request; to fail early, call
// [RemoteKeys.Refresh]. The issuer must be an https URL, or http for a loopback
// host or with AllowHTTP, without query and fragment. The metadata are read again
// when they are an hour old.
func DiscoverKeys(issuer string, o RemoteOptions) (*RemoteKeys, error) {
	if issuer == "" {
		return nil, errors.New("jwthttp: DiscoverKeys without an issuer")
	}
	if o.MetadataURL != "" {
		if _, err := checkRemoteURL(o.MetadataURL, o.AllowHTTP); err != nil {
			return nil, fmt.Errorf("jwthttp: %w, for MetadataURL", err)
		}
		return newRemoteKeys("", issuer, []string{o.MetadataURL}, o)
	}
	u, err := checkRemoteURL(issuer, o.AllowHTTP)
	if err != nil {
		return nil, fmt.Errorf("jwthttp: %w", err)
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, fmt.Errorf("jwthttp: the issuer %s has a query or fragment", shown(issuer))
	}
	if strings.Contains(u.Path, "/.well-known/") {
		return nil, fmt.Errorf("jwthttp: got the URL %s of metadata, want the issuer, as its tokens name it in iss; metadata at another place go into RemoteOptions.MetadataURL", shown(issuer))
	}
	return newRemoteKeys("", issuer, metadataPlaces(u), o)
}

func newRemoteKeys(keysURL, issuer string, places []string, o RemoteOptions) (*RemoteKeys, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s, err := newSource(issuer, places, o)
	if err != nil {
		return nil, err
	}
	o = o.withDefaults()
	return &RemoteKeys{source: s, options: o, schedule: schedule{coolDown: o.CoolDown}, location: location{url: keysURL}}, nil
}

// missing reports RemoteKeys that are nil or zero.
func (k *RemoteKeys) missing() error {
	if k == nil || k.source == nil {
		return errors.New("jwthttp: RemoteKeys without a URL, want one from NewRemoteKeys or DiscoverKeys")
	}
	return nil
}

// heldKeys is one fetched set.
type heldKeys struct {
	set     *jwk.Set
	url     string        // where it is
	etag    string        // that it has there
	fetched time.Time     // when the request for it began
	fresh   time.Duration // from then on
}

// Verifiers returns the keys for a token with header h. If there are such keys at
// hand, it returns them at once. It waits for a fetch if there are none.
func (k *RemoteKeys) Verifiers(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	if err := k.missing(); err != nil {
		return nil, err
	}
	now := time.Now()
	held := k.held.Load()
	if found, _ := k.atHand(ctx, held, now, h); len(found) > 0 {
		if held.age(now) >= held.freshFor() {
			k.begin(now, nil)
		}
		return found, nil
	}
	want := h // which is on the heap from here on only
	if running := k.begin(now, &want); running != nil {
		if err := running.wait(ctx); err != nil {
			return nil, err
		}
	}
	found, err := k.atHand(ctx, k.held.Load(), time.Now(), h)
	if len(found) > 0 || err != nil {
		return found, err
	}
	return nil, k.unavailable()
}

// NoKey says why none of the keys at hand is for a token with header h, as
// [jwk.Set.NoKey] does.
func (k *RemoteKeys) NoKey(h jwt.Header) string {
	if err := k.missing(); err != nil {
		return err.Error()
	}
	held := k.held.Load()
	if held == nil {
		return "no keys were fetched yet"
	}
	return held.set.NoKey(h)
}

// atHand returns the keys for h among those held, unless they are too old.
func (k *RemoteKeys) atHand(ctx context.Context, held *heldKeys, now time.Time, h jwt.Header) ([]jwt.Verifier, error) {
	if held.age(now) >= k.options.MaxAge {
		return nil, nil
	}
	return held.set.Verifiers(ctx, h)
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
	return &unavailableError{fmt.Errorf("jwthttp: keys not available: %w", err), k.schedule.pause(now)}
}

// unavailableError says when to try again; [Middleware] passes it on.
type unavailableError struct {
	error
	after time.Duration
}

func (e *unavailableError) Unwrap() error             { return e.error }
func (e *unavailableError) RetryAfter() time.Duration { return e.after }

// RemoteState is the state of [RemoteKeys] at one moment.
type RemoteState struct {
	URL         string    // of the JWK Set, "" before it was discovered
	Set         *jwk.Set  // the keys at hand, nil if there are none; see its Keys and Skipped
	Fetched     time.Time // when they were fetched or last found unchanged, zero if never
	Attempt     time.Time // when the last fetch began, zero if none did
	Err         error     // of the last fetch, nil if it succeeded
	MetadataErr error     // of the last reading of known metadata again, nil if it succeeded; the keys are fetched all the same
}

// State returns the state, for metrics and health checks. It makes no request.
func (k *RemoteKeys) State() RemoteState {
	if k.missing() != nil {
		return RemoteState{}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	state := RemoteState{URL: k.location.url, Attempt: k.schedule.began, Err: k.err, MetadataErr: k.metadataErr}
	if held := k.held.Load(); held != nil {
		state.Set, state.Fetched = held.set, held.fetched
	}
	return state
}

// String says where the keys are and how many there are.
func (k *RemoteKeys) String() string {
	if k.missing() != nil {
		return "no remote keys"
	}
	state := k.State()
	return fmt.Sprintf("remote keys at %s: %v", shown(state.URL), state.Set)
}
