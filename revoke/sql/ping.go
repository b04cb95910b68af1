package sql

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// Ping returns what hinders the store: for the start of a service, and for
// readiness probes. It asks whether the database answers and can be written to,
// whether the tables are those of this version, whether expired rows were deleted
// without an error, and whether a change is on the disk when it is acknowledged:
// on PostgreSQL, fsync and full_page_writes must be on, and the encoding UTF8. With
// AllowPromotion, synchronous_standby_names must name a standby, and
// synchronous_commit must not be local or remote_write.
func (s *Store) Ping(ctx context.Context) error {
	_, err := do(ctx, s, "ping", func(ctx context.Context, text *statements) (none struct{}, err error) {
		if _, err := s.look(ctx, text, store.Query{}); err != nil {
			return none, err
		}
		if err := s.expiry.failure(); err != nil {
			s.expire(ctx, text)
			if err := s.expiry.failure(); err != nil {
				return none, fmt.Errorf("deleting what is expired: %w", err)
			}
		}
		if _, err := s.exec(ctx, text, text.touch); err != nil {
			return none, fmt.Errorf("writing: %w", err)
		}
		if text.dialect == SQLite {
			return none, s.checkSQLite(ctx)
		}
		return none, s.checkPostgreSQL(ctx)
	})
	return err
}

func (e *expiry) failure() error {
	if err := e.err.Load(); err != nil {
		return *err
	}
	return nil
}

func (s *Store) checkPostgreSQL(ctx context.Context) error {
	var fsync, pages, encoding, standbys, commit string
	if err := s.DB.QueryRowContext(ctx, settings).Scan(&fsync, &pages, &encoding, &standbys, &commit); err != nil {
		return err
	}
	switch {
	case fsync != "on" || pages != "on":
		return errors.New("the server may lose what it has acknowledged, want fsync and full_page_writes on")
	case encoding != "UTF8":
		return errors.New("the database has the encoding " + encoding + ", want UTF8")
	case s.AllowPromotion && standbys == "":
		return errors.New("a standby that is promoted may lack what was acknowledged, want synchronous_standby_names to be set, or no AllowPromotion")
	case s.AllowPromotion && (commit == "local" || commit == "remote_write"):
		return errors.New("a standby that is promoted may lack what was acknowledged with synchronous_commit " + commit + ", want on or remote_apply, or no AllowPromotion")
	}
	return nil
}

const settings = "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('server_encoding'), current_setting('synchronous_standby_names'), current_setting('synchronous_commit')"

func (s *Store) checkSQLite(ctx context.Context) error {
	var mode string
	if err := s.DB.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	switch mode = strings.ToLower(mode); mode {
	case "wal", "delete", "truncate", "persist":
		return nil
	case "memory":
		return errors.New("the database is in memory or keeps its journal there, want a file and journal_mode WAL")
	}
	return errors.New("the database may lose what it has acknowledged with journal_mode " + mode + ", want WAL")
}
