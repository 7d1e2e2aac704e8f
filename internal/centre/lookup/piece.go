// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// Form is the form of a file of events.
type Form string

// The forms. Lines is a line of JSON an event behind one that says what the file
// is; Parquet has that in its metadata.
const (
	Lines   Form = "jsonl"
	Parquet Form = "parquet"
	CSV     Form = "csv" // for spreadsheets; not for evidence
)

// about says in a file what it is: what was asked, when, by whom and why, and how
// much of what was found it holds.
func (s *Service) about(q *Question, actor auth.Actor, what string, found, kept int64) (map[string]string, error) {
	query, err := json.Marshal(q.detail())
	if err != nil {
		return nil, err
	}
	return map[string]string{"what": what, "query": string(query), "from": q.From.UTC().Format(time.RFC3339), "to": q.To.UTC().Format(time.RFC3339),
		"taken_at": s.Now().UTC().Format(time.RFC3339), "by": actor.Name, "by_id": actor.ID, "reason": q.Reason,
		"found": strconv.FormatInt(found, 10), "rows": strconv.FormatInt(kept, 10), "cut": strconv.FormatBool(kept < found)}, nil
}

// Piece is a file of events that became evidence.
type Piece struct {
	Name        string
	Found, Rows int64 // Rows is less when the result was too long for one file
}

// Evidence hands events to put as one file, named as it should be called: those
// with the keys, or without keys the first MaxExport of all that q finds. It
// needs the case for the audit trail alone. Errors: those of Look; those of
// put; fault.Invalid (rows) when nothing is found, and fault.Conflict when not
// all of the keys are there any more.
func (s *Service) Evidence(ctx context.Context, q Question, keys []Key, form Form, incident string, put func(ctx context.Context, name string, r io.Reader) error) (Piece, error) {
	const op = "lookup.evidence"
	q.incident, q.picked = incident, len(keys)
	store, scope, err := s.begin(ctx, op, &q)
	if err != nil {
		return Piece{}, err
	}
	if q.Table() {
		return Piece{}, fault.Bad(op, "expert", "lookup.bad.table")
	}
	actor, _ := auth.From(ctx)
	walk := through(ctx, store, scope, q.query(), false)
	p := Piece{Name: "events-" + s.Now().In(i18n.Hanoi).Format("20060102-150405") + "." + string(form)}
	if len(keys) > 0 {
		var rows []lake.Row
		if rows, err = picked(ctx, store, scope, q, keys); err != nil {
			return Piece{}, err
		}
		p.Found = int64(len(rows))
		walk = func(string) ([]lake.Row, string, error) { return rows, "", nil }
	} else if p.Found, err = store.Count(ctx, scope, q.query()); err != nil {
		return Piece{}, err
	}
	if p.Rows = min(p.Found, MaxExport); p.Rows == 0 {
		return Piece{}, fault.Bad(op, "rows", "lookup.bad.empty")
	}
	about, err := s.about(&q, actor, "evidence", p.Found, p.Rows)
	if err != nil {
		return Piece{}, err
	}
	err = piped(func(w io.Writer) error {
		out, err := newTakeout(w, form, about, nil, nil)
		if err != nil {
			return err
		}
		return pour(ctx, walk, out, p.Rows, nil)
	}, func(r io.Reader) error { return put(ctx, p.Name, r) })
	return p, err
}

// Picked are the rows with the keys, none without keys; noted as they are read.
func (s *Service) Picked(ctx context.Context, q Question, keys []Key) ([]lake.Row, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	q.picked = len(keys)
	store, scope, err := s.begin(ctx, "lookup.open", &q)
	if err != nil {
		return nil, err
	}
	return picked(ctx, store, scope, q, keys)
}

// Found counts what q finds, for a step that asks what to do with it: nothing
// of it is shown.
func (s *Service) Found(ctx context.Context, q Question) (int64, error) {
	const op = "lookup.Found"
	store, reach, err := s.open(ctx, op, &q)
	if err != nil {
		return 0, err
	}
	return store.Count(ctx, reach, q.query())
}

// picked are the rows with the keys, newest first.
func picked(ctx context.Context, store lake.Store, scope lake.Scope, q Question, keys []Key) ([]lake.Row, error) {
	lines := map[string][]string{}
	for _, k := range keys {
		lines[k.Block] = append(lines[k.Block], strconv.FormatInt(k.Line, 10))
	}
	var rows []lake.Row
	for block, of := range lines {
		found, err := store.Search(ctx, scope, lake.Query{From: q.From.Add(-day), To: q.To.Add(day), Where: []lake.Condition{
			{Field: lake.FieldBlock, Values: []string{block}}, {Field: lake.FieldLine, Values: of}}}, lake.Page{Size: lake.MaxPage})
		if err != nil {
			return nil, err
		}
		rows = append(rows, found.Rows...)
	}
	if len(rows) != len(keys) {
		return nil, &fault.Error{Kind: fault.Conflict, Op: "lookup.picked", Msg: "lookup.bad.gone"}
	}
	slices.SortFunc(rows, func(a, b lake.Row) int { return b.Time.Compare(a.Time) })
	return rows, nil
}

// piped gives read what write writes, and returns once both have ended.
func piped(write func(io.Writer) error, read func(io.Reader) error) error {
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.CloseWithError(write(w)) // always nil
	}()
	err := read(r)
	_ = r.CloseWithError(io.ErrClosedPipe) // always nil; ends a writer that nobody listens to any more
	<-done
	return err
}

// pour writes the first limit rows of walk and ends out. told, when not nil, is
// told how many there are so far.
func pour(ctx context.Context, walk Walk, out lake.Takeout, limit int64, told func(int64)) error {
	var n int64
	for after := ""; ; {
		rows, next, err := walk(after)
		if err != nil {
			return err
		}
		rows = rows[:min(int64(len(rows)), limit-n)]
		if err := out.Put(rows); err != nil {
			return err
		}
		if n += int64(len(rows)); told != nil {
			told(n)
		}
		if after = next; after == "" || n >= limit || ctx.Err() != nil {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return out.Close()
}

// newTakeout begins a file. Heads and line are what a sheet needs besides.
func newTakeout(w io.Writer, form Form, about map[string]string, heads []string, line func([]lake.Row) ([][]string, error)) (lake.Takeout, error) {
	switch form {
	case Parquet:
		return lake.NewParquetTakeout(w, about), nil
	case CSV:
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return nil, err
		}
		c := csv.NewWriter(w)
		c.Comma, c.UseCRLF = ';', true
		return sheet{c, line}, c.Write(heads)
	}
	return lake.NewLinesTakeout(w, about)
}

// sheet is a file for spreadsheets.
type sheet struct {
	w    *csv.Writer
	line func([]lake.Row) ([][]string, error)
}

// Put implements lake.Takeout.
func (t sheet) Put(rows []lake.Row) error {
	lines, err := t.line(rows)
	if err != nil {
		return err
	}
	for _, line := range lines {
		for i := range line {
			line[i] = web.Inert(line[i])
		}
		if err := t.w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// Close implements lake.Takeout.
func (t sheet) Close() error {
	t.w.Flush()
	return t.w.Error()
}

// digest is a hash over which events a question finds, and how many they are: of
// the first MaxExport, newest first.
func digest(walk Walk, sum io.Writer) (n int64, err error) {
	for after := ""; n < MaxExport; {
		rows, next, err := walk(after)
		if err != nil {
			return n, err
		}
		for _, r := range rows[:min(len(rows), MaxExport-int(n))] {
			n++
			if _, err := io.WriteString(sum, strconv.FormatInt(r.Line, 10)+"@"+r.Block+"\n"); err != nil {
				return n, err
			}
		}
		if after = next; after == "" {
			break
		}
	}
	return n, nil
}
