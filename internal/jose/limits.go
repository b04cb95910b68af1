package jose

import "strconv"

// The limits of both kinds of token.
const (
	DefaultMaxSize = 64 << 10 // bytes of a token, where a policy names no other limit
	MaxHeaderSize  = 16 << 10 // bytes of an encoded header
	MaxTried       = 8        // keys that one token is tried with
)

// MaxSize returns the limit that a policy names, or the default one for zero.
func MaxSize(limit int) int {
	if limit == 0 {
		return DefaultMaxSize
	}
	return limit
}

// TooLarge says that something has size bytes, and may have limit.
func TooLarge(size, limit int) string {
	b := strconv.AppendInt(make([]byte, 0, 64), int64(size), 10)
	b = append(b, " bytes, want at most "...)
	return string(strconv.AppendInt(b, int64(limit), 10))
}
