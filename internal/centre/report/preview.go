// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// dots stand where a person writes by hand.
const dots = "……………………"

// previewRows are the rows of a table that the preview shows.
const previewRows = 20

// wideGrid is how many columns of a table the page shows beside each other.
const wideGrid = 6

// shownRows are the rows of a table that the preview shows: all of one whose rows
// lead to what they were made from.
func shownRows(o origins, key string) int {
	if o.rows(key) {
		return maxListRows
	}
	return previewRows
}

func upper(s string) string { return strings.ToUpper(s) }

func joined(list []string) string { return strings.Join(list, " ") }

func numberOf(s Sheet) string {
	number, symbol := s.Number, s.Symbol
	if number == "" {
		number = strings.Repeat("\u00a0", 8)
	}
	if symbol == "" {
		symbol = "…"
	}
	return number + "/" + symbol
}

func placeOfSheet(s Sheet) string {
	if s.Place == "" {
		return "…………"
	}
	return s.Place
}

func dayOf(s Sheet) time.Time {
	if s.Date.IsZero() {
		return time.Time{}
	}
	return s.Date.Start()
}

func lineLabel(l Line) string {
	label := "- " + strings.TrimRight(l.Label, " :")
	if l.Required {
		label += " (*)"
	}
	return label + ": "
}

func codeLabel(p *rulepack.Pack, list, id string) string {
	l, _ := p.CodeList(list)
	c, _ := l.Find(id)
	return c.Label.VI
}

// signLines are the lines above the name, with their marks, as officedoc
// prints them.
func signLines(p *rulepack.Pack, g Signer) []string {
	var out []string
	mark := func(id, title string) {
		out = append(out, strings.TrimSpace(codeLabel(p, "CL-authority", id)+" "+upper(title)))
	}
	if g.College != "" {
		mark("tm", g.College)
	}
	switch {
	case g.Authority == "q":
		mark("q", g.Title)
	case takesPlace(g.Authority):
		mark(g.Authority, g.For)
		out = append(out, upper(g.Title))
	case g.Title != "":
		out = append(out, upper(g.Title))
	}
	return out
}

func printID(p Print) string { return "print-" + strconv.Itoa(p.Seq) }
