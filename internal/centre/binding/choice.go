// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ID identifies a choice.
type ID string

// Choice is what a person bound a demand to. Times are UTC.
type Choice struct {
	ID       ID
	Unit     string   // id of the unit whose directive it was; rules who sees it
	Said     string   // the demand, 1..4000 runes; longer ones are cut
	Topics   []string // keys, best first
	Bindings []string // ids, the first first, 1..MaxBindings
	Paper    string   // the text it was last chosen for: "1556/UBND-KGVX"; may be empty
	Uses     int64    // how often it was chosen
	LastAt   time.Time
	By, Name string // who chose last
	Version  int64  // +1 per change
}

// MaxBindings is how many bindings a demand has at most.
const MaxBindings = 5

const (
	mostSaid  = 4000
	mostPaper = 200
)

// clean tidies c and reports what cannot be stored, by form field.
func (c *Choice) clean(op string, known func(id string) bool) error {
	c.Said, c.Paper = cut(i18n.NFC(c.Said), mostSaid), cut(i18n.NFC(c.Paper), mostPaper)
	var ids []string
	for _, id := range c.Bindings {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	c.Bindings = ids
	bad := map[string]string{}
	if len(words(c.Said)) == 0 {
		bad["said"] = "binding.bad.said"
	}
	if len(ids) == 0 || len(ids) > MaxBindings || slices.ContainsFunc(ids, func(id string) bool { return !known(id) }) {
		bad["binding"] = "binding.bad.binding"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}

// words are the words of a demand without its figures: another year's dates and
// numbers make it no other demand.
func words(said string) []string {
	return strings.FieldsFunc(fold(said), func(r rune) bool { return !unicode.IsLetter(r) })
}

// fingerprint is the same for demands of the same words in the same order.
func fingerprint(said string) string {
	sum := sha256.Sum256([]byte(strings.Join(words(said), " ")))
	return hex.EncodeToString(sum[:])
}

// alike is the share of the words of both demands that stand in both, 0 to 1
// (Jaccard's index).
func alike(a, b string) float64 {
	in := map[string]int{}
	for _, w := range words(a) {
		in[w] |= 1
	}
	for _, w := range words(b) {
		in[w] |= 2
	}
	both := 0
	for _, n := range in {
		if n == 3 {
			both++
		}
	}
	if len(in) == 0 {
		return 0
	}
	return float64(both) / float64(len(in))
}

// nearest is the choice whose demand is most like said, and false when none is
// alike enough. Of equals the one chosen more often, then the later, is taken.
func nearest(list []Choice, said string, least float64) (Choice, bool) {
	var best Choice
	score := 0.0
	for _, c := range list {
		s := alike(c.Said, said)
		if s < least || s < score || s == score && (c.Uses < best.Uses || c.Uses == best.Uses && !c.LastAt.After(best.LastAt)) {
			continue
		}
		best, score = c, s
	}
	return best, score > 0
}

// remembered puts what was chosen before in front of proposals.
func (l *Library) remembered(c Choice, leaf Leaf, list []Proposal) []Proposal {
	top := l.scoring.Least
	if len(list) > 0 {
		top = max(top, list[0].Score)
	}
	var out []Proposal
	for i, id := range c.Bindings {
		b, ok := l.Binding(id)
		if !ok {
			continue // a binding of a file that is gone
		}
		p := Proposal{Binding: b.filled(leaf.Thresholds), Score: top + float64(len(c.Bindings)-i), Reason: []string{"@" + c.Paper}}
		if i == 0 { // what was chosen for nearly the same words is sure
			same := alike(c.Said, leaf.said())
			p.Sure = math.Round(same*same*100) / 100
		}
		if at := slices.IndexFunc(list, func(o Proposal) bool { return o.Binding.ID == id }); at >= 0 {
			p.Reason = append(p.Reason, list[at].Reason...)
		}
		out = append(out, p)
	}
	for _, p := range list {
		if p.Sure = 0; !slices.Contains(c.Bindings, p.Binding.ID) {
			out = append(out, p)
		}
	}
	return out
}
