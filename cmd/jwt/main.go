// Command jwt looks at tokens, verifies, signs, encrypts and decrypts them, makes and
// converts keys, serves an issuer for development, and lists what to change in a
// program that uses another library. Its help has examples:
//
//	go install github.com/seed-b1f8f58c/jwt/cmd/jwt@latest
//	jwt --help
//
// The exit code is 0 if all is well, 1 if a token is refused, and 2 for everything
// else: what could not be decided, and a command that could not be carried out.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
