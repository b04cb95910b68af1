package migrate

// wrappers are libraries around those above. What they check is in their own options.
var wrappers = &library{
	paths: []string{
		"github.com/MicahParks/keyfunc", "github.com/MicahParks/jwkset", "github.com/labstack/echo-jwt", "github.com/go-chi/jwtauth",
		"github.com/appleboy/gin-jwt", "github.com/auth0/go-jwt-middleware", "github.com/gofiber/contrib/jwt", "github.com/gofiber/jwt",
		"github.com/kataras/jwt", "github.com/cristalhq/jwt", "github.com/gbrlsnchs/jwt", "github.com/pascaldekloe/jwt",
	},
	imports: "import \"github.com/seed-b1f8f58c/jwt/jwthttp\": Middleware in front of a handler, RemoteKeys for keys at a URL",
	names: map[string]advice{
		"NewDefault":         {write: remoteKeys},
		"NewDefaultCtx":      {write: remoteKeys},
		"Keyfunc.Keyfunc":    {write: "Policy.Keys: keys", check: keyFuncRule},
		"Keyfunc.KeyfuncCtx": {write: "Policy.Keys: keys", check: keyFuncRule},
		"NewJWKSetJSON":      {write: "set, err := jwk.ParseSet(data)"},
	},
}

const remoteKeys = "keys, err := jwthttp.NewRemoteKeys(url, jwthttp.RemoteOptions{})"
