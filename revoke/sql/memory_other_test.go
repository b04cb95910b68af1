//go:build !linux

package sql_test

// memory is a folder in memory, "" for none.
func memory() string { return "" }
