package redis_test

import (
	"context"
	"log"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
)

func Example() {
	client := redis.NewClient(&redis.Options{
		Addr:                  "redis.internal:6379",
		ContextTimeoutEnabled: true, // or a slow server would hold every request
		MaxRetries:            1, DialerRetries: 1,
	})
	store := &revokeredis.Store{Client: client}
	if err := store.Ping(context.Background()); err != nil {
		log.Fatal(err)
	}
	var policy *jwt.Policy // …
	list := &revoke.DenyList{Tokens: policy, Store: store, Lifetime: 30 * 24 * time.Hour}
	_ = list.Verify // in the place of policy.Verify
}
