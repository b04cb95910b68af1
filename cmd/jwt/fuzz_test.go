package main

import (
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

var fuzzNow = time.Unix(1_795_687_200, 0)

// A token of any header and claims can be looked at, and what is printed is one that
// moves no cursor.
func FuzzInspect(f *testing.F) {
	f.Add(`{"alg":"HS256"}`, `{"exp":1,"nbf":1e30,"iat":-1,"password":"a","x":{"secret":[{}]}}`, "AA")
	f.Add(`{"alg":"none","crit":7,"jku":"a","kid":null}`, `[]`, "")
	f.Add("{\"alg\":\"\x1b[31m\"}", "\x1b", ".A.A")
	f.Add(`{}`, `{"exp":1795687200000}`, "=")
	f.Fuzz(func(t *testing.T, header, payload, rest string) {
		for _, token := range []string{forged(header, payload) + rest, tidyToken(header), tidyToken("Bearer " + forged(header, payload))} {
			v, err := look(token, fuzzNow)
			if err != nil {
				require.Nil(t, v)
				require.NotContains(t, err.Error(), "\n")
				require.NotContains(t, err.Error(), "\x1b")
				continue
			}
			require.Equal(t, len(token), v.Size)
			for _, text := range v.Warnings {
				require.NotContains(t, printable(text), "\x1b")
			}
			require.NotContains(t, string(escapeJSON(v.Header)), "\x1b")
			require.NotContains(t, string(escapeJSON(v.Claims)), "\x1b")
		}
	})
}

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
		require.NotEmpty(t, inWords(d))
	})
}

// A file of keys in any form is read, or is an error on one line.
func FuzzKeyFile(f *testing.F) {
	for _, text := range []string{"", "{", `{"keys":[{}]}`, `{"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODw"}`, `{"a":"-----BEGIN CERTIFICATE-----"}`, "ssh-ed25519 AAAA", "-----BEGIN OPENSSH PRIVATE " + "KEY-----\n", "\ufeff{}"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, _, err := parseKeys(data)
		if err != nil {
			require.NotContains(t, err.Error(), "\n")
			return
		}
		require.NotEmpty(t, keys)
		for _, key := range keys {
			_, err := named(key)
			require.NoError(t, err)
		}
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
