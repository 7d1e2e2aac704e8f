// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

const (
	blockRows  = 2000 // lines of a resolver in a block of 256 KiB
	units      = 150
	names      = 200_000
	plantEvery = 5_000_000 // events between two of the rare values
	rareAddr   = "10.201.7.9"
	rareName   = "update.c2-channel.example"
)

// filled is what a folder holds.
type filled struct {
	Events  int64
	Raw     int64
	From    time.Time
	Span    time.Duration
	Rare    int64 // events with each of the rare values
	Seconds float64
}

// fill fills the folder, unless an earlier run has.
func (b *bench) fill(ctx context.Context) error {
	mark := filepath.Join(b.dir, "filled.json")
	if raw, err := os.ReadFile(mark); err == nil {
		if err := json.Unmarshal(raw, &b.filled); err != nil {
			return err
		}
		if b.filled.Events != b.events || b.filled.Span != b.span {
			return fmt.Errorf("%s holds %d events of %s: give -events and -span so, or another -dir", b.dir, b.filled.Events, b.filled.Span)
		}
		return nil
	}
	to := time.Now().UTC().Truncate(time.Hour)
	b.filled = filled{Events: b.events / blockRows * blockRows, From: to.Add(-b.span), Span: b.span}
	b.events = b.filled.Events
	if err := b.open(ctx); err != nil {
		return err
	}
	archive, err := lake.OpenArchive(filepath.Join(b.dir, "archive"), slog.New(slog.DiscardHandler))
	if err != nil {
		return errors.Join(err, b.client.Close())
	}
	began := time.Now()
	err = b.pour(ctx, archive)
	b.filled.Seconds = time.Since(began).Seconds()
	if err == nil {
		_, err = archive.Seal(ctx, to.Add(2*time.Hour))
	}
	if err := errors.Join(err, archive.Close(), b.client.Close()); err != nil {
		return err
	}
	raw, err := json.Marshal(b.filled)
	if err != nil {
		return err
	}
	return os.WriteFile(mark, raw, 0o600)
}

// pour keeps all events, several blocks at a time, and closes hours as they end.
func (b *bench) pour(ctx context.Context, archive *lake.Archive) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next, raw, rare atomic.Int64
	next.Store(-1)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := next.Add(1)
				if i*blockRows >= b.events {
					return
				}
				rows, n, planted := b.block(i)
				received := b.filled.From.Add(time.Duration(float64(b.span) * float64(i*blockRows) / float64(b.events)))
				err := archive.Put(ctx, lake.Brought{Block: rows[0].Block, Received: received, Rows: rows})
				if err == nil {
					_, err = b.client.Insert(ctx, rows)
				}
				if err != nil {
					cancel(err)
					return
				}
				raw.Add(n)
				rare.Add(planted)
				if i%500 == 0 {
					fmt.Fprintf(os.Stderr, "\r%d of %d events", i*blockRows, b.events)
				}
			}
		})
	}
	wg.Wait()
	fmt.Fprintln(os.Stderr)
	b.filled.Raw, b.filled.Rare = raw.Load(), rare.Load()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return b.client.Flush(ctx)
}

// block makes the block with a number as a BIND 9 resolver writes it: one of
// 5,000 clients asks for one of many names, few of them often. All of a block is
// of one unit, as blocks are.
func (b *bench) block(number int64) (rows []lake.Row, raw, planted int64) {
	r := rand.New(rand.NewPCG(7, uint64(number)))
	popular := rand.NewZipf(r, 1.1, 10, names)
	id, unit := "net/"+strconv.FormatInt(number, 10), r.IntN(units)
	source, owner := "dns-"+strconv.Itoa(unit), "unit-"+strconv.Itoa(unit)
	rows = make([]lake.Row, blockRows)
	var line []byte
	for i := range rows {
		n := number*blockRows + int64(i)
		client, name := unit*33+r.IntN(33), popular.Uint64()
		ip := netip.AddrFrom4([4]byte{10, byte(client >> 10), byte(client >> 4 & 63), byte(client & 15)}).String()
		host := fmt.Sprintf("h%x.d%d.example.vn", name*2654435761%1e9, name%7919)
		if n%plantEvery == plantEvery/2 {
			ip, host = rareAddr, rareName
			planted++
		}
		at := b.filled.From.Add(time.Duration(float64(b.span) * float64(n) / float64(b.events)))
		line = at.AppendFormat(line[:0], "02-Jan-2006 15:04:05.000")
		line = fmt.Appendf(line, " queries: info: client @0x7f3b0c%06x %s#%d (%s): query: %s IN A +E(0)K (10.0.0.53)", 0x10de0+r.IntN(200)*0x3e8, ip, 1024+r.IntN(60000), host, host)
		rows[i] = lake.Row{Time: at, Block: id, Line: int64(i), Source: source, Owner: owner, Class: lake.DNSActivity, Raw: string(line),
			Fields: []lake.Field{{Name: "src_endpoint.ip", Value: ip}, {Name: "dst_endpoint.ip", Value: "10.0.0.53"}, {Name: "query.hostname", Value: host}, {Name: "query.type", Value: "A"}}}
		raw += int64(len(line)) + 1
	}
	return rows, raw, planted
}
