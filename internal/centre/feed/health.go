// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Late are the feeds that should have brought content long ago. It acts for
// nobody and asks no permission: app tells people of them.
func (s *Service) Late(ctx context.Context) ([]Feed, error) {
	all, err := s.watched(ctx)
	var out []Feed
	for _, f := range all {
		if f.Stale(s.Now()) {
			out = append(out, f)
		}
	}
	return out, err
}

// Tally is how all feeds together fare, for the machine's own figures.
type Tally struct {
	Good, Failing, Stale, Off int64
	Oldest                    time.Duration // since the worst one's content was confirmed, or it was turned on
}

// Tally counts every feed once. It asks no permission and names none.
func (s *Service) Tally(ctx context.Context) (Tally, error) {
	var t Tally
	var rows []row
	if err := s.Records.Read().NewSelect().Model(&rows).Scan(ctx); err != nil {
		return t, db.Error("feed.Tally", err)
	}
	for _, r := range rows {
		f := r.feed()
		if f.Watched() {
			t.Oldest = max(t.Oldest, s.Now().Sub(f.StaleAt().Add(-3*f.Schedule.Interval())))
		}
		switch {
		case !f.Watched():
			t.Off++
		case f.Stale(s.Now()):
			t.Stale++
		case f.Failures > 0:
			t.Failing++
		default:
			t.Good++
		}
	}
	return t, nil
}

func (s *Service) watched(ctx context.Context) ([]Feed, error) {
	var rows []row
	err := s.Records.Read().NewSelect().Model(&rows).Where("(f.active = ? OR f.url = '')", true).Order("f.id").Scan(ctx)
	var out []Feed
	for _, r := range rows {
		out = append(out, r.feed())
	}
	return out, db.Error("feed.watched", err)
}

// Probe is what a try of an address found.
type Probe struct {
	Status  int64
	Kind    string // as the sender says
	Size    int64  // as the sender says; negative when it does not
	Tagged  bool   // the sender says when content changes
	Looked  int64  // bytes looked at
	Rows    int64  // rows among them
	Events  int64  // of a MISP feed: named in what was looked at
	Usable  int64  // of these, what a list could hold
	Why     string // catalogue key of why it would fail; empty when it would not
	WhyArgs []any
}

// probed is the most content a try reads.
const probed = 64 << 10

// Test calls the address of a feed once, reads a little of what comes, and keeps
// nothing of it.
func (s *Service) Test(ctx context.Context, id ID) (Probe, error) {
	const op = "feed.Test"
	_, scope, err := needPerson(ctx, op, mayWrite)
	if err != nil {
		return Probe{}, err
	}
	f, err := get(ctx, s.Records.Read(), op, scope, id)
	if err != nil {
		return Probe{}, err
	}
	if f.URL == "" {
		return Probe{Why: "feed.err.no_address"}, nil
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.note(ctx, tx, "feed.test", f, map[string]any{"name": f.Name, "url": f.URL})
	})
	if err != nil {
		return Probe{}, err
	}
	p, err := s.probe(ctx, f)
	if err != nil && ctx.Err() == nil {
		if out, ok := failed(err); ok {
			p.Why, p.WhyArgs, err = out.why, out.args, nil
			p.Status = max(p.Status, out.status)
		}
	}
	return p, err
}

func (s *Service) probe(ctx context.Context, f row) (Probe, error) {
	a, err := s.askOf(ctx, f)
	if err != nil {
		return Probe{}, err
	}
	if Shape(f.Shape) == MISPFolder {
		a.url = inFolder(f.URL, manifestName)
	}
	got, err := s.call(ctx, a)
	if err != nil {
		return Probe{}, err
	}
	defer got.done()
	p := Probe{Status: got.status, Kind: got.kind, Size: got.size, Tagged: got.etag+got.modified != ""}
	if err := got.body.sniff(); err != nil {
		return p, err
	}
	text, err := io.ReadAll(io.LimitReader(got.body, probed))
	if err != nil {
		return p, err
	}
	p.Looked = int64(len(text))
	if Shape(f.Shape) == MISPFolder {
		list, _, _ := exchange.Manifest(bytes.NewReader(text)) // the rest of it may not be here
		if p.Events = int64(len(list)); p.Events == 0 {
			return p, fail("feed.why.manifest")
		}
		return p, nil
	}
	if whole := bytes.LastIndexByte(text, '\n'); len(text) == probed && whole > 0 {
		text = text[:whole+1]
	}
	format, _ := exchange.Named(string(f.feed().New.Layout)) // the zero value finds out
	rep, err := exchange.Read(bytes.NewReader(text), exchange.Options{Format: format, Now: s.Now()}, func(intel.Indicator) error { return nil })
	if err == nil { // what breaks off in the middle of a document or a packed file is read when it is fetched
		p.Rows, p.Usable = rep.Rows, rep.Accepted
	}
	return p, nil
}
