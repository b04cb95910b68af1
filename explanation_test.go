package jwt_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExplanationsAreTables(t *testing.T) {
	e := &jwt.Explanation{}
	assert.Equal(t, "step  result  got  want\nnot verified", e.String())
	e.Add("size", "7 bytes", "at most 8", nil)
	e.Add("a longer name", "", "x", &jwt.VerifyError{Reason: jwt.ErrClaim, Claim: "x"})
	e.Add("revocation", "", "y", errors.New("down"))
	assert.Equal(t, "step           result       got      want\n"+
		"size           pass         7 bytes  at most 8\n"+
		"a longer name  fail                  x\n"+
		"revocation     not reached           y\n"+
		"jwt: claim not acceptable: x", e.String())
	data, err := json.Marshal(e)
	require.NoError(t, err)
	assert.JSONEq(t, `{"accepted":false,"error":"jwt: claim not acceptable: x","steps":[{"step":"size","result":"pass","got":"7 bytes","want":"at most 8"},
		{"step":"a longer name","result":"fail","want":"x"},{"step":"revocation","result":"not reached","want":"y"}]}`, string(data))
	e = &jwt.Explanation{}
	e.Add("x", "", "", errors.New("down"))
	assert.Equal(t, jwt.Undecided, e.Steps[0].Result)
	e = &jwt.Explanation{}
	e.Add("x", "", "", errors.Join(&jwt.VerifyError{Reason: jwt.ErrClaim}, errors.New("down")))
	assert.Equal(t, jwt.Undecided, e.Steps[0].Result, "it may pass another time")
	e = &jwt.Explanation{Token: &jwt.Token{}}
	assert.Equal(t, "step  result  got  want\naccepted", e.String())
	data, err = json.Marshal(e)
	require.NoError(t, err)
	assert.JSONEq(t, `{"accepted":true,"steps":[]}`, string(data))
	e.Err = errors.New("down")
	assert.Equal(t, "step  result  got  want\ndown", e.String())
	data, err = json.Marshal(e)
	require.NoError(t, err)
	assert.JSONEq(t, `{"accepted":false,"error":"down","steps":[]}`, string(data))
	data, err = json.Marshal(&jwt.Explanation{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"accepted":false,"steps":[]}`, string(data))
	assert.Equal(t, "not verified", (*jwt.Explanation)(nil).String())
	assert.Equal(t, "null", string(must((*jwt.Explanation)(nil).MarshalJSON())))
}
