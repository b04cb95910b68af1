package webdriver

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// The test binary is the program that the tests start.
func TestMain(m *testing.M) {
	switch os.Getenv("WEBDRIVER_PROGRAM") {
	case "":
		os.Exit(m.Run())
	case "speaks":
		os.Stdout.WriteString("first\nport 7\nport 8\n")
		select {} // until it is killed
	case "ends, and then speaks":
		if os.Mkdir(os.Getenv("WEBDRIVER_STARTED"), 0o700) != nil { // it is there
			os.Stdout.WriteString("port 7\n")
			select {}
		}
	}
}

// itself is the program of these tests, which does as it is told.
func itself(t *testing.T, does string) string {
	t.Helper()
	program.Processes(t)
	name, err := os.Executable()
	require.NoError(t, err)
	t.Setenv("WEBDRIVER_PROGRAM", does)
	return name
}

func TestAProgramRunsUntilTheTestEnds(t *testing.T) {
	assert.Equal(t, "7", Program(t, regexp.MustCompile(`^port (\d+)`), itself(t, "speaks")))
}

func TestAProgramThatEndsEarlyIsStartedAgain(t *testing.T) {
	t.Setenv("WEBDRIVER_STARTED", filepath.Join(t.TempDir(), "started"))
	assert.Equal(t, "7", Program(t, regexp.MustCompile(`^port (\d+)`), itself(t, "ends, and then speaks")))
}

func TestAProgramThatEndsEarlyFailsTheTest(t *testing.T) {
	name := itself(t, "ends")
	f := &failing{TB: t}
	assert.PanicsWithValue(t, f, func() { Program(f, regexp.MustCompile("(x)"), name) })
	assert.Contains(t, f.why, "ended without a line (x), 5 times")
	assert.PanicsWithValue(t, f, func() { Program(f, regexp.MustCompile("(x)"), name+"-that-is-not-there") })
	assert.NotContains(t, f.why, "ended")
}
