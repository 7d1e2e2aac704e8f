// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Into is where a backup comes back: empty records on either engine, an empty
// store of files and a folder for keys.
type Into struct {
	Records *db.DB
	Files   *blob.Store
	Data    string
	Sources []fs.FS // migrations of this program
}

// Compared is what came back of one table beside what the backup promised.
type Compared struct {
	Table                string
	Rows, Restored       int64
	SHA256, RestoredHash string
}

// Same reports whether every row came back.
func (c Compared) Same() bool { return c.Rows == c.Restored && c.SHA256 == c.RestoredHash }

// Restored is the proof of a restore: made from the restored records and
// files themselves, read once more.
type Restored struct {
	Manifest Manifest
	Tables   []Compared
	Files    int64
	Bytes    int64
}

// Restore puts the backup in dir into an empty place. It checks all of it
// before it writes the first row, brings the schema to that of the backup,
// loads everything in one transaction, reads it back, compares, and only then
// brings the schema up to date. What is damaged or newer than this program is
// fault.Invalid, a place that is not empty fault.Conflict.
func Restore(ctx context.Context, dir string, to Into, say Say) (Restored, error) {
	m, err := Read(dir)
	if err != nil {
		return Restored{}, err
	}
	if err := to.suits(ctx, m); err != nil {
		return Restored{}, err
	}
	if m, err = Check(ctx, dir, say); err != nil {
		return Restored{}, err
	}
	r, err := openReader(dir, m)
	if err != nil {
		return Restored{}, err
	}
	defer r.close()
	if err := to.Records.MigrateTo(ctx, m.Schema, to.Sources...); err != nil {
		return Restored{}, err
	}
	out := Restored{Manifest: m}
	if err := to.load(ctx, r, say); err != nil {
		return out, wordsOf(to.Data, err)
	}
	if err := to.files(ctx, r, &out, say); err != nil {
		return out, wordsOf(to.Data, err)
	}
	if err := to.keys(r); err != nil {
		return out, wordsOf(to.Data, err)
	}
	if err := to.compare(ctx, &out, say); err != nil {
		return out, err
	}
	_, err = to.Records.Migrate(ctx, to.Sources...)
	return out, err
}

// suits refuses a backup this program is too old for, and records that are
// not empty.
func (to Into) suits(ctx context.Context, m Manifest) error {
	schema, err := to.Records.Schema(ctx, to.Sources...)
	if err != nil {
		return err
	}
	for _, v := range m.Schema {
		if !slices.Contains(schema.Missing, v) && !slices.Contains(schema.Applied, v) {
			return &fault.Error{Kind: fault.Invalid, Op: "backup.Restore", Msg: "backup.newer_schema", Args: []any{m.Product, v}}
		}
	}
	tables, err := to.Records.Tables(ctx, to.Records.Read())
	if err != nil || len(tables) > 0 || len(schema.Applied) > 0 {
		return &fault.Error{Kind: fault.Conflict, Op: "backup.Restore", Msg: "backup.records_not_empty", Err: err}
	}
	return nil
}

// load brings the rows into the schema they were taken from.
func (to Into) load(ctx context.Context, r *reader, say Say) error {
	live, err := to.Records.Tables(ctx, to.Records.Read())
	if err != nil {
		return err
	}
	for _, t := range r.m.Tables {
		at := slices.IndexFunc(live, func(l db.Table) bool { return l.Name == t.Name })
		if at < 0 || !slices.Equal(live[at].Columns, t.Columns) {
			return damaged("backup.damaged.schema", t.Name, errors.New("the table is another in the schema that the backup names"))
		}
	}
	tables, at := make([]db.Table, len(r.m.Tables)), 0
	for i, t := range r.m.Tables {
		tables[i] = db.Table{Name: t.Name, Columns: t.Columns, Key: t.Key}
	}
	var next func() ([]any, bool, error)
	end := func() {}
	defer func() { end() }()
	return to.Records.Load(ctx, tables, func(t db.Table) ([]any, bool, error) {
		if next == nil {
			for r.m.Tables[at].Name != t.Name {
				at++
			}
			say(int64(at), int64(len(tables)), "backup.step.load")
			var err error
			if next, end, err = r.begin(r.m.Tables[at].place(), r.m.Tables[at].Packed, t.Columns); err != nil {
				return nil, false, err
			}
		}
		values, more, err := next()
		if !more {
			end()
			next, end = nil, func() {}
		}
		return values, more, err
	})
}

func (to Into) files(ctx context.Context, r *reader, out *Restored, say Say) error {
	return r.eachFile(ctx, func(ref blob.Ref) error {
		say(out.Files, r.m.Files.Rows, "backup.step.load_files")
		pr, pw := io.Pipe()
		go func() { pw.CloseWithError(r.file(ctx, ref, pw)) }()
		got, err := to.Files.Put(ctx, pr, ref.Size)
		pr.CloseWithError(err) // lets the sender go when Put stopped early
		if err == nil && got != ref {
			err = damaged("backup.damaged.content", ref.SHA256, nil)
		}
		out.Files++
		out.Bytes += got.Size
		return err
	})
}

func (to Into) keys(r *reader) error {
	root, err := os.OpenRoot(to.Data)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, k := range r.m.Keys {
		name := filepath.FromSlash(k.Path)
		if parent := filepath.Dir(name); parent != "." {
			if err := root.MkdirAll(parent, 0o700); err != nil {
				return err
			}
		}
		f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		err = r.key(k, f)
		if err == nil {
			err = f.Sync()
		}
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// compare reads the restored rows once more and hashes them as the backup did.
func (to Into) compare(ctx context.Context, out *Restored, say Say) error {
	var wrong []string
	err := to.Records.Snapshot(ctx, func(ctx context.Context, q bun.IDB) error {
		for i, t := range out.Manifest.Tables {
			say(int64(i), int64(len(out.Manifest.Tables)), "backup.step.compare")
			p, err := newPacker(io.Discard)
			if err != nil {
				return err
			}
			err = to.Records.Rows(ctx, q, db.Table{Name: t.Name, Columns: t.Columns, Key: t.Key}, p.add)
			got, ended := p.end()
			if err := errors.Join(err, ended); err != nil {
				return err
			}
			c := Compared{t.Name, t.Rows, got.Rows, t.SHA256, got.SHA256}
			if !c.Same() {
				wrong = append(wrong, t.Name)
			}
			out.Tables = append(out.Tables, c)
		}
		return nil
	})
	if err == nil && len(wrong) > 0 {
		err = &fault.Error{Op: "backup.Restore", Msg: "backup.differs", Args: []any{strings.Join(wrong, ", ")},
			Err: fmt.Errorf("%d tables differ after the restore", len(wrong))}
	}
	return err
}
