package frameworks

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// Gin has handlers of its own, and wants to be told that the chain ends.
func Gin(protect *jwthttp.Middleware) http.Handler {
	r := gin.New()
	r.GET("/health", func(c *gin.Context) { c.String(http.StatusOK, "up") })
	api := r.Group("", forGin(protect.Handler))
	api.GET("/me", func(c *gin.Context) { c.String(http.StatusOK, subject(c.Request)) })
	api.POST("/orders/:id", forGin(protect.RequireScope("orders:write")), func(c *gin.Context) {
		c.String(http.StatusOK, "order %s of %s", c.Param("id"), subject(c.Request))
	})
	return r
}

// forGin makes middleware of gin out of that of net/http.
func forGin(middleware func(http.Handler) http.Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		passed := false
		middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			passed = true
			c.Request = r
			c.Next()
		})).ServeHTTP(c.Writer, c.Request)
		if !passed {
			c.Abort()
		}
	}
}
