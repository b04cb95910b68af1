// Package none uses no library, and has names like those of one.
package none

type Token struct{ Valid bool }

func Parse(string) *Token { return &Token{} }

func (t *Token) Validate() error { return nil }

var _ = Parse("").Valid
