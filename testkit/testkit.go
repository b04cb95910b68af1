// Package testkit has test vectors for JSON Web Token libraries in any
// language, at the level at which services use them: a token, the keys, a
// policy, a clock, and whether the token is acceptable.
//
// Vectors for algorithms exist elsewhere. These are about the rest: the form of
// the token, its header, the choice of the key, the claims, the time, and nested
// tokens, which are encrypted around all that.
//
//	for _, c := range testkit.Cases() {
//		got := verify(c) // testkit.Accept, testkit.Refuse or testkit.Unsupported
//		if !c.Agrees(got) {
//			t.Errorf("%s: %s (%s): got %s, want %s", c.ID, c.About, c.Clause, got, c.Want)
//		}
//	}
//
// The rows are the JSON files in the folder vectors, one row on a line, for those
// who do not use Go. The package imports the standard library only.
package testkit

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
)

// A Case is one row: a token, and what a verifier with the policy, the keys and
// the clock says of it.
type Case struct {
	ID     string            `json:"id"`     // family/name, unique
	About  string            `json:"about"`  // what is special about the token
	Clause string            `json:"clause"` // the specification that the verdict follows from
	Token  string            `json:"token"`
	Keys   []json.RawMessage `json:"keys"` // JWKs to trust, public or shared; each has alg and kid unless the row is about that
	Policy Policy            `json:"policy"`

	Request *Request `json:"request,omitempty"` // what the token is a proof for, if its profile is Proof
	Login   *Login   `json:"login,omitempty"`   // what the token came with, if its profile is IDToken

	Decryption *Decryption `json:"decryption,omitempty"` // how the token is encrypted; nil if it is signed only

	Now  int64   `json:"now"`  // the verifier's clock, seconds since 1970-01-01T00:00:00Z
	Want Verdict `json:"want"` // Accept, Refuse or Either
}

// A Policy says what the verifier asks of a token whose signature is good. What
// is left out is not asked.
type Policy struct {
	Issuer   string   `json:"issuer,omitempty"`   // iss is this
	Audience []string `json:"audience,omitempty"` // aud has one of these
	Subject  string   `json:"subject,omitempty"`  // sub is this
	Types    []string `json:"types,omitempty"`    // typ is one of these media types (RFC 8725 section 3.11)
	Require  []string `json:"require,omitempty"`  // claims that are present
	Leeway   int64    `json:"leeway,omitempty"`   // seconds by which clocks may differ
	Profile  Profile  `json:"profile,omitempty"`  // the specification that the token is one of; "" for none
	Strict   bool     `json:"strict,omitempty"`   // what specifications leave open about text, names and keys is refused; who cannot do that answers Unsupported
	MaxAge   int64    `json:"max_age,omitempty"`  // longest time since iat in seconds, which makes iat required, and not ahead by more than the leeway
}

// A Profile is a specification that asks more of a token than its members of the
// policy say. A verifier that does not know it answers Unsupported.
type Profile string

const (
	AccessToken     Profile = "access token"     // RFC 9068 section 4
	LogoutToken     Profile = "logout token"     // OpenID Connect Back-Channel Logout 1.0 section 2.6
	ClientAssertion Profile = "client assertion" // RFC 7523 section 3; issuer is the client ID, audience the authorization server
	IDToken         Profile = "ID token"         // OpenID Connect Core 1.0 section 3.1.3.7, for the row's login; audience is the client ID
	Proof           Profile = "proof"            // RFC 9449 section 4.3: a DPoP proof, for the row's request
)

// A Request is the HTTP request that comes with a proof, and the access token in it.
type Request struct {
	Method      string `json:"method"`
	URL         string `json:"url"`
	AccessToken string `json:"access_token,omitempty"` // its text; without one, the request is for a token endpoint
	Thumbprint  string `json:"jkt,omitempty"`          // of the key that the access token is bound to (RFC 9449 section 6.1, RFC 7638)
	Used        bool   `json:"used,omitempty"`         // the same proof came before, and the server accepts each once (RFC 9449 section 11.1)
	Nonce       string `json:"nonce,omitempty"`        // what the server has demanded of proofs (RFC 9449 sections 8 and 9); without one, it demands none
}

// A Login is what a client has sent with a login, and got with its ID token. What is left
// out is not asked.
type Login struct {
	Nonce       string `json:"nonce"`                  // of the authorization request, which the token has
	MaxAge      int64  `json:"max_age,omitempty"`      // seconds that the login is ago at most, by auth_time
	AccessToken string `json:"access_token,omitempty"` // what at_hash is a hash of
	Code        string `json:"code,omitempty"`         // what c_hash is a hash of
}

// A Decryption is what decrypts a nested token: a JWE in the compact form whose content
// is a signed token (RFC 7519 section 2), which the row's Keys and Policy are for. A
// token that is not encrypted is refused. A verifier that does not decrypt answers
// Unsupported.
type Decryption struct {
	Keys    []json.RawMessage `json:"keys"`    // shared JWKs to decrypt with; each has alg, that of the token, and kid unless the row is about that
	Content []string          `json:"content"` // enc is one of these
}

// A Verdict is what a verifier says of a token, or a row wants of it.
type Verdict string

// The verdicts. A row wants Accept, Refuse or Either; a verifier says Accept, Refuse
// or Unsupported.
const (
	Accept      Verdict = "accept"
	Refuse      Verdict = "refuse"
	Either      Verdict = "either"      // specifications leave it open; only a row says so
	Unsupported Verdict = "unsupported" // the library lacks the algorithm, a field of the policy or decryption; only a verifier says so
)

// Agrees reports whether got is a right answer.
func (c *Case) Agrees(got Verdict) bool {
	switch got {
	case Accept, Refuse:
		return c.Want == Either || got == c.Want
	default:
		return got == Unsupported
	}
}

//go:embed vectors/*.json
var vectors embed.FS

// Cases returns all rows in the order of their files and lines. They are decoded
// anew at each call. It panics if the embedded files cannot be read, which is a
// fault of the build.
func Cases() []Case {
	return read(vectors)
}

// read returns the rows of the files in the folder vectors, and panics if they cannot
// be read.
func read(files fs.FS) (all []Case) {
	names, _ := fs.Glob(files, "vectors/*.json") // which fails for bad patterns only
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			panic(err)
		}
		var rows []Case
		if err := json.Unmarshal(data, &rows); err != nil {
			panic(fmt.Errorf("%s: %w", name, err))
		}
		all = append(all, rows...)
	}
	return all
}

const maxLine = 16 << 20 // bytes of a line with its end

// Serve is the protocol by which a verifier in another process, of any language,
// is tried: it reads one Case as JSON on each line of r, and writes one line to w
// for it, `{"id":"…","verdict":"accept"}`. It returns at the end of r,
// and an error for a line that is no Case, or that has more than 16 MiB.
func Serve(r io.Reader, w io.Writer, verify func(Case) Verdict) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var c Case
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return fmt.Errorf("testkit: reading a case: %w", err)
		}
		answer, _ := json.Marshal(Answer{c.ID, verify(c)}) // two strings
		if _, err := w.Write(append(answer, '\n')); err != nil {
			return err
		}
	}
	return lines.Err()
}

// An Answer is one line that a verifier in another process writes.
type Answer struct {
	ID      string  `json:"id"`
	Verdict Verdict `json:"verdict"`
}
