// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"strings"
	"unicode/utf8"
)

const (
	nation = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
	motto  = "Độc lập - Tự do - Hạnh phúc"
)

// ruleShare is the length of the rule under issuer and title compared with the
// line above it; the decree wants a third to a half.
const ruleShare = 0.4

// head prints everything above the body: Ô 2, 1, 3, 4, 5, 10b, 9a and căn cứ.
func (c *compiler) head() {
	// Quốc hiệu must stand on one line; the issuer takes what is left of the width.
	right := c.measure(nation, bold, sizeNation) + 2*mm
	left := c.width - right
	column := left - pairGap - 4*mm
	parent := c.balance(strings.ToUpper(c.lineBreaks(c.p.Parent)), 0, sizeNation, column)
	issuer := c.balance(strings.ToUpper(c.lineBreaks(c.p.Issuer)), bold, sizeNation, column)
	c.add(
		pair{
			leftWidth: left,
			left: prune(
				centred(parent, 0, sizeNation),
				centred(issuer, bold, sizeNation),
				rule{width: ruleShare * c.longest(issuer, bold, sizeNation), before: 3},
			),
			right: []piece{
				centred(nation, bold, sizeNation),
				centred(motto, bold, sizeBody),
				rule{width: c.measure(motto, bold, sizeBody), before: 3},
			},
		},
		pair{
			leftWidth: left,
			before:    8,
			left:      c.numberColumn(column),
			right:     []piece{centred(c.placeAndDate(), italic, sizeBody)},
		},
	)
	c.title()
	c.recipients()
	c.basis()
}

// numberColumn is Ô 3 with, below it, Ô 5b, the mark of haste and the draft mark.
func (c *compiler) numberColumn(width float64) []piece {
	out := []piece{centred(c.numberLine(), 0, sizeNation)}
	if s := c.letterSubject(); c.line(c.p.Kind) == "" && s != "" {
		p := centred(c.balance(s, 0, sizeNation, width), 0, sizeNation)
		p.before = 6
		out = append(out, p)
	}
	// Sizes of the marks: Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.10.
	switch c.p.Urgency {
	case Urgent:
		out = append(out, stamp{"KHẨN", 20 * mm, 8 * mm, true, 8})
	case VeryUrgent:
		out = append(out, stamp{"THƯỢNG KHẨN", 40 * mm, 8 * mm, true, 8})
	case MostUrgent:
		out = append(out, stamp{"HỎA TỐC", 30 * mm, 8 * mm, true, 8})
	}
	if mark := strings.ToUpper(c.line(c.p.Mark)); mark != "" {
		fit := c.measure(mark, bold, sizeNation) + 6*mm
		if fit > width {
			p := centred(mark, bold, sizeNation)
			p.before = 8
			return append(out, p)
		}
		out = append(out, stamp{mark, fit, 8 * mm, false, 8})
	}
	if limits := strings.ToUpper(c.line(c.p.Limits)); limits != "" {
		if fit := c.measure(limits, bold, sizeNation) + 6*mm; fit <= width {
			return append(out, stamp{limits, fit, 8 * mm, false, 8})
		}
		p := centred(limits, bold, sizeNation)
		p.before = 8
		return append(out, p)
	}
	return out
}

func (c *compiler) numberLine() string { return c.numbered(c.p.Number, c.p.Symbol) }

func (c *compiler) numbered(number, symbol string) string {
	number, symbol = c.line(number), c.line(symbol)
	switch {
	case number == "":
		number = strings.Repeat("\u00a0", 8)
	case len(number) == 1 && number >= "0" && number <= "9":
		number = "0" + number
	}
	if symbol == "" {
		symbol = "…"
	}
	return "Số: " + number + "/" + symbol
}

func (c *compiler) placeAndDate() string { return c.placed(c.p.Place, c.date()) }

// date is the paper's, its day left open where it is not yet known.
func (c *compiler) date() string {
	s := LongDate(c.p.Date)
	if c.p.OpenDay && !c.p.Date.IsZero() {
		s = "ngày" + strings.Repeat("\u00a0", 7) + s[strings.Index(s, "tháng"):]
	}
	return s
}

func (c *compiler) placed(place, date string) string {
	if place = c.line(place); place == "" {
		place = "…………"
	}
	return place + ", " + date
}

// title is Ô 5a: the kind and what it is about, with the rule below.
func (c *compiler) title() {
	kind, subject := strings.ToUpper(c.line(c.p.Kind)), c.lineBreaks(c.p.Subject)
	if kind == "" {
		return
	}
	k := centred(kind, bold, sizeBody)
	k.before, k.keep = 18, true
	c.add(k)
	last := kind
	if subject != "" {
		last = c.balance(subject, bold, sizeBody, c.width-20*mm)
		s := centred(last, bold, sizeBody)
		s.keep = true
		c.add(s)
	}
	c.add(rule{width: ruleShare * c.widest(last, bold, sizeBody), before: 4, after: 6})
}

// TitleLines breaks a subject into the lines it has under a title. Where the
// faces do not load, which every writer says, it stays on one.
func TitleLines(subject string) string {
	f, err := faces()
	if err != nil {
		return subject
	}
	c := &compiler{cleaner: &cleaner{faces: f, missing: map[rune]bool{}}}
	c.begin(section{})
	return c.balance(c.lineBreaks(subject), bold, sizeBody, c.width-20*mm)
}

// recipients is Ô 9a: one on the line of "Kính gửi:", several below each other
// with their dashes under the colon.
func (c *compiler) recipients() {
	to := c.lines(c.p.To)
	switch len(to) {
	case 0:
		return
	case 1:
		p := centred("Kính gửi: "+strings.TrimRight(to[0], " ;,"), 0, sizeBody)
		p.before, p.after = 12, 6
		c.add(p)
		return
	}
	const word = "Kính gửi:"
	indent := 20 * mm
	colon := indent + c.measure("Kính gửi", 0, sizeBody)
	dash := c.measure("- ", 0, sizeBody)
	c.add(para{spans: plain(word), size: sizeBody, align: Left, left: indent, before: 12, after: 2, keep: true})
	for i, s := range to {
		p := para{spans: plain("- " + closed(s, listMark(i, len(to)))), size: sizeBody, align: Left,
			left: colon + dash, first: -dash, after: 2}
		if i == len(to)-1 {
			p.after = between
		}
		c.add(p)
	}
}

// basis prints căn cứ: italic, each ending in ";", the last one in ".".
func (c *compiler) basis() {
	lines := c.lines(c.p.Basis)
	for i, s := range lines {
		c.add(para{spans: []span{{closed(s, listMark(i, len(lines))), italic}}, size: sizeBody, first: firstLine, after: between})
	}
	if len(lines) == 0 && len(c.lines(c.p.To)) == 0 {
		c.add(para{size: sizeBody, single: true})
	}
}

// annexHead is the top of phụ lục i: its number, title and the line that says
// which paper it belongs to.
func (c *compiler) annexHead(i int, a Annex) {
	word := "Phụ lục"
	if len(c.p.Annexes) > 1 {
		word += " " + Roman(i+1)
	}
	head := centred(word, bold, sizeBody)
	head.keep = true
	c.add(head)
	if title := strings.ToUpper(c.lineBreaks(a.Title)); title != "" {
		p := centred(c.balance(title, bold, sizeBody, c.width), bold, sizeBody)
		p.keep = true
		c.add(p)
	}
	kind := c.line(c.p.Kind)
	if kind == "" {
		kind = "Công văn"
	} else {
		kind = sentence(kind)
	}
	ref := "(Kèm theo " + kind + " " + strings.Replace(c.numberLine(), "Số:", "số", 1) + " " +
		c.date() + " của " + c.line(c.p.Issuer) + ")"
	ref = c.balance(ref, italic, sizeBody, c.width)
	p := centred(ref, italic, sizeBody)
	p.keep = true
	c.add(p, rule{width: ruleShare * c.widest(ref, italic, sizeBody), before: 4, after: 8})
}

// sentence writes s with a capital at its start and small letters after.
func sentence(s string) string {
	s = strings.ToLower(s)
	_, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:n]) + s[n:]
}

func plain(s string) []span { return []span{{text: s}} }

func centred(s string, st style, size float64) para {
	return para{spans: []span{{s, st}}, size: size, align: Center, single: true}
}

// prune drops paragraphs without text.
func prune(pieces ...piece) []piece {
	var out []piece
	for _, p := range pieces {
		if p, ok := p.(para); ok && p.spans[0].text == "" {
			continue
		}
		out = append(out, p)
	}
	return out
}
