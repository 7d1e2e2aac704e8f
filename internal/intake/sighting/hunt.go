// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
)

// found is a value that an ask met, with the days of the span it was seen on.
type found struct {
	ask   int
	kind  Kind
	value []byte // ordered form, not closed
	days  []Day
}

const (
	huntPart = 16 << 10 // asks looked up before their rows are read
	huntTurn = 256      // asks a goroutine takes at least
)

// Hunt implements Store. The directory of values answers which of asks were
// ever seen, and on which days; only then are the days themselves read.
func (s *Pebble) Hunt(ctx context.Context, asks []Ask, span Span, lim Limits, fn func(ask int, r Row) error) (Account, error) {
	const op = "sighting.Hunt"
	if err := s.whole(); err != nil {
		return Account{}, err
	}
	span = span.closed()
	var did Account
	for from := 0; from < len(asks) && !did.Cut; from += huntPart {
		part := asks[from:min(from+huntPart, len(asks))]
		list, cut, err := s.lookup(ctx, part, span, lim.Names-did.Names, lim.Names > 0)
		if err != nil {
			return did, s.said(op, err)
		}
		did.Cut = cut
		if err := s.read(ctx, list, from, lim, &did, fn); err != nil {
			return did, s.said(op, err)
		}
		did.Asked += len(part)
	}
	return did, nil
}

// lookup finds the values of asks, several stretches of asks at once.
func (s *Pebble) lookup(ctx context.Context, asks []Ask, span Span, most int, bounded bool) (list []found, cut bool, err error) {
	turns := max(1, min(runtime.GOMAXPROCS(0), len(asks)/huntTurn))
	size := (len(asks) + turns - 1) / turns
	lists, cuts, errs := make([][]found, turns), make([]bool, turns), make([]error, turns)
	if !bounded {
		most = -1
	}
	var wg sync.WaitGroup
	for t := range turns {
		from := min(t*size, len(asks))
		to := min(from+size, len(asks))
		wg.Go(func() { lists[t], cuts[t], errs[t] = s.lookupRun(ctx, asks[from:to], from, span, most) })
	}
	wg.Wait()
	for t := range turns {
		list, cut = append(list, lists[t]...), cut || cuts[t]
	}
	if bounded && len(list) > most {
		list, cut = list[:max(0, most)], true
	}
	return list, cut, errors.Join(errs...)
}

// lookupRun finds the values of one stretch of asks. A negative most is no
// bound.
func (s *Pebble) lookupRun(ctx context.Context, asks []Ask, base int, span Span, most int) (list []found, cut bool, err error) {
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{spaceNames}, UpperBound: []byte{spaceNames + 1}})
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	var key []byte
	for i, a := range asks {
		if i%huntTurn == 0 && ctx.Err() != nil {
			return list, false, ctx.Err()
		}
		key = appendName(key[:0], a.Kind, a.Value)
		open := key[:len(key)-1]
		for it.SeekGE(key); it.Valid(); it.Next() {
			k := it.Key()
			if len(k) <= len(open) || !bytes.HasPrefix(k, open) || k[len(open)] > below || k[len(open)] == below && !a.Below {
				break
			}
			days, err := spanDays(it, span)
			if err != nil {
				return nil, false, err
			}
			if len(days) == 0 {
				continue
			}
			if most >= 0 && len(list) >= most {
				return list, true, nil
			}
			list = append(list, found{base + i, a.Kind, bytes.Clone(k[2 : len(k)-1]), days})
		}
		if err := it.Error(); err != nil {
			return nil, false, err
		}
	}
	return list, false, nil
}

func spanDays(it *pebble.Iterator, span Span) ([]Day, error) {
	v, err := it.ValueAndErr()
	if err != nil {
		return nil, err
	}
	days, err := daysFrom(nil, v)
	return slices.DeleteFunc(days, func(d Day) bool { return !span.Holds(d) }), err
}

// piece is one value on one day: what is read in one seek.
type piece struct {
	*found
	key Key // without whose
	of  int // index of the value
}

const (
	readAtOnce = 16      // pieces read at the same time: the disk has the latency, not the processor
	readAhead  = 1 << 18 // rows in memory from which on no further piece is begun
)

// read hands the rows of list to fn.
func (s *Pebble) read(ctx context.Context, list []found, base int, lim Limits, did *Account, fn func(int, Row) error) error {
	var all []piece
	for i := range list {
		f := &list[i]
		value, _, err := cutValue(f.kind, append(bytes.Clone(f.value), end))
		if err != nil {
			return err
		}
		for _, d := range f.days {
			all = append(all, piece{f, Key{Kind: f.kind, Value: value, Day: d}, i})
		}
	}
	last := -1
	for len(all) > 0 {
		pages, err := s.readAhead(ctx, all, lim.Rows-did.Rows, lim.Rows > 0)
		if err != nil {
			return err
		}
		for i, rows := range pages {
			for _, r := range rows {
				if lim.Rows > 0 && did.Rows == lim.Rows {
					did.Cut = true
					return nil
				}
				did.Rows++
				if last != all[i].of { // a day may be gone from the rows and not yet from the directory
					did.Names, last = did.Names+1, all[i].of
				}
				if err := fn(base+all[i].ask, r); err != nil {
					return err
				}
			}
		}
		all = all[len(pages):]
	}
	return nil
}

// readAhead reads the first of pieces, several at once, until enough rows are
// in memory; at least one.
func (s *Pebble) readAhead(ctx context.Context, pieces []piece, most int, bounded bool) ([][]Row, error) {
	pages := make([][]Row, len(pieces))
	var next, held atomic.Int64
	errs := make([]error, min(readAtOnce, len(pieces)))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{spaceRows}, UpperBound: []byte{spaceRows + 1}})
			if err != nil {
				errs[w] = err
				return
			}
			var key []byte
			for held.Load() < readAhead && err == nil {
				i := int(next.Add(1) - 1)
				if i >= len(pieces) {
					break
				}
				p := pieces[i]
				key = append(append(append(appendDay(key[:0], spaceRows, p.key.Day), byte(p.kind)), p.value...), end)
				pages[i], err = s.dayRows(it, key, p.key, nil, most, bounded)
				slices.SortFunc(pages[i], func(a, b Row) int { return compareKeys(&a.Key, &b.Key) })
				held.Add(int64(len(pages[i])))
				err = errors.Join(err, ctx.Err())
			}
			errs[w] = errors.Join(err, it.Close())
		})
	}
	wg.Wait()
	return pages[:min(int(next.Load()), len(pieces))], errors.Join(errs...)
}

// dayRows reads the rows of one value on one day; bounded, one more than most,
// so that it shows that there are more.
func (s *Pebble) dayRows(it *pebble.Iterator, prefix []byte, k Key, rows []Row, most int, bounded bool) ([]Row, error) {
	for it.SeekGE(prefix); it.Valid() && bytes.HasPrefix(it.Key(), prefix); it.Next() {
		n, undated, client, err := cutWhose(it.Key()[len(prefix):])
		if err != nil {
			return nil, err
		}
		v, err := it.ValueAndErr()
		if err != nil {
			return nil, err
		}
		c, err := sumFrom(v)
		if err != nil {
			return nil, err
		}
		p, err := s.pair(n)
		if err != nil {
			return nil, err
		}
		k.Owner, k.Source, k.Undated, k.Client = p.owner, p.source, undated, client
		rows = append(rows, c.row(k))
		if bounded && len(rows) > most {
			break
		}
	}
	return rows, it.Error()
}

func (s *Pebble) pair(n uint32) (pair, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if int64(n) >= int64(len(s.names)) {
		return pair{}, fmt.Errorf("source %d of %d: %w", n, len(s.names), errBroken)
	}
	return s.names[n], nil
}
