// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"embed"
	"io"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// firstHour names the setting that holds record.
const firstHour = "first_hour"

// Backups is what the room asks of the backup room.
type Backups interface {
	Status(ctx context.Context) (Backup, error)
	// SetFolder chooses where backups lie; fault.Invalid, field "folder", for one
	// that cannot be written to.
	SetFolder(ctx context.Context, folder string) error
	// Start begins a backup, Drill a restore of the newest one into an empty
	// folder, checked and thrown away. Both return before they are over; Status
	// tells. fault.Conflict while one runs.
	Start(ctx context.Context) error
	Drill(ctx context.Context) error
}

// Loader puts data in for the person at the keyboard, through the rooms it
// belongs to. Each method asks for the permission of its room.
type Loader interface {
	// List takes a list of indicators, Log a log file, into a source of the
	// centre's own. They return when the file is stored; the work follows.
	List(ctx context.Context, name string, r io.Reader) error
	Log(ctx context.Context, name string, r io.Reader) error
	// Sample puts one part of the sample in; a part that is there stays. People
	// of the sample have no password and nobody gets their links.
	Sample(ctx context.Context, part Part) error
	// Unload takes the sample out of use: people disabled, list off, source
	// closed, infections marked false, units ended today. History keeps them.
	Unload(ctx context.Context) error
}

// Deps are what the room is built from.
type Deps struct {
	Records *db.DB
	Now     func() time.Time
	Packs   *rulepack.Set
	// Root is the id of the unit that runs the centre, and its name.
	Root func(ctx context.Context) (id, name string, err error)
	// Facts tells what the records say; the actor's scope holds the root.
	Facts func(ctx context.Context) (Facts, error)
	Load  Loader
	// Backups is nil where the program keeps none: its step is left out.
	Backups Backups
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	Deps
	language atomic.Pointer[i18n.Language] // as last read or saved; nil before
}

// New makes the room.
func New(d Deps) *Service { return &Service{Deps: d} }

var (
	mayRead      = auth.Permission{Area: auth.Settings, Act: auth.Read}
	mayWrite     = auth.Permission{Area: auth.Settings, Act: auth.Write}
	mayReadRules = auth.Permission{Area: auth.RulePacks, Act: auth.Read}
)

// whole asks for a permission over the whole centre: who holds it in one unit
// alone does not set the centre up.
func (s *Service) whole(ctx context.Context, op string, p auth.Permission) (auth.Actor, error) {
	actor, scope, err := auth.Need(ctx, op, p)
	if err != nil {
		return actor, err
	}
	root, _, err := s.Root(ctx)
	if err != nil {
		return actor, err
	}
	if in, err := scope.Holds(ctx, s.Records.Read(), root); err != nil || !in || root == "" {
		if err != nil {
			return actor, db.Error(op, err)
		}
		return actor, &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return actor, nil
}

// Pack is the rule pack in force today.
func (s *Service) Pack() *rulepack.Pack { return s.Packs.At(calendar.DateOf(s.Now())) }

// Body is the body's head of papers with its version. Nobody's permission is
// asked: what it says stands on every paper. Before anybody saved one it is
// guessed from the name of the centre's own unit and has version 0.
func (s *Service) Body(ctx context.Context) (Body, int64, error) {
	var b Body
	version, err := setting.Get(ctx, s.Records.Read(), bodySetting, &b)
	if err != nil || version > 0 {
		return b, version, err
	}
	_, name, err := s.Root(ctx)
	return b.guess(name, s.Pack()), 0, err
}

// SaveBody keeps the head of papers. Errors: fault.Invalid by field,
// fault.Conflict when somebody saved since version was read.
func (s *Service) SaveBody(ctx context.Context, b Body, version int64) error {
	const op = "setup.SaveBody"
	if _, err := s.whole(ctx, op, mayWrite); err != nil {
		return err
	}
	if err := b.check(holders(s.Pack())); err != nil {
		return err
	}
	err := s.put(ctx, bodySetting, version, b, "setting.body", map[string]any{"name": b.Name, "superior": b.Superior, "place": b.Place,
		"signer": b.Signer, "recipients": b.Recipients, "language": b.Language})
	if err == nil {
		s.language.Store(new(i18n.Language(b.Language)))
	}
	return err
}

// Language is that of readers who chose none, "" before anybody set it. It asks
// the records once; a failure counts as not set and is asked again.
func (s *Service) Language(ctx context.Context) i18n.Language {
	if l := s.language.Load(); l != nil {
		return *l
	}
	var b Body
	if _, err := setting.Get(ctx, s.Records.Read(), bodySetting, &b); err != nil {
		return ""
	}
	s.language.Store(new(i18n.Language(b.Language)))
	return i18n.Language(b.Language)
}

func (s *Service) put(ctx context.Context, name string, version int64, v any, action string, detail map[string]any) error {
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := setting.Put(ctx, tx, s.Now(), name, version, v); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "setting", Object: name, Detail: detail})
	})
}

// Progress is how far the first hour is, for who may write settings over the
// whole centre; fault.Forbidden for others.
func (s *Service) Progress(ctx context.Context) (Progress, error) {
	if _, err := s.whole(ctx, "setup.Progress", mayWrite); err != nil {
		return Progress{}, err
	}
	var rec record
	if _, err := setting.Get(ctx, s.Records.Read(), firstHour, &rec); err != nil {
		return Progress{}, err
	}
	var body Body
	if _, err := setting.Get(ctx, s.Records.Read(), bodySetting, &body); err != nil {
		return Progress{}, err
	}
	facts, err := s.Facts(ctx)
	if err != nil {
		return Progress{}, err
	}
	var backup *Backup
	if s.Backups != nil {
		b, err := s.Backups.Status(ctx)
		if err != nil && !fault.Is(err, fault.Forbidden) {
			return Progress{}, err
		}
		backup = &b
	}
	p := s.Pack()
	return progress(body, rec, rec.Pack.ID == p.ID && rec.Pack.Version == p.Version, facts, backup), nil
}

// change reads the record of the first hour, applies fn and keeps it.
func (s *Service) change(ctx context.Context, op, action string, detail map[string]any, fn func(r *record, by auth.Actor)) error {
	actor, err := s.whole(ctx, op, mayWrite)
	if err != nil {
		return err
	}
	var rec record
	version, err := setting.Get(ctx, s.Records.Read(), firstHour, &rec)
	if err != nil {
		return err
	}
	if rec.Skipped == nil {
		rec.Skipped = map[Step]Skip{}
	}
	fn(&rec, actor)
	return s.put(ctx, firstHour, version, rec, action, detail)
}

// ConfirmPack notes that the actor looked at the pack in force. version is the
// one that was shown: fault.Conflict when another is in force by now.
func (s *Service) ConfirmPack(ctx context.Context, version string) error {
	const op = "setup.ConfirmPack"
	p := s.Pack()
	if p.Version != version {
		return &fault.Error{Kind: fault.Conflict, Op: op}
	}
	return s.change(ctx, op, "setup.pack", map[string]any{"pack": p.ID, "version": p.Version}, func(r *record, by auth.Actor) {
		r.Pack = Confirmed{ID: p.ID, Version: p.Version, By: by.Name, At: s.Now().UTC()}
	})
}

// Skip leaves a step for later with a note (1..300 runes, field "note"); a step
// that is done meanwhile counts as done all the same.
func (s *Service) Skip(ctx context.Context, step Step, note string) error {
	const op = "setup.Skip"
	p, err := s.Progress(ctx)
	if err != nil {
		return err
	}
	if _, ok := p.Of(step); !ok {
		return fault.Missing(op)
	}
	note = i18n.NFC(note)
	if n := utf8.RuneCountInString(note); n == 0 || n > 300 {
		return fault.Bad(op, "note", "setup.bad.note")
	}
	return s.change(ctx, op, "setup.skip", map[string]any{"step": step, "note": note}, func(r *record, by auth.Actor) {
		r.Skipped[step] = Skip{Note: note, By: by.Name, At: s.Now().UTC()}
	})
}

// LoadSample puts one part of the sample in.
func (s *Service) LoadSample(ctx context.Context, part Part) error {
	if _, err := s.whole(ctx, "setup.LoadSample", mayWrite); err != nil {
		return err
	}
	return s.Load.Sample(ctx, part)
}

// UnloadSample takes the sample out of use.
func (s *Service) UnloadSample(ctx context.Context) error {
	if _, err := s.whole(ctx, "setup.UnloadSample", mayWrite); err != nil {
		return err
	}
	return s.Load.Unload(ctx)
}

// Take passes an uploaded list or log on.
func (s *Service) Take(ctx context.Context, part Part, name string, r io.Reader) error {
	const op = "setup.Take"
	if _, err := s.whole(ctx, op, mayWrite); err != nil {
		return err
	}
	switch part {
	case PartList:
		return s.Load.List(ctx, name, r)
	case PartLog:
		return s.Load.Log(ctx, name, r)
	}
	return fault.Missing(op)
}

// SetFolder chooses where backups lie.
func (s *Service) SetFolder(ctx context.Context, folder string) error {
	return s.backup(ctx, func(b Backups) error { return b.SetFolder(ctx, i18n.NFC(folder)) })
}

// StartBackup begins a backup now.
func (s *Service) StartBackup(ctx context.Context) error {
	return s.backup(ctx, func(b Backups) error { return b.Start(ctx) })
}

// Drill begins a restore drill now.
func (s *Service) Drill(ctx context.Context) error {
	return s.backup(ctx, func(b Backups) error { return b.Drill(ctx) })
}

func (s *Service) backup(ctx context.Context, do func(Backups) error) error {
	const op = "setup.backup"
	if _, err := s.whole(ctx, op, mayWrite); err != nil {
		return err
	}
	if s.Backups == nil {
		return fault.Missing(op)
	}
	return do(s.Backups)
}
