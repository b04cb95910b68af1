package redis

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

func TestAnswersOfPartsAreOne(t *testing.T) {
	kinds := func(all ...string) (c call) {
		for _, kind := range all {
			c.entries = append(c.entries, key{kind: kind})
		}
		return c
	}
	type part struct {
		call call
		head string
	}
	for name, row := range map[string]struct {
		parts []part
		want  store.Answer
	}{
		"nothing known":                {[]part{{kinds(ofID, ofSession, ofSubject), "5 e - - -"}}, store.Answer{Since: 5, Epoch: "e"}},
		"an ID":                        {[]part{{kinds(ofSession, ofSubject, ofID), "5 e - - 1"}}, store.Answer{Since: 5, Epoch: "e", ID: true}},
		"an ID that was used":          {[]part{{kinds(ofID), "5 e unonce"}}, store.Answer{Since: 5, Epoch: "e", ID: true}},
		"a session":                    {[]part{{kinds(ofSession, ofSubject), "5 e 1 -"}}, store.Answer{Since: 5, Epoch: "e", SessionID: true}},
		"a subject":                    {[]part{{kinds(ofSession, ofSubject), "5 e - 1"}}, store.Answer{Since: 5, Epoch: "e", Subject: 1}},
		"all":                          {[]part{{kinds(ofSession, ofSubject, ofID), "5 e 1 77 1"}}, store.Answer{Since: 5, Epoch: "e", ID: true, SessionID: true, Subject: 77}},
		"two parts of one beginning":   {[]part{{kinds(ofSession), "5 e 1"}, {kinds(ofSubject), "5 e 7"}}, store.Answer{Since: 5, Epoch: "e", SessionID: true, Subject: 7}},
		"two parts, the later first":   {[]part{{kinds(ofSession), "6 f -"}, {kinds(ofSubject), "5 e 7"}}, store.Answer{Since: 6, Epoch: "fe", Subject: 7}},
		"two parts, the later last":    {[]part{{kinds(ofSession), "5 e -"}, {kinds(ofID), "6 f -"}}, store.Answer{Since: 6, Epoch: "ef"}},
		"three parts, two of one time": {[]part{{kinds(ofSession), "5 e -"}, {kinds(ofID), "6 f -"}, {kinds(ofSubject), "5 e -"}}, store.Answer{Since: 6, Epoch: "ef"}},
		"no names":                     {[]part{{kinds(), "5 e"}}, store.Answer{Since: 5, Epoch: "e"}},
	} {
		var a store.Answer
		for _, p := range row.parts {
			if err := p.call.add(&a, p.head); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if a != row.want {
			t.Errorf("%s: got %+v, want %+v", name, a, row.want)
		}
	}
	for _, row := range []struct{ kind, head string }{{ofID, "5 e - -"}, {ofSession, "5 e u"}, {ofSession, "5 e 2"}, {ofID, "5 e 2"}} {
		c, a := kinds(row.kind), store.Answer{}
		if err := c.add(&a, row.head); (err == nil) != (row.head == "5 e u") {
			t.Errorf("%q: got %+v, %v", row.head, a, err)
		}
	}
}

// The script is sent by its hash, and whole only to a server that does not know it.
func TestTheScriptIsSentOnceToAServer(t *testing.T) {
	noScript, broken := serverError("NOSCRIPT No matching script."), errors.New("broken")
	for name, row := range map[string]struct {
		known int // commands by the hash from this one on, each of a server that knows it
		calls int
		fails error
		sent  []string
	}{
		"known":                        {0, 1, nil, []string{"evalsha"}},
		"unknown":                      {1, 1, nil, []string{"evalsha", "eval"}},
		"known, of two calls":          {0, 2, nil, []string{"evalsha", "evalsha"}},
		"unknown, of two calls":        {2, 2, nil, []string{"evalsha", "evalsha", "evalsha", "evalsha"}},
		"still unknown after the pipe": {3, 2, nil, []string{"evalsha", "evalsha", "evalsha", "eval", "evalsha"}},
		"a server that fails":          {0, 1, broken, []string{"evalsha"}},
		"a server that fails at two":   {0, 2, broken, []string{"evalsha", "evalsha"}},
	} {
		var sent []string
		c := conn{prefix: "jwt", single: true, client: clientOf(t, func(cmd redis.Cmder) error {
			sent = append(sent, cmd.Name())
			if text := cmd.Args()[1]; cmd.Name() == "evalsha" && text != crossing.hash || cmd.Name() == "eval" && text != crossing.source {
				t.Errorf("%s: got another script", name)
			}
			switch {
			case row.fails != nil:
				return row.fails
			case cmd.Name() == "evalsha" && len(sent) <= row.known:
				return noScript
			}
			cmd.(*redis.Cmd).SetVal("5 e")
			return nil
		})}
		calls := make([]*call, row.calls)
		for i := range calls {
			calls[i] = &call{what: "look", tag: "jwt", form: crossing}
		}
		cmds, err := c.send(t.Context(), calls...)
		if !errors.Is(err, row.fails) || err != nil && !strings.HasPrefix(err.Error(), "revoke/redis: ") || !reflect.DeepEqual(sent, row.sent) {
			t.Errorf("%s: got %v after %q, want %v after %q", name, err, sent, row.fails, row.sent)
		}
		for _, cmd := range cmds {
			if cmd.Val() != "5 e" {
				t.Errorf("%s: got the answer %v", name, cmd.Val())
			}
		}
	}
}

// A session's answer has one text behind what is known, and its list is read from what
// the server has.
func TestAnswersOfSessionsHaveOneText(t *testing.T) {
	for name, row := range map[string]struct {
		answer any
		ok     bool
	}{
		"one":          {[]any{"5 e - -", "1"}, true},
		"none":         {"5 e - -", false},
		"none, a list": {[]any{"5 e - -"}, false},
		"two":          {[]any{"5 e - -", "1", "1"}, false},
	} {
		keep := &Store{Client: clientOf(t, func(cmd redis.Cmder) error { cmd.(*redis.Cmd).SetVal(row.answer); return nil })}
		state, _, err := keep.Load(t.Context(), store.Query{SessionID: "s", Subject: "alice"})
		if (err == nil) != row.ok || (state == "1") != row.ok || err != nil && !errors.Is(err, errNotOurs) {
			t.Errorf("%s: Load: got %q, %v", name, state, err)
		}
		swapped, _, err := keep.Swap(t.Context(), 1, store.Change{SessionID: "s", Subject: "alice", New: "1", Until: 9})
		if (err == nil) != row.ok || swapped != row.ok || err != nil && !errors.Is(err, errNotOurs) {
			t.Errorf("%s: Swap: got %v, %v", name, swapped, err)
		}
	}
}

func TestNumbersAreReadInOneForm(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "-7": -7, "010": 10, "9223372036854775807": 1<<63 - 1, "-9223372036854775808": -1 << 63} {
		if n, err := decimal(text); n != want || err != nil {
			t.Errorf("%q: got %d, %v", text, n, err)
		}
	}
	for _, text := range []string{"", "x", "0x5", "1_0", "1.5", "9223372036854775808"} {
		if n, err := decimal(text); err == nil {
			t.Errorf("%q: got %d and no error", text, n)
		}
	}
}

func TestRepliesAreReadAsTheyAre(t *testing.T) {
	for _, row := range []struct {
		value any
		want  reply
		err   error
	}{
		{"5 e -", reply{head: "5 e -"}, nil},
		{[]any{"5 e -"}, reply{head: "5 e -"}, nil},
		{[]any{"5 e -", "state"}, reply{"5 e -", []string{"state"}}, nil},
		{[]any{"5 e -", "", "b"}, reply{"5 e -", []string{"", "b"}}, nil},
		{[]any{"lost"}, reply{}, errLost},
		{[]any{"5 e -", nil}, reply{}, errNotOurs},
	} {
		if got, err := read(row.value); err != row.err || !reflect.DeepEqual(got, row.want) {
			t.Errorf("%v: got %+v, %v, want %+v, %v", row.value, got, err, row.want, row.err)
		}
	}
}

// What is revoked is told to the feed, and a session's state goes with it.
func TestRevocationsAreCallsOfTheirKind(t *testing.T) {
	c := conn{prefix: "jwt", single: true}
	for _, row := range []struct {
		e     store.Entry
		args  []string
		state bool
	}{
		{store.Entry{Issuer: "i", ID: "a", Until: 1060}, []string{"1", "60", "1060", "jti 0 1060 1 ia"}, false},
		{store.Entry{Issuer: "i", SessionID: "a", Until: 1060}, []string{"1", "60", "1060", "sid 0 1060 1 ia"}, true},
		{store.Entry{Issuer: "i", Subject: "a", IssuedAt: 77, Until: 1060}, []string{"77", "60", "1060", "sub 77 1060 1 ia"}, false},
	} {
		call := c.revoke(1000, &row.e)
		if call.what != "revoke" || call.tag != "jwt" || len(call.entries) != 1 || !reflect.DeepEqual(call.args, row.args) {
			t.Errorf("got %+v, want the arguments %q", call, row.args)
		}
		var keys []string
		if row.state {
			keys = []string{call.entries[0].state()}
		}
		if !reflect.DeepEqual(call.keys, keys) {
			t.Errorf("%+v: got the keys %q, want %q", row.e, call.keys, keys)
		}
	}
}

// A session and the list of its subject are changed at once if they are of one part, and
// else the list first.
func TestAChangeIsOfThePartsThatItConcerns(t *testing.T) {
	change := store.Change{Issuer: "i", SessionID: store.Group("i", "alice") + "s", Subject: "alice", Old: "1", New: "2", Until: 1060}
	apart := change
	apart.SessionID = "s"
	for name, row := range map[string]struct {
		single bool
		change store.Change
		whats  []any
	}{
		"one server":          {true, apart, []any{"swap"}},
		"one group":           {false, change, []any{"swap"}},
		"a session apart":     {false, apart, []any{"enlist", "swap"}},
		"one server, a group": {true, change, []any{"swap"}},
	} {
		c := conn{prefix: "jwt", single: row.single}
		session, subject := c.key(ofSession, "i", row.change.SessionID), c.key(ofSubject, "i", "alice")
		calls := c.swap(1000, &row.change)
		var whats []any
		for _, call := range calls {
			whats = append(whats, call.what)
			if call.form != (form{}) {
				t.Errorf("%s: a change that goes on is refused where the memory is full", name)
			}
		}
		if !reflect.DeepEqual(whats, row.whats) {
			t.Errorf("%s: got the calls %v, want %v", name, whats, row.whats)
			continue
		}
		last := calls[len(calls)-1]
		want := call{what: "swap", tag: session.tag, entries: []key{session}, keys: []string{session.state()}, args: []string{"1", "2", "60", "1060", subject.list()}}
		if len(calls) == 1 {
			want.entries, want.keys = append(want.entries, subject), append(want.keys, subject.list())
		} else if first := (call{what: "enlist", tag: subject.tag, entries: []key{subject}, keys: []string{subject.list()}, args: []string{"60", "1060", session.state()}}); !reflect.DeepEqual(*calls[0], first) {
			t.Errorf("%s: got %+v, want %+v", name, *calls[0], first)
		}
		if !reflect.DeepEqual(*last, want) {
			t.Errorf("%s: got %+v, want %+v", name, *last, want)
		}
	}
	change.Old = ""
	if calls := (conn{prefix: "jwt"}).swap(1000, &change); calls[0].form != thrifty {
		t.Error("a new session takes memory that the server does not have")
	}
}

// Names of one part are asked for in one call, the session first.
func TestNamesAreLookedForInTheirParts(t *testing.T) {
	group := "Ab~"
	for _, row := range []struct {
		name   string
		single bool
		q      store.Query
		kinds  [][]string
	}{
		{"nothing, of one server", true, store.Query{Issuer: "i"}, [][]string{nil}},
		{"nothing, of a cluster", false, store.Query{Issuer: "i"}, [][]string{nil}},
		{"one server", true, store.Query{Issuer: "i", ID: "a", SessionID: "b", Subject: "c"}, [][]string{{ofSession, ofSubject, ofID}}},
		{"one server, two names", true, store.Query{Issuer: "i", ID: "a", Subject: "c"}, [][]string{{ofSubject, ofID}}},
		{"a group", false, store.Query{Issuer: "i", ID: group + "a", SessionID: group + "b"}, [][]string{{ofSession, ofID}}},
		{"three parts", false, store.Query{Issuer: "i", ID: "a", SessionID: "b", Subject: "c"}, [][]string{{ofSession}, {ofSubject}, {ofID}}},
		{"a group, and a subject apart", false, store.Query{Issuer: "i", ID: group + "a", SessionID: group + "b", Subject: "c"}, [][]string{{ofSession, ofID}, {ofSubject}}},
		{"an ID", false, store.Query{Issuer: "i", ID: "a"}, [][]string{{ofID}}},
	} {
		c := conn{prefix: "jwt", single: row.single}
		var got [][]string
		for _, call := range c.look(row.q) {
			var kinds []string
			for _, k := range call.entries {
				if kinds = append(kinds, k.kind); k.tag != call.tag {
					t.Errorf("%s: got a key of part %s in a call for %s", row.name, k.tag, call.tag)
				}
			}
			got = append(got, kinds)
			if call.what != "look" || call.tag == "" {
				t.Errorf("%s: got a call of %v for part %q", row.name, call.what, call.tag)
			}
		}
		if !reflect.DeepEqual(got, row.kinds) {
			t.Errorf("%s: got %q, want %q", row.name, got, row.kinds)
		}
	}
}
