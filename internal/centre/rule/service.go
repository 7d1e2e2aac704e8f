// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Migrations hold the schema of the room. It leans on that of audit.
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
	Now     func() time.Time
	Log     *slog.Logger
	Laws    *rulepack.Set                             // every room's: what is put in place here reads so everywhere
	Faults  []error                                   // packs of the folder that were refused, each of lines of file:line
	Folder  string                                    // where a province's own packs lie
	Root    func(ctx context.Context) (string, error) // unit of the whole centre
}

// Service holds the use cases. The law is the same for every unit: who may read
// packs reads them whole; who puts a value in place does so for the whole centre.
type Service struct {
	Deps
	mu    sync.Mutex // one Refresh at a time
	unfit map[string]error
	read  string // what the overrides in place were made from
}

// New makes the room. Refresh puts the overrides in place.
func New(d Deps) *Service { return &Service{Deps: d} }

var (
	mayRead  = auth.Permission{Area: auth.RulePacks, Act: auth.Read}
	mayWrite = auth.Permission{Area: auth.RulePacks, Act: auth.Write}
)

func (s *Service) today() calendar.Date { return calendar.DateOf(s.Now()) }

// everywhere lets through who may write rules for the whole centre.
func (s *Service) everywhere(ctx context.Context, op string) (auth.Actor, error) {
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return actor, err
	}
	root, err := s.Root(ctx)
	if err != nil {
		return actor, err
	}
	holds, err := scope.Holds(ctx, s.Records.Read(), root)
	if err == nil && !holds {
		err = &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return actor, db.Error(op, err)
}

// MayOverride reports whether the actor may put values in place.
func (s *Service) MayOverride(ctx context.Context) bool {
	_, err := s.everywhere(ctx, "rule.MayOverride")
	return err == nil
}

// Refresh puts the overrides of the records in place for every room. App asks
// it at the start and then again and again, for what another process entered.
func (s *Service) Refresh(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, _, err := list(ctx, s.Records.Read(), "rule.Refresh", Filter{})
	if err != nil {
		return err
	}
	var read strings.Builder
	rules := make([]rulepack.Override, len(all))
	for n, o := range all {
		rules[n] = o.rule()
		read.WriteString(string(o.ID) + " " + o.WithdrawnBy + "\n")
	}
	if s.unfit != nil && s.read == read.String() {
		return nil
	}
	s.unfit, s.read = s.Laws.Amend(rules, s.Now), read.String()
	for id, err := range s.unfit {
		s.Log.Warn("override left out", "override", id, "err", err)
	}
	return nil
}

// Unfit says why an override that stands is left out, and nil when it holds.
func (s *Service) Unfit(id ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unfit[string(id)]
}

// Summary is a pack in the list of packs.
type Summary struct {
	Pack      *rulepack.Pack // as it reads today
	Now       bool           // in force today
	Items     int
	Unsure    int
	Overrides int // in place today
}

// Packs lists the packs, the newest first.
func (s *Service) Packs(ctx context.Context) ([]Summary, error) {
	if _, _, err := auth.Need(ctx, "rule.Packs", mayRead); err != nil {
		return nil, err
	}
	now := s.Laws.At(s.today()).ID
	var out []Summary
	for _, p := range s.Laws.Packs() {
		sum := Summary{Pack: p, Now: p.ID == now}
		for _, i := range s.reading(p.ID) {
			sum.Items++
			sum.Overrides += len(i.Overrides)
			if i.Source.Mark == rulepack.Unsure {
				sum.Unsure++
			}
		}
		out = append(out, sum)
	}
	slices.Reverse(out)
	return out, nil
}

// Line is one value in a list that may span packs.
type Line struct {
	Pack *rulepack.Pack
	rulepack.Item
}

// reading is every value of a pack: those of today with what was put in place,
// and the versions of other days as they are written.
func (s *Service) reading(id string) []rulepack.Item {
	written, _ := s.Laws.Written(id)
	today, _ := s.Laws.Get(id)
	now := map[string]rulepack.Item{}
	for _, i := range today.Items() {
		now[i.Key()] = i
	}
	all := written.Items()
	for n, i := range all {
		if t, ok := now[i.Key()]; ok && t.From == i.From && t.To == i.To {
			all[n] = t
		}
	}
	return all
}

// ItemFilter narrows the values of packs.
type ItemFilter struct {
	Search   string
	Sections []string      // none: all
	Mark     rulepack.Mark // "": all
	Changed  bool          // only with an override in place
}

func (f ItemFilter) takes(i rulepack.Item) bool {
	if len(f.Sections) > 0 && !slices.Contains(f.Sections, i.Section) || f.Mark != "" && i.Source.Mark != f.Mark || f.Changed && len(i.Overrides) == 0 {
		return false
	}
	if f.Search == "" {
		return true
	}
	var text strings.Builder
	for _, s := range []string{i.ID, i.Label.VI, i.Label.EN, i.Basis, i.Source.Key, i.Source.Note} {
		text.WriteString(s + " ")
	}
	for _, p := range i.Parts {
		text.WriteString(p.Text.VI + " " + p.Text.EN + " " + p.N + " ")
	}
	in := i18n.Fold(text.String())
	for word := range strings.FieldsSeq(i18n.Fold(f.Search)) {
		if !strings.Contains(in, word) {
			return false
		}
	}
	return true
}

// Items lists the values of a pack as they read today, in the order of the
// pack, or of every pack when id is empty.
func (s *Service) Items(ctx context.Context, id string, f ItemFilter) ([]Line, error) {
	const op = "rule.Items"
	if _, _, err := auth.Need(ctx, op, mayRead); err != nil {
		return nil, err
	}
	var out []Line
	found := false
	for _, p := range s.Laws.Packs() {
		if id != "" && p.ID != id {
			continue
		}
		found = true
		for _, i := range s.reading(p.ID) {
			if f.takes(i) {
				out = append(out, Line{p, i})
			}
		}
	}
	if !found {
		return nil, fault.Missing(op)
	}
	return out, nil
}

// Pack is one pack as it reads today.
func (s *Service) Pack(ctx context.Context, id string) (*rulepack.Pack, error) {
	const op = "rule.Pack"
	if _, _, err := auth.Need(ctx, op, mayRead); err != nil {
		return nil, err
	}
	p, ok := s.Laws.Get(id)
	if !ok {
		return nil, fault.Missing(op)
	}
	return p, nil
}

// Item is one value of a pack as it reads today, the versions of other days
// behind it, and every override it ever had, the newest first.
func (s *Service) Item(ctx context.Context, pack, key string) (Line, []rulepack.Item, []Override, error) {
	const op = "rule.Item"
	p, err := s.Pack(ctx, pack)
	if err != nil {
		return Line{}, nil, nil, err
	}
	var versions []rulepack.Item
	for _, i := range s.reading(pack) {
		if i.Key() == key {
			versions = append(versions, i)
		}
	}
	if len(versions) == 0 {
		return Line{}, nil, nil, fault.Missing(op)
	}
	now := 0
	for n, v := range versions {
		if v.From.IsZero() || v.From.Compare(s.today()) <= 0 {
			now = n
		}
	}
	line := Line{p, versions[now]}
	past, _, err := list(ctx, s.Records.Read(), op, Filter{Pack: pack, Target: key})
	return line, slices.Delete(versions, now, now+1), past, err
}

// List lists overrides, the newest first, and how many there are in all.
func (s *Service) List(ctx context.Context, f Filter) ([]Override, int64, error) {
	const op = "rule.List"
	if _, _, err := auth.Need(ctx, op, mayRead); err != nil {
		return nil, 0, err
	}
	f.Day = s.today()
	return list(ctx, s.Records.Read(), op, f)
}

// Get is one override.
func (s *Service) Get(ctx context.Context, id ID) (Override, error) {
	const op = "rule.Get"
	if _, _, err := auth.Need(ctx, op, mayRead); err != nil {
		return Override{}, err
	}
	return get(ctx, s.Records.Read(), op, id)
}

// Put puts a value in place. It fails with fault.Invalid by form field (value,
// unit, vi, en, source, from, to, target, reason) by the checks a pack's files
// pass, and with fault.Conflict of the field from when another override of the
// same value begins the same day.
func (s *Service) Put(ctx context.Context, d Draft) (Override, error) {
	const op = "rule.Put"
	actor, err := s.everywhere(ctx, op)
	if err != nil {
		return Override{}, err
	}
	if err := d.clean(op); err != nil {
		return Override{}, err
	}
	o := Override{ID: ID(db.NewID()), Draft: d, By: actor.ID, ByName: actor.Name, EnteredAt: s.Now().UTC().Truncate(time.Second), Version: 1}
	if bad, ok := errors.AsType[*rulepack.OverrideError](s.Laws.CheckOverride(o.rule())); ok {
		return Override{}, &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{bad.Field: "rule.bad." + bad.Field}, Err: bad}
	}
	label := rulepack.Label{}
	for _, i := range s.Laws.At(d.From).Items() {
		if d.Target == i.Key() || i.Kind == rulepack.SpanValue && strings.HasPrefix(d.Target, i.Key()+"/") {
			o.Was, label = standing(i, d.Target), i.Label
		}
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		same, err := tx.NewSelect().Model((*row)(nil)).Where("o.pack = ? AND o.target = ? AND o.day_from = ? AND o.withdrawn_by = ''", d.Pack, d.Target, d.From.String()).Count(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		if same > 0 {
			return fault.Bad(op, "from", "rule.bad.same_day")
		}
		r, err := rowOf(o, label)
		if err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		return s.note(ctx, tx, "rule.override", o, map[string]any{"pack": o.Pack, "target": o.Target, "value": plain(o.Value), "was": plain(o.Was), "from": o.From, "to": r.To,
			"source": o.Source.Key, "mark": string(o.Source.Mark), "reason": o.Reason})
	})
	if err != nil {
		return Override{}, err
	}
	return o, s.Refresh(ctx)
}

// standing is the value an item has, of a period the one of the target's level.
func standing(i rulepack.Item, target string) rulepack.Value {
	if i.Kind != rulepack.SpanValue {
		return i.Value
	}
	level := int(target[len(target)-1] - '1')
	if level < 0 || level >= len(i.Cells) {
		return rulepack.Value{}
	}
	c := i.Cells[level]
	return rulepack.Value{N: c.N, Unit: c.Unit, Word: c.Word}
}

// Withdraw takes an override back; it stays in the history.
func (s *Service) Withdraw(ctx context.Context, id ID, version int64, reason string) (Override, error) {
	const op = "rule.Withdraw"
	actor, err := s.everywhere(ctx, op)
	if err != nil {
		return Override{}, err
	}
	var o Override
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if o, err = get(ctx, tx, op, id); err != nil {
			return err
		}
		if o.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		if err := o.withdraw(op, actor.ID, actor.Name, reason, s.Now().UTC().Truncate(time.Second)); err != nil {
			return err
		}
		if err := save(ctx, tx, op, &o, version); err != nil {
			return err
		}
		return s.note(ctx, tx, "rule.withdraw", o, map[string]any{"pack": o.Pack, "target": o.Target, "value": plain(o.Value), "reason": o.WithdrawnReason})
	})
	if err != nil {
		return Override{}, err
	}
	return o, s.Refresh(ctx)
}

// plain is a value in the words of the packs' files, for the audit trail and
// exports that outlive a language.
func plain(v rulepack.Value) string {
	switch {
	case v.VI != "" || v.EN != "":
		return v.VI + " / " + v.EN
	case !v.Date.IsZero():
		return v.Date.String()
	case v.Word != "":
		return v.Word
	case v.Unit == string(calendar.Immediate):
		return v.Unit
	case v.Unit != "":
		return strconv.Itoa(v.N) + " " + v.Unit
	}
	return ""
}

// note writes the audit entry of an override, under the whole centre.
func (s *Service) note(ctx context.Context, tx *db.Tx, action string, o Override, detail map[string]any) error {
	root, err := s.Root(ctx)
	if err != nil {
		return err
	}
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "rule_override", Object: string(o.ID), Unit: root, Detail: detail})
}
