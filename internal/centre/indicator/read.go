// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan/unpack"
)

// maxText bounds the unpacked text of one file, and so the memory it can ask
// for before its indicators are counted.
const maxText = 512 << 20

// errDamaged means that a stored file is no longer what was received.
var errDamaged = errors.New("the stored file does not have the content it was received with")

// read adds the file of v to b as list l. Two failures are told apart: bad lies
// in the file and stays however often it is read; err is ours: the stored bytes
// cannot be read, are not those received, or ctx ended. seen, when not nil,
// hears how many stored bytes were read.
func (s *Service) read(ctx context.Context, b *intel.Builder, l List, v Version, seen func(n int64)) (rep intel.Report, bad, err error) {
	f, err := s.deps.Files.Open(ctx, v.SHA256)
	if err != nil {
		return rep, nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	raw := &stored{ctx: ctx, in: f, sum: sha256.New(), seen: seen}
	text, bad := unpack.New(raw, unpack.Limits{MaxBytes: maxText, Slack: 64 << 20})
	if bad == nil {
		rep, bad = b.Load(text, l.engine())
		text.Close()
	}
	if err := raw.verify(v.SHA256); err != nil {
		return rep, nil, err
	}
	return rep, bad, nil
}

// stored reads the bytes of a stored file and hashes them on the way.
type stored struct {
	ctx  context.Context
	in   io.Reader
	sum  hash.Hash
	n    int64
	err  error // of reading, besides the end
	seen func(n int64)
}

// Read implements io.Reader.
func (r *stored) Read(p []byte) (int, error) {
	if r.err = r.ctx.Err(); r.err != nil {
		return 0, r.err
	}
	n, err := r.in.Read(p)
	r.sum.Write(p[:n])
	r.n += int64(n)
	if r.seen != nil {
		r.seen(r.n)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// verify reads what is left, for a list may be given up before its end, and
// compares the whole with its name.
func (r *stored) verify(name string) error {
	if r.err != nil {
		return r.err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	if hex.EncodeToString(r.sum.Sum(nil)) != name {
		return errDamaged
	}
	return nil
}
