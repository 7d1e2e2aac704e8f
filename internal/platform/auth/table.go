// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Area is a row of the permission table.
type Area string

// The areas, as the permission table names its rows.
const (
	Units       Area = "units" // with contacts and addresses
	Accounts    Area = "accounts"
	Settings    Area = "settings" // with feeds, connectors and keys
	RulePacks   Area = "rulepacks"
	Obligations Area = "obligations"
	Directives  Area = "directives"
	Documents   Area = "documents"
	Findings    Area = "findings" // with infections
	Incidents   Area = "incidents"
	Restricted  Area = "restricted" // incidents, press, police referral
	RawLogs     Area = "rawlogs"    // with hunts and sightings
	Indicators  Area = "indicators"
	Systems     Area = "systems"
	Machines    Area = "machines"
	DutyRoster  Area = "duty"
	Advisories  Area = "advisories"
	Sharing     Area = "sharing"
	Inspection  Area = "inspection"
	AuditTrail  Area = "audit"
)

// Act is what is done: a letter of the permission table.
type Act byte

// The acts.
const (
	Read      Act = 'R'
	Write     Act = 'W'
	Decide    Act = 'D'
	Send      Act = 'S'
	Configure Act = 'X'
	Propose   Act = 'P'
	Invite    Act = 'I'
)

// Limit is a bound besides the scope that a use case enforces.
type Limit string

// The limits.
const (
	NoLimit Limit = ""
	Own     Limit = "own"    // the actor's own records only
	Named   Limit = "named"  // only people named on the record
	Reason  Limit = "reason" // a written reason, logged
)

//go:embed permissions.csv
var permissionsCSV string

type cell struct {
	acts  string
	limit Limit
}

type permissionTable map[Area]map[Role]cell

// table is the permission table, read once; a broken one is a bug found at start.
var table = func() permissionTable {
	t, err := parseTable(permissionsCSV)
	if err != nil {
		panic(err)
	}
	return t
}()

func parseTable(text string) (permissionTable, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("permission table: %w", err)
	}
	if len(rows) < 2 {
		return nil, errors.New("permission table: empty")
	}
	var roles []Role
	for _, name := range rows[0][1:] {
		if !slices.Contains(Roles(), Role(name)) {
			return nil, fmt.Errorf("permission table: unknown role %q", name)
		}
		roles = append(roles, Role(name))
	}
	t := permissionTable{}
	for _, row := range rows[1:] {
		cells := map[Role]cell{}
		for i, text := range row[1:] {
			acts, limit, _ := strings.Cut(text, "/")
			if strings.Trim(acts, "RWDSXPI") != "" || !slices.Contains([]Limit{NoLimit, Own, Named, Reason}, Limit(limit)) {
				return nil, fmt.Errorf("permission table: %s, %s: %q", row[0], roles[i], text)
			}
			cells[roles[i]] = cell{acts, Limit(limit)}
		}
		t[Area(row[0])] = cells
	}
	return t, nil
}

func (t permissionTable) allows(role Role, p Permission) bool {
	return p.Act != 0 && strings.IndexByte(t[p.Area][role].acts, byte(p.Act)) >= 0
}

// LimitOf is the tightest bound under which the actor holds p: none if any of
// their roles holds it without bound.
func LimitOf(a Actor, p Permission) Limit {
	limit := NoLimit
	for _, g := range a.Grants {
		if !table.allows(g.Role, p) {
			continue
		}
		if l := table[p.Area][g.Role].limit; l == NoLimit {
			return NoLimit
		} else {
			limit = l
		}
	}
	return limit
}

// FreeScopeOf is the part of ScopeOf that the actor holds p in without bound: a
// role without bound in one unit lifts no bound of another role elsewhere.
func FreeScopeOf(a Actor, p Permission) Scope {
	a.Grants = slices.DeleteFunc(slices.Clone(a.Grants), func(g Grant) bool { return table[p.Area][g.Role].limit != NoLimit })
	return ScopeOf(a, p)
}

// Cell is the text of one cell of the table, such as "RW/own"; pages that show
// the table use it.
func Cell(area Area, role Role) string {
	c := table[area][role]
	if c.limit != NoLimit {
		return c.acts + "/" + string(c.limit)
	}
	return c.acts
}

// Areas lists the rows of the table, sorted.
func Areas() []Area {
	var list []Area
	for a := range table {
		list = append(list, a)
	}
	slices.Sort(list)
	return list
}
