// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"embed"
	"io"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/calendar"
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

// JobKind names the durable work of reading one file.
const JobKind = "source.file"

// Deps are what the room is built from. Limit is the most bytes one file may
// bring.
type Deps struct {
	Records *db.DB
	Files   *blob.Store
	Queue   *jobs.Queue
	Now     func() time.Time
	Limit   int64
	// Unread is told, inside the transaction, of a file that could not be read
	// to its end. May be nil.
	Unread func(ctx context.Context, tx *db.Tx, f File) error
	// Calendar says which days are worked: for sources that speak in office
	// hours.
	Calendar *calendar.Calendar
	// Hours are those of an office on a day, from its midnight, as the rule pack
	// of that day has them; ok is false where it says none: all of a day that is
	// worked counts then. May be nil.
	Hours func(day calendar.Date) (from, to time.Duration, ok bool)
	// Told is told, inside the transaction, of what people must know of a source:
	// that it fell silent, came back, flaps or leaves its pattern. May be nil.
	Told func(ctx context.Context, tx *db.Tx, a Alert) error
	// Through are the collectors that lines of sources come through. Their
	// silence explains that of a source, of which people are then not told. nil:
	// there are none.
	Through func(ctx context.Context) (map[ID][]Passage, error)
	// Keep keeps the lines of a file that was read, for searching: once however
	// often it is called. May be nil.
	Keep func(ctx context.Context, f File, how Reader) error
	// Least is the least coverage of a figure, in percent.
	Least func() int64
	// Oldest is when the oldest line was received that is not read yet; zero when
	// none waits. nil where lines are read as they come.
	Oldest func(ctx context.Context) (time.Time, error)
	// ToldDeaf is told, inside the transaction, when the centre listens again
	// after it did not. May be nil.
	ToldDeaf func(ctx context.Context, tx *db.Tx, d Deaf) error
	// Skew is how much a sender's clock may differ from ours before people are
	// warned; nil: nobody is.
	Skew func() time.Duration
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	Deps
	directory Directory
	kept      kept
	repeated  repeated
	rated     atomic.Int64 // the hour whose rates were compared last, Unix ms
}

// New makes the room.
func New(d Deps) *Service { return &Service{Deps: d} }

var (
	mayRead  = auth.Permission{Area: auth.Settings, Act: auth.Read}
	mayWrite = auth.Permission{Area: auth.Settings, Act: auth.Write}
)

// Feeding is the one permission a program that sends logs needs.
var Feeding = mayWrite

// List gives one page of the sources in scope and how many there are in all.
func (s *Service) List(ctx context.Context, f Filter) ([]Listed, int64, error) {
	_, scope, err := auth.Need(ctx, "source.List", mayRead)
	if err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.now = s.Now()
	return list(ctx, s.Records.Read(), scope, f)
}

// Get is one source in scope.
func (s *Service) Get(ctx context.Context, id ID) (Source, error) {
	_, scope, err := auth.Need(ctx, "source.Get", mayRead)
	if err != nil {
		return Source{}, err
	}
	return get(ctx, s.Records.Read(), scope, id)
}

// Files gives one page of a source's files, newest first, and their number.
func (s *Service) Files(ctx context.Context, id ID, before string, limit int) ([]File, int64, error) {
	_, scope, err := auth.Need(ctx, "source.Files", mayRead)
	if err != nil {
		return nil, 0, err
	}
	return files(ctx, s.Records.Read(), scope, id, before, limit)
}

// File is one file in scope.
func (s *Service) File(ctx context.Context, id FileID) (File, error) {
	_, scope, err := auth.Need(ctx, "source.File", mayRead)
	if err != nil {
		return File{}, err
	}
	return getFile(ctx, s.Records.Read(), scope, id)
}

// Sent is File for those who may send but not look around: the account of what
// was received in the units they send for.
func (s *Service) Sent(ctx context.Context, id FileID) (File, error) {
	_, scope, err := auth.Need(ctx, "source.Sent", Feeding)
	if err != nil {
		return File{}, err
	}
	return getFile(ctx, s.Records.Read(), scope, id)
}

// Create adds a source in a unit of the actor's scope.
func (s *Service) Create(ctx context.Context, src Source) (Source, error) {
	const op = "source.Create"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Source{}, err
	}
	src.ID, src.CreatedAt, src.Version, src.Closed = ID(db.NewID()), s.Now(), 1, false
	if err := src.Check(); err != nil {
		return Source{}, err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := owned(ctx, tx, scope, src.Owner, op); err != nil {
			return err
		}
		r := toRow(src)
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return taken(db.Error(op, err), op)
		}
		return s.note(ctx, tx, "source.create", src, map[string]any{"name": src.Name, "format": src.Format, "zone": src.Zone})
	})
	return src, err
}

func owned(ctx context.Context, tx *db.Tx, scope auth.Scope, unit, op string) error {
	in, err := scope.Holds(ctx, tx, unit)
	if err != nil {
		return db.Error(op, err)
	}
	if !in {
		return fault.Bad(op, "unit", "source.bad.unit")
	}
	return nil
}

func taken(err error, op string) error {
	if fault.Is(err, fault.Conflict) {
		return fault.Bad(op, "name", "source.bad.name_taken")
	}
	return err
}

// Update changes name, format, zone, note and whether the source is closed.
// The owner stays: it is stamped on what was received. fault.Conflict when
// version is not the current one.
func (s *Service) Update(ctx context.Context, in Source) (Source, error) {
	const op = "source.Update"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Source{}, err
	}
	var src Source
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if src, err = get(ctx, tx, scope, in.ID); err != nil {
			return err
		}
		src.Name, src.Format, src.Zone, src.Note, src.Closed = in.Name, in.Format, in.Zone, in.Note, in.Closed
		if err := src.Check(); err != nil {
			return err
		}
		src.Version = in.Version + 1
		if err := update(ctx, tx, src, in.Version); err != nil {
			if fault.Is(err, fault.Conflict) && db.IsDuplicate(fault.Of(err).Err) {
				return taken(err, op)
			}
			return err
		}
		return s.note(ctx, tx, "source.update", src, map[string]any{"name": src.Name, "format": src.Format, "zone": src.Zone, "closed": src.Closed})
	})
	if err != nil {
		return src, err
	}
	return src, s.RefreshWays(context.WithoutCancel(ctx))
}

// Receive stores one file from a source and asks for the work on it; both are
// durable when it returns. The same bytes from the same source are one file:
// again is true and nothing is done twice, unless nothing in them could be read
// and the source has another mapping file since. Errors: fault.NotFound outside the
// scope, fault.Conflict for a closed source and for one that reads by a mapping
// file and has none, fault.TooLarge, fault.Invalid for
// an empty file.
func (s *Service) Receive(ctx context.Context, id ID, name string, via Via, r io.Reader) (f File, again bool, err error) {
	const op = "source.Receive"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return File{}, false, err
	}
	src, err := get(ctx, s.Records.Read(), scope, id)
	if err != nil {
		return File{}, false, err
	}
	if src.Closed {
		return File{}, false, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "source.bad.closed"}
	}
	ref, err := s.Deps.Files.Put(ctx, r, s.Limit)
	if err != nil {
		return File{}, false, err
	}
	if ref.Size == 0 {
		return File{}, false, fault.Bad(op, "file", "source.bad.empty")
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		f = File{ID: FileID(db.NewID()), Source: src.ID, Owner: src.Owner, Name: cutName(name), SHA256: ref.SHA256, Size: ref.Size,
			Via: via, ReceivedAt: s.Now(), ReceivedBy: actor.Name, State: Waiting}
		if err := underMapping(ctx, tx, src, &f); err != nil {
			return err
		}
		again = false
		var have fileRow
		err := tx.NewSelect().Model(&have).Where("source_id = ?", string(src.ID)).Where("sha256 = ?", ref.SHA256).Scan(ctx)
		switch err := db.Error(op, err); {
		case err == nil && f.anew(have):
			if err := forget(ctx, tx, have); err != nil {
				return err
			}
		case err == nil:
			again = true
			if f, err = have.file(); err != nil {
				return err
			}
			return s.noteFile(ctx, tx, "source.receive_again", f, nil)
		case !fault.Is(err, fault.NotFound):
			return err
		}
		row, err := toFileRow(f)
		if err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		if _, err := s.Queue.Enqueue(ctx, tx, jobs.Task{Kind: JobKind, Key: string(f.ID), Payload: payload{f.ID}, Unit: f.Owner}); err != nil {
			return err
		}
		detail := map[string]any{"name": f.Name, "sha256": f.SHA256, "size": f.Size, "via": via}
		if have.ID != "" { // the file this one stands in place of
			detail["before"] = have.ID
		}
		return s.noteFile(ctx, tx, "source.receive", f, detail)
	})
	if err != nil {
		return File{}, false, err
	}
	s.Queue.Wake()
	return f, again, nil
}

type payload struct {
	File FileID `json:"file"`
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

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, src Source, detail map[string]any) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "source", Object: string(src.ID), Unit: src.Owner, Detail: detail})
}

func (s *Service) noteFile(ctx context.Context, tx *db.Tx, action string, f File, detail map[string]any) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "file", Object: string(f.ID), Unit: f.Owner, Detail: detail})
}

// Coverage says how far figures that rest on logs may be believed: of the
// sources that should send, how many were heard since a moment with something
// that could be read, and which are silent or broke.
type Coverage struct {
	Expected, Heard int64
	Files           int64    // ever received
	Silent          []Listed // longest silent first, at most ten: as the watch says, else not heard since the moment
	SilentTotal     int64
	Broken          []File // latest first, at most ten
	BrokenTotal     int64
}

// Coverage answers whoever reads findings, since their figures lean on it.
func (s *Service) Coverage(ctx context.Context, since time.Time) (Coverage, error) {
	_, scope, err := auth.Need(ctx, "source.Coverage", auth.Permission{Area: auth.Findings, Act: auth.Read})
	if err != nil {
		return Coverage{}, err
	}
	return coverage(ctx, s.Records.Read(), scope, since)
}
