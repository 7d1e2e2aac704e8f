// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"slices"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/suffix"
	"github.com/vonggac/vonggac/engine/rollup"
)

// judged is what the lists say about one name or other value that they know.
type judged struct {
	kind      intel.Type
	text      string        // the name, normalised
	matches   []intel.Match // all, most specific first
	verdict   rollup.Verdict
	overruled bool // a block entry gave way to an allow entry
	// timed are all entries that name it when one of them is valid for a time
	// only: then the rest holds for no query, and at says what does.
	timed []intel.ID
	ranks map[intel.ID]int // of timed block entries, whether valid or not
}

// judge looks names up and remembers those that are listed, since a client
// that asks for one asks again.
type judge struct {
	index    *intel.Index
	now      time.Time // see Options.Now
	listed   [intel.JA4 + 1]map[string]*judged
	suffixes []suffix.Suffix
	found    []intel.ID
	sieve    *intel.Sieve
	left     []uint32
}

// maxListed bounds the values of a type remembered.
const maxListed = 4096

func newJudge(opt Options) *judge {
	x := opt.Index
	if x == nil {
		x = &intel.Index{}
	}
	return &judge{index: x, now: opt.Now, sieve: x.Sieve()}
}

// name says what the lists say about a normalised name; nil is nothing. What it
// says of a query is told by at.
func (j *judge) name(normal []byte) *judged {
	if j.index.Len() == 0 {
		return nil
	}
	j.suffixes = j.index.Seed().Of(j.suffixes[:0], normal)
	j.found = j.index.Probe(j.found[:0], normal, j.suffixes)
	if len(j.found) == 0 {
		return nil
	}
	return j.known(intel.Domain, normal)
}

// value says what the lists say about a value in the form of intel.AppendValue,
// as name does.
func (j *judge) value(t intel.Type, normal []byte) *judged {
	if t == intel.Domain || j.index.Len() == 0 {
		return j.name(normal)
	}
	j.found = j.index.LookupValue(j.found[:0], t, normal)
	if len(j.found) == 0 {
		return nil
	}
	return j.known(t, normal)
}

// known says what the entries found for a value mean.
func (j *judge) known(t intel.Type, normal []byte) *judged {
	if known, ok := j.listed[t][string(normal)]; ok {
		return known
	}
	out := weighed(t, string(normal), j.index.Matches(nil, j.found, intel.When{}))
	for _, m := range out.matches {
		if m.From.IsZero() && m.Until.IsZero() {
			continue
		}
		out.timed, out.ranks = slices.Clone(j.found), map[intel.ID]int{}
		for _, m := range out.matches {
			if m.List.Kind == intel.Block {
				out.ranks[m.ID] = len(out.ranks)
			}
		}
		break
	}
	if len(j.listed[t]) == maxListed || j.listed[t] == nil {
		j.listed[t] = map[string]*judged{}
	}
	j.listed[t][out.text] = out
	return out
}

// weighed sums up what the entries that name text say together.
func weighed(t intel.Type, text string, matches []intel.Match) *judged {
	out := &judged{kind: t, text: text, matches: matches}
	for _, m := range matches {
		switch {
		case m.Hit():
			out.verdict = rollup.Hit
		case out.verdict == rollup.None && m.List.Kind == intel.Allow:
			out.verdict = rollup.Allowed
		}
		out.overruled = out.overruled || m.Overruled
	}
	return out
}

// at is what the lists say of a query made at t, zero when unknown.
func (j *judge) at(known *judged, t time.Time) *judged {
	if known == nil || known.timed == nil {
		return known
	}
	out := weighed(known.kind, known.text, j.index.Matches(nil, known.timed, intel.When{Now: j.now, Event: t}))
	out.ranks = known.ranks
	return out
}

// rank is the place of an entry among the block entries of the name; n is its
// place among the hits.
func (k *judged) rank(id intel.ID, n int) int {
	if k.ranks == nil {
		return n // entries that are overruled stand behind those that hit
	}
	return k.ranks[id]
}

// verdict is the verdict on a normalised name.
func (j *judge) verdict(normal []byte) rollup.Verdict {
	switch known := j.name(normal); {
	case known == nil:
		return rollup.None
	case known.timed != nil:
		return rollup.Varies
	default:
		return known.verdict
	}
}

// verdictAt is the verdict on a query for a normalised name at t.
func (j *judge) verdictAt(normal []byte, t time.Time) rollup.Verdict {
	if known := j.at(j.name(normal), t); known != nil {
		return known.verdict
	}
	return rollup.None
}

// match takes the records of p through the lists and the roll-up.
func (j *judge) match(p *piece, fold *folder) error {
	var verdicts []rollup.Verdict
	if fold != nil {
		var err error
		if verdicts, err = fold.add(p); err != nil {
			return err
		}
	}
	for i := range p.parts {
		b := &p.parts[i]
		b.times(p.recs[b.from:b.to])
		j.part(p, b, verdicts)
	}
	return nil
}

// part counts the hits of one part. verdicts are those of the piece's records
// where they are known already.
func (j *judge) part(p *piece, b *part, verdicts []rollup.Verdict) {
	var left []uint32 // records that may hit
	switch {
	case j.index.Len() == 0:
	case verdicts != nil:
		j.left = j.left[:0]
		for i := b.from; i < b.to; i++ {
			if verdicts[i] != rollup.None {
				j.left = append(j.left, uint32(i))
			}
		}
		left = j.left
	default:
		left = j.sift(p, b)
	}
	var line told
	for _, at := range left {
		r := &p.recs[at]
		if int(at) >= line.end {
			line.close(b)
			line.end = int(at) + 1
			for p.recs[line.end-1].More {
				line.end++
			}
		}
		if known := j.at(j.value(typeOf(r), p.name(r)), r.Time()); known != nil {
			line.hit = line.hit || known.verdict == rollup.Hit
			line.overruled = line.overruled || known.overruled
			if known.verdict == rollup.Hit {
				b.hit(r, known)
			}
		}
	}
	line.close(b)
}

// sift returns the records of b that the lists may know: names that their
// filter lets through, and all that is no name.
func (j *judge) sift(p *piece, b *part) []uint32 {
	j.sieve.Start(b.from)
	for i := b.from; i < b.to; i++ {
		r := &p.recs[i]
		switch at := r.Name; {
		case typeOf(r) != intel.Domain:
			j.sieve.Keep()
		case at < beside:
			j.sieve.Add(p.buf, int(at), int(r.Size), r.Dots)
		default:
			j.sieve.Add(p.aside, int(at-beside), int(r.Size), 0)
		}
	}
	return j.sieve.Found()
}

// told is what the lists say about the records of one line.
type told struct {
	end            int // of its records
	hit, overruled bool
}

// close counts the line.
func (t *told) close(b *part) {
	switch {
	case t.hit:
		b.Counts.Hits++
		b.closeLine()
	case t.overruled:
		b.Overruled++
	}
	t.hit, t.overruled = false, false
}
