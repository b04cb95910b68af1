package jwthttp

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
)

const challengeHeader = "Www-Authenticate" // as http.Header has it

// answer writes the answer to a request that is not let through, and logs it.
func (m *Middleware) answer(w http.ResponseWriter, r *http.Request, refusal *Refusal) {
	guard := &refusalWriter{ResponseWriter: w, status: refusal.Status, challenges: slices.Clone(refusal.Header[challengeHeader])}
	for name, values := range refusal.Header {
		if name != challengeHeader { // beside which others may stand
			w.Header()[name] = values
		}
	}
	guard.addChallenges()
	if m == nil || m.Refused == nil {
		guard.writeUsual()
		m.log(r, refusal)
		return
	}
	returned := false
	defer func() {
		var problem []slog.Attr
		if !returned {
			// Not the value, which may hold a token. A stack has none.
			problem = append(problem, slog.String("panic", fmt.Sprintf("Middleware.Refused: %T", recover())), slog.String("stack", string(debug.Stack())))
		}
		if !guard.wroteHeader {
			guard.writeUsual()
		}
		m.log(r, refusal, problem...)
	}()
	m.Refused(guard, r, *refusal)
	returned = true
}

// A refusalWriter writes an answer whose status and challenges are decided. It
// has no Unwrap method, by which they could be got around.
type refusalWriter struct {
	http.ResponseWriter
	status      int
	challenges  []string
	wroteHeader bool
}

// WriteHeader writes the status that was decided, whatever it is told.
func (w *refusalWriter) WriteHeader(int) {
	if w.wroteHeader {
		return
	}
	w.wroteHeader = true
	w.addChallenges()
	w.ResponseWriter.WriteHeader(w.status)
}

func (w *refusalWriter) Write(body []byte) (int, error) {
	w.WriteHeader(0)
	return w.ResponseWriter.Write(body)
}

// addChallenges adds those that are not there to the challenges of others.
func (w *refusalWriter) addChallenges() {
	h := w.Header()
	for _, c := range w.challenges {
		if !slices.Contains(h[challengeHeader], c) {
			h[challengeHeader] = append(h[challengeHeader], c)
		}
	}
}

// writeUsual writes the answer that says nothing but the status.
func (w *refusalWriter) writeUsual() { http.Error(w, http.StatusText(w.status), w.status) }
