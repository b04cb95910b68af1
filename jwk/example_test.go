package jwk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// The private key of RFC 8037 appendix A.1, which everybody knows.
const privateJWK = `{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","alg":"EdDSA","kid":"2026-11"}`

// A service signs with its private JWK, publishes the public one, and another
// service verifies with what was published.
func Example() {
	ctx := context.Background()
	key, err := jwk.Parse([]byte(privateJWK)) // from a secret manager
	check(err)
	signer, err := key.Signer()
	check(err)
	token, err := jwt.Sign(ctx, signer, jwt.Claims{Subject: "alice", ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute))})
	check(err)

	own, err := jwk.NewSet(key)
	check(err)
	published, err := json.Marshal(own)
	check(err)
	fmt.Printf("%s\n", published)

	set, err := jwk.ParseSet(published)
	check(err)
	policy := &jwt.Policy{Keys: set}
	verified, err := policy.Verify(ctx, token)
	check(err)
	fmt.Println(verified.Claims.Subject, verified.Header.KeyID)
	// Output:
	// {"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","alg":"EdDSA","kid":"2026-11"}]}
	// alice 2026-11
}

// A set with entries that this package does not know is read without them.
func ExampleParseSet() {
	set, err := jwk.ParseSet([]byte(`{"keys":[
		{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a"},
		{"kty":"LMS","alg":"HSS-LMS","kid":"b"},
		{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ","alg":"HS256","kid":"c"}
	]}`))
	check(err)
	fmt.Println(set)
	for _, skipped := range set.Skipped() {
		fmt.Println(skipped.Index, skipped.KeyID, skipped.Err)
	}
	// Output:
	// JWK Set, keys: 1, left out: 2
	// 1 b jwk: unknown kty "LMS", want RSA, EC, OKP, AKP or oct
	// 2 c jwk: a symmetric key among public keys; ParsePrivateSet reads secrets of your own
}

// A PEM file names neither an algorithm nor a key ID; With adds them.
func ExampleParsePEM() {
	key, err := jwk.ParsePEM([]byte(`-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
`))
	check(err)
	key, err = key.With(jwt.EdDSA, key.Thumbprint())
	check(err)
	data, err := json.Marshal(key)
	check(err)
	fmt.Printf("%s\n", data)
	// Output:
	// {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","use":"sig","alg":"EdDSA","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"}
}

// Private parts are written by a function that says so; printing shows none.
func ExampleKey_MarshalPrivateJSON() {
	key, err := jwk.Parse([]byte(privateJWK))
	check(err)
	fmt.Println(key)
	data, err := key.MarshalPrivateJSON()
	check(err)
	fmt.Printf("%s\n", data)
	// Output:
	// Ed25519 private key, alg "EdDSA", kid "2026-11", thumbprint kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k
	// {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","alg":"EdDSA","kid":"2026-11"}
}

// A new key for any algorithm is one line; its key ID is its thumbprint.
func ExampleGenerate() {
	key, err := jwk.Generate(jwt.ES256)
	check(err)
	fmt.Println(key.Algorithm(), key.Use(), key.KeyID() == key.Thumbprint())
	// Output: ES256 sig true
}

// A key ring publishes a new key before it signs, and an old one until its tokens
// have expired.
func ExampleKeyRing() {
	now := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	ring := &jwk.KeyRing{
		Algorithm: jwt.EdDSA, PublishAhead: time.Hour, RetireAfter: 15 * time.Minute,
		Now: func() time.Time { return now },
	}
	signs := func() string {
		signer, err := ring.Signer(context.Background())
		check(err)
		return signer.KeyID()
	}
	published := func() int {
		keys, err := ring.Published(context.Background())
		check(err)
		return len(keys)
	}
	check(ring.Rotate(context.Background())) // the first key, which signs at once
	first := signs()
	check(ring.Rotate(context.Background())) // the second one
	fmt.Println("published:", published(), "the first one signs:", signs() == first)
	now = now.Add(time.Hour)
	fmt.Println("published:", published(), "the first one signs:", signs() == first)
	now = now.Add(15 * time.Minute)
	fmt.Println("published:", published(), "the first one signs:", signs() == first)
	// Output:
	// published: 2 the first one signs: true
	// published: 2 the first one signs: false
	// published: 1 the first one signs: false
}

// What is odd in a published set and decides nothing is read, and noted.
func ExampleSet_Noted() {
	set, err := jwk.ParseSet([]byte(`{"keys":[
		{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=","kid":"a","use":null,"x5c":[]}
	]}`))
	check(err)
	for _, note := range set.Noted() {
		fmt.Println(note.Index, note.KeyID, note.Member+":", note.Detail)
	}
	// Output:
	// 0 a x: base64 with padding, spaces or the letters of RFC 4648 section 4; read
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
