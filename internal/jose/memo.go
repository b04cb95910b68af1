package jose

import "bytes"

// A Memo has one header, encoded and decoded: all tokens of a key have the same.
// It is for one goroutine.
type Memo[H comparable] struct {
	encoded []byte
	header  H
}

const maxMemo = 512 // bytes of an encoded header

// Header returns the header that encoded stands for, if it is the one known.
func (m *Memo[H]) Header(encoded []byte) (h H, known bool) {
	if len(m.encoded) == 0 || !bytes.Equal(encoded, m.encoded) {
		return h, false
	}
	return m.header, true
}

// Encoded returns the encoded form of a header, if it is the one known. It is not
// to be modified.
func (m *Memo[H]) Encoded(h H) (encoded []byte, known bool) {
	if len(m.encoded) == 0 || h != m.header {
		return nil, false
	}
	return m.encoded, true
}

// Keep has the memo know a header from now on, unless it is a large one.
func (m *Memo[H]) Keep(encoded []byte, h H) {
	if len(encoded) <= maxMemo && !bytes.Equal(encoded, m.encoded) {
		m.encoded, m.header = append(m.encoded[:0], encoded...), h
	}
}
