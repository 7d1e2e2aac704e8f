// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"errors"
	"io"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// MaxHanded is the most bytes of one file that a unit hands in.
const MaxHanded = 50 << 20

// Declared is how many machines a unit says it has. It is its word, measured by
// nobody.
type Declared struct {
	Machines int64
	Day      calendar.Date // on which they were counted
	Source   string        // who counted, or which paper says so
	By       string
	At       time.Time
}

// Handed is a file that a unit handed in, kept as it came and not read.
type Handed struct {
	ID     string
	Name   string
	SHA256 string
	Size   int64
	By     string
	At     time.Time
}

type declaredRow struct {
	bun.BaseModel `bun:"table:unit_declared"`

	ID       string  `bun:"id,pk"`
	UnitID   ID      `bun:"unit_id"`
	Machines int64   `bun:"machines"`
	Day      string  `bun:"counted_day"`
	Source   string  `bun:"source"`
	By       string  `bun:"by_name"`
	At       db.Time `bun:"at"`
}

type fileRow struct {
	bun.BaseModel `bun:"table:unit_file"`

	ID     string  `bun:"id,pk"`
	UnitID ID      `bun:"unit_id"`
	Kind   string  `bun:"kind"`
	Name   string  `bun:"name"`
	SHA256 string  `bun:"sha256"`
	Size   int64   `bun:"size"`
	By     string  `bun:"by_name"`
	At     db.Time `bun:"at"`
}

const avExport = "av_export"

// DeclareMachines notes how many machines the unit says it has; earlier numbers
// stay. Whoever may write or propose for the unit may do so. fault.Invalid names
// "machines", "day", "source".
func (s *Service) DeclareMachines(ctx context.Context, id ID, d Declared) error {
	const op = "unit.DeclareMachines"
	if err := s.own(ctx, op, id); err != nil {
		return err
	}
	d.Source = i18n.NFC(d.Source)
	switch {
	case d.Machines < 0 || d.Machines > 1_000_000:
		return fault.Bad(op, "machines", "unit.err.machines")
	case d.Day.IsZero():
		return fault.Bad(op, "day", "unit.err.required")
	case d.Day.Compare(s.today()) > 0:
		return fault.Bad(op, "day", "unit.err.day_future")
	case d.Source == "":
		return fault.Bad(op, "source", "unit.err.required")
	case utf8.RuneCountInString(d.Source) > 300:
		return fault.Bad(op, "source", "unit.err.too_long")
	}
	row := declaredRow{ID: db.NewID(), UnitID: id, Machines: d.Machines, Day: d.Day.String(), Source: d.Source, By: actorName(ctx), At: db.At(s.now())}
	return db.Error(op, s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		return s.auditUnit(ctx, tx, "unit.declare", id, map[string]any{"machines": d.Machines, "day": d.Day, "source": d.Source})
	}))
}

// Declarations lists what the unit said of its machines, latest first.
func (s *Service) Declarations(ctx context.Context, id ID) ([]Declared, error) {
	const op = "unit.Declarations"
	if _, err := s.Get(ctx, id); err != nil {
		return nil, err
	}
	var rows []declaredRow
	err := s.db.Read().NewSelect().Model(&rows).Where("unit_id = ?", id).Order("at DESC", "id DESC").Limit(50).Scan(ctx)
	var out []Declared
	for _, r := range rows {
		day, bad := calendar.ParseDate(r.Day)
		err = errors.Join(err, bad)
		out = append(out, Declared{r.Machines, day, r.Source, r.By, r.At.Time})
	}
	return out, db.Error(op, err)
}

// HandIn keeps a file of the unit, the export of its antivirus console. The same
// bytes again are the file that is there. It fails with fault.Unavailable where
// no store was given, and with fault.Invalid (field "file") on an empty file.
func (s *Service) HandIn(ctx context.Context, id ID, name string, r io.Reader) (h Handed, again bool, err error) {
	const op = "unit.HandIn"
	if err := s.own(ctx, op, id); err != nil {
		return Handed{}, false, err
	}
	if s.Files == nil {
		return Handed{}, false, &fault.Error{Kind: fault.Unavailable, Op: op}
	}
	ref, err := s.Files.Put(ctx, r, MaxHanded)
	if err != nil {
		return Handed{}, false, db.Error(op, err)
	}
	if ref.Size == 0 {
		return Handed{}, false, fault.Bad(op, "file", "unit.err.file_empty")
	}
	row := fileRow{ID: db.NewID(), UnitID: id, Kind: avExport, Name: cut(i18n.NFC(name), 200), SHA256: ref.SHA256, Size: ref.Size, By: actorName(ctx), At: db.At(s.now())}
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var have []fileRow
		err := tx.NewSelect().Model(&have).Where("unit_id = ?", id).Where("kind = ?", avExport).Where("sha256 = ?", ref.SHA256).Scan(ctx)
		if again = len(have) > 0; err != nil || again {
			if again {
				row = have[0]
			}
			return errors.Join(err, s.auditUnit(ctx, tx, "unit.file.again", id, map[string]any{"sha256": ref.SHA256, "name": name}))
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		return s.auditUnit(ctx, tx, "unit.file", id, map[string]any{"sha256": ref.SHA256, "name": row.Name, "size": ref.Size})
	})
	return row.handed(), again, db.Error(op, err)
}

func (r fileRow) handed() Handed { return Handed{r.ID, r.Name, r.SHA256, r.Size, r.By, r.At.Time} }

// cut is s cut to n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// HandedIn lists the files of a unit, latest first.
func (s *Service) HandedIn(ctx context.Context, id ID) ([]Handed, error) {
	const op = "unit.HandedIn"
	if _, err := s.Get(ctx, id); err != nil {
		return nil, err
	}
	var rows []fileRow
	err := s.db.Read().NewSelect().Model(&rows).Where("unit_id = ?", id).Order("at DESC", "id DESC").Limit(50).Scan(ctx)
	var out []Handed
	for _, r := range rows {
		out = append(out, r.handed())
	}
	return out, db.Error(op, err)
}

// OpenHanded opens a file of a unit for reading; the caller closes it. Every
// opening is in the trail. fault.NotFound when the unit has no such file.
func (s *Service) OpenHanded(ctx context.Context, id ID, file string) (Handed, io.ReadSeekCloser, error) {
	const op = "unit.OpenHanded"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Handed{}, nil, err
	}
	var r fileRow
	q := s.db.Read().NewSelect().Model(&r).Where("id = ?", file).Where("unit_id = ?", id)
	if err := scope.Filter(q, "unit_id").Scan(ctx); err != nil {
		return Handed{}, nil, db.Error(op, err)
	}
	if s.Files == nil {
		return Handed{}, nil, absent(op)
	}
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "unit.file.open", Kind: "unit_file", Object: r.ID, Unit: string(id),
			Detail: map[string]any{"sha256": r.SHA256}})
	})
	if err != nil {
		return Handed{}, nil, db.Error(op, err)
	}
	f, err := s.Files.Open(ctx, r.SHA256)
	return r.handed(), f, err
}
