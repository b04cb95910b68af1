package wrapped

import "github.com/MicahParks/keyfunc/v3" // want `import: import "github.com/seed-b1f8f58c/jwt/jwthttp": Middleware in front of a handler, RemoteKeys`

func verify() {
	keys, _ := keyfunc.NewDefault(nil) // want `keyfunc.NewDefault: keys, err := jwthttp.NewRemoteKeys`
	keys.Keyfunc(nil)                  // want `keyfunc.Keyfunc.Keyfunc: Policy.Keys: keys`
	_ = keyfunc.Option[int]{}.Value    // want `keyfunc.Option: ` `keyfunc.Option.Value: Not known`
	keyfunc.NewUnheardOf()             // want `keyfunc.NewUnheardOf: Not known`
}
