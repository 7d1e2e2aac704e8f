// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package health is how the centre looks after itself: named checks, each of
// which says what it saw and what to do. It knows no check; app gathers them
// from the rooms. A check changes nothing. Start at Check and Run.
package health

import (
	"context"
	"embed"
	"fmt"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Messages are the sentences of the checks.
//
//go:embed messages.yaml
var Messages embed.FS

// State is what a check came to.
type State string

// The states. Unknown says that a check could not be made here and now; it is
// never shown as OK.
const (
	OK      State = "ok"
	Unknown State = "unknown"
	Warning State = "warning"
	Wrong   State = "wrong"
)

// Text is a sentence of the catalogue with its arguments.
type Text struct {
	Key  string   `json:"key"`
	Args []string `json:"args,omitempty"`
}

// In is the sentence in lang.
func (t Text) In(c *i18n.Catalogue, lang i18n.Language) string {
	args := make([]any, len(t.Args))
	for i, a := range t.Args {
		args[i] = a
	}
	return c.Text(lang, t.Key, args...)
}

// Result is what one check came to: what it saw and, unless OK, what to do.
type Result struct {
	Name  string `json:"name"` // of the check; Run sets it
	State State  `json:"state"`
	Seen  Text   `json:"seen"`
	Do    *Text  `json:"do,omitempty"`
}

// Say makes a result; key is the catalogue key of what was seen.
func Say(s State, key string, args ...any) Result { return Result{State: s, Seen: text(key, args)} }

// Then adds what a person should do.
func (r Result) Then(key string, args ...any) Result {
	do := text(key, args)
	r.Do = &do
	return r
}

func text(key string, args []any) Text {
	t := Text{Key: key}
	for _, a := range args {
		t.Args = append(t.Args, fmt.Sprint(a))
	}
	return t
}

// Check is one thing to look at. Name is a word such as "disk"; its title is
// the catalogue key "health.check.<name>". Run returns soon after ctx ends, and
// an error when it could not look at all, which is shown as Wrong.
type Check struct {
	Name string
	Run  func(ctx context.Context) (Result, error)
}

// Run makes every check in turn. One that fails to look, or panics, is a
// result like any other: the rest are made all the same.
func Run(ctx context.Context, checks []Check) []Result {
	results := make([]Result, 0, len(checks))
	for _, c := range checks {
		results = append(results, one(ctx, c))
	}
	return results
}

func one(ctx context.Context, c Check) (r Result) {
	defer func() {
		if p := recover(); p != nil {
			r = Say(Wrong, "health.failed", p).Then("health.failed.do")
		}
		r.Name = c.Name
	}()
	r, err := c.Run(ctx)
	if err != nil {
		return Say(Wrong, "health.failed", err).Then("health.failed.do")
	}
	return r
}

// Worst is the most serious state among results; OK when there is none.
// Unknown weighs less than a warning.
func Worst(results []Result) State {
	order := []State{OK, Unknown, Warning, Wrong}
	worst := 0
	for _, r := range results {
		worst = max(worst, slices.Index(order, r.State))
	}
	return order[worst]
}
