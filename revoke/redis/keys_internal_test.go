package redis

import "testing"

// What is stored is found by these keys, which must stay what they are.
func TestKeysAreWhatTheyWere(t *testing.T) {
	one, many := conn{prefix: "jwt", single: true}, conn{prefix: "jwt"}
	for _, row := range []struct{ kind, issuer, name, one, many string }{
		{ofID, "https://login.example", "a", "{jwt}:jti:abxtLHmma7rOsQSxaRQ0LjiTa6KBXoGzKippmrB6z1g", "jwt:{69}:jti:abxtLHmma7rOsQSxaRQ0LjiTa6KBXoGzKippmrB6z1g"},
		{ofSession, "https://login.example", "Ab~x", "{jwt}:sid:DiqKivR3j5BZK9lmGKNPx5Q3tPOr1_z0Hb6Z9110aRo", "jwt:{8c}:sid:DiqKivR3j5BZK9lmGKNPx5Q3tPOr1_z0Hb6Z9110aRo"},
		{ofSubject, "https://login.example", "alice", "{jwt}:sub:4O8Do0SSGRXvCovpYNLwoCwIG2AhkrkJ5h7u55BQ2gI", "jwt:{2d}:sub:4O8Do0SSGRXvCovpYNLwoCwIG2AhkrkJ5h7u55BQ2gI"},
		{ofID, "", "a", "{jwt}:jti:7x8q7BIkFJOd0-rGSTkBZPP8tRjvk8Jsk1D8cc43WMs", "jwt:{ef}:jti:7x8q7BIkFJOd0-rGSTkBZPP8tRjvk8Jsk1D8cc43WMs"},
	} {
		if got := one.key(row.kind, row.issuer, row.name); got.text != row.one || got.tag != "jwt" || got.kind != row.kind {
			t.Errorf("got %+v, want %s", got, row.one)
		}
		got := many.key(row.kind, row.issuer, row.name)
		if got.text != row.many || got.tag != row.many[5:7] {
			t.Errorf("in a cluster: got %+v, want %s", got, row.many)
		}
		if got.state() != row.many+":session" || got.list() != row.many+":sessions" {
			t.Errorf("got %s and %s", got.state(), got.list())
		}
	}
	if got := one.mark("jwt"); got != "{jwt}:mark" {
		t.Errorf("got the mark %s", got)
	}
	if got := many.mark("0f"); got != "jwt:{0f}:mark" {
		t.Errorf("got the mark %s in a cluster", got)
	}
	if tags := one.tags(); len(tags) != 1 || tags[0] != "jwt" {
		t.Errorf("got %v", tags)
	}
	if tags := many.tags(); len(tags) != 256 || tags[0] != "00" || tags[15] != "0f" || tags[255] != "ff" {
		t.Errorf("got %v in a cluster", tags)
	}
}
