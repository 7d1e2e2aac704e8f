// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// observable is one meaning of the text of an indicator, as evidence has it.
type observable struct {
	kind  intel.Type
	value string
}

// exact are the types that tell themselves apart by how they look, the most
// particular first. A fingerprint JA3 looks like an MD5 hash and is looked for
// as both.
var exact = [...]intel.Type{intel.Address, intel.Network, intel.Endpoint, intel.MD5, intel.JA3, intel.SHA1, intel.SHA256, intel.JA4, intel.Email}

// meanings are what the text of an indicator can mean. What is nothing else is
// a name.
func meanings(typed string) []observable {
	typed = strings.TrimSpace(Refang(typed))
	var out []observable
	for _, t := range exact {
		if value, ok := intel.AppendValue(nil, t, typed); ok {
			out = append(out, observable{t, escape(string(value))})
		}
	}
	if len(out) > 0 {
		return out
	}
	if strings.Contains(typed, "/") {
		if value, ok := intel.AppendValue(nil, intel.URL, typed); ok {
			return []observable{{intel.URL, escape(string(value))}}
		}
	}
	return []observable{{intel.Domain, escape(intel.Normalise(typed))}}
}

// touching narrows q to the findings in which an indicator stands: as the entry
// of a list that hit, as what was seen, or, of a name, as a parent of it.
func touching(q *bun.SelectQuery, typed string) *bun.SelectQuery {
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		for _, o := range meanings(typed) {
			q = q.WhereOr("f.id IN (SELECT h.finding_id FROM finding_hit AS h WHERE h.indicator = ? AND h.type = ?)", o.value, o.kind.String())
			switch o.kind {
			case intel.Domain:
				q = q.WhereOr("f.id IN (SELECT n.finding_id FROM finding_name AS n WHERE n.name IN (SELECT k.name FROM finding_known AS k WHERE k.name LIKE ? ESCAPE '!'))",
					"%."+likeEscape.Replace(o.value))
				fallthrough
			case intel.Address, intel.URL: // which a network or a folder hits
				q = q.WhereOr("f.id IN (SELECT n.finding_id FROM finding_name AS n WHERE n.name = ?)", o.value)
			}
		}
		return q
	})
}

// likeEscape makes a text match itself in LIKE … ESCAPE '!'.
var likeEscape = strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`)

// UnitShare is what of the findings of a list lies in one unit.
type UnitShare struct {
	Unit     string // "" for addresses of no unit
	Findings int64
	Last     time.Time // of the log lines
}

// maxShares is how many units ByUnit tells apart.
const maxShares = 200

// ByUnit says in which units of the actor's scope the findings that match f lie,
// the most recent first, at most 200.
func (s *Service) ByUnit(ctx context.Context, f Filter) ([]UnitShare, error) {
	const op = "finding.ByUnit"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	if f.sought, err = seek(ctx, s.Records.Read(), f.Query); err != nil {
		return nil, err
	}
	var rows []struct {
		Unit string  `bun:"unit_id"`
		N    int64   `bun:"n"`
		Last db.Time `bun:"last_seen"`
	}
	err = f.narrow(visible(s.Records.Read(), (*row)(nil), scope), false).ColumnExpr("f.unit_id, COUNT(*) AS n, MAX(f.last_seen) AS last_seen").
		GroupExpr("f.unit_id").OrderExpr("MAX(f.last_seen) DESC, f.unit_id").Limit(maxShares).Scan(ctx, &rows)
	out := make([]UnitShare, 0, len(rows))
	for _, r := range rows {
		out = append(out, UnitShare{r.Unit, r.N, r.Last.Time})
	}
	return out, db.Error(op, err)
}

// mark is the bit of a role, see the migration.
func mark[R ~uint8](role R) int64 { return 1 << role }

// merged are the types and roles of several rows of evidence of one value.
type merged struct {
	types []string
	roles int64
}

func (m *merged) add(kind string, roles int64) {
	if kind == intel.Network.String() { // what a network hits is an address
		kind = intel.Address.String()
	}
	if !slices.Contains(m.types, kind) {
		m.types = append(m.types, kind)
	}
	m.roles |= roles
}

// kind is the type of the value, "" when the rows do not agree.
func (m merged) kind() string {
	if len(m.types) == 1 {
		return m.types[0]
	}
	return ""
}

// touches says of what was seen in findings which type it is and which part it
// had.
func (s *Service) touches(ctx context.Context, of []string, names []string) (map[[2]string]merged, error) {
	out := map[[2]string]merged{}
	for part := range slices.Chunk(names, chunk) {
		var rows []hitRow
		err := s.Records.Read().NewSelect().Model(&rows).Column("finding_id", "name", "type", "roles").Distinct().
			Where("h.finding_id IN (?)", bun.List(of)).Where("h.name IN (?)", bun.List(part)).Order("type").Scan(ctx)
		if err != nil {
			return nil, db.Error("finding.touches", err)
		}
		for _, r := range rows {
			key := [2]string{r.FindingID, r.Name}
			m := out[key]
			m.add(r.Type, r.Roles)
			out[key] = m
		}
	}
	return out, nil
}
