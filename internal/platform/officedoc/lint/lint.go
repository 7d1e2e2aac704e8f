// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package lint checks the layout of official papers, ours or anybody's, DOCX or
// PDF, against Nghị định 30/2020/NĐ-CP, Phụ lục I.
//
// It owns the rules (rules*.go) and two small readers that bring a DOCX
// (docx*.go) or a PDF (pdf*.go) to the same list of paragraphs with their looks
// and places (model.go); parts.go finds which paragraph is which place ("Ô") of
// the decree. A rule sees that list alone, so it means the same for both.
//
// What a file cannot tell is said to be so ([Unchecked]) and never passed over:
// a PDF has no paragraphs, only letters on a page, and a scanned one not even
// these. A wrong look of a place that is not there is not reported twice.
//
// Refused with an error: what is neither of the two formats, what is broken or
// has a password, and files beyond the limits (32 MiB; 64 MiB unpacked).
//
// Start at Check.
package lint

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"slices"
)

// Messages holds messages.yaml, the package's texts in both languages.
//
//go:embed messages.yaml
var Messages embed.FS

// Severity says how much a finding matters.
type Severity string

// The severities.
const (
	Error     Severity = "error"     // the decree says otherwise
	Warning   Severity = "warning"   // unusual, or the decree leaves it open
	Unchecked Severity = "unchecked" // this file cannot tell
)

// Finding is one thing the linter has to say.
type Finding struct {
	Rule     string   `json:"rule"`   // "number.form"; Key has the sentence that says what is asked
	Clause   string   `json:"clause"` // of Nghị định 30/2020/NĐ-CP, Phụ lục I
	Severity Severity `json:"severity"`
	Page     int      `json:"page,omitempty"`      // from 1; 0 where a DOCX does not tell, or for the paper as a whole
	Para     int      `json:"paragraph,omitempty"` // from 1, in reading order; 0 for the paper as a whole
	Found    string   `json:"found,omitempty"`     // words of the paper, or a look: "15 pt B I"
}

// Key is the catalogue key of the sentence that says what is asked.
func (f Finding) Key() string { return "lint.rule." + f.Rule }

// Key is the catalogue key of the severity's name.
func (s Severity) Key() string { return "lint.severity." + string(s) }

// Format is the kind of file that was read.
type Format string

// The formats.
const (
	DOCX Format = "docx"
	PDF  Format = "pdf"
)

// Report is what was found in one paper. Findings come in the order of the paper's
// rules, each rule's in the order of the paper.
type Report struct {
	Format   Format    `json:"format"`
	Pages    int       `json:"pages,omitempty"` // of a PDF
	Checked  int       `json:"checked"`         // rules that could be asked
	Rules    int       `json:"rules"`           // rules there are
	Findings []Finding `json:"findings"`
}

// Count is how many findings have severity s.
func (r Report) Count(s Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// Errors of files that cannot be read; test with errors.Is.
var (
	ErrFormat    = errors.New("neither DOCX nor PDF")
	ErrBroken    = errors.New("the file is broken")
	ErrEncrypted = errors.New("the file has a password")
	ErrTooLarge  = errors.New("the file is beyond the limits")
)

// ErrorKey is the catalogue key of the sentence for an error of [Check].
func ErrorKey(err error) string {
	switch {
	case errors.Is(err, ErrFormat):
		return "lint.err.format"
	case errors.Is(err, ErrEncrypted):
		return "lint.err.encrypted"
	case errors.Is(err, ErrTooLarge):
		return "lint.err.large"
	}
	return "lint.err.broken"
}

const (
	maxFile     = 32 << 20 // bytes of a file
	maxUnpacked = 64 << 20 // bytes of all that is unpacked from it
)

// Check reads raw, a DOCX or a PDF, and holds it against every rule. Errors wrap
// one of the Err values.
func Check(raw []byte) (Report, error) {
	p, err := read(raw)
	if err != nil {
		return Report{}, fmt.Errorf("lint: %w", err)
	}
	p.find()
	r := Report{Format: p.format, Pages: p.pages, Rules: len(rules)}
	for _, rule := range rules {
		c := &checker{paper: p, rule: rule}
		if p.scan {
			c.unchecked()
		} else {
			rule.check(c)
		}
		if !c.blind {
			r.Checked++
		}
		slices.SortStableFunc(c.found, func(a, b Finding) int { return cmp.Compare(a.Para, b.Para) })
		r.Findings = append(r.Findings, c.found...)
	}
	return r, nil
}

func read(raw []byte) (*paper, error) {
	switch {
	case len(raw) > maxFile:
		return nil, ErrTooLarge
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return readDOCX(raw)
	case bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		// A compound file: a .doc of old, or a DOCX under a password.
		if bytes.Contains(raw, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00i\x00o\x00n\x00I\x00n\x00f\x00o\x00")) {
			return nil, ErrEncrypted
		}
		return nil, ErrFormat
	case bytes.Contains(raw[:min(len(raw), 1024)], []byte("%PDF-")):
		return readPDF(raw)
	}
	return nil, ErrFormat
}
