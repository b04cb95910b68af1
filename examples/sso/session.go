package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/oidc"
)

// A session is a login of one browser at the shop.
type session struct {
	user, id, idToken string // id is the sid of the tokens
	began             time.Time

	mu        sync.Mutex // also so that a token is renewed once, whatever calls there are at once
	tokens    tokens
	issued    time.Time
	renewals  int
	calls     int
	automatic bool // an expired token is renewed before a call
	ended     bool // the issuer said so; the token is kept only to show that it is refused
	events    []event
}

// tokens are the answer of the issuer.
type tokens struct {
	Access    string `json:"access_token"`
	Refresh   string `json:"refresh_token"`
	ID        string `json:"id_token"`
	ExpiresIn int64  `json:"expires_in"`
}

// An event is one line of what the page shows.
type event struct {
	At   int64  `json:"at"`   // Unix time in milliseconds
	Kind string `json:"kind"` // issued, used, refused, renewed, ended
	Text string `json:"text"`
}

// newSession returns the session of a verified ID token.
func newSession(idToken *jwt.Token, tokens tokens) (*session, error) {
	claims, err := jwt.ClaimsAs[idClaims](idToken)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	s := &session{user: claims.Subject, id: claims.SessionID, idToken: tokens.ID, began: now, tokens: tokens, issued: now, automatic: true}
	s.note("issued", "Signed in; a token was issued, good for "+life(tokens))
	return s, nil
}

func life(t tokens) string { return fmt.Sprint(t.ExpiresIn, " s") }

// note adds a line, and forgets the oldest.
func (s *session) note(kind, text string) {
	const most = 50
	s.events = append(s.events, event{time.Now().UnixMilli(), kind, text})
	s.events = s.events[max(len(s.events)-most, 0):]
}

// A view is what the page may know.
type view struct {
	User      string  `json:"user"`
	Now       int64   `json:"now"` // times are Unix times in milliseconds
	Issued    int64   `json:"issued"`
	Expires   int64   `json:"expires"`
	Renewals  int     `json:"renewals"`
	Calls     int     `json:"calls"`
	Automatic bool    `json:"automatic"`
	Ended     bool    `json:"ended"`
	Events    []event `json:"events"`
}

func (s *session) view() *view {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &view{
		s.user, time.Now().UnixMilli(), s.issued.UnixMilli(), s.expires().UnixMilli(), s.renewals, s.calls, s.automatic, s.ended,
		append([]event{}, s.events...),
	}
}

func (s *session) expires() time.Time {
	return s.issued.Add(time.Duration(s.tokens.ExpiresIn) * time.Second)
}

func (s *session) setAutomatic(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.automatic = on
}

func (s *session) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.ended, s.tokens.Refresh, s.idToken = true, "", ""
		s.note("ended", "Signed out; the login server told the shop and both APIs")
	}
}

// renew gets the next tokens.
func (s *session) renew(ctx context.Context, shop *shop) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renewLocked(ctx, shop, "Renewed by hand")
}

func (s *session) renewLocked(ctx context.Context, shop *shop, why string) {
	if s.ended {
		return
	}
	next, err := shop.request(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {s.tokens.Refresh}})
	if err != nil {
		s.note("refused", "The token could not be renewed; please sign in again")
		return
	}
	s.tokens, s.issued = next, time.Now()
	s.renewals++
	s.note("renewed", why+"; a new token, good for "+life(next))
}

// An answer is what an API said.
type answer struct {
	Status int    `json:"status"`
	Text   string `json:"text"`
}

// call calls an API. A token that has expired, or is about to, is renewed first.
func (s *session) call(ctx context.Context, shop *shop, name, url string) answer {
	s.mu.Lock()
	if s.automatic && time.Until(s.expires()) < time.Second {
		s.renewLocked(ctx, shop, "Renewed silently")
	}
	token := s.tokens.Access
	s.calls++
	s.mu.Unlock()

	a, err := get(ctx, url, token)
	if err != nil {
		a = answer{http.StatusBadGateway, "The API cannot be reached"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.Status == http.StatusOK {
		s.note("used", "Accepted by "+name)
	} else {
		s.note("refused", fmt.Sprintf("Refused by %s: %d", name, a.Status))
	}
	return a
}

// get sends a request with a token.
func get(ctx context.Context, url, token string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	if err != nil {
		return answer{}, err
	}
	text := strings.TrimSpace(string(body))
	if response.StatusCode != http.StatusOK {
		text = "the token is refused: " + response.Header.Get("WWW-Authenticate")
	}
	return answer{response.StatusCode, text}, nil
}

// request asks the issuer for tokens. The shop proves who it is by an assertion.
func (s *shop) request(ctx context.Context, form url.Values) (tokens, error) {
	r, err := oidc.NewTokenRequest(ctx, s.issuer+"/token", form, s.key, clientID, s.issuer)
	if err != nil {
		return tokens{}, err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return tokens{}, err
	}
	defer response.Body.Close()
	var t tokens
	if err := json.NewDecoder(io.LimitReader(response.Body, 64<<10)).Decode(&t); err != nil {
		return tokens{}, err
	}
	if response.StatusCode != http.StatusOK || t.Access == "" {
		return tokens{}, errors.New("sso: the issuer gave no token")
	}
	return t, nil
}
