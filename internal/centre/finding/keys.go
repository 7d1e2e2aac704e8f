// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// KeysIn are the keys of ids, inside the caller's transaction, which has asked
// for its own permission.
func (s *Service) KeysIn(ctx context.Context, tx *db.Tx, ids ...ID) ([]Key, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []struct {
		Owner   string `bun:"owner_unit"`
		AddrKey string `bun:"addr_key"`
		Threat  string `bun:"threat"`
	}
	err := tx.NewSelect().Table("finding").Column("owner_unit", "addr_key", "threat").Where("id IN (?)", bun.List(ids)).Order("id").Scan(ctx, &rows)
	out := make([]Key, len(rows))
	for i, r := range rows {
		out[i] = Key{Owner: r.Owner, AddrKey: r.AddrKey, Threat: r.Threat}
	}
	return out, db.Error("finding.KeysIn", err)
}
