// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// group is the row with those of its members that lie in the scope.
func (r groupRow) group(ctx context.Context, q bun.IDB, scope auth.Scope) (Group, error) {
	g := Group{ID: r.ID, Owner: r.OwnerUnit, Name: r.Name, Note: r.Note, Parent: r.ParentID, Tag: r.Tag, Retired: r.Retired, Version: r.Version}
	if r.Kinds != "" {
		g.Kinds = strings.Split(r.Kinds, ",")
	}
	var rows []memberRow
	err := scope.Filter(q.NewSelect().Model(&rows).Where("group_id = ?", r.ID), "unit_id").Order("unit_id").Scan(ctx)
	for _, m := range rows {
		if m.Outside {
			g.Outside = append(g.Outside, m.UnitID)
		} else {
			g.Members = append(g.Members, m.UnitID)
		}
	}
	return g, err
}

func getGroup(ctx context.Context, q bun.IDB, scope auth.Scope, id GroupID) (Group, error) {
	var r groupRow
	if err := scope.Filter(q.NewSelect().Model(&r).Where("g.id = ?", id), "g.owner_unit").Scan(ctx); err != nil {
		return Group{}, err
	}
	return r.group(ctx, q, scope)
}

// putGroup writes a group and its members, new when its version is 1.
func putGroup(ctx context.Context, tx bun.IDB, g Group, now time.Time) error {
	row := groupRow{ID: g.ID, OwnerUnit: g.Owner, Name: g.Name, NameKey: i18n.Fold(g.Name), Note: g.Note, Kinds: strings.Join(g.Kinds, ","),
		ParentID: g.Parent, Tag: g.Tag, Retired: g.Retired, Version: g.Version, UpdatedAt: db.At(now)}
	var err error
	if g.Version == 1 {
		_, err = tx.NewInsert().Model(&row).Exec(ctx)
	} else {
		_, err = tx.NewUpdate().Model(&row).WherePK().Exec(ctx)
	}
	if err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model((*memberRow)(nil)).Where("group_id = ?", g.ID).Exec(ctx); err != nil {
		return err
	}
	var members []memberRow
	for _, id := range g.Members {
		members = append(members, memberRow{GroupID: g.ID, UnitID: id})
	}
	for _, id := range g.Outside {
		if !slices.Contains(g.Members, id) {
			members = append(members, memberRow{GroupID: g.ID, UnitID: id, Outside: true})
		}
	}
	if len(members) > 0 {
		_, err = tx.NewInsert().Model(&members).Exec(ctx)
	}
	return err
}

// Tags lists the tags of a unit, sorted.
func (s *Service) Tags(ctx context.Context, id ID) ([]string, error) {
	const op = "unit.Tags"
	if _, err := s.Get(ctx, id); err != nil {
		return nil, err
	}
	var list []string
	err := s.db.Read().NewSelect().Model((*tagRow)(nil)).Column("tag").Where("unit_id = ?", id).Order("key").Scan(ctx, &list)
	return list, db.Error(op, err)
}

// SetTags gives a unit exactly these tags, by which rules of groups find it.
// fault.Invalid names "tags".
func (s *Service) SetTags(ctx context.Context, id ID, tags []string) error {
	const op = "unit.SetTags"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return err
	}
	tags = cleanAliases(tags, "")
	if len(tags) > 50 || slices.ContainsFunc(tags, func(t string) bool { return utf8.RuneCountInString(t) > 100 }) {
		return fault.Bad(op, "tags", "unit.err.too_long")
	}
	return db.Error(op, s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := get(ctx, tx, scope, id); err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model((*tagRow)(nil)).Where("unit_id = ?", id).Exec(ctx); err != nil {
			return err
		}
		var rows []tagRow
		for _, t := range tags {
			rows = append(rows, tagRow{UnitID: id, Tag: t, Key: i18n.Fold(t)})
		}
		if len(rows) > 0 {
			if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
				return err
			}
		}
		return s.auditUnit(ctx, tx, "unit.tags", id, map[string]any{"tags": tags})
	}))
}
