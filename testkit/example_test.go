package testkit_test

import (
	"fmt"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// A verifier is asked about every row.
func ExampleCases() {
	verify := func(c testkit.Case) testkit.Verdict { return testkit.Accept } // in its place, the library under test
	wrong := 0
	for _, c := range testkit.Cases() {
		if !c.Agrees(verify(c)) {
			wrong++ // c.About and c.Clause say why it is wrong
		}
	}
	fmt.Println("whoever accepts everything is wrong:", wrong > 0)
	// Output: whoever accepts everything is wrong: true
}
