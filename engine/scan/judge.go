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
	seen     bool // blocks say who asked for what
	listed   map[string]*judged
	suffixes []suffix.Suffix
	found    []intel.ID
	sieve    *intel.Sieve
	left     []uint32
}

// maxListed bounds the names remembered.
const maxListed = 4096

func newJudge(x *intel.Index, seen bool) *judge {
	if x == nil {
		x = &intel.Index{}
	}
	return &judge{index: x, seen: seen, listed: map[string]*judged{}, sieve: x.Sieve()}
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

// part counts the hits of one part, and who asked for what. verdicts are those of the piece's records
// where they are known already.
func (j *judge) part(p *piece, b *part, verdicts []rollup.Verdict) {
	if j.seen {
		for i := b.from; i < b.to; i++ {
			b.saw(&p.recs[i], p.name(&p.recs[i]))
		}
	}
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
		if known := j.name(p.name(r)); known != nil {
			line.hit = line.hit || known.verdict == rollup.Hit
			line.overruled = line.overruled || known.overruled
			if known.verdict == rollup.Hit {
				b.hit(r, known)
			}
		}
	}
	line.close(b)
}

// sift returns the records of b whose names the lists may know.
func (j *judge) sift(p *piece, b *part) []uint32 {
	j.sieve.Start(b.from)
	for i := b.from; i < b.to; i++ {
		r := &p.recs[i]
		if at := r.Name; at < beside {
			j.sieve.Add(p.buf, int(at), int(r.Size))
		} else {
			j.sieve.Add(p.aside, int(at-beside), int(r.Size))
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
