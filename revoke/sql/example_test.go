package sql_test

import (
	"context"
	"database/sql"
	"log"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
)

func Example() {
	db, err := sql.Open("pgx", "postgres://login@db.internal/login")
	if err != nil {
		log.Fatal(err)
	}
	store := &revokesql.Store{DB: db, Dialect: revokesql.PostgreSQL}
	if err := store.Migrate(context.Background()); err != nil { // creates the tables, if need be
		log.Fatal(err)
	}
	var policy *jwt.Policy // …
	list := &revoke.DenyList{Tokens: policy, Store: store, Lifetime: 30 * 24 * time.Hour}
	_ = list.Verify // in the place of policy.Verify
}
