package main

import (
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

var fuzzNow = time.Unix(1_795_687_200, 0)

func FuzzDuration(f *testing.F) {
	for _, text := range []string{"", "7d", "1h30m", "-1d12h", "d", "1d-1h", "65536d", "2562047h47m16.9s", "2026-11-26T10:00:00Z"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parseDuration(text)
		if err != nil {
			require.Zero(t, d)
			return
		}
		require.Equal(t, strings.HasPrefix(text, "-"), d < 0 || d == 0 && strings.HasPrefix(text, "-"))
		at, err := parseWhen(text, fuzzNow)
		require.NoError(t, err)
		require.Equal(t, fuzzNow.Add(d), at)
	})
}

// The claims of the flags are one JSON object with a member for each name.
func FuzzPairs(f *testing.F) {
	f.Add("a=1", `b="x"`)
	f.Add("a=1", "a=2")
	f.Add("=", "")
	f.Add("\xff=\xfe", "a={\"b\":1,\"b\":2}")
	f.Fuzz(func(t *testing.T, first, second string) {
		members, err := addPairs(nil, "--claim", []string{first, second})
		if err != nil {
			return
		}
		text := object(members)
		require.True(t, text.IsValid(), "%s", text)
		require.Equal(t, jsontext.Kind('{'), text.Kind())
	})
}
