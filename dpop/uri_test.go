package dpop

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// RFC 9449 section 4.3: URLs are compared after normalisation, without query and
// fragment.
func TestEqualURLsHaveOneNormalForm(t *testing.T) {
	for _, row := range []struct{ url, want string }{
		{"https://api.example/a", "https://api.example/a"},
		{"HTTPS://API.Example/a", "https://api.example/a"},
		{"https://api.example:443/a", "https://api.example/a"},
		{"https://api.example:/a", "https://api.example/a"},
		{"http://api.example:80/a", "http://api.example/a"},
		{"http://api.example:443/a", "http://api.example:443/a"},
		{"https://api.example:80/a", "https://api.example:80/a"},
		{"https://api.example:8443/a", "https://api.example:8443/a"},
		{"https://api.example:4430/a", "https://api.example:4430/a"},
		{"https://[2001:DB8::443]/a", "https://[2001:db8::443]/a"},
		{"https://[2001:db8::1]:443/a", "https://[2001:db8::1]/a"},
		{"https://api.example", "https://api.example/"},
		{"https://api.example?q", "https://api.example/"},
		{"https://api.example/a?q=1#f", "https://api.example/a"},
		{"https://api.example/a#f", "https://api.example/a"},
		{"https://api.example/A/", "https://api.example/A/"},
		{"https://api.example//a", "https://api.example//a"},
		{"https://api.example/%61%2d%2E%5f%7E%30%5A%39%41%7a", "https://api.example/a-._~0Z9Az"},
		{"https://api.example/a%2fb%c3%BC%21%2a", "https://api.example/a%2Fb%C3%BC%21%2A"},
		{"https://api.example/%40%5b%60%7b%2f%3a", "https://api.example/%40%5B%60%7B%2F%3A"},
		{"https://api.example/ü", "https://api.example/%C3%BC"},
		{"https://api.example/!b", "https://api.example/!b"},
		{"https://api.example/a/./b", "https://api.example/a/b"},
		{"https://api.example/a/../b", "https://api.example/b"},
		{"https://api.example/a/..", "https://api.example/"},
		{"https://api.example/a/b/..", "https://api.example/a/"},
		{"https://api.example/a/.", "https://api.example/a/"},
		{"https://api.example/../../a", "https://api.example/a"},
		{"https://api.example/a/%2e%2E/b", "https://api.example/b"},
		{"https://api.example/.../..a/a..", "https://api.example/.../..a/a.."},
	} {
		got, err := normalURL(row.url)
		if assert.NoError(t, err, row.url) {
			assert.Equal(t, row.want, got, row.url)
			again, err := normalURL(got)
			assert.NoError(t, err)
			assert.Equal(t, got, again, "the normal form of the normal form")
		}
	}
}

func TestWhatIsNoURLOfARequestHasNoNormalForm(t *testing.T) {
	for _, row := range []struct{ url, problem string }{
		{"", "not an absolute URL with a host"},
		{"http://:", "not an absolute URL with a host"},
		{"https://:443/a", "not an absolute URL with a host"},
		{"/a", "not an absolute URL with a host"},
		{"api.example/a", "not an absolute URL with a host"},
		{"https:///a", "not an absolute URL with a host"},
		{"https:a", "not an absolute URL with a host"},
		{"https://api.example/%zz", "not a URL"},
		{"https://api.example/%2", "not a URL"},
		{"https://api.example\n/a", "not a URL"},
		{"//api.example/a", "a URL that is neither http nor https"},
		{"ftp://api.example/a", "a URL that is neither http nor https"},
		{"https://alice@api.example/a", "a URL with user information"},
		{"https://@api.example/a", "a URL with user information"},
	} {
		_, err := normalURL(row.url)
		assert.EqualError(t, err, row.problem, row.url)
	}
}

func FuzzNormalURL(f *testing.F) {
	f.Add("https://api.example/a/%2e%2E/b?q#f")
	f.Add("http://[::1]:80/%")
	f.Fuzz(func(t *testing.T, text string) {
		if normal, err := normalURL(text); err == nil {
			again, err := normalURL(normal)
			assert.NoError(t, err)
			assert.Equal(t, normal, again)
		}
	})
}
