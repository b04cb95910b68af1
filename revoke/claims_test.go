package revoke

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

func signNothing(context.Context, Claims, *Session) (string, error) { return "access", nil }

// payloads are valid, and have sid in places where it could be overlooked, or be
// seen though it is not there.
var payloads = []string{
	`{}`,
	`{"sid":"a"}`,
	`{"sid":""}`,
	`{"sub":"b","sid":"a"}`,
	`{"sid":"a","sub":"b"}`,
	`{ "sid" : "a" }`,
	`{"sid":	"a"}`,
	`{"sid":1}`,
	`{"sid":null}`,
	`{"sid":["a"]}`,
	`{"sid":{"sid":"a"}}`,
	`{"a":"sid"}`,
	`{"a":"sid","b":"sid"}`,
	`{"a":"sid","sid":"b"}`,
	`{"sid":"b","a":"sid"}`,
	`{"a":{"sid":"b"}}`,
	`{"a":{"sid":"b"},"sid":"c"}`,
	`{"sid":"c","a":{"sid":"b"}}`,
	`{"a":["sid"],"b":["sid","sid"]}`,
	`{"\u0073id":"a"}`,
	`{"sid":"\u0061"}`,
	`{"a":"\"sid\":\"b\""}`,
	`{"a":"\\","sid":"b"}`,
	`{"a":"{","sid":"b"}`,
	`{"sid":"{"}`,
	`{"SID":"a"}`,
	`{"sid ":"a"," sid":"b"}`,
	`{"a":":","sid":"b:c,d"}`,
	`{"sub":"user-1234567890","aud":"https://api.example.com","pad":12345,"sid":"at the edge of sixty"}`,
}

func TestSessionIDsAreReadAsByAParser(t *testing.T) {
	for _, payload := range payloads {
		for pad := range 70 {
			checkSessionID(t, spread(payload, pad))
		}
	}
}

// spread moves what is behind the first brace by some bytes.
func spread(payload string, pad int) string {
	member := `{"p":"` + zeros[:pad] + `"`
	if payload != `{}` {
		member += ","
	}
	return member + payload[1:]
}

const zeros = "0000000000000000000000000000000000000000000000000000000000000000000000"

func checkSessionID(t *testing.T, payload string) {
	id, ok := plainSessionID([]byte(payload))
	if !ok {
		return // the parser is asked
	}
	v, there := strictjson.Find([]byte(payload), "sid")
	want, isText := v.Text("")
	assert.True(t, !there || isText, "%s: got %q, want it left to the parser", payload, id)
	assert.Equal(t, want, id, payload)
}

func TestTheUsualPayloadNeedsNoParser(t *testing.T) {
	for _, payload := range []string{`{"iss":"a","sid":"b"}`, `{"iss":"a","sid":"b","aud":["c"]}`, `{"iss":"a"}`} {
		_, ok := plainSessionID([]byte(payload))
		assert.True(t, ok, payload)
	}
}

func FuzzSessionID(f *testing.F) {
	for _, payload := range payloads {
		f.Add(payload)
	}
	f.Add(`{"sid":"a`)
	f.Fuzz(func(t *testing.T, payload string) {
		o := strictjson.Read([]byte(payload), 0)
		for o.Next() {
		}
		if o.Problem() == "" {
			checkSessionID(t, payload)
		} else {
			plainSessionID([]byte(payload)) // does not panic
		}
	})
}
