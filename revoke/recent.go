package revoke

import (
	"cmp"
	"context"
	"sync"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// recentStates are those that Sessions stored last. The store may have another one
// meanwhile, or none: they are only tried. The zero value has none. It is safe for
// concurrent use.
type recentStates struct {
	lock       sync.Mutex
	young, old map[sessionName]string
	size       int // of the young
}

type sessionName struct{ issuer, id string }

const (
	maxRecent  = 16 << 20 // bytes, of the young and the old
	recentRoom = 128      // bytes that a state takes beside its text: the ID and its place in the map
)

// put remembers a state. If there are too many, those that were put before the
// young ones are forgotten.
func (r *recentStates) put(issuer, id, text string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	name := sessionName{issuer, id}
	r.drop(name)
	size := len(text) + recentRoom
	if r.young == nil || r.size+size > maxRecent/2 {
		r.young, r.old, r.size = make(map[sessionName]string), r.young, 0
	}
	r.young[name] = text
	r.size += size
}

// take returns a state, "" if there is none, and forgets it.
func (r *recentStates) take(issuer, id string) string {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.drop(sessionName{issuer, id})
}

func (r *recentStates) drop(name sessionName) string {
	text, ok := r.young[name]
	if ok {
		delete(r.young, name)
		r.size -= len(text) + recentRoom
		return text
	}
	text = r.old[name]
	delete(r.old, name)
	return text
}

// refreshRecent refreshes a session by the state that it had when it was changed
// here, without asking for it. If there is none, or the store has another one, or
// anything is against it, it reports false and leaves the session as it was, so
// that refresh decides.
func (s *Sessions) refreshRecent(ctx context.Context, keep store.SessionStore, presented *refreshToken) (Tokens, bool, error) {
	old := s.DenyList.recent.take(s.Issuer, presented.sessionID())
	if old == "" {
		return Tokens{}, false, nil
	}
	now := s.DenyList.now()
	current, err := decodeState(old, presented.sessionID())
	if err != nil || !sameHash(presented.hash(), current.Current) || jwt.NewNumericDate(now) >= current.end(s.IdleLifetime) {
		return Tokens{}, false, nil
	}
	tokens, change, err := s.prepare(ctx, now, old, current, current.rotate(presented, now, s.grace()))
	if err != nil { // which is said of a session that is good
		_, _, refusal := s.load(ctx, keep, presented)
		return Tokens{}, false, cmp.Or(refusal, err)
	}
	swapped, a, err := s.swap(ctx, keep, now, change)
	if err != nil || !swapped {
		return Tokens{}, false, err
	}
	if s.judge(a, presented, current, now) == nil {
		return tokens, true, nil
	}
	change.Old, change.New = change.New, change.Old // or else the client's next try would look like theft
	_, _, err = s.swap(ctx, keep, now, change)
	return Tokens{}, false, err
}
