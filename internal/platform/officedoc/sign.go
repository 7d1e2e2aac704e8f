// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"fmt"
	"strings"
)

// copiesShare is the part of the width nơi nhận takes, the signature has the rest.
const copiesShare = 0.46

// signatureRoom is the clear height between title and name.
const signatureRoom = 25 * mm

var authorityMarks = [...]string{
	InOwnName: "", ForCollege: "TM. ", Acting: "Q. ", ForHead: "KT. ", ByOrder: "TL. ", ByDelegation: "TUQ. ",
}

// signature prints Ô 9b at the left and Ô 7 at the right, as one block that
// takes the last lines of the text with it to a new page.
func (c *compiler) signature(s Signature, left []piece) {
	right := c.signer(s)
	if len(left) == 0 && len(right) == 0 {
		return
	}
	c.keepLast()
	c.add(pair{leftWidth: copiesShare * c.width, before: 8, left: left, right: right})
}

// keepLast ties the last piece of the text to what follows it.
func (c *compiler) keepLast() {
	if len(c.out) == 0 {
		return
	}
	switch p := c.out[len(c.out)-1].(type) {
	case para:
		p.keep = true
		c.out[len(c.out)-1] = p
	case grid:
		p.keep = true
		c.out[len(c.out)-1] = p
	case pair:
		p.keep = true
		c.out[len(c.out)-1] = p
	}
}

// copies is Ô 9b with, below it, Ô 12.
func (c *compiler) copies() []piece {
	out := c.receivers(c.p.Copies)
	if mark := c.drafterMark(); mark != "" {
		out = append(out, para{spans: plain(mark), size: sizeCopies, align: Left, before: 6, single: true})
	}
	return out
}

// drafterMark is "NVA.(25)": who drafted the paper and how many are issued.
func (c *compiler) drafterMark() string {
	mark := strings.TrimRight(strings.ToUpper(c.line(c.p.Drafter)), ".")
	switch {
	case mark != "" && c.p.Prints > 0:
		return fmt.Sprintf("%s.(%02d)", mark, c.p.Prints)
	case mark != "":
		return mark + "."
	case c.p.Prints > 0:
		return fmt.Sprintf("(%02d)", c.p.Prints)
	}
	return ""
}

func (c *compiler) receivers(in []string) []piece {
	list := c.lines(in)
	if len(list) == 0 {
		return nil
	}
	out := []piece{para{spans: []span{{"Nơi nhận:", bold | italic}}, size: 12, align: Left, single: true}}
	dash := c.measure("- ", 0, sizeCopies)
	for i, s := range list {
		out = append(out, para{spans: plain("- " + closed(s, listMark(i, len(list)))), size: sizeCopies, align: Left,
			left: dash, first: -dash, single: true})
	}
	return out
}

func (c *compiler) signer(s Signature) []piece {
	if len(s.As) == 0 && c.line(s.Name) == "" && c.line(s.Hint) == "" {
		return nil
	}
	var out []piece
	for _, a := range s.As {
		mark := ""
		if int(a.Mark) < len(authorityMarks) {
			mark = authorityMarks[a.Mark]
		}
		title := mark + strings.ToUpper(c.line(a.Title))
		out = append(out, centred(c.balance(title, bold, sizeBody, (1-copiesShare)*c.width), bold, sizeBody))
	}
	if hint := c.line(s.Hint); hint != "" {
		out = append(out, centred(hint, italic, sizeBody))
	}
	return append(out, spot{SignerSpot, signatureRoom}, centred(c.line(s.Name), bold, sizeBody))
}
