// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// Migrations hold the schema of the room. It leans on that of auth, audit and
// obligation.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Deps are what the room works with. Library, Papers and Tell may be nil.
type Deps struct {
	Records     *db.DB
	Files       *blob.Store
	Now         func() time.Time
	Limit       int64 // bytes of one file
	Words       *Lexicon
	Days        *calendar.Calendar
	Obligations *obligation.Service
	Library     Library
	Papers      Papers
	Queue       *jobs.Queue // opens the tasks of what goes to many; nil opens all at once
	AtOnce      int         // tasks that are opened in the request itself; 0 is 800
	// Bodies are the units and groups in the actor's sight, to be addressees.
	Bodies func(ctx context.Context) ([]Body, error)
	// Members are the units of a group on a day, in the actor's sight.
	Members func(ctx context.Context, group string, on calendar.Date) ([]string, error)
	// Heirs are the units that ended by today, each with the one unit that stands in
	// its place; those in whose place nobody or several stand are left out. nil: none.
	Heirs func(ctx context.Context) (map[string]string, error)
	// House is the head, place and signature of a letter of a body, the rest empty;
	// nil leaves them blank.
	House func(ctx context.Context, unit string) (officedoc.Paper, error)
	// Official is ctx in the language of official papers; nil takes ctx as it is.
	Official func(ctx context.Context) context.Context
	// Tell tells people inside the transaction of what happened.
	Tell func(ctx context.Context, tx *db.Tx, t Told) error
}

// Told is what people are told of.
type Told struct {
	Kind  string // "directive.issued", "directive.withdrawn", "directive.sent", "directive.returned", "directive.accepted", "directive.asked", "directive.answered", "directive.carried", "directive.unreceived"
	Units []string
	ID    ID
	Code  string
	Words string // what it is about: the subject, a question, a reason
	Href  string
	Key   string // the same twice is told once
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct{ Deps }

// New makes the room.
func New(d Deps) *Service {
	if d.AtOnce == 0 {
		d.AtOnce = 800
	}
	return &Service{d}
}

var (
	mayRead  = auth.Permission{Area: auth.Directives, Act: auth.Read}
	mayWrite = auth.Permission{Area: auth.Directives, Act: auth.Write}
)

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

func (s *Service) today() calendar.Date { return calendar.DateOf(s.Now()) }

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, d Directive, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["code"] = d.Code
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "directive", Object: string(d.ID), Unit: d.UnitID, Detail: detail})
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, t Told) error {
	if s.Tell == nil || len(t.Units) == 0 {
		return nil
	}
	return s.Deps.Tell(ctx, tx, t)
}

// New text is at most so many requirements: more is no directive.
const mostItems = 1000

// Arrival is a text that came: one of Document, Data with Name, and Paste.
type Arrival struct {
	Unit     string // the body that keeps it
	Document string // id of a paper of the register that has a file
	Name     string // of a file
	Data     []byte
	Paste    string
	Parent   ID     // the directive it carries on; may be empty
	Parts    string // the parts that are taken in: "Chương II; Điều 12-15"; empty: all
}

// TakeIn reads a text and keeps it with what it proposes. Nothing of a file that
// may not come in is kept. Errors: fault.Invalid by field (unit, document, file,
// paste, parent, parts), with a *paperfile.Refusal in its tree for a marked one, and
// a *TooMany for a text of which parts must be named.
func (s *Service) TakeIn(ctx context.Context, in Arrival) (Directive, error) {
	const op = "directive.take_in"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Directive{}, err
	}
	if holds, err := scope.Holds(ctx, s.Records.Read(), in.Unit); err != nil || !holds {
		return Directive{}, orBad(err, op, "unit", "directive.bad.unit")
	}
	if in.Parent != "" {
		if _, err := s.sight(ctx, op, s.Records.Read(), in.Parent); err != nil {
			return Directive{}, missing(err, op, "parent", "directive.bad.parent")
		}
	}
	reading, err := s.readingOf(ctx, op, &in)
	if err != nil {
		return Directive{}, err
	}
	if strings.TrimSpace(in.Parts) != "" && !reading.only(in.Parts) {
		return Directive{}, fault.Bad(op, "parts", "directive.bad.parts")
	}
	leaves := Leaves(reading.Requirements)
	switch {
	case len(leaves) == 0:
		return Directive{}, fault.Bad(op, fieldOf(in), "directive.bad.no_demand")
	case len(leaves) > mostItems:
		return Directive{}, &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"parts": "directive.bad.too_many"}, Err: &TooMany{Leaves: len(leaves), Sections: sections(reading.Requirements)}}
	}
	var bodies []Body
	if s.Bodies != nil {
		if bodies, err = s.Bodies(ctx); err != nil {
			return Directive{}, err
		}
	}
	d := Directive{ID: ID(db.NewID()), UnitID: in.Unit, DocumentID: in.Document, Parent: in.Parent, State: Drafted, FileName: in.Name, CreatedBy: actor.Name, CreatedAt: s.now(), Version: 1,
		Head: headFrom(reading), Doubts: []Doubted{}}
	for _, w := range reading.Warnings {
		d.Doubts = append(d.Doubts, Doubted{Warning: w})
	}
	if err := s.keep(ctx, op, &d, in, reading); err != nil {
		return Directive{}, err
	}
	known, err := s.names(ctx, in.Unit, bodies)
	if err != nil {
		return Directive{}, err
	}
	list, err := s.Words.propose(reading, bodies, known, func(leaf Leaf) ([]Proposal, error) {
		if s.Library == nil {
			return nil, nil
		}
		return s.Library.Propose(ctx, leaf)
	})
	if err != nil {
		return Directive{}, err
	}
	for n := range list {
		s.inWindow(&list[n], reading)
		s.Words.atAllTimes(&list[n])
		list[n].ID, list[n].Directive, list[n].Version = ItemID(db.NewID()), d.ID, 1
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if d.Code, err = nextCode(ctx, tx, d.UnitID, s.today().Year); err != nil {
			return err
		}
		if err := insert(ctx, tx, op, d, list); err != nil {
			return err
		}
		if err := s.helped(ctx, tx, in.Unit, known, list); err != nil {
			return err
		}
		return s.note(ctx, tx, op, d, map[string]any{"subject": d.Subject, "file": d.FileName, "sha256": d.FileSHA, "items": len(leaves), "document": d.DocumentID})
	})
	return d, err
}

func fieldOf(in Arrival) string {
	switch {
	case in.Document != "":
		return "document"
	case in.Paste != "":
		return "paste"
	}
	return "file"
}

// readingOf is what came as it was read, judged before anything is kept.
func (s *Service) readingOf(ctx context.Context, op string, in *Arrival) (Reading, error) {
	field := fieldOf(*in)
	switch field {
	case "document":
		if s.Papers == nil {
			return Reading{}, fault.Bad(op, field, "directive.bad.document")
		}
		var err error
		if in.Name, in.Data, err = s.Papers.File(ctx, in.Document); err != nil {
			return Reading{}, missing(err, op, field, "directive.bad.document")
		}
	case "paste":
		in.Name, in.Data = "van-ban.txt", []byte(in.Paste)
		if head := strings.ToLower(strings.TrimSpace(in.Paste)); strings.HasPrefix(head, "<") && strings.Contains(head, "</") {
			in.Name = "van-ban.html"
		}
	}
	if len(in.Data) == 0 {
		return Reading{}, fault.Bad(op, field, "directive.bad.nothing")
	}
	if int64(len(in.Data)) > s.Limit {
		return Reading{}, &fault.Error{Kind: fault.TooLarge, Op: op, Msg: "fault.too_large_of", Args: []any{i18n.Bytes(ctx, s.Limit)}}
	}
	reading, err := s.Words.ReadFile(ctx, in.Name, in.Data, s.today())
	if err != nil {
		if r := new(paperfile.Refusal); errors.As(err, &r) {
			return Reading{}, s.refused(ctx, op, field, in, r)
		}
		e := fault.Of(err)
		if reason := e.Fields["file"]; e.Kind == fault.Invalid && reason != "" {
			return Reading{}, &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{field: reason}, Err: err}
		}
		return Reading{}, err
	}
	return reading, nil
}

// refused notes that a file was refused, with nothing of what it says.
func (s *Service) refused(ctx context.Context, op, field string, in *Arrival, r *paperfile.Refusal) error {
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "directive.refuse", Kind: "directive", Unit: in.Unit, Detail: map[string]any{"rule": string(r.Rule), "size": len(in.Data)}})
	})
	if err != nil {
		return err
	}
	reason := fault.Of(r).Fields["file"]
	if reason == "" {
		reason = "directive.bad.kind"
	}
	return &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{field: reason}, Err: r}
}

// keep puts the file and the reading away, and registers the paper where it is
// not in the register yet. One whose head is not enough for that is kept without.
func (s *Service) keep(ctx context.Context, op string, d *Directive, in Arrival, reading Reading) error {
	ref, err := s.Files.Put(ctx, bytes.NewReader(in.Data), s.Limit)
	if err != nil {
		return err
	}
	d.FileSHA = ref.SHA256
	raw, err := json.Marshal(reading)
	if err != nil {
		return err
	}
	if ref, err = s.Files.Put(ctx, bytes.NewReader(raw), 16*s.Limit+1<<20); err != nil {
		return err
	}
	d.ReadingSHA = ref.SHA256
	if d.DocumentID != "" || s.Papers == nil {
		return nil
	}
	d.DocumentID, err = s.Papers.Register(ctx, NewPaper{Unit: d.UnitID, Head: d.Head, FileName: in.Name, Data: in.Data})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Forbidden) {
		d.DocumentID, err = "", nil
		d.Doubts = append(d.Doubts, Doubted{Warning: Warning{Doubt: NotRegistered}})
	}
	return err
}

// NotRegistered says that the paper could not be entered in the register.
const NotRegistered Doubt = "not_registered"

func headFrom(r Reading) Head {
	str := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	h := Head{Kind: r.Kind, Number: str(r.Number), Symbol: str(r.Symbol), Date: str(r.Date), Precision: r.Precision, Issuer: str(r.Issuer), Subject: str(r.Subject), Urgency: urgencyOf(str(r.Urgency)).Key()}
	if r.Signer != nil {
		h.Signer = strings.TrimSpace(strings.TrimSpace(r.Signer.Title+" ") + " " + r.Signer.Name)
	}
	if n := []rune(h.Subject); len(n) > mostSubject {
		h.Subject = string(n[:mostSubject])
	}
	return h
}

func orBad(err error, op, field, reason string) error {
	if err != nil {
		return err
	}
	return fault.Bad(op, field, reason)
}

// missing makes a fault of a form's field of what is not there or not seen.
func missing(err error, op, field, reason string) error {
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return fault.Bad(op, field, reason)
	}
	return err
}

func (s *Service) sight(ctx context.Context, op string, q bun.IDB, id ID) (Directive, error) {
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Directive{}, err
	}
	return get(ctx, q, op, scope, id)
}

// Folder is a directive with its requirements, in their order.
type Folder struct {
	Directive
	Items []Item
	May   bool // the reader may decide on it: it is kept by a body they write for
}

// Leaves are those that ask something.
func (f Folder) Leaves() []Item {
	return slices.DeleteFunc(slices.Clone(f.Items), func(it Item) bool { return !it.Leaf })
}

// Left counts the requirements nobody decided on.
func (f Folder) Left() (n int) {
	for _, it := range f.Items {
		if it.Leaf && it.State == Proposed {
			n++
		}
	}
	return n
}

// Get is a directive in the actor's sight, whole: one their bodies keep, or one
// that was issued to them.
func (s *Service) Get(ctx context.Context, id ID) (Folder, error) {
	const op = "directive.Get"
	d, err := s.sight(ctx, op, s.Records.Read(), id)
	if err != nil {
		return Folder{}, err
	}
	f := Folder{Directive: d}
	if f.Items, err = items(ctx, s.Records.Read(), id); err != nil {
		return f, err
	}
	if _, scope, err := auth.Need(ctx, op, mayWrite); err == nil {
		if f.May, err = scope.Holds(ctx, s.Records.Read(), d.UnitID); err != nil {
			return f, err
		}
	}
	return f, nil
}

// List lists directives in the actor's sight, the newest first, and how many
// there are in all.
func (s *Service) List(ctx context.Context, f Filter) ([]Directive, int64, error) {
	const op = "directive.List"
	actor, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, 0, err
	}
	var late []string
	if f.Late {
		if late, err = s.Obligations.Latest(ctx, SubjectKind); err != nil {
			return nil, 0, err
		}
	}
	return list(ctx, s.Records.Read(), op, scope, f, actor.Home, late)
}

// tallies count what is owed on some directives, by their ids.
func (s *Service) tallies(ctx context.Context, list []Directive) (map[string]obligation.Tally, error) {
	var ids []string
	for _, d := range list {
		if !d.IssuedAt.IsZero() {
			ids = append(ids, string(d.ID))
		}
	}
	return s.Obligations.Tallies(ctx, SubjectKind, ids)
}

// Reading is what was read of a directive that the actor sees, with its text.
func (s *Service) Reading(ctx context.Context, d Directive) (Reading, error) {
	f, err := s.Files.Open(ctx, d.ReadingSHA)
	if err != nil {
		return Reading{}, err
	}
	raw, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return Reading{}, err
	}
	var r Reading
	return r, json.Unmarshal(raw, &r)
}
