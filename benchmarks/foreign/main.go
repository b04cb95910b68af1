// Command foreign has libraries of other languages verify the tokens that this one
// signs, and says how long a verification takes in each: Node.js's jose and
// fast-jwt, C's libjwt, and Rust's jsonwebtoken. Those that are not installed are
// skipped.
//
//	npm install --prefix foreign jose fast-jwt     # or -node-modules, where they are
//	apt-get install gcc libjwt-dev
//	apt-get install cargo librust-jsonwebtoken-dev # or -crates, where they are
//	go run ./foreign
//
// Each verifies the signature with one algorithm, iss, aud and exp, on one
// processor, and has to refuse a token with another signature first. The times are
// medians of rounds in which all take their turn.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

const (
	issuer   = "https://login.example.com"
	audience = "https://api.example.com"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("foreign: ")
	rounds := flag.Int("count", 5, "number of rounds")
	modules := flag.String("node-modules", "foreign/node_modules", "folder with the modules of Node.js")
	crates := flag.String("crates", "/usr/share/cargo/registry", "folder with the sources of Rust's crates")
	flag.Parse()
	if err := run(*rounds, *modules, *crates); err != nil {
		log.Fatal(err)
	}
}

func run(rounds int, modules, crates string) error {
	dir, err := os.MkdirTemp("", "foreign")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tokens, err := issue(dir)
	if err != nil {
		return err
	}
	programs := []program{{name: "jwt", run: func() ([]byte, error) { return ours(tokens) }}}
	for _, setUp := range []func(dir string) (program, error){
		func(dir string) (program, error) { return setUpNode(dir, modules) },
		setUpC,
		func(dir string) (program, error) { return setUpRust(dir, crates) },
	} {
		p, err := setUp(dir)
		if err != nil {
			log.Printf("SKIPPED: %v", err)
			continue
		}
		programs = append(programs, p)
	}
	t := table{times: make(map[[2]string][]float64)}
	for range rounds {
		for _, p := range programs {
			out, err := p.run()
			if err != nil {
				return fmt.Errorf("%s: %w\n%s", p.name, err, out)
			}
			t.read(out)
		}
	}
	t.print(os.Stdout)
	return nil
}

// A token is one to be verified, with the file of the key.
type token struct {
	alg      jwt.Algorithm
	text     string
	verifier jwt.Verifier
}

var algorithms = []jwt.Algorithm{jwt.HS256, jwt.RS256, jwt.PS256, jwt.ES256, jwt.EdDSA}

// issue signs a token with a new key of each algorithm, and leaves them in files:
// tokens has a line for each, with the algorithm and the token; the key is in a file
// with the name of the algorithm, as PEM or, for HS256, as it is.
func issue(dir string) (tokens []token, err error) {
	var lines bytes.Buffer
	for _, alg := range algorithms {
		signer, verifier, public, err := newKey(alg)
		if err != nil {
			return nil, err
		}
		template := &jwt.Template{Key: signer, Issuer: issuer, Audience: []string{audience}, Lifetime: time.Hour}
		text, err := template.Sign(context.Background(), struct {
			jwt.Claims
			Role   string   `json:"role"`
			Tenant int64    `json:"tenant"`
			Scopes []string `json:"scopes"`
		}{jwt.Claims{Subject: "user-1234567890", ID: rand.Text()}, "admin", 4_503_599_627_370_497, []string{"read", "write"}})
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, token{alg, text, verifier})
		fmt.Fprintf(&lines, "%s %s\n", alg, text)
		if err := os.WriteFile(filepath.Join(dir, string(alg)), public, 0o600); err != nil {
			return nil, err
		}
	}
	return tokens, os.WriteFile(filepath.Join(dir, "tokens"), lines.Bytes(), 0o600)
}

func newKey(alg jwt.Algorithm) (jwt.Signer, jwt.Verifier, []byte, error) {
	if alg == jwt.HS256 {
		secret := []byte(rand.Text() + rand.Text())
		key, err := jwt.NewHMAC(alg, secret, "")
		return key, key, secret, err
	}
	var private crypto.Signer
	var err error
	switch alg {
	case jwt.ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jwt.EdDSA:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	signer, err := jwt.NewSigner(alg, private, "")
	if err != nil {
		return nil, nil, nil, err
	}
	verifier, err := jwt.NewVerifier(alg, private.Public(), "")
	if err != nil {
		return nil, nil, nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	return signer, verifier, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
}

// ours verifies the tokens with this library.
func ours(tokens []token) ([]byte, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var out bytes.Buffer
	ctx := context.Background()
	for _, t := range tokens {
		p := &jwt.Policy{Keys: jwt.Keys{t.verifier}, Issuer: issuer, Audience: []string{audience}}
		if _, err := p.Verify(ctx, t.text[:len(t.text)-4]+"AAAA"); !errors.Is(err, jwt.ErrSignature) {
			return nil, fmt.Errorf("%s: a bad token: %v", t.alg, err)
		}
		n, begin := 0, time.Now()
		for ; time.Since(begin) < 200*time.Millisecond; n++ {
			if _, err := p.Verify(ctx, t.text); err != nil {
				return nil, err
			}
		}
		fmt.Fprintf(&out, "jwt, %s\t%s\t%d\n", runtime.Version(), t.alg, time.Since(begin).Nanoseconds()/int64(n))
	}
	return out.Bytes(), nil
}

// A table has the times by library and algorithm.
type table struct {
	libs  []string
	times map[[2]string][]float64
}

func (t *table) read(out []byte) {
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		parts := strings.Split(lines.Text(), "\t")
		if len(parts) != 3 {
			continue
		}
		ns, err := strconv.ParseFloat(parts[2], 64)
		if err != nil {
			continue
		}
		if !slices.Contains(t.libs, parts[0]) {
			t.libs = append(t.libs, parts[0])
		}
		of := [2]string{parts[0], parts[1]}
		t.times[of] = append(t.times[of], ns)
	}
}

func (t *table) print(to *os.File) {
	fmt.Fprint(to, "| verify, µs |")
	for _, alg := range algorithms {
		fmt.Fprintf(to, " %s |", alg)
	}
	fmt.Fprintln(to, "\n|---|"+strings.Repeat("---:|", len(algorithms)))
	for _, lib := range t.libs {
		fmt.Fprintf(to, "| %s |", lib)
		for _, alg := range algorithms {
			times := t.times[[2]string{lib, string(alg)}]
			if len(times) == 0 {
				fmt.Fprint(to, " |")
				continue
			}
			slices.Sort(times)
			fmt.Fprintf(to, " %.2f |", times[len(times)/2]/1000)
		}
		fmt.Fprintln(to)
	}
}
