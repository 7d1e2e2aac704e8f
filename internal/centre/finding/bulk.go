// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Choice is a finding as a person saw it in a list when choosing it. Its text
// is what the list's check boxes carry.
type Choice struct {
	ID      ID
	Version int64
	Names   int64
}

// ChoiceOf is f as it stands.
func ChoiceOf(f Finding) Choice { return Choice{f.ID, f.Version, f.Names} }

// String writes c as ParseChoice reads it.
func (c Choice) String() string {
	return string(c.ID) + "." + strconv.FormatInt(c.Version, 10) + "." + strconv.FormatInt(c.Names, 10)
}

// ParseChoice reads a choice. What does not read chooses nothing that exists.
func ParseChoice(s string) Choice {
	part := strings.Split(s, ".")
	if len(part) != 3 {
		return Choice{}
	}
	version, err := strconv.ParseInt(part[1], 10, 64)
	if err != nil {
		return Choice{}
	}
	names, err := strconv.ParseInt(part[2], 10, 64)
	if err != nil {
		return Choice{}
	}
	return Choice{ID(part[0]), version, names}
}

// errNothing rolls an empty transaction back: it has no audit entry.
var errNothing = errors.New("nothing was changed")

// maxBulk bounds what one act reaches.
const maxBulk = 1000

// Bulk is what came of an act on several findings. Skipped were left alone:
// changed by somebody else in the meantime, in another state, out of scope.
type Bulk struct{ Done, Skipped int }

// AcknowledgeAll acknowledges the chosen findings, each as Acknowledge would.
func (s *Service) AcknowledgeAll(ctx context.Context, list []Choice) (Bulk, error) {
	return s.each(ctx, "finding.acknowledge", mayWrite, list, func(f *Finding, by Person, _ Choice) (map[string]any, error) {
		return nil, f.acknowledge(by, s.at())
	})
}

// DismissAll dismisses the chosen findings, each as Dismiss would;
// Dismissal.Names is taken from the choices.
func (s *Service) DismissAll(ctx context.Context, list []Choice, d Dismissal) (Bulk, error) {
	const op = "finding.dismiss"
	if _, _, err := auth.Need(ctx, op, mayDecide); err != nil {
		return Bulk{}, err
	}
	if err := d.check(op); err != nil {
		return Bulk{}, err
	}
	return s.each(ctx, op, mayDecide, list, func(f *Finding, by Person, c Choice) (map[string]any, error) {
		d := d
		d.Names = c.Names
		return map[string]any{"reason": d.Reason, "false_positive": d.FalsePositive, "names": f.Names}, f.dismiss(d, by.Name, s.at())
	})
}

// each changes the chosen findings in one transaction.
func (s *Service) each(ctx context.Context, op string, need auth.Permission, list []Choice,
	fn func(f *Finding, by Person, c Choice) (map[string]any, error)) (Bulk, error) {
	actor, scope, err := auth.Need(ctx, op, need)
	if err != nil {
		return Bulk{}, err
	}
	switch {
	case len(list) == 0:
		return Bulk{}, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "finding.err.none_chosen"}
	case len(list) > maxBulk:
		return Bulk{}, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "finding.err.many_chosen"}
	}
	var out Bulk
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = Bulk{}
		for _, c := range list {
			_, err := s.changeIn(ctx, tx, op, actor, scope, c.ID, c.Version, func(f *Finding, by Person) (map[string]any, error) {
				return fn(f, by, c)
			})
			switch {
			case err == nil:
				out.Done++
			case fault.Is(err, fault.Conflict), fault.Is(err, fault.NotFound), fault.Is(err, fault.Forbidden):
				out.Skipped++
			default:
				return err
			}
		}
		if out.Done == 0 {
			return errNothing
		}
		return nil
	})
	if errors.Is(err, errNothing) {
		return out, nil
	}
	return out, db.Error(op, err)
}
