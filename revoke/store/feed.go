package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// A Feed is a [Store] that tells what is on its deny list, for copies of it in the
// processes that check.
type Feed interface {
	Store

	// Read returns a page of entries from a position on: "" to begin with, then the
	// Next of the page before. With pages read until one has no More, a reader has
	// every entry recorded by a Revoke or Use that had returned when that last Read
	// was called, in this or any earlier page, in any order, and some maybe twice.
	//
	// If the feed cannot go on from a position, it goes on from the beginning, with
	// no From.
	Read(ctx context.Context, from string) (Page, error)
}

// A Page is a part of what a [Feed] tells. The names in it are those that
// [ShortName] returns.
type Page struct {
	Answer  Answer // what Lookup of no name returns
	From    string // the position that was asked for, or "" for the beginning
	Entries []Entry
	Next    string // the position behind the page
	More    bool   // there may be more already

	// AnswerTo returns what Lookup of q returns, but for what is denied, in a store
	// whose parts began at different times. nil: the Answer is that to all. Each
	// different function comes with another Epoch in the Answer.
	AnswerTo func(q Query) Answer
}

// ShortName returns the name itself, or, for one that is longer than 200 bytes or
// has a NUL byte, another one of 50 bytes that no other name has, for databases
// that cannot keep every name.
func ShortName(name string) string {
	if IsShort(name) {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return shortened + base64.RawURLEncoding.EncodeToString(sum[:])
}

// IsShort reports whether [ShortName] returns the name itself.
func IsShort(name string) bool {
	return len(name) <= 200 && strings.IndexByte(name, 0) < 0 && !strings.HasPrefix(name, shortened)
}

const shortened = "sha256:"
