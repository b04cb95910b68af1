package docs_test

import (
	"errors"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func keycloak(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const realm = "https://login.shop.example/realms/shop"
	keys, err := jwthttp.DiscoverKeys(realm, remote)
	if err != nil {
		return nil, err
	}
	isAccessToken := jwt.RuleFor("typ", func(claims struct {
		Type string `json:"typ"` // a claim, beside the typ of the header
	}) error {
		if claims.Type != "Bearer" {
			return errors.New("not an access token")
		}
		return nil
	})
	return &jwt.Policy{
		Keys: keys, Issuer: realm, Audience: []string{"orders-api"},
		Types: []string{"JWT", "at+jwt"}, Rules: []jwt.Rule{isAccessToken},
	}, nil
}

func auth0(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const issuer = "https://shop.eu.auth0.com/" // with the slash
	keys, err := jwthttp.DiscoverKeys(issuer, remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{"https://api.shop.example"}, Types: []string{"JWT", "at+jwt"},
	}, nil
}

func okta(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const issuer = "https://shop.okta.com/oauth2/default"
	keys, err := jwthttp.DiscoverKeys(issuer, remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{"api://default"},
		Require: []string{"cid"}, Rules: []jwt.Rule{jwt.Contains("scp", "orders.read")},
	}, nil
}

func entra(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const tenant, api = "f8cdef31-a31e-4b4a-93e4-5f571e91255a", "6e74172b-be56-4843-9ff4-e66a39bb12e3"
	const issuer = "https://login.microsoftonline.com/" + tenant + "/v2.0"
	keys, err := jwthttp.DiscoverKeys(issuer, remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{api},
		Require: []string{"azp", "scp"}, Rules: []jwt.Rule{jwt.Equal("tid", tenant), jwt.Equal("ver", "2.0")},
	}, nil
}

func entraManyTenants(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const api = "6e74172b-be56-4843-9ff4-e66a39bb12e3"
	customers := []string{"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "a2f51c4b-5d0c-4b21-8d2e-0c9b7d6c1f10"}
	remote.MetadataURL = "https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration"
	keys, err := jwthttp.DiscoverKeys("https://login.microsoftonline.com/{tenantid}/v2.0", remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, IssuerTemplate: "https://login.microsoftonline.com/{tid}/v2.0", Audience: []string{api},
		Require: []string{"azp", "scp"}, Rules: []jwt.Rule{jwt.OneOf("tid", customers...), jwt.Equal("ver", "2.0")},
	}, nil
}

func entraV1(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const tenant, api = "f8cdef31-a31e-4b4a-93e4-5f571e91255a", "api://orders"
	const issuer = "https://sts.windows.net/" + tenant + "/" // with the slash
	remote.MetadataURL = "https://login.microsoftonline.com/" + tenant + "/.well-known/openid-configuration"
	keys, err := jwthttp.DiscoverKeys(issuer, remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{api},
		Require: []string{"appid", "scp"}, Rules: []jwt.Rule{jwt.Equal("tid", tenant), jwt.Equal("ver", "1.0")},
	}, nil
}

func azureB2C(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const issuer = "https://shop.b2clogin.com/775527ff-9a37-4307-8b3d-cc311f58d925/v2.0/" // with the slash
	const userFlow, api = "B2C_1_signin", "90c0fe63-bcf2-44d5-8fb7-b8bbc0b29dc6"
	remote.MetadataURL = "https://shop.b2clogin.com/shop.onmicrosoft.com/" + userFlow + "/v2.0/.well-known/openid-configuration"
	keys, err := jwthttp.DiscoverKeys(issuer, remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{api},
		Require: []string{"scp"}, Rules: []jwt.Rule{jwt.Equal("tfp", userFlow)},
	}, nil
}

func cognitoAccess(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const pool = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E"
	keys, err := jwthttp.DiscoverKeys(pool, remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: pool, // no Audience: an access token has no aud
		Rules: []jwt.Rule{jwt.Equal("token_use", "access"), jwt.OneOf("client_id", "web-client", "mobile-client")},
	}, nil
}

func cognitoID(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const pool = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E"
	keys, err := jwthttp.DiscoverKeys(pool, remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: pool, Audience: []string{"web-client"}, Rules: []jwt.Rule{jwt.Equal("token_use", "id")},
	}, nil
}

func google(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	keys, err := jwthttp.DiscoverKeys("https://accounts.google.com", remote)
	if err != nil {
		return nil, err
	}
	policy := jwt.Policy{
		Keys: keys, Issuer: "https://accounts.google.com", Audience: []string{"1234.apps.googleusercontent.com"},
		Rules: []jwt.Rule{jwt.Equal("hd", "shop.example")}, // members of this organization only
	}
	bare := policy
	bare.Issuer = "accounts.google.com"
	return jwt.Policies{&policy, &bare}, nil
}

func apple(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const issuer = "https://appleid.apple.com"
	keys, err := jwthttp.DiscoverKeys(issuer, remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{Keys: keys, Issuer: issuer, Audience: []string{"example.shop.web"}}, nil
}

func firebase(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const project = "shop-4f2a1"
	keys, err := jwthttp.NewRemoteKeys(
		"https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com", remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: "https://securetoken.google.com/" + project, Audience: []string{project},
		Require: []string{"auth_time"}, Rules: []jwt.Rule{jwt.NotEmpty("sub")},
	}, nil
}

func supabase(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const issuer = "https://abcdefghijkl.supabase.co/auth/v1"
	keys, err := jwthttp.NewRemoteKeys(issuer+"/.well-known/jwks.json", remote)
	if err != nil {
		return nil, err
	}
	isNotAnonymous := jwt.RuleFor("is_anonymous", func(claims struct {
		Anonymous bool `json:"is_anonymous"`
	}) error {
		if claims.Anonymous {
			return errors.New("an anonymous user")
		}
		return nil
	})
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{"authenticated"},
		Rules: []jwt.Rule{jwt.Equal("role", "authenticated"), isNotAnonymous},
	}, nil
}

func clerk(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const issuer = "https://clerk.shop.example"
	keys, err := jwthttp.NewRemoteKeys(issuer+"/.well-known/jwks.json", remote)
	if err != nil {
		return nil, err
	}
	isActive := jwt.RuleFor("sts", func(claims struct {
		Status string `json:"sts"`
	}) error {
		if claims.Status == "pending" {
			return errors.New("the session has tasks to complete")
		}
		return nil
	})
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, // no Audience: a session token has no aud
		Require: []string{"sid"}, Rules: []jwt.Rule{jwt.OneOf("azp", "https://shop.example"), isActive},
	}, nil
}

func duende(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	const issuer = "https://identity.shop.example"
	keys, err := jwthttp.DiscoverKeys(issuer, remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{"orders"}, Types: []string{"at+jwt"},
		Rules: []jwt.Rule{jwt.Contains("scope", "orders.read")},
	}, nil
}

func adfs(remote jwthttp.RemoteOptions) (jwt.TokenVerifier, error) {
	keys, err := jwthttp.DiscoverKeys("https://adfs.shop.example/adfs", remote)
	if err != nil {
		return nil, err
	}
	return &jwt.Policy{
		Keys: keys, Issuer: "http://adfs.shop.example/adfs/services/trust", // access_token_issuer in the metadata
		Audience: []string{"microsoft:identityserver:6e74172b-be56-4843-9ff4-e66a39bb12e3"},
		Require:  []string{"appid", "scp"},
	}, nil
}
