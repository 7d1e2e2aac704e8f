// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Say is a reading in words for a terminal, in the reader's language.
func (x *Lexicon) Say(ctx context.Context, r Reading) string {
	var b strings.Builder
	field := func(key string, value *string, name string) {
		said := i18n.T(ctx, "directive.say.none")
		if value != nil {
			said = *value
		}
		if slices.Contains(r.Inferred, name) {
			said += " [" + i18n.T(ctx, "directive.say.inferred") + "]"
		}
		fmt.Fprintf(&b, "%s: %s\n", i18n.T(ctx, key), said)
	}
	list := func(key string, items []string) {
		if len(items) == 0 {
			return
		}
		fmt.Fprintf(&b, "%s:\n", i18n.T(ctx, key))
		for _, s := range items {
			fmt.Fprintf(&b, "  - %s\n", s)
		}
	}
	number := r.Number
	if number == nil && r.Symbol != nil {
		blank := "…/" + *r.Symbol
		number = &blank
	}
	field("directive.say.number", number, "number")
	date := r.Date
	if date != nil {
		said := dayText(ctx, *date)
		date = &said
	}
	field("directive.say.date", date, "date")
	field("directive.say.place", r.Place, "place")
	field("directive.say.issuer", r.Issuer, "issuer")
	field("directive.say.subject", r.Subject, "subject")
	if r.Urgency != nil {
		field("directive.say.urgency", r.Urgency, "urgency")
	}
	list("directive.say.addressees", r.Addressees)
	if s := r.Signer; s != nil {
		who := strings.Join(slices.DeleteFunc([]string{s.Authority, s.Title, s.Name}, func(s string) bool { return s == "" }), ", ")
		field("directive.say.signer", &who, "signer")
	}
	var basis []string
	for _, c := range r.Basis {
		basis = append(basis, strings.TrimSpace(c.Text+" "+c.Issuer))
	}
	list("directive.say.basis", basis)
	var windows []string
	for _, w := range r.Windows {
		windows = append(windows, strings.TrimSpace(w.Text+" "+i18n.Date(ctx, w.Day.Start())))
	}
	list("directive.say.windows", windows)
	fmt.Fprintf(&b, "\n%s\n", i18n.T(ctx, "directive.say.requirements", len(Leaves(r.Requirements))))
	_, names := x.Topics(i18n.Lang(ctx))
	for _, q := range r.Requirements {
		sayRequirement(ctx, &b, q, names, 0)
	}
	var contacts []string
	for _, c := range r.Contacts {
		contacts = append(contacts, strings.TrimSpace(c.Text+" "+c.Of))
	}
	b.WriteByte('\n')
	list("directive.say.contacts", contacts)
	var doubts []string
	for _, w := range r.Warnings {
		doubts = append(doubts, w.Say(ctx))
	}
	list("directive.say.warnings", doubts)
	return b.String()
}

func sayRequirement(ctx context.Context, b *strings.Builder, q Requirement, names map[string]string, depth int) {
	in := strings.Repeat("  ", depth)
	fmt.Fprintf(b, "%s%s  %s\n", in, q.Path, strings.TrimSpace(q.Heading+" "+q.Text))
	var facts []string
	if q.Leaf() {
		var who []string
		for _, a := range q.Actors {
			who = append(who, a.Name)
		}
		if len(who) > 0 {
			facts = append(facts, i18n.T(ctx, "directive.say.actors")+": "+strings.Join(who, "; "))
		}
		var what []string
		for _, t := range q.Topics {
			what = append(what, cmp.Or(names[t.Key], t.Key))
		}
		facts = append(facts, i18n.T(ctx, "directive.say.topics")+": "+strings.Join(what, ", "))
	}
	for _, d := range q.Deadlines {
		facts = append(facts, fmt.Sprintf("%s — «%s»", d.Say(ctx), d.Text))
	}
	for _, t := range q.Thresholds {
		facts = append(facts, fmt.Sprintf("%s — «%s»", thresholdText(t), t.Text))
	}
	for _, f := range facts {
		fmt.Fprintf(b, "%s    · %s\n", in, f)
	}
	for _, c := range q.Children {
		sayRequirement(ctx, b, c, names, depth+1)
	}
}

// Say is d in the reader's language; what has no words of its own is as the text
// says it.
func (d Deadline) Say(ctx context.Context) string {
	switch d.Sort {
	case Until:
		return i18n.T(ctx, "directive.say.until", strings.TrimSpace(d.Hour+" "+i18n.Date(ctx, d.Last.Start())))
	case Within:
		said := d.Duration
		if a, ok := amountOf(d.Duration, d.Working); ok {
			said = a.In(i18n.Lang(ctx))
		}
		return i18n.T(ctx, "directive.say.within", said, cmp.Or(d.Trigger, "…"))
	}
	var turns []string
	for one := range strings.SplitSeq(d.Recurrence, " or ") {
		if !slices.Contains(Recurrences(), one) {
			return i18n.T(ctx, "directive.say.every", d.Text)
		}
		turns = append(turns, i18n.T(ctx, "directive.every."+one))
	}
	said := i18n.T(ctx, "directive.say.every", strings.Join(turns, " "+i18n.T(ctx, "directive.say.or")+" "))
	if d.Scope != "" {
		said += ", " + d.Scope
	}
	return said
}

// Say is w in the reader's language.
func (w Warning) Say(ctx context.Context) string {
	hint := w.Hint
	switch w.Doubt {
	case NotRegistered:
		return i18n.T(ctx, "directive.doubt.not_registered")
	case NoDate:
		w.Text = i18n.T(ctx, "directive.exact."+w.Text)
	case Unclear:
		w.Text = i18n.T(ctx, "directive.say."+w.Text)
	case BadCitation:
		hint = i18n.T(ctx, "directive.citation."+hint)
	case Slip:
		if hint != "" {
			hint = i18n.T(ctx, "directive.doubt.slip.hint", hint)
		}
	case Unread:
		if hint != "" {
			hint = i18n.T(ctx, "directive.doubt.not_read.hint", hint)
		}
	case PoorCopy:
		if hint != "" {
			hint = i18n.T(ctx, "directive.doubt.poor_copy.hint", hint)
		}
	case Glued:
		hint = w.At
	}
	return strings.TrimSpace(i18n.T(ctx, "directive.doubt."+string(w.Doubt), w.Text, hint))
}
