// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/vonggac/vonggac/internal/intake/stream"
)

// benchBlocks are different blocks of some 200 KB of lines.
func benchBlocks() []stream.Block {
	blocks := make([]stream.Block, 64)
	for i := range blocks {
		blocks[i] = sized(i, 2000)
	}
	return blocks
}

// each runs work b.N times over from so many goroutines.
func each(b *testing.B, blocks []stream.Block, workers int, work func(n int) error) {
	b.SetBytes(int64(len(blocks[0].Body)))
	var next atomic.Int64
	done := make(chan error)
	b.ResetTimer()
	for range workers {
		go func() {
			for {
				n := int(next.Add(1))
				if n > b.N {
					done <- nil
					return
				}
				if err := work(n); err != nil {
					done <- err
					return
				}
			}
		}()
	}
	var all error
	for range workers {
		all = errors.Join(all, <-done)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "blocks/s")
	if all != nil {
		b.Fatal(all)
	}
}

// BenchmarkKeeping compares, in one run: a block as a plain file keeps it,
// written and synced; the stream, by 1, 4 and 16 at a time; and taking out.
func BenchmarkKeeping(b *testing.B) {
	blocks := benchBlocks()
	b.Run("plain file", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "plain"))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		each(b, blocks, 1, func(n int) error {
			_, err := f.Write(blocks[n%len(blocks)].Body)
			return errors.Join(err, f.Sync())
		})
	})
	for _, workers := range []int{1, 4, 16} {
		b.Run(fmt.Sprintf("append by %d", workers), func(b *testing.B) {
			s := open(b, options(b))
			each(b, blocks, workers, func(n int) error {
				block := blocks[n%len(blocks)]
				block.ID = fmt.Sprint("bench/", n)
				return s.Append(b.Context(), block)
			})
		})
	}
	for _, workers := range []int{1, 4} {
		b.Run(fmt.Sprintf("consume by %d", workers), func(b *testing.B) {
			s := open(b, options(b))
			each(b, blocks, 16, func(n int) error {
				block := blocks[n%len(blocks)]
				block.ID = fmt.Sprint("bench/", n)
				return s.Append(b.Context(), block)
			})
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			var came atomic.Int64
			b.ResetTimer()
			b.StartTimer()
			err := s.Consume(ctx, stream.Reading, workers, func(context.Context, stream.Block, int) error {
				if int(came.Add(1)) == b.N {
					b.StopTimer()
					cancel()
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "blocks/s")
		})
	}
}
