package redis

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"

	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// The kinds of names.
const (
	ofID      = "jti"
	ofSession = "sid"
	ofSubject = "sub"
)

// parts is how many parts the keys are in, in a cluster: those of one part have
// the same hash tag, so that they are on one node.
const parts = 256

// A key is that of an entry.
type key struct{ kind, tag, text string }

// state is the key of a session's state.
func (k key) state() string { return k.text + ":session" }

// list is the key of the list of a subject's sessions.
func (k key) list() string { return k.text + ":sessions" }

// key returns the key for a name. Names, issuers and kinds that differ in
// anything have different keys.
func (c conn) key(kind, issuer, name string) key {
	room := make([]byte, 0, 256)
	room = append(room, kind...) // of one length
	room = binary.BigEndian.AppendUint64(room, uint64(len(issuer)))
	room = append(append(room, issuer...), name...)
	sum := sha256.Sum256(room)
	tag := c.prefix
	if !c.single {
		tag = partTag(part(kind, issuer, name, sum[0]))
	}
	text := append(c.appendBegin(make([]byte, 0, 96), tag), ':')
	text = append(text, kind...)
	text = base64.RawURLEncoding.AppendEncode(append(text, ':'), sum[:])
	return key{kind, tag, string(text)}
}

// part returns the part of a name: that of its group, or any.
func part(kind, issuer, name string, hash byte) byte {
	group := store.GroupOf(name)
	if kind == ofSubject {
		group = store.Group(issuer, name)
	}
	if group == "" {
		return hash
	}
	sum := sha256.Sum256([]byte(group))
	return sum[0]
}

func partTag(part byte) string { return hex.EncodeToString([]byte{part}) }

// appendBegin appends how all keys of a part begin.
func (c conn) appendBegin(text []byte, tag string) []byte {
	if !c.single {
		text = append(append(text, c.prefix...), ':')
	}
	return append(append(append(text, '{'), tag...), '}')
}

// mark is the key of the mark of a part.
func (c conn) mark(tag string) string {
	return string(append(c.appendBegin(make([]byte, 0, 64), tag), ":mark"...))
}

// tags are the hash tags of all parts.
func (c conn) tags() []string {
	if c.single {
		return []string{c.prefix}
	}
	tags := make([]string, parts)
	for i := range tags {
		tags[i] = partTag(byte(i))
	}
	return tags
}
