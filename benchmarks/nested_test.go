package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	cristal "github.com/cristalhq/jwt/v5"
	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	golang "github.com/golang-jwt/jwt/v5"
	kat "github.com/kataras/jwt"

	"github.com/seed-b1f8f58c/jwt"
)

// nested are private claims with a struct, a list of structs and maps.
type nested struct {
	Company  company             `json:"company"`
	Accounts []account           `json:"accounts"`
	Limits   map[string]int64    `json:"limits"`
	Groups   map[string][]string `json:"groups"`
}

type company struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Region string `json:"region,omitempty"`
}

type account struct {
	ID      string   `json:"id"`
	Number  int64    `json:"number"`
	Balance float64  `json:"balance"`
	Active  bool     `json:"active"`
	Roles   []string `json:"roles"`
	Address address  `json:"address"`
}

type address struct {
	Street string `json:"street"`
	City   string `json:"city"`
	Zip    string `json:"zip,omitempty"`
}

// nestedOf returns claims of about so many bytes.
func nestedOf(size int) nested {
	n := nested{
		Company: company{4711, "Example & Sons", "eu-central-1"},
		Limits:  map[string]int64{"requests": 1000, "seats": 25, "storage": 1 << 40},
		Groups:  map[string][]string{"admins": {"alice", "bob"}, "readers": {"carol"}},
	}
	for i := range size / 200 {
		n.Accounts = append(n.Accounts, account{
			fmt.Sprintf("f81d4fae-7dec-11d0-a765-%012x", i), int64(i) * 1_000_003, float64(i) * 12.5, i%2 == 0,
			[]string{"owner", "auditor"}, address{"1 Example Street", "Springfield", "95014"},
		})
	}
	return n
}

// nestedPayload is the payload of a token with the registered claims, too.
func nestedPayload(n nested) []byte {
	return must(json.Marshal(struct {
		claims
		nested
	}{claimsOf(registered), n}))
}

// A nestedLibrary reads nested claims into structs and signs them, with HS256.
// jwx decodes structs only where their types are registered claim by claim, and
// pascaldekloe leaves it to encoding/json.
type nestedLibrary struct {
	name   string
	verify func(token string) func() (*nested, error) // nil: what the floor reads
	sign   func(n nested) func() error
}

var nestedLibraries = []nestedLibrary{
	{floor.name, func(token string) func() (*nested, error) {
		run := floor.verify("HS256", typed, token).run
		return func() (*nested, error) { return nil, run() }
	}, func(n nested) func() error { return floorSign("HS256", nestedPayload(n)) }},
	{ours.name, jwtNestedVerify, jwtNestedSign},
	{golangJWT.name, golangNestedVerify, golangNestedSign},
	{goJOSE.name, joseNestedVerify, nil},
	{cristalhq.name, cristalNestedVerify, nil},
	{kataras.name, katarasNestedVerify, nil},
}

// nestedSizes are those of the payloads, in KB.
var nestedSizes = []int{4, 32}

func BenchmarkVerifyNested(b *testing.B) {
	for _, kb := range nestedSizes {
		want := nestedOf(kb << 10)
		token := issue("HS256", "", nestedPayload(want))
		for _, lib := range nestedLibraries {
			b.Run(fmt.Sprintf("alg=HS256/size=%dKB/lib=%s", kb, lib.name), func(b *testing.B) {
				verify := lib.verify(token)
				if got, err := verify(); err != nil || lib.name != floor.name && !reflect.DeepEqual(*got, want) {
					b.Fatal("other claims are read", err)
				}
				timed(b, func() error { _, err := verify(); return err })
			})
		}
	}
}

func BenchmarkSignNested(b *testing.B) {
	for _, kb := range nestedSizes {
		for _, lib := range nestedLibraries {
			if lib.sign != nil {
				b.Run(fmt.Sprintf("alg=HS256/size=%dKB/lib=%s", kb, lib.name), func(b *testing.B) { timed(b, lib.sign(nestedOf(kb<<10))) })
			}
		}
	}
}

type jwtNested struct {
	jwt.Claims
	nested
}

func jwtNestedVerify(token string) func() (*nested, error) {
	policy := &jwt.Policy{Keys: jwt.Keys{jwtVerifier("HS256", publicKey("HS256"), "")}, Issuer: issuer, Audience: []string{audience}}
	return func() (*nested, error) {
		c, err := jwt.VerifyAs[jwtNested](background, policy, token)
		return &c.nested, err
	}
}

func jwtNestedSign(n nested) func() error {
	key := must(jwt.NewHMAC("HS256", privateKey("HS256").([]byte), ""))
	all := jwtNested{jwtRegistered(claimsOf(registered)), n}
	return func() error { _, err := jwt.Sign(background, key, all); return err }
}

func golangNestedVerify(token string) func() (*nested, error) {
	parser := golang.NewParser(golang.WithValidMethods([]string{"HS256"}),
		golang.WithIssuer(issuer), golang.WithAudience(audience), golang.WithExpirationRequired())
	key := publicKey("HS256")
	return func() (*nested, error) {
		var c struct {
			golang.RegisteredClaims
			nested
		}
		_, err := parser.ParseWithClaims(token, &c, func(*golang.Token) (any, error) { return key, nil })
		return &c.nested, err
	}
}

func golangNestedSign(n nested) func() error {
	c := claimsOf(registered)
	date := func(seconds int64) *golang.NumericDate { return golang.NewNumericDate(time.Unix(seconds, 0)) }
	all := struct {
		golang.RegisteredClaims
		nested
	}{golang.RegisteredClaims{
		Issuer: c.Issuer, Subject: c.Subject, Audience: golang.ClaimStrings{c.Audience}, ID: c.ID,
		ExpiresAt: date(c.ExpiresAt), NotBefore: date(c.NotBefore), IssuedAt: date(c.IssuedAt),
	}, n}
	key := privateKey("HS256")
	return func() error {
		_, err := golang.NewWithClaims(golang.SigningMethodHS256, all).SignedString(key)
		return err
	}
}

func joseNestedVerify(token string) func() (*nested, error) {
	key := publicKey("HS256")
	return func() (*nested, error) {
		var c struct {
			josejwt.Claims
			nested
		}
		t, err := josejwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
		if err == nil {
			err = t.Claims(key, &c)
		}
		if err == nil && c.Expiry == nil {
			err = errClaims
		}
		if err == nil {
			err = c.ValidateWithLeeway(josejwt.Expected{Issuer: issuer, AnyAudience: josejwt.Audience{audience}}, 0)
		}
		return &c.nested, err
	}
}

func cristalNestedVerify(text string) func() (*nested, error) {
	verifier, token := cristalVerifier("HS256", publicKey("HS256")), []byte(text)
	return func() (*nested, error) {
		var c struct {
			cristal.RegisteredClaims
			nested
		}
		t, err := cristal.Parse(token, verifier)
		if err == nil {
			err = t.DecodeClaims(&c)
		}
		now := time.Now()
		if err == nil && (c.ExpiresAt == nil || !c.IsIssuer(issuer) || !c.IsForAudience(audience) || !c.IsValidExpiresAt(now) || !c.IsValidNotBefore(now)) {
			err = errClaims
		}
		return &c.nested, err
	}
}

func katarasNestedVerify(text string) func() (*nested, error) {
	token, key := slices.Clip([]byte(text)), publicKey("HS256")
	return func() (*nested, error) {
		t, err := kat.Verify(kat.HS256, key, token, katarasExpected)
		if err == nil && t.StandardClaims.Expiry == 0 {
			err = errClaims
		}
		if err != nil {
			return nil, err
		}
		var n nested
		return &n, t.Claims(&n)
	}
}
