// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"

	store "github.com/vonggac/vonggac/internal/platform/backup"
)

// Status is how things stand, for the first page, doctor, metrics and notices.
type Status struct {
	On       bool   // a backup is made every night
	Folder   string // where to
	Default  bool   // nobody chose another folder
	SameDisk bool   // one broken disk takes data and backups
	Next     time.Time
	Newest   *Backup       // the newest good backup; nil when there is none
	Age      time.Duration // of it; zero without
	// Red says that somebody has to act; Why is the catalogue key of the reason
	// ("backup.red.…"), also set when it is not red yet but nothing is there.
	Red         bool
	Why         string
	LastFailure *Run // the newest backup run, when it failed
	LastDrill   *Run // nil when there never was one
}

// Backup is one backup of the folder with what is known of it.
type Backup struct {
	store.Entry
	Checked *Run // the newest check or drill of it; nil when never
}

// Good reports whether b may be relied on: its manifest is sound and no check
// found it damaged.
func (b Backup) Good() bool { return b.Err == nil && (b.Checked == nil || b.Checked.Good) }

// patience is how long a folder, which may be another machine's, may take to
// answer.
const patience = 5 * time.Second

// Status says how things stand. It is the system's own question: a page asks
// for permission before.
func (s *Service) Status(ctx context.Context) (Status, error) {
	in, _, err := s.Settings(ctx)
	if err != nil {
		return Status{}, err
	}
	now := s.Now()
	st := Status{On: !in.Off, Folder: s.folder(in), Default: in.Folder == "", Next: in.slot(now).AddDate(0, 0, 1)}
	list, err := s.list(ctx, in)
	if fault.Is(err, fault.Unavailable) {
		st.Red, st.Why = true, "backup.red.unreachable"
	} else if err != nil {
		return st, err
	}
	if at := slices.IndexFunc(list, Backup.Good); at >= 0 {
		st.Newest, st.Age = &list[at], now.Sub(list[at].Manifest.MadeAt)
	}
	if same, err := store.SameDisk(s.Data, existing(st.Folder)); err == nil {
		st.SameDisk = same
	}
	if !st.Red {
		if err := s.judge(ctx, &st, now, time.Duration(in.RedDays)*24*time.Hour); err != nil {
			return st, err
		}
	}
	if st.LastDrill, err = s.last(ctx, Drill); err != nil {
		return st, err
	}
	last, err := s.last(ctx, Take)
	if last != nil && !last.Good {
		st.LastFailure = last
	}
	return st, err
}

// judge sets the red mark: the newest good backup is too old, or there is none
// although there has been something to back up for as long.
func (s *Service) judge(ctx context.Context, st *Status, now time.Time, limit time.Duration) error {
	if st.Newest != nil {
		if st.Red = st.Age > limit; st.Red {
			st.Why = "backup.red.old"
		}
		return nil
	}
	founded, err := s.Founded(ctx)
	st.Why = "backup.red.none"
	st.Red = !founded.IsZero() && now.Sub(founded) > limit
	return err
}

// existing is path or the nearest folder above that exists: where it would be
// made.
func existing(path string) string {
	for {
		if _, err := filepath.EvalSymlinks(path); err == nil || filepath.Dir(path) == path {
			return path
		}
		path = filepath.Dir(path)
	}
}

// List gives the backups of the folder, newest first.
func (s *Service) List(ctx context.Context) ([]Backup, error) {
	const op = "backup.List"
	_, scope, err := auth.Need(ctx, op, mayConfigure)
	if err != nil {
		return nil, err
	}
	if err := s.whole(ctx, op, scope); err != nil {
		return nil, err
	}
	in, _, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return s.list(ctx, in)
}

// list reads the folder, and gives up with fault.Unavailable when it cannot be
// read or does not answer.
func (s *Service) list(ctx context.Context, in Settings) ([]Backup, error) {
	type answer struct {
		list []store.Entry
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		list, err := s.target(in).List()
		got <- answer{list, err}
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	var a answer
	select {
	case a = <-got:
	case <-timer.C:
		a.err = fmt.Errorf("%s does not answer", s.folder(in))
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if a.err != nil {
		return nil, &fault.Error{Kind: fault.Unavailable, Op: "backup.list", Msg: "backup.unreachable", Args: []any{s.folder(in)}, Err: a.err}
	}
	out := make([]Backup, len(a.list))
	for i, e := range a.list {
		out[i].Entry = e
	}
	return out, s.know(ctx, s.folder(in), out)
}

// know adds the newest check or drill of each backup.
func (s *Service) know(ctx context.Context, folder string, list []Backup) error {
	if len(list) == 0 {
		return nil
	}
	var runs []Run
	err := s.Records.Read().NewSelect().Model(&runs).Where("kind IN ('check', 'drill')").Where("folder = ?", folder).
		Where("name <> ''").Order("id DESC").Limit(500).Scan(ctx)
	for i, r := range runs {
		at := slices.IndexFunc(list, func(b Backup) bool { return b.Name == r.Name })
		if at >= 0 && list[at].Checked == nil && (r.Kind == Check || r.Good) { // a drill may fail for want of room
			list[at].Checked = &runs[i]
		}
	}
	return db.Error("backup.know", err)
}

// entry is the backup called name; fault.NotFound when the folder has none.
func (s *Service) entry(ctx context.Context, name string) (Backup, error) {
	in, _, err := s.Settings(ctx)
	if err != nil {
		return Backup{}, err
	}
	list, err := s.list(ctx, in)
	if err != nil {
		return Backup{}, err
	}
	if at := slices.IndexFunc(list, func(b Backup) bool { return b.Name == name }); at >= 0 {
		return list[at], nil
	}
	return Backup{}, fault.Missing("backup.entry")
}

// Get is one backup of the folder.
func (s *Service) Get(ctx context.Context, name string) (Backup, error) {
	const op = "backup.Get"
	_, scope, err := auth.Need(ctx, op, mayConfigure)
	if err != nil {
		return Backup{}, err
	}
	if err := s.whole(ctx, op, scope); err != nil {
		return Backup{}, err
	}
	return s.entry(ctx, name)
}

// Runs are the newest runs of all kinds, at most limit.
func (s *Service) Runs(ctx context.Context, limit int) (list []Run, err error) {
	const op = "backup.Runs"
	_, scope, err := auth.Need(ctx, op, mayConfigure)
	if err != nil {
		return nil, err
	}
	if err := s.whole(ctx, op, scope); err != nil {
		return nil, err
	}
	err = s.Records.Read().NewSelect().Model(&list).Order("id DESC").Limit(int64(limit)).Scan(ctx)
	return list, db.Error(op, err)
}

// Underway are the room's jobs that wait or run, and the last that failed or
// was cancelled since.
func (s *Service) Underway(ctx context.Context) ([]jobs.Job, error) {
	if _, _, err := auth.Need(ctx, "backup.Underway", mayConfigure); err != nil {
		return nil, err
	}
	return s.underway(ctx)
}

func (s *Service) last(ctx context.Context, kind Kind) (*Run, error) {
	var list []Run
	err := s.Records.Read().NewSelect().Model(&list).Where("kind = ?", kind).Order("id DESC").Limit(1).Scan(ctx)
	if err != nil || len(list) == 0 {
		return nil, db.Error("backup.last", err)
	}
	return &list[0], nil
}
