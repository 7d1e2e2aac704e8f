// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// This file hands the lines of received files to where they are searched.

// Reader is how the lines of a file are read.
type Reader struct {
	Log  format.Log // zero: they are of no known format
	Zone *time.Location
}

// keep has the lines of a file kept. found is the format that it was read as.
func (s *Service) keep(ctx context.Context, f File, found string) error {
	if s.Keep == nil {
		return nil
	}
	how, err := s.readerOf(ctx, f, found)
	if err != nil {
		return err
	}
	return s.Keep(ctx, f, how)
}

// readerOf says how a file was read.
func (s *Service) readerOf(ctx context.Context, f File, found string) (Reader, error) {
	src, err := s.Known(ctx, f.Source)
	if err != nil {
		return Reader{}, err
	}
	zone, err := src.Location()
	if err != nil {
		return Reader{}, err
	}
	l, ok, err := s.reader(ctx, src, f)
	if err == nil && !ok {
		l, _ = format.LookupLog(found) // one that nobody knows is none
	}
	return Reader{l, zone}, err
}

// EachFile gives every file that was read, the earliest first, with how it was
// read. One that take fails for ends it, but with fault.NotFound.
func (s *Service) EachFile(ctx context.Context, take func(f File, how Reader) error) error {
	const op = "source.EachFile"
	after := ""
	for {
		var rows []fileRow
		err := s.Records.Read().NewSelect().Model(&rows).Where("id > ?", after).Where("state IN (?, ?)", string(Done), string(Broken)).Order("id").Limit(200).Scan(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		for _, r := range rows {
			f, err := r.file()
			if err != nil {
				return err
			}
			how, err := s.readerOf(ctx, f, f.Format)
			if err == nil {
				err = take(f, how)
			}
			if err != nil && !fault.Is(err, fault.NotFound) { // its source or its bytes are gone
				return err
			}
			after = r.ID
		}
		if len(rows) < 200 {
			return nil
		}
	}
}
