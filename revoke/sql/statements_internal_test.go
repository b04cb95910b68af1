package sql

import (
	"fmt"
	"regexp"
	"testing"
)

// placeholder is a part that was not filled in.
var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// The numbers of parameters are as each database writes them.
func TestStatementsAreInTheirDialect(t *testing.T) {
	for dialect, foreign := range map[Dialect]string{PostgreSQL: `\?[0-9]`, SQLite: `\$[0-9]`} {
		s, err := newStatements(dialect, "", false)
		if err != nil {
			t.Fatal(err)
		}
		all := fmt.Sprintf("%+v %s", *s, s.revoke([]row{{kind: ofID}, {kind: ofSubject}}))
		if got := regexp.MustCompile(foreign).FindString(all); got != "" {
			t.Errorf("%d: got the parameter %s of the other dialect", dialect, got)
		}
		if got := placeholder.FindString(all); got != "" {
			t.Errorf("%d: got %s in a statement, want it filled in", dialect, got)
		}
	}
}
