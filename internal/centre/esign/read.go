// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"crypto/x509"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/signature"
)

// This file turns tables as people send them into entries. A column is known by
// what its heading says, folded; the head is the first row in which enough
// columns are known.

var certificateColumns = map[string][]string{
	"holder": {"nguoi duoc cap", "ho va ten", "ho ten", "chu the", "ten thue bao", "thue bao", "holder", "nguoi su dung"},
	"serial": {"so serial", "serial", "so hieu chung thu", "so chung thu"},
	"issuer": {"to chuc cung cap", "nha cung cap", "co quan cap", "to chuc cap", "don vi cap", "issuer"},
	"from":   {"hieu luc tu", "ngay cap", "tu ngay", "valid from"},
	"until":  {"hieu luc den", "ngay het han", "het han", "den ngay", "valid until"},
	"kind":   {"loai chung thu", "loai", "kind"},
	"unit":   {"ten don vi", "don vi", "unit"},
	"used":   {"lan dung gan nhat", "ngay dung gan nhat", "su dung gan nhat", "last used"},
}

var paperColumns = map[string][]string{
	"code":    {"so, ky hieu", "so ky hieu", "so van ban", "so/ky hieu", "code"},
	"day":     {"ngay ban hanh", "ngay van ban", "ngay phat hanh", "ngay ky", "date"},
	"subject": {"trich yeu", "noi dung", "subject"},
	"signed":  {"trang thai ky so", "da ky so", "ky so", "chu ky so", "signed"},
	"unit":    {"don vi ban hanh", "co quan ban hanh", "don vi", "unit"},
	"serial":  {"so serial", "serial"},
}

// table is a sheet with its columns known.
type table struct {
	rows    [][]string
	first   int // index of the row under the head
	columns map[string]int
}

const headRows = 20 // in which the head is looked for

// find knows the columns of the first sheet that has those of need.
func find(sheets [][][]string, known map[string][]string, need ...string) (table, bool) {
	for _, rows := range sheets {
		for i, row := range rows[:min(len(rows), headRows)] {
			t := table{rows, i + 1, map[string]int{}}
			for c, cell := range row {
				field := fieldOf(i18n.Fold(cell), known)
				if _, twice := t.columns[field]; field != "" && !twice {
					t.columns[field] = c
				}
			}
			if !slices.ContainsFunc(need, func(f string) bool { _, ok := t.columns[f]; return !ok }) {
				return t, true
			}
		}
	}
	return table{}, false
}

// fieldOf is the field whose heading is said, the longest that begins the cell.
func fieldOf(cell string, known map[string][]string) string {
	best, length := "", 0
	for field, names := range known {
		for _, n := range names {
			if strings.HasPrefix(cell, n) && len(n) > length {
				best, length = field, len(n)
			}
		}
	}
	return best
}

func (t table) cell(row int, field string) string {
	c, ok := t.columns[field]
	if !ok || c >= len(t.rows[row]) {
		return ""
	}
	return i18n.NFC(t.rows[row][c])
}

// each calls fn for every row with something in it.
func (t table) each(fn func(row int) (why string)) (out []Rejected) {
	for i := t.first; i < len(t.rows); i++ {
		if strings.TrimSpace(strings.Join(t.rows[i], "")) == "" {
			continue
		}
		if why := fn(i); why != "" {
			out = append(out, Rejected{Row: i + 1, Why: why})
		}
	}
	return out
}

const maxCell = 300 // characters of a name

var hexDigits = regexp.MustCompile(`^[0-9A-F]{1,64}$`)

// serialOf is a serial number as people write it: "0x", colons, blanks, leading zeros.
func serialOf(s string) (string, bool) {
	s = strings.ToUpper(strings.NewReplacer(":", "", " ", "", "-", "").Replace(s))
	s = strings.TrimLeft(strings.TrimPrefix(s, "0X"), "0")
	return s, hexDigits.MatchString(s)
}

func moment(text string, end bool) (time.Time, bool) {
	d, ok := unit.ParseDay(text)
	switch {
	case !ok || d.IsZero():
		return time.Time{}, ok
	case end:
		return d.End().Add(-time.Second).UTC(), true
	}
	return d.Start().UTC(), true
}

// certificate reads a row of a list of certificates; one that does not say is of
// the kind otherwise.
func (t table) certificate(row int, otherwise Kind) (c Certificate, why string) {
	ok, ok2, ok3, ok4 := true, true, true, true
	c = Certificate{Holder: t.cell(row, "holder"), Issuer: t.cell(row, "issuer"), Kind: otherwise, Origin: "sheet"}
	c.Serial, ok = serialOf(t.cell(row, "serial"))
	c.From, ok2 = moment(t.cell(row, "from"), false)
	c.Until, ok3 = moment(t.cell(row, "until"), true)
	c.LastUsed, ok4 = moment(t.cell(row, "used"), false)
	kind := i18n.Fold(t.cell(row, "kind"))
	if kind != "" {
		c.Kind = Personal
	}
	for _, word := range []string{"co quan", "to chuc", "con dau", "body"} {
		if strings.Contains(kind, word) {
			c.Kind = Body
		}
	}
	switch {
	case c.Holder == "" || utf8.RuneCountInString(c.Holder) > maxCell || utf8.RuneCountInString(c.Issuer) > maxCell:
		return c, "esign.row.holder"
	case !ok:
		return c, "esign.row.serial"
	case !ok2 || !ok3 || !ok4 || !c.From.IsZero() && !c.Until.IsZero() && c.Until.Before(c.From):
		return c, "esign.row.day"
	}
	if !c.LastUsed.IsZero() {
		c.Uses = 1
	}
	return c, ""
}

// certificateOf is the entry of a certificate itself.
func certificateOf(x *x509.Certificate, kind Kind) Certificate {
	p := signature.PersonOf(x)
	holder := p.Name
	if holder == "" {
		holder = p.Organization
	}
	if utf8.RuneCountInString(holder) > maxCell {
		holder = string([]rune(holder)[:maxCell])
	}
	return Certificate{Holder: i18n.NFC(holder), Kind: kind, Serial: signature.SerialOf(x), Issuer: i18n.NFC(x.Issuer.CommonName), Fingerprint: signature.FingerprintOf(x),
		From: x.NotBefore.UTC(), Until: x.NotAfter.UTC(), Origin: "file"}
}

// paper is an electronic paper that a unit issued.
type paper struct {
	owner   string
	code    string
	day     calendar.Date
	subject string
	signed  bool
	serial  string
	origin  string
}

var yes = []string{"co", "x", "1", "yes", "true", "da ky", "da ky so", "roi", "hop le", "signed"}
var no = []string{"", "khong", "0", "no", "false", "chua", "chua ky", "chua ky so", "-", "unsigned"}

// paper reads a row of an export of a document system.
func (t table) paper(row int) (p paper, why string) {
	p = paper{code: t.cell(row, "code"), subject: t.cell(row, "subject"), origin: "sheet"}
	said := strings.TrimRight(i18n.Fold(t.cell(row, "signed")), ".")
	p.signed = slices.Contains(yes, said)
	var ok bool
	p.day, ok = unit.ParseDay(t.cell(row, "day"))
	if s, right := serialOf(t.cell(row, "serial")); right {
		p.serial = s
	}
	if utf8.RuneCountInString(p.subject) > maxSubject {
		p.subject = string([]rune(p.subject)[:maxSubject])
	}
	switch {
	case p.code == "" || utf8.RuneCountInString(p.code) > maxCell:
		return p, "esign.row.code"
	case !ok || p.day.IsZero():
		return p, "esign.row.day"
	case !p.signed && !slices.Contains(no, said):
		return p, "esign.row.signed"
	}
	return p, ""
}

const maxSubject = 1000
