module github.com/seed-b1f8f58c/jwt/cmd/jwt

go 1.26.0

require (
	github.com/go-json-experiment/json v1.27.2
	github.com/seed-b1f8f58c/jwt v0.1.0
	github.com/spf13/cobra v1.10.2
	github.com/spf13/pflag v1.0.10
	golang.org/x/sys v0.50.0
	golang.org/x/term v0.48.0
	golang.org/x/tools v0.52.0
)

require (
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	golang.org/x/crypto v0.59.0 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
)

// Only tests import what follows.
require (
	github.com/creack/pty v1.1.24
	github.com/stretchr/testify v1.12.1
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)
