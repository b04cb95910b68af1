// Command mcp protects a server of the Model Context Protocol with access tokens: an
// issuer, an MCP server whose tools need scopes, and a client that knows no more than
// the server's URL and its own credentials. The client is refused, reads in the answer
// where the server's metadata are, in these which issuer to ask, gets a token with the
// scope it was told, and a token with more when a tool needs more.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/auth/extauth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"

	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func main() {
	ctx := context.Background()
	issuerURL, serveIssuer := listen()
	serverURL, serveServer := listen()
	resource, secret := serverURL+"/mcp", rand.Text()
	serveIssuer(newIssuer(issuerURL, resource, "assistant", secret, "notes:read", "notes:write"))
	keys, err := jwthttp.DiscoverKeys(issuerURL, jwthttp.RemoteOptions{})
	check(err)
	serveServer(newServer(resource, issuerURL, keys))

	session, err := connect(ctx, resource, "assistant", secret)
	check(err)
	defer session.Close()
	for _, call := range []*mcp.CallToolParams{
		{Name: "list_notes"},
		{Name: "add_note", Arguments: map[string]any{"text": "buy milk"}}, // for which the client gets another token
		{Name: "list_notes"},
	} {
		result, err := session.CallTool(ctx, call)
		check(err)
		fmt.Printf("%s: %q\n", call.Name, result.Content[0].(*mcp.TextContent).Text)
	}
}

// connect returns a session of a client that has credentials at the server's issuer.
func connect(ctx context.Context, endpoint, clientID, secret string) (*mcp.ClientSession, error) {
	handler, err := extauth.NewClientCredentialsHandler(&extauth.ClientCredentialsHandlerConfig{Credentials: &oauthex.ClientCredentials{
		ClientID: clientID, ClientSecretAuth: &oauthex.ClientSecretAuth{ClientSecret: secret},
	}})
	if err != nil {
		return nil, err
	}
	return connectWith(ctx, endpoint, handler)
}

func connectWith(ctx context.Context, endpoint string, handler auth.OAuthHandler) (*mcp.ClientSession, error) {
	client := mcp.NewClient(&mcp.Implementation{Name: "assistant", Version: "1.0.0"}, nil)
	return client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: endpoint, OAuthHandler: handler, DisableStandaloneSSE: true}, nil)
}

// listen returns a URL on loopback, and what serves it.
func listen() (url string, serve func(http.Handler)) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	return "http://" + listener.Addr().String(), func(h http.Handler) {
		server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
		go func() { check(server.Serve(listener)) }()
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
