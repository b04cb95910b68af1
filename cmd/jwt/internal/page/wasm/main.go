//go:build js && wasm

// Command wasm is the library for the inspector page that works without a server:
// it sets the function jwtCheck, from a request in JSON to an answer in JSON.
package main

import (
	"syscall/js"

	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/page/check"
)

func main() {
	js.Global().Set("jwtCheck", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return string(check.JSON([]byte(args[0].String())))
	}))
	select {}
}
