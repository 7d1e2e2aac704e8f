// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

type roleRow struct {
	bun.BaseModel `bun:"table:account_role"`

	Account string  `bun:"account_id,pk"`
	Role    string  `bun:"role,pk"`
	Unit    string  `bun:"unit_id,pk"`
	From    db.Time `bun:"from_at"`
	Until   db.Time `bun:"until_at"`
	GivenBy string  `bun:"given_by"`
	GivenAt db.Time `bun:"given_at"`
}

type delegationRow struct {
	bun.BaseModel `bun:"table:account_delegation,alias:d"`

	ID        string  `bun:"id,pk"`
	Giver     string  `bun:"giver_id"`
	GiverName string  `bun:"giver_name"`
	Account   string  `bun:"account_id"`
	Name      string  `bun:"account_name"`
	Role      string  `bun:"role"`
	Unit      string  `bun:"unit_id"`
	From      db.Time `bun:"from_at"`
	Until     db.Time `bun:"until_at"`
	Reason    string  `bun:"reason"`
	CreatedAt db.Time `bun:"created_at"`
	EndedAt   db.Time `bun:"ended_at"`
	EndedBy   string  `bun:"ended_by"`
	Covered   bool    `bun:"covered,scanonly"`
}

func (r delegationRow) delegation() Delegation {
	return Delegation{ID: r.ID, Giver: ID(r.Giver), GiverName: r.GiverName, To: ID(r.Account), ToName: r.Name,
		Grant: auth.Grant{Role: auth.Role(r.Role), Unit: r.Unit}, Term: Term{r.From.Time, r.Until.Time}, Reason: r.Reason,
		CreatedAt: r.CreatedAt.Time, EndedAt: r.EndedAt.Time, EndedBy: r.EndedBy, Covered: r.Covered}
}

// covered is the SQL condition that the giver of delegation d is let in and
// holds the lent role, in the lent unit or above it, at a moment given twice.
const covered = "EXISTS (SELECT 1 FROM account g JOIN account_role r ON r.account_id = g.id AND r.role = d.role " +
	"JOIN unit_closure c ON c.ancestor = r.unit_id AND c.descendant = d.unit_id WHERE g.id = d.giver_id AND NOT g.disabled " +
	"AND (r.from_at IS NULL OR r.from_at <= ?) AND (r.until_at IS NULL OR r.until_at > ?))"

// inForce is what gives people a role at ?0: roles of their own, roles lent to
// them by somebody who holds them, and break-glass. only narrows it to accounts
// (" AND %.account_id IN (?1)" with the table for %); empty is everybody.
func inForce(only string) string {
	of := func(table string) string { return strings.ReplaceAll(only, "%", table) }
	return "SELECT o.account_id, o.role, o.unit_id FROM account_role o WHERE (o.from_at IS NULL OR o.from_at <= ?0) " +
		"AND (o.until_at IS NULL OR o.until_at > ?0)" + of("o") +
		" UNION SELECT d.account_id, d.role, d.unit_id FROM account_delegation d WHERE d.ended_at IS NULL " +
		"AND d.from_at <= ?0 AND d.until_at > ?0 AND EXISTS (SELECT 1 FROM account g JOIN account_role r ON r.account_id = g.id " +
		"AND r.role = d.role JOIN unit_closure c ON c.ancestor = r.unit_id AND c.descendant = d.unit_id WHERE g.id = d.giver_id " +
		"AND NOT g.disabled AND (r.from_at IS NULL OR r.from_at <= ?0) AND (r.until_at IS NULL OR r.until_at > ?0))" + of("d") +
		" UNION SELECT e.account_id, e.role, e.unit_id FROM account_elevation e JOIN account a ON a.id = e.account_id " +
		"WHERE a.break_glass AND e.ended_at IS NULL AND e.from_at <= ?0 AND e.until_at > ?0" + of("e")
}

// InForce is a query of account_id, role and unit_id: all that gives anybody a
// role at now. It asks for no permission and looks at no account's state; it is
// for whoever has to know who may act, such as who is told of what.
func InForce(q bun.IDB, now time.Time) *bun.RawQuery { return q.NewRaw(inForce(""), db.At(now)) }

var placed = regexp.MustCompile(`\?[01]`)

// grantsOf lists what accounts may do at now.
func grantsOf(ctx context.Context, q reader, ids []string, now time.Time) (map[string][]auth.Grant, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []struct {
		Account string `bun:"account_id"`
		Role    string `bun:"role"`
		Unit    string `bun:"unit_id"`
	}
	var args []any
	text := placed.ReplaceAllStringFunc(inForce(" AND %.account_id IN (?1)")+" ORDER BY 2, 3", func(place string) string {
		if place == "?0" {
			args = append(args, db.At(now))
		} else {
			args = append(args, db.In(ids))
		}
		return "?"
	})
	if err := q.Fetch(ctx, &rows, text, args...); err != nil {
		return nil, db.Error("account.grants", err)
	}
	out := map[string][]auth.Grant{}
	for _, r := range rows {
		out[r.Account] = append(out[r.Account], auth.Grant{Role: auth.Role(r.Role), Unit: r.Unit})
	}
	return out, nil
}

// reach lists all that an account has or may come to have without anybody's
// further act: what is in force, what begins later, what its giver lacks just
// now.
func reach(ctx context.Context, q reader, id ID, now time.Time) ([]auth.Grant, error) {
	held, err := heldBy(ctx, q, id)
	if err != nil {
		return nil, err
	}
	var out []auth.Grant
	for _, h := range held {
		if h.Until.IsZero() || h.Until.After(now) {
			out = append(out, h.Grant)
		}
	}
	lent, err := delegations(ctx, q, now, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("d.account_id = ?", string(id)).Where("d.ended_at IS NULL").Where("d.until_at > ?", db.At(now))
	})
	for _, d := range lent {
		out = append(out, d.Grant)
	}
	more, err2 := grantsOf(ctx, q, []string{string(id)}, now)
	if err == nil {
		err = err2
	}
	return append(out, more[string(id)]...), err
}

// heldBy lists the roles given to an account, whatever their term.
func heldBy(ctx context.Context, q bun.IDB, id ID) ([]Held, error) {
	var rows []roleRow
	if err := q.NewSelect().Model(&rows).Where("account_id = ?", string(id)).Order("role", "unit_id").Scan(ctx); err != nil {
		return nil, db.Error("account.held", err)
	}
	out := make([]Held, len(rows))
	for i, r := range rows {
		out[i] = Held{Grant: auth.Grant{Role: auth.Role(r.Role), Unit: r.Unit}, Term: Term{r.From.Time, r.Until.Time},
			GivenBy: r.GivenBy, GivenAt: r.GivenAt.Time}
	}
	return out, nil
}

// give writes a role, or the new term of one that is held.
func give(ctx context.Context, tx *db.Tx, id ID, h Held) error {
	r := roleRow{Account: string(id), Role: string(h.Role), Unit: h.Unit, From: db.At(h.From), Until: db.At(h.Until),
		GivenBy: h.GivenBy, GivenAt: db.At(h.GivenAt)}
	_, err := tx.NewInsert().Model(&r).On("CONFLICT (account_id, role, unit_id) DO UPDATE").Set("from_at = EXCLUDED.from_at").
		Set("until_at = EXCLUDED.until_at").Set("given_by = EXCLUDED.given_by").Set("given_at = EXCLUDED.given_at").Exec(ctx)
	return db.Error("account.give", err)
}

// delegations reads delegations that narrow lets through, latest first.
func delegations(ctx context.Context, q bun.IDB, now time.Time, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Delegation, error) {
	var rows []delegationRow
	err := narrow(q.NewSelect().Model(&rows).ColumnExpr("d.*").ColumnExpr(covered+" AS covered", db.At(now), db.At(now))).
		OrderExpr("d.until_at DESC, d.id DESC").Limit(200).Scan(ctx)
	if err != nil {
		return nil, db.Error("account.delegations", err)
	}
	out := make([]Delegation, len(rows))
	for i, r := range rows {
		out[i] = r.delegation()
	}
	return out, nil
}

// endLent ends what giver lent and does not hold any more: all of it once the
// account is disabled. A role given again later brings nothing back.
func endLent(ctx context.Context, tx *db.Tx, giver ID, by string, now time.Time) error {
	_, err := tx.NewUpdate().Model((*delegationRow)(nil)).Set("ended_at = ?", db.At(now)).Set("ended_by = ?", by).
		Where("giver_id = ?", string(giver)).Where("ended_at IS NULL").Where("NOT "+covered, db.At(now), db.At(now)).Exec(ctx)
	return db.Error("account.endLent", err)
}
