package sql

import (
	"math"
	"testing"
)

func TestPositionsGoOn(t *testing.T) {
	for name, row := range map[string]struct {
		from position
		read int
		now  int64
		to   position
		more bool
	}{
		"a full page of the table":      {position{Life: "l", From: 5, Kind: 1, Name: "n"}, pageSize, 9, position{Life: "l", From: 5, Kind: 1, Name: "n"}, true},
		"the end of the table":          {position{Life: "l", From: 5, Kind: 1, Name: "n"}, pageSize - 1, 9, position{Life: "l", From: 5, Changes: true, Change: math.MinInt64}, true},
		"an empty table":                {position{Life: "l", From: 5}, 0, 9, position{Life: "l", From: 5, Changes: true, Change: math.MinInt64}, true},
		"a full page of changes":        {position{Life: "l", From: 5, Changes: true, Change: 6}, pageSize, 9, position{Life: "l", From: 5, Changes: true, Change: 6, Next: 9}, true},
		"the page of changes behind it": {position{Life: "l", From: 5, Changes: true, Change: 6, Next: 9}, 3, 12, position{Life: "l", From: 9, Changes: true, Change: math.MinInt64}, false},
		"the only page of changes":      {position{Life: "l", From: 5, Changes: true, Change: 6}, 3, 9, position{Life: "l", From: 9, Changes: true, Change: math.MinInt64}, false},
		"no changes":                    {position{Life: "l", From: 5, Changes: true, Change: math.MinInt64}, 0, 9, position{Life: "l", From: 9, Changes: true, Change: math.MinInt64}, false},
	} {
		p := row.from
		if more := p.goOn(row.read, row.now); p != row.to || more != row.more {
			t.Errorf("%s: got %+v, %v, want %+v, %v", name, p, more, row.to, row.more)
		}
	}
}
