package main

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// parseDuration reads a duration such as 15m, 1h30m or 7d; a day has 24 hours.
func parseDuration(text string) (time.Duration, error) {
	wrong := errors.New("want a duration such as 15m, 12h or 7d")
	rest, negative := strings.CutPrefix(text, "-")
	var total time.Duration
	if days, more, ok := strings.Cut(rest, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return 0, wrong
		}
		total, rest = time.Duration(n)*24*time.Hour, more
	}
	if rest != "" {
		if rest[0] == '-' || rest[0] == '+' {
			return 0, wrong
		}
		d, err := time.ParseDuration(rest)
		if err != nil || d+total < total {
			return 0, wrong
		}
		total += d
	} else if !strings.Contains(text, "d") {
		return 0, wrong
	}
	if negative {
		total = -total
	}
	return total, nil
}

// parseWhen reads a time: a duration from now on, or a date.
func parseWhen(text string, now time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	d, err := parseDuration(text)
	if err != nil {
		return time.Time{}, errors.New("want a duration from now on, such as 15m or 7d, or a time, such as 2026-11-26T10:00:00Z")
	}
	return now.Add(d), nil
}

// durationValue is the flag of a duration.
type durationValue struct{ d *time.Duration }

func (v durationValue) String() string {
	if *v.d == 0 {
		return ""
	}
	return v.d.String()
}

func (v durationValue) Set(text string) (err error) {
	*v.d, err = parseDuration(text)
	return err
}

func (v durationValue) Type() string { return "duration" }
