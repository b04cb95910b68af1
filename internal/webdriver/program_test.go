package webdriver

import (
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The test binary is the program that the tests start.
func TestMain(m *testing.M) {
	switch os.Getenv("WEBDRIVER_PROGRAM") {
	case "":
		os.Exit(m.Run())
	case "speaks":
		os.Stdout.WriteString("first\nport 7\nport 8\n")
		select {} // until it is killed
	}
}

func program(t *testing.T, does string) string {
	t.Helper()
	name, err := os.Executable()
	if err != nil {
		t.Skip("there are no programs here: ", err)
	}
	if exec.Command(name, "-test.run=^$").Run() != nil {
		t.Skip("programs cannot be started here")
	}
	t.Setenv("WEBDRIVER_PROGRAM", does)
	return name
}

func TestAProgramRunsUntilTheTestEnds(t *testing.T) {
	assert.Equal(t, "7", Program(t, regexp.MustCompile(`^port (\d+)`), program(t, "speaks")))
}

func TestAProgramThatEndsEarlyFailsTheTest(t *testing.T) {
	name := program(t, "ends")
	f := &failing{TB: t}
	assert.PanicsWithValue(t, f, func() { Program(f, regexp.MustCompile("(x)"), name) })
	assert.Contains(t, f.why, "ended without a line (x)")
	assert.PanicsWithValue(t, f, func() { Program(f, regexp.MustCompile("(x)"), name+"-that-is-not-there") })
	assert.NotContains(t, f.why, "ended")
}
