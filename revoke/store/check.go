package store

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
)

// Check returns what is wrong with the entry.
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

// CheckUse returns what is wrong with an entry for [OnceStore].
func (e *Entry) CheckUse() error {
	if e.ID == "" {
		return errors.New("revoke: entry to use wants an ID")
	}
	return e.Check()
}

// Check returns what is wrong with the change.
func (c *Change) Check() error {
	if c.SessionID == "" || c.Subject == "" || c.New == "" {
		return errors.New("revoke: change wants a SessionID, a Subject and a New state")
	}
	return nil
}

// Group returns the three characters that the IDs of a subject's sessions, and of
// their tokens, begin with: two, of which there are 4,096, and "~".
func Group(issuer, subject string) string {
	h := sha256.New()
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(issuer))))
	h.Write([]byte(issuer))
	h.Write([]byte(subject))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:2])[:2] + "~"
}

// GroupOf returns the group that an ID begins with, "" if it has none.
func GroupOf(id string) string {
	if len(id) < 3 || id[2] != '~' {
		return ""
	}
	return id[:3]
}
