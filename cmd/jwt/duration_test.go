package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestDurationsHaveDaysAndWhatGoHas(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"15m": 15 * time.Minute, "7d": 7 * day, "9d": 9 * day, "1d12h": 36 * time.Hour, "-1d12h": -36 * time.Hour, "-1m": -time.Minute,
		"0s": 0, "0d": 0, "1d0s": day, "65535d": 65535 * day, "2562047h47m16s": 2562047*time.Hour + 47*time.Minute + 16*time.Second,
	} {
		got, err := parseDuration(text)
		assert.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{
		"", "-", "d", "ad", "1dd", "1", "+1h", "--1h", "1d-1h", "1d+1h", "-1d-1h", "65536d", "1d2562047h47m16s", "2562048h", "soon", "1d1", "1h1d",
	} {
		got, err := parseDuration(text)
		assert.EqualError(t, err, "want a duration such as 15m, 12h or 7d", text)
		assert.Zero(t, got, text)
	}
}
