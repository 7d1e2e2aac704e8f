// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"time"

	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Breach is what is known of a breach of personal data beside that there was
// one (Details.PersonalData) and how many people it concerns. It has terms,
// addressees and a first day of its own, beside those of the incident.
type Breach struct {
	KnownAt             time.Time // when it became known; zero: with the incident
	MayHarm             Answer    // it may harm security, order, or a person's life, health, honour, property
	LocationOrBiometric Answer    // data on where people are, or of their bodies
	Processor           Answer    // the unit processes the data for another
}

// Judgement is the law a matter is judged by and the moment its terms run from.
type Judgement struct {
	PackID   string    // rule pack of the day of the moment; empty: nothing to judge
	PackHash string    // its content then
	First    time.Time // first version of the moment: a later one gives no time by itself
	Reason   string    // why the moment was corrected last; may be empty
}

// begin judges a matter anew: it is known from t on, under p.
func (j *Judgement) begin(p *rulepack.Pack, t time.Time) {
	*j = Judgement{PackID: p.ID, PackHash: p.Version, First: t}
}

// correct notes that the moment was told to be another. Only an earlier one
// becomes the first.
func (j *Judgement) correct(to time.Time, reason string) {
	if to.Before(j.First) || j.First.IsZero() {
		j.First = to
	}
	j.Reason = reason
}

// BreachKnown is when the breach of personal data became known, zero when there
// is none.
func (d Details) BreachKnown() time.Time {
	switch {
	case d.PersonalData != Yes:
		return time.Time{}
	case d.Breach.KnownAt.Before(d.DetectedAt): // not told, or told to the minute
		return d.DetectedAt
	}
	return d.Breach.KnownAt
}

// judge brings what a case and its breach are judged by up to their moments:
// was are the details before, zero for a new case. It reports whether the case
// went over to another pack.
func (i *Incident) judge(laws *rulepack.Set, was Details, reason string) (moved bool) {
	moved = rejudge(&i.Law, laws, was.DetectedAt, i.DetectedAt, reason)
	if i.PersonalData == Yes { // else it stays: a breach that was denied and is found after all has its first day
		rejudge(&i.BreachLaw, laws, was.BreachKnown(), i.BreachKnown(), reason)
	}
	return moved
}

// rejudge takes the law of the day the moment now has, when that is another
// day. It reports whether that is another pack.
func rejudge(j *Judgement, laws *rulepack.Set, was, is time.Time, reason string) bool {
	p := laws.At(dayOf(is))
	switch {
	case j.PackID == "":
		j.begin(p, is)
		return false
	case j.PackID != p.ID: // other terms, other grounds: nothing of the old ones runs on
		j.begin(p, is)
		j.Reason = reason
		return true
	}
	if !was.Equal(is) {
		if was.IsZero() || dayOf(was) != dayOf(is) { // zero: it was denied meanwhile
			j.PackHash = p.Version
		}
		j.correct(is, reason)
	}
	return false
}
