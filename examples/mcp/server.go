package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// toolScopes are what a token must grant for a tool to be called.
var toolScopes = map[string]string{"list_notes": "notes:read", "add_note": "notes:write"}

// newServer returns an MCP server at the URL resource, for tokens of one issuer.
func newServer(resource, issuer string, keys jwt.KeySet) http.Handler {
	metadata := &jwthttp.ResourceMetadata{
		Resource: resource, AuthorizationServers: []string{issuer},
		ScopesSupported: []string{"notes:read", "notes:write"}, AllowAnyOrigin: true,
	}
	protect := &jwthttp.Middleware{
		Tokens:   &jwt.Policy{Keys: keys, Issuer: issuer, Audience: []string{resource}, Types: []string{"at+jwt"}},
		Metadata: metadata,
	}
	server := newNotes()
	server.AddReceivingMiddleware(requireToolScopes)
	endpoint := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, &mcp.StreamableHTTPOptions{Stateless: true})

	mux := http.NewServeMux()
	mux.Handle(jwthttp.ResourceMetadataPath+"/", metadata)
	mux.Handle("/mcp", protect.RequireScope("notes:read")(askForToolScope(protect, tokenInfo(endpoint))))
	return mux
}

// askForToolScope answers a call of a tool for which the token has no scope with the
// challenge that tells the client which one to ask for. Clients of older
// protocols do not send the header; requireToolScopes refuses them all the same.
func askForToolScope(protect *jwthttp.Middleware, next http.Handler) http.Handler {
	handlers := map[string]http.Handler{}
	for tool, scope := range toolScopes {
		handlers[tool] = protect.RequireScope(scope)(next)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, ok := handlers[r.Header.Get("Mcp-Name")]; ok {
			h.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

var scopesOf = jwthttp.ScopesIn("scope", "scp")

// tokenInfo hands the token that has been verified over to the SDK, which needs it to
// bind sessions to their users, and which gives it to tools.
func tokenInfo(next http.Handler) http.Handler {
	return auth.RequireBearerToken(func(ctx context.Context, _ string, _ *http.Request) (*auth.TokenInfo, error) {
		token, ok := jwthttp.TokenFrom(ctx)
		if !ok {
			return nil, auth.ErrInvalidToken
		}
		scopes, err := scopesOf(token)
		return &auth.TokenInfo{UserID: token.Claims.Issuer + " " + token.Claims.Subject, Scopes: scopes, Expiration: token.Claims.ExpiresAt.Time()}, err
	}, nil)(next)
}

// requireToolScopes refuses calls of tools for which the token of the very call has no
// scope, and of tools that toolScopes does not know.
func requireToolScopes(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, r mcp.Request) (mcp.Result, error) {
		if call, ok := r.GetParams().(*mcp.CallToolParamsRaw); ok {
			scope, known := toolScopes[call.Name]
			if info := r.GetExtra().TokenInfo; !known || info == nil || !slices.Contains(info.Scopes, scope) {
				return nil, fmt.Errorf("tool %q needs the scope %q", call.Name, scope)
			}
		}
		return next(ctx, method, r)
	}
}

// newNotes returns a server with two tools, which knows nothing of tokens but whose
// they are.
func newNotes() *mcp.Server {
	var mu sync.Mutex
	notes := map[string][]string{} // by user
	server := mcp.NewServer(&mcp.Implementation{Name: "notes", Version: "1.0.0"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "list_notes", Description: "Lists your notes"},
		func(_ context.Context, r *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
			mu.Lock()
			defer mu.Unlock()
			return text(strings.Join(notes[r.Extra.TokenInfo.UserID], ", ")), nil, nil
		})
	mcp.AddTool(server, &mcp.Tool{Name: "add_note", Description: "Adds a note"},
		func(_ context.Context, r *mcp.CallToolRequest, arguments struct {
			Text string `json:"text"`
		}) (*mcp.CallToolResult, any, error) {
			mu.Lock()
			defer mu.Unlock()
			user := r.Extra.TokenInfo.UserID
			notes[user] = append(notes[user], arguments.Text)
			return text("added"), nil, nil
		})
	return server
}

func text(s string) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: s}}}
}
