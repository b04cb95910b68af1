package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/term"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// typedFile is a keyboard whose input is the text, and what it has printed.
func typedFile(t *testing.T, text string) (k *keyboard, printed func() string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "in"), []byte(text), 0o600))
	in, err := os.Open(filepath.Join(dir, "in"))
	require.NoError(t, err)
	out, err := os.Create(filepath.Join(dir, "out"))
	require.NoError(t, err)
	t.Cleanup(func() {
		in.Close()
		out.Close()
	})
	return &keyboard{c: &cli{stdin: in, stdout: out}}, func() string {
		_, err := out.Seek(0, io.SeekStart)
		require.NoError(t, err)
		data, err := io.ReadAll(out)
		require.NoError(t, err)
		return string(data)
	}
}

// A terminal that hands over each key does not begin a line by itself, either.
func TestLinesEndAsTheTerminalWantsThem(t *testing.T) {
	t.Parallel()
	k, printed := typedFile(t, "")
	require.NoError(t, k.print("a\nb\n"))
	assert.Equal(t, "a\nb\n", printed())
	k, printed = typedFile(t, "")
	k.state = &term.State{}
	require.NoError(t, k.print("a\nb\n"))
	assert.Equal(t, "a\r\nb\r\n", printed())
}

func TestTheKeyboardSaysThatKeysWereNotRotated(t *testing.T) {
	t.Parallel()
	k, printed := typedFile(t, "r\nerror\nr\n")
	k.read(t.Context(), func() {}, &issuer{ring: &jwk.KeyRing{Algorithm: jwt.HS256}})
	assert.Regexp(t, `^(jwt: jwk: [^\n]+\n){2}$`, printed())
}
