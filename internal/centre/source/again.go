// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// This file counts the blocks that came again and changed nothing.

// Why a block came again.
const (
	AgainSent = "sent" // it was to be stored and lay there
	AgainRead = "read" // it was to be taken and was
)

// repeated are blocks that came again and are not in the records yet.
type repeated struct {
	mu sync.Mutex
	n  map[repetition]int64
}

type repetition struct {
	source ID
	why    string
}

// CameAgain counts a block of a source that came again and was known, for
// KeepAgain.
func (s *Service) CameAgain(id ID, why string) { s.repeated.add(repetition{id, why}, 1) }

func (r *repeated) add(what repetition, n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n == nil {
		r.n = map[repetition]int64{}
	}
	r.n[what] += n
}

// knownAgain counts those of the blocks that were taken before fresh ones.
func (s *Service) knownAgain(blocks, fresh []Taking) {
	if len(blocks) == len(fresh) {
		return
	}
	more := map[ID]int64{}
	for _, b := range blocks {
		more[b.Source]++
	}
	for _, b := range fresh {
		more[b.Source]--
	}
	for id, n := range more {
		if n > 0 {
			s.repeated.add(repetition{id, AgainRead}, n)
		}
	}
}

// KeepAgain adds to the account of sources the blocks that came again in this
// process since it was last called.
func (s *Service) KeepAgain(ctx context.Context) error {
	s.repeated.mu.Lock()
	n := s.repeated.n
	s.repeated.n = nil
	s.repeated.mu.Unlock()
	if len(n) == 0 {
		return nil
	}
	err := s.keepAgain(ctx, n)
	if err != nil {
		for what, n := range n { // the next time
			s.repeated.add(what, n)
		}
	}
	return db.Error("source.KeepAgain", err)
}

func (s *Service) keepAgain(ctx context.Context, n map[repetition]int64) error {
	var ids, known []string
	for what := range n {
		ids = append(ids, string(what.source))
	}
	for part := range slices.Chunk(ids, 500) {
		var some []string
		if err := s.Records.Read().NewSelect().Model((*row)(nil)).Column("id").Where("id IN (?)", bun.List(part)).Scan(ctx, &some); err != nil {
			return err
		}
		known = append(known, some...)
	}
	var rows []lossRow
	for what, n := range n {
		if slices.Contains(known, string(what.source)) {
			rows = append(rows, lossRow{Source: string(what.source), Day: dayOf(s.Now()), What: lossAgain, Reason: what.why, N: n})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error { return addLosses(ctx, tx, rows) })
}

// Reception is how what receives the lines of a source does now.
type Reception struct {
	Silent bool   // it gives no answer; then Dead is not known
	Full   bool   // nothing is taken, for want of room on the disk
	Dead   int64  // blocks of the source that were given up
	See    string // where these are shown; "" when the actor may not look there
}

// datagram reports whether a sender of this kind is not told that what it sends
// is not taken.
func (k WayKind) datagram() bool { return k == SyslogUDP || k == NetFlow }

// lossy reports whether one of the ways that are on loses what is not taken.
func lossy(ways []Way) bool {
	return slices.ContainsFunc(ways, func(w Way) bool { return !w.Off && w.Kind.datagram() })
}

// compareAgain puts what senders sent again first.
func compareAgain(a, b Loss) int { return -cmp.Compare(a.Reason, b.Reason) }
