package jwthttp

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A publication is how a public document is served.
type publication struct {
	contentType    string
	maxAge         time.Duration // 0: 10 minutes
	allowAnyOrigin bool
	log            *slog.Logger
}

const defaultPublicAge = 10 * time.Minute

// serve answers GET and HEAD, and the preflights of other origins' pages if they
// may read the document. An error is 500, without a word of why.
func (p publication) serve(w http.ResponseWriter, r *http.Request, document func() ([]byte, error)) {
	h := w.Header()
	if p.allowAnyOrigin {
		h.Set("Access-Control-Allow-Origin", "*") // it is the same for everybody
		if isPreflight(r) {
			h.Set("Access-Control-Allow-Methods", "GET, HEAD")
			h.Set("Access-Control-Allow-Headers", "*")
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	body, err := document()
	if err != nil {
		p.fail(w, r, err)
		return
	}
	maxAge := p.maxAge
	if maxAge == 0 {
		maxAge = defaultPublicAge
	}
	sum := sha256.Sum256(body)
	h.Set("Content-Type", p.contentType)
	h.Set("Cache-Control", "public, max-age="+strconv.FormatInt(int64(maxAge/time.Second), 10))
	h.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body)) // answers If-None-Match
}

func (p publication) fail(w http.ResponseWriter, r *http.Request, err error) {
	if p.log != nil {
		p.log.LogAttrs(r.Context(), slog.LevelError, "not published", slog.String("path", r.URL.Path), slog.String("error", err.Error()))
	}
	http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
}

// metadataDocument returns the JSON of a metadata document: the defaults, then what its
// users add or replace, then what is not theirs to set.
func metadataDocument(defaults, more, own map[string]any) ([]byte, error) {
	all := maps.Clone(defaults)
	for name, value := range more {
		if _, taken := own[name]; taken {
			return nil, errors.New("jwthttp: Members has " + strictjson.Quote(name) + ", which a field sets")
		}
		all[name] = value
	}
	maps.Copy(all, own)
	document, err := json.Marshal(all, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("jwthttp: Members: %w", err)
	}
	return document, nil
}
