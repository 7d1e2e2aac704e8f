// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Batch is what one block of a log found.
type Batch struct {
	SourceID   string
	FileID     string
	Owner      string    // owner unit of the source
	ReceivedAt time.Time // dates the hits whose lines gave no time
	Hits       []scan.Hit
}

// span is how often and when.
type span struct {
	queries, undated int64
	first, last      time.Time
}

func (s *span) add(o span) {
	s.queries += o.queries
	s.undated += o.undated
	s.widen(o)
}

func (s *span) widen(o span) {
	if s.first.IsZero() || o.first.Before(s.first) {
		s.first = o.first
	}
	if s.last.IsZero() || o.last.After(s.last) {
		s.last = o.last
	}
}

// group is all that one client did under one threat in a batch.
type group struct {
	key   Key
	addr  netip.Addr
	names []*named // sorted by name
	made  bool     // the client made contact; else it was contacted
}

// named is all queries of a group for one name. Every list that names it saw
// the same queries, so that its span is that of one of them, not their sum.
type named struct {
	span
	name string
	hits []hitRow // without finding; sorted, each key once
	tlp  string
}

// groups gathers the hits of b that count, sorted, so that the same batch always
// gives the same rows.
func (b Batch) groups() []*group {
	found := map[Key]*group{}
	names := map[Key]map[string]*named{}
	for _, h := range b.Hits {
		if !h.Match.Hit() {
			continue
		}
		addr := h.Client.Unmap().WithZone("")
		key := Key{b.Owner, db.AddrKey(addr), label(cmp.Or(h.Match.Threat, h.Match.List.Name))}
		if found[key] == nil {
			found[key], names[key] = &group{key: key, addr: addr}, map[string]*named{}
		}
		found[key].made = found[key].made || h.Role != event.Source
		name := escape(h.Name)
		n := names[key][name]
		if n == nil {
			n = &named{name: name}
			names[key][name] = n
		}
		n.take(b, h)
	}
	var out []*group
	for key, g := range found {
		for _, n := range names[key] {
			n.settle()
			g.names = append(g.names, n)
		}
		slices.SortFunc(g.names, func(a, b *named) int { return strings.Compare(a.name, b.name) })
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *group) int {
		return cmp.Or(strings.Compare(a.key.AddrKey, b.key.AddrKey), strings.Compare(a.key.Threat, b.key.Threat))
	})
	return out
}

// take adds one hit. A hit without time is placed at the receipt and marked.
func (n *named) take(b Batch, h scan.Hit) {
	s := span{first: db.At(h.First).Time, last: db.At(h.Last).Time}
	undated := h.First.IsZero()
	if undated {
		s.first = db.At(b.ReceivedAt).Time
		s.last = s.first
	}
	n.widen(s)
	n.tlp = stricter(n.tlp, stricter(h.Match.List.TLP, h.Match.TLP))
	row := hitRow{Indicator: escape(h.Match.Indicator), List: label(h.Match.List.Name), Type: h.Match.Type.String(), Name: n.name,
		SourceID: b.SourceID, FileID: b.FileID, Day: calendar.DateOf(s.first).String(), Undated: undated,
		Queries: h.Count, Lines: h.Lines, FirstSeen: db.At(s.first), LastSeen: db.At(s.last), Roles: mark(h.Role)}
	for i := range n.hits {
		if compareHits(n.hits[i], row) == 0 {
			n.hits[i].merge(row)
			return
		}
	}
	n.hits = append(n.hits, row)
}

// settle sorts the hits and counts the queries: the most that any one entry of
// a list saw.
func (n *named) settle() {
	slices.SortFunc(n.hits, compareHits)
	var entry span
	for i, h := range n.hits {
		if i > 0 && compareEntries(n.hits[i-1], h) != 0 {
			entry = span{}
		}
		entry.queries += h.Queries
		if h.Undated {
			entry.undated += h.Queries
		}
		if entry.queries > n.queries {
			n.queries, n.undated = entry.queries, entry.undated
		}
	}
}

func compareEntries(a, b hitRow) int {
	return cmp.Or(strings.Compare(a.Indicator, b.Indicator), strings.Compare(a.List, b.List), strings.Compare(a.Type, b.Type))
}

func compareHits(a, b hitRow) int {
	undated := 0
	switch {
	case a.Undated && !b.Undated:
		undated = 1
	case b.Undated && !a.Undated:
		undated = -1
	}
	return cmp.Or(compareEntries(a, b), strings.Compare(a.Day, b.Day), undated)
}

// merge adds a second hit of the same key: one client written in two ways.
func (h *hitRow) merge(o hitRow) {
	h.Queries += o.Queries
	h.Lines += o.Lines
	h.Roles |= o.Roles
	if o.FirstSeen.Before(h.FirstSeen.Time) {
		h.FirstSeen = o.FirstSeen
	}
	if o.LastSeen.After(h.LastSeen.Time) {
		h.LastSeen = o.LastSeen
	}
}

// label is a text of a list as records keep it: valid, NFC, one line.
func label(s string) string {
	return i18n.NFC(strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", ""))
}

// escape keeps a name that is clean text as it is and writes the bytes of any
// other that are no printable ASCII as \DDD (RFC 1035 §5.1): names in logs are
// anybody's bytes, and PostgreSQL refuses a text that is not valid.
func escape(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c > ' ' && c < 0x7f {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\%03d`, c)
		}
	}
	return b.String()
}
