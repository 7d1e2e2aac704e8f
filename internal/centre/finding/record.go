// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// Touched is one finding that a batch counted in, with what the batch added.
type Touched struct {
	ID ID
	Key
	Addr     netip.Addr
	State    State // of the finding
	Muted    bool  // it is a false positive's
	Opened   bool  // the batch made it
	First    time.Time
	Last     time.Time
	Queries  int64
	Undated  int64
	NewNames int64 // names that no finding of the key held before
	// Called says that the client was contacted and made no contact itself, in
	// the whole batch: an address that scans says nothing about the machine it met.
	Called bool
}

// Record counts the hits of a batch in their findings and opens those that are
// missing, inside the caller's transaction, which marks the batch done and has
// the audit entry. Only hits that count (intel.Match.Hit) make findings. It
// reads nothing but tx and its arguments, so that the same batches in the same
// order give the same rows (ids aside) whatever was rolled back in between.
//
// It returns what it touched, in order of address, threat and episode.
func (s *Service) Record(ctx context.Context, tx *db.Tx, now time.Time, b Batch) ([]Touched, error) {
	const op = "finding.Record"
	groups := b.groups()
	if len(groups) == 0 {
		return nil, nil
	}
	known, err := stand(ctx, tx, b.Owner, groups)
	if err != nil {
		return nil, db.Error(op, err)
	}
	w := writing{now: db.At(now).Time}
	for _, g := range groups {
		w.place(g, known[g.key])
	}
	if err := w.write(ctx, tx); err != nil {
		return nil, db.Error(op, err)
	}
	return w.touched, nil
}

// chunk is how many rows go into one statement: both engines limit its length.
const chunk = 500

// stand loads the findings of the groups' keys, with those of the groups' names
// they hold.
func stand(ctx context.Context, tx *db.Tx, owner string, groups []*group) (map[Key][]*standing, error) {
	out := map[Key][]*standing{}
	names := map[Key][]*named{}
	for part := range slices.Chunk(groups, chunk) {
		var keys db.Tuples
		for _, g := range part {
			keys = append(keys, []string{g.key.AddrKey, g.key.Threat})
			names[g.key] = g.names
		}
		rows, err := db.Select[row](ctx, tx, "WHERE f.owner_unit = ? AND (f.addr_key, f.threat) IN (?) ORDER BY f.episode", owner, keys)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			f, err := r.finding()
			if err != nil {
				return nil, err
			}
			out[f.Key()] = append(out[f.Key()], &standing{Finding: f, holds: map[string]bool{}})
		}
	}
	return out, hold(ctx, tx, out, names)
}

func hold(ctx context.Context, tx *db.Tx, found map[Key][]*standing, names map[Key][]*named) error {
	byID := map[string]*standing{}
	var pairs db.Tuples
	for key, list := range found {
		for _, f := range list {
			byID[string(f.ID)] = f
			for _, n := range names[key] {
				pairs = append(pairs, []string{string(f.ID), n.name})
			}
		}
	}
	for part := range slices.Chunk(pairs, chunk) {
		var rows []nameRow
		err := tx.Fetch(ctx, &rows, "SELECT finding_id, name FROM finding_name WHERE (finding_id, name) IN (?)", part)
		if err != nil {
			return err
		}
		for _, r := range rows {
			byID[r.FindingID].holds[r.Name] = true
		}
	}
	return nil
}

// writing gathers the rows of one batch.
type writing struct {
	now     time.Time
	fresh   []Finding
	changed []change
	names   []nameRow
	hits    []hitRow
	touched []Touched
}

// change is a finding as it was, and what is added to it.
type change struct {
	Finding
	added span
	names int64
}

// place sorts the names of a group into the findings of its key.
func (w *writing) place(g *group, list []*standing) {
	parts := map[*standing][]*named{}
	for _, n := range g.names {
		to := route(list, n)
		parts[to] = append(parts[to], n)
	}
	if fresh := parts[nil]; fresh != nil {
		f := &standing{Finding: w.open(g, list, fresh)}
		list = append(list, f)
		parts[f] = fresh
	}
	held := func(n *named) bool {
		return slices.ContainsFunc(list, func(f *standing) bool { return f.holds[n.name] })
	}
	for _, f := range list {
		if parts[f] == nil {
			continue
		}
		t := Touched{ID: f.ID, Key: g.key, Addr: g.addr, State: f.State, Muted: f.Closed.Muted, Opened: f.Queries == 0, Called: !g.made}
		c := change{Finding: f.Finding}
		for _, n := range parts[f] {
			if !f.holds[n.name] {
				c.names++
			}
			if !held(n) {
				t.NewNames++
			}
			w.count(f, n)
			c.added.add(n.span)
			c.take(n)
		}
		t.First, t.Last, t.Queries, t.Undated = c.added.first, c.added.last, c.added.queries, c.added.undated
		w.keep(c, t)
	}
}

// open makes the next episode of the group's key. It counts nothing yet.
func (w *writing) open(g *group, list []*standing, names []*named) Finding {
	f := Finding{ID: ID(db.NewID()), Owner: g.key.Owner, AddrKey: g.key.AddrKey, Addr: g.addr, Threat: g.key.Threat,
		State: Waiting, FirstSeen: names[0].first, LastSeen: names[0].last, CreatedAt: w.now, UpdatedAt: w.now, Version: 1}
	for _, other := range list {
		f.Episode = max(f.Episode, other.Episode)
	}
	f.Episode++
	return f
}

// count writes what a finding saw of one name.
func (w *writing) count(f *standing, n *named) {
	w.names = append(w.names, nameRow{FindingID: string(f.ID), Name: n.name, Queries: n.queries, FirstSeen: db.At(n.first), LastSeen: db.At(n.last)})
	for _, h := range n.hits {
		h.FindingID = string(f.ID)
		w.hits = append(w.hits, h)
	}
}

// take adds the lists and the sharing mark of a name.
func (c *change) take(n *named) {
	c.TLP = stricter(c.TLP, n.tlp)
	lists := slices.Clone(c.Lists)
	for _, h := range n.hits {
		if !slices.Contains(lists, h.List) {
			lists = append(lists, h.List)
		}
	}
	slices.Sort(lists)
	c.Lists = lists
}

func (w *writing) keep(c change, t Touched) {
	w.touched = append(w.touched, t)
	if !t.Opened {
		w.changed = append(w.changed, c)
		return
	}
	f := c.Finding
	f.FirstSeen, f.LastSeen, f.Queries, f.Undated, f.Names = t.First, t.Last, t.Queries, t.Undated, c.names
	w.fresh = append(w.fresh, f)
}
