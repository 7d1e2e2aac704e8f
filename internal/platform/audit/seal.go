// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// HeadFile is the file in the data folder that holds the newest Head: a chain
// cut short in the records is found by it.
const HeadFile = "audit.head"

const sealBatch = 2000 // entries in one transaction

type sealRow struct {
	bun.BaseModel `bun:"table:audit_seal,alias:s"`

	Seq       int64   `bun:"seq,pk"`
	EntryID   string  `bun:"entry_id"`
	Hash      string  `bun:"hash"`
	SealedAt  db.Time `bun:"sealed_at"`
	Signature string  `bun:"signature"` // on the last of each batch
}

// Sealer chains committed entries. Several processes may seal one trail.
type Sealer struct {
	records *db.DB
	now     func() time.Time
	key     ed25519.PrivateKey
	file    string
}

// NewSealer makes the sealer of d's trail. seed, 32 bytes, is what the signing
// key follows from; folder is where HeadFile is kept.
func NewSealer(d *db.DB, now func() time.Time, seed []byte, folder string) (*Sealer, error) {
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("seed of the audit key: %d bytes, want %d", len(seed), ed25519.SeedSize)
	}
	return &Sealer{d, now, ed25519.NewKeyFromSeed(seed), filepath.Join(folder, HeadFile)}, nil
}

// Public is the key with which others check a Head's signature.
func (s *Sealer) Public() ed25519.PublicKey { return s.key.Public().(ed25519.PublicKey) }

// Seal chains all entries that wait, in the order of their ids, and keeps the
// new head in the file. Nothing to do is no error.
func (s *Sealer) Seal(ctx context.Context) error {
	for {
		head, n, err := s.batch(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			if err := s.keep(head); err != nil {
				return err
			}
		}
		if n < sealBatch {
			return nil
		}
	}
}

func (s *Sealer) batch(ctx context.Context) (head Head, n int, err error) {
	waiting, err := s.records.Read().NewSelect().Model((*pendingRow)(nil)).Limit(1).Count(ctx)
	if err != nil || waiting == 0 {
		return Head{}, 0, db.Error("audit.Seal", err)
	}
	err = s.records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		head, n = Head{}, 0
		var rows []Row
		if err := tx.NewSelect().Model(&rows).Where("id IN (SELECT entry_id FROM audit_pending)").
			Order("id").Limit(sealBatch).Scan(ctx); err != nil || len(rows) == 0 {
			return err
		}
		if head, err = last(ctx, tx); err != nil {
			return err
		}
		seals, ids := make([]sealRow, len(rows)), make([]string, len(rows))
		for i, r := range rows {
			head.Seq++
			head.Hash = link(head.Seq, head.Hash, r)
			seals[i], ids[i] = sealRow{Seq: head.Seq, EntryID: r.ID, Hash: head.Hash, SealedAt: db.At(s.now())}, r.ID
		}
		head.Signature = sign(s.key, head.Seq, head.Hash)
		seals[len(seals)-1].Signature = head.Signature
		if _, err := tx.NewInsert().Model(&seals).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model((*pendingRow)(nil)).Where("entry_id IN (?)", bun.List(ids)).Exec(ctx); err != nil {
			return err
		}
		n = len(rows)
		return nil
	})
	return head, n, db.Error("audit.Seal", err)
}

// last is the newest seal, or the zero Head of an empty chain.
func last(ctx context.Context, q bun.IDB) (Head, error) {
	var r sealRow
	err := db.Error("audit.last", q.NewSelect().Model(&r).Order("seq DESC").Limit(1).Scan(ctx))
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return Head{r.Seq, r.Hash, r.Signature}, err
}

// Head is the newest seal of the trail, signed.
func (s *Sealer) Head(ctx context.Context) (Head, error) { return last(ctx, s.records.Read()) }

// Note keeps the present head in the file, in place of what stands there: after
// a restore, when the records are those of the backup.
func (s *Sealer) Note(ctx context.Context) error {
	head, err := s.Head(ctx)
	if err != nil || head.Seq == 0 {
		return err
	}
	return s.keep(head)
}

// Waiting is how many entries have no seal yet and since when; zero time when
// none waits.
func (s *Sealer) Waiting(ctx context.Context) (n int, since time.Time, err error) {
	var out struct {
		N     int
		Since db.Time
	}
	q := s.records.Read() // each entry is looked up: PostgreSQL read them all to join the few that wait
	each := q.NewSelect().TableExpr("audit_pending AS p").ColumnExpr("(SELECT e.at FROM audit_entry e WHERE e.id = p.entry_id) AS at")
	err = q.NewSelect().TableExpr("(?) AS w", each).ColumnExpr("COUNT(w.at) AS n, MIN(w.at) AS since").Scan(ctx, &out.N, &out.Since)
	return out.N, out.Since.Time, db.Error("audit.Waiting", err)
}

// keep writes head to the file, whole or not at all.
func (s *Sealer) keep(head Head) error {
	raw, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("audit head: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(s.file), HeadFile+".*")
	if err != nil {
		return fmt.Errorf("audit head: %w", err)
	}
	_, err = tmp.Write(append(raw, '\n'))
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), s.file)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("audit head: %w", err), os.Remove(tmp.Name()))
	}
	return nil
}

// noted is the head in the file; false when there is no file.
func (s *Sealer) noted() (Head, bool, error) {
	raw, err := os.ReadFile(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return Head{}, false, nil
	}
	if err != nil {
		return Head{}, false, fmt.Errorf("audit head: %w", err)
	}
	var h Head
	if err := json.Unmarshal(raw, &h); err != nil {
		return Head{}, true, nil // no head: its signature will not hold
	}
	return h, true, nil
}
