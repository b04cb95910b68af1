//go:build !go1.27

package dpop

import "github.com/seed-b1f8f58c/jwt"

// mldsa are the algorithms of RFC 9964, for which Go 1.26 has no keys.
var mldsa []jwt.Algorithm
