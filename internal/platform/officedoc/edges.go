// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"errors"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// ErrSecret is returned for a paper that bears a mark of state secrecy (Ô 10a):
// such papers are neither written nor kept by this product.
var ErrSecret = errors.New("officedoc: a paper marked Mật, Tối mật or Tuyệt mật is not printed here")

// open refuses what must not be printed.
func (c *compiler) open() error {
	if slices.ContainsFunc([]string{c.p.Mark, c.p.Limits}, Secret) {
		return ErrSecret
	}
	return nil
}

// Secret reports whether s is one of the three marks of secrecy and nothing
// else (the levels of the law on state secrets); case, marks of punctuation around it
// and inner blanks aside.
func Secret(s string) bool {
	s = strings.Trim(strings.Join(strings.Fields(strings.ToLower(norm.NFC.String(s))), " "), ".:;!*-()[] ")
	return s == "mật" || s == "tối mật" || s == "tuyệt mật"
}

// address is Ô 13: a rule over the whole width and the lines under it.
func (c *compiler) address() []piece {
	list := c.lines(c.p.Address)
	if len(list) == 0 {
		return nil
	}
	out := []piece{rule{width: section{}.width(), after: 2}}
	for _, s := range list {
		out = append(out, para{spans: plain(s), size: sizeCopies, align: Center, single: true})
	}
	return out
}

var copyForms = [...]string{TrueCopy: "SAO Y", FromCopy: "SAO LỤC", Extract: "TRÍCH SAO"}

// copyForm prints what certifies a copy: below the paper, under a rule over the
// whole width.
func (c *compiler) copyForm(f Copy) {
	form := copyForms[min(int(f.Form), len(copyForms)-1)]
	left := 0.4 * c.width // the date needs one line of the rest
	column := left - pairGap - 4*mm
	issuer := c.balance(strings.ToUpper(c.lineBreaks(f.Issuer)), bold, sizeNation, column)
	if c.at.landscape {
		c.end()
		c.begin(section{goesOn: true})
	}
	c.keepLast()
	c.add(
		rule{width: c.width, before: 14, after: 8},
		pair{leftWidth: left, keep: true,
			left: prune(centred(issuer, bold, sizeNation),
				rule{width: ruleShare * c.longest(issuer, bold, sizeNation), before: 3}),
			right: []piece{centred(form, bold, sizeBody)}},
		pair{leftWidth: left, before: 6, keep: true,
			left:  []piece{centred(c.numbered(f.Number, f.Symbol), 0, sizeNation)},
			right: []piece{centred(c.placed(f.Place, LongDate(f.Date)), italic, sizeBody)}},
	)
	c.signature(f.Sign, c.receivers(f.Receivers))
}
