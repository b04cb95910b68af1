package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"regexp"
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
	case "command":
		main()
	case "talks":
		fmt.Println("hello")
		_, _ = io.Copy(io.Discard, os.Stdin)
	default:
		os.Exit(m.Run())
	}
}

func TestTheCommandFailsWithItsError(t *testing.T) {
	t.Setenv("TESTKIT_PROGRAM", "command")
	out, err := exec.Command(os.Args[0], "-program", "/no/such/program").CombinedOutput()
	if err == nil || string(out) != "fork/exec /no/such/program: no such file or directory\n" {
		t.Errorf("got %q, %v", out, err)
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
		r := try(library{"program", "", p.verify, true, p}, cases)
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

// This library agrees with every row, and supports all of them but those of which it has no
// verdict: with what package jwe leaves out, and with Go 1.26 those of RFC 9964.
func TestThisLibraryAgrees(t *testing.T) {
	t.Parallel()
	cases := testkit.Cases()
	if len(cases) < 1000 {
		t.Fatalf("got %d rows", len(cases))
	}
	for _, c := range cases {
		got := verify(libraries()[0], c)
		if lacking := !hasMLDSA && strings.HasPrefix(c.ID, "mldsa/") || lacksDecryption(c); got == testkit.Unsupported && !lacking || got != testkit.Unsupported && !c.Agrees(got) {
			t.Errorf("%s: %s (%s): got %s, want %s", c.ID, c.About, c.Clause, got, c.Want)
		}
	}
}

// What a library of Go disagrees with is in docs/conformance.md.
func TestTheTableOfThePageIsThatOfTheLibraries(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/conformance.md")
	if err != nil {
		t.Fatal(err)
	}
	page := regexp.MustCompile(`(\d),(\d)`).ReplaceAllString(string(text), "$1$2")
	cases := testkit.Cases()
	lacking := 0
	for _, c := range cases {
		if lacksDecryption(c) {
			lacking++
		}
	}
	if want := fmt.Sprintf("| this one | %d | 0 | 0 | %d |", len(cases)-lacking, lacking); !strings.Contains(page, want) {
		t.Errorf("%s is not there", want)
	}
	for _, l := range libraries()[1:] {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			r := try(l, cases)
			if want := fmt.Sprintf("| %s | %d | %d | %d | %d |", r.name, r.agreed, r.accepted, r.refused, r.unsupported); !strings.Contains(page, want) {
				t.Errorf("%s is not there", want)
			}
		})
	}
}

// rows are three that want different verdicts, one of a profile, and one that is strict.
var rows = []testkit.Case{
	{ID: "a/1", About: "good", Clause: "RFC 1", Want: testkit.Accept},
	{ID: "a/2", About: "bad", Clause: "RFC 2", Want: testkit.Refuse},
	{ID: "a/3", About: "open", Clause: "RFC 3", Want: testkit.Either},
	{ID: "a/4", About: "a proof", Clause: "RFC 4", Want: testkit.Accept, Policy: testkit.Policy{Profile: testkit.Proof}},
	{ID: "a/5", About: "strict", Clause: "RFC 5", Want: testkit.Refuse, Policy: testkit.Policy{Strict: true}},
}

// says is a library that has one verdict.
func says(name string, v testkit.Verdict, profiles bool) library {
	return library{name, "", func(testkit.Case) testkit.Verdict { return v }, profiles, nil}
}

func TestTheTableCountsVerdicts(t *testing.T) {
	t.Parallel()
	panics := library{"panics", "", func(testkit.Case) testkit.Verdict { panic("fault") }, true, nil}
	all := []library{says("accepts", testkit.Accept, true), says("refuses", testkit.Refuse, true), says("partial", testkit.Accept, false), says("open", testkit.Either, true), panics}
	var out strings.Builder
	if err := command(nil, all, rows, &out); err != nil {
		t.Fatal(err)
	}
	const want = `of 5 rows  agree  accepted wrongly  refused wrongly  not supported
accepts    3      2                 0                0
refuses    3      0                 2                0
partial    2      1                 0                2
open       0      0                 5                0
panics     0      0                 0                5
`
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
}

func TestTheRowsOfOneLibraryAreListed(t *testing.T) {
	t.Parallel()
	all := []library{says("a", testkit.Accept, true), says("b", testkit.Accept, false), says("c", testkit.Refuse, true)}
	var out strings.Builder
	if err := command([]string{"-list", "b"}, all, rows, &out); err != nil {
		t.Fatal(err)
	}
	const want = `accept     want refuse  a/2: bad (RFC 2)
1 of 5 rows, and 2 are not supported
`
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
}

func TestTheProgramOfAnOptionIsTriedAlone(t *testing.T) {
	cases := testkit.Cases()[:10]
	for _, row := range []struct{ mode, words, out, err string }{
		{"agrees", os.Args[0] + " x", "program 10 0 0 0", ""},
		{"talks", os.Args[0], "", `program: row ` + cases[0].ID + `: got "hello\n", want a line`},
		{"", "/no/such/program", "", "no such file"},
	} {
		t.Setenv("TESTKIT_PROGRAM", row.mode)
		var out strings.Builder
		err := command([]string{"-program", row.words}, []library{says("a", testkit.Accept, true)}, cases, &out)
		if (err == nil) != (row.err == "") || err != nil && !strings.Contains(err.Error(), row.err) {
			t.Errorf("%s: got %v", row.words, err)
		}
		if _, line, _ := strings.Cut(out.String(), "\n"); strings.Join(strings.Fields(line), " ") != row.out {
			t.Errorf("%s: got %q", row.words, out.String())
		}
	}
}

func TestTheVersionIsThatOfAModule(t *testing.T) {
	t.Parallel()
	if got := version("github.com/seed-b1f8f58c/jwt"); !strings.HasPrefix(got, "v") {
		t.Errorf("got %q", got)
	}
	if got := version("github.com/seed-b1f8f58c"); got != "" {
		t.Errorf("got %q", got)
	}
}

// Nonces are those of package dpop: one of another server cannot be asked for.
func TestNoncesOfOtherServersAreNotSupported(t *testing.T) {
	t.Parallel()
	tried := false
	for _, c := range testkit.Cases() {
		if c.ID == "proof/nonce-endpoint-good" {
			tried = true
			request := *c.Request
			request.Nonce = "x"
			c.Request = &request
			if got := verifyJWT(c); got != testkit.Unsupported {
				t.Errorf("got %s", got)
			}
		}
	}
	if !tried {
		t.Error("the row is not there")
	}
}

// A key that is not JSON does not end the program.
func TestAKeyThatIsNoObjectIsNoGoodToken(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"{", "7", `{"kty":"oct","alg":"HS256"}`} {
		for _, l := range libraries() {
			keys := []json.RawMessage{[]byte(key)}
			for _, c := range []testkit.Case{{Keys: keys}, {Decryption: &testkit.Decryption{Keys: keys, Content: []string{"A256GCM"}}}} {
				if got := verify(l, c); got == testkit.Accept {
					t.Errorf("%s: %s accepts", key, l.name)
				}
			}
		}
	}
}
