package frameworks

import (
	"net/http"

	"github.com/labstack/echo/v5"

	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// Echo wraps middleware of net/http.
func Echo(protect *jwthttp.Middleware) http.Handler {
	e := echo.New()
	e.GET("/health", func(c *echo.Context) error { return c.String(http.StatusOK, "up") })
	api := e.Group("", echo.WrapMiddleware(protect.Handler))
	api.GET("/me", func(c *echo.Context) error { return c.String(http.StatusOK, subject(c.Request())) })
	api.POST("/orders/:id", func(c *echo.Context) error {
		return c.String(http.StatusOK, "order "+c.Param("id")+" of "+subject(c.Request()))
	}, echo.WrapMiddleware(protect.RequireScope("orders:write")))
	return e
}
