package jwt_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func TestNumericDate(t *testing.T) {
	for _, row := range []struct {
		at   time.Time
		want jwt.NumericDate
	}{
		{time.Time{}, 0},
		{time.Unix(0, 0), 1}, // 0 would be no date
		{time.Unix(0, 999999999), 1},
		{time.Unix(math.MinInt64, 0), math.MinInt64},
		{time.Unix(1, 0), 1},
		{time.Unix(1, 999999999), 1},
		{time.Unix(-1, 500000000), -1},
		{time.Unix(-62135596801, 0), -62135596801},
		{time.Date(2026, 11, 24, 13, 0, 0, 1, time.FixedZone("CET", 3600)), 1795521600},
		{time.Unix(1<<62, 0), 1 << 62},
	} {
		got := jwt.NewNumericDate(row.at)
		assert.Equal(t, row.want, got, "%v", row.at)
		if got != 0 {
			assert.Equal(t, int64(row.want), got.Time().Unix())
			assert.Equal(t, time.UTC, got.Time().Location())
			assert.Zero(t, got.Time().Nanosecond())
		}
	}
}

// A date that was computed from nothing is a date all the same.
func TestSignLeavesNoExpiryOutThatIsAtTheEpoch(t *testing.T) {
	token, err := jwt.Sign(t.Context(), hs256(t), jwt.Claims{ExpiresAt: jwt.NewNumericDate(time.Unix(0, 0))})
	require.NoError(t, err)
	got, err := lenient(hs256(t)).Verify(t.Context(), token)
	refused(t, jwt.ErrExpired, token, got, err)
}

// A time.Time counts from the year 1, and so does not reach as far as a NumericDate.
func TestNumericDatesInTheFarFutureAreNotInThePast(t *testing.T) {
	const last = math.MaxInt64 - 62135596800
	for _, d := range []jwt.NumericDate{last - 1, last, last + 1, 1 << 62, math.MaxInt64} {
		assert.True(t, d.Time().After(time.Now()), "%d", d)
		assert.Equal(t, min(int64(d), last), d.Time().Unix())
	}
	assert.True(t, jwt.NumericDate(math.MinInt64).Time().Before(time.Time{}))
}
