// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// Limits of an import.
const (
	MaxImport  = 8 << 20 // bytes
	importRows = 5000
	importCols = 40
	importKept = 24 * time.Hour // what was read and not taken over
)

// Field is a column that an import fills.
type Field string

// fields are the columns, each with how people head it, folded, the most telling
// first.
var fields = []struct {
	Field
	heads []string
}{
	{"code", []string{"so, ky hieu", "so ky hieu", "so va ky hieu", "so/ky hieu", "so hieu", "so, ki hieu"}},
	{"number", []string{"so van ban", "so vb", "so"}},
	{"symbol", []string{"ky hieu", "ki hieu"}},
	{"arrival", []string{"so den"}},
	{"arrived_on", []string{"ngay den", "ngay nhan"}},
	{"date", []string{"ngay thang van ban", "ngay van ban", "ngay ban hanh", "ngay, thang", "ngay thang", "ngay ky", "ngay"}},
	{"kind", []string{"ten loai", "loai van ban", "hinh thuc", "loai"}},
	{"subject", []string{"ten loai va trich yeu noi dung van ban", "ten loai va trich yeu noi dung", "trich yeu noi dung", "trich yeu", "noi dung"}},
	{"issuer", []string{"co quan ban hanh", "tac gia", "noi ban hanh", "noi gui", "don vi ban hanh"}},
	{"signer", []string{"nguoi ky"}},
	{"recipients", []string{"noi nhan van ban", "noi nhan", "don vi hoac nguoi nhan", "don vi nhan"}},
	{"urgency", []string{"do khan", "muc do khan"}},
	{"reply_by", []string{"han tra loi", "han xu ly", "thoi han"}},
	{"note", []string{"ghi chu"}},
}

// Fields are the columns of an import in the order of forms.
func Fields() (out []Field) {
	for _, f := range fields {
		out = append(out, f.Field)
	}
	return out
}

// Mapping says in which column, from 0, a field stands.
type Mapping map[Field]int

// Import is a table that was read and waits to be taken over.
type Import struct {
	ID     string
	Unit   string
	Dir    Dir
	Name   string
	Heads  []string
	Rows   [][]string
	First  int   // number of Rows[0] in the file
	Secret int64 // rows that were left out: marked as state secrets
}

// Line is a row of an import as it would be taken over.
type Line struct {
	Row   int // as numbered in the file
	Head  Head
	Bad   map[string]string // field -> catalogue key
	Twice bool              // in the register, or before in the file
}

// ReadImport reads the register of another system out of a file: XLSX or CSV. It
// takes nothing over yet. Rows with a mark of secrecy in a cell are not kept, not
// even for the preview. Errors: fault.Invalid (file, unit).
func (s *Service) ReadImport(ctx context.Context, unit string, dir Dir, name string, data []byte) (Import, error) {
	const op = "document.import_read"
	actor, err := s.importer(ctx, op, unit)
	if err != nil {
		return Import{}, err
	}
	if dir != In && dir != Out {
		return Import{}, fault.Bad(op, "dir", "document.bad.dir")
	}
	tables, err := s.Sheet(data)
	if err != nil {
		return Import{}, err
	}
	in := Import{ID: db.NewID(), Unit: unit, Dir: dir, Name: fileName(name)}
	if !slices.ContainsFunc(tables, in.take) || len(in.Rows) == 0 {
		return in, fault.Bad(op, "file", "document.bad.no_table")
	}
	grid, err := json.Marshal(in)
	if err != nil {
		return in, err
	}
	err = s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewDelete().Model((*importRow)(nil)).Where("made_at < ?", s.now().Add(-importKept).UnixMilli()).Exec(ctx); err != nil {
			return err
		}
		r := importRow{ID: in.ID, Unit: unit, Dir: string(dir), Name: in.Name, Grid: string(grid), Secret: in.Secret, MadeAt: db.At(s.now()), MadeBy: actor.ID}
		_, err := tx.NewInsert().Model(&r).Exec(ctx)
		return err
	})
	return in, db.Error(op, err)
}

func (s *Service) importer(ctx context.Context, op, unit string) (auth.Actor, error) {
	actor, scope, err := auth.Need(ctx, op, maySend)
	if err != nil {
		return actor, err
	}
	in, err := scope.Holds(ctx, s.Records.Read(), unit)
	if err == nil && !in {
		err = fault.Bad(op, "unit", "document.bad.unit")
	}
	return actor, db.Error(op, err)
}

// take takes a table whose head names at least three fields, the subject among
// them.
func (in *Import) take(table [][]string) bool {
	for i, row := range table[:min(len(table), 30)] {
		m := guess(row)
		if _, ok := m["subject"]; !ok || len(m) < 3 {
			continue
		}
		in.Heads = row[:min(len(row), importCols)]
		in.First = i + 2
		for _, r := range table[i+1 : min(len(table), i+1+importRows)] {
			r = slices.Clone(r[:min(len(r), importCols)])
			for n, c := range r {
				if utf8.RuneCountInString(c) > maxText {
					r[n] = string([]rune(c)[:maxText])
				}
			}
			if slices.ContainsFunc(r, paperfile.Marked) {
				in.Secret++
				r = nil // its number is kept, nothing of it
			}
			in.Rows = append(in.Rows, r)
		}
		return true
	}
	return false
}

// Guess is the mapping that the heads suggest.
func (in Import) Guess() Mapping { return guess(in.Heads) }

func guess(heads []string) Mapping {
	m, taken := Mapping{}, map[int]bool{}
	for _, same := range []bool{true, false} { // whole heads first, then those that begin so
		for _, f := range fields {
			if _, ok := m[f.Field]; ok {
				continue
			}
			for _, want := range f.heads {
				at := slices.IndexFunc(heads, func(h string) bool {
					h = strings.Trim(i18n.Fold(h), " :.*()0123456789")
					return h == want || !same && len(want) > 5 && strings.HasPrefix(h, want)
				})
				if at >= 0 && !taken[at] {
					m[f.Field], taken[at] = at, true
					break
				}
			}
		}
	}
	return m
}

// WaitingImport is an import the actor read.
func (s *Service) WaitingImport(ctx context.Context, id string) (Import, error) {
	const op = "document.WaitingImport"
	actor, _, err := auth.Need(ctx, op, maySend)
	if err != nil {
		return Import{}, err
	}
	var r importRow
	if err := s.Records.Read().NewSelect().Model(&r).Where("id = ?", id).Where("made_by = ?", actor.ID).Scan(ctx); err != nil {
		return Import{}, db.Error(op, err)
	}
	var in Import
	if err := json.Unmarshal([]byte(r.Grid), &in); err != nil {
		return in, err
	}
	_, err = s.importer(ctx, op, in.Unit)
	return in, err
}

// Lines are the rows of in as m would take them over; empty rows are none.
func (s *Service) Lines(ctx context.Context, in Import, m Mapping) ([]Line, error) {
	return s.lines(ctx, s.Records.Read(), in, m)
}

func (s *Service) lines(ctx context.Context, q bun.IDB, in Import, m Mapping) (out []Line, err error) {
	_, codes := s.official(ctx) // tables name kinds as papers do
	today, seen := s.today(), map[string]bool{}
	own := map[int]bool{} // years in which the unit's book here gives the numbers
	for i, cells := range in.Rows {
		if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			continue
		}
		l := Line{Row: in.First + i, Bad: map[string]string{}}
		l.read(in, m, cells, codes)
		if err := l.Head.check("document.import", codes, true, today); err != nil {
			for field, why := range fault.Of(err).Fields {
				if l.Bad[field] == "" {
					l.Bad[field] = why
				}
			}
		}
		if len(l.Bad) == 0 {
			year, field := l.Head.Date.Year, "number"
			if in.Dir == In {
				year, field = l.Head.ArrivedOn.Year, "arrival"
			}
			if _, known := own[year]; !known {
				rule, err := s.rule(ctx, q, in.Unit, year)
				if err != nil {
					return nil, err
				}
				own[year] = in.Dir == Out && rule.Mode != Typed || in.Dir == In && rule.Arrivals
			}
			if own[year] {
				l.Bad[field] = "document.bad.own_book"
			}
		}
		if key := l.Head.dupKey(); key != "" && len(l.Bad) == 0 {
			l.Twice = seen[key]
			seen[key] = true
		}
		out = append(out, l)
	}
	return out, s.known(ctx, q, out)
}

// known marks the lines whose papers are in the register.
func (s *Service) known(ctx context.Context, q bun.IDB, list []Line) error {
	for part := range slices.Chunk(list, 500) {
		keys := []string{"-"}
		for _, l := range part {
			if key := l.Head.dupKey(); key != "" {
				keys = append(keys, key)
			}
		}
		var have []string
		if err := q.NewSelect().Model((*row)(nil)).Column("dup_key").Where("d.dup_key IN (?)", bun.List(keys)).Scan(ctx, &have); err != nil {
			return db.Error("document.known", err)
		}
		for i, l := range part {
			part[i].Twice = l.Twice || slices.Contains(have, l.Head.dupKey()) && len(l.Bad) == 0
		}
	}
	return nil
}

// read fills the head of l out of cells.
func (l *Line) read(in Import, m Mapping, cells []string, codes Codes) {
	text := func(f Field) string {
		at, ok := m[f]
		if !ok || at < 0 || at >= len(cells) {
			return ""
		}
		return i18n.NFC(cells[at])
	}
	day := func(f Field, to *calendar.Date) {
		var ok bool
		if *to, ok = readDay(text(f)); !ok {
			l.Bad[string(f)] = "document.bad.date"
		}
	}
	h := &l.Head
	*h = Head{Unit: in.Unit, Dir: in.Dir, Number: text("number"), Symbol: text("symbol"), Subject: text("subject"), Issuer: text("issuer"), Signer: text("signer"), Note: text("note")}
	h.Recipients = strings.ReplaceAll(text("recipients"), ";", "\n")
	if code := text("code"); code != "" {
		h.Number, h.Symbol, _ = strings.Cut(code, "/")
		h.Number, h.Symbol = strings.TrimSpace(h.Number), strings.TrimSpace(h.Symbol)
	}
	day("date", &h.Date)
	day("arrived_on", &h.ArrivedOn)
	day("reply_by", &h.ReplyBy)
	if in.Dir == Out {
		h.ArrivedOn, h.Arrival = calendar.Date{}, 0
	} else if t := text("arrival"); t != "" {
		n, err := strconv.ParseInt(strings.TrimLeft(t, "0"), 10, 64)
		if h.Arrival = n; err != nil {
			l.Bad["arrival"] = "document.bad.number"
		}
	}
	h.Kind = kindOf(codes, text("kind"), h.Subject, h.Symbol)
	if t := i18n.Fold(text("urgency")); t != "" {
		for _, c := range codes.Urgencies {
			if i18n.Fold(c.Label) == t {
				h.Urgency = c.ID
			}
		}
	}
}

// kindOf is the kind that a table's words, a subject or a symbol begin with;
// what names none is a letter, which alone has no name of its kind.
func kindOf(codes Codes, words, subject, symbol string) string {
	for _, text := range []string{i18n.Fold(words), i18n.Fold(subject)} {
		for _, c := range codes.Kinds {
			name, _, _ := strings.Cut(i18n.Fold(c.Label), " (")
			if text != "" && name != "" && (text == name || strings.HasPrefix(text, name+" ")) {
				return c.ID
			}
		}
	}
	first, _, _ := strings.Cut(i18n.Fold(symbol), "-")
	for _, c := range codes.Kinds {
		if _, short, ok := strings.Cut(i18n.Fold(c.Label), "("); ok && strings.TrimSuffix(short, ")") == first {
			return c.ID
		}
	}
	if len(codes.Kinds) > 0 && words == "" {
		return codes.Kinds[0].ID
	}
	return ""
}

var (
	dayFirst  = regexp.MustCompile(`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: .*)?$`)
	yearFirst = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?$`)
	short     = regexp.MustCompile(`^(\d{2})-(\d{2})-(\d{2})$`) // month first: how spreadsheets format a date of no format
)

// readDay reads a day as tables have it; nothing is no day and no error.
func readDay(text string) (calendar.Date, bool) {
	if text == "" {
		return calendar.Date{}, true
	}
	var y, m, d string
	switch {
	case dayFirst.MatchString(text):
		p := dayFirst.FindStringSubmatch(text)
		d, m, y = p[1], p[2], p[3]
	case yearFirst.MatchString(text):
		p := yearFirst.FindStringSubmatch(text)
		y, m, d = p[1], p[2], p[3]
	case short.MatchString(text):
		p := short.FindStringSubmatch(text)
		m, d, y = p[1], p[2], "20"+p[3]
	default:
		return calendar.Date{}, false
	}
	day, err := calendar.ParseDate(y + "-" + two(m) + "-" + two(d))
	return day, err == nil
}

// TakeImport takes over the good lines of an import, and says how many, and how
// many were left out: wrong ones and those that are there already.
func (s *Service) TakeImport(ctx context.Context, id string, m Mapping) (added, left int, err error) {
	const op = "document.import"
	in, err := s.WaitingImport(ctx, id)
	if err != nil {
		return 0, 0, err
	}
	actor, _ := auth.From(ctx)
	s.numbering.Lock()
	defer s.numbering.Unlock()
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		added, left = 0, 0
		list, err := s.lines(ctx, tx, in, m)
		if err != nil {
			return err
		}
		now := s.now()
		var rows []row
		for _, l := range list {
			if l.Twice || len(l.Bad) > 0 {
				left++
				continue
			}
			d := Document{Head: l.Head, ID: ID(db.NewID()), State: Received, Recorded: true, DrafterID: actor.ID, DrafterName: actor.Name, CreatedAt: now, Version: 1}
			if in.Dir == Out {
				d.State, d.Standing, d.NumberedAt, d.NumberedBy, d.IssuedAt, d.IssuedBy = Issued, InForce, now, actor.Name, now, actor.Name
			}
			rows = append(rows, toRow(d))
		}
		if added = len(rows); added == 0 {
			return fault.Bad(op, "file", "document.bad.none_new")
		}
		if err := db.Put(ctx, tx, "", rows...); err != nil {
			return twice(err)
		}
		if _, err := tx.NewDelete().Model((*importRow)(nil)).Where("id = ?", id).Exec(ctx); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: op, Kind: "document_book", Object: in.Unit, Unit: in.Unit,
			Detail: map[string]any{"name": in.Name, "dir": string(in.Dir), "added": added, "left": left, "secret": in.Secret}})
	})
	return added, left, db.Error(op, err)
}
