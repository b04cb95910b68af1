package migrate

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

// The fixtures say at each use what is found there; any other finding fails the test. The libraries beside them have only
// the declarations that the fixtures use.
func TestEveryUseIsReportedWithWhatToWrite(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("testdata")
	require.NoError(t, err)
	fixtures := []string{"v5", "v4", "jose", "jwx", "wrapped", "none"}
	findings, err := list(&packages.Config{Dir: root, Env: append(os.Environ(), "GO111MODULE=off", "GOFLAGS=", "GOPATH="+root)}, fixtures...)
	require.NoError(t, err)
	var wants []want
	for _, name := range fixtures {
		wants = append(wants, wantsIn(t, root, "src/"+name)...)
	}
	require.Greater(t, len(wants), 150)
	for _, f := range findings {
		text := f.Use + ": " + strings.ReplaceAll(f.Write, "\n", "; ")
		if f.Check != "" {
			text += " | " + f.Check
		}
		place := fmt.Sprintf("%s:%d", f.File, f.Line)
		i := slices.IndexFunc(wants, func(w want) bool { return w.place == place && w.text.MatchString(text) })
		if assert.GreaterOrEqual(t, i, 0, "%s: %s", place, text) {
			wants = slices.Delete(wants, i, i+1)
		}
		assert.Equal(t, f.Write != unknown, f.Known, place)
		assert.NotNil(t, libraryOf(f.Library), place)
	}
	for _, w := range wants {
		t.Errorf("%s: nothing matches %s", w.place, w.text)
	}
}

// A want is what a comment of a fixture asks for.
type want struct {
	place string // file:line
	text  *regexp.Regexp
}

func wantsIn(t *testing.T, root, folder string) (wants []want) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	require.NoError(t, err)
	quoted := regexp.MustCompile("`[^`]*`")
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for i, line := range strings.Split(string(text), "\n") {
			_, comment, _ := strings.Cut(line, "// want ")
			for _, q := range quoted.FindAllString(comment, -1) {
				wants = append(wants, want{fmt.Sprintf("%s/%s:%d", folder, filepath.Base(file), i+1), regexp.MustCompile(strings.Trim(q, "`"))})
			}
		}
	}
	return wants
}
