package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What commands say that have nothing to work with, or too much.
func TestErrorsOfFilesAndInputAreThoseOfTheFile(t *testing.T) {
	s := newShell(t)
	s.keys()
	s.run("", "keygen", "--alg", "HS256", "--out", "secret.jwk")
	for _, file := range []string{s.read("key.jwk"), s.read("public.jwk"), s.read("secret.jwk")} {
		assert.Regexp(t, `(?s)^\{\n.*\n\}\n$`, file)
	}
	s.run("", "keygen", "--alg", "ECDH-ES", "--out", "d.jwk", "--public-out", "e.jwk")
	large := strings.Repeat("a", 1<<20+1)
	for _, row := range []struct {
		stdin string
		args  []string
	}{
		{"", []string{"inspect"}},
		{" \n", []string{"verify", "--key", "public.jwk"}},
		{large, []string{"inspect"}},
		{"", []string{"jwks", "secret.jwk"}},
		{"", []string{"thumbprint", "secret.jwk"}},
		{"", []string{"convert", "secret.jwk"}},
		{"", []string{"convert", "key.jwk", "--to", "der"}},
		{"", []string{"convert", "key.jwk", "--private"}},
		{"", []string{"convert", "key.jwk", "--out", "public.jwk"}},
		{"", []string{"keygen"}},
		{"", []string{"keygen", "--out", "key.jwk"}},
		{"", []string{"keygen", "--out", "new.jwk", "--public-out", "public.jwk"}},
		{"{}", []string{"encrypt", "--key", "e.jwk", "--claims", "-"}},
		{"{}", []string{"encrypt", "--key", "secret.jwk", "--claims", "-"}},
		{"a.b.c", []string{"verify", "--jwks", "none.jwks"}},
		{"short", []string{"sign", "--secret-file", "-"}},
		{"", []string{"migrate", "--tags"}},
	} {
		r := s.try(row.stdin, row.args...)
		s.note(row.args, r.err)
	}
	golden(t, "errors-files.golden", s.said.String())
}

// The descriptions in the answers of the token endpoint, which people read.
func TestRefusalsOfTheTokenEndpointAreThoseOfTheFile(t *testing.T) {
	s := newShell(t)
	s.write("client.secret", "of the client")
	srv := s.serve("--user", "alice", "--client-secret-file", "client.secret")
	for _, form := range []string{
		"%zz", "grant_type=client_credentials", "client_id=a&client_secret=wrong",
		"client_id=a&client_secret=of+the+client&grant_type=password&username=bob", "client_id=a&client_secret=of+the+client&grant_type=code",
	} {
		status, body := srv.ask(form)
		s.note(form, fmt.Sprintln(status, body))
	}
	golden(t, "refusals-serve.golden", s.said.String())
}
