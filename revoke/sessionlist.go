package revoke

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// List returns the sessions of a subject that can be refreshed, the last used
// first.
func (s *Sessions) List(ctx context.Context, subject string) ([]Session, error) {
	keep, err := s.incomplete()
	if err != nil {
		return nil, err
	}
	states, err := s.list(ctx, keep, subject)
	if err != nil {
		return nil, err
	}
	list := make([]Session, len(states))
	for i, st := range states {
		list[i] = *st.session(s.IdleLifetime)
	}
	return list, nil
}

// list returns the states of the sessions that can be refreshed, the last used
// first.
func (s *Sessions) list(ctx context.Context, keep store.SessionStore, subject string) ([]*state, error) {
	texts, err := keep.List(ctx, s.Issuer, subject)
	if err != nil {
		return nil, jose.Undecided[*jwt.VerifyError]("revoke: asking the store", err)
	}
	a, err := s.DenyList.lookup(ctx, store.Query{Issuer: s.Issuer, Subject: subject})
	if err != nil {
		return nil, err
	}
	now := s.DenyList.now()
	var states []*state
	for _, text := range texts {
		st, err := decodeState(text, "")
		switch {
		case err != nil:
			return nil, err
		case st.Subject != subject:
			return nil, errors.New("revoke: the store returned a session of another subject")
		}
		q := store.Query{Issuer: s.Issuer, SessionID: st.ID, Subject: subject}
		over := jwt.NewNumericDate(now) >= st.end(s.IdleLifetime)
		if !over && s.DenyList.judge(a, q, life{st.Began, lastSecond(st.Ends), 60}) == nil {
			states = append(states, st)
		}
	}
	slices.SortFunc(states, func(a, b *state) int { return int(b.UsedAt - a.UsedAt) })
	return states, nil
}

// limit ends sessions of the subject if there are too many, but not the one that
// has just begun. It reports true if it ended some, and that one was ended, too.
func (s *Sessions) limit(ctx context.Context, subject, begun string) (bool, error) {
	keep, most := s.DenyList.Store.(store.SessionStore), s.MaxSessions
	if most == 0 {
		most = 100
	}
	states, err := s.list(ctx, keep, subject)
	if err != nil {
		return false, err
	}
	states = slices.DeleteFunc(states, func(st *state) bool { return st.ID == begun })
	if len(states) < most {
		return false, nil
	}
	if err := s.end(ctx, s.DenyList.now(), states[most-1:]...); err != nil {
		return false, err
	}
	a, err := s.DenyList.lookup(ctx, store.Query{Issuer: s.Issuer, SessionID: begun})
	return a.SessionID, err
}

// End ends the session that a refresh token belongs to, also if the token was
// used before: its tokens are refused from now on. A session that has ended
// already is no error (RFC 7009 section 2.2), but a text that is no refresh token
// is a *[jwt.VerifyError] with [jwt.ErrMalformed]. Any other error means that the
// session may not have ended, and it is safe to call End again.
func (s *Sessions) End(ctx context.Context, refreshToken string) error {
	keep, err := s.incomplete()
	if err != nil {
		return err
	}
	token, ok := parseRefreshToken(refreshToken)
	if !ok {
		return notRefresh()
	}
	// Without a session nothing is recorded, or anybody could fill the store.
	_, err = s.endOne(ctx, keep, token.sessionID(), "")
	return err
}

// EndSession ends a session of the subject by its ID, as List returned it, and
// reports whether there was one. It does not end a session of another subject.
func (s *Sessions) EndSession(ctx context.Context, subject, sessionID string) (bool, error) {
	keep, err := s.incomplete()
	if err != nil {
		return false, err
	}
	if subject == "" || sessionID == "" {
		return false, errors.New("revoke: subject or session ID is empty")
	}
	return s.endOne(ctx, keep, sessionID, subject)
}

// endOne ends a session if there is one, of the subject if that is not empty.
func (s *Sessions) endOne(ctx context.Context, keep store.SessionStore, id, subject string) (bool, error) {
	text, _, err := keep.Load(ctx, store.Query{Issuer: s.Issuer, SessionID: id})
	if err != nil {
		return false, jose.Undecided[*jwt.VerifyError]("revoke: asking the store", err)
	}
	if text == "" {
		return false, nil
	}
	st, err := decodeState(text, id)
	if err != nil {
		return false, err
	}
	if subject != "" && st.Subject != subject {
		return false, nil
	}
	return true, s.end(ctx, s.DenyList.now(), st)
}

// endByAccessToken ends the session of an access token.
func (s *Sessions) endByAccessToken(ctx context.Context, text string) error {
	keep, err := s.incomplete()
	if err != nil {
		return err
	}
	t, err := s.DenyList.verify(ctx, text)
	if err != nil {
		return err
	}
	id, refusal := sessionID(t)
	switch {
	case refusal != nil:
		return refusal
	case id == "" || t.Claims.Issuer != s.Issuer:
		return badClaim("sid", "got a token of no session")
	}
	_, err = s.endOne(ctx, keep, id, t.Claims.Subject)
	return err
}

// EndAll ends all sessions of a subject: "log out everywhere". Tokens that others
// issue for the subject with the same iss are revoked as well, as by
// RevokeSubject. A session that begins after EndAll has returned is not ended.
func (s *Sessions) EndAll(ctx context.Context, subject string) error {
	keep, err := s.incomplete()
	if err != nil {
		return err
	}
	now := s.DenyList.now()
	if err := s.DenyList.RevokeSubject(ctx, s.Issuer, subject, now); err != nil {
		return err
	}
	// One by one as well, since they may have begun by a clock that is far ahead.
	texts, err := keep.List(ctx, s.Issuer, subject)
	if err != nil {
		return jose.Undecided[*jwt.VerifyError]("revoke: asking the store", err)
	}
	states := make([]*state, len(texts))
	for i, text := range texts {
		if states[i], err = decodeState(text, ""); err != nil {
			return err
		}
	}
	return s.end(ctx, now, states...)
}

// end revokes sessions for as long as any of their access tokens can live: also
// one that is being issued at this moment, by a clock that is ahead.
func (s *Sessions) end(ctx context.Context, now time.Time, states ...*state) error {
	soon := add(jwt.NewNumericDate(now), add(seconds(maxLeeway), seconds(s.AccessLifetime)))
	entries := make([]store.Entry, len(states))
	for i, st := range states {
		entries[i] = store.Entry{Issuer: s.Issuer, SessionID: st.ID, Until: lastSecond(max(st.LastExpiry, soon))}
	}
	return s.DenyList.revoke(ctx, entries...)
}
