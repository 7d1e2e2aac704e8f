// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange/pattern"
)

// meaning is one alternative of a pattern: indicators of which each stands for
// it, or why none does.
type meaning struct {
	values []found
	why    intel.Reason
	text   string // what is at fault
}

func refused(why intel.Reason, text string) meaning { return meaning{why: why, text: text} }

// maxUnfolded bounds the tests in all combinations of ANDs over ORs that a
// pattern unfolds to: a short pattern can stand for very many.
const maxUnfolded = 1 << 16

// meanings turns a pattern into its alternatives (STIX 2.1 §9). What holds only
// when several things are observed is refused, not loosened.
func meanings(o *pattern.Observation) []meaning {
	for _, q := range o.Qualifiers {
		switch {
		case q.Name == "START":
			return []meaning{refused(Window, "START … STOP …")}
		case q.Name == "REPEATS" && q.Value > 1:
			return []meaning{refused(Sequence, "REPEATS")}
		} // one observation always lies within its own time
	}
	switch o.Op {
	case pattern.And:
		return []meaning{refused(Sequence, "[…] AND […]")}
	case pattern.FollowedBy:
		return []meaning{refused(Sequence, "[…] FOLLOWEDBY […]")}
	case pattern.Or:
		var all []meaning
		for _, t := range o.Terms {
			all = append(all, meanings(t)...)
		}
		return all
	}
	budget := maxUnfolded
	ways, ok := unfold(o.Test, &budget)
	if !ok {
		return []meaning{refused(TooComplex, "")}
	}
	all := make([]meaning, len(ways))
	for i, w := range ways {
		all[i] = together(w)
	}
	return all
}

// atom is one test of one path against one value.
type atom struct {
	*pattern.Comparison
	value pattern.Value
}

// unfold brings a test to alternatives of tests that must all hold, false when
// they are too many.
func unfold(c *pattern.Comparison, budget *int) ([][]atom, bool) {
	switch {
	case c.Op == pattern.Or:
		var all [][]atom
		for _, t := range c.Terms {
			ways, ok := unfold(t, budget)
			if !ok {
				return nil, false
			}
			all = append(all, ways...)
		}
		return all, true
	case c.Op == pattern.And:
		all := [][]atom{nil}
		for _, t := range c.Terms {
			ways, ok := unfold(t, budget)
			if !ok {
				return nil, false
			}
			if len(ways) == 1 && len(all) == 1 {
				all[0] = append(all[0], ways[0]...)
				continue
			}
			if *budget -= len(ways)*tests(all) + len(all)*tests(ways); *budget < 0 {
				return nil, false
			}
			all = cross(all, ways)
		}
		return all, true
	case len(c.Values) == 0 || c.Not:
		return [][]atom{{{Comparison: c}}}, true
	}
	all := make([][]atom, len(c.Values)) // more than one for IN
	for i, v := range c.Values {
		all[i] = []atom{{c, v}}
	}
	return all, true
}

// tests is how many tests are in all ways together.
func tests(ways [][]atom) int {
	n := 0
	for _, w := range ways {
		n += len(w)
	}
	return n
}

func cross(left, right [][]atom) [][]atom {
	all := make([][]atom, 0, len(left)*len(right))
	for _, l := range left {
		for _, r := range right {
			all = append(all, append(l[:len(l):len(l)], r...))
		}
	}
	return all
}

// gathered are the pieces of tests that must all hold.
type gathered struct {
	hashes, others []found
	port           string
	facts          bool // more of the file is asked for
	protocol       bool
	unread         bool    // a test that cannot be made
	why            meaning // of the first piece that is no indicator by itself
}

// together says what tests mean that must all hold.
func together(w []atom) meaning {
	var g gathered
	for _, t := range w {
		p := readAtom(t)
		switch p.part {
		case aHash:
			g.hashes = append(g.hashes, p.found)
			continue
		case anObservable:
			g.others = append(g.others, p.found)
			continue
		case aPort:
			g.unread = g.unread || g.port != ""
			g.port = p.found.Value
		case aFileFact:
			g.facts = true
		case aProtocol:
			g.protocol = true
		case unreadable:
			g.unread = true
		}
		if g.why.why == "" {
			g.why = refused(p.why, p.text)
		}
	}
	hashes, others := len(g.hashes), len(g.others)
	switch {
	case hashes+others == 0:
		return g.why
	case g.unread, others > 1, hashes > 0 && (others > 0 || g.port != "" || g.protocol), others > 0 && g.facts:
		return refused(Conjunction, paths(w))
	case hashes > 0: // each names the one file that has them all
		for i := range g.hashes {
			g.hashes[i].widened = g.facts
		}
		return meaning{values: g.hashes}
	}
	f := g.others[0]
	f.widened = f.widened || g.protocol
	if g.port != "" {
		if f.Type != intel.Address {
			return refused(Conjunction, paths(w))
		}
		f.Type, f.Value = intel.Endpoint, withPort(f.Value, g.port)
	}
	return meaning{values: []found{f}}
}

// paths are the paths of tests, for people.
func paths(w []atom) string {
	all := make([]string, len(w))
	for i, t := range w {
		all[i] = t.Path.String()
	}
	return strings.Join(all, " AND ")
}
