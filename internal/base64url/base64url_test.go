package base64url

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slow decodes with the standard library and compares the text that it would
// write.
func slow(s string) ([]byte, bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	return b, err == nil && base64.RawURLEncoding.EncodeToString(b) == s
}

func check(t *testing.T, text string) {
	t.Helper()
	want, valid := slow(text)
	got, ok := AppendDecode([]byte("before"), []byte(text))
	require.Equal(t, valid, ok, "%q", text)
	if ok {
		require.Equal(t, "before"+string(want), string(got), "%q", text)
	}
}

func TestEveryLengthMakesTheRoundTrip(t *testing.T) {
	data := make([]byte, 100)
	for i := range data {
		data[i] = byte(i*i*37 + i*11 + 7) // in which each bit of each place is set at times
	}
	for n := range data {
		for _, capacity := range []int{6, 7, 200} {
			dst := append(make([]byte, 0, capacity), "before"...)
			text := AppendEncode(dst, data[:n])
			require.Equal(t, "before"+base64.RawURLEncoding.EncodeToString(data[:n]), string(text))
			got, ok := AppendDecode(append(make([]byte, 0, capacity), "before"...), text[6:])
			require.True(t, ok, "%d bytes", n)
			require.Equal(t, "before"+string(data[:n]), string(got))
		}
	}
}

// Each byte at each place of a group, in texts of every length up to three groups.
func TestOnlyTheAlphabetIsDecoded(t *testing.T) {
	for n := range 14 {
		text := []byte(strings.Repeat("Q", n))
		for i := range text {
			for c := range 256 {
				text[i] = byte(c)
				check(t, string(text))
			}
			text[i] = 'Q'
		}
	}
	for i := range 4096 { // pairs of letters that end a text: spare bits
		end := string([]byte{alphabet[i>>6], alphabet[i&63]})
		check(t, end)
		check(t, "Q"+end)
		check(t, "QQQQQQQQ"+end)
	}
}

// What stands behind the result, within the capacity of dst, is not the caller's.
func TestWhatStandsBeforeIsKept(t *testing.T) {
	room := []byte("0123456789012345678901234567890123456789")
	got, ok := AppendDecode(room[:10], []byte("QUJDREVGR0hJSg"))
	assert.True(t, ok)
	assert.Equal(t, "0123456789ABCDEFGHIJ", string(got))
	got, ok = AppendDecode(room[:10], []byte("QUJD*EVGR0hJSg"))
	assert.False(t, ok)
	assert.True(t, bytes.HasPrefix(got, []byte("0123456789")))
}

func TestRoomThatIsThereIsUsed(t *testing.T) {
	text := []byte(strings.Repeat("QUJD", 1000))
	dst := make([]byte, 0, 3000+8)
	assert.Zero(t, testing.AllocsPerRun(10, func() { AppendDecode(dst, text) }))
	room := make([]byte, 0, 4000)
	assert.Zero(t, testing.AllocsPerRun(10, func() { AppendEncode(room, dst[:3000]) }))
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", "Q", "QQ", "QR", "QUI", "QUJD", "QUJDRA", "QUJDREVG", "QUJDREVGRw", "_-8", "+/8", "QQ=="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { check(t, s) })
}
