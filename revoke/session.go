package revoke

import (
	"crypto/rand"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt"
)

// A Session is what is known of one: a login, on one device.
type Session struct {
	ID        string             // the sid claim of its access tokens
	Subject   string             // the sub claim
	BeganAt   time.Time          // when Begin was called
	UsedAt    time.Time          // when it was last refreshed, or begun
	ExpiresAt time.Time          // when it ends, if it is not used before then or all the time
	Data      stdjson.RawMessage // what Begin was given, nil for nothing; Sign may change it
}

// A state is what a store keeps of a session, as JSON. Members that are added
// later must be optional: during a deployment, older and newer programs read each
// other's states, and leave alone what they do not know.
type state struct {
	Version    int             `json:"v"`
	ID         string          `json:"id"`
	Subject    string          `json:"sub"`
	Began      jwt.NumericDate `json:"began"`
	Ends       jwt.NumericDate `json:"ends"`
	LastExpiry jwt.NumericDate `json:"exp"`     // the latest of an access token
	Current    string          `json:"current"` // hash of the refresh token that works
	UsedAt     int64           `json:"at"`      // when the one before was first used, Unix time in ms
	Used       []used          `json:"used,omitzero"`
	Data       jsontext.Value  `json:"data,omitzero"`
	Others     jsontext.Value  `json:",embed"`
}

// used is a refresh token that was used, and works for the Grace: it brings the
// current one.
type used struct {
	Hash  string `json:"hash"`
	At    int64  `json:"at"`    // Unix time in ms
	Nonce string `json:"nonce"` // which makes the next token from this one
}

const (
	stateVersion = 1
	maxUsed      = 8        // refresh tokens used within the Grace; older ones count as stolen
	maxData      = 16 << 10 // bytes of a session's data
)

// decodeState reads the state of the session with the ID, of any if that is empty.
func decodeState(text, id string) (*state, error) {
	s := new(state)
	if err := json.Unmarshal([]byte(text), s); err != nil || s.ID == "" || id != "" && s.ID != id || s.Subject == "" || s.Current == "" {
		return nil, errors.New("revoke: the store returned what is not the state of the session")
	}
	if s.Version != stateVersion {
		return nil, fmt.Errorf("revoke: the state of the session has version %d, want %d", s.Version, stateVersion)
	}
	return s, nil
}

func (s *state) encode() (string, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("revoke: session: %w", err) // the subject is not valid UTF-8
	}
	return string(text), nil
}

// session returns what of the state is for users.
func (s *state) session(idle time.Duration) *Session {
	return &Session{s.ID, s.Subject, s.Began.Time(), time.UnixMilli(s.UsedAt), s.end(idle).Time(), stdjson.RawMessage(slices.Clone(s.Data))}
}

// encodeData returns the JSON of a session's data, nil for nil.
func encodeData(data any) (jsontext.Value, error) {
	if data == nil {
		return nil, nil
	}
	text, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("revoke: session data: %w", err)
	}
	return checkData(text)
}

func checkData(text []byte) (jsontext.Value, error) {
	switch {
	case len(text) == 0:
		return nil, nil
	case len(text) > maxData:
		return nil, fmt.Errorf("revoke: session data: %d bytes of JSON, want at most %d", len(text), maxData)
	case !jsontext.Value(text).IsValid():
		return nil, errors.New("revoke: session data is not valid JSON")
	}
	return text, nil
}

// successor returns the refresh token that replaces the one presented: a new one
// for the current token, or the current one for a token used within the grace. It
// returns nil for any other token. The clock that measured a use may be ahead.
func (s *state) successor(presented *refreshToken, now time.Time, grace time.Duration) *refreshToken {
	if sameHash(presented.hash(), s.Current) {
		return s.rotate(presented, now, grace)
	}
	next, found := presented, false
	for _, u := range s.Used {
		if !found {
			age := now.UnixMilli() - u.At
			found = sameHash(next.hash(), u.Hash) && -maxLeeway.Milliseconds() <= age && age <= grace.Milliseconds()
		}
		if found {
			next = next.next(u.Nonce)
		}
	}
	if !found || !sameHash(next.hash(), s.Current) {
		return nil
	}
	return next
}

// rotate makes another token the current one.
func (s *state) rotate(presented *refreshToken, now time.Time, grace time.Duration) *refreshToken {
	u := used{presented.hash(), now.UnixMilli(), rand.Text()}
	next := presented.next(u.Nonce)
	recent := func(u used) bool { return now.UnixMilli()-u.At <= grace.Milliseconds() }
	for len(s.Used) > 0 && (grace <= 0 || len(s.Used) >= maxUsed || !recent(s.Used[0])) {
		s.Used = s.Used[1:]
	}
	if grace > 0 {
		s.Used = append(s.Used, u)
	}
	s.Current, s.UsedAt = next.hash(), u.At
	return next
}

// end is when the current refresh token ceases to work.
func (s *state) end(idle time.Duration) jwt.NumericDate {
	if idle == 0 {
		return s.Ends
	}
	return min(s.Ends, add(jwt.NumericDate(s.UsedAt/1000), seconds(idle)))
}
