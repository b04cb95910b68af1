package page

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"sync/atomic"

	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/page/check"
)

// A Server serves the page on loopback, to whoever knows its path. It comes from
// [NewServer].
type Server struct {
	host, path, once string
	token            string
	fetch            func(ctx context.Context, url, issuer string) (keys []byte, err error)
	opened           atomic.Bool
}

// NewServer returns a server for a host such as 127.0.0.1:8081. The page shows the
// token at first, if there is one. fetch returns the JWK Set of a URL or, if that is
// empty, of an issuer.
func NewServer(host, token string, fetch func(ctx context.Context, url, issuer string) (keys []byte, err error)) *Server {
	return &Server{host: host, path: "/" + rand.Text() + "/", once: "/" + rand.Text(), token: token, fetch: fetch}
}

// URL is the address of the page. It is a secret: it gives access to the page's
// token, and fetches keys.
func (s *Server) URL() string { return "http://" + s.host + s.path }

// OnceURL leads to the page a single time. It is for command lines, which other
// users of the machine can see.
func (s *Server) OnceURL() string { return "http://" + s.host + s.once }

// maxRequest is how many bytes of a request are read: a token and keys, each
// character of which may be escaped.
const maxRequest = 4 * check.MaxText

// ServeHTTP serves the page. Pages of other origins get nothing.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Content-Security-Policy", policy("'self'", "'self'", "'self'")+"; frame-ancestors 'none'")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cache-Control", "no-store")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	if r.Host != s.host { // another name for this address, as of a site that rebinds its own
		http.Error(w, "this is another host", http.StatusMisdirectedRequest)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+s.once, s.serveOnce)
	mux.HandleFunc("GET "+s.path+"{$}", asset("text/html; charset=utf-8", indexHTML))
	mux.HandleFunc("GET "+s.path+"page.css", asset("text/css; charset=utf-8", pageCSS))
	mux.HandleFunc("GET "+s.path+"page.js", asset("text/javascript; charset=utf-8", pageJS))
	mux.HandleFunc("POST "+s.path+"token", s.own(s.serveToken))
	mux.HandleFunc("POST "+s.path+"check", s.own(serveCheck))
	mux.HandleFunc("POST "+s.path+"fetch", s.own(s.serveFetch))
	mux.ServeHTTP(w, r)
}

func asset(contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, text) // the browser has gone
	}
}

func (s *Server) serveOnce(w http.ResponseWriter, r *http.Request) {
	if s.opened.Swap(true) {
		http.NotFound(w, r)
		return
	}
	http.Redirect(w, r, s.path, http.StatusSeeOther)
}

// own lets requests through that the page itself has made: JSON, which other origins
// cannot send without asking, and from this origin as the browser says.
func (s *Server) own(serve func(ctx context.Context, body []byte) ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if r.Header.Get("Origin") != "http://"+s.host || mediaType != "application/json" {
			http.Error(w, "want JSON, sent by the page", http.StatusForbidden)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "the request is too large", http.StatusRequestEntityTooLarge)
			return
		}
		answer, err := serve(r.Context(), body)
		if err != nil {
			answer, _ = json.Marshal(map[string]string{"error": err.Error()})
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer) // the browser has gone
	}
}

func (s *Server) serveToken(context.Context, []byte) ([]byte, error) {
	return json.Marshal(map[string]string{"token": s.token})
}

func serveCheck(_ context.Context, body []byte) ([]byte, error) { return check.JSON(body), nil }

func (s *Server) serveFetch(ctx context.Context, body []byte) ([]byte, error) {
	var asked struct{ URL, Issuer string }
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, errors.New("the request is not well-formed")
	}
	keys, err := s.fetch(ctx, asked.URL, asked.Issuer)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]string{"keys": string(keys)})
}
