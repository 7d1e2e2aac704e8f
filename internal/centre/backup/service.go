// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/setting"

	store "github.com/vonggac/vonggac/internal/platform/backup"
)

// Deps are what the room works with. Failed may be nil.
type Deps struct {
	Records *db.DB
	Queue   *jobs.Queue
	Now     func() time.Time
	Data    string                                          // the data folder
	Default string                                          // the folder of backups until another is chosen
	Source  func(ctx context.Context) (store.Source, error) // the running centre
	Sources []fs.FS                                         // migrations of this program, for drills
	Root    func(ctx context.Context) (string, error)       // unit that jobs belong to; "" before the centre is founded
	Founded func(ctx context.Context) (time.Time, error)    // since when there is anything to back up; zero: nothing
	// Open opens the restored copy in dir as the program would, counts what is
	// in it and closes it: the last step of a drill.
	Open func(ctx context.Context, dir string) error
	// Failed is told of a backup, check or drill that failed, in the
	// transaction that records it.
	Failed func(ctx context.Context, tx *db.Tx, r Run) error
	// Free is how many bytes may still be written where a folder stands; nil
	// asks the system.
	Free func(dir string) (int64, error)
}

// Service are the use cases of the room.
type Service struct{ Deps }

// New makes the room.
func New(d Deps) *Service { return &Service{d} }

// Settings are those in force with their version, 0 while nobody chose.
func (s *Service) Settings(ctx context.Context) (Settings, int64, error) {
	in := Default()
	version, err := setting.Get(ctx, s.Records.Read(), SettingName, &in)
	return in, version, err
}

// Save puts in in force. version is the one Settings gave; somebody else's
// change since is fault.Conflict. A folder that cannot be written to is
// fault.Invalid; a missing one is made.
func (s *Service) Save(ctx context.Context, in Settings, version int64) error {
	const op = "backup.Save"
	_, scope, err := auth.Need(ctx, op, mayConfigure)
	if err != nil {
		return err
	}
	if err := s.whole(ctx, op, scope); err != nil {
		return err
	}
	if err := in.check(s.Data); err != nil {
		return err
	}
	if err := try(s.folder(in)); err != nil {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"folder": "backup.bad.write"}, Err: err}
	}
	now := s.Now()
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := setting.Put(ctx, tx, now, SettingName, version, in); err != nil {
			return err
		}
		return audit.Add(ctx, tx, now, audit.Entry{Action: "backup.settings", Kind: "backup", Object: SettingName, Detail: map[string]any{
			"off": in.Off, "folder": in.Folder, "hour": in.Hour, "daily": in.Keep.Daily, "weekly": in.Keep.Weekly, "monthly": in.Keep.Monthly,
			"red_days": in.RedDays}})
	})
}

// whole refuses those who administer only a part: a backup is of everything.
func (s *Service) whole(ctx context.Context, op string, scope auth.Scope) error {
	root, err := s.Root(ctx)
	if err != nil || root == "" {
		return err
	}
	holds, err := scope.Holds(ctx, s.Records.Read(), root)
	if err == nil && !holds {
		err = &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "backup.not_whole"}
	}
	return err
}

// try makes the folder and writes to it.
func try(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".try-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString("x")
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name()))
}

func (s *Service) folder(in Settings) string {
	if in.Folder != "" {
		return filepath.Clean(in.Folder)
	}
	return s.Default
}

func (s *Service) target(in Settings) store.Target {
	return store.Target{Dir: s.folder(in), Free: s.Free}
}

// Folder is where backups go now.
func (s *Service) Folder(ctx context.Context) (string, error) {
	in, _, err := s.Settings(ctx)
	return s.folder(in), err
}

// The kinds of jobs.
const (
	TakeJob  = "backup.take"
	CheckJob = "backup.check"
	DrillJob = "backup.drill"
)

// JobKinds are the kinds of the room's jobs.
func JobKinds() []string { return []string{TakeJob, CheckJob, DrillJob} }

// order is the payload of a job.
type order struct {
	Reason store.Reason `json:"reason,omitempty"`
	Name   string       `json:"name,omitempty"` // of the backup to check
	ByID   string       `json:"by_id"`
	ByName string       `json:"by_name"`
}

// Start asks for a backup now and returns its job; one that waits or runs
// already is returned instead.
func (s *Service) Start(ctx context.Context) (jobs.Job, error) {
	return s.ask(ctx, "backup.Start", TakeJob, order{Reason: store.Asked})
}

// Check asks that every byte of the backup called name be read and compared.
func (s *Service) Check(ctx context.Context, name string) (jobs.Job, error) {
	return s.ask(ctx, "backup.Check", CheckJob, order{Name: name})
}

// Drill asks that the newest backup be restored into a temporary folder,
// compared, opened, and removed again.
func (s *Service) Drill(ctx context.Context) (jobs.Job, error) {
	return s.ask(ctx, "backup.Drill", DrillJob, order{})
}

func (s *Service) ask(ctx context.Context, op, kind string, o order) (jobs.Job, error) {
	actor, scope, err := auth.Need(ctx, op, mayConfigure)
	if err != nil {
		return jobs.Job{}, err
	}
	if err := s.whole(ctx, op, scope); err != nil {
		return jobs.Job{}, err
	}
	if o.Name != "" {
		if _, err := s.entry(ctx, o.Name); err != nil {
			return jobs.Job{}, err
		}
	}
	o.ByID, o.ByName = actor.ID, actor.Name
	under, err := s.underway(ctx)
	if err != nil {
		return jobs.Job{}, err
	}
	for _, j := range under {
		var has order
		if j.Kind == kind && j.Decode(&has) == nil && has.Name == o.Name {
			return j, nil
		}
	}
	root, err := s.Root(ctx)
	if err != nil {
		return jobs.Job{}, err
	}
	var j jobs.Job
	now := s.Now()
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if j, err = s.Queue.Enqueue(ctx, tx, jobs.Task{Kind: kind, Key: db.NewID(), Payload: o, Unit: root, MaxAttempts: attempts(kind)}); err != nil {
			return err
		}
		return audit.Add(ctx, tx, now, audit.Entry{Action: kind + ".ask", Kind: "backup", Object: j.ID, Unit: root, Detail: map[string]any{"name": o.Name}})
	})
	return j, db.Error(op, err)
}

// attempts says how often a job is tried: a backup again when a share was away
// for a moment; a check or drill that failed has given its answer.
func attempts(kind string) int64 {
	if kind == TakeJob {
		return 3
	}
	return 1
}

// Cancel ends a job of the room; what it had written is removed.
func (s *Service) Cancel(ctx context.Context, id string) error {
	const op = "backup.Cancel"
	_, scope, err := auth.Need(ctx, op, mayConfigure)
	if err != nil {
		return err
	}
	j, err := s.Queue.Get(ctx, scope, id)
	if err != nil {
		return err
	}
	if j.Kind != TakeJob && j.Kind != CheckJob && j.Kind != DrillJob {
		return fault.Missing(op)
	}
	_, err = s.Queue.Cancel(ctx, scope, id)
	return err
}

// Busy reports whether a backup, check or drill waits or runs. As Status, it is
// the system's own question.
func (s *Service) Busy(ctx context.Context) (bool, error) {
	list, err := s.underway(ctx)
	return len(list) > 0, err
}

// underway are the jobs of the room that wait or run, oldest first.
func (s *Service) underway(ctx context.Context) (list []jobs.Job, err error) {
	err = s.Records.Read().NewSelect().Model(&list).Where("state IN ('queued', 'running')").
		Where("kind IN (?, ?, ?)", TakeJob, CheckJob, DrillJob).Order("id").Scan(ctx)
	return list, db.Error("backup.underway", err)
}

// Attend asks for the nightly backup when it is due: at the chosen hour, or as
// soon as the program runs after it. app calls it every minute; the job's key
// is the night, so that it is asked for once.
func (s *Service) Attend(ctx context.Context) error {
	in, _, err := s.Settings(ctx)
	if err != nil || in.Off {
		return err
	}
	slot := in.slot(s.Now())
	founded, err := s.Founded(ctx)
	if err != nil || founded.IsZero() || founded.After(slot) {
		return err
	}
	key := "nightly " + slot.Format("2006-01-02")
	n, err := s.Records.Read().NewSelect().Table("job").Where("kind = ?", TakeJob).Where("key = ?", key).Count(ctx)
	if err != nil || n > 0 {
		return db.Error("backup.Attend", err)
	}
	root, err := s.Root(ctx)
	if err != nil {
		return err
	}
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.Queue.Enqueue(ctx, tx, jobs.Task{Kind: TakeJob, Key: key, Unit: root, MaxAttempts: attempts(TakeJob),
			Payload: order{Reason: store.Nightly, ByID: "system", ByName: "system"}})
		return err
	})
}

// Settle puts a restored copy at rest: work of the room that was underway in
// the backup is not taken up again, and the trail says that it was restored.
func (s *Service) Settle(ctx context.Context, from string, m store.Manifest) error {
	now := s.Now()
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewUpdate().Table("job").Set("state = 'cancelled'").Set("lease_owner = ''").Set("lease_until = NULL").
			Set("ended_at = ?", db.At(now)).Where("kind IN (?, ?, ?)", TakeJob, CheckJob, DrillJob).Where("state IN ('queued', 'running')").Exec(ctx)
		if err != nil {
			return db.Error("backup.Settle", err)
		}
		return audit.Add(ctx, tx, now, audit.Entry{Action: "backup.restore", Kind: "backup", Object: from,
			Detail: map[string]any{"made_at": m.MadeAt, "version": m.Product, "rows": m.Rows(), "files": m.Files.Rows}})
	})
}

func failure(err error) string {
	e := fault.Of(err)
	f := jobs.Failure{Message: e.Public()}
	for _, a := range e.Args {
		if text, ok := a.(string); ok {
			f.Args = append(f.Args, text)
		}
	}
	raw, err := json.Marshal(f)
	if err != nil { // strings always marshal
		return "{}"
	}
	return string(raw)
}

// Failure is why the run failed, for a person.
func (r Run) Failure() jobs.Failure { return jobs.Job{Error: r.Problem}.Failure() }
