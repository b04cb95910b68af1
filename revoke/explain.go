package revoke

import (
	"context"

	"github.com/seed-b1f8f58c/jwt"
)

// Explain says how Verify decides: the steps of Tokens, and then whether the token is
// revoked.
func (d *DenyList) Explain(ctx context.Context, token string) *jwt.Explanation {
	return explain(ctx, d, token, "revocation", "a token that is not revoked", d.ask)
}

// Explain says how Verify decides: the steps of Tokens, and then whether the token was
// used before. Like Verify, it uses the token.
func (o *Once) Explain(ctx context.Context, token string) *jwt.Explanation {
	d, err := o.denyList()
	if err != nil {
		return failed("use", "", err)
	}
	return explain(ctx, d, token, "use", "a token that is used for the first time", func(ctx context.Context, t *jwt.Token) error {
		return o.useToken(ctx, d, t)
	})
}

// explain explains Tokens, and adds the step of a check that follows.
func explain(ctx context.Context, d *DenyList, token, name, want string, check func(context.Context, *jwt.Token) error) *jwt.Explanation {
	if err := d.incompleteToVerify(); err != nil {
		return failed(name, want, err)
	}
	e := jwt.Explain(ctx, d.Tokens, token)
	var err error
	if e.Err == nil {
		if err = checkVerified(e.Token); err == nil {
			err = check(ctx, e.Token)
		}
	}
	if e.Add(name, "", want, err); e.Err != nil {
		e.Token = nil
	}
	return e
}

func failed(name, want string, err error) *jwt.Explanation {
	e := &jwt.Explanation{}
	e.Add(name, "", want, err)
	return e
}
