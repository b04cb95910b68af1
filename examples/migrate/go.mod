module github.com/seed-b1f8f58c/jwt/examples/migrate

go 1.26.0

require (
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/seed-b1f8f58c/jwt v0.1.0
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/go-json-experiment/json v1.27.2 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/crypto v0.58.0 // indirect
)

replace github.com/seed-b1f8f58c/jwt => ../..
