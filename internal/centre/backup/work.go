// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"

	store "github.com/vonggac/vonggac/internal/platform/backup"
)

// Handlers do the room's jobs.
func (s *Service) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{
		TakeJob: s.job(func(ctx context.Context, o order, say store.Say) error {
			_, err := s.Take(ctx, o.Reason, "", say)
			return err
		}),
		CheckJob: s.job(s.check),
		DrillJob: s.job(func(ctx context.Context, _ order, say store.Say) error { return s.drill(ctx, say) }),
	}
}

// job runs do as the person who asked.
func (s *Service) job(do func(context.Context, order, store.Say) error) jobs.Handler {
	return func(ctx context.Context, j jobs.Job, p *jobs.Progress) error {
		var o order
		if err := j.Decode(&o); err != nil {
			return err
		}
		return do(auth.With(ctx, auth.Actor{ID: o.ByID, Name: o.ByName}), o, p.Set)
	}
}

// begin notes who begins a run of kind when.
func (s *Service) begin(ctx context.Context, kind Kind, reason store.Reason, folder string) Run {
	r := Run{ID: db.NewID(), Kind: kind, Reason: reason, Folder: folder, BegunAt: db.At(s.Now()), ByID: "system", ByName: "system"}
	if actor, ok := auth.From(ctx); ok {
		r.ByID, r.ByName = actor.ID, actor.Name
	}
	return r
}

// end writes how the run ended, and gives err back. A run that was cancelled,
// or whose program stops, leaves no note: its job says so.
func (s *Service) end(ctx context.Context, r Run, err error) error {
	if err != nil && ctx.Err() != nil {
		return err
	}
	r.EndedAt, r.Good = db.At(s.Now()), err == nil
	if err != nil {
		r.Problem = failure(err)
	}
	written := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return db.Error("backup.end", err)
		}
		if !r.Good && s.Failed != nil {
			if err := s.Failed(ctx, tx, r); err != nil {
				return err
			}
		}
		return audit.Add(ctx, tx, r.EndedAt.Time, audit.Entry{Action: "backup." + string(r.Kind), Kind: "backup", Object: r.Name,
			Detail: map[string]any{"good": r.Good, "reason": r.Reason, "folder": r.Folder, "rows": r.Rows, "files": r.Files, "bytes": r.Bytes}})
	})
	return errors.Join(err, written)
}

// Made is a backup that was just made.
type Made struct {
	Path     string
	Manifest store.Manifest
}

// Take makes a backup now, in the chosen folder or, when not empty, in another;
// in the chosen one, old backups go as the settings say. It is the system's own
// act: a person asks for it by Start.
func (s *Service) Take(ctx context.Context, reason store.Reason, other string, say store.Say) (Made, error) {
	in, _, err := s.Settings(ctx)
	if err != nil {
		return Made{}, err
	}
	target := s.target(in)
	if other != "" {
		if target.Dir, err = filepath.Abs(other); err != nil {
			return Made{}, err
		}
		if inside(target.Dir, filepath.Join(s.Data, "files")) || target.Dir == filepath.Clean(s.Data) {
			return Made{}, &fault.Error{Kind: fault.Invalid, Op: "backup.Take", Msg: "backup.bad.inside"}
		}
	}
	r := s.begin(ctx, Take, reason, target.Dir)
	made, err := s.take(ctx, target, reason, say)
	if err == nil {
		r.Name = filepath.Base(made.Path)
		r.counts(made.Manifest)
		if other == "" {
			_, err = target.Tidy(ctx, in.Keep, i18n.Hanoi, s.Now())
		}
	}
	return made, s.end(ctx, r, err)
}

func (s *Service) take(ctx context.Context, target store.Target, reason store.Reason, say store.Say) (Made, error) {
	src, err := s.Source(ctx)
	if err != nil {
		return Made{}, err
	}
	skip, data, dir := src.Skip, real(s.Data), real(target.Dir)
	// The backups themselves may lie in the data folder; where the data folder
	// lies in theirs, everything of it is kept.
	src.Skip = func(path string) bool {
		return skip(path) || inside(dir, data) && inside(filepath.Join(data, filepath.FromSlash(path)), dir)
	}
	name, m, err := target.Take(ctx, src, reason, s.Now, say)
	return Made{filepath.Join(target.Dir, name), m}, err
}

// real is path without symbolic links, as far as it exists: two names of one
// folder are one folder.
func real(path string) string {
	if whole, err := filepath.EvalSymlinks(path); err == nil {
		return whole
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(real(parent), filepath.Base(path))
	}
	return path
}

// check reads one backup whole.
func (s *Service) check(ctx context.Context, o order, say store.Say) error {
	folder, err := s.Folder(ctx)
	if err != nil {
		return err
	}
	r := s.begin(ctx, Check, "", folder)
	r.Name = o.Name
	m, err := store.Check(ctx, filepath.Join(folder, filepath.Base(o.Name)), say)
	if err == nil {
		r.counts(m)
	}
	return s.end(ctx, r, err)
}

// drillPrefix begins the names of the folders of drills, in the data folder.
const drillPrefix = "drill-"

// DrillFolder reports whether an entry of the data folder belongs to a drill.
func DrillFolder(name string) bool { return strings.HasPrefix(name, drillPrefix) }

// drill restores the newest backup beside the data, proves it and removes it.
func (s *Service) drill(ctx context.Context, say store.Say) error {
	in, _, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	r := s.begin(ctx, Drill, "", s.folder(in))
	e, err := s.target(in).Newest()
	if err == nil {
		r.Name = e.Name
		r.counts(e.Manifest)
		err = s.restore(ctx, filepath.Join(r.Folder, e.Name), e.Manifest, say)
	}
	return s.end(ctx, r, err)
}

func (s *Service) restore(ctx context.Context, from string, m store.Manifest, say store.Say) (err error) {
	if err := s.SweepDrills(); err != nil {
		return err
	}
	free := s.Free
	if free == nil {
		free = store.Free
	}
	if n, err := free(s.Data); err != nil {
		return err
	} else if need := m.Bytes + unpacked*m.Size() + 64<<20; n < need {
		return &fault.Error{Kind: fault.TooLarge, Op: "backup.Drill", Msg: "backup.drill.no_room", Args: []any{s.Data},
			Err: fmt.Errorf("%d bytes free, %d needed", n, need)}
	}
	dir, err := os.MkdirTemp(s.Data, drillPrefix)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := s.restoreInto(ctx, from, dir, say); err != nil {
		return err
	}
	say(0, 0, "backup.step.open")
	return s.Open(ctx, dir)
}

// unpacked is how much larger records are in SQLite with their indexes than in
// a backup, at most as seen.
const unpacked = 20

func (s *Service) restoreInto(ctx context.Context, from, dir string, say store.Say) (err error) {
	records, err := db.Open(ctx, filepath.Join(dir, "records.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	files, err := blob.Open(filepath.Join(dir, "files"), s.Now())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	_, err = store.Restore(ctx, from, store.Into{Records: records, Files: files, Data: dir, Sources: s.Sources}, say)
	return err
}

// SweepDrills removes what drills of programs that died left behind. One drill
// runs at a time.
func (s *Service) SweepDrills() error {
	list, err := os.ReadDir(s.Data)
	for _, d := range list {
		if DrillFolder(d.Name()) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(s.Data, d.Name())))
		}
	}
	return err
}
