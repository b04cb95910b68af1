package main

import (
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// numberForms are about dates in forms of JSON numbers that are rare.
func (a *adder) numberForms() {
	for id, value := range map[string]string{"exponent-integer": "17900006e2", "exponent-minus": "179000060000e-2", "exponent-zeros": "1.7900006E+09", "exponent-zero": fmt.Sprintf("%de0", now+600), "exponent-minus-zero": fmt.Sprintf("%de-0", now+600), "long": fmt.Sprintf("%d.%s", now+600, strings.Repeat("0", 30)), "fraction-exponent": "0.17900006e10"} {
		a.add("exp-form-"+id, "exp in the future, written as "+value, dateClause, payload("exp", value), testkit.Accept, nil)
	}
	for id, value := range map[string]string{"exponent-minus": fmt.Sprintf("%de-9", now+600), "exponent-far-minus": fmt.Sprintf("%de-400", now+600), "exponent-leads": fmt.Sprintf("0.%de9", now-600), "fraction-of-second": fmt.Sprintf("%d.999999999", now-1), "just-past": fmt.Sprintf("%d.5", now-1), "zero-exponent": "0e99", "minus-exponent": "-1.8e9", "minus-fraction": "-0.5",
		"wrap-53": "-9007199254740993", "wrap-31": fmt.Sprint(now + 600 - 1<<31), "seconds-ago": fmt.Sprint(now - 1)} {
		a.add("exp-past-"+id, "exp in the past, written as "+value, dateClause, payload("exp", value), testkit.Refuse, nil)
	}
	for id, value := range map[string]string{"exponent-integer": "18e8", "just-ahead": fmt.Sprintf("%d.5", now+1), "fraction-exponent": "0.18e10", "exponent-minus": "1800000000000e-3", "wrap-31": fmt.Sprint(now - 600 + 1<<31), "wrap-53": fmt.Sprint(now - 600 + 1<<53)} {
		a.add("nbf-ahead-"+id, "nbf in the future, written as "+value, nbfClause, payload("nbf", value, "exp", "99999999999"), testkit.Refuse, nil)
	}
	for id, value := range map[string]string{"exponent-minus": "18e-8", "exponent-far-minus": "1e-99", "just-now": fmt.Sprintf("%d.5", now-1), "minus-zero": "-0", "zero-exponent": "0e99"} {
		a.add("nbf-past-"+id, "nbf in the past, written as "+value, nbfClause, payload("nbf", value), testkit.Accept, nil)
	}
	anyTime := func(p *testkit.Policy) { p.Require = nil }
	for id, value := range map[string]string{"zero": "0", "minus": "-1", "minus-zero": "-0", "tiny": "1e-9", "text": quote(fmt.Sprint(now + 600)), "empty": `""`, "true": "true", "object": "{}"} {
		a.add("exp-not-required-"+id, "exp is "+value+", and the policy does not require one", expClause, payload("exp", value), testkit.Refuse, anyTime)
	}
	a.add("exp-not-required-ahead", "exp ahead, and the policy does not require one", expClause, payload(), testkit.Accept, anyTime)
	a.add("nbf-not-required", "nbf ahead, and no exp", nbfClause, payload("exp", "", "nbf", fmt.Sprint(now+600)), testkit.Refuse, anyTime)
}

// leeways are about how far leeway goes.
func (a *adder) leeways() {
	for _, l := range []int64{1, 120, 300} {
		for _, past := range []int64{l - 1, l, l + 1} {
			want := testkit.Refuse
			if past < l {
				want = testkit.Accept
			}
			p := func(p *testkit.Policy) { p.Leeway = l }
			a.add(fmt.Sprintf("leeway-%d-exp-%d", l, past), fmt.Sprintf("exp %d seconds ago, the leeway %d", past, l), expClause, payload("exp", fmt.Sprint(now-past)), want, p)
			a.add(fmt.Sprintf("leeway-%d-both-%d", l, past), fmt.Sprintf("exp past and nbf ahead, by %d seconds, the leeway %d", past, l), expClause, payload("exp", fmt.Sprint(now-past), "nbf", fmt.Sprint(now+past)), want, p)
			want = testkit.Refuse
			if past <= l {
				want = testkit.Accept
			}
			a.add(fmt.Sprintf("leeway-%d-nbf-%d", l, past), fmt.Sprintf("nbf in %d seconds, the leeway %d", past, l), nbfClause, payload("nbf", fmt.Sprint(now+past)), want, p)
		}
	}
	leeway := func(p *testkit.Policy) { p.Leeway = 30 }
	a.add("leeway-fraction-exp-past", "exp 30.5 seconds ago, the leeway 30", expClause, payload("exp", fmt.Sprintf("%d.5", now-31)), testkit.Refuse, leeway)
	a.add("leeway-fraction-exp", "exp 28.5 seconds ago, the leeway 30", expClause, payload("exp", fmt.Sprintf("%d.5", now-29)), testkit.Accept, leeway)
	a.add("leeway-fraction-nbf", "nbf in 28.5 seconds, the leeway 30", nbfClause, payload("nbf", fmt.Sprintf("%d.5", now+28)), testkit.Accept, leeway)
	a.add("leeway-fraction-nbf-ahead", "nbf in 31.5 seconds, the leeway 30", nbfClause, payload("nbf", fmt.Sprintf("%d.5", now+31)), testkit.Refuse, leeway)
}

// issueTimes are about iat where the age is asked for.
func (a *adder) issueTimes() {
	age := func(seconds, leeway int64) func(*testkit.Policy) {
		return func(p *testkit.Policy) { p.MaxAge, p.Leeway = seconds, leeway }
	}
	for id, value := range map[string]string{"text": quote(fmt.Sprint(now)), "empty": `""`, "null": "null", "true": "true", "array": fmt.Sprintf("[%d]", now), "object": "{}", "rfc3339": `"2026-09-21T14:13:20Z"`} {
		a.add("age-iat-"+id, "iat is not a number, and the age matters: "+id, dateClause, payload("iat", value), testkit.Refuse, age(300, 0))
	}
	for _, ahead := range []int64{29, 31, 600} {
		want := testkit.Accept
		if ahead > 30 {
			want = testkit.Refuse
		}
		a.add(fmt.Sprintf("age-ahead-%d", ahead), fmt.Sprintf("issued in %d seconds, at most 300 are asked for, the leeway is 30", ahead), iatClause, payload("iat", fmt.Sprint(now+ahead), "exp", fmt.Sprint(now+7200)), want, age(300, 30))
	}
	a.add("age-fraction", "issued 298.5 seconds ago, at most 300 are asked for", iatClause, payload("iat", fmt.Sprintf("%d.5", now-299)), testkit.Accept, age(300, 0))
	a.add("age-fraction-old", "issued 301.5 seconds ago, at most 300 are asked for", iatClause, payload("iat", fmt.Sprintf("%d.5", now-302)), testkit.Refuse, age(300, 0))
	a.add("age-milliseconds", "iat in milliseconds: far in the future as seconds", iatClause, payload("iat", fmt.Sprint(now*1000)), testkit.Refuse, age(300, 0))
	a.add("age-zero", "issued in 1970", iatClause, payload("iat", "0"), testkit.Refuse, age(300, 0))
	a.add("age-minus", "issued before 1970", iatClause, payload("iat", "-1"), testkit.Refuse, age(300, 0))
	a.add("age-wrapped-32", "iat is recent if it is cut to 32 bits", iatClause, payload("iat", fmt.Sprint(now-60+1<<32)), testkit.Refuse, age(300, 0))
	a.add("age-wrapped-64", "iat is recent if it is cut to 64 bits", iatClause, payload("iat", wrapped(now-60, 1)), testkit.Refuse, age(300, 0))
	a.add("age-exponent", "issued 26 days ago, written with an exponent", iatClause, payload("iat", "1.7877e9"), testkit.Refuse, age(300, 0))
	a.add("age-from-nbf", "no iat, and a recent nbf", iatClause, payload("iat", "", "nbf", fmt.Sprint(now-60)), testkit.Refuse, age(300, 0))
	a.add("age-of-auth", "issued an hour ago, with a recent auth_time", iatClause, payload("iat", fmt.Sprint(now-3600), "auth_time", fmt.Sprint(now-60)), testkit.Refuse, age(300, 0))
	a.add("age-day", "issued a day ago, where a week is asked for", iatClause, payload("iat", fmt.Sprint(now-86400)), testkit.Accept, age(7*86400, 0))
	a.add("age-nbf-old", "issued a minute ago, with an old nbf", iatClause, payload("nbf", fmt.Sprint(now-86400)), testkit.Accept, age(300, 0))
}
