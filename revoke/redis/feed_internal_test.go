package redis

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
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
	for _, line := range []string{tail + "| x:1", tail + "| 9", tail + "| 9:x", tail + "| 0x9:1", tail + "| 9:0x1"} {
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
	for _, text := range []string{"", "jti", "jti 0 9", "jti 0 9 1", "jti x 9 1 ia", "jti 0 x 1 ia", "jti 0x0 9 1 ia", "jti 0 0x9 1 ia", "jti 0 9 0x1 ia", "jti 0 9 0", "jti 0 9 x ia", "jti 0 9 -1 ia", "jti 0 9 2 i", "jti 0 9 1 i", "jti 1 9 1 ia", "sub 0 9 1 ia", "other 0 9 1 ia", "jti 0 9 2147483648 ia"} {
		if e, err := readEntry(text); err == nil {
			t.Errorf("%q: got %+v, want an error", text, e)
		}
	}
}

// A mark that is none is an error of the page.
func TestAPageNeedsItsMarks(t *testing.T) {
	for tail, ok := range map[string]bool{"0123456789abcdef 000000000007 5 epoch": true, "0123456789abcdef 000000000007 5epoch": false} {
		keep := &Store{Client: clientOf(t, func(cmd redis.Cmder) error {
			cmd.(*redis.Cmd).SetVal([]any{"", []any{int64(1), tail, int64(5)}})
			return nil
		})}
		page, err := keep.Read(t.Context(), "")
		if (err == nil) != ok || !ok && !errors.Is(err, errNotOurs) || ok && (page.Next != tail+"|" || page.Answer.Since != 5) {
			t.Errorf("%q: got %+v, %v", tail, page, err)
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

// A told answers a call with a value, or an error.
type told struct {
	value any
	err   error
}

func (a told) Process(_ context.Context, cmd redis.Cmder) error {
	cmd.(*redis.Cmd).SetVal(a.value)
	if a.err != nil {
		cmd.SetErr(a.err)
	}
	return a.err
}

func TestNewsOfAServerAreReadAsTheyAre(t *testing.T) {
	c := conn{prefix: "jwt"}
	broken := errors.New("broken")
	good := []any{int64(2), strings.Repeat("t", 32), int64(5)}
	for name, row := range map[string]struct {
		told told
		want error
		n    int
	}{
		"nothing new":           {told{value: []any{""}}, nil, 0},
		"news":                  {told{value: []any{"", good}}, nil, 1},
		"nothing at all":        {told{value: []any{}}, errNotOurs, 0},
		"news that are none":    {told{value: []any{"", good[:2]}}, errNotOurs, 0},
		"that all is lost":      {told{value: []any{"lost"}}, errLost, 0},
		"that something is off": {told{value: []any{"damaged"}}, errDamaged, 0},
		"an error":              {told{err: broken}, broken, 0},
	} {
		for _, what := range []string{"news", "feed"} {
			all, err := c.tell(t.Context(), what, &teller{row.told, []int{7, 8}}, make([]string, parts))
			if !errors.Is(err, row.want) || len(all) != row.n {
				t.Errorf("%s: got %+v, %v, want %v", name, all, err, row.want)
			}
			if row.n > 0 && len(all) > 0 && (all[0].part != 8 || all[0].now != 5) {
				t.Errorf("%s: got %+v", name, all)
			}
		}
	}
	if _, err := c.tell(t.Context(), "feed", &teller{told{value: "x"}, []int{7}}, make([]string, parts)); err == nil || !strings.HasPrefix(err.Error(), "revoke/redis: ") {
		t.Errorf("a text: got %v, want an error", err)
	}
}

// One server that has lost its memory, or that is out of reach, is no news of the others.
func TestNewsOfAllServersAreOfEach(t *testing.T) {
	c := conn{prefix: "jwt"}
	good := told{value: []any{"", []any{int64(1), strings.Repeat("t", 32), int64(5)}}}
	broken := told{err: errors.New("broken")}
	for name, row := range map[string]struct {
		servers []told
		lost    bool
		err     string
		parts   []int
	}{
		"all":                       {[]told{good, good, good}, false, "", []int{0, 1, 2}},
		"one that has lost":         {[]told{good, {value: []any{"lost"}}, good}, true, "lost", nil},
		"one that is out of reach":  {[]told{good, good, broken}, false, "broken", nil},
		"the first is out of reach": {[]told{broken, good, good}, false, "broken", nil},
		"one of each":               {[]told{broken, good, {value: []any{"lost"}}}, true, "", nil},
	} {
		var all []*teller
		for i, server := range row.servers {
			all = append(all, &teller{server, []int{i}})
		}
		news, err := c.news(t.Context(), all, make([]string, parts))
		if (err != nil) != (row.parts == nil) || errors.Is(err, errLost) != row.lost || err != nil && !strings.Contains(err.Error(), row.err) {
			t.Errorf("%s: got %v, want %q", name, err, row.err)
		}
		if err == nil {
			var got []int
			for _, n := range news {
				got = append(got, n.part)
			}
			if !reflect.DeepEqual(got, row.parts) {
				t.Errorf("%s: got the parts %v, want %v", name, got, row.parts)
			}
		}
	}
}

// A scripted server answers one call after another, and keeps them.
type scripted struct {
	answers []any
	asked   [][]any
}

func (s *scripted) Process(_ context.Context, cmd redis.Cmder) error {
	s.asked = append(s.asked, cmd.Args())
	cmd.(*redis.Cmd).SetVal(s.answers[0])
	s.answers = s.answers[1:]
	return nil
}

// A server with many parts is first asked which of them have news.
func TestOnlyPartsWithNewsAreRead(t *testing.T) {
	c := conn{prefix: "jwt"}
	tail := strings.Repeat("t", 32)
	lines := make([]string, parts)
	lines[5], lines[7], lines[9] = "five| 1:1", "seven| 2:2", "nine| 3:3"
	texts := func(args []any) (all []string) {
		for _, arg := range args {
			if text, ok := arg.(*string); ok {
				all = append(all, *text)
			}
		}
		return all
	}
	s := &scripted{answers: []any{[]any{"", []any{int64(2), tail, int64(5)}, []any{int64(3), tail, int64(5)}}, []any{"", []any{int64(2), tail, int64(6)}}}}
	news, err := c.newsOf(t.Context(), &teller{s, []int{5, 7, 9}}, lines)
	if err != nil || len(news) != 1 || news[0].part != 9 || news[0].now != 6 || len(s.asked) != 2 {
		t.Fatalf("got %+v, %v after %d calls, want part 9 after two", news, err, len(s.asked))
	}
	if got, want := texts(s.asked[0]), []string{"5000", "jwt:{05}", "five", "jwt:{07}", "seven", "jwt:{09}", "nine"}; !reflect.DeepEqual(got, want) {
		t.Errorf("asked for changes with %q, want %q", got, want)
	}
	if got, want := texts(s.asked[1]), []string{"5000", "jwt:{07}", "seven| 2:2", "jwt:{09}", "nine| 3:3"}; !reflect.DeepEqual(got, want) {
		t.Errorf("read with %q, want %q", got, want)
	}
	s = &scripted{answers: []any{[]any{""}}}
	if news, err := c.newsOf(t.Context(), &teller{s, []int{5, 7}}, lines); err != nil || len(news) != 0 || len(s.asked) != 1 {
		t.Errorf("nothing new: got %+v, %v after %d calls, want one", news, err, len(s.asked))
	}
	s = &scripted{answers: []any{[]any{"", []any{int64(1), tail, int64(6)}}}}
	if news, err := c.newsOf(t.Context(), &teller{s, []int{5}}, lines); err != nil || len(news) != 1 || len(s.asked) != 1 {
		t.Errorf("a server with one part: got %+v, %v after %d calls, want one", news, err, len(s.asked))
	}
	if _, err := c.newsOf(t.Context(), &teller{told{err: errors.New("broken")}, []int{5, 7}}, lines); err == nil {
		t.Error("got no error of a server that is out of reach")
	}
}
