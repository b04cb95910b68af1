package jwt

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// String returns a few words for a log: which token it is, by typ, kid and the
// registered claims that it has. Text from the token is quoted and cut.
func (t *Token) String() string {
	words := []string{"token"}
	for _, f := range t.fields() {
		if f.foreign {
			f.text = strictjson.Quote(f.text)
		}
		words = append(words, f.name+" "+f.text)
	}
	return strings.Join(words, " ")
}

// LogValue returns a group for package slog, with typ, kid and the registered claims
// that the token has.
func (t *Token) LogValue() slog.Value { return slog.GroupValue(attrs(t.fields())...) }

// A field is one thing to say about a token.
type field struct {
	name, text string
	foreign    bool // the text is the token's, as it is
}

func (t *Token) fields() (fields []field) {
	if t == nil {
		return nil
	}
	fields = append(texts(field{"typ", t.Header.Type, true}, field{"kid", t.Header.KeyID, true}), t.identity()...)
	if len(t.Claims.Audience) > 0 {
		fields = append(fields, field{"aud", quoteList(t.Claims.Audience), false})
	}
	if t.has&hasIssuedAt != 0 {
		fields = append(fields, field{"iat", t.issuedAt().String(), false})
	}
	if t.has&hasExpiresAt != 0 {
		fields = append(fields, field{"exp", t.expiresAt().String(), false})
	}
	return fields
}

// identity says whose token it is, and which one.
func (t *Token) identity() []field {
	return texts(field{"iss", t.Claims.Issuer, true}, field{"sub", t.Claims.Subject, true}, field{"jti", t.Claims.ID, true})
}

// texts returns the fields that have a text.
func texts(all ...field) []field {
	return slices.DeleteFunc(all, func(f field) bool { return f.text == "" })
}

func attrs(fields []field) []slog.Attr {
	attrs := make([]slog.Attr, len(fields))
	for i, f := range fields {
		attrs[i] = slog.String(f.name, strictjson.Line(f.text))
	}
	return attrs
}

// LogValue returns a group for package slog, with the reason, the claim at fault and
// the detail; and if the token is genuine and was refused for what it says, with its
// iss, sub and jti.
func (e *VerifyError) LogValue() slog.Value {
	if e == nil || e.Reason == nil {
		return slog.StringValue(e.Error())
	}
	group := []slog.Attr{slog.String("reason", e.Reason.Error())}
	if e.Claim != "" {
		group = append(group, slog.String("claim", e.Claim))
	}
	if e.Detail != "" {
		group = append(group, slog.String("detail", e.Detail))
	}
	if e.genuine != nil {
		group = append(group, attrs(e.genuine.token.identity())...)
	}
	return slog.GroupValue(group...)
}
