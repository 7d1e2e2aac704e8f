// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"context"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file says in words what a value of a pack is.

// said is one line of what a value says: "Thẩm định: Bộ Công an, Bộ Quốc phòng".
type said struct{ Name, Text string }

// lines are what an item says, parts of one name together.
func lines(ctx context.Context, i rulepack.Item) []said {
	var out []said
	last := "-"
	for _, p := range i.Parts {
		text := word(ctx, p)
		if p.Name == last && len(out) > 0 {
			out[len(out)-1].Text += ", " + text
			continue
		}
		s := said{Text: text}
		if p.Name != "" {
			s.Name = i18n.T(ctx, "rule.part."+p.Name)
		}
		out, last = append(out, s), p.Name
	}
	return out
}

// inOne is what an item says on one line, for exports and comparisons.
func inOne(ctx context.Context, i rulepack.Item) string {
	var out []string
	for _, s := range lines(ctx, i) {
		if s.Name != "" {
			s.Text = s.Name + ": " + s.Text
		}
		out = append(out, s.Text)
	}
	return strings.Join(out, "; ")
}

func word(ctx context.Context, p rulepack.Part) string {
	switch {
	case p.Text != (rulepack.Label{}):
		return p.Text.In(string(i18n.Lang(ctx)))
	case p.N != "" && p.Word != "":
		return i18n.T(ctx, "rule.unit."+p.Word, number(ctx, p.N))
	case p.Word != "":
		return i18n.T(ctx, "rule.word."+p.Word)
	}
	return number(ctx, p.N)
}

func number(ctx context.Context, digits string) string {
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return i18n.Number(ctx, n)
	}
	return digits
}

// valueIn is a value that somebody put in place, in words.
func valueIn(ctx context.Context, v rulepack.Value) string {
	switch {
	case v.VI != "" || v.EN != "":
		return rulepack.Label{VI: v.VI, EN: v.EN}.In(string(i18n.Lang(ctx)))
	case !v.Date.IsZero():
		return i18n.Date(ctx, v.Date.Start())
	case v.Word != "":
		return i18n.T(ctx, "rule.word."+v.Word)
	case v.Unit == string(calendar.Immediate):
		return i18n.T(ctx, "rule.word.immediate")
	case v.Unit != "":
		return i18n.T(ctx, "rule.unit."+v.Unit, i18n.Number(ctx, int64(v.N)))
	}
	return i18n.T(ctx, "rule.confirmed")
}

// between says from when to when.
func between(ctx context.Context, from, to calendar.Date) string {
	switch {
	case from.IsZero() && to.IsZero():
		return i18n.T(ctx, "rule.days.pack")
	case from.IsZero():
		return i18n.T(ctx, "rule.days.until", i18n.Date(ctx, to.Start()))
	case to.IsZero():
		return i18n.T(ctx, "rule.days.since", i18n.Date(ctx, from.Start()))
	}
	return i18n.T(ctx, "rule.days.between", i18n.Date(ctx, from.Start()), i18n.Date(ctx, to.Start()))
}

var marks = []rulepack.Mark{rulepack.Verified, rulepack.Secondary, rulepack.Inference, rulepack.Memory, rulepack.Unsure}

func markBadge(ctx context.Context, m rulepack.Mark) ui.BadgeProps {
	tone := map[rulepack.Mark]ui.Tone{rulepack.Verified: ui.OK, rulepack.Secondary: ui.Info, rulepack.Inference: ui.Info, rulepack.Unsure: ui.Warn}[m]
	return ui.BadgeProps{Text: i18n.T(ctx, "rule.mark."+string(m)), Tone: tone}
}

func stateBadge(ctx context.Context, s State) ui.BadgeProps {
	tone := map[State]ui.Tone{InForce: ui.OK, Coming: ui.Info}[s]
	return ui.BadgeProps{Text: i18n.T(ctx, "rule.state."+string(s)), Tone: tone}
}

// named is what an item is called.
func named(ctx context.Context, l rulepack.Label) string { return l.In(string(i18n.Lang(ctx))) }

// part is one tab of a pack's page.
type part struct {
	Key      string
	Sections []string
}

// parts are the tabs of a pack's page; every section stands in one.
var parts = []part{
	{"levels", []string{"criteria", "harms"}},
	{"authorities", []string{"authorities", "parties", "templates"}},
	{"clocks", []string{"clocks", "transitions", "severity_suggestions"}},
	{"periods", []string{"periods"}},
	{"numbers", []string{"thresholds"}},
	{"controls", []string{"control_groups", "counts", "layers"}},
	{"penalties", []string{"penalties"}},
	{"instruments", []string{"instruments"}},
	{"terms", []string{"terms"}},
	{"forms", []string{"forms"}},
	{"lists", []string{"code_lists", "addressees", "kinds"}},
}

// sectionsOf are the sections of a tab; none, which is all, for an unknown one.
func sectionsOf(key string) []string {
	for _, p := range parts {
		if p.Key == key {
			return p.Sections
		}
	}
	return nil
}
