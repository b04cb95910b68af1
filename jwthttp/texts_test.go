package jwthttp_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/errortest"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func TestErrorsOfRequestsSayWhatIsWanted(t *testing.T) {
	_, policy := newHMAC(t)
	request := func(headers ...string) *http.Request {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Add(headers[i], headers[i+1])
		}
		return r
	}
	of := func(change func(m *jwthttp.Middleware), headers ...string) error {
		m := &jwthttp.Middleware{Tokens: policy}
		if change != nil {
			change(m)
		}
		return errortest.Of(m.Authenticate(request(headers...)))
	}
	proofs := func(m jwthttp.ConfirmationMethod) error {
		return (&jwthttp.Middleware{Tokens: policy, Proofs: []jwthttp.ProofVerifier{&fakeProofs{method: m}}}).Validate()
	}
	twice := []string{"Cookie", "a=b; a=c", "X-Token", "a", "X-Token", "b"}
	key, _ := newHMAC(t)
	accepted := "Bearer " + sign(t, key, jwt.Claims{ExpiresAt: inAnHour()})
	bound := "Bearer " + sign(t, key, bound{jwt.Claims{ExpiresAt: inAnHour()}, map[string]string{"jkt": "a"}})
	errortest.Texts(t, []errortest.Row{
		{of(nil), `jwthttp: the request has no token`},
		{of(nil, "Authorization", "Bearer a", "Authorization", "Bearer b"), `jwthttp: malformed request: got several Authorization headers, want one`},
		{of(nil, "Authorization", " "), `jwthttp: malformed request: got an Authorization header without a scheme`},
		{of(nil, "Authorization", "Bearer"), `jwthttp: malformed request: got a malformed Authorization header, want a scheme, a space and one token`},
		{of(nil, "Authorization", "Bearer a,b"), `jwthttp: malformed request: got a malformed Authorization header, want a scheme, a space and one token`},
		{errortest.Of(jwthttp.CookieToken("a")(request(twice...))), `got several cookies of that name, want one`},
		{errortest.Of(jwthttp.HeaderToken("X-Token")(request(twice...))), `got several headers of that name, want one`},
		{of(func(m *jwthttp.Middleware) { m.Tokens = nil }, "Authorization", accepted), `jwthttp: Middleware.Tokens is nil, want what verifies tokens`},
		{of(func(m *jwthttp.Middleware) { m.Tokens = neither{} }, "Authorization", accepted), `jwthttp: Middleware.Tokens returned neither a token nor an error`},
		{of(nil, "Authorization", bound), `jwt: claim not acceptable: cnf: it is bound by "jkt", and none of Middleware.Proofs is for that; AllowUnproven accepts it without`},
		{of(func(m *jwthttp.Middleware) { m.RequireProof, m.Proofs = true, []jwthttp.ProofVerifier{tlsLike()} }, "Authorization", accepted), `jwt: claim not acceptable: cnf: it has no proof, and Middleware.RequireProof wants one`},
		{of(func(m *jwthttp.Middleware) { m.Proofs = []jwthttp.ProofVerifier{dpopLike()} }, "Authorization", "DPoP"+accepted[6:]), `jwt: claim not acceptable: cnf: it comes as DPoP and is not bound to a key for that`},
		{(&jwthttp.Middleware{}).Validate(), `jwthttp: Middleware.Tokens is nil, want what verifies tokens`},
		{(&jwthttp.Middleware{Tokens: &jwt.Policy{}}).Validate(), `jwthttp: Middleware.Tokens: jwt: Policy.Keys is nil, want the keys to trust`},
		{(&jwthttp.Middleware{Tokens: policy, Realm: "\n"}).Validate(), `jwthttp: Middleware.Realm has a control character`},
		{(&jwthttp.Middleware{Tokens: policy, RequireProof: true}).Validate(), `jwthttp: Middleware has RequireProof and no Proofs`},
		{(&jwthttp.Middleware{Tokens: policy, Proofs: []jwthttp.ProofVerifier{nil}}).Validate(), `jwthttp: one of Middleware.Proofs is nil or has no name`},
		{proofs(jwthttp.ConfirmationMethod{Name: "a", Scheme: "bearer"}), `jwthttp: Middleware.Proofs: got the scheme "bearer", want one of its own, or none`},
		{proofs(jwthttp.ConfirmationMethod{Name: "a", Scheme: "b", Parameters: map[string]string{"realm": "c"}}), `jwthttp: Middleware.Proofs: the challenge parameter "realm" is not one to add`},
		{proofs(jwthttp.ConfirmationMethod{Name: "a", Scheme: "b", Parameters: map[string]string{"Scope": "c"}}), `jwthttp: Middleware.Proofs: the challenge parameter "Scope" is not one to add`},
		{proofs(jwthttp.ConfirmationMethod{Name: "a", Scheme: "b", Parameters: map[string]string{"error": "c"}}), `jwthttp: Middleware.Proofs: the challenge parameter "error" is not one to add`},
		{proofs(jwthttp.ConfirmationMethod{Name: "a", Scheme: "b", Parameters: map[string]string{"resource_metadata": "c"}}), `jwthttp: Middleware.Proofs: the challenge parameter "resource_metadata" is not one to add`},
		{(*jwthttp.RequestError)(nil), `jwthttp: malformed request`},
		{&jwthttp.ProofError{}, `jwthttp: proof of possession refused`},
		{jwthttp.SendTokenFile("texts_test.go")(request()), `the file "texts_test.go" holds no bearer token`},
	})
}

func TestErrorsOfRemoteKeysSayWhatIsWanted(t *testing.T) {
	remote := func(url string, o jwthttp.RemoteOptions) error { return errortest.Of(jwthttp.NewRemoteKeys(url, o)) }
	discovered := func(issuer string, o jwthttp.RemoteOptions) error {
		return errortest.Of(jwthttp.DiscoverKeys(issuer, o))
	}
	const at, issuer = "https://issuer.example/keys", "https://issuer.example"
	fetched := func(f transportFunc) error {
		return newRemote(t, at, jwthttp.RemoteOptions{Client: &http.Client{Transport: f}}).Refresh(t.Context())
	}
	answered := func(h http.HandlerFunc) error {
		return fetched(func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			h(w, r)
			return w.Result(), nil
		})
	}
	metadata := func(text string) error {
		f := transportFunc(func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			answerJSON(text)(w, r)
			return w.Result(), nil
		})
		keys, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{Client: &http.Client{Transport: f}, MetadataURL: issuer + "/m"})
		require.NoError(t, err)
		return keys.Refresh(t.Context())
	}
	refusing := func(*http.Request) (*http.Response, error) { return nil, errors.New("down") }
	nowhere, err := jwthttp.DiscoverKeys(issuer+"/a", jwthttp.RemoteOptions{Client: &http.Client{Transport: transportFunc(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		http.NotFound(w, r)
		return w.Result(), nil
	})}})
	require.NoError(t, err)
	set, err := jwk.NewSet(newKey(t).Public())
	require.NoError(t, err)
	keySet, err := set.MarshalJSON()
	require.NoError(t, err)
	there := true
	gone, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{MetadataURL: issuer + "/m", Client: &http.Client{Transport: transportFunc(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		switch {
		case !there:
			http.NotFound(w, r)
		case r.URL.Path == "/m":
			metadataOf("/keys")(w, r)
		default:
			answerJSON(string(keySet))(w, r)
		}
		return w.Result(), nil
	})}})
	require.NoError(t, err)
	require.NoError(t, gone.Refresh(t.Context()))
	there = false
	prepared := newRemote(t, at, jwthttp.RemoteOptions{Prepare: jwthttp.SendTokenFile("texts_test.go")})
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	hung := make(chan struct{})
	defer close(hung)
	slow := newRemote(t, at, jwthttp.RemoteOptions{Client: &http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
		<-hung
		return nil, errors.New("down")
	})}})
	errortest.Texts(t, []errortest.Row{
		{remote(at, jwthttp.RemoteOptions{MetadataURL: at}), `jwthttp: NewRemoteKeys with a MetadataURL, want DiscoverKeys`},
		{remote("\x7f", jwthttp.RemoteOptions{}), `jwthttp: the URL is malformed`},
		{remote("https://a:b@issuer.example", jwthttp.RemoteOptions{}), `jwthttp: the URL has user information, want none`},
		{remote("ftp://issuer.example", jwthttp.RemoteOptions{}), `jwthttp: got the URL "ftp://issuer.example", want https and a host`},
		{remote("http://issuer.example", jwthttp.RemoteOptions{}), `jwthttp: got the URL "http://issuer.example", want https, or http with a loopback host or RemoteOptions.AllowHTTP`},
		{remote(at, jwthttp.RemoteOptions{MaxAge: -1}), `jwthttp: a duration of RemoteOptions is negative`},
		{remote(at, jwthttp.RemoteOptions{MaxAge: time.Second, RefreshAfter: time.Minute}), `jwthttp: RemoteOptions: got CoolDown 30s, RefreshAfter 1m0s, MaxAge 1s, want none longer than the next`},
		{remote(at, jwthttp.RemoteOptions{RSAAlgorithm: "ES256"}), `jwthttp: RemoteOptions: jwk: got "ES256" for RSA keys, want one of the RS and PS algorithms`},
		{remote("http://"+strings.Repeat("a", 300), jwthttp.RemoteOptions{}), `jwthttp: got the URL "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"…, want https, or http with a loopback host or RemoteOptions.AllowHTTP`},
		{accept(t, newRemote(t, at, jwthttp.RemoteOptions{Client: &http.Client{Transport: transportFunc(refusing)}}), tokenOf(t, newKey(t))), `jwt: looking for the key: jwthttp: keys not available: "https://issuer.example/keys": down`},
		{nowhere.Refresh(t.Context()), `jwthttp: keys not fetched: "https://issuer.example/a/.well-known/openid-configuration": got status 404, want 200; and "https://issuer.example/.well-known/oauth-authorization-server/a": got status 404, want 200`},
		{fetched(func(*http.Request) (*http.Response, error) { runtime.Goexit(); return nil, nil }), `jwthttp: keys not fetched: "https://issuer.example/keys": a function of RemoteOptions ended its goroutine`},
		{discovered("", jwthttp.RemoteOptions{}), `jwthttp: DiscoverKeys without an issuer`},
		{discovered(issuer, jwthttp.RemoteOptions{MetadataURL: "x"}), `jwthttp: got the URL "x", want https and a host, for MetadataURL`},
		{discovered(issuer+"?a", jwthttp.RemoteOptions{}), `jwthttp: the issuer "https://issuer.example" has a query or fragment`},
		{discovered(issuer+"/.well-known/openid-configuration", jwthttp.RemoteOptions{}), `jwthttp: got the URL "https://issuer.example/.well-known/openid-configuration" of metadata, want the issuer, as its tokens name it in iss; metadata at another place go into RemoteOptions.MetadataURL`},
		{new(jwthttp.RemoteKeys).Refresh(t.Context()), `jwthttp: RemoteKeys without a URL, want one from NewRemoteKeys or DiscoverKeys`},
		{slow.Refresh(canceled), `jwthttp: waiting for keys: context canceled`},
		{prepared.Refresh(t.Context()), `jwthttp: keys not fetched: "https://issuer.example/keys": preparing the request: the file "texts_test.go" holds no bearer token`},
		{answered(status(404)), `jwthttp: keys not fetched: "https://issuer.example/keys": got status 404, want 200`},
		{answered(answerJSON("{}")), `jwthttp: keys not fetched: "https://issuer.example/keys": jwk: not a JWK Set: keys is absent; Parse reads one JWK`},
		{answered(func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 20<<20)) }), `jwthttp: keys not fetched: "https://issuer.example/keys": got more than 1048576 bytes`},
		{answered(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://other.example", http.StatusFound)
		}), `jwthttp: keys not fetched: "https://issuer.example/keys": redirected to another origin`},
		{answered(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/keys", http.StatusFound) }), `jwthttp: keys not fetched: "https://issuer.example/keys": redirected too often`},
		{fetched(func(*http.Request) (*http.Response, error) { return nil, errors.New("down") }), `jwthttp: keys not fetched: "https://issuer.example/keys": down`},
		{fetched(func(*http.Request) (*http.Response, error) { panic("out of order") }), `jwthttp: keys not fetched: "https://issuer.example/keys": a function of RemoteOptions panicked with a string`},
		{metadata("[]"), `jwthttp: keys not fetched: "https://issuer.example/m": metadata: not a JSON object`},
		{metadata(`{"issuer":"https://~other.example"}`), `jwthttp: keys not fetched: "https://issuer.example/m": metadata: got the issuer "https://~other.example", want exactly "https://issuer.example"`},
		{gone.Refresh(t.Context()), `jwthttp: keys not fetched: "https://issuer.example/keys": got status 404, want 200; and "https://issuer.example/m": got status 404, want 200`},
		{metadata(`{"issuer":"https://other.example"}`), `jwthttp: keys not fetched: "https://issuer.example/m": metadata: got the issuer "https://other.example", want exactly "https://issuer.example"`},
		{metadata(`{"issuer":"https://{tenant}.example"}`), `jwthttp: keys not fetched: "https://issuer.example/m": metadata: got the issuer "https://{tenant}.example", want exactly "https://issuer.example"; this is a template for many issuers: give it to DiscoverKeys as the issuer, and this URL as the MetadataURL; Policy.IssuerTemplate holds the tokens against it`},
		{metadata(`{"issuer":"https://issuer.example"}`), `jwthttp: keys not fetched: "https://issuer.example/m": metadata: jwks_uri: got the URL "", want https and a host`},
		{metadata(`{"issuer":"https://issuer.example","jwks_uri":"http://localhost/keys"}`), `jwthttp: keys not fetched: "https://issuer.example/m": metadata: jwks_uri: got "http://localhost/keys", want https, as for the metadata`},
	})
}

func TestErrorsOfMetadataSayWhatIsWanted(t *testing.T) {
	ctx := t.Context()
	secret, err := jwk.New(jwt.HS256, bytes.Repeat([]byte{1}, 32), "a")
	require.NoError(t, err)
	issuer := func(change func(i *jwthttp.IssuerMetadata)) error {
		i := &jwthttp.IssuerMetadata{URL: "https://issuer.example", Keys: publish()}
		change(i)
		return i.Validate(ctx)
	}
	resource := func(change func(m *jwthttp.ResourceMetadata)) error {
		m := &jwthttp.ResourceMetadata{Resource: "https://api.example"}
		change(m)
		return m.Validate()
	}
	errortest.Texts(t, []errortest.Row{
		{issuer(func(i *jwthttp.IssuerMetadata) { i.Keys = nil }), `jwthttp: IssuerMetadata.Keys is nil, want the keys to publish`},
		{issuer(func(i *jwthttp.IssuerMetadata) { i.MaxAge = -1 }), `jwthttp: IssuerMetadata.MaxAge is negative`},
		{issuer(func(i *jwthttp.IssuerMetadata) { i.URL = "http://issuer.example" }), `jwthttp: IssuerMetadata.URL: got the URL "http://issuer.example", want https, or http with a loopback host`},
		{issuer(func(i *jwthttp.IssuerMetadata) { i.URL = "https://issuer.example?a" }), `jwthttp: IssuerMetadata.URL has a query or fragment, want none`},
		{issuer(func(i *jwthttp.IssuerMetadata) { i.URL = "https://a$b" }), `jwthttp: IssuerMetadata.URL: got the host "a$b", want letters, digits, dots and hyphens`},
		{issuer(func(i *jwthttp.IssuerMetadata) { i.Keys = publish(secret) }), `jwthttp: the key "a" has no public part, want an asymmetric key`},
		{issuer(func(i *jwthttp.IssuerMetadata) { i.Members = map[string]any{"issuer": "a"} }), `jwthttp: Members has "issuer", which a field sets`},
		{(*jwthttp.ResourceMetadata)(nil).Validate(), `jwthttp: ResourceMetadata is nil`},
		{resource(func(m *jwthttp.ResourceMetadata) { m.Resource = "https://api.example/a/../b" }), `jwthttp: ResourceMetadata.Resource: got "https://api.example/a/../b", want a URL in its usual form, like "https://api.example/b"`},
		{resource(func(m *jwthttp.ResourceMetadata) { m.MaxAge = -1 }), `jwthttp: ResourceMetadata.MaxAge is negative`},
		{resource(func(m *jwthttp.ResourceMetadata) { m.AuthorizationServers = []string{"a"} }), `jwthttp: ResourceMetadata.AuthorizationServers: got the URL "a", want https and a host`},
		{resource(func(m *jwthttp.ResourceMetadata) { m.ScopesSupported = []string{"a b"} }), `jwthttp: got the scope "a b", want printable ASCII without spaces, quotes and backslashes (RFC 6749 section 3.3)`},
		{resource(func(m *jwthttp.ResourceMetadata) { m.Resource = "http://api.example" }), `jwthttp: ResourceMetadata.Resource: got the URL "http://api.example", want https, or http with a loopback host`},
		{resource(func(m *jwthttp.ResourceMetadata) { m.BearerMethods = []string{"header", "body", "query", "a"} }), `jwthttp: ResourceMetadata.BearerMethods: got "a", want header, body or query`},
	})
}

// What is logged, beside the time.
func TestLogsSayWhatWentWrong(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	_, policy := newHMAC(t)
	m := &jwthttp.Middleware{Tokens: policy, Log: log}
	m.RequireScope("a b")
	m.Handler(http.HandlerFunc(ok)).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/a", nil))
	i := &jwthttp.IssuerMetadata{Log: log}
	i.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/.well-known/openid-configuration", nil))
	assert.Equal(t, `level=ERROR msg="RequireScope lets nobody through" error="jwthttp: got the scope \"a b\", want printable ASCII without spaces, quotes and backslashes (RFC 6749 section 3.3)"
level=INFO msg="request not let through" status=401 method=GET path=/a error="jwthttp: the request has no token"
level=ERROR msg="not published" path=/.well-known/openid-configuration error="jwthttp: IssuerMetadata.Keys is nil, want the keys to publish"
`, out.String())
}
