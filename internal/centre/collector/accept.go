// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package collector

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vonggac/vonggac/internal/intake/edge"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Accept takes a bundle that somebody brought and gives its receipt, for the
// collector to forget by. The collector must be in scope. A bundle that came
// before changes nothing and gives a receipt all the same.
func (s *Service) Accept(ctx context.Context, r io.Reader) (Bundle, error) {
	actor, scope, err := auth.Need(ctx, "collector.Accept", mayWrite)
	if err != nil {
		return Bundle{}, err
	}
	return s.accept(ctx, r, actor.Name, func(c Collector) error {
		_, err := get(ctx, s.Records.Read(), scope, c.ID)
		return err
	})
}

// AcceptAsOwner is Accept for the owner of the data folder, who acts as the
// system itself.
func (s *Service) AcceptAsOwner(ctx context.Context, r io.Reader) (Bundle, error) {
	return s.accept(ctx, r, "system", func(Collector) error { return nil })
}

// bad says why a file is not taken: "" is no bundle at all, "foreign" one of a
// collector that is not known here, or not to the reader, which is the same
// answer, and "damaged" one of a known collector that is not as it was written.
func bad(why string, err error) error {
	key := "collector.bad.bundle"
	if why != "" {
		key += "_" + why
	}
	return &fault.Error{Kind: fault.Invalid, Op: "collector.Accept", Fields: map[string]string{"file": key}, Err: err}
}

func (s *Service) accept(ctx context.Context, r io.Reader, by string, may func(Collector) error) (b Bundle, err error) {
	f, err := os.CreateTemp(s.Temp, "bundle-*")
	if err != nil {
		return b, fmt.Errorf("keep the bundle while it is read: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	size, err := io.Copy(f, r)
	if err != nil {
		return b, err
	}
	head, err := edge.PeekBundle(f, size)
	if err != nil {
		return b, bad("", err)
	}
	who, err := s.byName(ctx, head.Collector)
	if err == nil {
		err = may(who)
	}
	if fault.Is(err, fault.SignedOut) || fault.Is(err, fault.NotFound) {
		return b, bad("foreign", err)
	}
	if err != nil {
		return b, err
	}
	turn := s.turn(who.ID)
	turn.Lock()
	defer turn.Unlock()
	return s.open(ctx, f, size, who, by)
}

// open takes the blocks of a bundle whose collector is known. Its turn is held.
func (s *Service) open(ctx context.Context, f *os.File, size int64, who Collector, by string) (Bundle, error) {
	const op = "collector.open"
	der, err := base64.StdEncoding.DecodeString(who.key)
	if err != nil {
		return Bundle{}, fmt.Errorf("key of collector %s: %w", who.ID, err)
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return Bundle{}, fmt.Errorf("key of collector %s: %w", who.ID, err)
	}
	public, ok := key.(*ecdsa.PublicKey)
	if !ok {
		return Bundle{}, fmt.Errorf("key of collector %s is none for ECDSA", who.ID)
	}
	var t *taking
	head, sum, err := edge.ReadBundle(f, size, public, s.seal, func(frame []byte, b edge.Block) error {
		if t == nil { // the signature holds
			var err error
			if t, err = s.begin(ctx, f, size, who); err != nil {
				return err
			}
		}
		return t.take(ctx, frame, b)
	})
	if t != nil {
		err = errors.Join(err, t.keep(ctx))
	}
	switch {
	case errors.Is(err, edge.ErrBundle):
		return Bundle{}, bad("damaged", err)
	case err != nil:
		return Bundle{}, err
	case t == nil: // a bundle without blocks
		return Bundle{}, bad("damaged", edge.ErrBundle)
	}
	c := *t.c
	b := Bundle{ID: BundleID(db.NewID()), Collector: c.ID, Number: int64(head.Number), Sum: sum, MadeAt: head.Made, TakenAt: s.Now(), TakenBy: by,
		First: int64(head.First), Last: int64(head.Last), Taken: t.taken, Repeated: t.repeated, Refused: t.refused, Missing: c.Missing().String()}
	if b.Receipt, err = s.receiptOf(ctx, c, head, b); err != nil {
		return Bundle{}, err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r := bundleRow{ID: string(b.ID), Collector: string(c.ID), Number: b.Number, Sum: b.Sum, MadeAt: db.At(b.MadeAt), TakenAt: db.At(b.TakenAt),
			TakenBy: by, First: b.First, Last: b.Last, Taken: b.Taken, Repeated: b.Repeated, Refused: b.Refused, Missing: b.Missing, Receipt: b.Receipt}
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		return s.note(ctx, tx, "collector.bundle", c, map[string]any{"bundle": b.Number, "sha256": b.Sum, "first": b.First, "last": b.Last, "taken": b.Taken,
			"repeated": b.Repeated, "refused": b.Refused, "missing": b.Missing})
	})
	return b, err
}

// begin takes the report that a bundle brings, unless a later one came, before
// its first block.
func (s *Service) begin(ctx context.Context, f *os.File, size int64, who Collector) (*taking, error) {
	head, err := edge.PeekBundle(f, size)
	if err != nil {
		return nil, err
	}
	c, err := s.byName(ctx, who.wireName())
	if err == nil && (c.First == 0 || head.Hello.Now.After(c.Said.Now)) {
		if _, e := edge.ParseNumbers(head.Hello.Lost); e != nil || head.Hello.Oldest == 0 || head.Hello.Next < head.Hello.Oldest {
			return nil, edge.ErrBundle
		}
		seen, skew := c.SeenAt, c.Skew
		if c, err = s.report(ctx, c, head.Hello); err == nil {
			c.SeenAt, c.Skew = seen, skew // it is not here, and how its clock goes a stick cannot tell
		}
	}
	if err != nil {
		return nil, err
	}
	return s.taking(ctx, &c)
}

func (s *Service) receiptOf(ctx context.Context, c Collector, head edge.BundleHeader, b Bundle) (string, error) {
	ways, err := s.edgeWays(ctx, c.ID)
	if err != nil {
		return "", err
	}
	raw, err := edge.Receipt{Collector: c.wireName(), Bundle: head.Number, Sum: b.Sum, First: head.First, Last: head.Last, Taken: b.Taken, Repeated: b.Repeated,
		Refused: b.Refused, Next: c.Next(), Missing: b.Missing, At: b.TakenAt.UTC().Truncate(time.Second), Ways: ways, WaysAt: c.waysAt}.Sign(s.receipt)
	return string(raw), err
}
