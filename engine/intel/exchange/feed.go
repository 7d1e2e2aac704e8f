// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/intel"
)

// MissingEvent refuses an event that a feed's manifest names and that is not
// there.
const MissingEvent intel.Reason = "missing_event"

// FeedEvent is one event that the manifest of a MISP feed names.
type FeedEvent struct {
	UUID     string
	File     string // where the event lies beside the manifest
	Info     string
	Modified time.Time // zero when the manifest does not say
}

// Manifest reads manifest.json of a MISP feed (MISP feed format: an object of
// events by UUID). Events come sorted by UUID. Entries that are no event are
// left out and counted in skipped.
func Manifest(r io.Reader) (events []FeedEvent, skipped int, err error) {
	s := stream{in: bufio.NewReader(r)}
	var p fastjson.Parser
	err = s.object(func(key string) error {
		raw, err := s.value(maxMember)
		if errors.Is(err, errElement) {
			skipped++
			return nil
		}
		if err != nil {
			return err
		}
		id, bad := uuid.Parse(key)
		v, broken := p.ParseBytes(raw)
		if bad != nil || broken != nil || v.Type() != fastjson.TypeObject {
			skipped++
			return nil
		}
		e := FeedEvent{UUID: id.String(), Info: label(text(v, "info"))}
		e.File = e.UUID + ".json" // from the number, so that no path can be smuggled in
		e.Modified, _ = moment(text(v, "timestamp"))
		if n := v.GetInt64("timestamp"); n > 0 {
			e.Modified = time.Unix(n, 0).UTC()
		}
		events = append(events, e)
		return nil
	})
	slices.SortFunc(events, func(a, b FeedEvent) int { return cmp.Compare(a.UUID, b.UUID) })
	return events, skipped, err
}

// readIndex counts the events of a manifest, which holds no indicators.
func readIndex(a *account, in source) error {
	events, skipped, err := Manifest(in)
	a.pass("event of a feed", int64(len(events)))
	for range skipped {
		a.refuse(row{}, BadObject)
	}
	return err
}

// ReadFeed reads a MISP feed from a folder: manifest.json and the events it
// names. hashes.csv, which holds the MD5 of each value and nothing else, is of
// no use here. Rows of all events are in one Report; an event that is missing or
// breaks off is a refused row of its own, and the others are read.
func ReadFeed(dir fs.FS, o Options, fn func(intel.Indicator) error) (Report, error) {
	f, err := dir.Open("manifest.json")
	if err != nil {
		return Report{}, err
	}
	events, skipped, err := Manifest(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return Report{}, fmt.Errorf("manifest.json: %w", err)
	}
	a := &account{o: o, fn: fn, rep: Report{Format: MISP}}
	for range skipped {
		a.refuse(row{text: "manifest.json"}, BadObject)
	}
	for _, e := range events {
		if err := a.event(dir, e); err != nil {
			return a.rep, err
		}
	}
	return a.rep, nil
}

// event reads one event of a feed. Its error is fn's.
func (a *account) event(dir fs.FS, e FeedEvent) error {
	f, err := dir.Open(e.File)
	if err != nil {
		a.refuse(row{id: e.UUID, text: e.Info}, MissingEvent)
		return nil
	}
	var stop error
	fn := a.fn
	a.fn = func(i intel.Indicator) error {
		err := fn(i)
		if refusal := (*Refusal)(nil); err != nil && !errors.Is(err, ErrMerged) && !errors.As(err, &refusal) {
			stop = err
		}
		return err
	}
	err = errors.Join(readMISP(a, bufio.NewReaderSize(f, headSize)), f.Close())
	a.fn = fn
	if stop == nil && err != nil {
		a.refuse(row{id: e.UUID, text: err.Error()}, BadObject)
	}
	return stop
}
