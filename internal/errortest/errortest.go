// Package errortest compares the whole texts of errors in tests.
package errortest

import (
	"fmt"
	"reflect"
	"testing"
)

// A Row is an error and its text: a type without a name, so that rows need no names of fields.
type Row = struct {
	Err  error
	Want string
}

// Texts reports the rows of which the error is nil or has another text.
func Texts(t testing.TB, rows []Row) {
	t.Helper()
	for i, row := range rows {
		switch {
		case row.Err == nil:
			t.Errorf("row %d: got no error, want: %s", i, row.Want)
		case row.Err.Error() != row.Want:
			t.Errorf("row %d:\n got: %s\nwant: %s", i, row.Err, row.Want)
		}
	}
}

// Of returns the error of a call. If it is not nil, the value beside it has to be zero:
// otherwise the error says so.
func Of[T any](v T, err error) error {
	if err != nil && !reflect.ValueOf(&v).Elem().IsZero() {
		return fmt.Errorf("%w, and beside it %v", err, v)
	}
	return err
}
