// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/intake/sighting"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// JobKind names the durable work of looking back for what lists brought.
const JobKind = "hunt.retro"

// Changed asks for a looking back, inside the transaction that changes what is
// matched. generation tells changes apart; unit is who may see the work.
func (s *Service) Changed(ctx context.Context, tx *db.Tx, generation int64, unit string) error {
	_, err := s.Queue.Enqueue(ctx, tx, jobs.Task{Kind: JobKind, Key: "generation/" + strconv.FormatInt(generation, 10), Unit: unit})
	return err
}

const (
	retroPart = 20_000 // entries of a list looked up between two notes of how far it is
	retroRows = 10_000 // rows recorded in one transaction, but for the last value's
	retroMost = 200_000
)

// Handler is the work of JobKind: every list in force whose version was not
// looked for yet is, for the entries it has more than the version before; a
// list that was switched off and on again is looked for whole. It goes on
// with the list at which a run that died left off, and finds what is recorded already without
// recording it twice.
func (s *Service) Handler() jobs.Handler {
	return func(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
		lists, err := s.Lists.InForce(ctx)
		if err != nil {
			return err
		}
		index, done, err := s.Lists.Current(ctx) // after the lists: it holds at least these
		defer done()
		if err != nil {
			return err
		}
		if err := s.settle(ctx); err != nil {
			return err
		}
		if err := s.forgetOthers(ctx, p, lists); err != nil {
			return err
		}
		for _, l := range lists {
			if err := s.lookBack(ctx, p, index, l); err != nil {
				return fmt.Errorf("look back for list %s: %w", l.ID, err)
			}
		}
		return nil
	}
}

// settle waits for blocks that were read against older lists: those that come
// after it are read against lists at least as new as the caller has seen.
func (s *Service) settle(ctx context.Context) error {
	release, err := s.alone(ctx)
	if err == nil {
		release()
	}
	return err
}

// run is the looking back for one list.
type run struct {
	*Service
	p     *jobs.Progress
	index *intel.Index // all that is matched: allow entries have their say
	list  List
	state listRow
	old   known
	total int64

	asked, names, queries int64
}

func (s *Service) lookBack(ctx context.Context, p *jobs.Progress, index *intel.Index, l List) error {
	r := &run{Service: s, p: p, index: index, list: l}
	var err error
	if r.state, err = s.listState(ctx, l.ID); err != nil || r.state.Seq == l.Seq {
		return err
	}
	// From the first entry, also after a run that died: an index has its entries
	// in another order each time, and what is recorded already is not again.
	r.state.Target, r.state.Position = l.Seq, 0
	if r.old, err = s.entriesOf(ctx, l, r.state.Seq); err != nil {
		return err
	}
	entries, err := s.Lists.Content(ctx, l, l.Seq)
	if err != nil {
		return err
	}
	r.total = int64(entries.Len())
	for r.state.Position < r.total {
		to := min(r.state.Position+retroPart, r.total)
		began := time.Now() // how long, not when: the clock of the machine
		if err := r.part(ctx, entries, to); err != nil {
			return err
		}
		if err := rest(ctx, time.Since(began)); err != nil {
			return err
		}
	}
	return r.close(ctx)
}

// restMost bounds how long a looking back rests between two parts.
const restMost = 5 * time.Second

// rest leaves disk and processor to others for as long as a part took, so that
// a looking back takes no more than half of them.
func rest(ctx context.Context, took time.Duration) error {
	t := time.NewTimer(min(took, restMost))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// known are the entries of a version, as two seeded hashes each: sixteen bytes
// an entry, and no two of ten million alike but by a chance of 10^-24.
type known struct {
	seed [32]byte
	list [][16]byte
}

func (k *known) has(m intel.Match) bool {
	_, found := slices.BinarySearchFunc(k.list, k.of(m), func(a, b [16]byte) int { return slices.Compare(a[:], b[:]) })
	return found
}

// entriesOf are the entries of the version of l that was looked for last, none
// for 0.
func (s *Service) entriesOf(ctx context.Context, l List, seq int64) (known, error) {
	k := known{}
	if _, err := rand.Read(k.seed[:]); err != nil || seq == 0 {
		return k, err
	}
	x, err := s.Lists.Content(ctx, l, seq)
	if err != nil {
		return k, err
	}
	k.list = make([][16]byte, x.Len())
	for i := range k.list {
		k.list[i] = k.of(x.Entry(intel.ID(i)))
	}
	slices.SortFunc(k.list, func(a, b [16]byte) int { return slices.Compare(a[:], b[:]) })
	return k, nil
}

// part looks for the entries up to to, and notes that it has.
func (r *run) part(ctx context.Context, entries *intel.Index, to int64) error {
	var asks []sighting.Ask
	for i := r.state.Position; i < to; i++ {
		m := entries.Entry(intel.ID(i))
		if m.Indicator != "" && !r.old.has(m) {
			asks = append(asks, asksOf(m)...)
		}
	}
	sighting.SortAsks(asks)
	values, err := r.find(ctx, asks)
	if err != nil {
		return err
	}
	r.asked += int64(len(asks))
	for len(values) > 0 {
		n, rows := 0, 0
		for n < len(values) && (n == 0 || rows+values[n].rows <= retroRows) {
			rows += values[n].rows
			n++
		}
		if err := r.record(ctx, values[:n]); err != nil {
			return err
		}
		values = values[n:]
	}
	r.state.Position = to
	r.p.Set(to, r.total, "hunt.job.looking")
	return r.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(r.p.Step(ctx, tx), saveList(ctx, tx, r.state))
	})
}

// value is a name or another observable that was seen, and in how many rows.
type value struct {
	kind sighting.Kind
	name string
	rows int
}

// seenAs tells values apart.
type seenAs struct {
	kind sighting.Kind
	name string
}

// find lists the values seen that asks name and that may count, each once.
func (r *run) find(ctx context.Context, asks []sighting.Ask) ([]value, error) {
	var out []value
	have := map[seenAs]int{}
	_, err := r.Memory.Hunt(ctx, asks, r.span(), sighting.Limits{}, func(_ int, row sighting.Row) error {
		as := seenAs{row.Kind, row.Value}
		i, ok := have[as]
		if !ok {
			i = -1
			if len(r.matches(row, intel.When{})) > 0 {
				i = len(out)
				out = append(out, value{kind: row.Kind, name: row.Value})
			}
			have[as] = i
		}
		if i >= 0 {
			out[i].rows++
		}
		return nil
	})
	return out, err
}

func (s *Service) span() sighting.Span { return sighting.Span{From: s.horizon()} }

// matches are the entries of the list that name the value of a row at w. One that
// gives way at w counts where w is zero: it may count for some of the rows.
func (r *run) matches(row sighting.Row, w intel.When) []intel.Match {
	found := r.index.LookupValue(nil, typeOf(row.Kind, row.Value), []byte(row.Value))
	mine := func(m intel.Match) bool {
		return m.List.Source == r.list.ID && m.List.Kind == intel.Block && !r.old.has(m)
	}
	return slices.DeleteFunc(r.index.Matches(nil, found, w), func(m intel.Match) bool {
		return !mine(m) || m.Overruled && (w != intel.When{} || !r.index.Timed())
	})
}

// counting are the entries that count for a row: at its first time or at its
// last one, since a row is all of a day.
func (r *run) counting(row sighting.Row) []intel.Match {
	out := r.matches(row, intel.When{Now: r.Now(), Event: row.First})
	if !r.index.Timed() || row.Last.Equal(row.First) {
		return out
	}
	for _, m := range r.matches(row, intel.When{Now: r.Now(), Event: row.Last}) {
		if !slices.ContainsFunc(out, func(o intel.Match) bool { return o.ID == m.ID }) {
			out = append(out, m)
		}
	}
	return out
}

// Batch is what one source saw of listed names, for Deps.Record. The hits of
// one client, name and entry are all the memory holds of them, a day each.
type Batch struct {
	Owner, Source string
	Hits          []finding.Past
	// Mark tells batches of one looking back apart, the same again after a crash.
	Mark string
}

// record hands on all rows of values, one transaction for all. No block is
// between the memory and its transaction meanwhile, so that what the records
// have counted can be taken from what the memory holds.
func (r *run) record(ctx context.Context, values []value) error {
	release, err := r.alone(ctx)
	if err != nil {
		return err
	}
	defer release()
	batches, cut, err := r.batches(ctx, values)
	if err != nil || len(batches) == 0 {
		return err
	}
	var added Added
	err = r.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		added = Added{}
		if err := r.p.Step(ctx, tx); err != nil {
			return err
		}
		for _, b := range batches {
			a, err := r.Record(ctx, tx, b)
			if err != nil {
				return err
			}
			added.Queries, added.Findings = added.Queries+a.Queries, added.Findings+a.Findings
		}
		return audit.Add(ctx, tx, r.Now(), audit.Entry{Action: "hunt.record", Kind: "indicator", Object: r.list.ID, Unit: r.list.Owner,
			Detail: map[string]any{"list": r.list.Name, "seq": r.list.Seq, "names": len(values), "queries": added.Queries, "findings": added.Findings, "cut": cut}})
	})
	r.names += int64(len(values))
	r.queries += added.Queries
	return err
}

func (r *run) batches(ctx context.Context, values []value) (list []*Batch, cut bool, err error) {
	asks := make([]sighting.Ask, len(values))
	for i, v := range values {
		asks[i] = sighting.Ask{Kind: v.kind, Value: v.name}
	}
	by := map[[2]string]*Batch{}
	did, err := r.Memory.Hunt(ctx, asks, r.span(), sighting.Limits{Rows: retroMost}, func(ask int, row sighting.Row) error {
		key := [2]string{row.Owner, row.Source}
		if by[key] == nil {
			by[key] = &Batch{Owner: row.Owner, Source: row.Source, Mark: fmt.Sprintf("%s/%d/%s", r.list.ID, r.list.Seq, values[0].name)}
			list = append(list, by[key])
		}
		for _, m := range r.counting(row) {
			h := scan.Hit{Match: m, Kind: typeOf(row.Kind, row.Value), Role: roleOf(row.Kind), Client: row.Client, Name: row.Value, Count: row.Count, Lines: row.Count, First: row.First, Last: row.Last}
			by[key].Hits = append(by[key].Hits, finding.Past{Hit: h, Undated: row.Undated})
		}
		return nil
	})
	return list, did.Cut, err
}

// close notes that the version was looked for to its end.
func (r *run) close(ctx context.Context) error {
	was := r.state.Seq
	r.state.Seq, r.state.Target, r.state.Position = r.list.Seq, 0, 0
	return r.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := errors.Join(r.p.Step(ctx, tx), saveList(ctx, tx, r.state)); err != nil {
			return err
		}
		return audit.Add(ctx, tx, r.Now(), audit.Entry{Action: "hunt.retro", Kind: "indicator", Object: r.list.ID, Unit: r.list.Owner,
			Detail: map[string]any{"list": r.list.Name, "seq": r.list.Seq, "before": was, "indicators": r.asked, "names": r.names, "queries": r.queries,
				"from": r.horizon().Date().String()}})
	})
}

// of hashes an entry by SHA-256 with a seed of this run, so that nobody can
// make two that are taken for one.
func (k *known) of(m intel.Match) [16]byte {
	b := binary.BigEndian.AppendUint16(k.seed[:len(k.seed):len(k.seed)], uint16(m.Scope))
	sum := sha256.Sum256(append(append(b, byte(m.Type)), m.Indicator...))
	return [16]byte(sum[:16])
}
