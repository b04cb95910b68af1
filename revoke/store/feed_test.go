package store_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// Short names are kept in databases, and must stay what they are.
func TestShortNamesAreThoseThatEveryDatabaseCanKeep(t *testing.T) {
	for _, row := range []struct {
		name, short string // "" if it is the name itself
	}{
		{"", ""},
		{"alice", ""},
		{strings.Repeat("x", 200), ""},
		{"\x01\xff", ""},
		{"sha256", ""},
		{"a sha256:", ""},
		{strings.Repeat("x", 201), "sha256:hKBnjJCTf13PmZTVhmZo2muZUQnIrYRUEFWbSKTsr-0"},
		{"a\x00", "sha256:_-mq6qKi1QSBdN8LgFme8Bl-wCTEsFG8mGDP9Y73-fM"},
		{"sha256:", "sha256:n9cUzm9jw7MgyUS3DoCl0QX9Lz4tMK4vqBNw4iP1DQc"},
	} {
		want := row.short
		if want == "" {
			want = row.name
		}
		assert.Equal(t, want, store.ShortName(row.name), "%.20q", row.name)
		assert.Equal(t, row.short == "", store.IsShort(row.name), "%.20q", row.name)
	}
	for _, name := range []string{"\x00", "\x00a", strings.Repeat("x", 1<<16), store.ShortName("\x00")} {
		short := store.ShortName(name)
		assert.Len(t, short, 50, "%.20q", name)
		assert.False(t, store.IsShort(short), "%.20q: a name that looks like a short one has another", name)
	}
}
