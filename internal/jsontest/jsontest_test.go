package jsontest_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt/internal/jsontest"
	"github.com/seed-b1f8f58c/jwt/internal/reported"
)

func TestNumbersMayBeTooLarge(t *testing.T) {
	assert.Equal(t, map[string]any{"a": json.Number("1e700"), "b": "c"}, jsontest.Object(t, []byte(`{"a":1e700,"b":"c"}`)))
}

func TestWhatIsNoObjectIsReported(t *testing.T) {
	lines := reported.By(t, func(t testing.TB) { jsontest.Object(t, []byte(`[]`)) })
	assert.Equal(t, []string{`"[]": json: cannot unmarshal array into Go value of type map[string]interface {}`}, lines)
}
