package jose

import "bytes"

// A Memo has one header, encoded and decoded: all tokens of a key have the same.
// It is for one goroutine.
type Memo[H any] struct {
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

// Keep has the memo know a header from now on, unless it is a large one.
func (m *Memo[H]) Keep(encoded []byte, h H) {
	if len(encoded) <= maxMemo && !bytes.Equal(encoded, m.encoded) {
		m.encoded, m.header = append(m.encoded[:0], encoded...), h
	}
}
