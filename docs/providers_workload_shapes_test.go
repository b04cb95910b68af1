package docs_test

import (
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// cognito is a user pool of which a policy accepts one kind of token.
func cognito(name string, verifier func(jwthttp.RemoteOptions) (jwt.TokenVerifier, error), claims object, confused []variant) provider {
	const pool = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E"
	return provider{
		name: name, verifier: verifier, key: rsaKey(), alg: jwt.RS256,
		documents: map[string]string{
			pool + "/.well-known/openid-configuration": metadata(pool, pool+"/.well-known/jwks.json", nil),
			pool + "/.well-known/jwks.json": keySet(
				entry(rsaKey(), object{"kid": "abcdefghijklmnopqrsexample=", "alg": "RS256", "use": "sig"}),
				entry(rsaOld(), object{"kid": "fgjhlkhjlkhexample=", "alg": "RS256", "use": "sig"})),
		},
		header: object{"kid": "abcdefghijklmnopqrsexample="}, // without typ
		claims: with(claims, object{"iss": pool, "sub": "aaaaaaaa-bbbb-cccc-dddd-example", "cognito:groups": []string{"buyers"}, "auth_time": 1, "jti": "j"}),
		confused: append(confused,
			variant{name: "of another pool", claims: object{"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other"}, claim: "iss"}),
	}
}

// cluster is the API server of a Kubernetes cluster, which shows its keys to
// service accounts only, and the folder that it gives to each pod.
func cluster(t *testing.T) (server, dir string) {
	keys := keySet(entry(rsaKey(), object{"kid": "ku-1", "alg": "RS256", "use": "sig"}))
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer pod.token.1":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path != "/openid/v1/jwks":
			w.WriteHeader(http.StatusForbidden)
		default:
			w.Header().Set("Content-Type", "application/jwk-set+json")
			io.WriteString(w, keys)
		}
	}))
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.StartTLS()
	t.Cleanup(web.Close)
	dir = t.TempDir()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca.crt"), ca, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "token"), []byte("pod.token.1\n"), 0o600))
	return web.URL, dir
}

// kubernetes is a cluster inside or outside of which tokens are verified.
func kubernetes(name, issuer string, documents map[string]string, verifier func(jwthttp.RemoteOptions) (jwt.TokenVerifier, error)) provider {
	return provider{
		name: name, verifier: verifier, key: rsaKey(), alg: jwt.RS256, documents: documents,
		header: object{"kid": "ku-1"}, // without typ
		claims: object{
			"iss": issuer, "aud": []string{"orders"}, "sub": "system:serviceaccount:shop:web", "nbf": 1, "jti": "j",
			"kubernetes.io": object{"namespace": "shop", "pod": object{"name": "web-0", "uid": "u"}, "serviceaccount": object{"name": "web", "uid": "u"}},
		},
		accepted: []variant{{name: "of another account", claims: object{"sub": "system:serviceaccount:shop:mail"}}},
		confused: []variant{
			{name: "for the API server, as every pod has one", claims: object{"aud": []string{issuer}}, claim: "aud"},
			{name: "of an account of another namespace", claims: object{"sub": "system:serviceaccount:evil:web"}, claim: "sub"},
			{name: "of the old kind, from a secret", claims: object{"iss": "kubernetes/serviceaccount", "aud": nil, "exp": nil}, claim: "iss"},
			{name: "of another cluster", claims: object{"iss": "https://oidc.eks.eu-west-1.amazonaws.com/id/OTHER"}, claim: "iss"},
		},
	}
}

func workloadProviders(t *testing.T) []provider {
	server, dir := cluster(t)
	const eks = "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
	return []provider{
		{
			name: "GitHub Actions", verifier: gitHubActions, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://token.actions.githubusercontent.com/.well-known/openid-configuration": metadata(
					"https://token.actions.githubusercontent.com", "https://token.actions.githubusercontent.com/.well-known/jwks", nil),
				"https://token.actions.githubusercontent.com/.well-known/jwks": keySet(
					entry(rsaKey(), object{"kid": "gh-1", "alg": "RS256", "use": "sig", "x5c": x5c(rsaKey()), "x5t": "gh-1"})),
			},
			header: object{"typ": "JWT", "kid": "gh-1", "x5t": "gh-1"},
			claims: object{
				"jti": "j", "sub": "repo:shop/orders:environment:production", "aud": "https://deploy.shop.example", "ref": "refs/heads/main", "sha": "0ab1",
				"repository": "shop/orders", "repository_owner": "shop", "repository_owner_id": "65", "repository_id": "74", "run_id": "1", "actor": "alice",
				"event_name": "push", "ref_type": "branch", "environment": "production", "job_workflow_ref": "shop/orders/.github/workflows/deploy.yml@refs/heads/main",
				"iss": "https://token.actions.githubusercontent.com", "nbf": 1, "repository_visibility": "private", "runner_environment": "github-hosted",
			},
			confused: []variant{
				{name: "of anybody's repository", claims: object{"repository": "evil/orders", "repository_owner": "evil", "repository_owner_id": "66"}, claim: "repository_owner_id"},
				{name: "of another repository", claims: object{"repository": "shop/docs"}, claim: "repository"},
				{name: "of another branch", claims: object{"ref": "refs/heads/try"}, claim: "ref"},
				{name: "of a pull request", claims: object{"ref": "refs/pull/7/merge", "event_name": "pull_request"}, claim: "ref"},
				{name: "of a pull request from a fork", claims: object{"event_name": "pull_request_target"}, claim: "event_name"},
				{name: "for its owner", claims: object{"aud": "https://github.com/shop"}, claim: "aud"},
			},
		},
		{
			name: "GitLab CI", verifier: gitLab, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://gitlab.com/.well-known/openid-configuration": metadata("https://gitlab.com", "https://gitlab.com/oauth/discovery/keys", nil),
				"https://gitlab.com/oauth/discovery/keys": keySet(
					entry(rsaOld(), object{"kid": "gl-2", "alg": "RS256", "use": "sig"}), entry(rsaKey(), object{"kid": "gl-1", "alg": "RS256", "use": "sig"})),
			},
			header: object{"typ": "JWT", "kid": "gl-1"},
			claims: object{
				"namespace_id": "72", "namespace_path": "shop", "project_id": "22", "project_path": "shop/orders", "user_id": "42", "user_login": "alice",
				"pipeline_id": "574", "pipeline_source": "push", "job_id": "302", "ref": "main", "ref_type": "branch", "ref_protected": "true", "runner_id": 1,
				"jti": "j", "iss": "https://gitlab.com", "nbf": 1, "sub": "project_path:shop/orders:ref_type:branch:ref:main", "aud": "https://deploy.shop.example",
			},
			confused: []variant{
				{name: "of a project with the same path later", claims: object{"project_id": "23"}, claim: "project_id"},
				{name: "of another branch", claims: object{"ref": "try", "ref_protected": "false"}, claim: "ref"},
				{name: "of a tag named as the branch", claims: object{"ref_type": "tag"}, claim: "ref_type"},
				{name: "of a branch that anybody may push to", claims: object{"ref_protected": "false"}, claim: "ref_protected"},
				{name: "of a user who signed in with GitLab", claims: object{"sub": "42", "aud": "shop-web", "project_id": nil, "ref": nil}, claim: "aud"},
				{name: "of a user, for an application of this name", claims: object{"sub": "42", "project_id": nil, "ref": nil}, claim: "project_id"},
			},
		},
		kubernetes("Kubernetes, inside the cluster", "https://kubernetes.default.svc.cluster.local", nil,
			func(jwthttp.RemoteOptions) (jwt.TokenVerifier, error) { return kubernetesInside(server, dir) }),
		kubernetes("Kubernetes, outside the cluster", eks, map[string]string{
			eks + "/.well-known/openid-configuration": metadata(eks, eks+"/keys", nil),
			eks + "/keys": keySet(entry(rsaKey(), object{"kid": "ku-1", "alg": "RS256", "use": "sig"})),
		}, kubernetesOutside),
		{
			name: "SPIFFE", verifier: spiffe, key: ecKey(), alg: jwt.ES256,
			documents: map[string]string{
				"https://bundle.shop.example/bundle": document(object{"spiffe_sequence": 1, "spiffe_refresh_hint": 300, "keys": []object{
					entry(ecOld(), object{"use": "x509-svid", "x5c": x5c(ecOld())}),
					entry(ecKey(), object{"use": "jwt-svid", "kid": "sp-1"}),
				}}),
			},
			header: object{"typ": "JWT", "kid": "sp-1"},
			claims: object{"aud": []string{"spiffe://shop.example/orders"}, "sub": "spiffe://shop.example/web"},
			accepted: []variant{
				{name: "with an issuer", claims: object{"iss": "https://spire.shop.example"}}, {name: "without a type", header: object{"typ": nil}},
			},
			confused: []variant{
				{name: "of another trust domain", claims: object{"sub": "spiffe://shop.example.evil/web"}, claim: "sub"},
				{name: "without a workload", claims: object{"sub": nil}, claim: "sub"},
				{name: "for another workload", claims: object{"aud": []string{"spiffe://shop.example/mail"}}, claim: "aud"},
				{name: "signed with a key for certificates", header: object{"kid": nil}, key: ecOld(), reason: jwt.ErrSignature},
			},
		},
		{
			name: "Google Identity-Aware Proxy", verifier: googleIAP, key: ecKey(), alg: jwt.ES256,
			documents: map[string]string{
				"https://www.gstatic.com/iap/verify/public_key-jwk": keySet(
					entry(ecOld(), object{"kid": "6BEeoA", "alg": "ES256", "use": "sig"}), entry(ecKey(), object{"kid": "f9R3yg", "alg": "ES256", "use": "sig"})),
			},
			header: object{"typ": "JWT", "kid": "f9R3yg"},
			claims: object{
				"iss": "https://cloud.google.com/iap", "aud": "/projects/1234/global/backendServices/5678", "sub": "accounts.google.com:1105", "email": "alice@shop.example", "hd": "shop.example",
			},
			confused: []variant{
				{name: "for another backend", claims: object{"aud": "/projects/1234/global/backendServices/9999"}, claim: "aud"},
				{name: "of Google's sign-in", claims: object{"iss": "https://accounts.google.com"}, claim: "iss"},
			},
		},
		{
			name: "Cloudflare Access", verifier: cloudflareAccess, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://shop.cloudflareaccess.com/cdn-cgi/access/certs": document(object{
					"keys": []object{
						entry(rsaKey(), object{"kid": "cf-1", "alg": "RS256", "use": "sig"}), entry(rsaOld(), object{"kid": "cf-2", "alg": "RS256", "use": "sig"}),
					},
					"public_cert":  object{"kid": "cf-1", "cert": certificatePEM(rsaKey())},
					"public_certs": []object{{"kid": "cf-1", "cert": certificatePEM(rsaKey())}, {"kid": "cf-2", "cert": certificatePEM(rsaOld())}},
				}),
			},
			header: object{"typ": "JWT", "kid": "cf-1"},
			claims: object{
				"aud": []string{"32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"}, "email": "alice@shop.example", "nbf": 1,
				"iss": "https://shop.cloudflareaccess.com", "type": "app", "identity_nonce": "6ei69kawdKzMIAPF", "sub": "7335d417", "country": "US",
			},
			accepted: []variant{{name: "of a service token", claims: object{"common_name": "e367826f93b8d71185e03fe518aff3b4.access", "sub": "", "email": nil}}},
			confused: []variant{
				{name: "for another application of the team", claims: object{"aud": []string{"97e2aae1"}}, claim: "aud"},
				{name: "of the team's login page", claims: object{"type": "org"}, claim: "type"},
				{name: "of another team", claims: object{"iss": "https://evil.cloudflareaccess.com"}, claim: "iss"},
			},
		},
		{
			name: "AWS Application Load Balancer", key: ecKey(), alg: jwt.ES256, padded: true,
			verifier: func(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) { return awsLoadBalancer(remote.Client) },
			documents: map[string]string{
				"https://public-keys.auth.elb.eu-west-1.amazonaws.com/b1a2c3d4-5678-90ab-cdef-1234567890ab": string(must(ecKey().MarshalPublicPEM())),
				// Not a place for keys, should a key ID name it.
				"https://public-keys.auth.elb.eu-west-1.amazonaws.com/../b1a2c3d4-5678-90ab-cdef-1234567890ab": string(must(ecKey().MarshalPublicPEM())),
			},
			header: object{
				"typ": "JWT", "kid": "b1a2c3d4-5678-90ab-cdef-1234567890ab", "iss": "https://login.shop.example", "client": "orders-web",
				"signer": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188", "exp": 1,
			},
			claims: object{"sub": "alice", "email": "alice@shop.example", "iss": "https://login.shop.example"},
			confused: []variant{
				{name: "of anybody's load balancer in the region", header: object{"signer": "arn:aws:elasticloadbalancing:eu-west-1:666666666666:loadbalancer/app/evil/50dc6c495c0c9188"}, claim: "signer"},
				{name: "for another client", header: object{"client": "other-web"}, claim: "signer"},
				{name: "without a signer", header: object{"signer": nil}, claim: "signer"},
				{name: "of another login", claims: object{"iss": "https://login.other.example"}, claim: "iss"},
				{name: "with a key ID that is a path", header: object{"kid": "../b1a2c3d4-5678-90ab-cdef-1234567890ab"}, reason: jwt.ErrUnknownKey},
			},
		},
	}
}
