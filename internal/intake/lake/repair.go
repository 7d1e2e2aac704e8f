// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/valyala/fastjson"
)

// Held is how much of a block the engine has.
type Held struct {
	Rows  int64 // more than Lines where a line came twice
	Lines int64 // different ones
}

// Expected is a block that was given to Insert.
type Expected struct {
	Block string
	Rows  int64 // of it that Insert did not refuse
	// The times of its rows, the last one included. Without both, all that is
	// kept is looked through, which takes long.
	First, Last time.Time
}

// Repaired is what a repair came to.
type Repaired struct {
	Blocks  int // looked at
	Short   int // that had lines missing
	Added   int64
	Doubled int64 // rows that are there more than once; nothing can take them out
	Refused Refused
}

// blocksAtOnce is how many blocks one query asks for.
const blocksAtOnce = 500

// blocks counts rows of blocks from from on and before to.
func (c *Client) blocks(ctx context.Context, op string, from, to time.Time, ids []string) (map[string]Held, error) {
	all := make(map[string]Held, len(ids))
	for part := range slices.Chunk(ids, blocksAtOnce) {
		query := FieldBlock + ":" + equal(part) + " | stats by (" + FieldBlock + ") count() as rows, count_uniq(" + FieldLine + ") as lines"
		err := c.rows(ctx, op, Scope{All: true}, from, to, query, 0, func(o *fastjson.Object) error {
			var h Held
			var errRows, errLines error
			h.Rows, errRows = number(o, "rows")
			h.Lines, errLines = number(o, "lines")
			all[text(o, FieldBlock)] = h
			return errors.Join(errRows, errLines)
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Blocks implements Store.
func (c *Client) Blocks(ctx context.Context, ids []string) (map[string]Held, error) {
	return c.blocks(ctx, "lake.Blocks", time.Time{}, time.Time{}, ids)
}

// Repair adds those lines of blocks that the engine has not: a kill costs what
// it had in memory, and the engine would take a line twice. fetch gives all rows
// of a block again. No Insert of the same blocks may be under way. Running it
// again changes nothing more.
func (c *Client) Repair(ctx context.Context, blocks []Expected, fetch func(ctx context.Context, block string) ([]Row, error)) (Repaired, error) {
	const op = "lake.Repair"
	c.repairing.Lock()
	defer c.repairing.Unlock()
	var done Repaired
	if err := c.Flush(ctx); err != nil {
		return done, err
	}
	for part := range slices.Chunk(blocks, blocksAtOnce) {
		if err := c.repair(ctx, op, part, fetch, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

func (c *Client) repair(ctx context.Context, op string, blocks []Expected, fetch func(context.Context, string) ([]Row, error), done *Repaired) error {
	done.Blocks += len(blocks)
	gaps, err := c.missing(ctx, op, blocks)
	if err != nil {
		return err
	}
	done.Doubled += gaps.Doubled
	want := map[string]int64{} // of blocks that are short: lines there should be
	for _, b := range blocks {
		there, short := gaps.Short[b.Block]
		if !short {
			continue
		}
		done.Short++
		rows, err := fetch(ctx, b.Block)
		if err != nil {
			return fmt.Errorf("%s: block %s: %w", op, b.Block, err)
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return there[r.Line] })
		refused, err := c.Insert(ctx, rows)
		if err != nil {
			return err
		}
		done.Refused.add(refused)
		done.Added += int64(len(rows) - refused.Total())
		want[b.Block] = b.Rows - int64(refused.Total())
	}
	return c.check(ctx, op, blocks, want)
}

// Gaps is what is missing of blocks.
type Gaps struct {
	Short   map[string]map[int64]bool // by block that lacks lines: those that are there
	Doubled int64                     // rows that are there more than once
}

// Lacks reports whether the line of a row is missing.
func (g Gaps) Lacks(r Row) bool {
	there, short := g.Short[r.Block]
	return short && !there[r.Line]
}

// Missing implements Store.
func (c *Client) Missing(ctx context.Context, blocks []Expected) (Gaps, error) {
	all := Gaps{Short: map[string]map[int64]bool{}}
	for part := range slices.Chunk(blocks, blocksAtOnce) {
		some, err := c.missing(ctx, "lake.Missing", part)
		if err != nil {
			return all, err
		}
		maps.Copy(all.Short, some.Short)
		all.Doubled += some.Doubled
	}
	return all, nil
}

func (c *Client) missing(ctx context.Context, op string, blocks []Expected) (Gaps, error) {
	gaps := Gaps{Short: map[string]map[int64]bool{}}
	from, to := reach(blocks)
	held, err := c.blocks(ctx, op, from, to, idsOf(blocks))
	if err != nil {
		return gaps, err
	}
	for _, b := range blocks {
		h := held[b.Block]
		gaps.Doubled += h.Rows - h.Lines
		if h.Lines >= b.Rows {
			continue
		}
		there := make(map[int64]bool, h.Lines)
		gaps.Short[b.Block] = there
		if h.Lines == 0 {
			continue
		}
		query := FieldBlock + ":=" + strconv.Quote(b.Block) + " | fields " + FieldLine
		err := c.rows(ctx, op, Scope{All: true}, from, to, query, 0, func(o *fastjson.Object) error {
			n, err := number(o, FieldLine)
			there[n] = true
			return err
		})
		if err != nil {
			return gaps, err
		}
	}
	return gaps, nil
}

func idsOf(blocks []Expected) []string {
	ids := make([]string, len(blocks))
	for i, b := range blocks {
		ids[i] = b.Block
	}
	return ids
}

// reach is the time in which all rows of blocks lie, open where one does not say.
func reach(blocks []Expected) (from, to time.Time) {
	for i, b := range blocks {
		if b.First.IsZero() || b.Last.IsZero() {
			return time.Time{}, time.Time{}
		}
		if i == 0 || b.First.Before(from) {
			from = b.First
		}
		if end := b.Last.Add(1); end.After(to) {
			to = end
		}
	}
	return from, to
}

// check sees whether what was added is there.
func (c *Client) check(ctx context.Context, op string, blocks []Expected, want map[string]int64) error {
	if len(want) == 0 {
		return nil
	}
	if err := c.Flush(ctx); err != nil {
		return err
	}
	from, to := reach(blocks)
	held, err := c.blocks(ctx, op, from, to, slices.Collect(maps.Keys(want)))
	if err != nil {
		return err
	}
	for id, lines := range want {
		if held[id].Lines < lines {
			return unavailable(op, fmt.Errorf("block %s has %d lines of %d after its repair", id, held[id].Lines, lines))
		}
	}
	return nil
}
