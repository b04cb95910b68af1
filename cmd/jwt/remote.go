package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/spf13/cobra"
)

// remoteFlags are the flags that name keys elsewhere.
type remoteFlags struct {
	jwks      string
	allowHTTP bool
	timeout   time.Duration
}

func (r *remoteFlags) add(cmd *cobra.Command) {
	r.timeout = fetchTimeout
	cmd.Flags().StringVar(&r.jwks, "jwks", "", "a JWK Set: a `file or URL`")
	cmd.Flags().BoolVar(&r.allowHTTP, "allow-http", false, "fetch over http from other hosts, too: whoever controls the network can then sign any token")
	cmd.Flags().Var(durationValue{&r.timeout}, "timeout", "how long a request may take")
}

// fetchTimeout is how long a request for keys may take.
const fetchTimeout = 10 * time.Second

func isURL(text string) bool {
	return strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://")
}

// keySet fetches the keys of the URL, or else of the issuer.
func (r *remoteFlags) keySet(c *cli, ctx context.Context, issuer string, alg jwt.Algorithm) (jwt.KeySet, error) {
	options := jwthttp.RemoteOptions{AllowHTTP: r.allowHTTP, RSAAlgorithm: alg, Timeout: r.timeout}
	from, fetch := r.source(issuer)
	if !isURL(from) {
		return nil, errors.New("no keys: give --key, --secret-file or --jwks, or as --issuer the URL of one that publishes its keys")
	}
	keys, err := fetch(from, options)
	if err != nil {
		return nil, err
	}
	defer c.progress("fetching the keys of " + from)()
	if err := keys.Refresh(ctx); err != nil {
		return nil, fmt.Errorf("the keys could not be fetched: %w", err)
	}
	return keys, nil
}

// source returns where the keys come from, and what fetches them from there.
func (r *remoteFlags) source(issuer string) (from string, fetch func(string, jwthttp.RemoteOptions) (*jwthttp.RemoteKeys, error)) {
	if r.jwks == "" {
		return issuer, jwthttp.DiscoverKeys
	}
	return r.jwks, jwthttp.NewRemoteKeys
}

// patience is how long a call takes before a line says that it is under way.
const patience = 500 * time.Millisecond

// progress prints a line unless the returned function is called in time.
func (c *cli) progress(doing string) (done func()) {
	timer := time.AfterFunc(patience, func() { fmt.Fprintln(c.stderr, c.colour(c.stderr, dim, describe.Printable(doing)+" …")) })
	return func() { timer.Stop() }
}
