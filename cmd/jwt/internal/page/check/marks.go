package check

import (
	"slices"
	"time"

	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
)

// A Mark is a point of the timeline.
type Mark struct {
	Name string `json:"name"` // a claim, or "now"
	Time string `json:"time"`
	Text string `json:"text"`
	At   int64  `json:"at"` // seconds since 1970
}

// marks returns the times of the claims and now, in their order.
func marks(view *describe.View, now time.Time) (marks []Mark) {
	for _, m := range view.Times {
		at, _ := time.Parse(time.RFC3339, m.Time)
		marks = append(marks, Mark{m.Claim, m.Time, m.Text, at.Unix()})
	}
	if marks == nil {
		return nil
	}
	marks = append(marks, Mark{"now", now.UTC().Format(time.RFC3339), "now", now.Unix()})
	slices.SortStableFunc(marks, func(a, b Mark) int { return int(min(1, max(-1, a.At-b.At))) })
	return marks
}
