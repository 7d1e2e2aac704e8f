// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// guard counts unpacked bytes, holds them to the limits and says where packed
// data break.
type guard struct {
	r    io.Reader
	in   *counter
	name string // packing; "" when plain
	lim  Limits
	n    int64
	err  error // sticky: what breaks once stays broken
}

func newGuard(r io.Reader, in *counter, name string, lim Limits) *guard {
	if lim.MaxRatio == 0 {
		lim.MaxRatio = defaultRatio
	}
	if lim.Slack == 0 {
		lim.Slack = defaultSlack
	}
	return &guard{r: r, in: in, name: name, lim: lim}
}

func (g *guard) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	n, err := g.read(p)
	g.err = err
	return n, err
}

func (g *guard) read(p []byte) (int, error) {
	if left := g.lim.MaxBytes - g.n; g.lim.MaxBytes > 0 && left < int64(len(p)) {
		// One byte more than allowed tells a stream that ends at the limit
		// from one that goes on.
		p = p[:left+1]
	}
	n, err := g.r.Read(p)
	g.n += int64(n)
	if g.lim.MaxBytes > 0 && g.n > g.lim.MaxBytes {
		over := g.n - g.lim.MaxBytes
		g.n -= over
		return n - int(over), fmt.Errorf("%w: more than %d bytes; split the file", ErrBomb, g.lim.MaxBytes)
	}
	if g.name == "" {
		return n, err
	}
	if g.lim.MaxRatio > 0 && g.n > g.lim.Slack && g.n/g.lim.MaxRatio > g.in.n {
		return n, fmt.Errorf("%w: %d bytes of %s gave %d bytes, over %d to 1, as a decompression bomb does; if it is a real log, unpack it first and give the plain file",
			ErrBomb, g.in.n, g.name, g.n, g.lim.MaxRatio)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = broken(err, g.in, g.name, g.n)
	}
	return n, err
}

// broken names an error of a decoder. An error of the source below passes.
func broken(err error, in *counter, name string, out int64) error {
	if in.err != nil {
		return in.err
	}
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		return fmt.Errorf("%w: the %s data need a window of more than %d MiB; unpack them first (zstd -d --long=31 FILE)", ErrArchive, name, maxWindow>>20)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: the %s data end at byte %d before their end mark, after %d unpacked bytes; fetch the file again", ErrTruncated, name, in.n, out)
	}
	return fmt.Errorf("%w: %s data near byte %d, after %d unpacked bytes: %w; fetch the file again", ErrCorrupt, name, in.n, out, err)
}
