module github.com/seed-b1f8f58c/jwt/testkit

go 1.26.0
