package testkit_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

func TestRowsAreComplete(t *testing.T) {
	seen := make(map[string]bool)
	wanted := make(map[testkit.Verdict]int)
	cases := testkit.Cases()
	for _, c := range cases {
		if seen[c.ID] {
			t.Errorf("%s: there twice", c.ID)
		}
		seen[c.ID] = true
		if !strings.Contains(c.ID, "/") || c.About == "" || c.Clause == "" || c.Now == 0 {
			t.Errorf("%s: a field is empty", c.ID)
		}
		keys := c.Keys
		if c.Decryption != nil {
			keys = slices.Concat(keys, c.Decryption.Keys)
		}
		for _, k := range keys {
			var members map[string]json.RawMessage
			if err := json.Unmarshal(k, &members); err != nil || members["d"] != nil {
				t.Errorf("%s: got a key that is private or no object", c.ID)
			}
		}
		wanted[c.Want]++
	}
	if len(cases) < 1000 {
		t.Errorf("got %d rows, want at least 1,000", len(cases))
	}
	for _, v := range []testkit.Verdict{testkit.Accept, testkit.Refuse, testkit.Either} {
		if wanted[v] < 50 {
			t.Errorf("%d rows want %s", wanted[v], v)
		}
		delete(wanted, v)
	}
	if len(wanted) != 0 {
		t.Errorf("got rows that want something else: %v", wanted)
	}
}

func TestAgrees(t *testing.T) {
	for _, row := range []struct {
		want, got testkit.Verdict
		agrees    bool
	}{
		{testkit.Accept, testkit.Accept, true},
		{testkit.Accept, testkit.Refuse, false},
		{testkit.Refuse, testkit.Refuse, true},
		{testkit.Refuse, testkit.Accept, false},
		{testkit.Either, testkit.Accept, true},
		{testkit.Either, testkit.Refuse, true},
		{testkit.Accept, testkit.Unsupported, true},
		{testkit.Refuse, testkit.Unsupported, true},
		{testkit.Accept, "", false},
		{testkit.Either, "yes", false},
		{testkit.Either, testkit.Either, false},
	} {
		if got := (&testkit.Case{Want: row.want}).Agrees(row.got); got != row.agrees {
			t.Errorf("want %s, got %q: agrees is %v", row.want, row.got, got)
		}
	}
}

func TestServeAnswersLineByLine(t *testing.T) {
	in := strings.NewReader(`{"id":"a","token":"x"}` + "\n\n" + `{"id":"b","token":"y"}`)
	var out bytes.Buffer
	err := testkit.Serve(in, &out, func(c testkit.Case) testkit.Verdict {
		if c.Token == "x" {
			return testkit.Accept
		}
		return testkit.Refuse
	})
	if want := `{"id":"a","verdict":"accept"}` + "\n" + `{"id":"b","verdict":"refuse"}` + "\n"; err != nil || out.String() != want {
		t.Errorf("got %q, %v", out.String(), err)
	}
	if err := testkit.Serve(strings.NewReader("{"), &out, nil); err == nil {
		t.Error("a line that is no case is no error")
	}
}

// Whatever a line is, Serve answers it with one line, or ends with an error.
func FuzzServe(f *testing.F) {
	f.Add(`{"id":"a","token":"x","keys":[{}],"policy":{"audience":["b"]},"now":1}`)
	f.Add("{}\n\n{\"id\":\"\xff\\n\"}")
	f.Add(`{"id":7}`)
	f.Add("")
	f.Fuzz(func(t *testing.T, in string) {
		asked := 0
		var out bytes.Buffer
		err := testkit.Serve(strings.NewReader(in), &out, func(testkit.Case) testkit.Verdict { asked++; return testkit.Refuse })
		if answered := strings.Count(out.String(), "\n"); answered != asked {
			t.Fatalf("asked %d times, answered %d", asked, answered)
		}
		for line := range strings.Lines(out.String()) {
			var a testkit.Answer
			if json.Unmarshal([]byte(line), &a) != nil || a.Verdict != testkit.Refuse {
				t.Fatalf("answered %q", line)
			}
		}
		if err != nil && !strings.HasPrefix(err.Error(), "testkit: ") {
			t.Fatal(err)
		}
	})
}
