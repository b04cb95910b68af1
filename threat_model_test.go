package jwt_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folders are where the tests of a package are, if its name does not say it.
var folders = map[string]string{"jwt": ".", "jose": "internal/jose", "base64url": "internal/base64url", "keyfile": "internal/keyfile", "strictjson": "internal/strictjson"}

// Every test that the threat model names is there.
func TestTestsOfTheThreatModelExist(t *testing.T) {
	page, err := os.ReadFile("docs/threat-model.md")
	require.NoError(t, err)
	named := regexp.MustCompile("`([a-z0-9]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(named), 100)
	sources := make(map[string]string)
	for _, n := range named {
		folder, ok := folders[n[1]]
		if !ok {
			folder = n[1]
		}
		if _, ok := sources[folder]; !ok {
			files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
			require.NoError(t, err)
			var all strings.Builder
			for _, file := range files {
				data, err := os.ReadFile(file)
				require.NoError(t, err)
				all.Write(data)
			}
			sources[folder] = all.String()
		}
		assert.Contains(t, sources[folder], "\nfunc "+n[2]+"(", "%s.%s", n[1], n[2])
	}
}
