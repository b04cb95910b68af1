package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// A deployment is an issuer and an MCP server, each with an origin of its own.
type deployment struct {
	issuer   *issuer
	resource string
	secret   string

	mu     sync.Mutex
	scopes []string // that the issuer was asked for
}

func deploy(t *testing.T, scopes ...string) *deployment {
	d := &deployment{secret: rand.Text()}
	issuerServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			d.mu.Lock()
			d.scopes = append(d.scopes, r.FormValue("scope"))
			d.mu.Unlock()
		}
		d.issuer.ServeHTTP(w, r)
	}))
	t.Cleanup(issuerServer.Close)
	var server http.Handler
	mcpServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { server.ServeHTTP(w, r) }))
	t.Cleanup(mcpServer.Close)
	d.resource = mcpServer.URL + "/mcp"
	d.issuer = newIssuer(issuerServer.URL, d.resource, "assistant", d.secret, scopes...)
	keys, err := jwthttp.DiscoverKeys(issuerServer.URL, jwthttp.RemoteOptions{Timeout: time.Minute})
	require.NoError(t, err)
	server = newServer(d.resource, issuerServer.URL, keys)
	return d
}

func (d *deployment) asked() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.scopes
}

func call(t *testing.T, session *mcp.ClientSession, tool string, arguments map[string]any) (string, error) {
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		return "", err
	}
	return result.Content[0].(*mcp.TextContent).Text, nil
}

func TestClientFindsTheIssuerAndTheScopes(t *testing.T) {
	d := deploy(t, "notes:read", "notes:write")
	session, err := connect(t.Context(), d.resource, "assistant", d.secret)
	require.NoError(t, err)
	defer session.Close()
	assert.Equal(t, []string{"notes:read"}, d.asked())

	notes, err := call(t, session, "list_notes", nil)
	require.NoError(t, err)
	assert.Empty(t, notes)
	assert.Equal(t, []string{"notes:read"}, d.asked())

	_, err = call(t, session, "add_note", map[string]any{"text": "buy milk"})
	require.NoError(t, err)
	require.Len(t, d.asked(), 2, "another token for the tool that needs more")
	assert.ElementsMatch(t, []string{"notes:read", "notes:write"}, strings.Fields(d.asked()[1]))
	notes, err = call(t, session, "list_notes", nil)
	require.NoError(t, err)
	assert.Equal(t, "buy milk", notes)
}

func TestClientsGetNoMoreThanTheyMayHave(t *testing.T) {
	d := deploy(t, "notes:read")
	session, err := connect(t.Context(), d.resource, "assistant", d.secret)
	require.NoError(t, err)
	defer session.Close()
	notes, err := call(t, session, "list_notes", nil)
	require.NoError(t, err)
	assert.Empty(t, notes)
	_, err = call(t, session, "add_note", map[string]any{"text": "buy milk"})
	assert.ErrorContains(t, err, "Forbidden")

	_, err = connect(t.Context(), d.resource, "assistant", "guess")
	assert.Error(t, err)
}

// fixedToken is a client that has one token and gets no other.
type fixedToken string

func (f fixedToken) TokenSource(context.Context) (oauth2.TokenSource, error) {
	return oauth2.StaticTokenSource(&oauth2.Token{AccessToken: string(f)}), nil
}

func (fixedToken) Authorize(_ context.Context, _ *http.Request, response *http.Response) error {
	response.Body.Close()
	return errors.New(response.Status + ": " + response.Header.Get("WWW-Authenticate"))
}

func TestTokensAreRefused(t *testing.T) {
	d := deploy(t)
	sign := func(change func(*jwt.Template), scope string) string {
		template := d.issuer.template
		change(&template)
		token, err := template.Sign(t.Context(), map[string]any{"sub": "assistant", "scope": scope})
		require.NoError(t, err)
		return token
	}
	as := func(*jwt.Template) {}
	bound, err := d.issuer.template.Sign(t.Context(), map[string]any{"sub": "assistant", "scope": "notes:read", "cnf": map[string]string{"jkt": "a"}})
	require.NoError(t, err)
	metadata := `resource_metadata="` + strings.Replace(d.resource, "/mcp", jwthttp.ResourceMetadataPath+"/mcp", 1) + `", scope="notes:read"`
	for _, test := range []struct{ name, token, refusal string }{
		{"for another server", sign(func(t *jwt.Template) { t.Audience = []string{"https://other.example/mcp"} }, "notes:read"), `401 Unauthorized: Bearer ` + metadata + `, error="invalid_token"`},
		{"expired", sign(func(t *jwt.Template) { t.Now = func() time.Time { return time.Now().Add(-time.Hour) } }, "notes:read"), `401 Unauthorized: Bearer ` + metadata + `, error="invalid_token"`},
		{"of another issuer", sign(func(t *jwt.Template) { t.Issuer = "https://other.example" }, "notes:read"), `401 Unauthorized: Bearer ` + metadata + `, error="invalid_token"`},
		{"not an access token", sign(func(t *jwt.Template) { t.Type = "JWT" }, "notes:read"), `401 Unauthorized: Bearer ` + metadata + `, error="invalid_token"`},
		{"bound to a key, without a proof", bound, `401 Unauthorized: Bearer ` + metadata + `, error="invalid_token"`},
		{"without the scope", sign(as, "notes:write"), `403 Forbidden: Bearer ` + metadata + `, error="insufficient_scope"`},
		{"without any scope", sign(as, ""), `403 Forbidden: Bearer ` + metadata + `, error="insufficient_scope"`},
	} {
		_, err := connectWith(t.Context(), d.resource, fixedToken(test.token))
		assert.ErrorContains(t, err, test.refusal, test.name)
		assert.NotContains(t, err.Error(), test.token, test.name)
	}
	session, err := connectWith(t.Context(), d.resource, fixedToken(sign(as, "notes:read")))
	require.NoError(t, err)
	defer session.Close()
	_, err = call(t, session, "add_note", map[string]any{"text": "buy milk"})
	assert.ErrorContains(t, err, `403 Forbidden: Bearer `+strings.TrimSuffix(metadata, `"`)+` notes:write", error="insufficient_scope"`)
}

func TestTokensInTheQueryAreNotRead(t *testing.T) {
	d := deploy(t)
	token, err := d.issuer.template.Sign(t.Context(), map[string]any{"sub": "assistant", "scope": "notes:read"})
	require.NoError(t, err)
	response, err := http.Post(d.resource+"?access_token="+token, "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, 401, response.StatusCode)
	assert.Contains(t, response.Header.Get("WWW-Authenticate"), "resource_metadata=")
	assert.Contains(t, response.Header.Get("WWW-Authenticate"), `scope="notes:read"`)
}

// Clients of older protocols do not say in a header which tool they call.
func TestToolsNeedTheirScopeWhateverTheHeadersSay(t *testing.T) {
	d := deploy(t)
	token, err := d.issuer.template.Sign(t.Context(), map[string]any{"sub": "assistant", "scope": "notes:read"})
	require.NoError(t, err)
	for _, tool := range []string{"add_note", "no_such_tool"} {
		r, err := http.NewRequestWithContext(t.Context(), "POST", d.resource, strings.NewReader(
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"`+tool+`","arguments":{"text":"buy milk"}}}`))
		require.NoError(t, err)
		for name, value := range map[string]string{
			"Authorization": "Bearer " + token, "Content-Type": "application/json",
			"Accept": "application/json, text/event-stream", "Mcp-Protocol-Version": "2025-06-18", "Mcp-Name": "list_notes",
		} {
			r.Header.Set(name, value)
		}
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		assert.Contains(t, string(body), "needs the scope")
		assert.NotContains(t, string(body), "added")
	}
}

func TestCallsWithoutATokenAndOfUnknownToolsAreRefused(t *testing.T) {
	reached := false
	call := requireToolScopes(func(context.Context, string, mcp.Request) (mcp.Result, error) { reached = true; return nil, nil })
	for name, row := range map[string]struct {
		tool string
		info *auth.TokenInfo
		ok   bool
	}{
		"a tool and its scope":                {"add_note", &auth.TokenInfo{Scopes: []string{toolScopes["add_note"]}}, true},
		"no token":                            {"add_note", nil, false},
		"an unknown tool":                     {"delete_all", &auth.TokenInfo{Scopes: []string{"notes:read", "notes:write"}}, false},
		"an unknown tool, and an empty scope": {"delete_all", &auth.TokenInfo{Scopes: []string{""}}, false},
	} {
		reached = false
		_, err := call(t.Context(), "tools/call", &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: row.tool}, Extra: &mcp.RequestExtra{TokenInfo: row.info}})
		assert.Equal(t, row.ok, reached, name)
		assert.Equal(t, row.ok, err == nil, name)
	}
}

func TestMetadataAreReadableForBrowsers(t *testing.T) {
	d := deploy(t)
	response, err := http.Get(strings.Replace(d.resource, "/mcp", jwthttp.ResourceMetadataPath+"/mcp", 1))
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, "*", response.Header.Get("Access-Control-Allow-Origin"))
	var metadata struct {
		Resource string
		Issuers  []string `json:"authorization_servers"`
	}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&metadata))
	assert.Equal(t, d.resource, metadata.Resource)
	assert.Equal(t, []string{d.issuer.metadata.URL}, metadata.Issuers)
}

func TestTheIssuerReadsASmallFormAndSaysHowLongATokenLives(t *testing.T) {
	d := deploy(t, "notes:read")
	const form = "grant_type=client_credentials&scope=notes%3Aread&x="
	for size, status := range map[int]int{4 << 10: 200, 4<<10 + 1: 401} {
		r := httptest.NewRequest("POST", "/token", strings.NewReader(form+strings.Repeat("x", size-len(form))))
		r.SetBasicAuth("assistant", d.secret)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		d.issuer.ServeHTTP(w, r)
		require.Equal(t, status, w.Code, size)
		if status != 200 {
			continue
		}
		var answer struct {
			Token   string `json:"access_token"`
			Expires int64  `json:"expires_in"`
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
		_, payload, err := jwt.InsecureDecode(answer.Token)
		require.NoError(t, err)
		var claims jwt.Claims
		require.NoError(t, json.Unmarshal(payload, &claims))
		assert.EqualValues(t, 600, answer.Expires)
		assert.EqualValues(t, answer.Expires, claims.ExpiresAt-claims.IssuedAt)
	}
}
