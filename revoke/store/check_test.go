package store_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

func TestAnEntryIsOfOneName(t *testing.T) {
	const (
		names    = "revoke: entry wants one of ID, SessionID and Subject"
		issuedAt = "revoke: entry wants a positive IssuedAt with Subject, and none without"
		id       = "revoke: entry to use wants an ID"
	)
	for _, row := range []struct {
		entry      store.Entry
		check, use string // errors, "" if there is none
	}{
		{store.Entry{}, names, id},
		{store.Entry{Issuer: "i"}, names, id},
		{store.Entry{ID: "a"}, "", ""},
		{store.Entry{Issuer: "i", ID: "a", Until: -1}, "", ""},
		{store.Entry{SessionID: "b"}, "", id},
		{store.Entry{Subject: "c", IssuedAt: 1}, "", id},
		{store.Entry{ID: "a", SessionID: "b"}, names, names},
		{store.Entry{ID: "a", Subject: "c", IssuedAt: 1}, names, names},
		{store.Entry{SessionID: "b", Subject: "c", IssuedAt: 1}, names, id},
		{store.Entry{ID: "a", SessionID: "b", Subject: "c", IssuedAt: 1}, names, names},
		{store.Entry{Subject: "c"}, issuedAt, id},
		{store.Entry{Subject: "c", IssuedAt: -1}, issuedAt, id},
		{store.Entry{ID: "a", IssuedAt: 1}, issuedAt, issuedAt},
		{store.Entry{SessionID: "b", IssuedAt: 1}, issuedAt, id},
	} {
		assertError(t, row.check, row.entry.Check(), "Check of %+v", row.entry)
		assertError(t, row.use, row.entry.CheckUse(), "CheckUse of %+v", row.entry)
	}
}

func TestAChangeHasASessionASubjectAndAState(t *testing.T) {
	const want = "revoke: change wants a SessionID, a Subject and a New state"
	for _, row := range []struct {
		change store.Change
		err    string
	}{
		{store.Change{}, want},
		{store.Change{SessionID: "b", Subject: "c", New: "1"}, ""},
		{store.Change{Issuer: "i", SessionID: "b", Subject: "c", Old: "1", New: "2", Until: 9}, ""},
		{store.Change{Subject: "c", New: "1"}, want},
		{store.Change{SessionID: "b", New: "1"}, want},
		{store.Change{SessionID: "b", Subject: "c", Old: "1"}, want},
		{store.Change{SessionID: "b"}, want},
		{store.Change{Subject: "c"}, want},
		{store.Change{New: "1"}, want},
	} {
		assertError(t, row.err, row.change.Check(), "%+v", row.change)
	}
}

// The groups are in the names that are kept, and must stay what they are.
func TestAGroupIsOfAnIssuerAndASubject(t *testing.T) {
	for _, row := range []struct{ issuer, subject, group string }{
		{"", "", "r1~"},
		{"https://login.example", "alice", "3B~"},
		{"https://login.example", "bob", "Nm~"},
		{"a", "bc", "6Y~"},
		{"ab", "c", "KQ~"},
		{"", "abc", "82~"},
	} {
		group := store.Group(row.issuer, row.subject)
		assert.Equal(t, row.group, group, "%q, %q", row.issuer, row.subject)
		assert.Equal(t, group, store.GroupOf(group+"name"))
	}
}

func TestGroupOfAnID(t *testing.T) {
	for id, group := range map[string]string{
		"": "", "a": "", "ab": "", "~": "", "a~": "", "ab~": "ab~", "ab~c": "ab~", "ab~cdefghijklmnop": "ab~", "abc": "", "abc~": "", "a~b": "", "~~~~": "~~~",
	} {
		assert.Equal(t, group, store.GroupOf(id), "%q", id)
	}
}

// assertError wants the text of an error, or no error if it is "".
func assertError(t *testing.T, want string, err error, format string, args ...any) {
	t.Helper()
	if want == "" {
		assert.NoErrorf(t, err, format, args...)
		return
	}
	assert.EqualErrorf(t, err, want, format, args...)
}
