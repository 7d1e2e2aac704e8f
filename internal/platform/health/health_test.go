// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package health_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/health"
)

func TestOneBadCheckCostsOnlyItself(t *testing.T) {
	t.Parallel()
	results := health.Run(t.Context(), []health.Check{
		{Name: "panics", Run: func(context.Context) (health.Result, error) { panic("boom") }},
		{Name: "fails", Run: func(context.Context) (health.Result, error) { return health.Result{}, errors.New("no disk") }},
		{Name: "fine", Run: func(context.Context) (health.Result, error) { return health.Say(health.OK, "k", 3), nil }},
	})
	want := []struct {
		name  string
		state health.State
		arg   string
	}{{"panics", health.Wrong, "boom"}, {"fails", health.Wrong, "no disk"}, {"fine", health.OK, "3"}}
	for i, w := range want {
		if r := results[i]; r.Name != w.name || r.State != w.state || r.Seen.Args[0] != w.arg {
			t.Errorf("result %d is %+v, want %+v", i, r, w)
		}
	}
}

func TestWorst(t *testing.T) {
	t.Parallel()
	of := func(states ...health.State) (list []health.Result) {
		for _, s := range states {
			list = append(list, health.Say(s, "k"))
		}
		return list
	}
	for name, c := range map[string]struct {
		in   []health.Result
		want health.State
	}{
		"nothing":                 {nil, health.OK},
		"not checked is not fine": {of(health.OK, health.Unknown), health.Unknown},
		"a warning":               {of(health.Warning, health.OK, health.Unknown), health.Warning},
		"wrong wins":              {of(health.OK, health.Wrong, health.Warning), health.Wrong},
	} {
		if got := health.Worst(c.in); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
