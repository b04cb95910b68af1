package jwe

import "testing"

func TestTheSizeOfABufferIsThatOfItsParts(t *testing.T) {
	for i := range 5 {
		var b buffer
		for j, part := range []*[]byte{&b.token, &b.header, &b.encryptedKey, &b.sealed, &b.plaintext} {
			if *part = make([]byte, 0, 7); i == j {
				*part = make([]byte, 0, 100)
			}
		}
		if got := b.size(); got != 128 {
			t.Errorf("part %d has 100 bytes, the others 7: got %d, want 128", i, got)
		}
	}
}
