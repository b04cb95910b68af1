package redis

import (
	"reflect"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/revoke/store"
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
		3: {nil, []any{}, list[:3], []any{"x", int64(0), int64(1), []any{}}, []any{"0x9", int64(0), int64(1), []any{}}, []any{int64(9), int64(0), int64(1), []any{}},
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

func TestPositionsGoBehindTheNews(t *testing.T) {
	const branch = "0123456789abcdef"
	tail := branch + " 000000000007 5 epoch"
	x, y := store.Entry{ID: "x"}, store.Entry{ID: "y"}
	for _, row := range []struct {
		name, line string
		lists      []newsList
		next       string
		whole      bool
		entries    []store.Entry
	}{
		{"of an empty part", "", nil, tail + "|", true, nil},
		{"of a part that is read for the first time", "", []newsList{{till: 90, count: 2, read: 2, entries: []store.Entry{x, y}}}, tail + "| 90:2", true, []store.Entry{x, y}},
		{"of a list that goes on", branch + " 000000000006 5 epoch| 90:1 95:3", []newsList{{till: 90, from: 1, count: 2, read: 2, entries: []store.Entry{y}}}, tail + "| 90:2 95:3", true, []store.Entry{y}},
		{"of a list that is over", branch + " 000000000006 5 epoch| 50:9 51:1", nil, tail + "| 51:1", true, nil},
		{"of two lists", "", []newsList{{till: 95, count: 1, read: 1, entries: []store.Entry{x}}, {till: 90, count: 1, read: 1, entries: []store.Entry{y}}}, tail + "| 90:1 95:1", true, []store.Entry{x, y}},
		{"of another branch", "0123456789abcdeF 000000000006 5 epoch| 90:1", nil, tail + "|", true, nil},
		{"of a page", "", []newsList{{till: 90, count: 2, read: 1, entries: []store.Entry{x}}}, branch + " - 5 epoch| 90:1", false, []store.Entry{x}},
	} {
		n := news{tail: tail, now: 50, lists: row.lists}
		next, entries, err := n.after(row.line)
		if err != nil || next != row.next || n.whole() != row.whole || !reflect.DeepEqual(entries, row.entries) {
			t.Errorf("%s: got %q, %v, %v, whole: %v, want %q, %v", row.name, next, entries, err, n.whole(), row.next, row.entries)
		}
	}
}

// Entries are in the feeds of servers, which programs of other versions read.
func TestEntriesAreToldAsTheyWere(t *testing.T) {
	for text, row := range map[string]struct {
		kind string
		e    store.Entry
	}{
		"jti 0 9 1 ia":             {ofID, store.Entry{Issuer: "i", ID: "a", Until: 9}},
		"sid 0 9 0 s n":            {ofSession, store.Entry{SessionID: "s n", Until: 9}},
		"jti 0 9 12 abcdefghijklm": {ofID, store.Entry{Issuer: "abcdefghijkl", ID: "m", Until: 9}},
		"sub 77 -99 3 i jalic":     {ofSubject, store.Entry{Issuer: "i j", Subject: "alic", IssuedAt: 77, Until: -99}},
	} {
		_, till := span(0, row.e.Until)
		if got := textOf(&row.e, row.kind, till); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
		if e, err := readEntry(text); err != nil || e != row.e {
			t.Errorf("%q: got %+v, %v", text, e, err)
		}
	}
	for _, text := range []string{"", "jti", "jti 0 9", "jti 0 9 1", "jti x 9 1 ia", "jti 0 x 1 ia", "jti 0 9 x ia", "jti 0 9 -1 ia", "jti 0 9 2 i", "jti 0 9 1 i", "jti 1 9 1 ia", "sub 0 9 1 ia", "other 0 9 1 ia", "jti 0 9 2147483648 ia"} {
		if e, err := readEntry(text); err == nil {
			t.Errorf("%q: got %+v, want an error", text, e)
		}
	}
}

// Parts that began at different times answer for their own names.
func TestPartsAnswerForTheirOwnNames(t *testing.T) {
	one := conn{prefix: "jwt", single: true}
	a, of, err := one.beginnings([]string{"branch 7 5 epoch| 90:1"})
	if want := (store.Answer{Since: 5, Epoch: "epoch"}); err != nil || of != nil || a != want {
		t.Errorf("got %+v, %v, want %+v", a, err, want)
	}
	for _, line := range []string{"", "branch 7 5", "branch 7 5 |", "branch 7 0 epoch", "branch 7 x epoch"} {
		if _, _, err := one.beginnings([]string{line}); err == nil {
			t.Errorf("%q: got no error", line)
		}
	}
	c := conn{prefix: "jwt"}
	lines := make([]string, parts)
	for i := range lines {
		lines[i] = "branch 7 5 e"
	}
	if a, of, err := c.beginnings(lines); err != nil || of != nil || a != (store.Answer{Since: 5, Epoch: "e"}) {
		t.Errorf("all the same: got %+v, %v", a, err)
	}
	q := store.Query{Issuer: "i", ID: "a"}
	later := c.look(q)[0].tag
	for i, tag := range c.tags() {
		if tag == later {
			lines[i] = "branch 7 6 f| 9:9"
		}
	}
	a, of, err = c.beginnings(lines)
	if err != nil || of == nil || a.Since != 6 || len(a.Epoch) != 2 {
		t.Fatalf("one of another time: got %+v, %v", a, err)
	}
	other := store.Query{Issuer: "i", ID: "b"}
	if c.look(other)[0].tag == later {
		t.Fatal("the names are of one part")
	}
	if got := of(q); got != (store.Answer{Since: 6, Epoch: "f"}) {
		t.Errorf("got %+v of the later part", got)
	}
	if got := of(other); got != (store.Answer{Since: 5, Epoch: "e"}) {
		t.Errorf("got %+v of another part", got)
	}
	if got := of(store.Query{Issuer: "i", ID: "a", SessionID: "b"}); got.Since != 6 {
		t.Errorf("got %+v of both", got)
	}
}
