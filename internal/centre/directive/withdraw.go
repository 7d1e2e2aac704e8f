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

// Withdraw takes back what was asked: of one item, of one addressee, or of both.
// Open obligations are cancelled; what was done stays. It needs a reason.
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
			if _, err := s.Obligations.CancelIn(ctx, tx, obligation.ID(t.Obligation), reason); err != nil {
				return err
			}
			t.State, t.Reason = Withdrawn, reason
			if err := saveTask(ctx, tx, op, &t); err != nil {
				return err
			}
			n++
			units = append(units, t.Unit)
		}
		if n == 0 {
			return fault.Missing(op)
		}
		if item == "" {
			if _, err := tx.NewUpdate().Model((*addresseeRow)(nil)).Set("withdrawn_at = ?", db.At(s.now())).Set("reason = ?", reason).
				Where("directive_id = ?", string(id)).Where("unit_id = ?", unit).Exec(ctx); err != nil {
				return db.Error(op, err)
			}
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
