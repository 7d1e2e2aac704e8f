// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"time"
)

// Kept is what a question found when it was kept for a hunt.
type Kept struct {
	Text     string // what was asked, as JSON: the conditions without the time
	From, To time.Time
	Rows     int64  // all that was found; of a table, its rows
	Hash     string // SHA-256 over which events they are, of the first MaxExport; of a table, over its values
	Table    bool
}

// Keep asks the question of an address of the page again, for a hunt that keeps
// it: the query has its times. Errors: those of Look.
func (s *Service) Keep(ctx context.Context, query, why string) (Kept, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		values = url.Values{}
	}
	q, _ := typed{Values: values}.question(s.Now())
	q.Why = why
	store, scope, err := s.begin(ctx, "lookup.keep", &q)
	if err != nil {
		return Kept{}, err
	}
	d := q.detail()
	for _, name := range []string{"from", "to", "reason"} {
		delete(d, name)
	}
	text, err := json.Marshal(d)
	if err != nil {
		return Kept{}, err
	}
	k, sum := Kept{Text: string(text), From: q.From, To: q.To, Table: q.Table()}, sha256.New()
	if k.Table {
		t, err := tabled(ctx, store, scope, &q, MaxTable)
		if err != nil {
			return k, err
		}
		k.Rows = int64(len(t.Rows))
		if err := json.NewEncoder(sum).Encode(t); err != nil {
			return k, err
		}
	} else {
		if k.Rows, err = store.Count(ctx, scope, q.query()); err != nil {
			return k, err
		}
		if _, err := digest(through(ctx, store, scope, q.query(), false), sum); err != nil {
			return k, err
		}
	}
	k.Hash = hex.EncodeToString(sum.Sum(nil))
	return k, nil
}
