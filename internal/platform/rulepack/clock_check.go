// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import "slices"

func (b *builder) checkClock(c *Clock) {
	at := b.at["clocks/"+c.ID]
	b.label(at, "label", c.Label)
	b.source(at, c.Source)
	b.condition(at, c.When)
	b.period(at, c.Since, c.Until)
	if err := c.Amount.Validate(); err != nil {
		b.fail(at, "%v", err)
	}
	if len(c.Triggers) == 0 || len(c.Addressees) == 0 || c.Basis == "" {
		b.fail(at, "triggers, addressees and basis must not be empty")
	}
	b.checkTriggers(at, c)
	rule, ok := b.rules[c.Counting]
	if ok != c.Amount.Unit.Days() {
		b.fail(at, "counting %q: terms in days or months, and only they, name a known counting rule", c.Counting)
	}
	c.rule = rule
	for _, a := range c.Addressees {
		b.addressee(at, a)
	}
	if _, ok := b.pack.Form(c.Form); c.Form != "" && !ok {
		b.fail(at, "form %q is unknown", c.Form)
	}
	b.instrument(at, c.Instrument)
	for i, h := range c.RemindBefore {
		if h < 1 || (i > 0 && h >= c.RemindBefore[i-1]) {
			b.fail(at, "remind_before_hours must be positive and falling")
		}
	}
}

// checkTriggers refuses a trigger this program does not know, triggers of two
// subjects, and a moment one of them does not have.
func (b *builder) checkTriggers(at string, c *Clock) {
	for _, t := range c.Triggers {
		known := events[t]
		if known == nil {
			b.fail(at, "trigger %q is unknown", t)
			continue
		}
		if t.Subject() != c.Triggers[0].Subject() {
			b.fail(at, "triggers %q and %q are of different subjects", c.Triggers[0], t)
		}
		if !slices.Contains(known, c.From) {
			b.fail(at, "from %q: %s has %q", c.From, t, known)
		}
	}
}

func (b *builder) condition(at string, c Condition) {
	for _, t := range slices.Concat(c.All, c.Any, c.None) {
		if !t.known() {
			b.fail(at, "condition %q is unknown", t)
		}
	}
	if c.LevelAtLeast < 0 || c.LevelAtLeast > 5 || c.LevelAtMost < 0 || c.LevelAtMost > 5 || c.MachinesAtLeast < 0 {
		b.fail(at, "level_at_least and level_at_most are 0..5, machines_at_least not negative")
	}
	if c.LevelAtMost != 0 && c.LevelAtMost < c.LevelAtLeast {
		b.fail(at, "level_at_most is below level_at_least")
	}
}
