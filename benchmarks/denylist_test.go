//go:build unix

package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/redis/go-redis/v9"
	_ "modernc.org/sqlite"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// denyListStores are where a deny list may be. Servers are started for the
// benchmark, which is skipped where they are not installed.
var denyListStores = []struct {
	name string
	open func(b *testing.B) store.Store
}{
	{"memory", func(*testing.B) store.Store { return revoke.NewMemory(0) }},
	{"replica", openReplica},
	{"sqlite", func(b *testing.B) store.Store {
		return openSQL(b, revokesql.SQLite, "sqlite", filepath.Join(b.TempDir(), "store.db"))
	}},
	{"postgresql", func(b *testing.B) store.Store {
		return openSQL(b, revokesql.PostgreSQL, "pgx", startPostgreSQL(b))
	}},
	{"redis", func(b *testing.B) store.Store { return openRedis(b, "redis-server") }},
	{"valkey", func(b *testing.B) store.Store { return openRedis(b, "valkey-server") }},
}

// BenchmarkDenyList asks whether a token is revoked, in a store with 10,000 that
// are. The token is verified already: what is measured is what the deny list adds.
func BenchmarkDenyList(b *testing.B) {
	for _, kind := range denyListStores {
		b.Run("store="+kind.name+"/lib="+ourName, func(b *testing.B) {
			s := kind.open(b)
			list := &revoke.DenyList{Tokens: verified{denyListToken()}, Store: s, Lifetime: 48 * time.Hour, AllowOlderThanStore: true}
			fill(b, s)
			timed(b, func() error { _, err := list.Verify(background, ""); return err })
			if err := list.RevokeToken(background, denyListToken()); err != nil {
				b.Fatal(err)
			}
			if _, err := list.Verify(background, ""); err == nil {
				b.Fatal("a revoked token is accepted")
			}
		})
	}
}

// BenchmarkDenyListLookup asks the stores in memory alone: what is measured is one
// look-up of a token that is not revoked. That the replica reads what is new meanwhile,
// each 10 ms, counts as well.
func BenchmarkDenyListLookup(b *testing.B) {
	for _, kind := range denyListStores[:2] {
		b.Run("store="+kind.name+"/lib="+ourName, func(b *testing.B) {
			s := kind.open(b)
			fill(b, s)
			q := store.Query{Issuer: issuer, ID: denyListToken().Claims.ID, Subject: denyListToken().Claims.Subject, SessionID: "08a5019c-17e1-4977-8f42-65a12843ea02"}
			timed(b, func() error {
				if answer, err := s.Lookup(background, q); err != nil || answer.ID {
					return fmt.Errorf("%v, %w", answer, err)
				}
				return nil
			})
		})
	}
}

// verified has a token that is verified.
type verified struct{ token *jwt.Token }

func (v verified) Verify(context.Context, string) (*jwt.Token, error) { return v.token, nil }

func denyListToken() *jwt.Token {
	return must(jwt.InsecureToken(struct {
		jwt.Claims
		SessionID string `json:"sid"`
	}{jwtRegistered(claimsOf(registered)), "08a5019c-17e1-4977-8f42-65a12843ea02"}))
}

func fill(b *testing.B, s store.Store) {
	entries := make([]store.Entry, 10_000)
	for i := range entries {
		entries[i] = store.Entry{Issuer: issuer, ID: fmt.Sprintf("f81d4fae-7dec-11d0-a765-%012d", i), Until: jwt.NewNumericDate(start.Add(time.Hour))}
	}
	if err := s.Revoke(background, jwt.NewNumericDate(time.Now()), entries...); err != nil {
		b.Fatal(err)
	}
}

// openReplica returns a copy of a store that is kept current.
func openReplica(b *testing.B) store.Store {
	remote := openSQL(b, revokesql.SQLite, "sqlite", filepath.Join(b.TempDir(), "store.db"))
	r := &revoke.Replica{Remote: remote.(store.Feed), MaxAge: time.Minute}
	ctx, stop := context.WithCancel(background)
	done := make(chan struct{})
	go func() { _ = r.Run(ctx); close(done) }()
	b.Cleanup(func() { stop(); <-done })
	until(b, func() error { _, err := r.AsOf(); return err })
	return r
}

func openSQL(b *testing.B, dialect revokesql.Dialect, driver, name string) store.Store {
	db := must(sql.Open(driver, name))
	b.Cleanup(func() { db.Close() })
	s := &revokesql.Store{DB: db, Dialect: dialect, Timeout: time.Minute}
	until(b, func() error { return s.Migrate(background) })
	return s
}

func openRedis(b *testing.B, program string) store.Store {
	client := redis.NewClient(&redis.Options{
		Addr: startRedis(b, program), ContextTimeoutEnabled: true, // and no failure where the machine is busy:
		DialTimeout: time.Minute, ReadTimeout: time.Minute, WriteTimeout: time.Minute, PoolTimeout: time.Minute,
	})
	b.Cleanup(func() { client.Close() })
	until(b, func() error { return client.Ping(background).Err() })
	return &revokeredis.Store{Client: client, Timeout: time.Minute}
}

// until waits until f returns nil.
func until(b *testing.B, f func() error) {
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			b.Fatal(err)
		}
	}
}
