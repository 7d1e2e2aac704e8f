// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/sheet"
)

// Table returns a paper with one of its tables, a field with columns; else
// fault.NotFound.
func (s *Service) Table(ctx context.Context, id ID, key string) (File, rulepack.Field, error) {
	f, err := s.Get(ctx, id)
	if err != nil {
		return File{}, rulepack.Field{}, err
	}
	field, ok := f.Form.Field(key)
	if !ok || len(field.Columns) == 0 {
		return File{}, rulepack.Field{}, fault.Missing("report.Table")
	}
	return f, field, nil
}

// SaveTable puts v, cells in stored form, in the place of a table. One that
// says what the records say follows them again. Numbers reckoned from it follow
// at once. Errors: as Save; fault.Invalid, field of the table, when it is too
// long.
func (s *Service) SaveTable(ctx context.Context, id ID, key string, v Value, version int64) (Paper, error) {
	const op = "report.SaveTable"
	f, field, err := s.Table(ctx, id, key)
	if err != nil {
		return Paper{}, err
	}
	if err := f.free(op); err != nil {
		return Paper{}, err
	}
	v = v.shape(f.Pack, field)
	if len(v.Rows) > maxListRows {
		return Paper{}, &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{key: "report.err.rows"}, Args: []any{maxListRows}}
	}
	// What the body says of a table goes with the rows of the records; nobody types it.
	v.Text = f.Live[key].Text
	hand := !v.Equal(f.Live[key])
	if hand {
		v.Text = ""
	}
	return s.change(ctx, op, auth.Write, id, version, func(_ context.Context, _ *db.Tx, p *Paper) (map[string]any, error) {
		if err := p.editable(op); err != nil {
			return nil, err
		}
		values := f.Values
		if p.State == Draft { // the others as they were saved: they follow the records on their own
			values = p.Values
		}
		values = cloned(values)
		values[key] = v
		p.State, p.Hand, p.PackHash = Draft, with(p.Hand, key, hand), f.Pack.Version
		p.Values = s.reckon(f.Pack, f.Form, values)
		return map[string]any{"table": key, "rows": len(v.Rows)}, nil
	})
}

func cloned(m map[string]Value) map[string]Value {
	out := make(map[string]Value, len(m)+1)
	maps.Copy(out, m)
	return out
}

// with puts key into a sorted list, or takes it out.
func with(list []string, key string, in bool) []string {
	var out []string
	placed := !in
	for _, k := range list {
		if k == key {
			continue
		}
		if !placed && k > key {
			out, placed = append(out, key), true
		}
		out = append(out, k)
	}
	if !placed {
		out = append(out, key)
	}
	return out
}

type uploadRow struct {
	bun.BaseModel `bun:"table:report_upload"`

	ID    string  `bun:"id,pk"`
	Paper string  `bun:"paper_id"`
	Field string  `bun:"field_key"`
	Name  string  `bun:"name"`
	SHA   string  `bun:"sha"`
	At    db.Time `bun:"at"`
	ByID  string  `bun:"by_id"`
}

// readSheets reads a list as people send it.
func readSheets(data []byte) ([]sheet.Sheet, error) {
	sheets, err := sheet.Read(data, sheet.Limits{Bytes: MaxList, Rows: maxListRows, Unzip: maxUnzip})
	if e, bad := errors.AsType[*sheet.Error](err); bad {
		return nil, &fault.Error{Kind: fault.Invalid, Op: "report.readSheets", Fields: map[string]string{"file": "report.file." + string(e.Reason)}, Args: e.Args, Err: e}
	}
	return sheets, err
}

// Upload keeps a list that shall fill a table until a person has confirmed its
// columns. Nothing of the paper changes. Errors: fault.Invalid, field file.
func (s *Service) Upload(ctx context.Context, id ID, key, name string, data []byte) (string, error) {
	const op = "report.Upload"
	f, field, err := s.Table(ctx, id, key)
	if err != nil {
		return "", err
	}
	actor, _, err := sees(ctx, op)
	switch {
	case err != nil:
		return "", err
	case !f.MayWrite:
		return "", &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	if err := cmp.Or(f.editable(op), f.free(op)); err != nil {
		return "", err
	}
	sheets, err := readSheets(data)
	if err != nil {
		return "", err
	}
	heads := slices.Clone(sheets)
	for i := range heads {
		heads[i].Rows = heads[i].Rows[:min(headSearch+3, len(heads[i].Rows))]
	}
	if _, ok := plan(f.Pack, field, heads, nil); !ok {
		return "", &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"file": "report.file.head"}, Args: []any{headSearch}}
	}
	ref, err := s.files.Put(ctx, bytes.NewReader(data), MaxList)
	if err != nil {
		return "", err
	}
	r := uploadRow{ID: db.NewID(), Paper: string(id), Field: key, Name: path.Base(i18n.NFC(strings.ReplaceAll(name, "\\", "/"))), SHA: ref.SHA256,
		At: db.At(s.now()), ByID: actor.ID}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return err
		}
		return s.note(ctx, tx, op, f.Paper, map[string]any{"table": key, "file": r.Name, "sha": r.SHA})
	})
	return r.ID, db.Error(op, err)
}

// Planned is the dry run of an upload for a table of a paper that the actor may
// write. chosen, where not nil, says for each column of the form where it stands
// in the file.
func (s *Service) Planned(ctx context.Context, id ID, key, upload string, chosen []int) (File, rulepack.Field, Plan, error) {
	const op = "report.Planned"
	f, field, err := s.Table(ctx, id, key)
	if err != nil {
		return File{}, rulepack.Field{}, Plan{}, err
	}
	if !f.MayWrite {
		return File{}, rulepack.Field{}, Plan{}, &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	var r uploadRow
	err = s.records.Read().NewSelect().Model(&r).Where("id = ?", upload).Where("paper_id = ?", string(id)).Where("field_key = ?", key).Scan(ctx)
	if err != nil {
		return File{}, rulepack.Field{}, Plan{}, db.Error(op, err)
	}
	file, err := s.files.Open(ctx, r.SHA)
	if err != nil {
		return File{}, rulepack.Field{}, Plan{}, err
	}
	data, err := io.ReadAll(io.LimitReader(file, MaxList+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return File{}, rulepack.Field{}, Plan{}, err
	}
	sheets, err := readSheets(data)
	if err != nil {
		return File{}, rulepack.Field{}, Plan{}, err
	}
	p, ok := plan(f.Pack, field, sheets, chosen)
	if !ok {
		return File{}, rulepack.Field{}, Plan{}, fault.Missing(op)
	}
	p.Upload, p.File = r.ID, r.Name
	return f, field, p, nil
}

// Fill puts the rows of an upload into the table, behind its own or in their
// place. It takes all or nothing: with any cell that cannot be taken it is
// fault.Invalid, field file.
func (s *Service) Fill(ctx context.Context, id ID, key, upload string, chosen []int, behind bool, version int64) (Paper, Plan, error) {
	f, field, p, err := s.Planned(ctx, id, key, upload, chosen)
	if err != nil {
		return Paper{}, p, err
	}
	if p.Errors > 0 || len(p.Value.Rows) == 0 {
		return Paper{}, p, fault.Bad("report.Fill", "file", "report.file.errors")
	}
	v := p.Value
	if behind {
		old := f.Values[key].aligned(f.Pack, field)
		v.Rows = append(append([][]string{}, old.Rows...), v.Rows...)
	}
	paper, err := s.SaveTable(ctx, id, key, v, version)
	return paper, p, err
}
