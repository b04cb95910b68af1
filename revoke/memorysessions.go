package revoke

import (
	"context"
	"slices"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

var (
	_ store.SessionStore = (*Memory)(nil)
	_ store.OnceStore    = (*Memory)(nil)
)

// Load implements [store.SessionStore].
func (m *Memory) Load(_ context.Context, q store.Query) (string, store.Answer, error) {
	if err := m.unmade(); err != nil {
		return "", store.Answer{}, err
	}
	n := m.names(q)
	m.lock.RLock()
	defer m.lock.RUnlock()
	s, _ := m.sessions.get(n.session)
	return s.state, m.answer(q, n), nil
}

// Swap implements [store.SessionStore]. It is an error if there is no room for a
// new session.
func (m *Memory) Swap(_ context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
	if err := m.unmade(); err != nil {
		return false, store.Answer{}, err
	}
	if err := c.Check(); err != nil {
		return false, store.Answer{}, err
	}
	q := store.Query{Issuer: c.Issuer, SessionID: c.SessionID, Subject: c.Subject}
	n := m.names(q)
	m.lock.Lock()
	defer m.lock.Unlock()
	a := m.answer(q, n)
	if a.SessionID {
		return false, a, nil
	}
	clock, end := m.clock(), m.end32(c.Until, now)
	m.drop(n.session, clock)
	switch old := m.sessions.slot(n.session); {
	case old != nil && (old.value.state == c.New || old.value.state == c.Old):
		old.value.state, old.until = c.New, end
	case old != nil || c.Old != "":
		return false, a, nil
	case !m.room(&m.sessions.used, clock):
		return false, a, full("sessions")
	default:
		m.sessions.insert(n.session, end, kept{c.New, n.subject})
	}
	m.belongs(n.session, n.subject, end)
	return true, a, nil
}

// belongs notes whose session it is.
func (m *Memory) belongs(session, subject hash, end uint32) {
	slot := m.subjects.slot(subject)
	if slot == nil {
		m.subjects.insert(subject, end, []hash{session})
		return
	}
	slot.until = max(slot.until, end)
	if !slices.Contains(slot.value, session) {
		slot.value = append(slices.DeleteFunc(slot.value, m.gone), session)
	}
}

func (m *Memory) gone(session hash) bool { return m.sessions.slot(session) == nil }

// end removes a session.
func (m *Memory) end(session hash) {
	s, _ := m.sessions.get(session) // of nobody, if it is not there
	m.sessions.remove(session)
	if slot := m.subjects.slot(s.subject); slot != nil {
		slot.value = slices.DeleteFunc(slot.value, m.gone)
		if len(slot.value) == 0 {
			m.subjects.remove(s.subject)
		}
	}
}

// List implements [store.SessionStore].
func (m *Memory) List(_ context.Context, issuer, subject string) ([]string, error) {
	if err := m.unmade(); err != nil {
		return nil, err
	}
	n := m.names(store.Query{Issuer: issuer, Subject: subject})
	m.lock.RLock()
	defer m.lock.RUnlock()
	sessions, _ := m.subjects.get(n.subject)
	var states []string
	for _, session := range sessions {
		if s, ok := m.sessions.get(session); ok {
			states = append(states, s.state)
		}
	}
	return states, nil
}
