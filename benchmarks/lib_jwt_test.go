package main

import (
	"context"
	"crypto"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwe"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// ours is this repository's library.
var ours = library{
	name: "jwt",
	verify: func(alg string, what content, token string) verification {
		return jwtVerify(jwt.Keys{jwtVerifier(alg, publicKey(alg), "")}, what, token)
	},
	sign: jwtSign,
	keySet: func(alg string, keys []namedKey, what content, token string) verification {
		set := make([]*jwk.Key, len(keys))
		for i, k := range keys {
			set[i] = must(jwk.New(jwt.Algorithm(alg), public(k.key), k.id))
		}
		return jwtVerify(must(jwk.NewSet(set...)), what, token)
	},
	remote: func(url, _ string, _ []namedKey, what content, token string) verification {
		return jwtVerify(must(jwthttp.NewRemoteKeys(url, jwthttp.RemoteOptions{})), what, token)
	},
	encrypt: jweEncrypt,
	decrypt: jweDecrypt,
}

type jwtClaims struct {
	jwt.Claims
	Role   string   `json:"role"`
	Tenant int64    `json:"tenant"`
	Scopes []string `json:"scopes"`
}

func jwtVerifier(alg string, key any, keyID string) jwt.Verifier {
	if secret, ok := key.([]byte); ok {
		return must(jwt.NewHMAC(jwt.Algorithm(alg), secret, keyID))
	}
	return must(jwt.NewVerifier(jwt.Algorithm(alg), key, keyID))
}

func jwtVerify(keys jwt.KeySet, what content, token string) verification {
	ctx := context.Background()
	policy := &jwt.Policy{Keys: keys, Issuer: issuer, Audience: []string{audience}}
	if what == registered {
		return verifying(
			func() (*jwt.Token, error) { return policy.Verify(ctx, token) },
			func(t *jwt.Token) claims { return jwtRead(jwtClaims{Claims: t.Claims}) })
	}
	return verifying(func() (jwtClaims, error) { return jwt.VerifyAs[jwtClaims](ctx, policy, token) }, jwtRead)
}

func jwtRead(c jwtClaims) claims {
	return claims{
		c.Issuer, c.Subject, only(c.Audience), int64(c.ExpiresAt), int64(c.NotBefore), int64(c.IssuedAt), c.ID,
		c.Role, c.Tenant, c.Scopes,
	}
}

func jwtSign(alg string, what content) signing {
	ctx, c := context.Background(), claimsOf(what)
	var key jwt.Signer
	if secret, ok := privateKey(alg).([]byte); ok {
		key = must(jwt.NewHMAC(jwt.Algorithm(alg), secret, ""))
	} else {
		key = must(jwt.NewSigner(jwt.Algorithm(alg), privateKey(alg).(crypto.Signer), ""))
	}
	seven := jwtRegistered(c)
	if what == registered {
		return issuing(func() (string, error) { return jwt.Sign(ctx, key, seven) })
	}
	all := jwtClaims{seven, c.Role, c.Tenant, c.Scopes}
	return issuing(func() (string, error) { return jwt.Sign(ctx, key, all) })
}

func jwtRegistered(c claims) jwt.Claims {
	return jwt.Claims{
		Issuer: c.Issuer, Subject: c.Subject, Audience: jwt.Audience{c.Audience}, ID: c.ID,
		ExpiresAt: jwt.NumericDate(c.ExpiresAt), NotBefore: jwt.NumericDate(c.NotBefore), IssuedAt: jwt.NumericDate(c.IssuedAt),
	}
}

// only returns the one audience of a token.
func only(audience []string) string {
	if len(audience) != 1 {
		return ""
	}
	return audience[0]
}

// jweEncrypt and jweDecrypt use the functions for plain bytes, as the peers do:
// the road of signed and then encrypted tokens has these inside.
func jweEncrypt(kind encryption, plaintext []byte) signing {
	ctx, alg, enc := context.Background(), jwe.Algorithm(kind.alg), jwe.Encryption(kind.enc)
	var key jwe.Encrypter
	if secret, ok := kind.key().([]byte); ok {
		key = must(jwe.NewSharedKey(alg, enc, secret, ""))
	} else {
		key = must(jwe.NewEncrypter(alg, enc, public(kind.key()), ""))
	}
	return issuing(func() (string, error) { return jwe.InsecureEncryptUnsigned(ctx, key, jwe.Header{}, plaintext) })
}

func jweDecrypt(kind encryption, token string) decryption {
	ctx, alg, enc := context.Background(), jwe.Algorithm(kind.alg), jwe.Encryption(kind.enc)
	var key jwe.Decrypter
	if secret, ok := kind.key().([]byte); ok {
		key = must(jwe.NewSharedKey(alg, enc, secret, ""))
	} else {
		key = must(jwe.NewDecrypter(alg, enc, kind.key(), ""))
	}
	return decrypting(func() ([]byte, error) {
		_, plaintext, err := jwe.InsecureDecryptUnsigned(ctx, key, token)
		return plaintext, err
	})
}
