package jwttest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// AttackOptions are the options of [Attacks]. The zero value has the defaults.
type AttackOptions struct {
	// Request returns a new request with a token, that the handler answers if the token
	// is right; for "", one without a token. Nil: GET / with a bearer token.
	Request func(token string) *http.Request

	// Accepted reports whether the handler let a request through. Nil: the status is 2xx or
	// that of a right token, or a refusal ends with the body that a right token gets.
	Accepted func(answer *http.Response) bool

	// Revoke ends a token that the handler has accepted, as a logout does. Nil: what is
	// revoked is not tried.
	Revoke func(token string)

	// Allow are names of attacks, as the report has them, that the handler may let
	// through: each is a decision about the service, like the Allow fields of a policy.
	Allow []string
}

// Attacks sends a handler that trusts the issuer every token and request that it must
// refuse, and fails the test for those it lets through, with what is missing in the
// handler. It also fails if an attack makes the handler panic, answer with 500 or more,
// or ask an address that only the attack names.
//
// The handler must accept the issuer's right token: set the fields of the issuer, and
// the Now of the handler's policy, so that it does. If access tokens have a type of their
// own, set Issuer.Type: only then can one that takes ID tokens for access tokens be told.
// What depends on the service is not tried: scopes, subjects, and without
// AttackOptions.Revoke, revocation.
func Attacks(t testing.TB, handler http.Handler, issuer *Issuer, o AttackOptions) {
	t.Helper()
	if o.Request == nil {
		o.Request = func(token string) *http.Request { return Request(t, http.MethodGet, "/", token) }
	}
	x := newAttacker(t, issuer)
	x.handler, x.options = handler, o
	x.checkAllow()
	x.learn()
	for _, a := range attacks() {
		if !x.allowed(a.name) && !x.withstands(a) && a.name == noToken {
			return // to a handler without protection, the others say nothing
		}
	}
	if !x.accepted(x.send(x.request(issuer.Token(t)))) {
		t.Errorf("jwttest: after the attacks a right token is refused: the attacks may have been refused for another reason than what is wrong with them")
	}
}

// An attack is one way in which a service may wrongly accept.
type attack struct {
	name   string
	fix    string // what the service that lets it through has to do
	trials func(x *attacker) []trial
}

// A trial is a token, or else a request, that must be refused.
type trial struct {
	what    string
	token   string
	request *http.Request
}

func attacks() []attack {
	return slices.Concat(requestAttacks, keyAttacks, textAttacks, claimAttacks)
}

// learn finds out what the handler answers to a right token.
func (x *attacker) learn() {
	x.t.Helper()
	x.right = x.issuer.Token(x.t)
	answer := x.send(x.request(x.right))
	if answer == nil {
		x.t.Fatal("jwttest: a right token makes the handler panic")
	}
	body := bodyOf(answer)
	if x.options.Accepted == nil {
		status := answer.StatusCode
		x.options.Accepted = func(got *http.Response) bool {
			return got.StatusCode/100 == 2 || got.StatusCode == status ||
				len(body) >= minBody && strings.HasSuffix(bodyOf(got), body)
		}
		if status >= 400 {
			x.notLearned(answer, body)
		}
	} else if !x.accepted(answer) {
		x.notLearned(answer, body)
	}
}

// minBody is the length from which a body is found again behind that of a refusal.
const minBody = 8

func (x *attacker) notLearned(answer *http.Response, body string) {
	x.t.Helper()
	x.t.Fatalf("jwttest: a right token gets %d %q %q, so that no attack says anything; set the URL, Audience, Type and Claims of the issuer, or AttackOptions.Request, to what the handler accepts",
		answer.StatusCode, answer.Header.Get("WWW-Authenticate"), body[:min(len(body), 200)])
}

// withstands reports whether the handler refuses all trials of an attack.
func (x *attacker) withstands(a attack) bool {
	x.t.Helper()
	var through []string
	for _, trial := range a.trials(x) {
		r := trial.request
		if r == nil {
			r = x.request(trial.token)
		}
		x.asked.Store(0)
		answer := x.send(r)
		accepted := x.accepted(answer)
		switch {
		case answer == nil: // reported by send
			through = append(through, trial.what+" makes it panic")
		case accepted && answer.StatusCode >= 400:
			through = append(through, fmt.Sprintf("%s gets %d, and behind it what a right token gets", trial.what, answer.StatusCode))
		case accepted:
			through = append(through, fmt.Sprintf("%s gets %d", trial.what, answer.StatusCode))
		case answer.StatusCode >= 500:
			through = append(through, fmt.Sprintf("%s gets %d, want 401", trial.what, answer.StatusCode))
		case x.asked.Load() > 0:
			through = append(through, trial.what+" makes it send requests there")
		}
	}
	if len(through) == 0 {
		return true
	}
	x.t.Errorf("jwttest: attack %q: %s. Fix: %s", a.name, strings.Join(through, "; "), a.fix)
	return false
}

// checkAllow fails the test for a name that is none.
func (x *attacker) checkAllow() {
	x.t.Helper()
	for _, name := range x.options.Allow {
		if !slices.ContainsFunc(attacks(), func(a attack) bool { return a.name == name }) {
			x.t.Fatalf("jwttest: %q is to be allowed, which is no attack", name)
		}
	}
}

func (x *attacker) allowed(name string) bool { return slices.Contains(x.options.Allow, name) }

func (x *attacker) accepted(answer *http.Response) bool {
	return answer != nil && x.options.Accepted(answer)
}

// request returns a request with a token, or without any for "".
func (x *attacker) request(token string) *http.Request {
	r := x.options.Request(token)
	if token == "" {
		r.Header.Del("Authorization") // a function that does not know "" leaves a scheme there
	}
	return r
}

// bodyOf returns the body of an answer, which can be read again.
func bodyOf(answer *http.Response) string {
	body, _ := io.ReadAll(answer.Body) // of a recorder, that cannot fail
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return string(body)
}

// send returns the answer of the handler, and nil if it panics. A handler that aborts
// the connection has refused.
func (x *attacker) send(r *http.Request) (answer *http.Response) {
	w := httptest.NewRecorder()
	defer func() {
		if v := recover(); v != nil {
			if err, _ := v.(error); errors.Is(err, http.ErrAbortHandler) {
				answer = &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{}, Body: http.NoBody}
			}
		}
	}()
	x.handler.ServeHTTP(w, r)
	return w.Result()
}
