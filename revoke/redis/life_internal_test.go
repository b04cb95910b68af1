package redis

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// a and b are two servers' lives.
var a, b = strings.Repeat("a", 40), strings.Repeat("b", 40)

// here is a part that is as its mark says.
func here(change func(p *place)) *place {
	p := &place{tag: "5f", life: a, before: nobody, run: "1", now: 10_000, text: "…",
		mark: mark{life: a, since: "1", epoch: "e", run: "1", seen: 9_990}}
	change(p)
	return p
}

func TestWhatMayHaveLostSomething(t *testing.T) {
	if len(nobody) != 40 {
		t.Errorf("got %q, want as many zeros as a life has letters", nobody)
	}
	servers := map[string]server{"1": {life: a}, "2": {life: b, sure: true}}
	for _, row := range []struct {
		name        string
		change      func(p *place)
		cluster     bool
		mayLose     time.Duration
		lost, forth bool // forth: and goes on
	}{
		{"nothing happened", func(*place) {}, false, 0, false, false},
		{"it is empty", func(p *place) { p.text, p.mark = "", mark{} }, true, time.Hour, true, false},
		{"it is empty, and may lose everything", func(p *place) { p.text, p.mark = "", mark{} }, false, 10_000 * time.Second, true, false},
		{"it got a replica", func(p *place) { p.life = b }, false, 0, false, false},
		{"it was promoted", func(p *place) { p.life, p.before = b, a }, false, 0, true, false},
		{"it was promoted before it began", func(p *place) { p.before = b }, false, 0, false, false},
		{"it was promoted, and may lose as much", func(p *place) { p.life, p.before = b, a }, false, 10 * time.Second, true, true},
		{"it was promoted, and may lose less", func(p *place) { p.life, p.before = b, a }, false, 9 * time.Second, true, false},
		{"it was promoted in the same process, with a proof", func(p *place) { p.life, p.before, p.run, p.mark.run, p.mark.sure = b, a, "2", "2", true }, false, 0, true, false},
		{"it was restarted", func(p *place) { p.life, p.run = b, "2" }, false, 0, true, false},
		{"it was restarted, proven harmless", func(p *place) { p.life, p.run, p.mark.sure = b, "2", true }, false, 0, true, true},
		{"it was restarted, proven harmless, with replicas", func(p *place) { p.life, p.run, p.mark.sure, p.replicas = b, "2", true, true }, false, 0, true, false},
		{"it was restarted, and is not sure any more", func(p *place) { p.life, p.run, p.mark.run, p.mark.sure = b, "1", "2", true }, false, 0, true, false},
		{"it was restarted from a snapshot", func(p *place) { p.life, p.run, p.mark.sure, p.before = b, "2", true, a }, false, 0, true, false},
		{"the clock was ahead, by the slack", func(p *place) { p.mark.seen = 10_900 }, false, 0, false, false},
		{"the clock was ahead", func(p *place) { p.mark.seen = 10_901 }, false, time.Hour, true, false},
		{"it was restarted, and the clock was ahead, by the slack", func(p *place) { p.life, p.run, p.mark.seen = b, "2", 10_900 }, false, time.Hour, true, true},
		{"it was restarted in the second of the mark", func(p *place) { p.life, p.run, p.mark.seen = b, "2", 10_000 }, false, 0, true, false},
		{"it was restarted in its second, and may lose little", func(p *place) { p.life, p.run, p.mark.seen = b, "2", 10_000 }, false, 1, true, true},
		{"it was moved from a server that lives on", func(p *place) { p.life, p.run = b, "2" }, true, 0, true, true},
		{"it was moved, but this is no cluster", func(p *place) { p.life, p.run = b, "2" }, false, 0, true, false},
		{"it was moved from a server that is gone", func(p *place) { p.life, p.run, p.mark.run = b, "2", "3" }, true, 0, true, false},
		{"it was a replica of the server", func(p *place) { p.life, p.run, p.before = b, "2", a }, true, 0, true, false},
		{"it was a replica of an earlier life of the server", func(p *place) { p.life, p.run, p.before, p.mark.life = b, "2", a, strings.Repeat("c", 40) }, true, 0, true, false},
		{"it was a replica of an earlier life than the server's", func(p *place) {
			p.life, p.run, p.before, p.mark.life = b, "2", strings.Repeat("c", 40), strings.Repeat("c", 40)
		}, true, 0, true, false},
		{"it was moved to a server that was a replica of another", func(p *place) { p.life, p.run, p.before = b, "2", strings.Repeat("c", 40) }, true, 0, true, true},
	} {
		p := here(row.change)
		c := conn{store: &Store{MayLose: row.mayLose}, single: !row.cluster}
		if got := p.lost(); got != row.lost {
			t.Errorf("%s: lost: got %v, want %v", row.name, got, row.lost)
		}
		if got := row.lost && c.goesOn(p, []*place{p}, servers); got != row.forth {
			t.Errorf("%s: goes on: got %v, want %v", row.name, got, row.forth)
		}
	}
}

// The parts of one server share what is known of its last moments.
func TestTheLastThatIsKnownOfAServerCounts(t *testing.T) {
	c := conn{store: &Store{MayLose: 10 * time.Second}}
	old := here(func(p *place) { p.life, p.run, p.mark.seen = b, "9", 5_000 })
	for name, row := range map[string]struct {
		other *place
		want  bool
	}{
		"of the same server":              {here(func(p *place) { p.life, p.run = b, "9" }), true},
		"of another that it was on":       {here(func(p *place) { p.life, p.run, p.mark.run = b, "9", "8" }), false},
		"of another that it is on":        {here(func(p *place) { p.life, p.run = b, "8" }), false},
		"of the same server, just as old": {here(func(p *place) { p.life, p.run, p.mark.seen = b, "9", 5_000 }), false},
	} {
		if got := c.goesOn(old, []*place{old, row.other}, nil); got != row.want {
			t.Errorf("a part %s: got %v, want %v", name, got, row.want)
		}
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	for _, value := range []any{nil, int64(1), []any{}, []any{int64(1)}, []any{""}, "", []any{"1 e", nil}} {
		if r, err := read(value); err == nil {
			t.Errorf("%#v: got %+v and no error", value, r)
		}
	}
	for _, head := range []string{"", "1", "0 e", "-1 e", "x e", "1.5 e", "0x5 e", "99999999999999999999 e", "1 e 1", " e", "1  "} {
		if err := (&call{}).add(new(store.Answer), head); err == nil {
			t.Errorf("%q: got no error", head)
		}
	}
	for _, kind := range []string{ofID, ofSession, ofSubject} {
		for _, value := range []string{"", "x", "0", "-1", "1.5", "1e9", "0x5", "99999999999999999999"} {
			if err := (&call{entries: []key{{kind: kind}}}).add(new(store.Answer), "1 e "+value); err == nil {
				t.Errorf("%s %q: got no error", kind, value)
			}
		}
	}
}

// All parts begin in the second in which the last of them can, and are of one epoch.
func TestAllPartsBeginAtOnce(t *testing.T) {
	type begun struct{ life, text, sure, branch, since, epoch string }
	marks := make(map[string]begun)
	c := conn{store: new(Store), prefix: "jwt", client: clientOf(t, func(cmd redis.Cmder) error {
		what, mark, args := script(cmd)
		switch what {
		case "read":
			now := int64(1000)
			if mark == "jwt:{07}:mark" {
				now = 1001 // it is asked later
			}
			text := ""
			if mark == "jwt:{08}:mark" {
				text = a + " 34 1 r b 5 12 e" // which is as it should be
			}
			cmd.(*redis.Cmd).SetVal([]any{a, nobody, int64(1), now, text, "r"})
		case "begin":
			marks[mark] = begun{args[0], args[1], args[2], args[3], args[4], args[5]}
			cmd.(*redis.Cmd).SetVal(int64(1))
		}
		return nil
	})}
	if err := c.recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := marks["jwt:{00}:mark"]
	if want := (begun{a, "", "0", first.branch, "+1003", first.epoch}); first != want || len(first.branch) != 16 || len(first.epoch) < 16 {
		t.Errorf("got %+v, want %+v", first, want)
	}
	for mark, m := range marks {
		if m != first {
			t.Errorf("%s: got %+v, want %+v", mark, m, first)
		}
	}
	if _, ok := marks["jwt:{08}:mark"]; ok || len(marks) != parts-1 {
		t.Errorf("got %d marks, want one of each part that has none", len(marks))
	}
}

func TestMarksThatAreNone(t *testing.T) {
	for _, text := range []string{"x", "a 34 1 r b 5 12", "a 34 1 r b 5 12 e more", "a 34 1 r b 5 0 e", "a 34 1 r b 5 x e", "a x 1 r b 5 12 e", "a 0x22 1 r b 5 12 e", "a 34 1 r b 5 0xc e", "a 34 1 r b 5 12 ", "a 34 1 r b 5 99999999999999999999 e"} {
		if m, err := readMark(text); err == nil {
			t.Errorf("%q: got %+v and no error", text, m)
		}
	}
	if m, err := readMark("a 34 1 r b 5 1 e"); err != nil || m.since != "1" {
		t.Errorf("of the first second: got %+v, %v", m, err)
	}
	if m, err := readMark("a 34 1 r b 5 12 e"); err != nil || m != (mark{"a", "r", "b", "12", "e", 34, true}) {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestGroupsStayTogether(t *testing.T) {
	seen := make(map[string]bool)
	for i := range 2000 {
		c := conn{prefix: "jwt"}
		name := fmt.Sprintf("Ab~%d", i)
		if id, session := c.key(ofID, "i", name), c.key(ofSession, "j", name); id.tag != session.tag || id.text == session.text {
			t.Fatalf("got tags %s and %s for one group", id.tag, session.tag)
		}
		seen[c.key(ofID, "i", fmt.Sprint(i)).tag] = true
	}
	if len(seen) != parts {
		t.Errorf("got %d parts of names without a group, want all %d", len(seen), parts)
	}
}

func TestPlacesThatAreNone(t *testing.T) {
	text := a + " 34 1 r b 5 12 e"
	good := func() []any { return []any{a, nobody, int64(1), int64(9), text, "2"} }
	of := func(told []any) (*place, error) {
		cmd := redis.NewCmd(t.Context())
		cmd.SetVal(told)
		return readPlace("5f", cmd)
	}
	want := &place{tag: "5f", life: a, before: nobody, run: "2", now: 9, text: text, mark: mark{a, "r", "b", "12", "e", 34, true}}
	if p, err := of(good()); err != nil || !reflect.DeepEqual(p, want) {
		t.Errorf("got %+v, %v, want %+v", p, err, want)
	}
	empty := good()
	empty[2], empty[4] = int64(0), ""
	want = &place{tag: "5f", life: a, before: nobody, run: "2", now: 9, replicas: true}
	if p, err := of(empty); err != nil || !reflect.DeepEqual(p, want) {
		t.Errorf("with replicas, and without a mark: got %+v, %v, want %+v", p, err, want)
	}
	for i, bad := range map[int]any{0: "", 1: "", 3: int64(0), 4: "x", 5: ""} {
		told := good()
		told[i] = bad
		if p, err := of(told); err == nil {
			t.Errorf("field %d is %v: got %+v, want an error", i, bad, p)
		}
	}
	for _, told := range [][]any{nil, good()[:5], append(good(), "more")} {
		if p, err := of(told); err == nil {
			t.Errorf("%v: got %+v, want an error", told, p)
		}
	}
}

func TestAMarkIsGivenToThePartThatWasSeen(t *testing.T) {
	p := here(func(p *place) { p.life = b })
	for sure, text := range map[bool]string{true: "1", false: "0"} {
		call := p.begin(mark{branch: "b", since: "+12", epoch: "e", sure: sure})
		if want := []string{b, p.text, text, "b", "+12", "e"}; call.what != "begin" || call.tag != "5f" || !reflect.DeepEqual(call.args, want) {
			t.Errorf("got %+v, want %q", call, want)
		}
	}
}

// A server that does not write each command to its disk is not asked how it does.
func TestWhatMayBeLostInARestart(t *testing.T) {
	for _, info := range []string{
		"",
		"aof_enabled:0\r\naof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0\r\n",
		"aof_enabled:1\r\naof_rewrite_in_progress:1\r\naof_rewrite_scheduled:0\r\n",
		"aof_enabled:1\r\naof_rewrite_in_progress:0\r\naof_rewrite_scheduled:1\r\n",
	} {
		if losesNothing(t.Context(), nil, info) {
			t.Errorf("%q: it loses nothing", info)
		}
	}
}

func TestFieldsOfInfo(t *testing.T) {
	const info = "# Server\r\nredis_version:8.0.1\r\nempty:\r\nlast:1"
	for name, want := range map[string]string{"redis_version": "8.0.1", "empty": "", "last": "1", "version": "", "redis": "", "other": ""} {
		if got := field(info, name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
