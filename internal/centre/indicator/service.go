// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"embed"
	"io"
	"log/slog"
	"maps"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// Migrations hold the schema of the room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// JobKind names the durable work of loading a file and of building the index.
const JobKind = "indicator.load"

// Deps are what the room is built from. Records, Files, Queue,
// Now and Root are required.
type Deps struct {
	Records *db.DB
	Files   *blob.Store
	Queue   *jobs.Queue
	Now     func() time.Time
	Log     *slog.Logger // nil discards
	// Root is the id of the centre's own unit, which owns what overrules
	// detection everywhere.
	Root func(ctx context.Context) (string, error)
	// Folder is where the index lies between two runs, with what must wait while
	// a list is read; empty keeps it in memory.
	Folder string
	// Limit is the most bytes one file may bring; 0 is 256 MiB.
	Limit int64
	// Most is how many indicators all lists together may hold, about 60 bytes
	// of memory each and twice that while the index is rebuilt; 0 is 20 million.
	Most int64
	// Patience is how long a search may take for one page; 0 is 700 ms. What it
	// did not come to is offered to be looked through on.
	Patience time.Duration
	// Refused is told, inside the transaction, of a list whose new version
	// cannot be put in force. May be nil.
	Refused func(ctx context.Context, tx *db.Tx, l List, seq int64) error
	// Changed is told, inside the transaction, of each change of what is
	// matched: its generation, and the owner of the list. May be nil.
	Changed func(ctx context.Context, tx *db.Tx, generation int64, unit string) error
}

// Service holds the use cases and the live index. It is safe for concurrent
// use.
type Service struct {
	deps  Deps
	live  intel.Live
	state atomic.Pointer[state]   // of what live has
	fault atomic.Pointer[failure] // of the latest try to renew it; nil when it worked
	turn  chan struct{}           // holds the right to swap

	clashTurn sync.Mutex
	clashed   *clashes // of the latest swap that somebody asked about
}

// New makes the room. The live index is empty until Current.
func New(d Deps) *Service {
	if d.Limit <= 0 {
		d.Limit = 256 << 20
	}
	if d.Most <= 0 {
		d.Most = 20_000_000
	}
	if d.Patience == 0 {
		d.Patience = 700 * time.Millisecond
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{deps: d, turn: make(chan struct{}, 1)}
	s.state.Store(&state{generation: -1})
	return s
}

// List gives one page of the lists the actor may see.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	v, err := needView(ctx, "indicator.List")
	if err != nil {
		return Page{}, err
	}
	p, err := page(ctx, s.deps.Records.Read(), v, f)
	if err != nil {
		return p, err
	}
	for i := range p.Rows {
		if l := &p.Rows[i]; l.Waiting {
			j, err := s.deps.Queue.Get(ctx, v.scope, l.job)
			if err != nil && !fault.Is(err, fault.NotFound) { // of a list whose owner's work the actor does not see
				return p, err
			}
			l.Stopped = stopped(j)
		}
	}
	return p, nil
}

// stopped reports that nobody is going to do j unless somebody asks again.
func stopped(j jobs.Job) bool { return j.State == jobs.Cancelled || j.State == jobs.Failed }

// Get is one list the actor may see, else fault.NotFound.
func (s *Service) Get(ctx context.Context, id ID) (List, error) {
	v, err := needView(ctx, "indicator.Get")
	if err != nil {
		return List{}, err
	}
	return get(ctx, s.deps.Records.Read(), v, id)
}

// Matching reports whether any block list is on and has content, to whoever
// shows a figure that rests on matching. It names no list and asks no
// permission.
func (s *Service) Matching(ctx context.Context) (bool, error) {
	found, err := s.deps.Records.Read().NewSelect().Model((*row)(nil)).Where("l.kind = ?", string(Block)).Where("l.active = ?", true).
		Where("l.seq > 0").Exists(ctx)
	return found, db.Error("indicator.Matching", err)
}

// InForce is how many indicators of l, which the caller has got, would be
// matched while it is on.
func (s *Service) InForce(ctx context.Context, l List) (int64, error) {
	if l.Builtin {
		held, err := entries(ctx, s.deps.Records.Read(), l.ID, true)
		return int64(len(held)), err
	}
	if l.Seq == 0 {
		return 0, nil
	}
	v, err := getVersion(ctx, s.deps.Records.Read(), l.ID, l.Seq)
	return v.Report.Added, err
}

// maxShown is how many versions of a list a page shows.
const maxShown = 100

// Versions are the files a list was made from, newest first, at most 100.
func (s *Service) Versions(ctx context.Context, id ID) ([]Version, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return nil, err
	}
	return versions(ctx, s.deps.Records.Read(), id, maxShown)
}

// Job is the work of loading a version, for those whose scope holds the list's
// owner; fault.NotFound for others.
func (s *Service) Job(ctx context.Context, v Version) (jobs.Job, error) {
	_, scope, err := auth.Need(ctx, "indicator.Job", mayRead)
	if err != nil {
		return jobs.Job{}, err
	}
	return s.deps.Queue.Get(ctx, scope, v.Job)
}

// File is an uploaded file, stored and not yet used.
type File struct {
	ref  blob.Ref
	name string
}

// Store takes in the bytes of a file for Create or Replace. It fails with
// fault.Invalid (field "file") for an empty or too large one.
func (s *Service) Store(ctx context.Context, name string, r io.Reader) (File, error) {
	const op = "indicator.Store"
	if _, _, err := needManage(ctx, op); err != nil {
		return File{}, err
	}
	ref, err := s.deps.Files.Put(ctx, r, s.deps.Limit)
	if fault.Is(err, fault.TooLarge) {
		return File{}, &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"file": "indicator.bad.too_large"},
			Args: []any{s.deps.Limit >> 20}, Err: err}
	}
	if err != nil {
		return File{}, err
	}
	return File{ref, cutName(name)}, nil
}

func (f File) check(op string) error {
	if f.ref.Size == 0 {
		return fault.Bad(op, "file", "indicator.bad.file")
	}
	return nil
}

// cutName keeps what a person needs of a sender's file name.
func cutName(name string) string {
	name = i18n.NFC(name)
	if name == "" {
		return "-"
	}
	if utf8.RuneCountInString(name) > 200 {
		name = string([]rune(name)[:200])
	}
	return name
}

// Create makes a list of f's content and asks for the work of loading it; the
// list is matched when that is done. An empty owner is the topmost unit the
// actor manages. Errors: fault.Invalid by field, fault.Forbidden.
func (s *Service) Create(ctx context.Context, l List, f File) (List, error) {
	const op = "indicator.Create"
	actor, scope, err := needManage(ctx, op)
	if err != nil {
		return List{}, err
	}
	if l.Owner == "" {
		l.Owner = scope.Roots()[0]
	}
	l.ID, l.Active, l.Builtin, l.Seq, l.Version = ID(db.NewID()), true, false, 0, 1
	l.CreatedAt, l.CreatedBy = s.deps.Now(), actor.Name
	if err := join(l.Check(), f.check(op)); err != nil {
		return l, err
	}
	err = s.deps.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.owned(ctx, tx, scope, l); err != nil {
			return err
		}
		r := toRow(l)
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			if db.IsDuplicate(err) {
				return fault.Bad(op, "name", "indicator.bad.name_taken")
			}
			return db.Error(op, err)
		}
		if err := s.receive(ctx, tx, l, Version{Seq: 1, ReceivedBy: actor.Name}, f); err != nil {
			return err
		}
		return s.note(ctx, tx, "indicator.create", l, map[string]any{"name": l.Name, "kind": l.Kind, "tlp": l.TLP, "scope": l.Scope,
			"file": f.name, "sha256": f.ref.SHA256, "size": f.ref.Size})
	})
	s.deps.Queue.Wake()
	return l, err
}

// join puts the fields of two fault.Invalid errors into one.
func join(a, b error) error {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	both := *fault.Of(a)
	both.Fields = map[string]string{}
	for _, e := range []error{b, a} {
		maps.Copy(both.Fields, fault.Of(e).Fields)
	}
	return &both
}

// owned refuses an owner outside scope, and an allow list of anybody but the
// centre, since it silences detection for all.
func (s *Service) owned(ctx context.Context, tx *db.Tx, scope auth.Scope, l List) error {
	const op = "indicator.owned"
	in, err := scope.Holds(ctx, tx, l.Owner)
	if err != nil {
		return db.Error(op, err)
	}
	if !in {
		return fault.Bad(op, "unit", "indicator.bad.unit")
	}
	if l.Kind == Allow {
		root, err := s.deps.Root(ctx)
		if err != nil {
			return err
		}
		if l.Owner != root {
			return fault.Bad(op, "unit", "indicator.bad.allow_owner")
		}
	}
	return nil
}

// receive stores a version and asks for the work of loading it.
func (s *Service) receive(ctx context.Context, tx *db.Tx, l List, v Version, f File) error {
	v.List, v.File, v.SHA256, v.Size, v.State, v.ReceivedAt = l.ID, f.name, f.ref.SHA256, f.ref.Size, Waiting, s.deps.Now()
	j, err := s.deps.Queue.Enqueue(ctx, tx, jobs.Task{Kind: JobKind, Key: string(l.ID) + "/" + strconv.FormatInt(v.Seq, 10),
		Payload: payload{l.ID, v.Seq}, Unit: l.Owner})
	if err != nil {
		return err
	}
	v.Job = j.ID
	r, err := toVersionRow(v)
	if err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("indicator.receive", err)
}

// Replace brings a new file for a list; its content takes the place of the old
// when it is loaded, and the old stays in force until then, or for good when it
// cannot be loaded. version is the list's as the actor saw it. Errors:
// fault.Invalid (file, note), fault.Conflict, fault.Forbidden.
func (s *Service) Replace(ctx context.Context, id ID, version int64, note string, f File) (List, error) {
	const op = "indicator.Replace"
	if note = i18n.NFC(note); utf8.RuneCountInString(note) > maxReason {
		return List{}, fault.Bad(op, "note", "indicator.bad.reason")
	}
	if _, _, err := needManage(ctx, op); err != nil {
		return List{}, err
	}
	if err := f.check(op); err != nil {
		return List{}, err
	}
	return s.change(ctx, op, id, version, func(ctx context.Context, tx *db.Tx, l *List, actor auth.Actor) error {
		have, err := versions(ctx, tx, id, 1)
		if err != nil {
			return err
		}
		v := Version{Seq: 1, Note: note, ReceivedBy: actor.Name}
		if len(have) > 0 {
			v.Seq = have[0].Seq + 1
			if have[0].SHA256 == f.ref.SHA256 && have[0].State == Loaded {
				return fault.Bad(op, "file", "indicator.bad.same")
			}
		}
		if err := s.receive(ctx, tx, *l, v, f); err != nil {
			return err
		}
		return s.note(ctx, tx, "indicator.replace", *l, map[string]any{"seq": v.Seq, "file": f.name, "sha256": f.ref.SHA256,
			"size": f.ref.Size, "note": note})
	})
}

// Switch turns a list on or off; off, it is kept and not matched, and asks for
// a reason. Findings made before stand. Errors: fault.Invalid (reason),
// fault.Conflict for a stale version or no change, fault.Forbidden.
func (s *Service) Switch(ctx context.Context, id ID, version int64, on bool, reason string) (List, error) {
	const op = "indicator.Switch"
	if _, _, err := needManage(ctx, op); err != nil {
		return List{}, err
	}
	action := "indicator.on"
	if !on {
		action = "indicator.off"
		var err error
		if reason, err = checkReason(op, reason); err != nil {
			return List{}, err
		}
	}
	l, err := s.change(ctx, op, id, version, func(ctx context.Context, tx *db.Tx, l *List, _ auth.Actor) error {
		if l.Active == on {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		l.Active = on
		if err := s.rebuild(ctx, tx, l.Owner); err != nil {
			return err
		}
		return s.note(ctx, tx, action, *l, map[string]any{"name": l.Name, "reason": reason})
	})
	if err == nil {
		s.soon(ctx)
	}
	return l, err
}

// change loads a list the actor sees and manages, lets fn change it, and
// writes it.
func (s *Service) change(ctx context.Context, op string, id ID, version int64,
	fn func(context.Context, *db.Tx, *List, auth.Actor) error) (List, error) {
	actor, scope, err := needManage(ctx, op)
	if err != nil {
		return List{}, err
	}
	var l List
	err = s.deps.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if l, err = get(ctx, tx, viewOf(actor), id); err != nil {
			return err
		}
		in, err := scope.Holds(ctx, tx, l.Owner)
		if err != nil {
			return db.Error(op, err)
		}
		if !in {
			return &fault.Error{Kind: fault.Forbidden, Op: op}
		}
		if l.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		if l.Builtin && op == "indicator.Replace" {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "indicator.err.builtin"}
		}
		if err := fn(ctx, tx, &l, actor); err != nil {
			return err
		}
		l.Version = version + 1
		return update(ctx, tx, l, version)
	})
	s.deps.Queue.Wake()
	return l, err
}

// rebuild counts a change of what is matched and asks for a new index.
func (s *Service) rebuild(ctx context.Context, tx *db.Tx, unit string) error {
	gen, err := s.advance(ctx, tx, unit)
	if err != nil {
		return err
	}
	_, err = s.deps.Queue.Enqueue(ctx, tx, jobs.Task{Kind: JobKind, Key: "generation/" + strconv.FormatInt(gen, 10), Unit: unit})
	return err
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, l List, detail map[string]any) error {
	return audit.Add(ctx, tx, s.deps.Now(), audit.Entry{Action: action, Kind: "indicator", Object: string(l.ID), Unit: l.Owner, Detail: detail})
}
