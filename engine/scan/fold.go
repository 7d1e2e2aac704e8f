// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/rollup"
)

// folder takes the records of pieces into a roll-up. It brings them in the order
// of the table's shards first, so that each shard is locked once a piece. Names
// alone are folded: of records of other observables nothing is told, and their
// verdict Varies.
type folder struct {
	table    *rollup.Table
	first    int // shard to begin with, another one for each worker
	judge    *judge
	hashes   []uint64
	places   []uint32 // of records among queries
	queries  []rollup.Query
	verdicts []rollup.Verdict
}

func newFolder(t *rollup.Table, first int, j *judge) *folder {
	return &folder{table: t, first: first, judge: j}
}

// add folds the records of p and returns what the lists say about each.
func (f *folder) add(p *piece) ([]rollup.Verdict, error) {
	n := len(p.recs)
	if cap(f.hashes) < n {
		f.hashes, f.places = make([]uint64, n), make([]uint32, n)
		f.queries, f.verdicts = make([]rollup.Query, n), make([]rollup.Verdict, n)
	}
	f.hashes, f.places, f.queries, f.verdicts = f.hashes[:n], f.places[:n], f.queries[:n], f.verdicts[:n]
	var ends [rollup.Shards + 1]uint32
	for i := range p.recs {
		if typeOf(&p.recs[i]) != intel.Domain {
			continue
		}
		h := f.table.Hash(p.name(&p.recs[i]))
		f.hashes[i] = h
		ends[rollup.ShardOf(h)+1]++
	}
	for i := range rollup.Shards {
		ends[i+1] += ends[i]
	}
	next := ends
	for i := range p.recs {
		r := &p.recs[i]
		if typeOf(r) != intel.Domain {
			continue
		}
		in := rollup.ShardOf(f.hashes[i])
		f.places[i] = next[in]
		f.queries[next[in]] = rollup.Query{Name: p.name(r), Hash: f.hashes[i], Sec: r.Sec, High: r.High, Low: r.Low, Nsec: r.Nsec, Timed: r.Timed, Known: r.Known}
		next[in]++
	}
	if err := f.shards(&ends); err != nil {
		return nil, err
	}
	for i, at := range f.places {
		if typeOf(&p.recs[i]) != intel.Domain {
			f.verdicts[i] = rollup.Varies
			continue
		}
		if f.verdicts[i] = f.queries[at].Verdict; f.verdicts[i] == rollup.Varies {
			r := &p.recs[i]
			if err := f.table.AddVaried(r.Time(), r.Client(), p.name(r), f.judge.verdictAt(p.name(r), r.Time())); err != nil {
				return nil, err
			}
		}
	}
	return f.verdicts, nil
}

// shards folds the queries, which stand by shard between ends. It comes back
// later to shards that another worker is at.
func (f *folder) shards(ends *[rollup.Shards + 1]uint32) error {
	var busy [rollup.Shards]int
	left := busy[:0]
	for i := range rollup.Shards {
		in := (f.first + i) % rollup.Shards
		if ends[in] == ends[in+1] {
			continue
		}
		done, err := f.table.TryAddAll(in, f.queries[ends[in]:ends[in+1]], f.judge.verdict)
		if err != nil {
			return err
		}
		if !done {
			left = append(left, in)
		}
	}
	for _, in := range left {
		if err := f.table.AddAll(in, f.queries[ends[in]:ends[in+1]], f.judge.verdict); err != nil {
			return err
		}
	}
	return nil
}
