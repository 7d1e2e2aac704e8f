// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"math"
	"strings"
)

// rule is one thing the decree asks.
type rule struct {
	id     string
	clause string // of Phụ lục I
	check  func(*checker)
}

// checker asks one rule of one paper.
type checker struct {
	*paper
	rule  rule
	found []Finding
	blind bool
}

func (c *checker) add(s Severity, q *para, found string) {
	f := Finding{Rule: c.rule.id, Clause: c.rule.clause, Severity: s, Found: found}
	if q != nil {
		f.Page, f.Para = q.page, q.n
	}
	c.found = append(c.found, f)
}

func (c *checker) fault(q *para, found string) { c.add(Error, q, found) }
func (c *checker) warn(q *para, found string)  { c.add(Warning, q, found) }

// unchecked says that this file cannot tell.
func (c *checker) unchecked() {
	c.blind = true
	c.add(Unchecked, nil, "")
}

// want is a look: sizes in points, bold and italic for all letters or none.
type want struct {
	low, high    float64
	bold, italic bool
	capitals     bool
	weightless   bool // bold and italic do not matter
}

const sizeSlack = 0.26 // a PDF scaled by a printer driver

// look reports q when it does not look as wanted.
func (c *checker) look(q *para, w want) {
	if q == nil || letters(q.text) == 0 {
		return
	}
	if !w.fits(q) {
		c.fault(q, q.looks())
	}
}

func (w want) fits(q *para) bool {
	for _, r := range q.runs {
		if letters(r.text) > 0 && (r.size < w.low-sizeSlack || r.size > w.high+sizeSlack) {
			return false
		}
	}
	bold, italic := q.shares()
	if !w.weightless && (w.bold && bold < 0.99 || !w.bold && bold > 0.01 || w.italic && italic < 0.99 || !w.italic && italic > 0.01) {
		return false
	}
	return !w.capitals || q.capitals()
}

// underlined checks the line under q: share is the wanted part of its length.
func (c *checker) underlined(list []*para, low, high float64) {
	if len(list) == 0 {
		return
	}
	last := list[len(list)-1]
	widest := 0.0
	for _, q := range list {
		widest = max(widest, q.width())
	}
	u := last.under
	switch {
	case u == nil:
		c.fault(last, last.excerpt())
	case u.underline:
		c.warn(last, "U: "+last.excerpt())
	case u.length <= 0:
	case u.length < low*last.narrow()-3 || u.length > high*widest+3:
		c.fault(last, percent(u.length/max(widest, 1)))
	}
}

func percent(v float64) string {
	return strings.TrimSuffix(points(math.Round(v*100)), " pt") + "%"
}

// within allows for the rounding of twentieths of a point and of printers.
func within(v, low, high float64) bool { return v >= low-0.35 && v <= high+0.35 }
