package sql

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A position is where a reader of entries goes on. First it reads the whole table,
// in the order of names; then what was changed since it began to, in that order.
//
// The changes of PostgreSQL are the numbers of transactions, which become visible
// in another order. The reader goes on from the oldest that was running while it
// read, and so may read an entry twice, but skips none.
type position struct {
	Life    string `json:"life"` // of the memory; another one begins from the start
	From    int64  `json:"from"` // the change from which all have to be read
	Changes bool   `json:"changes"`

	Next   int64  `json:"next"` // where the next reader goes on from, if there are more pages
	Change int64  `json:"change"`
	Kind   int64  `json:"kind"` // the last row that was read
	Issuer string `json:"issuer"`
	Name   string `json:"name"`
}

// pageSize is how many entries a page has at most.
const pageSize = 5000

// Read implements [store.Feed].
func (s *Store) Read(ctx context.Context, from string) (store.Page, error) {
	return do(ctx, s, "reading entries", func(ctx context.Context, text *statements) (store.Page, error) {
		var p position
		if from != "" {
			if err := json.Unmarshal([]byte(from), &p); err != nil {
				return store.Page{}, errors.New("not a position of this store")
			}
		}
		page, err := s.readPage(ctx, text, p)
		if errors.Is(err, errLost) {
			if _, err := s.write(ctx, text, text.mend); err != nil {
				return store.Page{}, fmt.Errorf("beginning the memory anew: %w", err)
			}
			page, err = s.readPage(ctx, text, p)
		}
		if errors.Is(err, errOtherLife) {
			return s.readPage(ctx, text, position{})
		}
		page.From = from
		return page, err
	})
}

var errOtherLife = errors.New("the position is one of an earlier memory")

// readPage reads a page from a position on.
func (s *Store) readPage(ctx context.Context, text *statements, p position) (page store.Page, err error) {
	statement, args := text.firstPage, []any{p.Kind, p.Issuer, p.Name, pageSize}
	if p.Changes {
		statement, args = text.nextPage, []any{p.From, p.Change, p.Kind, p.Issuer, p.Name, pageSize}
	}
	rows, err := s.DB.QueryContext(ctx, statement, args...)
	if err != nil {
		return store.Page{}, err
	}
	defer rows.Close()
	var now int64 // the position of one who has read everything
	none := true
	for rows.Next() {
		var b beginning
		var timeline string
		var kind, at, until, change sql.NullInt64
		var issuer, name sql.NullString
		err := rows.Scan(append(b.columns(), &timeline, &now, &kind, &issuer, &name, &at, &until, &change)...)
		if page.Answer, err = b.answer(err); err != nil {
			return store.Page{}, err
		}
		none = false
		if life := timeline + " " + b.epoch; p.Life == "" {
			p.Life, p.From = life, now
		} else if life != p.Life || now < p.From {
			return store.Page{}, errOtherLife
		}
		if kind.Valid {
			page.Entries = append(page.Entries, entry(kind.Int64, issuer.String, name.String, at.Int64, until.Int64))
			p.Kind, p.Issuer, p.Name, p.Change = kind.Int64, issuer.String, name.String, change.Int64
		}
	}
	if err := rows.Err(); err != nil {
		return store.Page{}, err
	}
	if none {
		return store.Page{}, errNoStore
	}
	page.More = p.goOn(len(page.Entries), now)
	next, err := json.Marshal(p)
	page.Next = string(next)
	return page, err
}

// goOn moves the position behind a page, and reports whether there may be more.
func (p *position) goOn(read int, now int64) (more bool) {
	if p.Changes && p.Next == 0 {
		p.Next = now // everything before is read with the pages from here on
	}
	switch {
	case read == pageSize:
		return true
	case !p.Changes:
		*p = position{Life: p.Life, From: p.From, Changes: true, Change: math.MinInt64}
		return true
	}
	*p = position{Life: p.Life, From: p.Next, Changes: true, Change: math.MinInt64}
	return false
}

func entry(kind int64, issuer, name string, at, until int64) store.Entry {
	e := store.Entry{Issuer: issuer, Until: jwt.NumericDate(until)}
	switch kind {
	case ofID:
		e.ID = name
	case ofSession:
		e.SessionID = name
	default:
		e.Subject, e.IssuedAt = name, jwt.NumericDate(at)
	}
	return e
}
