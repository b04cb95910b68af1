package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/redis/go-redis/v9"
	"github.com/seed-b1f8f58c/jwt/revoke"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// openStore returns the store that the flag names, once it answers: a server that starts
// at the same time as this program has a minute.
func openStore(where string) (store.SessionStore, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	kind, place, _ := strings.Cut(where, ":")
	switch {
	case where == "memory:":
		return revoke.NewMemory(0), nil
	case kind == "sqlite" && place != "":
		return openSQL(ctx, "sqlite", place, revokesql.SQLite)
	case (kind == "postgres" || kind == "postgresql") && place != "":
		if strings.HasPrefix(place, "//") {
			place = where // the whole is the URL
		}
		return openSQL(ctx, "pgx", place, revokesql.PostgreSQL)
	case kind == "redis" && place != "":
		// Few retries: without Redis it is better to say so soon.
		options := &redis.Options{Addr: strings.TrimPrefix(place, "//"), ContextTimeoutEnabled: true, MaxRetries: 1, DialerRetries: 1}
		remote := &revokeredis.Store{Client: redis.NewClient(options)}
		return remote, retry(ctx, remote.Ping)
	}
	return nil, errors.New("-store is none of memory:, sqlite:FILE, postgres:URL, redis:ADDRESS")
}

func openSQL(ctx context.Context, driver, place string, dialect revokesql.Dialect) (store.SessionStore, error) {
	db, err := sql.Open(driver, place)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(10)
	s := &revokesql.Store{DB: db, Dialect: dialect}
	return s, retry(ctx, func(ctx context.Context) error {
		if err := s.Migrate(ctx); err != nil {
			return err
		}
		return s.Ping(ctx)
	})
}

// retry calls f until it returns no error, or the context ends.
func retry(ctx context.Context, f func(ctx context.Context) error) error {
	for {
		err := f(ctx)
		if err == nil {
			return nil
		}
		log.Print("the store is not ready: ", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Second / 2):
		}
	}
}

// openSecret returns the secret of LOGIN_SECRET. Without it, a service that keeps its
// sessions in a file has one in another file beside it, and others a new one that is
// good for this process.
func openSecret(where string) ([]byte, error) {
	if secret := os.Getenv("LOGIN_SECRET"); secret != "" {
		return []byte(secret), nil
	}
	random := []byte(rand.Text() + rand.Text())
	name, ok := strings.CutPrefix(where, "sqlite:")
	if !ok {
		return random, nil
	}
	name += ".secret"
	secret, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return random, writeNew(name, random)
	}
	return secret, err
}

// writeNew writes a file that only this user can read, and that is on the disk when
// it returns.
func writeNew(name string, text []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Write(text); err != nil {
		return fmt.Errorf("writing the secret: %w", err)
	}
	return file.Sync()
}
