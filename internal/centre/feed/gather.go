// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/vonggac/vonggac/engine/intel/exchange"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// fetchFolder fetches a MISP feed: its manifest, then the events that are new or
// changed since. Each event is kept as it comes, so that a run that breaks off
// is gone on with by the next; the list is made of all events in hand, also
// where some did not come.
func (s *Service) fetchFolder(ctx, acting context.Context, f row, newest indicator.Version, a ask, p *jobs.Progress) (outcome, error) {
	a.client = s.client(a, atOnce)
	defer a.client.CloseIdleConnections()
	m := a
	m.url, m.limit = inFolder(f.URL, manifestName), min(a.limit, maxManifest)
	got, err := s.call(ctx, m)
	if err != nil {
		return outcome{}, err
	}
	out := outcome{status: got.status, etag: got.etag, modified: got.modified, events: &Events{}}
	var rows []eventRow
	if got.same {
		out.etag, out.modified = f.ETag, f.Modified
		rows, err = s.events(ctx, s.Records.Read(), f.ID)
	} else {
		rows, err = s.manifest(ctx, p, f, got, out.events)
		out.bytes = got.body.n
	}
	if err != nil {
		return out, err
	}
	g := gathering{s: s, f: f, p: p, ask: a, out: out.events, room: a.limit - out.bytes}
	err = g.run(ctx, rows)
	out.bytes += g.bytes
	if err != nil {
		return out, err
	}
	return s.compose(ctx, acting, f, newest, p.Step, out, "feed.note.fetched")
}

// manifest reads the manifest that came and notes what it names.
func (s *Service) manifest(ctx context.Context, p *jobs.Progress, f row, got answer, e *Events) ([]eventRow, error) {
	defer got.done()
	if err := got.body.sniff(); err != nil {
		return nil, err
	}
	list, odd, err := exchange.Manifest(got.body)
	if got.body.err != nil {
		return nil, got.body.err
	}
	if err != nil {
		return nil, fail("feed.why.manifest")
	}
	e.Odd = int64(odd)
	if len(list) == 0 {
		return nil, fail("feed.why.no_events")
	}
	list, e.Left = latest(list)
	return s.named(ctx, p.Step, f, list)
}

// gathering asks for the events of one run.
type gathering struct {
	s     *Service
	f     row
	p     *jobs.Progress
	ask   ask
	out   *Events
	room  int64 // bytes that may still come
	bytes int64
}

// reply is what came of an event.
type reply struct {
	row eventRow
	came
}

// run asks for what is wanted of rows, a few events at a time, and keeps each as
// it comes. It fails when the sender fails in a row or shuts the door.
func (g *gathering) run(ctx context.Context, rows []eventRow) error {
	wanted, err := g.wanted(ctx, rows)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	tickets, replies := make(chan eventRow), make(chan reply)
	var workers sync.WaitGroup
	for range min(atOnce, len(wanted)) {
		workers.Go(func() {
			for r := range tickets {
				c := g.event(ctx, r)
				replies <- reply{r, c} // always taken
			}
		})
	}
	defer workers.Wait()
	defer close(tickets)
	return g.keep(ctx, stop, wanted, tickets, replies)
}

// keep hands out tickets and keeps what comes, until all is done, the room is
// used up, or it is time to stop. What was handed out is always waited for.
func (g *gathering) keep(ctx context.Context, stop func(), wanted []eventRow, tickets chan<- eventRow, replies <-chan reply) error {
	out, bad, asked := 0, 0, 0
	over, done := false, ctx.Done()
	var end error
	for {
		to, next := tickets, eventRow{}
		if asked == len(wanted) || end != nil || g.bytes >= g.room {
			to = nil
		} else {
			next = wanted[asked]
		}
		if to == nil && out == 0 {
			break
		}
		select {
		case to <- next:
			out++
			asked++
			continue
		case <-done:
			over, done, end = true, nil, context.Cause(ctx)
			continue
		case r := <-replies:
			out--
			if over || ctx.Err() != nil { // it came to nothing because the run is over
				g.out.Left++
				continue
			}
			if err := g.take(ctx, r); err != nil {
				over, end = true, err
				stop()
				continue
			}
			if bad++; !r.transient() {
				bad = 0
			}
			if end == nil && (bad >= inARow || r.shutOut()) {
				end = r.why
			}
			g.p.Set(int64(asked-out), int64(len(wanted)), "feed.job.events")
		}
	}
	g.out.Left += int64(len(wanted) - asked)
	return end
}

// wanted lists what is to be asked for, the latest first, and counts the rest.
func (g *gathering) wanted(ctx context.Context, rows []eventRow) ([]eventRow, error) {
	var list []eventRow
	for _, r := range rows {
		if r.State == string(EventGone) {
			g.out.Gone++
			g.out.note(r)
			continue
		}
		g.out.Named++
		want := r.wanted()
		if !want {
			there, err := g.s.Files.Has(ctx, r.SHA256)
			if err != nil {
				return nil, err
			}
			if want = !there; want {
				r.SHA256, r.ETag = "", ""
			}
		}
		if want {
			list = append(list, r)
		} else {
			g.out.Same++
		}
	}
	g.out.Named += g.out.Left                                                                     // those past the most there may be
	slices.SortStableFunc(list, func(a, b eventRow) int { return cmp.Compare(b.Named, a.Named) }) // of equal ones, by number
	return list, nil
}

// event asks for one event.
func (g *gathering) event(ctx context.Context, r eventRow) came {
	a := g.ask
	a.url, a.limit, a.etag, a.modified = inFolder(g.f.URL, r.UUID+".json"), min(a.limit, maxEvent), "", ""
	if r.SHA256 != "" {
		a.etag = r.ETag
	}
	got, err := g.s.call(ctx, a)
	if err != nil {
		return came{why: whyOf(err)}
	}
	if got.same {
		return came{same: true, etag: r.ETag}
	}
	defer got.done()
	if err := got.body.sniff(); err != nil {
		return came{why: whyOf(err)}
	}
	raw, err := io.ReadAll(got.body)
	if err != nil {
		return came{why: whyOf(err)}
	}
	raw = bytes.TrimPrefix(raw, byteOrderMark)
	return came{raw: raw, etag: got.etag, why: whole(raw, r.UUID)}
}

// whyOf is err as a reason; call and body give no other, except that the run is
// over, which nobody is told.
func whyOf(err error) *failure {
	if out, ok := failed(err); ok {
		return &failure{key: out.why, args: out.args, status: out.status, asked: out.asked}
	}
	return fail("feed.why.broken")
}

// take keeps what came of one event and counts it.
func (g *gathering) take(ctx context.Context, r reply) error {
	g.bytes += int64(len(r.raw))
	now, err := g.s.settleEvent(ctx, r.row, r.came)
	if err != nil {
		return err
	}
	g.out.count(now, r.same)
	return g.s.fenced(ctx, g.p.Step, func(ctx context.Context, tx *db.Tx) error { return saveEvent(ctx, tx, now) })
}

// count counts an event that was asked for.
func (e *Events) count(r eventRow, same bool) {
	switch EventState(r.State) {
	case EventGood:
		if same {
			e.Same++
		} else {
			e.Fetched++
		}
		return
	case EventRefused:
		e.Refused++
	default:
		e.Missing++
	}
	e.note(r)
}

// settleEvent stores what came of an event and gives the row that says so. What
// is in hand of one that did not come well stays.
func (s *Service) settleEvent(ctx context.Context, r eventRow, c came) (eventRow, error) {
	r.State, r.Why, r.WhyArgs = string(c.state()), "", "[]"
	switch {
	case c.why != nil:
		r.Why, r.WhyArgs = c.why.key, wordsText(c.why.args)
	case c.same:
		r.Held = r.Named
	default:
		ref, err := s.Files.Put(ctx, bytes.NewReader(c.raw), maxEvent)
		if err != nil {
			return r, err
		}
		r.SHA256, r.Size, r.ETag, r.Held = ref.SHA256, ref.Size, c.etag, r.Named
	}
	return r, nil
}

// compose makes the list of the events in hand, unless it is made of them
// already. ctx does the work, acting is the person f stands under.
func (s *Service) compose(ctx, acting context.Context, f row, newest indicator.Version, fence func(context.Context, *db.Tx) error, out outcome, note string) (outcome, error) {
	rows, err := s.events(ctx, s.Records.Read(), f.ID)
	if err != nil {
		return out, err
	}
	same, parts := newest.SHA256 != "" && newest.SHA256 == f.SHA256, rows[:0:0]
	for _, r := range rows {
		if r.State == string(EventGone) {
			same = same && r.Listed == ""
			continue
		}
		same = same && r.Listed == r.SHA256
		if r.SHA256 != "" {
			parts = append(parts, r)
		}
	}
	if len(parts) == 0 {
		return out, fail("feed.why.no_event_came")
	}
	var done outcome
	if same {
		done = decided(newest, false)
		done.sha256 = f.SHA256
	} else {
		pipe, to := io.Pipe()
		go func() { _ = to.CloseWithError(s.write(ctx, to, parts)) }() // CloseWithError never fails
		done, err = s.take(acting, f, f.Folder+".misp.json.zst", pipe, note)
		_ = pipe.Close() // nor does this
	}
	done.status, done.bytes, done.etag, done.modified, done.events = out.status, out.bytes, out.etag, out.modified, out.events
	if err != nil {
		return done, err
	}
	return done, s.listed(ctx, fence, f)
}

// write writes events as one list of events (MISP core format), packed. The same
// events give the same bytes.
func (s *Service) write(ctx context.Context, to io.Writer, parts []eventRow) error {
	z, err := zstd.NewWriter(to, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	between := "[\n"
	for _, r := range parts {
		if _, err := io.WriteString(z, between); err != nil {
			return err
		}
		between = ",\n"
		in, err := s.Files.Open(ctx, r.SHA256)
		if err != nil {
			return err
		}
		_, err = io.Copy(z, in)
		if err := errors.Join(err, in.Close()); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(z, "\n]\n"); err != nil {
		return err
	}
	return z.Close()
}
