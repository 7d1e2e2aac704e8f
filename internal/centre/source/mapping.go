// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// ByMapping is the Format of a source whose logs are read by a mapping file.
const ByMapping = "mapping"

const (
	maxMapping = 64 << 10 // bytes, as format.ReadMapping has it
	maxSample  = 256 << 10
	shownRead  = 20 // events of a trial
	shownLines = 10 // rejected lines of a trial
)

// Mapping is one version of a source's mapping file. The latest is in force.
type Mapping struct {
	Source ID
	Seq    int64  // from 1
	Text   string // YAML, see format.ReadMapping
	Name   string // of the format it describes
	Title  string
	At     time.Time
	By     string // actor's name
}

type mappingRow struct {
	bun.BaseModel `bun:"table:source_mapping,alias:m"`

	Source string  `bun:"source_id,pk"`
	Seq    int64   `bun:"seq,pk"`
	Body   string  `bun:"body"`
	Name   string  `bun:"name"`
	Title  string  `bun:"title"`
	At     db.Time `bun:"created_at"`
	By     string  `bun:"created_name"`
}

func (r mappingRow) mapping() Mapping {
	return Mapping{Source: ID(r.Source), Seq: r.Seq, Text: r.Body, Name: r.Name, Title: r.Title, At: r.At.Time, By: r.By}
}

// latestMapping is the one in force; its Seq is 0 when there is none.
func latestMapping(ctx context.Context, q bun.IDB, id ID) (mappingRow, error) {
	var r mappingRow
	err := db.Error("source.latestMapping", q.NewSelect().Model(&r).Where("m.source_id = ?", string(id)).Order("m.seq DESC").Limit(1).Scan(ctx))
	if fault.Is(err, fault.NotFound) {
		return mappingRow{}, nil
	}
	return r, err
}

// Mappings are the versions of a source's mapping file, the latest first; none
// when it never had one.
func (s *Service) Mappings(ctx context.Context, id ID) ([]Mapping, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return nil, err
	}
	var rows []mappingRow
	err := s.Records.Read().NewSelect().Model(&rows).Where("m.source_id = ?", string(id)).Order("m.seq DESC").Limit(500).Scan(ctx)
	out := make([]Mapping, len(rows))
	for i, r := range rows {
		out[i] = r.mapping()
	}
	return out, db.Error("source.Mappings", err)
}

// SetMapping makes text the mapping file in force and has the source read by it.
// Files received before keep the version they were received under. The text that
// is in force already makes no new version. version is the source's. Errors:
// fault.Invalid (text), fault.Conflict.
func (s *Service) SetMapping(ctx context.Context, id ID, version int64, text string) (Mapping, error) {
	const op = "source.SetMapping"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Mapping{}, err
	}
	text = tidyText(text)
	known, err := readMapping(op, text)
	if err != nil {
		return Mapping{}, err
	}
	var m mappingRow
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		src, err := get(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if src.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		if m, err = latestMapping(ctx, tx, id); err != nil {
			return err
		}
		if m.Body != text {
			m = mappingRow{Source: string(id), Seq: m.Seq + 1, Body: text, Name: known.Name, Title: known.Title, At: db.At(s.Now()), By: actor.Name}
			if _, err := tx.NewInsert().Model(&m).Exec(ctx); err != nil {
				return db.Error(op, err)
			}
		}
		src.Format, src.Version = ByMapping, version+1
		if err := update(ctx, tx, src, version); err != nil {
			return err
		}
		return s.note(ctx, tx, "source.mapping", src, map[string]any{"name": src.Name, "mapping": m.Title, "version": m.Seq})
	})
	return m.mapping(), err
}

// tidyText is a text as a form sends it with the line ends of a file.
func tidyText(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}

// readMapping reads a mapping file; what is wrong with it is a fault.Invalid of
// the field "text" with the line.
func readMapping(op, text string) (format.Activity, error) {
	known, err := format.ReadMapping(strings.NewReader(text))
	bad, is := errors.AsType[*format.MappingError](err)
	if !is {
		return known, err
	}
	return known, &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"text": "source.mapping.bad." + string(bad.Fault)},
		Args: []any{max(bad.Line, 1), cutWord(bad.Of), cutWord(bad.Got), maxMapping >> 10}, Err: err}
}

// cutWord is a word of a file, short enough to stand in a sentence.
func cutWord(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "?"))
	if len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return text
}

// Trial is what a mapping file makes of a sample. Lines = Read + Skipped +
// Rejected.
type Trial struct {
	Name, Title             string
	Lines                   int64
	Read, Skipped, Rejected int64
	Events                  []event.Activity // the first 20
	Bad                     []TrialLine      // the first 10 that are rejected
	Cut                     bool             // the sample was longer than what is looked at
}

// TrialLine is a line of a sample that cannot be read.
type TrialLine struct {
	Line   int64 // from 1
	Reason format.Reason
	Text   string
}

// TryMapping reads a sample by a mapping file that is not kept. It is for whoever
// may edit the source, and changes nothing. Errors: fault.Invalid (text, sample).
func (s *Service) TryMapping(ctx context.Context, id ID, text, sample string) (Trial, error) {
	const op = "source.TryMapping"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Trial{}, err
	}
	src, err := get(ctx, s.Records.Read(), scope, id)
	if err != nil {
		return Trial{}, err
	}
	zone, err := src.Location()
	if err != nil {
		return Trial{}, err
	}
	known, err := readMapping(op, tidyText(text))
	if err != nil {
		return Trial{}, err
	}
	if strings.TrimSpace(sample) == "" {
		return Trial{}, fault.Bad(op, "sample", "source.mapping.bad.sample")
	}
	return try(known, format.Options{Zone: zone, At: s.Now()}, sample), nil
}

func try(known format.Activity, opt format.Options, sample string) Trial {
	t := Trial{Name: known.Name, Title: known.Title}
	if t.Cut = len(sample) > maxSample; t.Cut {
		sample = sample[:maxSample]
		if end := strings.LastIndexByte(sample, '\n'); end > 0 {
			sample = sample[:end] // the last line is not whole
		}
	}
	r := known.New(opt)
	for line := range bytes.Lines([]byte(sample)) {
		t.Lines++
		line = bytes.TrimRight(line, "\r\n")
		got, verdict := r.Read(line, nil)
		switch verdict.Outcome {
		case format.Parsed:
			t.Read++
			t.Events = append(t.Events, got[:min(len(got), shownRead-len(t.Events))]...)
		case format.Skipped:
			t.Skipped++
		default:
			t.Rejected++
			if len(t.Bad) < shownLines {
				t.Bad = append(t.Bad, TrialLine{Line: t.Lines, Reason: verdict.Reason, Text: cutWord(string(line))})
			}
		}
	}
	return t
}

// underMapping notes on f the mapping file in force, where src is read by one.
func underMapping(ctx context.Context, tx *db.Tx, src Source, f *File) error {
	if src.Format != ByMapping {
		return nil
	}
	m, err := latestMapping(ctx, tx, src.ID)
	if err == nil && m.Seq == 0 {
		return &fault.Error{Kind: fault.Conflict, Op: "source.Receive", Msg: "source.bad.no_mapping"}
	}
	f.Mapping = m.Seq
	return err
}

// anew reports whether have, the same bytes as f, is to give way to f: nothing in
// it could be read, and f is read by another mapping file.
func (f File) anew(have fileRow) bool {
	ended := have.State == string(Done) || have.State == string(Broken)
	return ended && have.Parsed == 0 && f.Mapping != 0 && have.Mapping != f.Mapping
}

// forget removes a file of which nothing could be read.
func forget(ctx context.Context, tx *db.Tx, r fileRow) error {
	const op = "source.forget"
	if _, err := tx.NewDelete().Model((*blockRow)(nil)).Where("file_id = ?", r.ID).Exec(ctx); err != nil {
		return db.Error(op, err)
	}
	_, err := tx.NewDelete().Model(&r).WherePK().Exec(ctx)
	return db.Error(op, err)
}

// reader is the format by which f is read, as src says or by the mapping file
// that was in force at its receipt; false finds it out.
func (s *Service) reader(ctx context.Context, src Source, f File) (format.Log, bool, error) {
	const op = "source.reader"
	if f.Mapping != 0 {
		var m mappingRow
		err := s.Records.Read().NewSelect().Model(&m).Where("m.source_id = ?", string(f.Source)).Where("m.seq = ?", f.Mapping).Scan(ctx)
		if err != nil {
			return format.Log{}, false, db.Error(op, err)
		}
		a, err := readMapping(op, m.Body)
		return format.Log{Name: a.Name, Title: a.Title, Activity: a}, true, err
	}
	if src.Format == "" || src.Format == ByMapping { // it was received before there was a mapping file
		return format.Log{}, false, nil
	}
	known, ok := format.LookupLog(src.Format)
	if !ok {
		return known, false, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "source.bad.format"}
	}
	return known, true, nil
}
