// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/rollup"
)

// judged is what the lists say about one name.
type judged struct {
	normal    []byte        // valid until the next name
	text      string        // normal, only where matches are
	matches   []intel.Match // all, most specific first
	verdict   rollup.Verdict
	overruled bool // a block entry gave way to an allow entry
}

// judge looks names up and remembers those that are listed, since a client
// that asks for one asks again.
type judge struct {
	index   *intel.Index
	listed  map[string]judged
	normal  []byte
	scratch []intel.Match
}

// maxListed bounds the names remembered.
const maxListed = 4096

func newJudge(x *intel.Index) *judge {
	if x == nil {
		x = &intel.Index{}
	}
	return &judge{index: x, listed: map[string]judged{}}
}

func (j *judge) name(name string) judged {
	j.normal = intel.AppendNormal(j.normal[:0], name)
	if len(j.listed) > 0 {
		if known, ok := j.listed[string(j.normal)]; ok {
			known.normal = j.normal
			return known
		}
	}
	j.scratch = j.index.AppendMatch(j.scratch[:0], j.normal)
	if len(j.scratch) == 0 {
		return judged{normal: j.normal}
	}
	out := judged{text: string(j.normal), matches: append([]intel.Match(nil), j.scratch...)}
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
	out.normal = j.normal
	return out
}
