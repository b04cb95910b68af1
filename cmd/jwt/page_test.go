package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What differs from run to run.
var changing = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`eyJ[\w-]+\.[\w.-]+`), "eyJ…"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "2026-11-26T10:00:00Z"},
	{regexp.MustCompile(`"(iat|exp)": \d+`), `"$1": 1795687200`},
	{regexp.MustCompile(`"jti": "\w+"`), `"jti": "…"`},
	{regexp.MustCompile(`"(x|y|d|kid)": "[\w-]{43}"`), `"$1": "…"`},
	{regexp.MustCompile(`(^|[^\w-])[\w-]{43}($|[^\w-])`), "${1}…${2}"},
	{regexp.MustCompile(`in (1[0-5]|[5-9]) minutes`), "in 15 minutes"},
	{regexp.MustCompile(`issued \d+ (second|minute)s? ago`), "issued now"},
}

func steady(text string) string {
	for _, c := range changing {
		text = c.pattern.ReplaceAllString(text, c.text)
	}
	return text
}

// The commands of docs/command.md, in their order in one folder, print what the page
// says.
func TestPageShowsWhatTheCommandPrints(t *testing.T) {
	s := newShell(t)
	page, err := os.ReadFile("../../docs/command.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		for _, session := range strings.Split(strings.TrimPrefix(block[1], "$ "), "\n$ ") {
			line, want, _ := strings.Cut(session, "\n")
			out, _ := s.shellLine(line)
			assert.Equal(t, steady(strings.TrimSpace(want)), steady(strings.TrimSpace(out)), line)
		}
	}
}
