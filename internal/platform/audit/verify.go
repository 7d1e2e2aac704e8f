// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// Flaw is a kind of tampering.
type Flaw string

// The flaws Verify tells apart.
const (
	Changed   Flaw = "changed"   // an entry, its place or its hash is not what was sealed
	Gone      Flaw = "gone"      // a seal without its entry, or a number left out
	Stranger  Flaw = "stranger"  // an entry that neither was sealed nor waits for it
	Unsigned  Flaw = "unsigned"  // the end of the chain, or of a batch, bears no true signature
	Shortened Flaw = "shortened" // the chain ends before a head that was noted
	NoHead    Flaw = "no_head"   // the file with the newest head is gone or not ours
)

// Trouble is one thing that is wrong. Seq is zero where no number fits.
type Trouble struct {
	Flaw  Flaw   `json:"flaw"`
	Seq   int64  `json:"seq,omitempty"`
	Entry string `json:"entry,omitempty"`
}

// Report is the outcome of Verify.
type Report struct {
	Sealed   int64     `json:"sealed"`  // seals read
	Waiting  int64     `json:"waiting"` // entries that wait for their seal; they are no trouble
	Head     Head      `json:"head"`
	Count    int64     `json:"troubles"` // all that were found
	Troubles []Trouble `json:"first,omitempty"`
}

const keptTroubles = 100

func (r *Report) add(f Flaw, seq int64, entry string) {
	r.Count++
	if len(r.Troubles) < keptTroubles {
		r.Troubles = append(r.Troubles, Trouble{f, seq, entry})
	}
}

// OK reports whether nothing is wrong.
func (r Report) OK() bool { return r.Count == 0 }

// Verify reads the whole chain and says what was changed behind the program's
// back: entries and seals altered, removed, added, exchanged or cut off, and the
// noted head forged or taken away. It changes nothing and may run beside a
// working centre. What it cannot see: entries removed in the second before their
// seal together with their place in the queue, and a data folder put back as a
// whole to an earlier day; for the latter compare Report.Head with one noted
// elsewhere (a backup's manifest, an export).
func (s *Sealer) Verify(ctx context.Context) (Report, error) {
	var r Report
	noted, found, err := s.noted()
	if err != nil {
		return r, err
	}
	notedHash, err := s.walk(ctx, &r, noted.Seq)
	if err != nil {
		return r, err
	}
	switch {
	case !found && r.Sealed > 0, found && !noted.signed(s.Public()):
		r.add(NoHead, noted.Seq, "")
	case found && noted.Seq > r.Head.Seq:
		r.add(Shortened, noted.Seq, "")
	case found && noted.Hash != notedHash:
		r.add(Changed, noted.Seq, "")
	}
	return r, s.strangers(ctx, &r)
}

// walk goes through the chain and gives the hash found at number at.
func (s *Sealer) walk(ctx context.Context, r *Report, at int64) (hash string, err error) {
	var prev string
	for {
		rows, err := chained(ctx, s.records.Read(), "LEFT JOIN", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("s.seq > ?", r.Head.Seq).Order("s.seq").Limit(sealBatch)
		})
		if err != nil {
			return "", err
		}
		for _, e := range rows {
			s.check(r, e, prev)
			r.Sealed++
			r.Head = Head{e.Seq, e.Hash, e.Signature}
			if prev = e.Hash; e.Seq == at {
				hash = e.Hash
			}
		}
		if len(rows) < sealBatch {
			break
		}
	}
	if r.Sealed > 0 && r.Head.Signature == "" {
		r.add(Unsigned, r.Head.Seq, "")
	}
	return hash, nil
}

// check compares one seal with its entry and its neighbour before. The chain
// goes on from what the seal says, so that one change is one trouble.
func (s *Sealer) check(r *Report, e joined, prev string) {
	if e.Seq != r.Head.Seq+1 {
		r.add(Gone, r.Head.Seq+1, "")
	}
	switch {
	case e.ID == "":
		r.add(Gone, e.Seq, e.EntryID)
	case link(e.Seq, prev, e.row()) != e.Hash:
		r.add(Changed, e.Seq, e.EntryID)
	}
	if head := (Head{e.Seq, e.Hash, e.Signature}); e.Signature != "" && !head.signed(s.Public()) {
		r.add(Unsigned, e.Seq, e.EntryID)
	}
}

// strangers finds entries beside the chain, and those that were taken out of
// the queue.
func (s *Sealer) strangers(ctx context.Context, r *Report) error {
	const op = "audit.Verify"
	q := s.records.Read()
	var ids []string
	err := q.NewSelect().Model((*Row)(nil)).Column("id").
		Where("NOT EXISTS (SELECT 1 FROM audit_seal AS s WHERE s.entry_id = id)").
		Where("NOT EXISTS (SELECT 1 FROM audit_pending AS p WHERE p.entry_id = id)").Order("id").Limit(keptTroubles).Scan(ctx, &ids)
	if err != nil {
		return db.Error(op, err)
	}
	for _, id := range ids {
		r.add(Stranger, 0, id)
	}
	ids = nil
	err = q.NewSelect().Model((*pendingRow)(nil)).Column("entry_id").
		Where("NOT EXISTS (SELECT 1 FROM audit_entry AS e WHERE e.id = entry_id)").Order("entry_id").Limit(keptTroubles).Scan(ctx, &ids)
	if err != nil {
		return db.Error(op, err)
	}
	for _, id := range ids {
		r.add(Gone, 0, id)
	}
	waiting, _, err := s.Waiting(ctx)
	r.Waiting = int64(waiting)
	return err
}
