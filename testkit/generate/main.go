// Command generate writes the rows of the testkit into the folder vectors. All of
// it follows from fixed seeds: the files are the same at each run. It signs with
// the standard library alone, so that the rows do not depend on the libraries
// that are tried with them.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// now is the verifier's clock in all rows.
const now int64 = 1_790_000_000 // 2026-09-21T14:13:20Z

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: generate FOLDER")
	}
	total, err := write(os.Args[1], families())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d rows\n", total)
}

// write writes a file for each family, and returns the number of rows.
func write(folder string, all []family) (rows int, err error) {
	for _, f := range all {
		text, err := f.text()
		if err != nil {
			return 0, err
		}
		if err := os.WriteFile(filepath.Join(folder, f.name+".json"), []byte(text), 0o644); err != nil {
			return 0, err
		}
		rows += len(f.cases)
	}
	return rows, nil
}

// text is the JSON of the rows, one on a line, in the order of their IDs.
func (f family) text() (string, error) {
	slices.SortFunc(f.cases, func(a, b testkit.Case) int { return strings.Compare(a.ID, b.ID) })
	lines := make([]string, len(f.cases))
	for i, c := range f.cases {
		if i > 0 && f.cases[i-1].ID == c.ID {
			return "", fmt.Errorf("two rows are called %s/%s", f.name, c.ID)
		}
		c.ID = f.name + "/" + c.ID
		var line bytes.Buffer
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(c); err != nil {
			return "", err
		}
		lines[i] = strings.TrimSpace(line.String())
	}
	return "[\n" + strings.Join(lines, ",\n") + "\n]\n", nil
}

// A family is a file of rows about one subject.
type family struct {
	name  string
	cases []testkit.Case
}

func families() []family {
	all := []family{
		{"form", slices.Concat(formCases(), signedTextCases(newKey("HS256", "form")), signedTextCases(newKey("ES256", "form")))},
		{"signature", signatureCases()},
		{"confusion", confusionCases()},
		{"header", append(headerCases(), parameterCases()...)},
		{"keys", append(keyCases(), nameCases()...)},
		{"choice", choiceCases()},
		{"json", jsonCases()},
		{"time", timeCases()},
		{"claims", append(claimCases(), likenessCases()...)},
		{"type", append(typeCases(), spellingCases()...)},
		{"strict", strictCases()},
		{"access-token", accessTokenCases()},
		{"id-token", idTokenCases()},
		{"logout-token", logoutTokenCases()},
		{"client-assertion", clientAssertionCases()},
		{"proof", append(proofCases(), nonceCases()...)},
		{"material", append(materialCases(), mismatchCases()...)},
		{"encrypted", encryptedCases()},
		{"decryption", decryptionCases()},
	}
	if rows := mldsaCases(); rows != nil {
		all = append(all, family{"mldsa", rows})
	}
	return all
}

// The policy of a row that is not about it.
func plainPolicy() testkit.Policy {
	return testkit.Policy{Issuer: "https://login.example", Audience: []string{"https://api.example"}, Require: []string{"exp"}}
}

// payload is the one of a row that is not about it, with members replaced, added,
// or, where the value is "", left out.
func payload(changes ...string) string {
	members := [][2]string{
		{"iss", `"https://login.example"`}, {"sub", `"alice"`}, {"aud", `"https://api.example"`},
		{"exp", fmt.Sprint(now + 600)}, {"iat", fmt.Sprint(now - 60)},
	}
	return object(members, changes)
}

// object is the JSON of members with changes.
func object(members [][2]string, changes []string) string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, fmt.Sprintf("%q:%s", name, value))
		}
	}
	done := make(map[string]bool)
	for _, m := range members {
		value := m[1]
		for i := 0; i < len(changes); i += 2 {
			if changes[i] == m[0] {
				value = changes[i+1]
				done[m[0]] = true
			}
		}
		add(m[0], value)
	}
	for i := 0; i < len(changes); i += 2 {
		if !done[changes[i]] {
			add(changes[i], changes[i+1])
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// row is a case with the plain policy.
func row(id, about, clause, token string, want testkit.Verdict, keys ...*key) testkit.Case {
	c := testkit.Case{ID: id, About: about, Clause: clause, Token: token, Policy: plainPolicy(), Now: now, Want: want}
	for _, k := range keys {
		c.Keys = append(c.Keys, k.jwk())
	}
	return c
}
