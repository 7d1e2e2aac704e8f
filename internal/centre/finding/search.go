// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// textRow is what findings of one threat and the same lists are searched by.
type textRow struct {
	bun.BaseModel `bun:"table:finding_text,alias:x"`

	Threat string `bun:"threat,pk"`
	Lists  string `bun:"lists,pk"` // JSON array of text
	Search string `bun:"search"`
}

// knownRow is a name that some finding has.
type knownRow struct {
	bun.BaseModel `bun:"table:finding_known,alias:k"`

	Name string `bun:"name,pk"`
}

// learn writes down what the rows and names of a batch can be searched by.
func learn(ctx context.Context, tx *db.Tx, rows []row, names []nameRow) error {
	texts, known := make([]textRow, 0, len(rows)), make([]knownRow, 0, len(names))
	for _, r := range rows {
		texts = append(texts, textRow{Threat: r.Threat, Lists: r.Lists, Search: about(r.Search, r.Addr)})
	}
	for _, n := range names {
		known = append(known, knownRow{Name: n.Name})
	}
	slices.SortFunc(texts, func(a, b textRow) int { return strings.Compare(a.Threat+"\n"+a.Lists, b.Threat+"\n"+b.Lists) })
	texts = slices.CompactFunc(texts, func(a, b textRow) bool { return a.Threat == b.Threat && a.Lists == b.Lists })
	slices.SortFunc(known, func(a, b knownRow) int { return strings.Compare(a.Name, b.Name) })
	known = slices.Compact(known)
	if err := db.Put(ctx, tx, "ON CONFLICT DO NOTHING", texts...); err != nil {
		return err
	}
	return db.Put(ctx, tx, "ON CONFLICT DO NOTHING", known...)
}

// about is the searched text of a finding without its address.
func about(search, addr string) string {
	return strings.TrimPrefix(strings.TrimPrefix(search, addr), " ")
}

// sought is what a typed text can mean, found out before the findings are asked.
// The zero value asks for nothing. A finding matches when one of ways holds.
type sought struct {
	typed bool
	ways  []way
	rows  bool // a way can only be told from the whole row
}

// way is one meaning as a condition; along as for Filter.narrow.
type way func(q *bun.SelectQuery, along bool) *bun.SelectQuery

// literal is how many threats or names go into a query as they are.
const literal = 1000

// seek finds out what typed can mean: a whole address; an address or its first
// numbers beside words of threat and lists; words of threat and lists; words of
// one name.
func seek(ctx context.Context, q bun.IDB, typed string) (s sought, err error) {
	typed = strings.TrimSpace(Refang(typed))
	words := strings.Fields(i18n.Fold(typed))
	if len(words) == 0 {
		return sought{}, nil
	}
	s.typed = true
	if lo, hi, ok := network(typed); ok && lo == hi {
		s.add(func(q *bun.SelectQuery, _ bool) *bun.SelectQuery { return q.Where("f.addr_key = ?", lo) })
		return s, nil
	}
	if err := s.texts(ctx, q, words, nil); err != nil {
		return s, err
	}
	var rest []string
	var nets [][2]string
	for _, w := range words {
		if lo, hi, ok := network(w); ok {
			nets = append(nets, [2]string{lo, hi})
		} else {
			rest = append(rest, w)
		}
	}
	if len(nets) > 0 {
		if err := s.texts(ctx, q, rest, nets); err != nil {
			return s, err
		}
	}
	return s, s.names(ctx, q, strings.Join(words, " "))
}

func (s *sought) add(w way) { s.ways = append(s.ways, w) }

// texts adds findings whose threat and lists hold all words and whose address
// lies in nets.
func (s *sought) texts(ctx context.Context, q bun.IDB, words []string, nets [][2]string) error {
	within := func(q *bun.SelectQuery, _ bool) *bun.SelectQuery {
		for _, n := range nets {
			q = q.Where("f.addr_key >= ?", n[0]).Where("f.addr_key <= ?", n[1])
		}
		return q
	}
	if len(words) == 0 {
		s.add(within)
		return nil
	}
	match := func() *bun.SelectQuery {
		return db.Search(q.NewSelect().TableExpr("finding_text AS x"), "x.search", strings.Join(words, " "))
	}
	var found []textRow
	if err := match().ColumnExpr("x.threat, x.lists").Limit(20*literal).Scan(ctx, &found); err != nil {
		return db.Error("finding.seek", err)
	}
	if len(found) == 0 {
		return nil
	}
	threats := map[string]bool{}
	whole := len(found) < 20*literal // every finding of the threats matches, whatever its lists
	for _, t := range found {
		threats[t.Threat] = true
		whole = whole && holds(i18n.Fold(t.Threat), words)
	}
	var in any = match().ColumnExpr("x.threat")
	if len(threats) <= literal {
		list := make([]string, 0, len(threats))
		for t := range threats {
			list = append(list, t)
		}
		slices.Sort(list)
		in = bun.List(list)
	}
	s.rows = s.rows || !whole
	s.add(func(q *bun.SelectQuery, along bool) *bun.SelectQuery {
		threat := bun.Safe("f.threat")
		if along && !whole {
			threat = "(f.threat || '')"
		}
		q = within(q, along).Where("? IN (?)", threat, in)
		if !whole {
			q = q.Where("(?, f.lists) IN (?)", threat, match().ColumnExpr("x.threat, x.lists"))
		}
		return q
	})
	return nil
}

func holds(text string, words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// names adds findings that have a name with all words.
func (s *sought) names(ctx context.Context, q bun.IDB, words string) error {
	match := func() *bun.SelectQuery {
		return db.Search(q.NewSelect().TableExpr("finding_known AS k").ColumnExpr("k.name"), "k.name", words)
	}
	var found []string
	if err := match().Limit(literal+1).Scan(ctx, &found); err != nil {
		return db.Error("finding.seek", err)
	}
	if len(found) == 0 {
		return nil
	}
	var in any = match()
	if len(found) <= literal {
		in = bun.List(found)
	}
	s.add(func(sel *bun.SelectQuery, _ bool) *bun.SelectQuery {
		return sel.Where("f.id IN (?)", q.NewSelect().TableExpr("finding_name AS n").ColumnExpr("n.finding_id").Where("n.name IN (?)", in))
	})
	return nil
}

// narrow adds to q that a finding matches in one of the ways.
func (s sought) narrow(q *bun.SelectQuery, along bool) *bun.SelectQuery {
	switch {
	case !s.typed:
		return q
	case len(s.ways) == 0:
		return q.Where("1 = 0")
	case len(s.ways) == 1:
		return s.ways[0](q, along)
	}
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		for _, w := range s.ways {
			q = q.WhereGroup(" OR ", func(q *bun.SelectQuery) *bun.SelectQuery { return w(q, along) })
		}
		return q
	})
}

// network reads an address, a prefix such as 10.1.2.0/24, or the first two or
// three numbers of an IPv4 address; lo and hi are as db.AddrKey writes them.
func network(s string) (lo, hi string, ok bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return db.AddrKey(a), db.AddrKey(a), true
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		numbers := strings.Split(strings.TrimSuffix(s, "."), ".")
		if len(numbers) != 2 && len(numbers) != 3 {
			return "", "", false
		}
		bits := strconv.Itoa(8 * len(numbers))
		if p, err = netip.ParsePrefix(strings.Join(append(numbers, "0", "0")[:4], ".") + "/" + bits); err != nil {
			return "", "", false
		}
	}
	p = p.Masked()
	first := p.Addr().As16()
	last, bits := first, p.Bits()
	if p.Addr().Is4() {
		bits += 96
	}
	for n := bits; n < 128; n++ {
		last[n/8] |= 1 << (7 - n%8)
	}
	return db.AddrKey(netip.AddrFrom16(first)), db.AddrKey(netip.AddrFrom16(last)), true
}
