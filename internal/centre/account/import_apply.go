// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type importRow struct {
	bun.BaseModel `bun:"table:account_import"`

	ID      string  `bun:"id,pk"`
	ActorID string  `bun:"actor_id"`
	Name    string  `bun:"name"`
	SHA256  string  `bun:"sha256"`
	Body    []byte  `bun:"body"`
	At      db.Time `bun:"at"`
}

// importLife is how long an upload waits for its confirmation.
const importLife = 24 * time.Hour

// PlanImport reads a list of people and keeps it for a day under the returned
// id. It makes no account: PlannedImport shows what applying it would do, and
// ApplyImport does that. It fails with fault.Invalid (field "file") when the
// file is no list: the reason says what to do.
func (s *Service) PlanImport(ctx context.Context, name string, data []byte) (id string, p Plan, err error) {
	const op = "account.PlanImport"
	if _, _, err := inviteScope(ctx, op); err != nil {
		return "", Plan{}, err
	}
	actor, _ := auth.From(ctx)
	sum := sha256.Sum256(data)
	r := importRow{ID: db.NewID(), ActorID: actor.ID, Name: i18n.NFC(name), SHA256: hex.EncodeToString(sum[:]), Body: data, At: db.At(s.Now())}
	if p, err = s.plan(ctx, s.Records.Read(), r); err != nil {
		return "", Plan{}, err
	}
	err = s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		old := tx.NewDelete().Model((*importRow)(nil)).Where("at < ?", db.At(s.Now().Add(-importLife)))
		if _, err := old.Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&r).Exec(ctx)
		return err
	})
	return r.ID, p, db.Error(op, err)
}

// PlannedImport is the plan of an upload of the same actor, made anew from what
// exists now. fault.NotFound when it was applied, is a day old, or another's.
func (s *Service) PlannedImport(ctx context.Context, id string) (Plan, error) {
	r, err := s.upload(ctx, s.Records.Read(), "account.PlannedImport", id)
	if err != nil {
		return Plan{}, err
	}
	return s.plan(ctx, s.Records.Read(), r)
}

func (s *Service) upload(ctx context.Context, q bun.IDB, op, id string) (r importRow, err error) {
	if _, _, err := inviteScope(ctx, op); err != nil {
		return r, err
	}
	actor, _ := auth.From(ctx)
	err = q.NewSelect().Model(&r).Where("id = ?", id).Where("actor_id = ?", actor.ID).
		Where("at >= ?", db.At(s.Now().Add(-importLife))).Scan(ctx)
	return r, db.Error(op, err)
}

// ApplyImport makes the accounts a plan showed, in one transaction, each with
// its audit entry, and gives their slips, once. digest is the plan's: when the
// same file would now do something else, it fails with fault.Conflict and does
// nothing.
func (s *Service) ApplyImport(ctx context.Context, id, digest string) (Plan, []Slip, error) {
	const op = "account.ApplyImport"
	var p Plan
	var slips []Slip
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		slips = nil
		r, err := s.upload(ctx, tx, op, id)
		if err != nil {
			return err
		}
		if p, err = s.plan(ctx, tx, r); err != nil {
			return err
		}
		if p.Digest != digest {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.import.changed"}
		}
		for _, row := range p.Rows {
			if row.State != RowNew {
				continue
			}
			slip, err := s.invite(ctx, tx, row.Account)
			if err != nil {
				return err
			}
			slips = append(slips, slip)
		}
		if _, err := tx.NewDelete().Model((*importRow)(nil)).Where("id = ?", id).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		actor, _ := auth.From(ctx)
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "account.import", Kind: "account_import", Object: id, Unit: actor.Home,
			Detail: map[string]any{"file": p.File, "sha256": p.SHA256, "new": p.Count(RowNew), "same": p.Count(RowSame),
				"rejected": p.Count(RowRejected), "skipped": p.Count(RowSkipped)}})
	})
	if err != nil {
		return Plan{}, nil, err
	}
	return p, slips, nil
}

// planner lays a list over the accounts there are.
type planner struct {
	table
	s      *Service
	scope  auth.Scope
	full   bool
	logins map[string]bool     // taken, beyond the scope too
	known  map[string][]row    // folded name/unit -> accounts in scope
	mine   map[string]row      // login -> account in scope
	units  map[string][]string // text -> units
	told   map[string]int      // login -> row of this file
}

func (s *Service) plan(ctx context.Context, q bun.IDB, r importRow) (Plan, error) {
	const op = "account.plan"
	scope, full, err := inviteScope(ctx, op)
	if err != nil {
		return Plan{}, err
	}
	sheets, err := s.Sheet(r.Body)
	if err != nil {
		return Plan{}, err
	}
	t, err := findTable(sheets)
	if err != nil {
		return Plan{}, err
	}
	m := &planner{table: t, s: s, scope: scope, full: full, logins: map[string]bool{}, known: map[string][]row{},
		mine: map[string]row{}, units: map[string][]string{}, told: map[string]int{}}
	if err := m.load(ctx, q); err != nil {
		return Plan{}, db.Error(op, err)
	}
	p := Plan{File: r.Name, SHA256: r.SHA256}
	for i := t.first; i < len(t.rows); i++ {
		if blank(t.rows[i]) {
			continue
		}
		line, cells, err := m.row(ctx, q, i)
		if err != nil {
			return Plan{}, err
		}
		p.Rows, p.Cells = append(p.Rows, line), append(p.Cells, cells...)
	}
	p.seal()
	return p, nil
}

func (m *planner) load(ctx context.Context, q bun.IDB) error {
	var all []string
	if err := q.NewSelect().Model((*row)(nil)).Column("login").Scan(ctx, &all); err != nil {
		return err
	}
	for _, login := range all {
		m.logins[login] = true
	}
	var rows []row
	if err := m.scope.Filter(q.NewSelect().Model(&rows).Column("id", "login", "name", "home_unit"), "home_unit").Scan(ctx); err != nil {
		return err
	}
	for _, r := range rows {
		key := i18n.Fold(r.Name) + "/" + r.Home
		m.known[key] = append(m.known[key], r)
		m.mine[r.Login] = r
	}
	return nil
}

// row says what one row would do.
func (m *planner) row(ctx context.Context, q bun.IDB, i int) (PlannedRow, []CellError, error) {
	line := PlannedRow{Row: i + 1, State: RowRejected, UnitText: m.value(i, "unit"), Account: Account{Name: m.value(i, "name"),
		Title: m.value(i, "title"), Phone: m.value(i, "phone"), Email: m.value(i, "email"), Login: canonical(m.value(i, "login"))}}
	if m.skips(i) {
		line.State = RowSkipped
		return line, nil, nil
	}
	roles, cells := m.roles(i)
	unit, wrong, err := m.unit(ctx, q, i, line.UnitText)
	if err != nil {
		return line, nil, err
	}
	cells = append(cells, wrong...)
	line.Account.Home = unit
	if same, ok := m.same(line.Account); ok {
		line.State, line.Account.Login = RowSame, same
		return line, nil, nil
	}
	for _, r := range roles {
		line.Account.Grants = append(line.Account.Grants, auth.Grant{Role: r, Unit: unit})
	}
	if !m.full {
		may, err := mayGive(ctx, q, line.Account.Grants)
		if err != nil {
			return line, nil, err
		}
		if !may && unit != "" {
			cells = append(cells, m.bad(i, "role", m.value(i, "role"), "account.bad.role_above"))
		}
	}
	if line.Account.Login == "" {
		line.Account.Login, line.Proposed = ProposeLogin(line.Account.Name, func(l string) bool { return m.logins[l] || m.told[l] > 0 }), true
	} else if m.logins[line.Account.Login] {
		cells = append(cells, m.bad(i, "login", line.Account.Login, "account.bad.login_taken"))
	} else if at := m.told[line.Account.Login]; at > 0 {
		cells = append(cells, m.bad(i, "login", line.Account.Login, "account.import.login_twice", at))
	}
	check := line.Account
	for field, reason := range checked(&check) {
		if unit == "" && (field == "unit" || field == "role") {
			continue // said already
		}
		cells = append(cells, m.bad(i, field, m.value(i, field), reason))
	}
	if !slices.ContainsFunc(cells, func(c CellError) bool { return !c.Warn }) {
		line.State = RowNew
		m.told[line.Account.Login] = i + 1
	}
	slices.SortStableFunc(cells, func(a, b CellError) int { return strings.Compare(a.Heading, b.Heading) })
	return line, cells, nil
}

func checked(a *Account) map[string]string {
	if err := a.Check(); err != nil {
		return fault.Of(err).Fields
	}
	return nil
}

// same finds the account a row speaks of: with its login, or without one the
// person of that name in that unit.
func (m *planner) same(a Account) (login string, ok bool) {
	if a.Login != "" {
		r, ok := m.mine[a.Login]
		return r.Login, ok && i18n.Fold(r.Name) == i18n.Fold(a.Name)
	}
	if list := m.known[i18n.Fold(a.Name)+"/"+a.Home]; a.Home != "" && len(list) > 0 {
		return list[0].Login, true
	}
	return "", false
}

// unit resolves the unit of a row within the scope of who may invite.
func (m *planner) unit(ctx context.Context, q bun.IDB, i int, text string) (string, []CellError, error) {
	if text == "" {
		return "", []CellError{m.bad(i, "unit", "", "account.import.unit_none")}, nil
	}
	ids, done := m.units[text]
	if !done {
		all, err := m.s.UnitNamed(ctx, text)
		if err != nil {
			return "", nil, err
		}
		for _, id := range all {
			in, err := m.scope.Holds(ctx, q, id)
			if err != nil {
				return "", nil, db.Error("account.import", err)
			}
			if in {
				ids = append(ids, id)
			}
		}
		m.units[text] = ids
	}
	switch len(ids) {
	case 0:
		return "", []CellError{m.bad(i, "unit", text, "account.import.unit")}, nil
	case 1:
		return ids[0], nil, nil
	}
	return "", []CellError{m.bad(i, "unit", text, "account.import.unit_many", len(ids))}, nil
}

// seal sets the digest of what a plan would do.
func (p *Plan) seal() {
	h := sha256.New()
	fmt.Fprintln(h, p.SHA256)
	for _, r := range p.Rows {
		fmt.Fprintf(h, "%d %s %q %q %q %q\n", r.Row, r.State, r.Account.Login, r.Account.Name, r.Account.Home, r.Account.Grants)
	}
	p.Digest = hex.EncodeToString(h.Sum(nil))
}
