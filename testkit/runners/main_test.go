package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// The test's own program is one of another language.
func TestMain(m *testing.M) {
	switch os.Getenv("TESTKIT_PROGRAM") {
	case "agrees":
		if err := testkit.Serve(os.Stdin, os.Stdout, libraries()[0].verify); err != nil {
			log.Fatal(err)
		}
	case "talks":
		fmt.Println("hello")
		_, _ = io.Copy(io.Discard, os.Stdin)
	default:
		os.Exit(m.Run())
	}
}

func TestAProgramIsTried(t *testing.T) {
	cases := testkit.Cases()[:50]
	tried := func(mode string) (result, error) {
		t.Setenv("TESTKIT_PROGRAM", mode)
		p, err := run("", os.Args[0])
		if err != nil {
			t.Fatal(err)
		}
		r := try(library{"program", "", p.verify, true}, cases)
		p.stop()
		return r, p.err
	}
	if r, err := tried("agrees"); err != nil || r.agreed != len(cases) {
		t.Error("got ", r, err)
	}
	if r, err := tried("talks"); err == nil || !strings.Contains(err.Error(), `row `+cases[0].ID+`: got "hello\n", want a line`) || r.unsupported != len(cases) {
		t.Error("got ", r, err)
	}
}

// This library agrees with every row, and supports all of them: with Go 1.26, all but
// those of RFC 9964, of which it has no verdict.
func TestThisLibraryAgrees(t *testing.T) {
	cases := testkit.Cases()
	if len(cases) < 1000 {
		t.Fatalf("got %d rows", len(cases))
	}
	for _, d := range try(libraries()[0], cases).disagree {
		if hasMLDSA || !strings.HasPrefix(d, string(testkit.Unsupported)) || !strings.Contains(d, " mldsa/") {
			t.Error(d)
		}
	}
}
