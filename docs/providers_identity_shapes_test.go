package docs_test

import (
	"testing"

	"github.com/seed-b1f8f58c/jwt"
)

func identityProviders(t *testing.T) []provider {
	const (
		tenant   = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
		customer = "a2f51c4b-5d0c-4b21-8d2e-0c9b7d6c1f10"
		stranger = "9188040d-6c67-4c5b-b112-36a304b66dad"
		api      = "6e74172b-be56-4843-9ff4-e66a39bb12e3"
		web      = "11112222-bbbb-3333-cccc-4444dddd5555"
	)
	return []provider{
		{
			name: "Keycloak", verifier: keycloak, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://login.shop.example/realms/shop/.well-known/openid-configuration": metadata(
					"https://login.shop.example/realms/shop", "https://login.shop.example/realms/shop/protocol/openid-connect/certs", nil),
				"https://login.shop.example/realms/shop/protocol/openid-connect/certs": keySet(
					entry(rsaOld(), object{"kid": "enc-1", "alg": "RSA-OAEP", "use": "enc", "x5c": x5c(rsaOld()), "x5t": "b-sK"}),
					entry(rsaKey(), object{"kid": "kc-1", "alg": "RS256", "use": "sig", "x5c": x5c(rsaKey()), "x5t": "b-sK", "x5t#S256": "x"})),
			},
			header: object{"typ": "JWT", "kid": "kc-1"},
			claims: object{
				"iss": "https://login.shop.example/realms/shop", "aud": []string{"orders-api", "account"}, "sub": "0b1c", "typ": "Bearer",
				"jti": "onrtac:1", "azp": "shop-web", "sid": "5f", "acr": "1", "scope": "openid profile", "realm_access": object{"roles": []string{"user"}},
			},
			accepted: []variant{{name: "the type of RFC 9068", header: object{"typ": "at+jwt"}}, {name: "one audience", claims: object{"aud": "orders-api"}}},
			confused: []variant{
				{name: "an ID token for the API's own client", claims: object{"typ": "ID", "aud": "orders-api"}, claim: "typ"},
				{name: "a logout token", claims: object{"typ": "Logout", "aud": "orders-api"}, claim: "typ"},
				{name: "without an audience mapper", claims: object{"aud": "account"}, claim: "aud"},
				{name: "of another realm", claims: object{"iss": "https://login.shop.example/realms/master"}, claim: "iss"},
				{name: "signed with the key for encryption", header: object{"kid": "enc-1"}, key: rsaOld(), reason: jwt.ErrUnknownKey},
			},
		},
		{
			name: "Auth0", verifier: auth0, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://shop.eu.auth0.com/.well-known/openid-configuration": metadata(
					"https://shop.eu.auth0.com/", "https://shop.eu.auth0.com/.well-known/jwks.json", nil),
				"https://shop.eu.auth0.com/.well-known/jwks.json": keySet(
					entry(rsaKey(), object{"kid": "a0-1", "alg": "RS256", "use": "sig", "x5t": "a0-1", "x5c": x5c(rsaKey())}),
					entry(rsaOld(), object{"kid": "a0-2", "alg": "RS256", "use": "sig", "x5t": "a0-2", "x5c": x5c(rsaOld())})),
			},
			header: object{"typ": "JWT", "kid": "a0-1"},
			claims: object{
				"iss": "https://shop.eu.auth0.com/", "sub": "auth0|5f7c8ec7c33c6c004bbafe82", "azp": "shop-web", "scope": "openid orders:read",
				"aud": []string{"https://api.shop.example", "https://shop.eu.auth0.com/userinfo"}, "permissions": []string{"orders:read"},
			},
			accepted: []variant{
				{name: "the type of RFC 9068", header: object{"typ": "at+jwt"}},
				{name: "of the next key", header: object{"kid": "a0-2"}, key: rsaOld()},
				{name: "of a machine", claims: object{"sub": "shop-batch@clients", "aud": "https://api.shop.example", "gty": "client-credentials"}},
			},
			confused: []variant{
				{name: "an ID token", claims: object{"aud": "shop-web", "nonce": "n"}, claim: "aud"},
				{name: "an issuer without the slash", claims: object{"iss": "https://shop.eu.auth0.com"}, claim: "iss"},
				{name: "for the user endpoint only", claims: object{"aud": []string{"https://shop.eu.auth0.com/userinfo"}}, claim: "aud"},
			},
		},
		{
			name: "Okta", verifier: okta, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://shop.okta.com/oauth2/default/.well-known/openid-configuration": metadata(
					"https://shop.okta.com/oauth2/default", "https://shop.okta.com/oauth2/default/v1/keys", nil),
				"https://shop.okta.com/oauth2/default/v1/keys": keySet(
					entry(rsaKey(), object{"kid": "ok-1", "alg": "RS256", "use": "sig", "status": "ACTIVE"})),
			},
			header: object{"kid": "ok-1"}, // without typ
			claims: object{
				"ver": 1, "jti": "AT.1", "iss": "https://shop.okta.com/oauth2/default", "aud": "api://default", "sub": "alice@shop.example",
				"cid": "0oa1", "uid": "00u1", "scp": []string{"openid", "orders.read"}, "auth_time": 1,
			},
			confused: []variant{
				{name: "an ID token", claims: object{"aud": "0oa1", "cid": nil, "scp": nil, "idp": "00o1"}, claim: "aud"},
				{name: "an ID token for the API's own name", claims: object{"cid": nil, "scp": nil, "idp": "00o1"}, claim: "cid"},
				{name: "without the scope", claims: object{"scp": []string{"openid"}}, claim: "scp"},
				{name: "of the org's own authorization server", claims: object{"iss": "https://shop.okta.com", "aud": "https://shop.okta.com"}, claim: "iss"},
			},
		},
		{
			name: "Microsoft Entra ID, one tenant", verifier: entra, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://login.microsoftonline.com/" + tenant + "/v2.0/.well-known/openid-configuration": metadata(
					"https://login.microsoftonline.com/"+tenant+"/v2.0", "https://login.microsoftonline.com/"+tenant+"/discovery/v2.0/keys", nil),
				"https://login.microsoftonline.com/" + tenant + "/discovery/v2.0/keys": keySet( // without alg
					entry(rsaKey(), object{"kid": "en-1", "use": "sig", "x5t": "en-1", "x5c": x5c(rsaKey()), "issuer": "https://login.microsoftonline.com/" + tenant + "/v2.0"})),
			},
			header: object{"typ": "JWT", "kid": "en-1"},
			claims: object{
				"aud": api, "iss": "https://login.microsoftonline.com/" + tenant + "/v2.0", "nbf": 1, "aio": "A", "azp": web, "azpacr": "0",
				"name": "Alice", "oid": "690222be", "preferred_username": "alice@shop.example", "rh": "0.", "scp": "orders.read", "sub": "HKZpfaHyWadeOouYlitjrI", "tid": tenant, "uti": "u", "ver": "2.0",
			},
			confused: []variant{
				{name: "an ID token for the same app", claims: object{"azp": nil, "azpacr": nil, "scp": nil}, claim: "azp"},
				{name: "an app's own token", claims: object{"scp": nil, "roles": []string{"orders.read"}}, claim: "scp"},
				{name: "a guest's home tenant", claims: object{"tid": "9188040d-6c67-4c5b-b112-36a304b66dad"}, claim: "tid"},
				{name: "of the old form", claims: object{"iss": "https://sts.windows.net/" + tenant + "/", "ver": "1.0"}, claim: "iss"},
				{name: "of the old form from the new issuer", claims: object{"ver": "1.0"}, claim: "ver"},
				{name: "for Microsoft Graph", claims: object{"aud": "https://graph.microsoft.com"}, claim: "aud"},
			},
		},
		{
			name: "Microsoft Entra ID, many tenants", verifier: entraManyTenants, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration": metadata(
					"https://login.microsoftonline.com/{tenantid}/v2.0", "https://login.microsoftonline.com/organizations/discovery/v2.0/keys", nil),
				"https://login.microsoftonline.com/organizations/discovery/v2.0/keys": keySet(
					entry(rsaKey(), object{"kid": "en-1", "use": "sig", "x5t": "en-1", "x5c": x5c(rsaKey()), "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}),
					entry(rsaOld(), object{"kid": "en-2", "use": "sig", "x5t": "en-2", "x5c": x5c(rsaOld()), "issuer": "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"})),
			},
			header: object{"typ": "JWT", "kid": "en-1"},
			claims: object{
				"aud": api, "iss": "https://login.microsoftonline.com/" + tenant + "/v2.0", "nbf": 1, "azp": web, "azpacr": "0",
				"oid": "690222be", "scp": "orders.read", "sub": "HKZpfaHyWadeOouYlitjrI", "tid": tenant, "ver": "2.0",
			},
			accepted: []variant{{name: "of the other customer", claims: object{"iss": "https://login.microsoftonline.com/" + customer + "/v2.0", "tid": customer}}},
			confused: []variant{
				{name: "of a tenant that is no customer", claims: object{"iss": "https://login.microsoftonline.com/" + stranger + "/v2.0", "tid": stranger}, claim: "tid"},
				{name: "of a tenant in the name of a customer", claims: object{"iss": "https://login.microsoftonline.com/" + stranger + "/v2.0"}, claim: "iss"},
				{name: "of a customer in the name of another", claims: object{"tid": customer}, claim: "iss"},
				{name: "with the template itself", claims: object{"iss": "https://login.microsoftonline.com/{tenantid}/v2.0"}, claim: "iss"},
				{name: "with a part of the path for a tenant", claims: object{"iss": "https://login.microsoftonline.com/a/b/v2.0", "tid": "a/b"}, claim: "iss"},
				{name: "without a tenant", claims: object{"tid": nil}, claim: "iss"},
				{name: "signed with the key of another tenant", header: object{"kid": "en-2"}, key: rsaOld(), claim: "iss"},
				{name: "an ID token for the same app", claims: object{"azp": nil, "azpacr": nil, "scp": nil}, claim: "azp"},
				{name: "an app's own token", claims: object{"scp": nil, "roles": []string{"orders.read"}}, claim: "scp"},
				{name: "of the old form from the new issuer", claims: object{"ver": "1.0"}, claim: "ver"},
			},
		},
		{
			name: "Microsoft Entra ID, tokens of version 1.0", verifier: entraV1, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://login.microsoftonline.com/" + tenant + "/.well-known/openid-configuration": metadata(
					"https://sts.windows.net/"+tenant+"/", "https://login.microsoftonline.com/common/discovery/keys", nil),
				"https://login.microsoftonline.com/common/discovery/keys": keySet(
					entry(rsaKey(), object{"kid": "en-1", "use": "sig", "x5t": "en-1", "x5c": x5c(rsaKey())})),
			},
			header: object{"typ": "JWT", "kid": "en-1", "x5t": "en-1"},
			claims: object{
				"aud": "api://orders", "iss": "https://sts.windows.net/" + tenant + "/", "nbf": 1, "acr": "1", "appid": web, "appidacr": "0",
				"oid": "690222be", "scp": "orders.read", "sub": "HKZpfaHyWadeOouYlitjrI", "tid": tenant, "unique_name": "alice@shop.example", "ver": "1.0",
			},
			confused: []variant{
				{name: "of another tenant", claims: object{"iss": "https://sts.windows.net/9188040d-6c67-4c5b-b112-36a304b66dad/"}, claim: "iss"},
				{name: "an ID token", claims: object{"aud": web, "appid": nil, "scp": nil}, claim: "aud"},
				{name: "an ID token for the same app", claims: object{"appid": nil, "scp": nil}, claim: "appid"},
				{name: "of the new form", claims: object{"ver": "2.0"}, claim: "ver"},
				{name: "a guest's home tenant", claims: object{"tid": "9188040d-6c67-4c5b-b112-36a304b66dad"}, claim: "tid"},
				{name: "an app's own token", claims: object{"scp": nil, "roles": []string{"orders.read"}}, claim: "scp"},
			},
		},
		{
			name: "Azure AD B2C", verifier: azureB2C, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://shop.b2clogin.com/shop.onmicrosoft.com/B2C_1_signin/v2.0/.well-known/openid-configuration": metadata(
					"https://shop.b2clogin.com/775527ff-9a37-4307-8b3d-cc311f58d925/v2.0/", "https://shop.b2clogin.com/shop.onmicrosoft.com/b2c_1_signin/discovery/v2.0/keys", nil),
				"https://shop.b2clogin.com/shop.onmicrosoft.com/b2c_1_signin/discovery/v2.0/keys": keySet(
					entry(rsaKey(), object{"kid": "X5eXk4xyojNFum1kl2Ytv8dlNP4-c57dO6QGTVBwaNk", "nbf": 1493763266, "use": "sig"})),
			},
			header: object{"typ": "JWT", "kid": "X5eXk4xyojNFum1kl2Ytv8dlNP4-c57dO6QGTVBwaNk"},
			claims: object{
				"iss": "https://shop.b2clogin.com/775527ff-9a37-4307-8b3d-cc311f58d925/v2.0/", "nbf": 1, "aud": "90c0fe63-bcf2-44d5-8fb7-b8bbc0b29dc6",
				"sub": "884408e1", "oid": "884408e1", "tfp": "B2C_1_signin", "scp": "orders.read", "azp": web, "ver": "1.0",
			},
			confused: []variant{
				{name: "of another user flow", claims: object{"tfp": "B2C_1_reset"}, claim: "tfp"},
				{name: "an ID token", claims: object{"aud": web, "scp": nil}, claim: "aud"},
				{name: "an ID token for the same app", claims: object{"scp": nil}, claim: "scp"},
				{name: "of the directory itself", claims: object{"iss": "https://login.microsoftonline.com/775527ff-9a37-4307-8b3d-cc311f58d925/v2.0"}, claim: "iss"},
			},
		},
		cognito("Amazon Cognito, access tokens", cognitoAccess,
			object{"client_id": "web-client", "token_use": "access", "scope": "orders/read", "username": "alice", "version": 2},
			[]variant{
				{name: "an ID token", claims: object{"aud": "web-client", "token_use": "id", "client_id": nil}, claim: "aud"},
				{name: "an ID token without aud", claims: object{"token_use": "id"}, claim: "token_use"},
				{name: "of another app of the pool", claims: object{"client_id": "other-client"}, claim: "client_id"},
			}),
		cognito("Amazon Cognito, ID tokens", cognitoID,
			object{"aud": "web-client", "token_use": "id", "cognito:username": "alice", "email": "alice@shop.example", "email_verified": true},
			[]variant{
				{name: "an access token", claims: object{"aud": nil, "client_id": "web-client", "token_use": "access"}, claim: "aud"},
				{name: "an access token with aud", claims: object{"client_id": "web-client", "token_use": "access"}, claim: "token_use"},
			}),
		{
			name: "Google", verifier: google, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://accounts.google.com/.well-known/openid-configuration": metadata("https://accounts.google.com", "https://www.googleapis.com/oauth2/v3/certs", nil),
				"https://www.googleapis.com/oauth2/v3/certs": keySet(
					entry(rsaOld(), object{"kid": "go-2", "alg": "RS256", "use": "sig"}), entry(rsaKey(), object{"kid": "go-1", "alg": "RS256", "use": "sig"})),
			},
			header: object{"typ": "JWT", "kid": "go-1"},
			claims: object{
				"iss": "https://accounts.google.com", "azp": "1234.apps.googleusercontent.com", "aud": "1234.apps.googleusercontent.com",
				"sub": "110169484474386276334", "hd": "shop.example", "email": "alice@shop.example", "email_verified": true,
			},
			accepted: []variant{{name: "the issuer without https", claims: object{"iss": "accounts.google.com"}}},
			confused: []variant{
				{name: "of a private account with such an address", claims: object{"hd": nil}, claim: "hd"},
				{name: "of another organization", claims: object{"hd": "other.example", "iss": "accounts.google.com"}, claim: "hd"},
				{name: "for another client of the same project", claims: object{"aud": "1234-other.apps.googleusercontent.com"}, claim: "aud"},
				{name: "of another issuer", claims: object{"iss": "https://accounts.google.com.evil.example"}, claim: "iss", reason: jwt.ErrUnknownKey},
			},
		},
		{
			name: "Sign in with Apple", verifier: apple, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://appleid.apple.com/.well-known/openid-configuration": metadata("https://appleid.apple.com", "https://appleid.apple.com/auth/keys", nil),
				"https://appleid.apple.com/auth/keys": keySet(
					entry(rsaOld(), object{"kid": "ap-2", "alg": "RS256", "use": "sig"}), entry(rsaKey(), object{"kid": "ap-1", "alg": "RS256", "use": "sig"})),
			},
			header: object{"kid": "ap-1"}, // without typ
			claims: object{
				"iss": "https://appleid.apple.com", "aud": "example.shop.web", "sub": "000544.5e20.1321", "c_hash": "h", "email": "a1b2@privaterelay.appleid.com",
				"email_verified": "true", "is_private_email": true, "auth_time": 1, "nonce_supported": true,
			},
			accepted: []variant{{name: "email_verified as a boolean", claims: object{"email_verified": true, "is_private_email": "true"}}},
			confused: []variant{{name: "for another app", claims: object{"aud": "example.other"}, claim: "aud"}},
		},
		{
			name: "Firebase", verifier: firebase, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com": document(
					object{"fb-1": certificatePEM(rsaKey()), "fb-2": certificatePEM(rsaOld())}),
			},
			header: object{"typ": "JWT", "kid": "fb-1"},
			claims: object{
				"iss": "https://securetoken.google.com/shop-4f2a1", "aud": "shop-4f2a1", "auth_time": 1, "user_id": "Q1w2", "sub": "Q1w2",
				"email": "alice@shop.example", "email_verified": false, "firebase": object{"identities": object{}, "sign_in_provider": "password"},
			},
			confused: []variant{
				{name: "of another project, whose keys are the same", claims: object{"iss": "https://securetoken.google.com/other", "aud": "other"}, claim: "iss"},
				{name: "of another project for this one", claims: object{"iss": "https://securetoken.google.com/other"}, claim: "iss"},
				{name: "a session cookie", claims: object{"iss": "https://session.firebase.google.com/shop-4f2a1"}, claim: "iss"},
				{name: "without a user", claims: object{"sub": ""}, claim: "sub"},
				{name: "that nobody signed in for", claims: object{"auth_time": nil}, claim: "auth_time"},
			},
		},
		{
			name: "Supabase", verifier: supabase, key: ecKey(), alg: jwt.ES256,
			documents: map[string]string{
				"https://abcdefghijkl.supabase.co/auth/v1/.well-known/jwks.json": keySet(
					entry(ecKey(), object{"kid": "b81269f1-21d8-4f2e-b719-c2240a840d90", "alg": "ES256", "use": "sig", "key_ops": []string{"verify"}, "ext": true})),
			},
			header: object{"typ": "JWT", "kid": "b81269f1-21d8-4f2e-b719-c2240a840d90"},
			claims: object{
				"iss": "https://abcdefghijkl.supabase.co/auth/v1", "aud": "authenticated", "sub": "123e4567", "role": "authenticated", "aal": "aal1",
				"session_id": "s", "email": "alice@shop.example", "phone": "", "is_anonymous": false, "amr": []object{{"method": "password", "timestamp": 1}},
			},
			confused: []variant{
				{name: "of an anonymous user", claims: object{"is_anonymous": true}, claim: "is_anonymous"},
				{name: "the anonymous API key", header: object{"kid": nil}, claims: object{"iss": "supabase", "ref": "abcdefghijkl", "role": "anon", "aud": nil, "sub": nil}, claim: "iss"},
				{name: "of the service", claims: object{"role": "service_role"}, claim: "role"},
			},
		},
		{
			name: "Clerk", verifier: clerk, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://clerk.shop.example/.well-known/jwks.json": keySet(entry(rsaKey(), object{"kid": "ins_1", "alg": "RS256", "use": "sig"})),
			},
			header: object{"typ": "JWT", "kid": "ins_1", "cat": "cl_B7d4PD111AAA"},
			claims: object{
				"iss": "https://clerk.shop.example", "azp": "https://shop.example", "sub": "user_2", "sid": "sess_2", "nbf": 1, "v": 2, "fva": []int{7, -1}, "jti": "j", "sts": "active",
			},
			accepted: []variant{{name: "without a status", claims: object{"sts": nil}}},
			confused: []variant{
				{name: "of another origin", claims: object{"azp": "https://evil.shop.example"}, claim: "azp"},
				{name: "without an origin", claims: object{"azp": nil}, claim: "azp"},
				{name: "of a session with tasks", claims: object{"sts": "pending"}, claim: "sts"},
				{name: "made for another service with a template", claims: object{"aud": "https://hasura.example", "sid": nil}, claim: "aud"},
				{name: "made with a template", claims: object{"sid": nil}, claim: "sid"},
			},
		},
		{
			name: "Duende IdentityServer", verifier: duende, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://identity.shop.example/.well-known/openid-configuration": metadata(
					"https://identity.shop.example", "https://identity.shop.example/.well-known/openid-configuration/jwks", nil),
				"https://identity.shop.example/.well-known/openid-configuration/jwks": keySet(
					entry(rsaKey(), object{"kid": "DU1", "alg": "RS256", "use": "sig", "x5c": nil})),
			},
			header: object{"typ": "at+jwt", "kid": "DU1"},
			claims: object{
				"iss": "https://identity.shop.example", "nbf": 1, "aud": []string{"orders"}, "scope": []string{"openid", "orders.read"}, "client_id": "web",
				"sub": "818727", "auth_time": 1, "idp": "local", "amr": []string{"pwd"}, "jti": "J1",
			},
			accepted: []variant{{name: "the type in full", header: object{"typ": "application/at+jwt"}}},
			confused: []variant{
				{name: "an ID token", header: object{"typ": "JWT"}, claims: object{"aud": "web", "scope": nil}, claim: "typ"},
				{name: "a logout token", header: object{"typ": "logout+jwt"}, claim: "typ"},
				{name: "without the scope", claims: object{"scope": []string{"openid"}}, claim: "scope"},
				{name: "for another API", claims: object{"aud": []string{"https://identity.shop.example/resources"}}, claim: "aud"},
			},
		},
		{
			name: "AD FS", verifier: adfs, key: rsaKey(), alg: jwt.RS256,
			documents: map[string]string{
				"https://adfs.shop.example/adfs/.well-known/openid-configuration": metadata("https://adfs.shop.example/adfs", "https://adfs.shop.example/adfs/discovery/keys",
					object{"access_token_issuer": "http://adfs.shop.example/adfs/services/trust"}),
				"https://adfs.shop.example/adfs/discovery/keys": keySet(
					entry(rsaKey(), object{"kid": "ad-1", "alg": "RS256", "use": "sig", "x5t": "ad-1", "x5c": x5c(rsaKey())})),
			},
			header: object{"typ": "JWT", "kid": "ad-1", "x5t": "ad-1"},
			claims: object{
				"aud": "microsoft:identityserver:" + api, "iss": "http://adfs.shop.example/adfs/services/trust", "nbf": 1, "apptype": "Confidential",
				"appid": web, "authmethod": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport", "auth_time": "2026-11-26T08:00:00.000Z", "ver": "1.0", "scp": "openid orders", "sub": "Zc1",
			},
			confused: []variant{
				{name: "an ID token", claims: object{"iss": "https://adfs.shop.example/adfs", "aud": web, "scp": nil}, claim: "iss"},
				{name: "for the user endpoint", claims: object{"aud": "urn:microsoft:userinfo"}, claim: "aud"},
				{name: "without a scope", claims: object{"scp": nil}, claim: "scp"},
				{name: "without an app", claims: object{"appid": nil}, claim: "appid"},
			},
		},
	}
}
