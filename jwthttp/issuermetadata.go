package jwthttp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// IssuerMetadata is a handler that publishes the keys of a token issuer: what
// [DiscoverKeys] and its like in other languages look for. Below the path of the
// URL it serves
//
//	/.well-known/openid-configuration  which names the issuer and its key set
//	/.well-known/jwks.json             the JWK Set (RFC 7517 section 5)
//
// and the first one also where RFC 8414 section 3 puts it. All else is 404. Only
// public keys leave it: of a private key its public part, and if there is a
// symmetric key, the answer is 500 and no key at all.
//
// A [jwk.KeyRing] signs and publishes, so that keys can be changed without a token
// being refused: a new key is published before it signs, and an old one until its
// tokens have expired.
//
//	ring := &jwk.KeyRing{Algorithm: jwt.ES256, RotateEvery: 30 * 24 * time.Hour}
//	issuer := &jwthttp.IssuerMetadata{URL: "https://login.example", Keys: ring.Published}
//	http.Handle("/.well-known/", issuer)
//
// It is plain data; do not change it once it is in use. The zero value
// publishes nothing and answers 500.
type IssuerMetadata struct {
	URL string // the issuer as in the iss claim: an https URL, or http with a loopback host; required

	// Keys returns the keys to publish now, private or public: that of a KeyRing is
	// Published. It is called for every request. Required.
	Keys func(ctx context.Context) ([]*jwk.Key, error)

	// MaxAge is the time for which others may keep an answer. 0: 10 minutes. It is
	// less than the PublishAhead of a KeyRing.
	MaxAge time.Duration

	// Members are further members of the metadata, such as authorization_endpoint and
	// token_endpoint, or they replace those that are there without them:
	//
	//	response_types_supported               ["id_token"], or ["code"] with an authorization_endpoint
	//	subject_types_supported                ["public"]
	//	id_token_signing_alg_values_supported  the algorithms of Keys
	Members map[string]any

	AllowAnyOrigin bool         // pages of every origin may read both documents (CORS)
	Log            *slog.Logger // gets, at level Error, why an answer is 500; may be nil
}

const (
	openIDPath = "/.well-known/openid-configuration"
	oauthPath  = "/.well-known/oauth-authorization-server"
	keysPath   = "/.well-known/jwks.json"
)

// ServeHTTP answers GET and HEAD.
func (i *IssuerMetadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u, err := i.url()
	if err != nil {
		i.publication("").fail(w, r, err)
		return
	}
	switch r.URL.Path {
	case u.Path + openIDPath, oauthPath + u.Path:
		i.publication("application/json").serve(w, r, func() ([]byte, error) { return i.metadata(r.Context()) })
	case u.Path + keysPath:
		i.publication("application/jwk-set+json").serve(w, r, func() ([]byte, error) { return i.keySet(r.Context()) })
	default:
		http.NotFound(w, r)
	}
}

func (i *IssuerMetadata) publication(contentType string) publication {
	if i == nil {
		return publication{}
	}
	return publication{contentType, i.MaxAge, i.AllowAnyOrigin, i.Log}
}

// Validate says what is wrong with the fields or the keys, for programs that want to
// fail at their start. Until that is fixed, the answer is 500.
func (i *IssuerMetadata) Validate(ctx context.Context) error {
	if _, err := i.url(); err != nil {
		return err
	}
	_, err := i.metadata(ctx)
	return err
}

// url checks the handler, and returns its URL without a slash at the end.
func (i *IssuerMetadata) url() (*url.URL, error) {
	switch {
	case i == nil || i.Keys == nil:
		return nil, errors.New("jwthttp: IssuerMetadata.Keys is nil, want the keys to publish")
	case i.MaxAge < 0:
		return nil, errors.New("jwthttp: IssuerMetadata.MaxAge is negative")
	}
	u, err := checkIdentifier("IssuerMetadata.URL", i.URL)
	if err != nil {
		return nil, err
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	return u, nil
}

// checkIdentifier checks a URL that is the name of an issuer or a resource.
func checkIdentifier(field, s string) (*url.URL, error) {
	u, err := checkURL(s)
	if err != nil {
		return nil, fmt.Errorf("jwthttp: %s: %w", field, err)
	}
	if u.RawQuery != "" || u.ForceQuery || strings.Contains(s, "#") {
		return nil, errors.New("jwthttp: " + field + " has a query or fragment, want none")
	}
	for _, c := range []byte(u.Host) {
		if !isAlphanumeric(c) && strings.IndexByte("-._:[]", c) < 0 {
			return nil, errors.New("jwthttp: " + field + ": got the host " + strictjson.Quote(u.Host) + ", want letters, digits, dots and hyphens")
		}
	}
	return u, nil
}

// metadata returns the document that names the key set.
func (i *IssuerMetadata) metadata(ctx context.Context) ([]byte, error) {
	keys, err := i.public(ctx)
	if err != nil {
		return nil, err
	}
	algorithms := []string{}
	for _, k := range keys {
		v, err := k.Verifier()
		if err == nil && !slices.Contains(algorithms, string(v.Algorithm())) { // not one for encryption
			algorithms = append(algorithms, string(v.Algorithm()))
		}
	}
	responseType := "id_token"
	if _, ok := i.Members["authorization_endpoint"]; ok {
		responseType = "code"
	}
	return metadataDocument(map[string]any{
		"response_types_supported":              []string{responseType},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": algorithms,
	}, i.Members, map[string]any{
		"issuer":   i.URL,
		"jwks_uri": strings.TrimSuffix(i.URL, "/") + keysPath,
	})
}

// keySet returns the JWK Set.
func (i *IssuerMetadata) keySet(ctx context.Context) ([]byte, error) {
	keys, err := i.public(ctx)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		Keys []*jwk.Key `json:"keys"`
	}{keys})
}

// public returns the public parts of the keys.
func (i *IssuerMetadata) public(ctx context.Context) ([]*jwk.Key, error) {
	keys, err := i.Keys(ctx)
	if err != nil {
		return nil, err
	}
	public := make([]*jwk.Key, 0, len(keys)) // not null
	for _, k := range keys {
		p := k.Public()
		if p == nil {
			return nil, fmt.Errorf("jwthttp: the key %s has no public part, want an asymmetric key", strictjson.Quote(k.KeyID()))
		}
		public = append(public, p)
	}
	return public, nil
}
