// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Withdraw takes back what was asked: of one item, of one addressee, or of both; n
// is how many tasks that were. Open obligations are cancelled; what was done stays.
// Of an addressee everything is taken back, the conditions it is held to and the
// tasks that a job has yet to open too. It needs a reason. Errors: fault.NotFound
// where nothing was asked that could be taken back.
func (s *Service) Withdraw(ctx context.Context, id ID, item ItemID, unit, reason string) (int, error) {
	const op = "directive.withdraw"
	reason = i18n.NFC(reason)
	if n := len([]rune(reason)); n == 0 || n > mostReason {
		return 0, fault.Bad(op, "reason", "directive.bad.reason")
	}
	if item == "" && unit == "" {
		return 0, fault.Bad(op, "item", "directive.bad.withdraw")
	}
	n := 0
	_, err := s.change(ctx, op, id, 0, []State{Issued, Ended}, func(ctx context.Context, tx *db.Tx, d *Directive, _ auth.Actor) error {
		list, err := tasksOf(ctx, tx, id, unit)
		if err != nil {
			return err
		}
		n = 0
		var units []string
		for _, t := range list {
			if item != "" && t.Item != item || t.State == Withdrawn || t.State == Accepted || t.State == Moved {
				continue
			}
			o, err := s.Obligations.CancelIn(ctx, tx, obligation.ID(t.Obligation), reason)
			if err != nil {
				return err
			}
			if o.State == obligation.Met {
				continue
			}
			t.State, t.Reason = Withdrawn, reason
			if err := saveTask(ctx, tx, op, &t); err != nil {
				return err
			}
			n++
			units = append(units, t.Unit)
		}
		if item == "" {
			res, err := tx.NewUpdate().Model((*addresseeRow)(nil)).Set("withdrawn_at = ?", db.At(s.now())).Set("reason = ?", reason).
				Where("directive_id = ?", string(id)).Where("unit_id = ?", unit).Where("withdrawn_at IS NULL").Exec(ctx)
			if err != nil {
				return db.Error(op, err)
			}
			if gone, err := res.RowsAffected(); err != nil {
				return db.Error(op, err)
			} else if gone > 0 {
				units = append(units, unit)
			}
		}
		if len(units) == 0 {
			return fault.Missing(op)
		}
		slices.Sort(units)
		if err := s.tell(ctx, tx, Told{Kind: "directive.withdrawn", Units: slices.Compact(units), ID: id, Code: d.Code, Words: reason, Href: Path + "/" + string(id), Key: "withdrawn/" + db.NewID()}); err != nil {
			return err
		}
		return s.note(ctx, tx, op, *d, map[string]any{"item": string(item), "unit": unit, "tasks": n, "reason": reason})
	})
	return n, err
}

// Addressees are the bodies a directive was issued to, in the actor's sight.
func (s *Service) Addressees(ctx context.Context, id ID) ([]string, error) {
	const op = "directive.Addressees"
	d, err := s.sight(ctx, op, s.Records.Read(), id)
	if err != nil {
		return nil, err
	}
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	return addressees(ctx, s.Records.Read(), &scope, d.ID)
}

func addressees(ctx context.Context, q bun.IDB, scope *auth.Scope, id ID) ([]string, error) {
	var out []string
	sel := q.NewSelect().TableExpr("directive_addressee AS a").Column("a.unit_id").Where("a.directive_id = ?", string(id)).Where("a.withdrawn_at IS NULL").Order("a.unit_id")
	if scope != nil {
		sel = scope.Filter(sel, "a.unit_id")
	}
	return out, db.Error("directive.addressees", sel.Scan(ctx, &out))
}
