package jose

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A header that is read is written as one that is read the same.
func FuzzHeader(f *testing.F) {
	for _, text := range []string{`{"alg":"a","enc":"b","kid":"","typ":"c","cty":"d","x":[{}]}`, `{"alg":"","x":1}`, `{"alg":"a","crit":[]}`, `{"alg":"a","b64":true}`, `{"alg":"a","alg":"b"}`, `{}`, ``} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, problem := DecodeHeader([]byte(text), text, nil)
		if problem != nil {
			require.Zero(t, h)
			require.NotContains(t, problem.Detail, "\n")
			return
		}
		written, err := AppendHeader(nil, h)
		require.NoError(t, err)
		written = append(written, '}')
		again, problem := DecodeHeader(written, string(written), nil)
		require.Nil(t, problem)
		require.Equal(t, h, again)
	})
}

// Two spellings of a media type are the same whichever comes first, and each is the
// same as itself in capitals.
func FuzzMediaType(f *testing.F) {
	for _, pair := range [][2]string{{"JWT", "application/jwt"}, {"at+jwt", "application/at+jwt"}, {"application/a/b", "a/b"}, {"k", "\u212a"}, {"", "application/"}, {"a;b", "a"}} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		same := SameMediaType(a, b)
		require.Equal(t, same, SameMediaType(b, a))
		require.True(t, SameMediaType(a, a))
		if IsMediaType(a) {
			require.True(t, SameMediaType(a, strings.ToUpper(a)))
		}
		if same && IsMediaType(a) && !strings.Contains(a, "/") {
			require.True(t, SameMediaType("application/"+a, b))
		}
	})
}
