// Package store is for those who keep the data of the package revoke somewhere
// new: the interfaces, and the values that go through them. Users of a store need
// none of it.
//
// A [Store] serves a revoke.DenyList. A [OnceStore] serves a revoke.Once, and a
// [SessionStore] serves a revoke.Sessions. Test yours with revoke/revoketest.
//
// All methods are safe for concurrent use, return by the deadline of the context,
// and heed its cancellation. An error means that the answer is not known, or that
// a change may or may not have happened. A store that may have lost anything says
// so in its [Answer]: it then has a later Since, and another Epoch.
package store

import (
	"context"

	"github.com/seed-b1f8f58c/jwt"
)

// A Store keeps the entries of a deny list.
type Store interface {
	// Lookup returns what is known against the names in q. It sees whatever a
	// Revoke that has returned recorded, here or elsewhere.
	Lookup(ctx context.Context, q Query) (Answer, error)

	// Revoke records the entries, all of them unless it returns an error. Then
	// some may be recorded; to record one again does no harm. If a name has an
	// entry already, the later IssuedAt counts, and the later Until. An entry for
	// a session deletes the state that a [SessionStore] has of it, in one step.
	//
	// An entry is kept through the second Until at least, and dropped by the store
	// itself some time after. The caller's clock shows now.
	Revoke(ctx context.Context, now jwt.NumericDate, entries ...Entry) error
}

// A OnceStore is a [Store] that tells which of several callers was the first.
type OnceStore interface {
	Store

	// Use records e, an entry for an ID, and returns what Lookup of that ID would
	// have returned before, in one step: of many calls for an ID that has no entry,
	// exactly one returns an [Answer] with a false ID.
	Use(ctx context.Context, now jwt.NumericDate, e Entry) (Answer, error)
}

// A SessionStore is a [Store] that also keeps a state for each session. The state
// is a text that the store does not look into.
type SessionStore interface {
	Store

	// Load returns the state of the session q.SessionID of q.Issuer, "" if there is
	// none, and what Lookup of q would return.
	Load(ctx context.Context, q Query) (state string, a Answer, err error)

	// Swap replaces the state of a session by c.New, in one step, if it still is
	// c.Old, and reports whether it did. It does not for a session that is
	// revoked. If the state is c.New already, it reports true, so that a call
	// repeated for a lost answer has the same result. It also returns what Lookup
	// of the session and the subject would return.
	//
	// A session is kept through the second c.Until at least, and dropped by the
	// store itself some time after. The caller's clock shows now.
	Swap(ctx context.Context, now jwt.NumericDate, c Change) (swapped bool, a Answer, err error)

	// List returns the states of the sessions of a subject, in any order. One that
	// is changed at the same time may be returned in its old or its new state.
	List(ctx context.Context, issuer, subject string) (states []string, err error)
}

// A Query asks what is known against a token: its issuer and its names. An empty
// name is not asked for. The zero value asks for nothing but since when a store
// remembers.
//
// Session IDs and token IDs that revoke.Sessions makes begin with the [Group] of
// their subject, so that a store on many machines can keep on one of them what is
// asked for together.
type Query struct {
	Issuer    string // of all three names; may be empty
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

	// Epoch is a secret name of that beginning, at least 16 random characters:
	// another one each time the store begins anew. "" if the store has none.
	Epoch string

	// Dropped is the latest Until of an entry that was dropped, 0 if none was or
	// if the store does not tell. It is in the past, unless a clock went back.
	Dropped jwt.NumericDate

	ID        bool            // the ID is revoked, or was used
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

// A Change is a session's new state in the place of the old.
type Change struct {
	Issuer    string
	SessionID string
	Subject   string // whose session it is, for List; the same in all changes of a session
	Old       string // "" for a new session
	New       string
	Until     jwt.NumericDate // the last second in which the session is needed
}
