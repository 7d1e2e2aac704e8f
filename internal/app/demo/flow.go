// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// feed is one source of the centre and how far its log has been delivered.
type feed struct {
	*Source
	id   string // the centre's
	upTo time.Time
	// tried is the end of a window whose delivery failed. It is tried again as
	// it was: should the centre have taken it all the same, it knows the bytes.
	tried time.Time
}

// piece is the longest time one file of history covers.
const piece = 6 * time.Hour

// openFeeds adds lists and sources and asks how far each log has come.
func (r *runner) openFeeds(ctx context.Context) error {
	for _, l := range r.p.Lists {
		if err := r.c.AddList(ctx, l); err != nil {
			return fmt.Errorf("add list %q: %w", l.Name, err)
		}
	}
	for i := range r.p.Sources {
		s := &r.p.Sources[i]
		id, err := r.c.AddSource(ctx, *s, r.units[s.Unit])
		if err != nil {
			return fmt.Errorf("add source %q: %w", s.Name, err)
		}
		names, err := r.c.Received(ctx, id)
		if err != nil {
			return fmt.Errorf("files of source %q: %w", s.Name, err)
		}
		f := &feed{Source: s, id: id, upTo: r.present().Add(-r.History)}
		for _, name := range names {
			// A person may hand in a file that is called like ours, of any day.
			if at, ok := endOf(s.ID, name); ok && at.After(f.upTo) && at.Before(r.Now().Add(time.Hour)) {
				f.upTo = at
			}
		}
		r.feeds = append(r.feeds, f)
	}
	return r.c.Settle(ctx) // names count only in logs read after their list
}

// present is the end of the last whole step of the clock; file names hold whole
// seconds.
func (r *runner) present() time.Time { return r.Now().UTC().Truncate(r.Every).Truncate(time.Second) }

// catchUp delivers what the centre has not seen yet, piece by piece, and waits
// until it has been read.
func (r *runner) catchUp(ctx context.Context) error {
	logs := NewTraffic(r.p)
	for _, f := range r.feeds {
		for now := r.present(); f.upTo.Before(now); {
			to := f.upTo.Add(piece)
			if to.After(now) {
				to = now
			}
			if err := r.deliver(ctx, logs, f, to); err != nil {
				return err
			}
		}
	}
	return r.c.Settle(ctx)
}

// flow delivers a small file a source at every step of the clock. It returns
// the reason of ctx's end.
func (r *runner) flow(ctx context.Context) error {
	logs := NewTraffic(r.p)
	tick := time.NewTicker(r.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		err := r.as(ctx, CentreOfficer, func(ctx context.Context) error {
			for _, f := range r.feeds {
				if err := r.deliver(ctx, logs, f, r.present()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "demo logs not delivered, will be tried again", "err", err)
		}
	}
}

// deliver hands in what f's source wrote since the last time. Where nobody
// asked anything there is no file.
func (r *runner) deliver(ctx context.Context, logs *Traffic, f *feed, to time.Time) error {
	if !f.tried.IsZero() {
		to = f.tried
	}
	if !f.upTo.Before(to) { // the clock was set back
		return nil
	}
	f.tried = to
	if content := logs.Log(f.ID, f.upTo, to); len(content) > 0 {
		if err := r.c.Receive(ctx, f.id, nameOf(f.ID, f.upTo, to), content); err != nil {
			return fmt.Errorf("log of %q: %w", f.Name, err)
		}
	}
	f.upTo, f.tried = to, time.Time{}
	return nil
}

const stampLayout = "20060102T150405Z"

// nameOf names a file by its source and window, so that a later start can tell
// where the log ended.
func nameOf(source string, from, to time.Time) string {
	return source + "_" + from.UTC().Format(stampLayout) + "_" + to.UTC().Format(stampLayout) + ".log"
}

// endOf reads the end of the window back from the name of a source's file.
func endOf(source, name string) (time.Time, bool) {
	rest, ours := strings.CutPrefix(name, source+"_")
	_, rest, _ = strings.Cut(rest, "_")
	text, whole := strings.CutSuffix(rest, ".log")
	at, err := time.Parse(stampLayout, text)
	return at, ours && whole && err == nil
}
