package sql

import (
	"reflect"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

func TestEachNameIsWrittenOnceAndInOneOrder(t *testing.T) {
	got := rows([]store.Entry{
		{Issuer: "i", Subject: "a", IssuedAt: 5, Until: 9},
		{Issuer: "i", SessionID: "a", Until: 9},
		{Issuer: "i", ID: "b", Until: 9},
		{Issuer: "i", ID: "a", Until: 9},
		{Issuer: "h", ID: "a", Until: 9},
		{Issuer: "i", Subject: "a", IssuedAt: 7, Until: 8},
		{Issuer: "i", Subject: "a", IssuedAt: 6, Until: 10},
		{Issuer: "i", ID: "a", Until: 11},
	})
	want := []row{
		{ofID, "h", "a", 1, 9}, {ofID, "i", "a", 1, 11}, {ofID, "i", "b", 1, 9},
		{ofSession, "i", "a", 1, 9}, {ofSubject, "i", "a", 7, 10},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDatesAreCut(t *testing.T) {
	const most = 1 << 40
	for date, want := range map[jwt.NumericDate]int64{
		0: 0, 1: 1, -1: -1, most: most, most + 1: most, most - 1: most - 1, -most: -most, -most - 1: -most, 1 << 62: most, -1 << 63: -most,
	} {
		if got := span(date); got != want {
			t.Errorf("%d: got %d, want %d", date, got, want)
		}
	}
}
