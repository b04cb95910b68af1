package revoke

import (
	"context"
	"errors"

	"github.com/seed-b1f8f58c/jwt"
)

// A Store keeps the entries of a deny list. [Memory] is one; the package
// revoke/redis has another. Its methods return by the deadline of the context
// and are safe for concurrent use. The package revoke/revoketest tests any.
type Store interface {
	// Lookup says what is known against the names in q. It sees whatever a Revoke
	// that has returned recorded, here or elsewhere. An error means that it cannot
	// be told.
	Lookup(ctx context.Context, q Query) (Answer, error)

	// Revoke records the entries, all of them unless it returns an error. Then
	// some may be recorded; to record one again does no harm. If a name has an
	// entry already, the later IssuedAt counts, and the later Until. An entry for
	// a session ends that of a [SessionStore] in the same step.
	//
	// An entry is kept through the second Until at least, and dropped by the store
	// itself some time after. The caller's clock shows now.
	Revoke(ctx context.Context, now jwt.NumericDate, entries ...Entry) error
}

// A SessionStore is a [Store] that keeps sessions of a [Rotation] as well. It
// does not look into their state.
type SessionStore interface {
	Store

	// Load returns the state of a session, and "" if there is none.
	Load(ctx context.Context, issuer, sessionID string) (state string, err error)

	// Swap replaces the state of a session by another, in one step, if it still
	// is c.Old, and reports whether it did. It does not for a session that is
	// revoked. If the state is c.New already, it reports true, so that a call
	// repeated for a lost answer has the same result.
	//
	// A session is kept through the second c.Until at least, and dropped by the
	// store itself some time after. The caller's clock shows now.
	Swap(ctx context.Context, now jwt.NumericDate, c Change) (swapped bool, err error)
}

// A Query asks what is known against a token: its issuer and its names. An empty
// name is not asked for. The zero value asks for nothing but since when a store
// remembers.
type Query struct {
	Issuer    string // of all three; may be empty
	ID        string // jti
	SessionID string // sid
	Subject   string // sub
}

// An Answer is what a [Store] knows. The zero value is no answer: nothing is
// accepted on it.
type Answer struct {
	// Since is when the store began: it has every entry made against a token
	// issued in this second or later. 1 means ever; 0 that it is not known.
	Since jwt.NumericDate

	// Dropped is the latest Until of an entry that was dropped, 0 if none was or
	// if the store does not tell. It is in the past, unless the clock went back.
	Dropped jwt.NumericDate

	ID        bool            // the ID is revoked
	SessionID bool            // the session is revoked
	Subject   jwt.NumericDate // the subject's tokens issued in this second or before are; 0: none
}

// An Entry is one line of the deny list. It has an issuer, which may be empty,
// and one of ID, SessionID and Subject.
type Entry struct {
	Issuer    string
	ID        string
	SessionID string
	Subject   string
	IssuedAt  jwt.NumericDate // with Subject: tokens issued in this second or before; positive
	Until     jwt.NumericDate // the last second in which such a token can be accepted
}

// Check says what is wrong with the entry, for stores.
func (e *Entry) Check() error {
	names := 0
	for _, name := range [...]string{e.ID, e.SessionID, e.Subject} {
		if name != "" {
			names++
		}
	}
	switch {
	case names != 1:
		return errors.New("revoke: entry wants one of ID, SessionID and Subject")
	case (e.Subject != "") != (e.IssuedAt > 0):
		return errors.New("revoke: entry wants a positive IssuedAt with Subject, and none without")
	}
	return nil
}

// A Change is a session's new state in the place of the old.
type Change struct {
	Issuer    string
	SessionID string
	Old       string // "" for a new session
	New       string
	Until     jwt.NumericDate // the last second in which the session is needed
}

// Check says what is wrong with the change, for stores.
func (c *Change) Check() error {
	if c.SessionID == "" || c.New == "" {
		return errors.New("revoke: change wants a SessionID and a New state")
	}
	return nil
}
