// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Search is what people look for among the entries of all lists.
type Search struct {
	Prefix string // how the value begins, as typed; at least MinPrefix bytes unless List is given
	Type   string // of intel.Type; empty is all
	List   ID
	After  string // Found.Next of the page before
	Limit  int    // rows a page, 1..1000; 0 is 50
}

// MinPrefix is how much of a value a search needs: all lists together have
// millions.
const MinPrefix = 3

// Found is one page of entries, by value. Total counts all that the actor may
// see.
type Found struct {
	Rows  []Hit
	Total int64
	Next  string
}

// Find looks for entries by how their value begins. Errors: fault.Invalid
// (prefix, type).
func (s *Service) Find(ctx context.Context, q Search) (Found, error) {
	const op = "indicator.Find"
	v, err := needView(ctx, op)
	if err != nil {
		return Found{}, err
	}
	sieve, err := q.sieve(op)
	if err != nil {
		return Found{}, err
	}
	return s.sift(ctx, v, sieve, q.After, q.Limit, nil)
}

// sieve cleans q.
func (q Search) sieve(op string) (intel.Choice, error) {
	out := intel.Choice{Prefix: harmless.Replace(strings.TrimSpace(q.Prefix)), Source: string(q.List)}
	if _, rest, ok := strings.Cut(out.Prefix, "://"); ok { // an index keeps URLs without it
		out.Prefix = rest
	}
	host, path, slash := strings.Cut(out.Prefix, "/")
	if out.Prefix = strings.ToLower(host); slash {
		out.Prefix += "/" + path
	}
	if q.Type != "" {
		t, ok := typeNamed(q.Type)
		if !ok {
			return out, fault.Bad(op, "type", "indicator.bad.type")
		}
		out.Types = []intel.Type{t}
	}
	if len(out.Prefix) < MinPrefix && q.List == "" {
		return out, fault.Bad(op, "prefix", "indicator.bad.prefix")
	}
	return out, nil
}

// key orders the entries of a page: one value, type, list and kind has one.
func (h Hit) key() string {
	return h.Indicator + "\x00" + strconv.Itoa(int(h.Type)) + "\x00" + string(h.List.ID) + "\x00" + string(h.List.Kind)
}

// sift walks the index for what the view may see, and keeps the first after
// after by value. but leaves entries out; it may be nil.
func (s *Service) sift(ctx context.Context, v view, sieve intel.Choice, after string, limit int, but func(Hit) bool) (Found, error) {
	seen, err := visible(ctx, s.deps.Records.Read(), v)
	if err != nil {
		return Found{}, err
	}
	held, err := s.Current(ctx)
	defer held.Release()
	if err != nil && !fault.Is(err, fault.Unavailable) {
		return Found{}, err
	}
	if limit < 1 || limit > 1000 {
		limit = 50
	}
	now := s.deps.Now()
	if raw, err := base64.RawURLEncoding.DecodeString(after); err == nil {
		after = string(raw)
	}
	var out Found
	var rows []Hit
	byKey := func(a, b Hit) int { return strings.Compare(a.key(), b.key()) }
	held.Index().Walk(sieve, intel.When{}, func(m intel.Match) bool {
		h, ok := seen.hit(m)
		if !ok || but != nil && but(h) {
			return ctx.Err() == nil
		}
		out.Total++
		if h.key() <= after && after != "" {
			return true
		}
		h.Lapsed = h.Lapsed || !h.Until.IsZero() && !h.Until.After(now) || h.From.After(now)
		if rows = append(rows, h); len(rows) > 20*(limit+1) {
			slices.SortFunc(rows, byKey)
			rows = rows[:limit+1]
		}
		return true
	})
	if err := ctx.Err(); err != nil {
		return Found{}, err
	}
	slices.SortFunc(rows, byKey)
	if len(rows) > limit {
		rows = rows[:limit]
		out.Next = base64.RawURLEncoding.EncodeToString([]byte(rows[limit-1].key()))
	}
	out.Rows = rows
	return out, nil
}

// Related are entries that stand in the same report, or name the same threat in
// the same list, as h does.
type Related struct {
	Reference, Threat Found
	List              List
	Name              string // of the threat
	Ref               string // the report
}

const maxRelated = 10

// Relations are what else stands with the entries a answers with, first those
// that count.
func (s *Service) Relations(ctx context.Context, a Answer) ([]Related, error) {
	v, err := needView(ctx, "indicator.Relations")
	if err != nil {
		return nil, err
	}
	itself := func(h Hit) bool { return h.Type == a.Type && h.Indicator == strip(a.Asked) }
	hits := slices.Clone(a.Hits)
	slices.SortStableFunc(hits, func(x, y Hit) int { return cmp.Compare(rank(x), rank(y)) })
	var out []Related
	for _, h := range hits {
		if h.List.Kind != Block || len(out) == 3 {
			continue
		}
		r := Related{List: h.List, Name: h.Threat, Ref: h.Reference}
		if h.Reference != "" {
			if r.Reference, err = s.sift(ctx, v, intel.Choice{Reference: h.Reference}, "", maxRelated, itself); err != nil {
				return nil, err
			}
		}
		if h.Threat != h.List.Name { // else all of the list
			if r.Threat, err = s.sift(ctx, v, intel.Choice{Threat: h.Threat, Source: string(h.List.ID)}, "", maxRelated, itself); err != nil {
				return nil, err
			}
		}
		if r.Reference.Total+r.Threat.Total > 0 {
			out = append(out, r)
		}
	}
	return out, nil
}

func rank(h Hit) int {
	if h.counts() {
		return 0
	}
	return 1
}

// strip is a's value as an index keeps it: a URL without its scheme.
func strip(a Asked) string {
	if _, rest, ok := strings.Cut(a.Value, "://"); ok && a.Type == intel.URL {
		return rest
	}
	return a.Value
}

// Of says which lists hold an observable of a known type.
func (s *Service) Of(ctx context.Context, asked Asked) (Answer, error) {
	v, err := needView(ctx, "indicator.Of")
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Asked: asked}
	err = s.answer(ctx, v, &a)
	return a, err
}

// Holding are the centre's own allow entries that hold for what is asked about,
// to those who may see them.
func (s *Service) Holding(ctx context.Context, asked Asked) ([]Entry, error) {
	v, err := needView(ctx, "indicator.Holding")
	if err != nil {
		return nil, err
	}
	l, err := builtin(ctx, s.deps.Records.Read())
	if err == nil {
		_, err = get(ctx, s.deps.Records.Read(), v, l.ID)
	}
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := entries(ctx, s.deps.Records.Read(), l.ID, true)
	return slices.DeleteFunc(all, func(e Entry) bool { return e.Type != asked.Type || strip(Asked{e.Type, e.Name}) != strip(asked) }), err
}
