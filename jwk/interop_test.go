package jwk_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/internal/program"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// openssl runs the program in dir.
func openssl(t testing.TB, dir string, args ...string) []byte {
	t.Helper()
	command := exec.Command(program.Find(t, "openssl"), args...)
	command.Dir = dir
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	require.NoError(t, err, "openssl %s: %s", strings.Join(args, " "), &stderr)
	return output
}

func readPEM(t testing.TB, dir, file string) (*jwk.Key, error) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, file))
	require.NoError(t, err)
	return jwk.ParsePEM(data)
}

func TestKeysOfOpenSSLAreRead(t *testing.T) {
	fipstest.SkipEnforced(t)
	for _, row := range []struct{ name, command, want string }{
		{"RSA", "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem", "RSA private key"},
		{"RSA, PKCS #1", "genrsa -traditional -out key.pem 2048", "RSA private key"},
		{"P-256", "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem", "P-256 private key"},
		{"P-256, SEC 1 and its parameters", "ecparam -genkey -name prime256v1 -out key.pem", "P-256 private key"},
		{"P-384, SEC 1", "ecparam -genkey -noout -name secp384r1 -out key.pem", "P-384 private key"},
		{"P-521, SEC 1 and its parameters", "ecparam -genkey -name secp521r1 -out key.pem", "P-521 private key"},
		{"Ed25519", "genpkey -algorithm ED25519 -out key.pem", "Ed25519 private key"},
		{"X25519", "genpkey -algorithm X25519 -out key.pem", "X25519 private key"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			openssl(t, dir, strings.Fields(row.command)...)
			k, err := readPEM(t, dir, "key.pem")
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(k.String(), row.want), k)

			openssl(t, dir, "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem")
			public, err := readPEM(t, dir, "public.pem")
			require.NoError(t, err)
			assert.Equal(t, k.Public().CryptoKey(), public.CryptoKey())

			again, err := k.MarshalPublicPEM()
			require.NoError(t, err)
			data, err := os.ReadFile(filepath.Join(dir, "public.pem"))
			require.NoError(t, err)
			assert.Equal(t, string(data), string(again), "the same file, byte for byte")

			if _, err := k.Signer(); err == nil {
				openssl(t, dir, "req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=example", "-out", "cert.pem")
				certified, err := readPEM(t, dir, "cert.pem")
				require.NoError(t, err)
				assert.Equal(t, k.Public().CryptoKey(), certified.CryptoKey())
				text := openssl(t, dir, "x509", "-in", "cert.pem", "-text")
				_, err = jwk.ParsePEM(text)
				assert.NoError(t, err, "with the text before the block")
			}
		})
	}
	t.Run("RSA public key, PKCS #1", func(t *testing.T) {
		dir := t.TempDir()
		openssl(t, dir, "genrsa", "-out", "key.pem", "2048")
		openssl(t, dir, "rsa", "-in", "key.pem", "-RSAPublicKey_out", "-out", "public.pem")
		public, err := readPEM(t, dir, "public.pem")
		require.NoError(t, err)
		k, err := readPEM(t, dir, "key.pem")
		require.NoError(t, err)
		assert.Equal(t, k.Public().CryptoKey(), public.CryptoKey())
	})
}

func TestKeysOfOpenSSLAreRefused(t *testing.T) {
	for _, row := range []struct{ name, command, want string }{
		{"encrypted", "genpkey -algorithm ED25519 -aes256 -pass pass:secret -out key.pem", "the key is encrypted; decrypt it first: openssl pkey"},
		{"encrypted the old way", "genrsa -traditional -aes256 -passout pass:secret -out key.pem 2048", "the key is encrypted; decrypt it first: openssl pkey"},
		{"secp256k1", "ecparam -genkey -name secp256k1 -out key.pem", "a key of secp256k1, which is not supported"},
		{"explicit parameters", "ecparam -genkey -name prime256v1 -param_enc explicit -out key.pem", "an EC key with explicit parameters; give it the name of its curve: openssl pkey -in key.pem -ec_param_enc named_curve -out named.pem"},
		{"Ed448", "genpkey -algorithm ED448 -out key.pem", "a key of Ed448, which is not supported"},
		{"X448", "genpkey -algorithm X448 -out key.pem", "a key of X448, which is not supported"},
		{"P-224", "ecparam -genkey -name secp224r1 -out key.pem", "a key of P-224, which is not supported"},
		{"brainpool", "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1 -out key.pem", "a key of brainpoolP256r1, which is not supported"},
		{"DSA", "genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out key.pem", "is no key that is read here"},
		{"RSA-PSS with SHA-1", "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha1 -out key.pem", "parameters that no algorithm of RFC 7518 section 3.5 has"},
		{"RSA-PSS with two hashes", "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha384 -out key.pem", "parameters that no algorithm"},
		{"RSA-PSS with a long salt", "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:33 -out key.pem", "parameters that no algorithm"},
		{"RSA of three primes", "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_primes:3 -out key.pem", "got an RSA key with 3 primes, want 2"},
		{"RSA of 1024 bits", "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out key.pem", "modulus of 1024 bits, want 2048 to 8192"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			openssl(t, dir, strings.Fields(row.command)...)
			_, err := readPEM(t, dir, "key.pem")
			assert.ErrorContains(t, err, row.want)
		})
	}
	t.Run("explicit parameters, then converted as the message says", func(t *testing.T) {
		dir := t.TempDir()
		openssl(t, dir, strings.Fields("ecparam -genkey -name prime256v1 -param_enc explicit -out key.pem")...)
		openssl(t, dir, strings.Fields("pkey -in key.pem -ec_param_enc named_curve -out named.pem")...)
		_, err := readPEM(t, dir, "named.pem")
		assert.NoError(t, err)
	})
	t.Run("a request, whose public key is read as the message says", func(t *testing.T) {
		dir := t.TempDir()
		openssl(t, dir, strings.Fields("genpkey -algorithm ED25519 -out key.pem")...)
		openssl(t, dir, strings.Fields("req -new -key key.pem -subj /CN=example -out request.pem")...)
		_, err := readPEM(t, dir, "request.pem")
		assert.ErrorContains(t, err, "a certificate request, which nobody has certified; its public key: openssl req -in request.pem -pubkey -noout")
		require.NoError(t, os.WriteFile(filepath.Join(dir, "public.pem"), openssl(t, dir, strings.Fields("req -in request.pem -pubkey -noout")...), 0o600))
		_, err = readPEM(t, dir, "public.pem")
		assert.NoError(t, err)
	})
	t.Run("PKCS #12 and PKCS #7, then taken out as the messages say", func(t *testing.T) {
		dir := t.TempDir()
		openssl(t, dir, strings.Fields("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem")...)
		openssl(t, dir, strings.Fields("req -x509 -new -key key.pem -subj /CN=example -out cert.pem")...)
		openssl(t, dir, strings.Fields("pkcs12 -export -inkey key.pem -in cert.pem -passout pass:secret -out file.p12")...)
		_, err := readPEM(t, dir, "file.p12")
		assert.ErrorContains(t, err, "PKCS #12; take out the key: openssl pkcs12 -in file.p12 -nodes -nocerts -out key.pem")
		openssl(t, dir, strings.Fields("pkcs12 -in file.p12 -nodes -nocerts -passin pass:secret -out out.pem")...)
		k, err := readPEM(t, dir, "out.pem")
		require.NoError(t, err, "with its bag attributes")
		for _, form := range []string{"PEM", "DER"} {
			openssl(t, dir, "crl2pkcs7", "-nocrl", "-certfile", "cert.pem", "-outform", form, "-out", "file.p7b")
			_, err = readPEM(t, dir, "file.p7b")
			assert.ErrorContains(t, err, "PKCS #7, which holds certificates; take out the one that is meant: openssl pkcs7 -in file.p7b -print_certs", form)
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, "certs.pem"), openssl(t, dir, strings.Fields("pkcs7 -inform DER -in file.p7b -print_certs")...), 0o600))
		cert, err := readPEM(t, dir, "certs.pem")
		require.NoError(t, err)
		assert.Equal(t, k.Thumbprint(), cert.Thumbprint())
	})
	t.Run("encrypted, then decrypted as the message says", func(t *testing.T) {
		dir := t.TempDir()
		openssl(t, dir, strings.Fields("genpkey -algorithm ED25519 -aes256 -pass pass:secret -out encrypted.pem")...)
		openssl(t, dir, strings.Fields("pkey -in encrypted.pem -passin pass:secret -out key.pem")...)
		_, err := readPEM(t, dir, "key.pem")
		assert.NoError(t, err)
	})
}

func TestRSAPSSKeysOfOpenSSLServePSAlgorithmsOnly(t *testing.T) {
	limit := func(hash, salt string) string {
		return " -pkeyopt rsa_pss_keygen_md:" + hash + " -pkeyopt rsa_pss_keygen_mgf1_md:" + hash + " -pkeyopt rsa_pss_keygen_saltlen:" + salt
	}
	for _, row := range []struct {
		name, options string
		serves        []jwt.Algorithm
	}{
		{"no parameters", "", []jwt.Algorithm{jwt.PS256, jwt.PS384, jwt.PS512}},
		{"SHA-256", limit("sha256", "32"), []jwt.Algorithm{jwt.PS256}},
		{"SHA-384", limit("sha384", "20"), []jwt.Algorithm{jwt.PS384}},
		{"SHA-512", limit("sha512", "64"), []jwt.Algorithm{jwt.PS512}},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			openssl(t, dir, strings.Fields("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out key.pem"+row.options)...)
			openssl(t, dir, "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem")
			openssl(t, dir, "req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=example", "-out", "cert.pem")
			k, err := readPEM(t, dir, "key.pem")
			require.NoError(t, err)
			for _, file := range []string{"public.pem", "cert.pem"} {
				public, err := readPEM(t, dir, file)
				require.NoError(t, err, file)
				assert.Equal(t, k.Public().String(), public.String(), file)
				assert.Equal(t, marshal(t, k), marshal(t, public))
			}
			for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512, "RSA-OAEP-256"} {
				want := slices.Contains(row.serves, alg)
				_, err := k.With(alg, "1")
				assert.Equal(t, want, err == nil, "With %s: %v", alg, err)
				_, err = k.SignerFor(alg)
				assert.Equal(t, want, err == nil, "SignerFor %s: %v", alg, err)
				_, err = k.VerifierFor(alg)
				assert.Equal(t, want, err == nil, "VerifierFor %s: %v", alg, err)
				if takes, err := mustSet(t, k).WithRSA(alg); err == nil {
					header := jwt.Header{Algorithm: alg}
					assert.Equal(t, want, len(candidates(t, takes, header)) == 1, "WithRSA %s", alg)
				}
			}
			signer, err := k.Signer()
			require.NoError(t, err)
			assert.Equal(t, row.serves[0], signer.Algorithm())
			assert.NoError(t, accepts(t, mustSet(t, k.Public()), signer))
			again, err := jwk.Parse(marshal(t, k))
			require.NoError(t, err)
			assert.Equal(t, row.serves[0], again.Algorithm(), "which a JWK says by alg")
		})
	}
}

func TestOpenSSLReadsOurKeys(t *testing.T) {
	for _, kind := range kinds {
		if kind == "oct" || slices.Contains(mldsaKinds, kind) { // OpenSSL 3.0 has no ML-DSA
			continue
		}
		t.Run(kind, func(t *testing.T) {
			k, dir := newKey(t, kind, "", ""), t.TempDir()
			write := func(file string, data []byte, err error) {
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(filepath.Join(dir, file), data, 0o600))
			}
			private, err := k.MarshalPrivatePEM()
			write("key.pem", private, err)
			public, err := k.MarshalPublicPEM()
			write("public.pem", public, err)
			openssl(t, dir, "pkey", "-in", "key.pem", "-noout", "-check")
			openssl(t, dir, "pkey", "-in", "public.pem", "-pubin", "-noout", "-pubcheck")
			assert.Equal(t, string(public), string(openssl(t, dir, "pkey", "-in", "key.pem", "-pubout")))

			input := []byte("header.payload")
			write("input", input, nil)
			switch kind {
			case "X25519":
				return
			case "RSA": // signs what we verify
				openssl(t, dir, "dgst", "-sha256", "-sign", "key.pem", "-out", "sig", "input")
				assertVerifies(t, k, dir, input)
			case "Ed25519":
				openssl(t, dir, "pkeyutl", "-sign", "-rawin", "-inkey", "key.pem", "-in", "input", "-out", "sig")
				assertVerifies(t, k, dir, input)
			}
			digest := sha256.Sum256(input)
			sign := func(key crypto.Signer) ([]byte, error) { return key.Sign(rand.Reader, digest[:], crypto.SHA256) }
			verify := []string{"dgst", "-sha256", "-verify", "public.pem", "-signature", "sig", "input"}
			if key, ok := k.CryptoKey().(ed25519.PrivateKey); ok {
				write("sig", ed25519.Sign(key, input), nil)
				verify = []string{"pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "public.pem", "-in", "input", "-sigfile", "sig"}
			} else {
				sig, err := sign(k.CryptoKey().(crypto.Signer))
				write("sig", sig, err)
			}
			openssl(t, dir, verify...)
		})
	}
}

func assertVerifies(t testing.TB, k *jwk.Key, dir string, input []byte) {
	t.Helper()
	v, err := k.Verifier()
	require.NoError(t, err)
	sig, err := os.ReadFile(filepath.Join(dir, "sig"))
	require.NoError(t, err)
	assert.NoError(t, v.Verify(t.Context(), input, sig))
	sig[0] ^= 1
	assert.ErrorIs(t, v.Verify(t.Context(), input, sig), jwt.ErrSignature)
}
