// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package worker

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/stream"
)

// Rows are the lines of b as they are kept and searched: one row a line, with
// the fields of the first thing that l reads in it, or none. What says no time is
// dated by the head of the line, else by its receipt.
func Rows(b stream.Block, l format.Log, zone *time.Location) []lake.Row {
	var text *format.Text
	if l.Name != "" {
		text = l.Text(format.Options{Zone: zone, At: b.Received})
	}
	begun := format.Dates(format.Options{Zone: zone, At: b.Received})
	out := make([]lake.Row, 0, b.Lines)
	// The lines share one string with those beside them.
	whole, at := "", 0
	if utf8.Valid(b.Body) {
		whole = string(b.Body)
	}
	var dns []event.DNS
	var acts []event.Activity
	for line := range bytes.Lines(b.Body) {
		start := at
		at += len(line)
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		row := lake.Row{Class: lake.BaseEvent}
		if text != nil && len(line) <= format.MaxLine {
			dns, acts, _ = text.ReadBoth(line, dns[:0], acts[:0])
			switch {
			case len(dns) > 0:
				row = lake.FromQuery(dns[0])
			case len(acts) > 0:
				row = lake.FromActivity(acts[0])
			}
		}
		if row.Time.IsZero() {
			row.Time = begun(line)
		}
		if row.Time.IsZero() {
			row.Time = b.Received
		}
		row.Block, row.Line, row.Source, row.Owner = b.ID, int64(len(out)), b.Source, b.Owner
		if whole != "" {
			row.Raw = whole[start : start+len(line)]
		} else {
			row.Raw = strings.ToValidUTF8(string(line), "\uFFFD")
		}
		out = append(out, row)
	}
	return out
}
