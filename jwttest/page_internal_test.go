package jwttest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page about tests lists the attacks, in their order.
func TestThePageListsTheAttacks(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/testing.md")
	require.NoError(t, err)
	var rows strings.Builder
	rows.WriteString("| attack | what a service has to do |\n|---|---|\n")
	for _, a := range attacks() {
		fmt.Fprintf(&rows, "| `%s` | %s |\n", a.name, a.fix)
	}
	assert.True(t, strings.Contains(string(page), rows.String()+"\n"), "want these rows:\n%s", rows.String())
}
