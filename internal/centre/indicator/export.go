// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"io"
	"iter"
	"slices"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Order says what a blocklist is to hold, and how it is written.
type Order struct {
	Format Layout // one of ExportLayouts
	Max    TLP    // the strictest mark taken along; one of ExportTLPs
	List   ID     // one list alone; empty is all that are matched
	Set    string // of a Suricata dataset: one of exchange.Sets; empty is "string"
}

// ExportLayouts are the layouts blocklists are written in.
func ExportLayouts() []Layout {
	return []Layout{Plain, Hosts, RPZ, Unbound, Dnsmasq, Dataset, STIX, CSV}
}

// ExportTLPs are the marks a file may be bounded by. TLP:RED is for the people
// it was told to, and never goes into a file; TLP:AMBER+STRICT is taken from
// lists whose owner the actor's scope holds.
func ExportTLPs() []TLP { return []TLP{Clear, Green, Amber, AmberStrict} }

func (o *Order) check(op string) error {
	bad := map[string]string{}
	if !slices.Contains(ExportLayouts(), o.Format) {
		bad["format"] = "indicator.bad.layout"
	}
	if !slices.Contains(ExportTLPs(), o.Max) {
		bad["tlp"] = "indicator.bad.tlp"
	}
	if o.Set == "" {
		o.Set = exchange.Sets[0]
	}
	if !slices.Contains(exchange.Sets[:], o.Set) {
		bad["set"] = "indicator.bad.set"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

// Account says what became of the entries in force when a blocklist was
// written: Entries = Allowed + Marked + Lapsed + Wrote.Given, and Wrote accounts for the
// last.
type Account struct {
	Entries int64 // block entries that the actor may see
	Allowed int64 // left out: an allow entry overrules them
	Marked  int64 // left out: their sharing mark is stricter than what was asked for
	Lapsed  int64 // left out: not valid now
	Wrote   exchange.Written
	// Beneath are allow entries for names below a name that is written: whoever
	// uses the file blocks them too.
	Beneath int64
}

// Blocklist is one order on what is held: Account says what it gives, Write
// writes it.
type Blocklist struct {
	s       *Service
	order   Order
	seen    sight
	held    Held
	Account Account
}

// Blocklist makes the order out: it counts what would be written, and what not.
// The caller closes it. Errors: fault.Invalid by field (format, tlp, set, list).
func (s *Service) Blocklist(ctx context.Context, o Order) (*Blocklist, error) {
	const op = "indicator.Blocklist"
	v, err := needView(ctx, op)
	if err != nil {
		return nil, err
	}
	if err := o.check(op); err != nil {
		return nil, err
	}
	b := &Blocklist{s: s, order: o}
	if b.seen, err = visible(ctx, s.deps.Records.Read(), v); err != nil {
		return nil, err
	}
	if l, ok := b.seen.lists[o.List]; o.List != "" && (!ok || l.Kind != Block) {
		return nil, fault.Bad(op, "list", "indicator.bad.list")
	}
	b.held, err = s.Current(ctx)
	if err == nil {
		b.Account, err = b.write(ctx, io.Discard, "")
	}
	if err != nil {
		b.Close()
		return nil, err
	}
	b.Account.Beneath = b.beneath()
	return b, nil
}

// Close gives back what is held. It is called once.
func (b *Blocklist) Close() { b.held.Release() }

// Noted puts the export into the audit trail; it comes before the first byte.
func (b *Blocklist) Noted(ctx context.Context) error {
	s, a := b.s, b.Account
	actor, ok := auth.From(ctx)
	if !ok {
		return &fault.Error{Kind: fault.SignedOut, Op: "indicator.Noted"}
	}
	return s.deps.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Add(ctx, tx, s.deps.Now(), audit.Entry{Action: "indicator.export", Kind: "indicator", Object: string(b.order.List), Unit: actor.Home,
			Detail: map[string]any{"format": b.order.Format, "tlp": b.order.Max, "written": a.Wrote.Written, "allowed": a.Allowed, "marked": a.Marked,
				"lapsed": a.Lapsed, "unsaid": a.unsaid(), "generation": b.held.Generation()}})
	})
}

// unsaid is how many the format has no words for.
func (a Account) unsaid() int64 {
	var n int64
	for _, c := range a.Wrote.Refused {
		n += c
	}
	return n
}

// Write writes the list, the first comment of which is title where the format
// has comments.
func (b *Blocklist) Write(ctx context.Context, w io.Writer, title string) error {
	_, err := b.write(ctx, w, title)
	return err
}

func (b *Blocklist) write(ctx context.Context, w io.Writer, title string) (Account, error) {
	var a Account
	format, _ := exchange.Named(string(b.order.Format)) // check saw to it
	var err error
	a.Wrote, err = exchange.Write(w, format, b.entries(ctx, &a), exchange.WriteOptions{Now: b.s.deps.Now(), Title: title, Set: b.order.Set})
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return a, err
}

// entries are the block entries that may be written; the others are counted.
func (b *Blocklist) entries(ctx context.Context, a *Account) iter.Seq[intel.Indicator] {
	index, kind, now := b.held.Index(), intel.Block, intel.When{Now: b.s.deps.Now()}
	return func(yield func(intel.Indicator) bool) {
		var found []intel.ID
		var matches []intel.Match
		index.Walk(intel.Choice{Kind: &kind, Source: string(b.order.List)}, intel.When{}, func(m intel.Match) bool {
			id := ID(m.List.Source)
			if _, ok := b.seen.lists[id]; !ok || TLP(m.TLP) == Red && !b.seen.own[id] {
				return true // not theirs to know of
			}
			if a.Entries++; a.Entries%4096 == 0 && ctx.Err() != nil {
				return false
			}
			switch {
			case !b.shares(TLP(m.TLP), id):
				a.Marked++
				return true
			case !m.Until.IsZero() && !m.Until.After(now.Now), m.From.After(now.Now):
				a.Lapsed++
				return true
			}
			found = index.Lookup(found[:0], m.Type, m.Indicator)
			matches = index.Matches(matches[:0], found, now)
			if slices.ContainsFunc(matches, func(o intel.Match) bool { return o.ID == m.ID && o.Overruled }) {
				a.Allowed++
				return true
			}
			return yield(intel.Indicator{Type: m.Type, Value: m.Indicator, Scope: m.Scope, Threat: m.Threat, TLP: m.TLP, Confidence: m.Confidence,
				From: m.From, Until: m.Until, Reference: m.Reference})
		})
	}
}

// shares reports whether an entry with this mark of the list id goes into the
// file.
func (b *Blocklist) shares(mark TLP, id ID) bool {
	return mark != Red && Stricter(mark, b.order.Max) == b.order.Max && (mark != AmberStrict || b.seen.own[id])
}

// beneath counts the allow entries below names that are written with all that
// is below them.
func (b *Blocklist) beneath() int64 {
	index, kind, now := b.held.Index(), intel.Allow, intel.When{Now: b.s.deps.Now()}
	var n int64
	index.Walk(intel.Choice{Kind: &kind, Types: []intel.Type{intel.Domain}}, now, func(m intel.Match) bool {
		for _, o := range index.Matches(nil, index.Lookup(nil, m.Type, m.Indicator), now) {
			id := ID(o.List.Source)
			if _, ok := b.seen.lists[id]; ok && o.List.Kind == intel.Block && o.Indicator != m.Indicator && b.shares(TLP(o.TLP), id) &&
				(b.order.List == "" || b.order.List == id) {
				n++
				break
			}
		}
		return true
	})
	return n
}
