//go:build go1.27

package dpop

import "github.com/seed-b1f8f58c/jwt"

// mldsa are the algorithms of RFC 9964.
var mldsa = []jwt.Algorithm{jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87}
