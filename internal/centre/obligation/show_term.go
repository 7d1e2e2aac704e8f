// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file is how the record's page tells terms, claims and reminders.

// causeText tells one term of the history in words.
func causeText(ctx context.Context, t Term) string {
	if t.MoreTime() {
		return i18n.T(ctx, "obligation.term.asked", i18n.Until(ctx, t.DueAt))
	}
	return i18n.T(ctx, "obligation.term."+string(t.Cause), i18n.Time(ctx, t.T0), i18n.Until(ctx, t.DueAt))
}

func claimTitle(ctx context.Context, t Term) string {
	if t.MoreTime() {
		return i18n.T(ctx, "obligation.asked")
	}
	return i18n.T(ctx, "obligation.claim")
}

func claimGrant(ctx context.Context, t Term) string {
	if t.MoreTime() {
		return i18n.T(ctx, "obligation.asked.grant")
	}
	return i18n.T(ctx, "obligation.claim.grant")
}

func claimRefuse(ctx context.Context, t Term) string {
	if t.MoreTime() {
		return i18n.T(ctx, "obligation.asked.refuse")
	}
	return i18n.T(ctx, "obligation.claim.refuse")
}

func (v showPage) termTimeline(ctx context.Context) ui.TimelineProps {
	t := ui.TimelineProps{Title: i18n.T(ctx, "obligation.terms")}
	for _, x := range v.terms {
		e := ui.TimelineEntry{Text: causeText(ctx, x), Actor: x.By, Detail: x.Reason, At: x.At}
		switch x.Cause {
		case TermClaimed:
			e.Tone = ui.Warn
		case TermGranted, TermExtended:
			e.Tone = ui.Info
		}
		t.Entries = append(t.Entries, e)
	}
	return t
}

// reach names the people of a reminder.
func reach(ctx context.Context, r Reminder) string {
	var out []string
	for _, to := range r.To {
		out = append(out, i18n.T(ctx, "obligation.to."+string(to)))
	}
	return strings.Join(out, ", ")
}

// stepText says when a reminder comes, counted from the end.
func stepText(ctx context.Context, r Reminder) string {
	h, err := strconv.Atoi(r.Step)
	switch {
	case err != nil:
		return i18n.T(ctx, "obligation.remind.now", r.By)
	case h < 0:
		return i18n.T(ctx, "obligation.remind.before", spell(ctx, -h))
	case h == 0:
		return i18n.T(ctx, "obligation.remind.at")
	}
	return i18n.T(ctx, "obligation.remind.after", spell(ctx, h))
}

// spell tells hours in days where they are whole days beyond two.
func spell(ctx context.Context, hours int) string {
	if hours >= 48 && hours%24 == 0 {
		return i18n.T(ctx, "obligation.days", i18n.Number(ctx, int64(hours/24)))
	}
	return i18n.T(ctx, "obligation.hours", i18n.Number(ctx, int64(hours)))
}

// reminded are the reminders given and, softer, those to come.
func (v showPage) reminded(ctx context.Context) ui.TimelineProps {
	t := ui.TimelineProps{Title: i18n.T(ctx, "obligation.reminders.count", i18n.Number(ctx, int64(len(v.reminders)))), Empty: i18n.T(ctx, "obligation.remind.none")}
	for _, r := range v.reminders {
		e := ui.TimelineEntry{Text: stepText(ctx, r), At: r.SentAt, Icon: ui.IconBell,
			Detail: i18n.T(ctx, "obligation.remind.reached", reach(ctx, r), i18n.Number(ctx, r.People))}
		if r.People == 0 {
			e.Tone, e.Detail = ui.Warn, i18n.T(ctx, "obligation.remind.nobody", reach(ctx, r))
		}
		if late := r.SentAt.Sub(r.PlannedAt); late > time.Hour {
			e.Detail += " " + i18n.T(ctx, "obligation.remind.delayed", i18n.Time(ctx, r.PlannedAt))
		}
		t.Entries = append(t.Entries, e)
	}
	for _, r := range v.o.Ahead(v.now) {
		t.Entries = append(t.Entries, ui.TimelineEntry{Text: i18n.T(ctx, "obligation.remind.ahead", stepText(ctx, r)), Detail: reach(ctx, r), At: r.PlannedAt, Icon: ui.IconClock})
	}
	return t
}

// asked is the claim that waits for a decision; nil without.
func (v showPage) asked() *Term {
	for i := range v.terms {
		if v.o.Claim != 0 && v.terms[i].Seq == v.o.Claim {
			return &v.terms[i]
		}
	}
	return nil
}
