// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package template fills papers a body has laid out itself in Word: a DOCX with
// placeholders such as {{so}}, checked when it is uploaded ([Check]) and filled
// from a paper ([Fill]).
//
// A placeholder stands anywhere in the text, heads, feet, notes and text boxes
// included; Word may have torn it into several runs. Written in capitals,
// {{CO_QUAN}}, it prints its value in capitals. A paragraph whose only
// placeholder has a value of several lines is repeated for each, its marks with
// it ("- {{y}};"); words around the placeholder stand only before the first line
// and behind the last. A paragraph of which all that is to be filled has no place
// on the paper is left out with its words. A table row with {{bang1.c2}} is
// repeated for each record of the table bang1.
//
// Refused: macros, links that bring something into the file, embedded objects,
// fields that fetch, passwords, and files beyond the limits. Everything else of
// the file stays byte by byte as Word wrote it.
//
// Start at Check, then Fill; Default is a template to begin with.
package template

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Messages holds messages.yaml, the package's texts in both languages.
//
//go:embed messages.yaml
var Messages embed.FS

// Errors of templates that are refused; test with errors.Is.
var (
	ErrFormat    = errors.New("not a DOCX")
	ErrBroken    = errors.New("the file is broken")
	ErrEncrypted = errors.New("the file has a password")
	ErrTooLarge  = errors.New("the file is beyond the limits")
	ErrMacro     = errors.New("the file has macros")
	ErrOutside   = errors.New("the file links to something outside it")
	ErrEmbedded  = errors.New("the file has an embedded object")
	ErrPlaces    = errors.New("a placeholder has no value or stands where it cannot")
)

// ErrorKey is the catalogue key of the sentence for an error of this package.
func ErrorKey(err error) string {
	for _, e := range []struct {
		err error
		key string
	}{{ErrFormat, "template.err.format"}, {ErrEncrypted, "template.err.encrypted"}, {ErrTooLarge, "template.err.large"},
		{ErrMacro, "template.err.macro"}, {ErrOutside, "template.err.outside"}, {ErrEmbedded, "template.err.embedded"}, {ErrPlaces, "template.err.places"}} {
		if errors.Is(err, e.err) {
			return e.key
		}
	}
	return "template.err.broken"
}

const (
	maxFile   = 16 << 20 // bytes of a template
	maxParts  = 2000
	maxOutput = 64 << 20 // bytes of all parts of a filled paper
)

// Schema is what may stand in a template: names in small letters.
type Schema struct {
	Fields map[string]bool     // name -> must stand in it
	Tables map[string][]string // name of a table -> its columns
}

// Values fill a template. Every name a template uses must be there; a value may
// be empty. Absent names have no place on this paper.
type Values struct {
	Fields map[string]string
	Tables map[string][]map[string]string // records, by column
	Absent map[string]bool
}

// Report is what Check found; a template is good when all lists but Used, Spots
// and Comments are empty. Names are sorted and stand once.
type Report struct {
	Used    []string // placeholders that stand in it
	Unknown []string // those nobody can fill
	Missing []string // those that must stand in it and do not
	Stray   []string // columns outside a table row, or of two tables in one row
	Spots   []Spot   // where each of Unknown and Stray stands
	Open    []Spot   // double braces that are no placeholder: "{{so}", "{{ }}"
	Tracked []Spot   // tracked changes that nobody accepted or rejected; Text is empty
	// Comments says that there are comments, which go out with the paper.
	Comments bool
}

// Spot is a place in a template. At most [MostSpots] of a kind are told.
type Spot struct {
	Name      string // placeholder; empty where there is none
	Part      Part
	Paragraph int    // from 1, in the order of the part
	Text      string // what the paragraph says, cut
}

// Part says where in a document a part of the file is shown.
type Part string

// The parts.
const (
	Body  Part = "body"
	Head  Part = "head"
	Foot  Part = "foot"
	Notes Part = "notes" // footnotes and endnotes
)

// MostSpots is how many places of a kind a Report tells.
const MostSpots = 50

// Good reports that the template can be used.
func (r Report) Good() bool {
	return len(r.Unknown)+len(r.Missing)+len(r.Stray)+len(r.Open)+len(r.Tracked) == 0
}

// Check reads a template and compares its placeholders with s. An error wraps
// one of the Err values: the file cannot be a template at all.
func Check(raw []byte, s Schema) (Report, error) {
	parts, err := open(raw)
	if err != nil {
		return Report{}, fmt.Errorf("template: %w", err)
	}
	used, stray := map[string]bool{}, map[string]bool{}
	var r Report
	for _, p := range parts {
		r.Comments = r.Comments || p.name == "word/comments.xml"
		if p.tree == nil {
			continue
		}
		p.tree.uses(used)
		lost := map[*node][]string{}
		p.tree.strays("", lost)
		for _, names := range lost {
			for _, name := range names {
				stray[name] = true
			}
		}
		r.spots(p, s, lost)
	}
	for name := range used {
		r.Used = append(r.Used, name)
		if !s.knows(name) {
			r.Unknown = append(r.Unknown, name)
		}
	}
	for name := range stray {
		r.Stray = append(r.Stray, name)
	}
	for name, must := range s.Fields {
		if must && !used[name] {
			r.Missing = append(r.Missing, name)
		}
	}
	for _, list := range [][]string{r.Used, r.Unknown, r.Missing, r.Stray} {
		slices.Sort(list)
	}
	return r, nil
}

func (s Schema) knows(name string) bool {
	if _, ok := s.Fields[name]; ok {
		return true
	}
	table, column, dotted := strings.Cut(name, ".")
	return dotted && slices.Contains(s.Tables[table], column)
}

// Fill writes the template with v in place of its placeholders. The same
// template and values give the same bytes. It refuses what Check refuses, and
// with ErrPlaces a placeholder v has no value for.
func Fill(raw []byte, v Values) ([]byte, error) {
	parts, err := open(raw)
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	f := &filler{values: v, room: maxOutput}
	for i, p := range parts {
		if p.tree == nil {
			continue
		}
		f.body = p.shows() == Body
		var b strings.Builder
		f.write(&b, p.tree, nil)
		parts[i].data = []byte(b.String())
		if f.room >= 0 && len(f.lacking) == 0 {
			// An attribute with a bare ">" in it would have misled the search for tags.
			if err := (&part{name: p.name, data: parts[i].data}).inspect(); err != nil {
				return nil, fmt.Errorf("template: filled: %w", err)
			}
		}
	}
	if len(f.lacking) > 0 {
		slices.Sort(f.lacking)
		return nil, fmt.Errorf("template: %w: %s", ErrPlaces, strings.Join(slices.Compact(f.lacking), ", "))
	}
	if f.room < 0 {
		return nil, fmt.Errorf("template: %w", ErrTooLarge)
	}
	return pack(parts)
}
