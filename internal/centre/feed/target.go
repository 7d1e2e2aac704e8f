// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"maps"
	"slices"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// target settles which list a new feed fills: one that is there, whose owner is
// the feed's unit then, or one to be made.
func (s *Service) target(ctx context.Context, op string, o *Order) error {
	if o.List == "" {
		if o.New.Owner = o.Unit; o.Shape == MISPFolder {
			o.New.Layout = indicator.MISP
		}
		return s.fresh(ctx, op, o)
	}
	o.New = indicator.List{}
	l, err := s.Lists.Get(ctx, o.List)
	if fault.Is(err, fault.NotFound) || err == nil && l.Builtin {
		return fault.Bad(op, "list", "feed.bad.list")
	}
	if err != nil {
		return err
	}
	if o.Shape == MISPFolder && l.Layout != indicator.Auto && l.Layout != indicator.MISP {
		return fault.Bad(op, "list", "feed.bad.list_layout")
	}
	o.Unit = l.Owner
	fed, err := s.Records.Read().NewSelect().Model((*row)(nil)).Where("f.list_id = ?", string(l.ID)).Exists(ctx)
	if err == nil && fed {
		return fault.Bad(op, "list", "feed.bad.list_fed")
	}
	return db.Error(op, err)
}

// fresh checks the list that o is to make.
func (s *Service) fresh(ctx context.Context, op string, o *Order) error {
	fields := map[string]string{}
	if err := o.New.Check(); fault.Is(err, fault.Invalid) {
		for field, key := range fault.Of(err).Fields {
			if field != "unit" {
				field = "list_" + field
			}
			fields[field] = key
		}
	} else if err != nil {
		return err
	}
	if o.New.Kind == indicator.Allow {
		root, err := s.Root(ctx)
		if err != nil {
			return err
		}
		if o.Unit != root {
			fields["unit"] = "indicator.bad.allow_owner"
		}
	}
	if fields["list_name"] == "" {
		p, err := s.Lists.List(ctx, indicator.Filter{Query: o.New.Name, Limit: 1000})
		if err != nil {
			return err
		}
		if slices.ContainsFunc(p.Rows, func(l indicator.Listed) bool { return i18n.Fold(l.Name) == i18n.Fold(o.New.Name) }) {
			fields["list_name"] = "feed.bad.list_name"
		}
	}
	if len(fields) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: fields, Args: []any{s.Most}}
	}
	return nil
}

// join puts the fields of two fault.Invalid errors into one; any other error
// goes before them.
func join(a, b error) error {
	if a == nil || !fault.Is(b, fault.Invalid) {
		return b
	}
	both := *fault.Of(a)
	fields := map[string]string{}
	for _, e := range []error{b, a} {
		maps.Copy(fields, fault.Of(e).Fields)
	}
	both.Fields = fields
	return &both
}

// stands refuses unless the actor may both keep feeds and manage lists in the
// unit of r.
func (s *Service) stands(ctx context.Context, tx *db.Tx, op string, actor auth.Actor, scope auth.Scope, r row) error {
	in, err := scope.Holds(ctx, tx, r.Unit)
	if err != nil {
		return db.Error(op, err)
	}
	if !in {
		return fault.Bad(op, "unit", "feed.bad.unit")
	}
	if in, err = managed(actor).Holds(ctx, tx, r.Unit); err != nil {
		return db.Error(op, err)
	}
	if !in {
		return &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "feed.err.lists"}
	}
	return nil
}
