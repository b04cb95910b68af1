package openssh_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/internal/program"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwk/openssh"
)

func keys(t testing.TB) map[string]crypto.Signer {
	t.Helper()
	keys := make(map[string]crypto.Signer)
	for name, curve := range map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
		keys[name] = key
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	keys["RSA"], keys["Ed25519"] = rsaKey, edwards
	return keys
}

// private returns an OpenSSH private key file.
func private(t testing.TB, key crypto.PrivateKey) string {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(key, "me@example.com")
	require.NoError(t, err)
	return string(pem.EncodeToMemory(block))
}

// public returns the line of a public key.
func public(t testing.TB, key crypto.PublicKey) string {
	t.Helper()
	k, err := ssh.NewPublicKey(key)
	require.NoError(t, err)
	return string(ssh.MarshalAuthorizedKey(k))
}

func TestParse(t *testing.T) {
	for name, key := range keys(t) {
		t.Run(name, func(t *testing.T) {
			want, err := jwk.New("", key, "")
			require.NoError(t, err)
			k, err := openssh.Parse([]byte(private(t, key)))
			require.NoError(t, err)
			assert.Equal(t, want.CryptoKey(), k.CryptoKey())
			assert.Empty(t, k.KeyID())

			line := public(t, key.Public())
			for _, data := range []string{line, "# a comment\n\n" + strings.TrimSpace(line) + " me@example.com\r\n\n"} {
				k, err = openssh.Parse([]byte(data))
				require.NoError(t, err)
				assert.Equal(t, want.Public().CryptoKey(), k.CryptoKey())
			}
		})
	}
}

func TestParseReadsFilesAsPeopleHaveThem(t *testing.T) {
	key := keys(t)["Ed25519"]
	want, err := jwk.New("", key, "")
	require.NoError(t, err)
	escaped := func(text string) string { return strings.ReplaceAll(text, "\n", `\n`) }
	encoded := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	for name, change := range map[string]func(string) string{
		"a comment before it": func(s string) string { return "# ours\r\n \t\r\n" + s },
		"16 KiB":              func(s string) string { return s + strings.Repeat("\n", 16<<10-len(s)) },
		"in quotes":           func(s string) string { return `"` + s + `"` },
		"a byte order mark":   func(s string) string { return "\ufeff" + s },
		"UTF-16":              func(s string) string { return "\xFF\xFE" + strings.Join(strings.Split(s, ""), "\x00") + "\x00" },
		"CRLF":                func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"indented":            func(s string) string { return "  " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n  ") },
		"escaped":             func(s string) string { return escaped(strings.TrimSpace(s)) },
		"escaped, in quotes":  func(s string) string { return `"` + escaped(strings.TrimSpace(s)) + `"` },
		"base64 of the file":  func(s string) string { return encoded(s) },
		"base64 of an escape": func(s string) string { return encoded(escaped(s)) },
	} {
		t.Run(name, func(t *testing.T) {
			k, err := openssh.Parse([]byte(change(private(t, key))))
			require.NoError(t, err)
			assert.Equal(t, want.CryptoKey(), k.CryptoKey())
			if strings.HasPrefix(name, "base64") {
				return // of a line, which is short enough as it is
			}
			k, err = openssh.Parse([]byte(change(public(t, key.Public()))))
			require.NoError(t, err)
			assert.Equal(t, want.Public().CryptoKey(), k.CryptoKey())
		})
	}
}

func TestACommentIsNotTheKeyOfItsLine(t *testing.T) {
	all := keys(t)
	line := strings.TrimSpace(public(t, all["Ed25519"].Public()))
	other := private(t, all["P-256"])
	for _, comment := range []string{strings.ReplaceAll(other, "\n", "\\n"), base64.StdEncoding.EncodeToString([]byte(other))} {
		k, err := openssh.Parse([]byte("\n" + line + " " + comment + "\n"))
		require.NoError(t, err)
		assert.Equal(t, all["Ed25519"].Public(), k.CryptoKey())
	}
}

func TestParseRefuses(t *testing.T) {
	fipstest.SkipEnforced(t)
	all := keys(t)
	key, another := private(t, all["Ed25519"]), private(t, all["P-256"])
	line, anotherLine := public(t, all["Ed25519"].Public()), public(t, all["P-256"].Public())
	block, err := ssh.MarshalPrivateKeyWithPassphrase(all["Ed25519"], "", []byte("passphrase"))
	require.NoError(t, err)
	encrypted := string(pem.EncodeToMemory(block))
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	pkcs8, err := jwk.New("", all["P-256"], "")
	require.NoError(t, err)
	otherPEM, err := pkcs8.MarshalPrivatePEM()
	require.NoError(t, err)
	dsa := ssh.Marshal(struct {
		Type       string
		P, Q, G, Y *big.Int
	}{"ssh-dss", new(big.Int).Lsh(big.NewInt(1), 1023), new(big.Int).Lsh(big.NewInt(1), 159), big.NewInt(2), big.NewInt(4)})
	signer, err := ssh.NewSignerFromKey(all["Ed25519"])
	require.NoError(t, err)
	certificate := &ssh.Certificate{Key: signer.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{"user"}}
	require.NoError(t, certificate.SignCert(rand.Reader, signer))
	hardware := ssh.Marshal(struct{ Type, Key, Application string }{"sk-ssh-ed25519@openssh.com", string(all["Ed25519"].Public().(ed25519.PublicKey)), "ssh:"})
	hardwareKey, err := ssh.ParsePublicKey(hardware)
	require.NoError(t, err)

	for _, row := range []struct{ name, data, want string }{
		{"nothing", "", "got 0 lines, want that of one public key"},
		{"a comment alone", "# nothing\n", "got 0 lines, want that of one public key"},
		{"text", "hello\n", "not a public key of a kind that is supported: RSA, ECDSA or Ed25519"},
		{"a JWK", `{"kty":"EC"}`, "not a public key of a kind that is supported: RSA, ECDSA or Ed25519"},
		{"two keys", key + another, "got 2 PEM blocks, want one key"},
		{"two public keys", line + anotherLine, "got 2 lines, want that of one public key"},
		{"a key and a public key that follows", key + line, ""},
		{"options", `command="reboot" ` + line, "got options before the public key, want the key alone"},
		{"an encrypted key", encrypted, "the key is encrypted; decrypt a copy of it first: ssh-keygen -p -N '' -f copy"},
		{"a malformed block", key[:len(key)-10], "a PEM block is malformed"},
		{"PKCS #8", string(otherPEM), "got another PEM file, want OPENSSH PRIVATE KEY; jwk.ParsePEM reads others"},
		{"a broken key", strings.Replace(key, "b3Bl", "AAAA", 1), "not a private key of a kind that is supported: RSA, ECDSA or Ed25519"},
		{"a small RSA key", private(t, small), "jwk: RS256 key: got an RSA modulus of 1024 bits, want 2048 to 8192"},
		{"a small RSA public key", public(t, small.Public()), "jwk: RS256 key: got an RSA modulus of 1024 bits, want 2048 to 8192"},
		{"DSA", "ssh-dss " + base64.StdEncoding.EncodeToString(dsa) + "\n", "not a public key of a kind that is supported: RSA, ECDSA or Ed25519"},
		{"a certificate", string(ssh.MarshalAuthorizedKey(certificate)), "not a public key of a kind that is supported: RSA, ECDSA or Ed25519"},
		{"a key in hardware", string(ssh.MarshalAuthorizedKey(hardwareKey)), "not a public key of a kind that is supported: RSA, ECDSA or Ed25519"},
		{"the format of RFC 4716", "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n", "got an SSH2 public key, want the line of an OpenSSH one; convert it: ssh-keygen -i -f key.pub"},
		{"more than 16 KiB", key + strings.Repeat("\n", 16<<10), fmt.Sprintf("got %d bytes, want at most 16384", len(key)+16<<10)},
	} {
		t.Run(row.name, func(t *testing.T) {
			k, err := openssh.Parse([]byte(row.data))
			if row.want == "" { // text around the block is ignored, as in other PEM files
				assert.NoError(t, err)
				return
			}
			assert.Nil(t, k)
			require.EqualError(t, err, "openssh: "+row.want)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

// Sixteen times the input takes about sixteen times as long.
func TestParseTakesTimeInProportion(t *testing.T) {
	for name, piece := range map[string]string{
		"lines": "a\n", "comments": "#\n", "escapes": `\`, "beginnings": "-----BEGIN ", "base64": "LS0t", "options": `a="",`,
		"blocks": "-----BEGIN A-----\n-----END A-----\n", "line": "ssh-rsa AAAA ",
	} {
		parse := func(size int) func() {
			data := []byte(strings.Repeat(piece, size/len(piece)))
			return func() { openssh.Parse(data) }
		}
		small, large := parse(1<<10), parse(16<<10)
		one, sixteen, ratio := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64), math.Inf(1)
		for range 300 { // others use the machine, too: the shortest times count
			start := time.Now()
			small()
			middle := time.Now()
			large()
			one, sixteen = min(one, middle.Sub(start)), min(sixteen, time.Since(middle))
			if ratio = float64(sixteen) / float64(max(one, 20*time.Microsecond)); ratio < 64 {
				break
			}
		}
		assert.Less(t, ratio, 64.0, name)
	}
}

func TestKeysOfSSHKeygenAreRead(t *testing.T) {
	keygen := program.Find(t, "ssh-keygen")
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"RSA", []string{"-t", "rsa", "-b", "2048"}, "RSA"},
		{"P-256", []string{"-t", "ecdsa", "-b", "256"}, "P-256"},
		{"P-384", []string{"-t", "ecdsa", "-b", "384"}, "P-384"},
		{"P-521", []string{"-t", "ecdsa", "-b", "521"}, "P-521"},
		{"Ed25519", []string{"-t", "ed25519"}, "Ed25519"},
	} {
		t.Run(row.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "key")
			output, err := exec.Command(keygen, append(row.args, "-q", "-N", "", "-C", "a comment", "-f", file)...).CombinedOutput()
			require.NoError(t, err, "%s", output)
			k := parseFile(t, file)
			assert.True(t, strings.HasPrefix(k.String(), row.want+" private key"), k)
			public := parseFile(t, file+".pub")
			assert.Equal(t, k.Public().CryptoKey(), public.CryptoKey())

			// Ours is read by ssh-keygen, which derives the same public key.
			data, err := k.MarshalPrivatePEM()
			require.NoError(t, err)
			if row.name == "Ed25519" {
				return // which ssh-keygen reads in its own format only
			}
			ours := filepath.Join(t.TempDir(), "ours")
			require.NoError(t, os.WriteFile(ours, data, 0o600))
			line, err := exec.Command(keygen, "-y", "-f", ours).Output()
			require.NoError(t, err)
			again, err := openssh.Parse(line)
			require.NoError(t, err)
			assert.Equal(t, k.Public().CryptoKey(), again.CryptoKey())
		})
	}
	t.Run("encrypted", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "key")
		require.NoError(t, exec.Command(keygen, "-q", "-t", "ed25519", "-N", "passphrase", "-f", file).Run())
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		_, err = openssh.Parse(data)
		assert.ErrorContains(t, err, "the key is encrypted")
		require.NoError(t, exec.Command(keygen, "-q", "-p", "-P", "passphrase", "-N", "", "-f", file).Run(), "what the message says")
		parseFile(t, file)
	})
}

func parseFile(t testing.TB, file string) *jwk.Key {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	k, err := openssh.Parse(data)
	require.NoError(t, err)
	return k
}

func FuzzParse(f *testing.F) {
	for _, key := range keys(f) {
		f.Add([]byte(private(f, key)))
		f.Add([]byte(public(f, key.Public())))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := openssh.Parse(data)
		if err != nil {
			assert.Nil(t, k)
			return
		}
		_, err = k.MarshalJSON()
		require.NoError(t, err)
	})
}

func ExampleParse() {
	k, err := openssh.Parse([]byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHfrFOMHLZOxj3lOoKRZVUMpd9nb5DmXxTTwAnqwLfNl me@example.com"))
	if err != nil {
		panic(err)
	}
	data, err := k.MarshalJSON()
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(data)
	// Output: {"kty":"OKP","crv":"Ed25519","x":"d-sU4wctk7GPeU6gpFlVQyl32dvkOZfFNPACerAt82U"}
}
