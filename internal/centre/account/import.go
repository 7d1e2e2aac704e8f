// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// RowState is what an import makes of one row.
type RowState string

// The states of a row.
const (
	RowNew      RowState = "new"
	RowSame     RowState = "same"     // the person has an account; it stays as it is
	RowRejected RowState = "rejected" // costs only itself; Plan.Cells says why
	RowSkipped  RowState = "skipped"  // no person: a section's title, numbered columns
)

// PlannedRow is one row of a file and what applying it would do.
type PlannedRow struct {
	Row      int // as numbered in the file, from 1
	State    RowState
	Account  Account // with its grants; of a skipped row only the name
	UnitText string  // the unit as printed in the file
	Proposed bool    // the login was made of the name
}

// CellError is one cell that could not be taken, or was taken with a doubt.
type CellError struct {
	Row     int    // from 1
	Heading string // as printed in the file; empty when the column is absent
	Value   string
	Reason  string // catalogue key
	Args    []any
	Warn    bool // taken all the same
}

// Plan is the dry run of an import.
type Plan struct {
	File   string
	SHA256 string // of the file, hex
	Digest string // of all this plan would do; ApplyImport wants it back
	Rows   []PlannedRow
	Cells  []CellError
}

// Count is how many rows are in a state.
func (p Plan) Count(s RowState) int {
	n := 0
	for _, r := range p.Rows {
		if r.State == s {
			n++
		}
	}
	return n
}

// headings are the words people put over a column, folded; the first row that
// holds one for the name is the head.
var headings = map[string][]string{
	"name":  {"ho va ten", "ho ten", "ho va ten can bo", "ten can bo", "full name", "name"},
	"title": {"chuc vu", "chuc danh", "title", "office held", "position"},
	"login": {"ten dang nhap", "tai khoan", "login", "user name", "username"},
	"phone": {"dien thoai", "so dien thoai", "sdt", "di dong", "dien thoai di dong", "phone", "telephone", "mobile"},
	"email": {"thu dien tu", "email", "e-mail", "mail", "hop thu", "dia chi thu dien tu"},
	"unit":  {"don vi", "ten don vi", "ma don vi", "co quan", "don vi cong tac", "co quan, don vi", "noi cong tac", "unit"},
	"role":  {"vai tro", "quyen", "vai tro trong he thong", "role", "roles"},
}

// roleWords are what people call the roles, folded.
var roleWords = map[string]auth.Role{
	"quan tri": auth.Administrator, "quan tri vien": auth.Administrator, "quan tri he thong": auth.Administrator,
	"can bo trung tam": auth.Centre, "trung tam": auth.Centre, "centre officer": auth.Centre,
	"truc ban": auth.Duty, "can bo truc": auth.Duty, "truc": auth.Duty, "duty officer": auth.Duty,
	"lanh dao": auth.Leader, "thu truong": auth.Leader,
	"can bo don vi": auth.UnitOfficer, "don vi": auth.UnitOfficer, "can bo": auth.UnitOfficer, "dau moi": auth.UnitOfficer,
	"can bo dau moi": auth.UnitOfficer, "unit officer": auth.UnitOfficer,
	"van thu":  auth.Clerk,
	"kiem tra": auth.Inspector, "thanh tra": auth.Inspector, "kiem tra, thanh tra": auth.Inspector,
	"vien thong": auth.Telecom, "doanh nghiep vien thong": auth.Telecom, "nha mang": auth.Telecom, "telecom firm": auth.Telecom,
	"xem": auth.Viewer, "chi xem": auth.Viewer, "nguoi xem": auth.Viewer,
}

// roleNamed finds the role a word means: as people call it, or its own name.
func roleNamed(word string) (auth.Role, bool) {
	word = i18n.Fold(word)
	if r, ok := roleWords[word]; ok {
		return r, true
	}
	return auth.Role(word), slices.Contains(auth.Roles(), auth.Role(word))
}

const (
	headSearch = 20 // rows in which the head is looked for
	maxPeople  = 2000
)

// table is the list in a file: its head, and where its rows begin.
type table struct {
	rows    [][]string
	first   int
	columns map[string]int
	titles  map[string]string
}

// findTable looks for a head with a column of names.
func findTable(sheets [][][]string) (table, error) {
	for _, rows := range sheets {
		for i, r := range rows[:min(len(rows), headSearch)] {
			t := table{rows: rows, first: i + 1, columns: map[string]int{}, titles: map[string]string{}}
			for c, text := range r {
				word := strings.Trim(i18n.Fold(text), " *:()")
				for field, words := range headings {
					if _, twice := t.columns[field]; !twice && slices.Contains(words, word) {
						t.columns[field], t.titles[field] = c, i18n.NFC(text)
					}
				}
			}
			if _, named := t.columns["name"]; !named || len(t.columns) < 2 {
				continue
			}
			filled := 0
			for _, r := range rows[t.first:] {
				if !blank(r) {
					filled++
				}
			}
			switch {
			case filled == 0:
				return t, badFile("account.import.no_rows")
			case filled > maxPeople:
				return t, badFile("account.import.too_many", maxPeople)
			}
			return t, nil
		}
	}
	return table{}, badFile("account.import.no_head", headSearch)
}

func badFile(reason string, args ...any) error {
	return &fault.Error{Kind: fault.Invalid, Op: "account.import", Fields: map[string]string{"file": reason}, Args: args}
}

func blank(row []string) bool {
	return !slices.ContainsFunc(row, func(s string) bool { return strings.TrimSpace(s) != "" })
}

func (t table) value(row int, field string) string {
	c, ok := t.columns[field]
	if !ok || c >= len(t.rows[row]) {
		return ""
	}
	return i18n.NFC(strings.ReplaceAll(t.rows[row][c], "\x00", ""))
}

// skips reports whether a row is no person: numbered columns, the title of a
// section.
func (t table) skips(row int) bool {
	name := t.value(row, "name")
	if name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r > '9' }) {
		return true
	}
	seen := map[string]bool{}
	for _, cell := range t.rows[row] {
		if s := i18n.NFC(cell); s != "" {
			seen[s] = true // a merged cell stands in each of its columns
		}
	}
	return len(seen) == 1 || name == "" && t.value(row, "unit") == "" && t.value(row, "login") == ""
}

func (t table) bad(row int, field, value, reason string, args ...any) CellError {
	return CellError{Row: row + 1, Heading: t.titles[field], Value: value, Reason: reason, Args: args}
}

// pieces takes apart what people write into one cell.
func pieces(s string) []string {
	var out []string
	for p := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ';' || r == '|' || r == '+' }) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// roles reads the roles of a row: several are parted by ";", and by "," where
// the whole is no role.
func (t table) roles(row int) ([]auth.Role, []CellError) {
	text := t.value(row, "role")
	if text == "" {
		warn := t.bad(row, "role", "", "account.import.role_none")
		warn.Warn = true
		return []auth.Role{auth.UnitOfficer}, []CellError{warn}
	}
	var out []auth.Role
	for _, p := range pieces(text) {
		words := []string{p}
		if _, whole := roleNamed(p); !whole {
			words = strings.Split(p, ",")
		}
		for _, w := range words {
			r, ok := roleNamed(w)
			if !ok {
				return nil, []CellError{t.bad(row, "role", text, "account.import.role", strings.TrimSpace(w))}
			}
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	if len(out) == 0 {
		return nil, []CellError{t.bad(row, "role", text, "account.import.role", text)}
	}
	return out, nil
}
