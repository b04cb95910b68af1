package slow

import (
	"runtime/debug"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRaceIsWhatTheProgramWasBuiltWith(t *testing.T) {
	info, ok := debug.ReadBuildInfo()
	require.True(t, ok)
	assert.Equal(t, slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}), Race)
}
