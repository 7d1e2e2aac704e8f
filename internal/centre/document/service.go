// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"embed"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Migrations hold the schema of the room. It leans on that of auth and audit.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the texts of the room.
//
//go:embed messages.yaml
var Messages embed.FS

// Person may stand on a route.
type Person struct {
	ID, Name string
	Never    bool // has not signed in yet
}

// Report says what the signatures of a file are worth.
type Report struct {
	OK   bool   // all signatures hold and cover the content
	Bad  bool   // one is broken, or the file is not what was given to be signed
	Text string // for people, in their language
}

// Deps are what the room works with. The functions from Verify on may be nil.
type Deps struct {
	Records *db.DB
	Files   *blob.Store
	Now     func() time.Time
	Limit   int64 // bytes of one file
	// Codes are the code lists of the pack in force, in the language of ctx.
	Codes func(ctx context.Context) Codes
	// Official is ctx in the language of papers, whatever the reader's; nil: ctx.
	Official func(ctx context.Context) context.Context
	// People are those who hold one of needs in unit itself now: its own people.
	People func(ctx context.Context, q bun.IDB, unit string, needs ...auth.Permission) ([]Person, error)
	// Sheet reads the tables of a file as people send it, rows from the first;
	// fault.Invalid (file) when it is none.
	Sheet func(data []byte) ([][][]string, error)
	// Verify checks the signatures of a file, and of a signed one that it is the
	// original with what signing lawfully adds; original is nil where the paper
	// has none of its kind. A nil Verify says that nobody can.
	Verify func(ctx context.Context, f File, r, original io.Reader) (Report, error)
	// Organ is unit as a body on the document axis, without code where it has none;
	// OrganNamed the code of the body of that name, "" where none or several have it.
	Organ      func(ctx context.Context, unit string) (Organ, error)
	OrganNamed func(ctx context.Context, name string) (string, error)
	// Exchanged is told of each message of a paper that organ sent, as bytes; what it
	// gives is run in the transaction in which the message is recorded, and may be
	// nil.
	Exchanged func(ctx context.Context, organ string, message []byte) (func(ctx context.Context, tx *db.Tx) error, error)
	// Unreceipted is told of a paper whose recipients have not confirmed, in the
	// transaction that marks it told.
	Unreceipted func(ctx context.Context, tx *db.Tx, u Unreceipted) error
	// Issued is told of each paper that is issued, or recorded as issued, in its
	// transaction.
	Issued func(ctx context.Context, tx *db.Tx, d Document) error
	// Drafts write drafts in Word; nil: nobody does.
	Drafts Drafts
}

// Service holds the use cases.
type Service struct {
	Deps
	numbering sync.Mutex    // one number at a time in this process: serializable transactions would only undo each other
	slots     chan struct{} // files held in memory at once
	parcels   chan struct{} // messages held in memory at once
}

// atOnce is how many files are looked at together.
const atOnce = 4

// New makes the room.
func New(d Deps) *Service {
	return &Service{Deps: d, slots: make(chan struct{}, atOnce), parcels: make(chan struct{}, 1)}
}

var (
	mayRead  = auth.Permission{Area: auth.Documents, Act: auth.Read}
	mayWrite = auth.Permission{Area: auth.Documents, Act: auth.Write}
	maySign  = auth.Permission{Area: auth.Documents, Act: auth.Decide}
	maySend  = auth.Permission{Area: auth.Documents, Act: auth.Send}
)

// official are the code lists as papers name them.
func (s *Service) official(ctx context.Context) (context.Context, Codes) {
	if s.Official != nil {
		ctx = s.Official(ctx)
	}
	return ctx, s.Codes(ctx)
}

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// today is the local day: years of books turn at midnight in Hanoi.
func (s *Service) today() calendar.Date { return calendar.DateOf(s.Now()) }

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, d Document, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	if c := d.Code(); c != "" {
		detail["code"] = c
	}
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "document", Object: string(d.ID), Unit: d.Unit, Detail: detail})
}

// Begin opens a draft. It needs the right to write in the unit; number and date
// may be absent. Errors: fault.Invalid by field.
func (s *Service) Begin(ctx context.Context, h Head) (Document, error) {
	return s.begin(ctx, h, "", "")
}

// begin opens a draft, one that replaces, corrects or withdraws of where given.
func (s *Service) begin(ctx context.Context, h Head, rel Relation, of ID) (Document, error) {
	const op = "document.draft"
	h.Dir, h.Number, h.Date = Out, "", calendar.Date{}
	if err := h.check(op, s.Codes(ctx), false, s.today()); err != nil {
		return Document{}, err
	}
	return s.add(ctx, op, mayWrite, Document{Head: h, State: Draft}, rel, of)
}

// BeginIn opens a draft inside tx, so that it stands or falls with what else is
// written there: one that does rel to of, both of which may be empty, and that
// cites what cites say. It needs what Begin and Cite need. Errors: fault.Invalid by
// field, those of a citation as Cite names them.
func (s *Service) BeginIn(ctx context.Context, tx *db.Tx, h Head, rel Relation, of ID, cites ...Link) (Document, error) {
	const op = "document.draft"
	h.Dir, h.Number, h.Date = Out, "", calendar.Date{}
	codes := s.Codes(ctx)
	if err := h.check(op, codes, false, s.today()); err != nil {
		return Document{}, err
	}
	for n := range cites {
		if err := cites[n].check(op, codes); err != nil {
			return Document{}, err
		}
	}
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Document{}, err
	}
	d, err := s.put(ctx, tx, op, actor, scope, Document{Head: h, State: Draft}, rel, of)
	if err != nil {
		return Document{}, err
	}
	for _, l := range cites {
		if err := addLink(ctx, tx, d.ID, l, s.now(), actor.Name); err != nil {
			return Document{}, err
		}
		if err := s.note(ctx, tx, "document.cite", d, map[string]any{"relation": string(l.Relation), "cited": l.Code()}); err != nil {
			return Document{}, err
		}
	}
	return d, nil
}

// Register enters an incoming paper. Its number of arrival is typed, or the next
// of the unit's own book where that counts arrivals. Errors: fault.Invalid by
// field; the same paper twice is fault.Invalid (number).
func (s *Service) Register(ctx context.Context, h Head) (Document, error) {
	const op = "document.register"
	h.Dir = In
	if err := h.check(op, s.Codes(ctx), false, s.today()); err != nil {
		return Document{}, err
	}
	return s.add(ctx, op, mayWrite, Document{Head: h, State: Received}, "", "")
}

// Record enters an outgoing paper that was issued outside this program, with
// number and date; it needs the right to number. Where the unit keeps its own
// book here, the number is the next one and the date today. rel and of say what
// it does to a paper of the register; both may be empty.
func (s *Service) Record(ctx context.Context, h Head, rel Relation, of ID) (Document, error) {
	const op = "document.record"
	h.Dir = Out
	d := Document{Head: h, State: Issued, Standing: InForce, Recorded: true}
	rule, err := s.rule(ctx, s.Records.Read(), h.Unit, s.today().Year)
	if err != nil {
		return d, err
	}
	if rule.Mode == Typed {
		if err := d.check(op, s.Codes(ctx), true, s.today()); err != nil {
			return d, err
		}
	} else if err := d.check(op, s.Codes(ctx), false, s.today()); err != nil {
		return d, err
	}
	return s.add(ctx, op, maySend, d, rel, of)
}

// add writes a new paper.
func (s *Service) add(ctx context.Context, op string, need auth.Permission, d Document, rel Relation, of ID) (Document, error) {
	actor, scope, err := auth.Need(ctx, op, need)
	if err != nil {
		return Document{}, err
	}
	s.numbering.Lock()
	defer s.numbering.Unlock()
	var out Document
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.put(ctx, tx, op, actor, scope, d, rel, of)
		return err
	})
	return out, db.Error(op, err)
}

// put writes a new paper inside tx. One that takes a number needs the lock of the
// numbers.
func (s *Service) put(ctx context.Context, tx *db.Tx, op string, actor auth.Actor, scope auth.Scope, d Document, rel Relation, of ID) (Document, error) {
	in, err := scope.Holds(ctx, tx, d.Unit)
	if err != nil {
		return Document{}, err
	}
	if !in {
		return Document{}, fault.Bad(op, "unit", "document.bad.unit")
	}
	now := s.now()
	d.ID, d.DrafterID, d.DrafterName, d.CreatedAt, d.Version = ID(db.NewID()), actor.ID, actor.Name, now, 1
	switch {
	case d.State == Issued:
		d.NumberedAt, d.NumberedBy, d.IssuedAt, d.IssuedBy = now, actor.Name, now, actor.Name
		if err := s.number(ctx, tx, op, &d, d.Number, d.Date); err != nil {
			return Document{}, err
		}
	case d.State == Received:
		if err := s.arrive(ctx, tx, op, &d); err != nil {
			return Document{}, err
		}
	}
	if err := insert(ctx, tx, d); err != nil {
		return Document{}, err
	}
	if of != "" {
		if err := s.follow(ctx, tx, op, actor, d, rel, of); err != nil {
			return Document{}, err
		}
	}
	if d.State == Issued {
		if err := s.done(ctx, tx, d); err != nil {
			return Document{}, err
		}
	}
	return d, s.note(ctx, tx, op, d, map[string]any{"subject": d.Subject})
}

// change runs fn on a paper the actor sees and, in its unit, holds one of needs
// for. fn says what the trail says of it. The row is written anew.
func (s *Service) change(ctx context.Context, op string, id ID, version int64, needs []auth.Permission, fn func(ctx context.Context, tx *db.Tx, d *Document, by auth.Actor) (map[string]any, error)) (Document, error) {
	actor, ok := auth.From(ctx)
	if !ok {
		return Document{}, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	if _, _, err := auth.Need(ctx, op, mayRead); err != nil {
		return Document{}, err
	}
	var d Document
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if d, err = get(ctx, tx, sightOf(actor), id); err != nil {
			return err
		}
		if err := within(ctx, tx, op, actor, d.Unit, needs); err != nil {
			return err
		}
		if version > 0 && d.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		detail, err := fn(ctx, tx, &d, actor)
		if err != nil {
			return err
		}
		d.Version++
		if err := save(ctx, tx, d); err != nil {
			return err
		}
		return s.note(ctx, tx, op, d, detail)
	})
	return d, db.Error(op, err)
}

// within fails with fault.Forbidden unless the actor holds one of needs for unit.
func within(ctx context.Context, q bun.IDB, op string, actor auth.Actor, unit string, needs []auth.Permission) error {
	for _, p := range needs {
		in, err := auth.ScopeOf(actor, p).Holds(ctx, q, unit)
		if in || err != nil {
			return err
		}
	}
	return &fault.Error{Kind: fault.Forbidden, Op: op}
}

func wrongState(op string, d Document) error {
	return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "document.bad.state." + string(d.State)}
}

// Edit writes the head of a draft, or of an incoming paper, anew. Errors:
// fault.Invalid by field, fault.Conflict for a stale version or what is fixed.
func (s *Service) Edit(ctx context.Context, id ID, h Head, version int64) (Document, error) {
	const op = "document.edit"
	return s.change(ctx, op, id, max(version, 1), []auth.Permission{mayWrite, maySend}, func(ctx context.Context, tx *db.Tx, d *Document, _ auth.Actor) (map[string]any, error) {
		if d.Fixed() {
			return nil, wrongState(op, *d)
		}
		h.Unit, h.Dir = d.Unit, d.Dir
		if d.Dir == Out {
			h.Number, h.Date = "", calendar.Date{}
		} else if rule, err := s.rule(ctx, tx, d.Unit, d.ArrivedOn.Year); err != nil {
			return nil, err
		} else if rule.Arrivals { // the book gave it
			h.Arrival, h.ArrivedOn = d.Arrival, d.ArrivedOn
		}
		if err := h.check(op, s.Codes(ctx), false, s.today()); err != nil {
			return nil, err
		}
		d.Head = h
		return map[string]any{"subject": h.Subject}, nil
	})
}

// Folder is a paper with all that hangs on it, the oldest first.
type Folder struct {
	Document
	Steps      []Step // of the latest round last
	Files      []File
	Links      []Link // what it cites
	CitedBy    []Link // papers of the register that cite it
	Dispatches []Dispatch
	Messages   []Message // over the document axis
	Warnings   []Warning
	May        May
}

// May is what the reader may do with a paper now.
type May struct {
	Edit, Submit, Decide, Sign, Number, Seal, Issue, Follow, AddFile, AddLink, Send, Receive, Give, Tell bool
	Own                                                                                                  bool // the unit's own book gives the number
}

// Get is a paper in the actor's sight, whole.
func (s *Service) Get(ctx context.Context, id ID) (Folder, error) {
	const op = "document.Get"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Folder{}, err
	}
	q, sight := s.Records.Read(), sightOf(actor)
	f := Folder{}
	if f.Document, err = get(ctx, q, sight, id); err != nil {
		return f, err
	}
	if f.Steps, err = steps(ctx, q, id); err != nil {
		return f, err
	}
	if f.Files, err = files(ctx, q, id); err != nil {
		return f, err
	}
	if f.Links, f.CitedBy, err = links(ctx, q, sight, f.Document); err != nil {
		return f, err
	}
	if f.Dispatches, err = dispatches(ctx, q, id); err != nil {
		return f, err
	}
	if f.Messages, err = messages(ctx, q, id); err != nil {
		return f, err
	}
	f.Warnings = checkHead(f.Head, s.today())
	holds := func(p auth.Permission) bool {
		in, failed := auth.ScopeOf(actor, p).Holds(ctx, q, f.Unit)
		err = cmpErr(err, failed)
		return in
	}
	write, sign, send := holds(mayWrite), holds(maySign), holds(maySend)
	if err != nil {
		return f, db.Error(op, err)
	}
	rule, err := s.rule(ctx, q, f.Unit, s.today().Year)
	next, waits := f.next()
	mine := waits && next.PersonID == actor.ID
	f.May = May{Edit: !f.Fixed() && (write || send), Submit: f.State == Draft && write, Decide: f.State == Submitted && mine && !next.Signs,
		Sign: f.State == Submitted && mine && next.Signs && sign, Number: f.State == Signed && send, Seal: f.State == Numbered && send, Issue: f.State == Sealed && send,
		Follow: f.State == Issued && f.Standing == InForce && write, AddFile: f.takesFiles() && (write || send || sign && (f.State == Signed || f.State == Numbered)), AddLink: f.takesLinks() && (write || send),
		Send: f.State == Issued && send, Receive: f.State == Issued && (send || write),
		Give: f.State == Issued && send, Tell: (send || write) && len(f.Answerable()) > 0, Own: rule.Mode != Typed}
	return f, err
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// next is the step that waits.
func (f Folder) next() (Step, bool) {
	i := slices.IndexFunc(f.Steps, func(s Step) bool { return s.Round == f.Round && s.State == Waiting })
	if i < 0 || f.State != Submitted {
		return Step{}, false
	}
	return f.Steps[i], true
}
