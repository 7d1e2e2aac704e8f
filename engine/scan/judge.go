// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/suffix"
	"github.com/vonggac/vonggac/engine/rollup"
)

// judged is what the lists say about one name that they know.
type judged struct {
	text      string        // the name, normalised
	matches   []intel.Match // all, most specific first
	verdict   rollup.Verdict
	overruled bool // a block entry gave way to an allow entry
}

// judge looks names up and remembers those that are listed, since a client
// that asks for one asks again.
type judge struct {
	index    *intel.Index
	listed   map[string]*judged
	suffixes []suffix.Suffix
	found    []intel.ID
}

// maxListed bounds the names remembered.
const maxListed = 4096

func newJudge(x *intel.Index) *judge {
	if x == nil {
		x = &intel.Index{}
	}
	return &judge{index: x, listed: map[string]*judged{}}
}

// name says what the lists say about a normalised name; nil is nothing.
func (j *judge) name(normal []byte) *judged {
	if j.index.Len() == 0 {
		return nil
	}
	j.suffixes = j.index.Seed().Of(j.suffixes[:0], normal)
	j.found = j.index.Probe(j.found[:0], normal, j.suffixes)
	if len(j.found) == 0 {
		return nil
	}
	if known, ok := j.listed[string(normal)]; ok {
		return known
	}
	out := &judged{text: string(normal), matches: j.index.Matches(nil, j.found, intel.When{})}
	for _, m := range out.matches {
		switch {
		case m.Hit():
			out.verdict = rollup.Hit
		case out.verdict == rollup.None && m.List.Kind == intel.Allow:
			out.verdict = rollup.Allowed
		}
		out.overruled = out.overruled || m.Overruled
	}
	if len(j.listed) == maxListed {
		clear(j.listed)
	}
	j.listed[out.text] = out
	return out
}

// verdict is the verdict on a normalised name.
func (j *judge) verdict(normal []byte) rollup.Verdict {
	if known := j.name(normal); known != nil {
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
	hit, overruled := false, false
	for i := b.from; i < b.to; i++ {
		r := &p.recs[i]
		if verdicts == nil || verdicts[i] != rollup.None {
			if known := j.name(p.name(r)); known != nil {
				hit = hit || known.verdict == rollup.Hit
				overruled = overruled || known.overruled
				if known.verdict == rollup.Hit {
					b.hit(r, known)
				}
			}
		}
		if r.More {
			continue
		}
		switch {
		case hit:
			b.Counts.Hits++
			b.closeLine()
		case overruled:
			b.Overruled++
		}
		hit, overruled = false, false
	}
}
