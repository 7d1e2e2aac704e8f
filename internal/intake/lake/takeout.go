// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
)

// Takeout is a file of rows that leaves the house: what was searched for, or
// what is evidence. About says what it is, in the file itself. Close ends it and
// must be called, not w.
type Takeout interface {
	Put(rows []Row) error
	Close() error
}

// NewParquetTakeout writes rows as the archive does, in the order in which they
// come. What is said of it is in the metadata of the file.
func NewParquetTakeout(w io.Writer, about map[string]string) Takeout {
	options := packing()
	for _, name := range slices.Sorted(maps.Keys(about)) {
		options = append(options, parquet.KeyValueMetadata("vonggac."+name, about[name]))
	}
	return parquetTakeout{parquet.NewGenericWriter[record](w, options...)}
}

type parquetTakeout struct {
	w *parquet.GenericWriter[record]
}

func (t parquetTakeout) Put(rows []Row) error {
	records := make([]record, len(rows))
	for i := range rows {
		if err := records[i].fill(&rows[i]); err != nil {
			return err
		}
	}
	_, err := t.w.Write(records)
	return err
}

func (t parquetTakeout) Close() error { return t.w.Close() }

// NewLinesTakeout writes a line of JSON a row. The first line says what the file
// is; where the bytes of a raw line are no UTF-8, raw_bytes has them in base64.
func NewLinesTakeout(w io.Writer, about map[string]string) (Takeout, error) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return linesTakeout{e}, e.Encode(map[string]any{"vonggac": about})
}

type linesTakeout struct{ e *json.Encoder }

func (t linesTakeout) Put(rows []Row) error {
	for _, r := range rows {
		line := struct {
			Time     time.Time         `json:"time"`
			Block    string            `json:"block"`
			Line     int64             `json:"line"`
			Source   string            `json:"source"`
			Owner    string            `json:"owner"`
			Class    Class             `json:"class_name"`
			ClassUID int               `json:"class_uid"`
			Fields   map[string]string `json:"fields"`
			Raw      string            `json:"raw"`
			RawBytes []byte            `json:"raw_bytes,omitempty"`
		}{r.Time.UTC(), r.Block, r.Line, r.Source, r.Owner, r.Class, r.Class.UID(), make(map[string]string, len(r.Fields)), strings.ToValidUTF8(r.Raw, unreadable), nil}
		for _, f := range r.Fields {
			line.Fields[f.Name] = strings.ToValidUTF8(f.Value, unreadable)
		}
		if line.Raw != r.Raw {
			line.RawBytes = []byte(r.Raw)
		}
		if err := t.e.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func (t linesTakeout) Close() error { return nil }

// ReadParquetTakeout gives the rows of a file that NewParquetTakeout wrote, for
// who checks what left.
func ReadParquetTakeout(r io.ReaderAt, take func(Row) error) (err error) {
	in := parquet.NewGenericReader[record](r)
	defer func() { err = errors.Join(err, in.Close()) }()
	records := make([]record, 256)
	for {
		clear(records)
		n, err := in.Read(records)
		for i := range records[:n] {
			row, err := records[i].row()
			if err == nil {
				err = take(row)
			}
			if err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
