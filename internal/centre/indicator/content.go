// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"errors"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Blocks are the block lists that are matched now, in the order they were made.
// It acts for nobody and asks no permission.
func (s *Service) Blocks(ctx context.Context) ([]List, error) {
	var rows []row
	err := s.deps.Records.Read().NewSelect().Model(&rows).Where("l.active = ?", true).Where("l.kind = ?", string(Block)).Where("l.seq > 0").
		Order("l.id").Scan(ctx)
	out := make([]List, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.list())
	}
	return out, db.Error("indicator.Blocks", err)
}

// Content is what version seq of l holds, as an index of that list alone. It acts for nobody and asks no
// permission.
func (s *Service) Content(ctx context.Context, id ID, seq int64) (*intel.Index, error) {
	var r row
	if err := s.deps.Records.Read().NewSelect().Model(&r).Where("l.id = ?", string(id)).Scan(ctx); err != nil {
		return nil, db.Error("indicator.Content", err)
	}
	v, err := getVersion(ctx, s.deps.Records.Read(), id, seq)
	if err != nil {
		return nil, err
	}
	var b intel.Builder
	_, bad, err := s.read(ctx, &b, r.list(), v, nil)
	if err = errors.Join(bad, err); err != nil {
		return nil, unreadable(ctx, r.list(), v, err)
	}
	return b.Build(), nil
}

// Generation rises with every change of what is matched. It acts for nobody
// and asks no permission.
func (s *Service) Generation(ctx context.Context) (int64, error) {
	return generation(ctx, s.deps.Records.Read())
}

// advance counts one more change of what is matched and tells of it.
func (s *Service) advance(ctx context.Context, tx *db.Tx, unit string) (int64, error) {
	gen, err := advance(ctx, tx)
	if err == nil && s.deps.Changed != nil {
		err = s.deps.Changed(ctx, tx, gen, unit)
	}
	return gen, err
}
