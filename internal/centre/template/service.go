// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Migrations hold the schema of the room. It leans on that of auth and audit.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the texts of the room.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the room works with.
type Deps struct {
	Records *db.DB
	Files   *blob.Store
	Now     func() time.Time
	Laws    *rulepack.Set
	Forms   Blank
}

// Service holds the use cases. Who may read the rules reads the templates of their
// units and those in force above them; who writes documents in a unit keeps its
// templates.
type Service struct {
	Deps
	words *i18n.Catalogue
	slots chan struct{} // files held in memory at once
	mu    sync.Mutex
	fits  map[string]fit // by file and pack: what a template lacks does not change
}

// atOnce is how many files are looked at together.
const atOnce = 4

// New makes the room. A catalogue of the room's own that does not load is a bug
// and panics.
func New(d Deps) *Service {
	words, err := i18n.Load(Messages)
	if err != nil {
		panic(err)
	}
	return &Service{Deps: d, words: words, slots: make(chan struct{}, atOnce), fits: map[string]fit{}}
}

var (
	mayRead  = auth.Permission{Area: auth.RulePacks, Act: auth.Read}
	mayWrite = auth.Permission{Area: auth.Documents, Act: auth.Write}
)

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

func (s *Service) today() calendar.Date { return calendar.DateOf(s.Now()) }

// Papers lists what a template can be for.
func (s *Service) Papers(ctx context.Context) ([]Paper, error) {
	_, _, err := auth.Need(ctx, "template.Papers", mayRead)
	return s.papers(), err
}

// Paper is one of them with what can be filled in, and a paper of made-up data
// as values by placeholder.
func (s *Service) Paper(ctx context.Context, id string) (Paper, []Place, map[string]string, error) {
	const op = "template.Paper"
	if _, _, err := auth.Need(ctx, op, mayRead); err != nil {
		return Paper{}, nil, nil, err
	}
	p, ok := s.paper(id)
	if !ok {
		return p, nil, nil, fault.Missing(op)
	}
	sheet, err := s.sample(p)
	if err != nil {
		return p, nil, nil, err
	}
	v := values(sheet)
	for name, records := range v.Tables {
		if len(records) > 0 {
			for column, cell := range records[0] {
				v.Fields[name+"."+column] = cell
			}
		}
	}
	return p, s.places(p), v.Fields, nil
}

// Builtin is the product's own layout of a paper as a template to begin with.
func (s *Service) Builtin(ctx context.Context, id string) (Paper, []byte, error) {
	const op = "template.Builtin"
	if _, _, err := auth.Need(ctx, op, mayRead); err != nil {
		return Paper{}, nil, err
	}
	p, ok := s.paper(id)
	if !ok {
		return p, nil, fault.Missing(op)
	}
	raw, err := s.builtin(p)
	return p, raw, err
}

// Judge checks a file as a template for a paper without keeping it. Its error is
// of a file that can be no template at all; what refuses one that was read stands
// in the verdict. Errors: a *paperfile.Refusal, fault.Invalid (file, paper),
// fault.TooLarge, fault.Unavailable while too many are looked at.
func (s *Service) Judge(ctx context.Context, paper, name string, r io.Reader) (Verdict, error) {
	v, _, err := s.judge(ctx, "template.judge", paper, name, r)
	return v, err
}

func (s *Service) judge(ctx context.Context, op, paper, name string, r io.Reader) (Verdict, []byte, error) {
	actor, _, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Verdict{}, nil, err
	}
	p, ok := s.paper(paper)
	if !ok {
		return Verdict{}, nil, noPaper(op)
	}
	if err := paperfile.CheckName(name); err != nil { // before a byte of it is read
		return Verdict{}, nil, s.refused(ctx, actor, err, 0)
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		return Verdict{}, nil, &fault.Error{Kind: fault.Unavailable, Op: op, Msg: "template.bad.busy"}
	}
	raw, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return Verdict{}, nil, err
	}
	if len(raw) > MaxFile {
		return Verdict{}, nil, &fault.Error{Kind: fault.TooLarge, Op: op, Msg: "fault.too_large_of", Args: []any{i18n.Bytes(ctx, MaxFile)}}
	}
	if err := guard(ctx, name, raw); err != nil {
		return Verdict{}, nil, s.refused(ctx, actor, err, int64(len(raw)))
	}
	v, err := check(raw, s.places(p))
	if err != nil || !v.Good() {
		return v, nil, err
	}
	sheet, err := s.sample(p)
	if err != nil {
		return v, nil, err
	}
	filled, err := fill(raw, sheet)
	if err != nil {
		return v, nil, err
	}
	return v, raw, v.look(filled)
}

// refused notes that a file with a mark of secrecy came: when, by whom, by which
// rule and its size; never its name, which is content.
func (s *Service) refused(ctx context.Context, actor auth.Actor, refusal error, size int64) error {
	rule, is := secret(refusal)
	if !is {
		return refusal
	}
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "template.refuse", Kind: "paper_template", Unit: actor.Home, Detail: map[string]any{"rule": string(rule), "size": size}})
	})
	return errors.Join(refusal, err)
}

// writes lets through who keeps the templates of a unit.
func (s *Service) writes(ctx context.Context, op, unit string) (auth.Actor, error) {
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return actor, err
	}
	holds, err := scope.Holds(ctx, s.Records.Read(), unit)
	if err == nil && !holds {
		err = &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return actor, db.Error(op, err)
}

// MayWrite reports whether the actor keeps the templates of a unit.
func (s *Service) MayWrite(ctx context.Context, unit string) bool {
	_, err := s.writes(ctx, "template.MayWrite", unit)
	return err == nil
}

// keeps are the units whose templates the actor keeps.
func (s *Service) keeps(ctx context.Context) (map[string]bool, error) {
	_, scope, err := auth.Need(ctx, "template.keeps", mayWrite)
	if err != nil {
		return nil, err
	}
	var ids []string
	err = scope.Filter(s.Records.Read().NewSelect().Table("unit_closure").ColumnExpr("DISTINCT descendant"), "descendant").Scan(ctx, &ids)
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out, db.Error("template.keeps", err)
}

// Upload checks a file and keeps it as the next version of a unit's template of a
// paper; nothing is made in it until it is put in force. A file the check refuses
// is not kept: the verdict says why. Errors: those of Judge, fault.Invalid by
// field (name, note, unit, paper; file with a verdict that is not good).
func (s *Service) Upload(ctx context.Context, d Draft, name string, r io.Reader) (Template, Verdict, error) {
	const op = "template.upload"
	if err := d.clean(op); err != nil {
		return Template{}, Verdict{}, err
	}
	if _, ok := s.paper(d.Paper); !ok {
		return Template{}, Verdict{}, noPaper(op)
	}
	actor, err := s.writes(ctx, op, d.Unit)
	if fault.Is(err, fault.Forbidden) {
		err = errors.Join(fault.Bad(op, "unit", "template.bad.unit"), err)
	}
	if err != nil {
		return Template{}, Verdict{}, err
	}
	v, raw, err := s.judge(ctx, op, d.Paper, name, r)
	if err == nil && !v.Good() {
		err = fault.Bad(op, "file", "template.bad.verdict")
	}
	if err != nil {
		return Template{}, v, err
	}
	ref, err := s.Files.Put(ctx, bytes.NewReader(raw), MaxFile)
	if err != nil {
		return Template{}, v, err
	}
	t := Template{ID: ID(db.NewID()), Draft: d, FileName: fileName(name), SHA256: ref.SHA256, Size: ref.Size, Verdict: v, By: actor.ID, ByName: actor.Name, UploadedAt: s.now(), Version: 1,
		State: Unused}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if t.Seq, err = nextSeq(ctx, tx, d.Paper, d.Unit); err != nil {
			return err
		}
		if err := insert(ctx, tx, t); err != nil {
			return err
		}
		return s.note(ctx, tx, op, t, map[string]any{"name": t.Name, "sha256": t.SHA256, "size": t.Size, "warnings": v.Warnings()})
	})
	return t, v, db.Error(op, err)
}

// note writes the audit entry of a template, under its unit.
func (s *Service) note(ctx context.Context, tx *db.Tx, action string, t Template, detail map[string]any) error {
	detail["paper"], detail["seq"] = t.Paper, t.Seq
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "paper_template", Object: string(t.ID), Unit: t.Unit, Detail: detail})
}

// List lists templates the actor may see, the newest first, and how many there are
// in all.
func (s *Service) List(ctx context.Context, f Filter) ([]Template, int64, error) {
	const op = "template.List"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, 0, err
	}
	f.Day = s.today()
	return list(ctx, s.Records.Read(), op, scope, f)
}

// Get is one template in the actor's sight.
func (s *Service) Get(ctx context.Context, id ID) (Template, error) {
	const op = "template.Get"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Template{}, err
	}
	return get(ctx, s.Records.Read(), op, scope, s.today(), id)
}

// File is a template with its bytes as they came, compared with their hash.
func (s *Service) File(ctx context.Context, id ID) (Template, []byte, error) {
	t, err := s.Get(ctx, id)
	if err != nil {
		return t, nil, err
	}
	raw, err := s.read(ctx, t.SHA256)
	return t, raw, err
}

// Preview is a template filled with made-up data.
func (s *Service) Preview(ctx context.Context, id ID) (Template, []byte, error) {
	t, raw, err := s.File(ctx, id)
	if err != nil {
		return t, nil, err
	}
	p, ok := s.paper(t.Paper)
	if !ok {
		return t, nil, noPaper("template.Preview")
	}
	sheet, err := s.sample(p)
	if err != nil {
		return t, nil, err
	}
	raw, err = fill(raw, sheet)
	return t, raw, err
}

func (s *Service) read(ctx context.Context, sha string) ([]byte, error) {
	f, err := s.Files.Open(ctx, sha)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("template %s: %w", sha, err)
	}
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != sha {
		return nil, &fault.Error{Kind: fault.Internal, Op: "template.read", Err: fmt.Errorf("stored file %s has other bytes", sha)}
	}
	return raw, nil
}

// anyVersion is of acts that do not rest on what a page showed.
const anyVersion = -2

// change loads a template, lets fn change it, and writes row and audit entry in
// one transaction.
func (s *Service) change(ctx context.Context, op string, id ID, version int64, fn func(ctx context.Context, tx *db.Tx, t *Template, by auth.Actor) (map[string]any, error)) (Template, error) {
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Template{}, err
	}
	var t Template
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if t, err = get(ctx, tx, op, scope, s.today(), id); err != nil {
			return err
		}
		actor, err := s.writes(ctx, op, t.Unit)
		switch {
		case err != nil:
			return err
		case version != anyVersion && t.Version != version:
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		detail, err := fn(ctx, tx, &t, actor)
		if err != nil {
			return err
		}
		return s.note(ctx, tx, op, t, detail)
	})
	return t, db.Error(op, err)
}

// PutInForce has papers made in a template from a day on, in its unit and those
// below that have none of their own. Who uploaded it may do so too; the page shows
// both names. Errors: fault.Invalid (from, reason), fault.Conflict when it is in
// force already or version is stale.
func (s *Service) PutInForce(ctx context.Context, id ID, version int64, from calendar.Date, reason string) (Template, error) {
	const op = "template.put"
	return s.change(ctx, op, id, version, func(ctx context.Context, tx *db.Tx, t *Template, by auth.Actor) (map[string]any, error) {
		if err := t.put(op, by.ID, by.Name, reason, from, s.today(), s.now()); err != nil {
			return nil, err
		}
		return map[string]any{"from": t.From, "reason": t.PutReason, "same": t.By == by.ID}, save(ctx, tx, op, t, version)
	})
}

// Withdraw takes a template out of force at once; the one it had replaced holds
// again. What was made in it stays as it is.
func (s *Service) Withdraw(ctx context.Context, id ID, version int64, reason string) (Template, error) {
	const op = "template.withdraw"
	return s.change(ctx, op, id, version, func(ctx context.Context, tx *db.Tx, t *Template, by auth.Actor) (map[string]any, error) {
		if err := t.withdraw(op, by.ID, by.Name, reason, s.now()); err != nil {
			return nil, err
		}
		return map[string]any{"reason": t.WithdrawnReason}, save(ctx, tx, op, t, version)
	})
}

// Remove deletes a template that is not in force and in which nothing was ever
// made; what happened to it stays in the audit trail. Errors: fault.Conflict.
func (s *Service) Remove(ctx context.Context, id ID) (Template, error) {
	const op = "template.remove"
	return s.change(ctx, op, id, anyVersion, func(ctx context.Context, tx *db.Tx, t *Template, _ auth.Actor) (map[string]any, error) {
		n, err := uses(ctx, tx, id)
		switch {
		case err != nil:
			return nil, err
		case n > 0 || !t.From.IsZero() && t.WithdrawnAt.IsZero():
			return nil, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "template.conflict.used"}
		}
		_, err = tx.NewDelete().Model((*row)(nil)).Where("id = ?", string(id)).Exec(ctx)
		return map[string]any{"name": t.Name, "sha256": t.SHA256}, err
	})
}

// Uses is how many files were made in a template the actor sees.
func (s *Service) Uses(ctx context.Context, id ID) (int64, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return 0, err
	}
	return uses(ctx, s.Records.Read(), id)
}
