// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Way is how a search takes its text.
type Way string

// The ways.
const (
	Begins Way = "begins" // the value begins with it
	Is     Way = "is"     // the value is it
	Below  Way = "below"  // the name is it or lies below it, and so do pages and mailboxes
	Holds  Way = "holds"  // the value has it somewhere
)

// Ways lists the ways in the order pages offer them.
func Ways() []Way { return []Way{Begins, Below, Is, Holds} }

// Search is what people look for among the entries of all lists.
type Search struct {
	Text  string // as typed; at least MinText bytes unless List is given
	Way   Way    // empty is Begins
	Type  string // of intel.Type; empty is all
	List  ID
	Part  string // Found.Part or Found.Rest of a page before; empty is the beginning
	After string // Found.Next of the page before
	Limit int    // rows a page, 1..1000; 0 is 50
}

// MinText is how much of a value a search needs: all lists together have
// millions.
const MinText = 3

// Found is one page of entries, by value. Total counts all that the actor may
// see, of what was looked through: when that takes too long, Rest is where to
// look on, Seen of Of values having been looked at.
type Found struct {
	Rows     []Hit
	Total    int64
	Part     string // what was looked through, for its further pages
	Next     string // for Search.After; empty on the last page
	Rest     string // for Search.Part; empty when all was looked through
	Seen, Of int64
	Begun    bool // earlier parts were looked through before
}

// Find looks for entries. Errors: fault.Invalid (prefix, type).
func (s *Service) Find(ctx context.Context, q Search) (Found, error) {
	const op = "indicator.Find"
	v, err := needView(ctx, op)
	if err != nil {
		return Found{}, err
	}
	query, exact, err := q.query(op)
	if err != nil {
		return Found{}, err
	}
	if exact != nil {
		return s.exactly(ctx, v, query.Choice, *exact)
	}
	held, err := s.Current(ctx)
	defer held.Release()
	if err != nil && !fault.Is(err, fault.Unavailable) {
		return Found{}, err
	}
	until, cancel := context.WithTimeout(ctx, s.deps.Patience)
	defer cancel()
	return s.sift(ctx, until, held, v, query, q)
}

// query cleans q: what the index is asked for, or the one value looked up.
func (q Search) query(op string) (out intel.Query, exact *Asked, err error) {
	out.Source, out.Limit = string(q.List), q.Limit
	if out.Limit < 1 || out.Limit > 1000 {
		out.Limit = 50
	}
	text := harmless.Replace(strings.TrimSpace(q.Text))
	if _, rest, ok := strings.Cut(text, "://"); ok { // an index keeps URLs without it
		text = rest
	}
	host, path, slash := strings.Cut(text, "/")
	if text = strings.ToLower(host); slash {
		text += "/" + path
	}
	if q.Type != "" {
		t, ok := typeNamed(q.Type)
		if !ok {
			return out, nil, fault.Bad(op, "type", "indicator.bad.type")
		}
		out.Types = []intel.Type{t}
	}
	if len(text) < MinText && q.List == "" {
		return out, nil, fault.Bad(op, "prefix", "indicator.bad.prefix")
	}
	switch q.Way {
	case "", Begins:
		out.Prefix = text
	case Holds:
		out.Holds = text
	case Below:
		if out.Below = intel.Normalise(strings.TrimPrefix(strings.TrimPrefix(text, "*"), ".")); out.Below == "" {
			return out, nil, fault.Bad(op, "prefix", "indicator.bad.prefix")
		}
	case Is:
		asked, problem := Question(q.Text)
		if problem != "" {
			return out, nil, fault.Bad(op, "prefix", problem)
		}
		exact = &asked
	default:
		return out, nil, fault.Bad(op, "how", "indicator.bad.way")
	}
	return out, exact, nil
}

// exactly are the entries that name asked itself, by the index's own look-up.
func (s *Service) exactly(ctx context.Context, v view, c intel.Choice, asked Asked) (Found, error) {
	seen, err := visible(ctx, s.deps.Records.Read(), v)
	if err != nil {
		return Found{}, err
	}
	held, err := s.Current(ctx)
	defer held.Release()
	if err != nil && !fault.Is(err, fault.Unavailable) {
		return Found{}, err
	}
	index := held.Index()
	types := []intel.Type{asked.Type}
	if asked.Type == intel.MD5 { // what it looks like is not what it is
		types = append(types, intel.JA3)
	}
	var out Found
	for _, t := range types {
		value, ok := intel.AppendValue(nil, t, asked.Value)
		if !ok || len(c.Types) > 0 && !slices.Contains(c.Types, t) {
			continue
		}
		for _, m := range index.Matches(nil, index.LookupValue(nil, t, value), intel.When{}) {
			if h, ok := seen.hit(m); ok && m.Type == t && m.Indicator == string(value) && (c.Source == "" || m.List.Source == c.Source) {
				out.Rows = append(out.Rows, h)
			}
		}
	}
	out.Total = int64(len(out.Rows))
	judge(index, out.Rows, seen, s.deps.Now())
	return out, nil
}

// judge notes of entries which are not valid at now and which give way to an
// allow entry, as a log with the very value would have it.
func judge(index *intel.Index, rows []Hit, seen sight, now time.Time) {
	for i := range rows {
		h := &rows[i]
		h.Lapsed = !h.Until.IsZero() && !h.Until.After(now) || h.From.After(now)
		if h.Lapsed || h.List.Kind != Block {
			continue
		}
		found := index.Lookup(nil, h.Type, h.Indicator)
		for _, o := range hits(index.Matches(nil, found, intel.When{}), index.Matches(nil, found, intel.When{Now: now}), seen) {
			if o.Overruled && o.Type == h.Type && o.Indicator == h.Indicator && o.List.ID == h.List.ID {
				h.Overruled, h.By = true, o.By
			}
		}
	}
}

// sift looks through the index for what the view may see, for as long as until
// is not done.
func (s *Service) sift(ctx, until context.Context, held Held, v view, query intel.Query, q Search) (Found, error) {
	seen, err := visible(ctx, s.deps.Records.Read(), v)
	if err != nil {
		return Found{}, err
	}
	query.From, query.To = q.part(held)
	query.After = q.after()
	query.Stop = func() bool { return until.Err() != nil }
	query.May = func(l *intel.List, tlp string) bool {
		_, ok := seen.lists[ID(l.Source)]
		return ok && (TLP(cmp.Or(tlp, l.TLP)) != Red || seen.own[ID(l.Source)])
	}
	f := held.Index().Find(query)
	if err := ctx.Err(); err != nil {
		return Found{}, err
	}
	out := Found{Total: f.Total, Seen: int64(f.Seen), Of: int64(f.Of), Begun: query.From > 0, Part: partToken(held, query.From, cmp.Or(f.Next, query.To))}
	if rest := cmp.Or(f.Next, query.To); rest > 0 {
		out.Rest = partToken(held, rest, 0)
	}
	for _, m := range f.Hits {
		h, _ := seen.hit(m)
		out.Rows = append(out.Rows, h)
	}
	judge(held.Index(), out.Rows, seen, s.deps.Now())
	if f.More {
		p := intel.PlaceOf(f.Hits[len(f.Hits)-1])
		out.Next = base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %s %s", p.Type, p.Kind, p.Source, p.Value))
	}
	return out, nil
}

// piece is for exports: all that one stretch of the table holds, and where the
// next begins, so that a whole search looks at each entry of what is held once.
func (s *Service) piece(ctx context.Context, held Held, q Search) (rows []Hit, next string, err error) {
	const op = "indicator.Find"
	v, err := needView(ctx, op)
	if err != nil {
		return nil, "", err
	}
	query, exact, err := q.query(op)
	if err != nil {
		return nil, "", err
	}
	if exact != nil {
		f, err := s.exactly(ctx, v, query.Choice, *exact)
		return f.Rows, "", err
	}
	query.Limit = math.MaxInt32
	short, cancel := context.WithCancel(ctx)
	cancel() // as little at a time as there is
	f, err := s.sift(ctx, short, held, v, query, q)
	return f.Rows, f.Rest, err
}

// partToken names a part of the table that is held; in another one it means
// the beginning.
func partToken(held Held, from, to uint64) string {
	return fmt.Sprintf("%d.%d.%d", held.state.swap, from, to)
}

// part is what of the table q is to be looked through; zeros are all.
func (q Search) part(held Held) (from, to uint64) {
	var swap uint64
	if _, err := fmt.Sscanf(q.Part, "%d.%d.%d", &swap, &from, &to); err != nil || swap != held.state.swap {
		return 0, 0
	}
	return from, to
}

// after reads Found.Next; what is none is the beginning.
func (q Search) after() (p intel.Place) {
	raw, err := base64.RawURLEncoding.DecodeString(q.After)
	parts := strings.SplitN(string(raw), " ", 4)
	if err != nil || len(parts) != 4 {
		return intel.Place{}
	}
	kind, bad := strconv.ParseUint(parts[0], 10, 8)
	list, worse := strconv.ParseUint(parts[1], 10, 8)
	if bad != nil || worse != nil {
		return intel.Place{}
	}
	return intel.Place{Type: intel.Type(kind), Kind: intel.Kind(list), Source: parts[2], Value: parts[3]}
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
	held, err := s.Current(ctx)
	defer held.Release()
	if err != nil && !fault.Is(err, fault.Unavailable) {
		return nil, err
	}
	until, cancel := context.WithTimeout(ctx, s.deps.Patience) // for all of them
	defer cancel()
	like := func(c intel.Choice) (Found, error) {
		return s.sift(ctx, until, held, v, intel.Query{Choice: c, Limit: maxRelated, Except: intel.Place{Type: a.Type, Value: strip(a.Asked)}}, Search{})
	}
	hits := slices.Clone(a.Hits)
	slices.SortStableFunc(hits, func(x, y Hit) int { return cmp.Compare(rank(x), rank(y)) })
	var out []Related
	for _, h := range hits {
		if h.List.Kind != Block || len(out) == 3 {
			continue
		}
		r := Related{List: h.List, Name: h.Threat, Ref: h.Reference}
		if h.Reference != "" {
			if r.Reference, err = like(intel.Choice{Reference: h.Reference}); err != nil {
				return nil, err
			}
		}
		if h.Threat != h.List.Name { // else all of the list
			if r.Threat, err = like(intel.Choice{Threat: h.Threat, Source: string(h.List.ID)}); err != nil {
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
