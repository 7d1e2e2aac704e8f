// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
)

// Counts account for lines: Lines = Parsed + the sums of Skipped and Rejected.
type Counts struct {
	Lines     int64
	Parsed    int64 // gave at least one event
	Skipped   map[format.Reason]int64
	Rejected  map[format.Reason]int64
	Queries   int64 // events: queries and activities
	Hits      int64 // lines with an event that hit
	Overruled int64 // lines that would have hit but for an allow entry
	First     time.Time
	Last      time.Time // earliest and latest event; zero when none has a time
}

// Block is a run of whole lines: those whose first byte lies within the same
// BlockSize bytes of text. Blocks follow each other without a gap. A Block
// belongs to the sink that gets it.
type Block struct {
	Offset    int64 // of its first line in the unpacked text, after a byte-order mark
	Length    int64 // of its lines with their line ends
	FirstLine int64 // number of its first line, from 1
	Counts
	Hits    []Hit    // in order of first appearance
	Samples []Sample // the first rejected lines, at most 8
	Seen    []Seen   // with Options.Seen, in order of first appearance; see Forget
	Hours   []Hour   // with Options.Seen, in order: which hours its lines are about
	Lags    []Lag    // with Options.Seen, in order: how long before they are read
}

// Hit is one indicator that one client asked for under one name, or touched as
// one other observable, within one block. Where an activity made contact with
// Name, Client is who did; where Name itself made contact, the other end.
type Hit struct {
	Match  intel.Match
	Rank   int        // place of Match among the block entries of the name: 0 is the most specific
	Client netip.Addr // zero when the log does not say
	Kind   intel.Type // of Name; that of Match may be wider
	Role   event.Role // the first in the order of package event, of all that Name had
	Name   string     // the name asked for or the observable, as intel.AppendValue writes it
	Count  int64      // queries
	Lines  int64      // lines with such a query
	First  time.Time
	Last   time.Time // UTC; zero when no query had a time
}

// Sample is a rejected line to show to people.
type Sample struct {
	Line   int64 // from 1
	Text   string
	Reason format.Reason
}

const maxSamples = 8

// Summary is the account of a whole log.
type Summary struct {
	Counts
	Bytes    int64  // unpacked, as far as read
	Format   string // name of the format used; "" when none was found
	Detected string // name of the format found in the first lines; "" when none, and where lines were of the format asked for
	Packing  string // "gzip", "zstd" or ""
	Charset  string // "utf-8", "utf-16le" or "utf-16be"
	Samples  []Sample
}

// Add adds o to c.
func (c *Counts) Add(o Counts) {
	c.Lines += o.Lines
	c.Parsed += o.Parsed
	c.Queries += o.Queries
	c.Hits += o.Hits
	c.Overruled += o.Overruled
	for why, n := range o.Skipped {
		count(&c.Skipped, why, n)
	}
	for why, n := range o.Rejected {
		count(&c.Rejected, why, n)
	}
	c.see(o.First)
	c.see(o.Last)
}

// Total is the sum of reasons.
func Total(by map[format.Reason]int64) int64 {
	var n int64
	for v := range maps.Values(by) {
		n += v
	}
	return n
}

func count(by *map[format.Reason]int64, why format.Reason, n int64) {
	if *by == nil {
		*by = map[format.Reason]int64{}
	}
	(*by)[why] += n
}

// see widens First and Last to t.
func (c *Counts) see(t time.Time) {
	if t.IsZero() {
		return
	}
	if c.First.IsZero() || t.Before(c.First) {
		c.First = t
	}
	if c.Last.IsZero() || t.After(c.Last) {
		c.Last = t
	}
}

func (c *Counts) skip(why format.Reason) { count(&c.Skipped, why, 1) }

func (s *Summary) add(b Block) {
	s.Counts.Add(b.Counts)
	room := maxSamples - len(s.Samples)
	s.Samples = append(s.Samples, b.Samples[:min(room, len(b.Samples))]...)
}

// builder is the Block under way.
type builder struct {
	Block
	groups map[group]int // index in Hits
	line   []int         // groups that the line at hand has hit
	places places        // in Seen, by hash, once filed
	filed  bool
	hashes []uint64 // of Seen
	hours  hours    // of Hours
	lags   lags     // of Lags
}

type group struct {
	id     intel.ID
	client netip.Addr
	kind   intel.Type
	name   string
}

// take returns the Block and starts the next.
func (b *builder) take() Block {
	out := b.Block
	out.Hours, out.Lags = b.hours.take(), b.lags.take()
	b.Block = Block{}
	clear(b.groups)
	if b.filed {
		b.places.clear()
		b.filed = false
	}
	hashRooms.give(b.hashes)
	b.hashes = nil
	return out
}

func (b *builder) reject(text []byte, why format.Reason) {
	count(&b.Rejected, why, 1)
	if len(b.Samples) < maxSamples {
		b.Samples = append(b.Samples, Sample{Line: b.FirstLine + b.Lines - 1, Text: intel.Cut(text), Reason: why})
	}
}

// hit counts one record under each block entry that names it.
func (b *builder) hit(r *format.Record, j *judged) {
	client, at := r.Client(), r.Time()
	if b.groups == nil {
		b.groups = map[group]int{}
	}
	hits := 0
	for _, m := range j.matches {
		if !m.Hit() {
			continue
		}
		key := group{m.ID, client, j.kind, j.text}
		i, ok := b.groups[key]
		if !ok {
			i = len(b.Hits)
			b.groups[key] = i
			b.Hits = append(b.Hits, Hit{Match: m, Rank: j.rank(m.ID, hits), Client: client, Kind: j.kind, Role: roleOf(r), Name: j.text})
		}
		hits++
		b.Hits[i].count(at)
		b.Hits[i].Role = min(b.Hits[i].Role, roleOf(r))
		if !slices.Contains(b.line, i) {
			b.line = append(b.line, i)
		}
	}
}

// add adds a part of the block to it, whose first line is line+1 of the log.
func (b *builder) add(o *part, line int64) {
	if b.Lines == 0 {
		b.Offset, b.FirstLine = o.Offset, line+o.FirstLine
	}
	b.Length += o.Length
	b.Counts.Add(o.Counts)
	b.hours.merge(&o.hours.steps)
	b.lags.merge(&o.lags.steps)
	for _, s := range o.Samples[:min(len(o.Samples), maxSamples-len(b.Samples))] {
		s.Line += line
		b.Samples = append(b.Samples, s)
	}
	if len(o.Hits) > 0 && b.groups == nil {
		b.groups = map[group]int{}
	}
	b.rows(o)
	for _, h := range o.Hits {
		key := group{h.Match.ID, h.Client, h.Kind, h.Name}
		if i, ok := b.groups[key]; ok {
			b.Hits[i].add(h)
			continue
		}
		b.groups[key] = len(b.Hits)
		b.Hits = append(b.Hits, h)
	}
}

// closeLine counts the line at hand once for each group it has hit.
func (b *builder) closeLine() {
	for _, i := range b.line {
		b.Hits[i].Lines++
	}
	b.line = b.line[:0]
}

// add adds the queries of o, of another part of the block.
func (h *Hit) add(o Hit) {
	h.Count += o.Count - 2
	h.count(o.First)
	h.count(o.Last)
	h.Lines += o.Lines
	h.Role = min(h.Role, o.Role)
}

func (h *Hit) count(t time.Time) {
	h.Count++
	if t.IsZero() {
		return
	}
	if h.First.IsZero() || t.Before(h.First) {
		h.First = t
	}
	if h.Last.IsZero() || t.After(h.Last) {
		h.Last = t
	}
}
