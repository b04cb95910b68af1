package redis

import (
	"strings"
	"testing"
)

func TestNewsThatAreNone(t *testing.T) {
	tail := strings.Repeat("t", 32)
	list := []any{"9", int64(0), int64(1), []any{"jti 0 9 1 ia"}}
	good := func() []any { return []any{int64(2), tail, int64(5), list} }
	n, err := readNews(good(), []int{7, 8})
	if err != nil || n.part != 8 || n.now != 5 || len(n.lists) != 1 || n.lists[0].entries[0].ID != "a" || !n.whole() {
		t.Errorf("got %+v, %v", n, err)
	}
	for i, bad := range map[int][]any{
		0: {nil, "2", int64(0), int64(3), int64(-1)},
		1: {nil, int64(1), "", tail[:31]},
		2: {nil, "5"},
		3: {nil, []any{}, list[:3], []any{"x", int64(0), int64(1), []any{}}, []any{int64(9), int64(0), int64(1), []any{}},
			[]any{"9", "0", int64(1), []any{}}, []any{"9", int64(0), "1", []any{}}, []any{"9", int64(0), int64(1), "x"}, []any{"9", int64(0), int64(1), []any{nil}}},
	} {
		for _, value := range bad {
			told := good()
			told[i] = value
			if n, err := readNews(told, []int{7, 8}); err == nil {
				t.Errorf("field %d is %v: got %+v, want an error", i, value, n)
			}
		}
	}
	for _, told := range []any{nil, "x", []any{}, good()[:2]} {
		if n, err := readNews(told, []int{7, 8}); err == nil {
			t.Errorf("%v: got %+v, want an error", told, n)
		}
	}
	for _, line := range []string{tail + "| x:1", tail + "| 9", tail + "| 9:x"} {
		if next, _, err := n.after(line); err == nil {
			t.Errorf("after %q: got %q, want an error", line, next)
		}
	}
}
