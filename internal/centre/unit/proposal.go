// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ProposalID names a proposal. The zero value names none.
type ProposalID string

// ProposalState is where a proposal, or one field of it, stands.
type ProposalState string

// The states; Partly is of a whole proposal only.
const (
	ProposalOpen      ProposalState = "open"
	ProposalAccepted  ProposalState = "accepted"
	ProposalPartly    ProposalState = "partly"
	ProposalRefused   ProposalState = "refused"
	ProposalWithdrawn ProposalState = "withdrawn"
)

// Proposal is what a unit asks the centre to write of it.
type Proposal struct {
	ID         ProposalID
	Unit       ID
	State      ProposalState
	Note       string
	Proposer   string // name
	ProposedAt time.Time
	Decider    string
	DecidedAt  time.Time
	Reason     string
	Items      []ProposalItem // in the order of the form
	Version    int64

	proposerID string
}

// ProposalItem is one field and what it should say.
type ProposalItem struct {
	Field  string // as in the unit's form; "ranges" adds addresses
	Was    string // when it was proposed
	Wanted string
	State  ProposalState

	Now    string       // what stands today; filled in for open items
	Rivals []ProposalID // other open proposals for the same field of the unit
}

// Changed reports whether the field says something else by now than when it
// was proposed.
func (i ProposalItem) Changed() bool { return i.State == ProposalOpen && i.Now != i.Was }

// proposable are the fields a unit may propose, in the order of the form. The
// ranges it asks for are added; which kind they are of, range_kind says.
var proposable = []string{"name", "short_name", colAliases, "head_name", "head_title", "head_phone", "head_email",
	"contact_name", "contact_title", "contact_phone", "contact_email", "hotline", "address", colRanges, colRangeKind}

type proposalRow struct {
	bun.BaseModel `bun:"table:unit_proposal,alias:p"`

	ID           ProposalID    `bun:"id,pk"`
	UnitID       ID            `bun:"unit_id"`
	State        ProposalState `bun:"state"`
	Note         string        `bun:"note"`
	ProposerID   string        `bun:"proposer_id"`
	ProposerName string        `bun:"proposer_name"`
	ProposedAt   db.Time       `bun:"proposed_at"`
	DeciderName  string        `bun:"decider_name"`
	DecidedAt    db.Time       `bun:"decided_at"`
	Reason       string        `bun:"reason"`
	Version      int64         `bun:"version"`
}

type itemRow struct {
	bun.BaseModel `bun:"table:unit_proposal_item"`

	ProposalID ProposalID    `bun:"proposal_id,pk"`
	Field      string        `bun:"field,pk"`
	Was        string        `bun:"was"`
	Wanted     string        `bun:"wanted"`
	State      ProposalState `bun:"state"`
}

func (r proposalRow) proposal() Proposal {
	return Proposal{ID: r.ID, Unit: r.UnitID, State: r.State, Note: r.Note, Proposer: r.ProposerName, ProposedAt: r.ProposedAt.Time,
		Decider: r.DeciderName, DecidedAt: r.DecidedAt.Time, Reason: r.Reason, Version: r.Version, proposerID: r.ProposerID}
}

// said is what u says in a field of the proposal's form.
func (u Unit) said(field string) string {
	switch field {
	case colAliases:
		return strings.Join(u.Aliases, "\n")
	case colRanges, colRangeKind:
		return ""
	}
	return *u.text(field)
}

// say writes a field of the proposal's form into u.
func (u *Unit) say(field, value string) {
	switch field {
	case colAliases:
		u.Aliases = pieces(value)
	case colRanges, colRangeKind:
	default:
		*u.text(field) = value
	}
}

// Propose asks the centre to change what differs between wanted and the unit as
// it is. It fails with fault.Invalid: fields that could not be written, or ""
// when nothing differs; fault.NotFound when the unit is not the actor's own.
func (s *Service) Propose(ctx context.Context, id ID, wanted map[string]string, note string) (Proposal, error) {
	const op = "unit.Propose"
	actor, scope, err := auth.Need(ctx, op, mayPropose)
	if err != nil {
		return Proposal{}, err
	}
	if note = i18n.NFC(note); utf8.RuneCountInString(note) > 1000 {
		return Proposal{}, fault.Bad(op, "proposal_note", "unit.err.too_long")
	}
	p := Proposal{ID: ProposalID(db.NewID()), Unit: id, State: ProposalOpen, Note: note, Proposer: actor.Name, ProposedAt: s.now(), Version: 1}
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err := get(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if p.Items, err = s.wanted(op, u, wanted); err != nil {
			return err
		}
		row := proposalRow{ID: p.ID, UnitID: id, State: p.State, Note: p.Note, ProposerID: actor.ID, ProposerName: actor.Name, ProposedAt: db.At(s.now()), Version: 1}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		var items []itemRow
		for _, i := range p.Items {
			items = append(items, itemRow{ProposalID: p.ID, Field: i.Field, Was: i.Was, Wanted: i.Wanted, State: ProposalOpen})
		}
		if _, err := tx.NewInsert().Model(&items).Exec(ctx); err != nil {
			return err
		}
		return s.auditUnit(ctx, tx, "unit.propose", id, map[string]any{"proposal": p.ID, "changes": p.changes()})
	})
	return p, db.Error(op, err)
}

// wanted compares what is asked for with what stands, and checks it as if it
// were written now.
func (s *Service) wanted(op string, u Unit, wanted map[string]string) ([]ProposalItem, error) {
	next := u
	next.Aliases = slices.Clone(u.Aliases)
	for _, f := range proposable {
		if v, ok := wanted[f]; ok {
			next.say(f, v)
		}
	}
	next.clean()
	if err := next.check(op, s.kinds); err != nil {
		return nil, err
	}
	var out []ProposalItem
	for _, f := range proposable {
		if _, asked := wanted[f]; asked && next.said(f) != u.said(f) {
			out = append(out, ProposalItem{Field: f, Was: u.said(f), Wanted: next.said(f), State: ProposalOpen})
		}
	}
	if text := strings.TrimSpace(wanted[colRanges]); text != "" {
		n := NewRange{Text: text, Kind: AddressKind(wanted[colRangeKind])}
		list, err := n.ranges(op, u.ID)
		if err != nil {
			return nil, renamed(err, "range", colRanges)
		}
		var texts []string
		for _, r := range list {
			texts = append(texts, r.Prefix.String())
		}
		out = append(out, ProposalItem{Field: colRanges, Wanted: strings.Join(texts, "; "), State: ProposalOpen},
			ProposalItem{Field: colRangeKind, Wanted: string(list[0].Kind), State: ProposalOpen})
	}
	if len(out) == 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "unit.err.proposal_same"}
	}
	return out, nil
}

func (p Proposal) changes() map[string]any {
	d := map[string]any{}
	for _, i := range p.Items {
		d[i.Field] = [2]string{i.Was, i.Wanted}
	}
	return d
}

// GetProposal returns a proposal of a unit in the actor's scope, each open field
// with what stands today and with its rivals.
func (s *Service) GetProposal(ctx context.Context, id ProposalID) (Proposal, error) {
	const op = "unit.GetProposal"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Proposal{}, err
	}
	p, err := getProposal(ctx, s.db.Read(), scope, id)
	return p, db.Error(op, err)
}

func getProposal(ctx context.Context, q bun.IDB, scope auth.Scope, id ProposalID) (Proposal, error) {
	var r proposalRow
	if err := scope.Filter(q.NewSelect().Model(&r).Where("p.id = ?", id), "p.unit_id").Scan(ctx); err != nil {
		return Proposal{}, err
	}
	p := r.proposal()
	u, err := get(ctx, q, scope, p.Unit)
	if err != nil {
		return Proposal{}, err
	}
	var items []itemRow
	if err := q.NewSelect().Model(&items).Where("proposal_id = ?", id).Scan(ctx); err != nil {
		return Proposal{}, err
	}
	var rivals []itemRow
	err = q.NewSelect().Model(&rivals).Where("state = ?", ProposalOpen).Where("proposal_id <> ?", id).
		Where("proposal_id IN (SELECT o.id FROM unit_proposal o WHERE o.unit_id = ? AND o.state = ?)", p.Unit, ProposalOpen).
		Order("proposal_id").Scan(ctx, &rivals)
	if err != nil {
		return Proposal{}, err
	}
	for _, f := range proposable {
		for _, i := range items {
			if i.Field != f {
				continue
			}
			item := ProposalItem{Field: f, Was: i.Was, Wanted: i.Wanted, State: i.State, Now: u.said(f)}
			for _, o := range rivals {
				if o.Field == f && f != colRanges && f != colRangeKind {
					item.Rivals = append(item.Rivals, o.ProposalID)
				}
			}
			p.Items = append(p.Items, item)
		}
	}
	return p, nil
}

// Verdict is a decision on a proposal: the fields that are taken, and why the others are not.
type Verdict struct {
	Take   []string // fields of the proposal
	Reason string   // required when anything is refused
	Sure   bool     // the ranges asked for lie in or over those of other units, and the actor wants them all the same
}

// DecideProposal writes the fields that are taken, refuses the others, and
// closes the proposal. version is the one that was read; a unit that changed
// since keeps what the proposal does not name. It fails with fault.Conflict on a
// stale proposal and with fault.Invalid: "reason", or the field that cannot be
// written.
func (s *Service) DecideProposal(ctx context.Context, id ProposalID, version int64, v Verdict) (Proposal, error) {
	const op = "unit.DecideProposal"
	actor, scope, err := auth.Need(ctx, op, mayDecide)
	if err != nil {
		return Proposal{}, err
	}
	v.Reason = i18n.NFC(v.Reason)
	if utf8.RuneCountInString(v.Reason) > 1000 {
		return Proposal{}, fault.Bad(op, "reason", "unit.err.too_long")
	}
	var p Proposal
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if p, err = getProposal(ctx, tx, scope, id); err != nil {
			return err
		}
		if p.Version != version || p.State != ProposalOpen {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "unit.err.proposal_settled"}
		}
		taken := p.take(v.Take)
		if taken < len(p.Items) && v.Reason == "" {
			return fault.Bad(op, "reason", "unit.err.proposal_reason")
		}
		if err := s.grant(ctx, tx, scope, p, v.Sure); err != nil {
			return err
		}
		p.Decider, p.DecidedAt, p.Reason, p.Version = actor.Name, s.now(), v.Reason, p.Version+1
		switch taken {
		case 0:
			p.State = ProposalRefused
		case len(p.Items):
			p.State = ProposalAccepted
		default:
			p.State = ProposalPartly
		}
		return s.settleProposal(ctx, tx, p, "unit.proposal."+string(p.State))
	})
	return p, db.Error(op, err)
}

// take marks the fields that are taken and those that are not. The kind of
// ranges goes with them.
func (p *Proposal) take(fields []string) (taken int) {
	if slices.Contains(fields, colRanges) {
		fields = append(slices.Clone(fields), colRangeKind)
	}
	for i := range p.Items {
		if p.Items[i].State = ProposalRefused; slices.Contains(fields, p.Items[i].Field) {
			p.Items[i].State = ProposalAccepted
			taken++
		}
	}
	return taken
}

// grant writes the accepted fields of p.
func (s *Service) grant(ctx context.Context, tx *db.Tx, scope auth.Scope, p Proposal, sure bool) error {
	const op = "unit.DecideProposal"
	u, err := get(ctx, tx, scope, p.Unit)
	if err != nil {
		return err
	}
	next := u
	next.Aliases = slices.Clone(u.Aliases)
	n := NewRange{Sure: sure}
	for _, i := range p.Items {
		if i.State != ProposalAccepted {
			continue
		}
		next.say(i.Field, i.Wanted)
		switch i.Field {
		case colRanges:
			n.Text = i.Wanted
		case colRangeKind:
			n.Kind = AddressKind(i.Wanted)
		}
	}
	next.clean()
	if err := next.check(op, s.kinds); err != nil {
		return err
	}
	if len(u.changes(next)) > 0 {
		if err := s.change(ctx, tx, scope, op, u, next, origin{FromProposal, p.Proposer}); err != nil {
			return err
		}
	}
	if n.Text == "" {
		return nil
	}
	list, err := n.ranges(op, u.ID)
	if err == nil {
		err = s.mayOverlap(ctx, tx, scope, op, list, n.Sure)
	}
	for _, r := range list {
		if err == nil {
			err = s.addRange(ctx, tx, op, u, r)
		}
	}
	return renamed(err, "range", colRanges)
}

func (s *Service) settleProposal(ctx context.Context, tx *db.Tx, p Proposal, action string) error {
	row := proposalRow{ID: p.ID, State: p.State, DeciderName: p.Decider, DecidedAt: db.At(p.DecidedAt), Reason: p.Reason, Version: p.Version}
	_, err := tx.NewUpdate().Model(&row).Column("state", "decider_name", "decided_at", "reason", "version").WherePK().Exec(ctx)
	if err != nil {
		return err
	}
	states := map[string]any{}
	for _, i := range p.Items {
		states[i.Field] = i.State
		_, err := tx.NewUpdate().Model((*itemRow)(nil)).Set("state = ?", i.State).Where("proposal_id = ?", p.ID).Where("field = ?", i.Field).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return audit.Add(ctx, tx, s.now(), audit.Entry{Action: action, Kind: "unit", Object: string(p.Unit), Unit: string(p.Unit),
		Detail: map[string]any{"proposal": p.ID, "fields": states, "reason": p.Reason}})
}

// WithdrawProposal takes an open proposal back. Only who made it may.
func (s *Service) WithdrawProposal(ctx context.Context, id ProposalID, version int64) (Proposal, error) {
	const op = "unit.WithdrawProposal"
	actor, scope, err := auth.Need(ctx, op, mayPropose)
	if err != nil {
		return Proposal{}, err
	}
	var p Proposal
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if p, err = getProposal(ctx, tx, scope, id); err != nil {
			return err
		}
		if p.proposerID != actor.ID {
			return &fault.Error{Kind: fault.Forbidden, Op: op}
		}
		if p.Version != version || p.State != ProposalOpen {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "unit.err.proposal_settled"}
		}
		p.take(nil)
		p.State, p.Version = ProposalWithdrawn, p.Version+1
		return s.settleProposal(ctx, tx, p, "unit.proposal.withdrawn")
	})
	return p, db.Error(op, err)
}

// ProposalFilter narrows and pages a list of proposals.
type ProposalFilter struct {
	State ProposalState // empty: all
	Unit  ID
	After string
	Limit int
}

// ProposalPage is a page of proposals, latest first. Items are not filled
// in.
type ProposalPage struct {
	Rows  []Proposal
	Total int64
	Next  string
}

// Proposals lists the proposals of units in the actor's scope.
func (s *Service) Proposals(ctx context.Context, f ProposalFilter) (ProposalPage, error) {
	const op = "unit.Proposals"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return ProposalPage{}, err
	}
	narrow := func(q *bun.SelectQuery) *bun.SelectQuery {
		if f.State != "" {
			q = q.Where("p.state = ?", f.State)
		}
		if f.Unit != "" {
			q = q.Where("p.unit_id = ?", f.Unit)
		}
		return scope.Filter(q, "p.unit_id")
	}
	q := s.db.Read()
	var page ProposalPage
	if page.Total, err = narrow(q.NewSelect().Model((*proposalRow)(nil))).Count(ctx); err != nil {
		return page, db.Error(op, err)
	}
	limit := min(max(f.Limit, 0), MaxPage)
	if limit == 0 {
		limit = 50
	}
	var rows []proposalRow
	sel := narrow(q.NewSelect().Model(&rows))
	if f.After != "" {
		at, err := parseCursor(f.After)
		if err != nil {
			return page, &fault.Error{Kind: fault.Invalid, Op: op, Err: err}
		}
		sel = sel.Where("(p.proposed_at, p.id) < (CAST(? AS BIGINT), ?)", at.Value, string(at.ID))
	}
	if err := sel.OrderExpr("p.proposed_at DESC, p.id DESC").Limit(int64(limit + 1)).Scan(ctx); err != nil {
		return page, db.Error(op, err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = cursor{Value: fmt.Sprint(rows[limit-1].ProposedAt.UnixMilli()), ID: ID(rows[limit-1].ID)}.String()
	}
	for _, r := range rows {
		page.Rows = append(page.Rows, r.proposal())
	}
	return page, nil
}

// OpenProposals counts the proposals that wait for the actor's decision; none
// for somebody who decides nowhere.
func (s *Service) OpenProposals(ctx context.Context) (int64, error) {
	const op = "unit.OpenProposals"
	_, scope, err := auth.Need(ctx, op, mayDecide)
	if fault.Is(err, fault.Forbidden) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, err := scope.Filter(s.db.Read().NewSelect().Model((*proposalRow)(nil)).Where("p.state = ?", ProposalOpen), "p.unit_id").Count(ctx)
	return n, db.Error(op, err)
}
