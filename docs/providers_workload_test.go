package docs_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func gitHubActions(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const issuer = "https://token.actions.githubusercontent.com"
	keys, err := jwthttp.DiscoverKeys(issuer, remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{"https://deploy.shop.example"},
		Rules: []jwt.Rule{
			jwt.Equal("repository_owner_id", "65"), // names can change hands, numbers cannot
			jwt.Equal("repository", "shop/orders"),
			jwt.Equal("ref", "refs/heads/main"),
			jwt.OneOf("event_name", "push", "workflow_dispatch"),
		},
	}, nil
}

func gitLab(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const issuer = "https://gitlab.com"
	keys, err := jwthttp.DiscoverKeys(issuer, remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{"https://deploy.shop.example"},
		Rules: []jwt.Rule{
			jwt.Equal("project_id", "22"),
			jwt.Equal("ref_type", "branch"), jwt.Equal("ref", "main"), jwt.Equal("ref_protected", "true"), // a string
		},
	}, nil
}

func kubernetesInside(server, dir string) (jwt.TokenVerifier, error) {
	ca, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		return nil, errors.New("no certificate in ca.crt")
	}
	keys, err := jwthttp.NewRemoteKeys(server+"/openid/v1/jwks", jwthttp.RemoteOptions{
		Client:  &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}},
		Prepare: jwthttp.SendTokenFile(filepath.Join(dir, "token")),
	})
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: "https://kubernetes.default.svc.cluster.local", Audience: []string{"orders"},
		Rules: []jwt.Rule{jwt.OneOf("sub", "system:serviceaccount:shop:web", "system:serviceaccount:shop:mail")},
	}, nil
}

func kubernetesOutside(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const issuer = "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
	keys, err := jwthttp.DiscoverKeys(issuer, remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{"orders"},
		Rules: []jwt.Rule{jwt.OneOf("sub", "system:serviceaccount:shop:web", "system:serviceaccount:shop:mail")},
	}, nil
}

func spiffe(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const trustDomain = "spiffe://shop.example"
	remote.AllowUse = []string{"jwt-svid"}
	keys, err := jwthttp.NewRemoteKeys("https://bundle.shop.example/bundle", remote)
	if err != nil {
		return nil, err
	}
	isMember := jwt.Rule{Claim: "sub", Check: func(t *jwt.Token) error {
		if !strings.HasPrefix(t.Claims.Subject, trustDomain+"/") {
			return errors.New("not of the trust domain " + trustDomain)
		}
		return nil
	}}
	return &jwt.Policy{
		Keys: keys, AllowAnyIssuer: true, // iss says nothing: the keys are those of the trust domain
		Audience: []string{trustDomain + "/orders"}, Rules: []jwt.Rule{isMember},
	}, nil
}

func googleIAP(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	keys, err := jwthttp.NewRemoteKeys("https://www.gstatic.com/iap/verify/public_key-jwk", remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: "https://cloud.google.com/iap", Audience: []string{"/projects/1234/global/backendServices/5678"},
	}, nil
}

func cloudflareAccess(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const team = "https://shop.cloudflareaccess.com"
	keys, err := jwthttp.NewRemoteKeys(team+"/cdn-cgi/access/certs", remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: team, Audience: []string{"32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"},
		Rules: []jwt.Rule{jwt.Equal("type", "app")},
	}, nil
}

func awsLoadBalancer(client *http.Client) (jwt.TokenVerifier, error) {
	const balancer = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188"
	isOurs := jwt.Rule{Claim: "signer", Check: func(t *jwt.Token) error {
		header, err := jwt.HeaderAs[struct {
			Signer string `json:"signer"`
			Client string `json:"client"`
		}](t)
		if err == nil && (header.Signer != balancer || header.Client != "orders-web") {
			err = errors.New("another load balancer or client")
		}
		return err
	}}
	return paddedTokens{&jwt.Policy{
		Keys:   &balancerKeys{url: "https://public-keys.auth.elb.eu-west-1.amazonaws.com/", client: client},
		Issuer: "https://login.shop.example", AllowAnyAudience: true, Rules: []jwt.Rule{isOurs},
	}}, nil
}

// paddedTokens verifies tokens of which each part is padded base64url, which
// RFC 7515 section 2 does not allow.
type paddedTokens struct{ policy *jwt.Policy }

func (p paddedTokens) Verify(ctx context.Context, token string) (*jwt.Token, error) {
	parts := strings.Split(token, ".")
	for i, part := range parts {
		parts[i] = strings.TrimRight(part, "=")
		if pad(parts[i]) != part {
			return nil, &jwt.VerifyError{Reason: jwt.ErrMalformed, Detail: "want base64url with padding"}
		}
	}
	return p.policy.Verify(ctx, strings.Join(parts, "."))
}

func pad(part string) string { return part + strings.Repeat("=", (4-len(part)%4)%4) }

// A paddingKey verifies what was signed: the padded header and payload.
type paddingKey struct{ jwt.Verifier }

func (k paddingKey) Verify(ctx context.Context, input, sig []byte) error {
	header, payload, _ := strings.Cut(string(input), ".")
	return k.Verifier.Verify(ctx, []byte(pad(header)+"."+pad(payload)), sig)
}

// balancerKeys are the keys of the load balancers of a region: one PEM file for
// each key ID.
type balancerKeys struct {
	url    string
	client *http.Client

	mu    sync.Mutex
	known map[string]jwt.Verifier // at most 100
	next  time.Time               // when a key may be fetched
}

var isKeyID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString

func (b *balancerKeys) Verifiers(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	if !isKeyID(h.KeyID) { // it could name another place than a key's
		return nil, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if key := b.known[h.KeyID]; key != nil {
		return []jwt.Verifier{key}, nil
	}
	now := time.Now()
	if now.Before(b.next) { // made-up key IDs cost one request a second
		return nil, errors.New("a key was fetched a moment ago")
	}
	b.next = now.Add(time.Second)
	key, err := b.fetch(ctx, h.KeyID)
	if err != nil || key == nil {
		return nil, err
	}
	if b.known == nil || len(b.known) == 100 {
		b.known = make(map[string]jwt.Verifier)
	}
	b.known[h.KeyID] = paddingKey{key}
	return []jwt.Verifier{b.known[h.KeyID]}, nil
}

func (b *balancerKeys) fetch(ctx context.Context, keyID string) (jwt.Verifier, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+keyID, nil)
	if err != nil {
		return nil, err
	}
	response, err := b.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusForbidden:
		return nil, nil // there is no such key
	default:
		return nil, fmt.Errorf("key of the load balancer: got %s", response.Status)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return nil, err
	}
	key, err := jwk.ParsePEM(data)
	if err != nil {
		return nil, err
	}
	if key, err = key.With(jwt.ES256, keyID); err != nil {
		return nil, err
	}
	return key.Verifier()
}
