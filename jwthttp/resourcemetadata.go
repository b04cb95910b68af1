package jwthttp

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// ResourceMetadata is a handler that tells clients of an API, a "protected resource"
// such as an MCP server, which issuers it takes tokens from (RFC 9728). With the
// resource https://api.example/mcp it serves
//
//	/.well-known/oauth-protected-resource/mcp
//
// and 404 for all else. Put it beside the middleware, which points clients to it:
//
//	metadata := &jwthttp.ResourceMetadata{Resource: "https://api.example/mcp", AuthorizationServers: []string{"https://login.example"}}
//	protect := &jwthttp.Middleware{Tokens: policy, Metadata: metadata}
//	http.Handle(jwthttp.ResourceMetadataPath, metadata)
//	http.Handle(jwthttp.ResourceMetadataPath+"/", metadata)
//	http.Handle("/mcp", protect.Handler(api))
//
// Clients ask the issuer for a token with the resource as its audience (RFC 8707), so
// it belongs in [jwt.Policy.Audience].
//
// It is plain data; do not change it while it is in use. The zero value publishes
// nothing and answers 500.
type ResourceMetadata struct {
	// Resource is the API's identifier: an https URL, or http with a loopback host,
	// without query and fragment. Required.
	Resource string

	AuthorizationServers []string // the issuers whose tokens are accepted, as in their iss
	ScopesSupported      []string // that clients may ask for
	BearerMethods        []string // how tokens are sent: header, body, query; nil: header

	// Members are further members of the document (RFC 9728 section 2), such as
	// resource_name or dpop_bound_access_tokens_required.
	Members map[string]any

	MaxAge         time.Duration // for which others may keep the document; 0: 10 minutes
	AllowAnyOrigin bool          // pages of every origin may read the document (CORS)
	Log            *slog.Logger  // gets, at level Error, why an answer is 500; may be nil
}

// ResourceMetadataPath is the path of all [ResourceMetadata], before that of the
// resource.
const ResourceMetadataPath = "/.well-known/oauth-protected-resource"

// ServeHTTP answers GET and HEAD.
func (m *ResourceMetadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if m == nil {
		m = &ResourceMetadata{}
	}
	p := publication{"application/json", m.MaxAge, m.AllowAnyOrigin, m.Log}
	_, own, err := m.location()
	if err != nil {
		p.fail(w, r, err)
		return
	}
	if asked := r.URL.EscapedPath(); strings.TrimSuffix(asked, "/") != strings.TrimSuffix(own, "/") {
		http.NotFound(w, r)
		return
	}
	p.serve(w, r, m.document)
}

// URL returns where the document is, and "" if the Resource is not one that has a
// document.
func (m *ResourceMetadata) URL() string {
	origin, path, err := m.location()
	if err != nil {
		return ""
	}
	return origin + path
}

// location returns the origin and the path of the document (RFC 9728 section 3).
func (m *ResourceMetadata) location() (origin, documentPath string, err error) {
	if m == nil {
		return "", "", errors.New("jwthttp: ResourceMetadata is nil")
	}
	u, err := checkIdentifier("ResourceMetadata.Resource", m.Resource)
	if err != nil {
		return "", "", err
	}
	own := strings.TrimSuffix(u.Path, "/")
	if u.String() != m.Resource || own != "" && path.Clean(own) != own {
		return "", "", fmt.Errorf("jwthttp: ResourceMetadata.Resource: got %s, want a URL in its usual form, like %s",
			strictjson.Quote(m.Resource), strictjson.Quote(u.Scheme+"://"+u.Host+path.Clean("/"+own)))
	}
	if own == "" {
		return u.Scheme + "://" + u.Host, ResourceMetadataPath, nil
	}
	return u.Scheme + "://" + u.Host, ResourceMetadataPath + u.EscapedPath(), nil
}

// Validate says what is wrong with the fields, for programs that want to fail at
// their start. Until that is fixed, the answer is 500.
func (m *ResourceMetadata) Validate() error {
	_, err := m.document()
	return err
}

func (m *ResourceMetadata) document() ([]byte, error) {
	if _, _, err := m.location(); err != nil {
		return nil, err
	}
	if m.MaxAge < 0 {
		return nil, errors.New("jwthttp: ResourceMetadata.MaxAge is negative")
	}
	for _, issuer := range m.AuthorizationServers {
		if _, err := checkIdentifier("ResourceMetadata.AuthorizationServers", issuer); err != nil {
			return nil, err
		}
	}
	if err := checkScopeSyntax(m.ScopesSupported); err != nil {
		return nil, err
	}
	methods := m.BearerMethods
	if methods == nil {
		methods = []string{"header"}
	}
	for _, method := range methods {
		if !slices.Contains([]string{"header", "body", "query"}, method) {
			return nil, errors.New("jwthttp: ResourceMetadata.BearerMethods: got " + strictjson.Quote(method) + ", want header, body or query")
		}
	}
	own := map[string]any{"resource": m.Resource, "bearer_methods_supported": methods}
	if len(m.AuthorizationServers) > 0 { // RFC 9728 section 3.2: no empty arrays
		own["authorization_servers"] = m.AuthorizationServers
	}
	if len(m.ScopesSupported) > 0 {
		own["scopes_supported"] = m.ScopesSupported
	}
	return metadataDocument(map[string]any{}, m.Members, own)
}
