// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fastjson"
)

// Page says which part of the rows found is asked for.
type Page struct {
	After  string // Found.Next of the page before, in the same order; "" for the first
	Size   int    // rows, 1 to MaxPage; 0 means 50
	Oldest bool   // oldest first: the order of Found is the other way round
}

// MaxPage is the most rows a page has.
const MaxPage = 1000

// Found is one page of rows, newest first unless Page.Oldest; rows of one time
// by line and block.
type Found struct {
	Rows []Row
	Next string // key of the next page, "" when this was the last
}

// key is the place of a row in the order of pages.
type key struct {
	time  time.Time
	line  int64
	block string
}

func keyOf(r Row) key { return key{r.Time, r.Line, r.Block} }

// newer orders rows as pages do.
func newer(a, b Row) int {
	return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(b.Line, a.Line), cmp.Compare(b.Block, a.Block))
}

func (k key) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(k.time.UnixNano(), 10) + " " + strconv.FormatInt(k.line, 10) + " " + k.block))
}

func readKey(s string) (key, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	parts := strings.SplitN(string(raw), " ", 3)
	if err != nil || len(parts) != 3 {
		return key{}, errors.New("no key of a page")
	}
	at, errTime := strconv.ParseInt(parts[0], 10, 64)
	line, errLine := strconv.ParseInt(parts[1], 10, 64)
	if errTime != nil || errLine != nil {
		return key{}, errors.New("no key of a page")
	}
	return key{time.Unix(0, at).UTC(), line, parts[2]}, nil
}

// ahead is behind for the other order, among rows not older than k. The engine
// compares with ">" in an order of its own, so that what is not below is meant.
func (k key) ahead() string {
	block := strconv.Quote(k.block)
	return fmt.Sprintf(" (%s or line:>%d or (line:=%d !block:string_range(\"\",%s) !block:=%s))", span(k.time.Add(1), time.Time{}), k.line, k.line, block, block)
}

// behind is the filter of what comes after k in the order of pages, among rows not newer than k.
func (k key) behind() string {
	return fmt.Sprintf(" (%s or line:<%d or (line:=%d block:string_range(\"\",%s)))", span(time.Time{}, k.time), k.line, k.line, strconv.Quote(k.block))
}

// Search implements Store. The engine would look at all rows of the whole time
// to give the first of them, so it is asked for a minute first and for four
// times as much each time that was not enough.
func (c *Client) Search(ctx context.Context, s Scope, q Query, p Page) (Found, error) {
	const op = "lake.Search"
	filter, err := q.filter(false)
	if err != nil {
		return Found{}, bad(op, err)
	}
	size := cmp.Or(p.Size, 50)
	if size < 1 || size > MaxPage {
		return Found{}, bad(op, fmt.Errorf("a page of %d rows", size))
	}
	window := keptAt(c.now(), c.o.RetentionDays+1)
	from, to := window.from, window.to
	if q.From.After(from) {
		from = q.From
	}
	if !q.To.IsZero() && q.To.Before(to) {
		to = q.To
	}
	if p.After != "" {
		k, err := readKey(p.After)
		if err != nil {
			return Found{}, bad(op, err)
		}
		if p.Oldest {
			filter += k.ahead()
			from = later(from, k.time)
		} else {
			filter += k.behind()
			if end := k.time.Add(1); end.Before(to) {
				to = end
			}
		}
	}
	order, parts := newestFirst, spans(from, to, c.now())
	if p.Oldest {
		order, parts = oldestFirst, onward(from, to)
	}
	var rows []Row
	for part := range parts {
		more, err := c.first(ctx, op, s, part, filter, order, size+1-len(rows))
		if err != nil {
			return Found{}, err
		}
		if rows = append(rows, more...); len(rows) > size {
			break
		}
	}
	if len(rows) <= size {
		slices.SortFunc(rows, order.compare)
		return Found{Rows: rows}, nil
	}
	if rows, err = c.whole(ctx, op, s, filter, order, rows, size); err != nil {
		return Found{}, err
	}
	return Found{Rows: rows[:size], Next: keyOf(rows[size-1]).String()}, nil
}

// spans divides the time from from to to into parts, the latest first, each
// four times as long as the one before. What lies ahead of now is one part.
func spans(from, to, now time.Time) func(func(kept) bool) {
	return func(yield func(kept) bool) {
		length := time.Minute
		for from.Before(to) {
			start := to.Add(-length)
			if to.After(now) {
				start = now
			} else if length *= 4; length > 400*24*time.Hour {
				start = from
			}
			if start.Before(from) {
				start = from
			}
			if !yield(kept{start, to}) {
				return
			}
			to = start
		}
	}
}

// onward divides the time from from to to as spans does, the earliest first.
func onward(from, to time.Time) func(func(kept) bool) {
	return func(yield func(kept) bool) {
		for length := time.Minute; from.Before(to); {
			end := from.Add(length)
			if length *= 4; end.After(to) || length > 400*24*time.Hour {
				end = to
			}
			if !yield(kept{from, end}) {
				return
			}
			from = end
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// order is one of the two that pages have.
type order struct {
	sort    string // as LogsQL
	compare func(a, b Row) int
}

var (
	newestFirst = order{"_time desc, line desc", newer}
	oldestFirst = order{"_time, line", func(a, b Row) int { return newer(b, a) }}
)

// first gives the first n rows of a part. Which of those that share time and
// line come first is not defined.
func (c *Client) first(ctx context.Context, op string, s Scope, part kept, filter string, by order, n int) ([]Row, error) {
	var rows []Row
	query := filter + " | sort by (" + by.sort + ") limit " + strconv.Itoa(n) + " | delete _stream, _stream_id"
	err := c.rows(ctx, op, s, part.from, part.to, query, 0, func(o *fastjson.Object) error {
		r, err := readRow(o)
		rows = append(rows, r)
		return err
	})
	return rows, err
}

// whole puts the rows in the order of pages. Those that share time and line at
// the end of the page may have been cut at random: all of them are asked for.
func (c *Client) whole(ctx context.Context, op string, s Scope, filter string, by order, rows []Row, size int) ([]Row, error) {
	slices.SortFunc(rows, by.compare)
	last, beyond := keyOf(rows[size-1]), keyOf(rows[size])
	if !last.time.Equal(beyond.time) || last.line != beyond.line {
		return rows, nil
	}
	same := kept{last.time, last.time.Add(1)}
	all, err := c.first(ctx, op, s, same, filter+" line:="+strconv.FormatInt(last.line, 10), by, 10*MaxPage)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(r Row) bool { return r.Time.Equal(last.time) && r.Line == last.line })
	rows = append(rows, all...)
	slices.SortFunc(rows, by.compare)
	if len(rows) < size {
		return nil, unavailable(op, errors.New("rows went away while they were read"))
	}
	return rows, nil
}

// readRow reads one row as the engine gives it.
func readRow(o *fastjson.Object) (Row, error) {
	r := Row{Block: text(o, FieldBlock), Source: text(o, FieldSource), Owner: text(o, FieldOwner), Class: Class(text(o, FieldClass)), Raw: text(o, fieldRaw)}
	var err error
	if r.Time, err = time.Parse(time.RFC3339Nano, text(o, fieldTime)); err != nil {
		return r, fmt.Errorf("time of a row: %w", err)
	}
	if r.Line, err = number(o, FieldLine); err != nil {
		return r, err
	}
	o.Visit(func(name []byte, v *fastjson.Value) {
		if n := string(name); FieldName(n) && !reserved(n) {
			r.Fields = append(r.Fields, Field{n, string(v.GetStringBytes())})
		}
	})
	slices.SortFunc(r.Fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return r, nil
}

// MaxTable is the most rows a table has.
const MaxTable = 10_000

// Table implements Store. limit is 1 to MaxTable, 0 means 1,000. Each row is a
// map of columns to values; without a sort pipe their order is not defined.
func (c *Client) Table(ctx context.Context, s Scope, q Query, limit int) ([]map[string]string, error) {
	const op = "lake.Table"
	query, err := q.filter(true)
	if err != nil {
		return nil, bad(op, err)
	}
	if limit = cmp.Or(limit, MaxPage); limit < 1 || limit > MaxTable {
		return nil, bad(op, fmt.Errorf("a table of %d rows", limit))
	}
	var list []map[string]string
	err = c.rows(ctx, op, s, q.From, q.To, query, limit, func(o *fastjson.Object) error {
		row := make(map[string]string, o.Len())
		o.Visit(func(name []byte, v *fastjson.Value) { row[string(name)] = string(v.GetStringBytes()) })
		list = append(list, row)
		return nil
	})
	return list, err
}
