// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// HuntAsk is what the command "hunt" takes. Without Exact all names below the
// indicator count too. A reason that is empty says that it came by the command
// line.
type HuntAsk struct {
	Indicator string        `json:"indicator"`
	Exact     bool          `json:"exact,omitempty"`
	From      calendar.Date `json:"from"`
	To        calendar.Date `json:"to"`
	Reason    string        `json:"reason,omitempty"`
}

// HuntFound is what the command "hunt" answers. Times are RFC 3339 in UTC;
// First and Last are absent when nothing was seen. Since is when the memory
// began: what was read before is not in it.
type HuntFound struct {
	Indicator string     `json:"indicator"`
	Below     bool       `json:"below"`
	Clients   int        `json:"clients"`
	Units     int        `json:"units"`
	Queries   int64      `json:"queries"`
	First     *time.Time `json:"first,omitempty"`
	Last      *time.Time `json:"last,omitempty"`
	Cut       bool       `json:"cut"` // more was found than is listed
	Since     time.Time  `json:"since"`
	Seen      []HuntSeen `json:"seen"`
}

// HuntSeen is one client as one source saw it. Unit is empty when the address
// is nobody's; Undated counts queries whose lines gave no time.
type HuntSeen struct {
	Client  string    `json:"client"`
	Unit    string    `json:"unit"`
	Kind    string    `json:"kind"`
	Name    string    `json:"name"`
	Names   int64     `json:"names"`
	Days    int64     `json:"days"`
	Queries int64     `json:"queries"`
	Undated int64     `json:"undated"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
}

func (a *App) huntCommand(ctx context.Context, args json.RawMessage, _ func(Step)) (any, error) {
	var ask HuntAsk
	if err := json.Unmarshal(args, &ask); err != nil {
		return nil, fmt.Errorf("control hunt: %w", err)
	}
	h, list, err := a.Rooms.Hunts.SearchAsOwner(ctx, hunt.Question{Value: ask.Indicator, Below: !ask.Exact, From: ask.From, To: ask.To,
		Reason: cmp.Or(ask.Reason, "vonggac hunt")})
	if fault.Is(err, fault.Invalid) { // one sentence instead of a form's fields
		for _, msg := range fault.Of(err).Fields {
			return nil, &fault.Error{Kind: fault.Invalid, Op: "app.hunt", Msg: msg}
		}
	}
	if err != nil {
		return nil, err
	}
	stats, err := a.Sightings.Stats(ctx)
	if err != nil {
		return nil, err
	}
	units, err := a.allUnitNames(ctx)
	if err != nil {
		return nil, err
	}
	out := HuntFound{Indicator: h.Value, Below: h.Below, Clients: len(list), Cut: h.Cut, Since: stats.Since, Seen: []HuntSeen{}}
	seen := map[string]bool{}
	for _, s := range list {
		r := HuntSeen{Unit: units[s.UnitID], Kind: string(s.AddrKind), Name: s.Name, Names: s.Names, Days: s.Days, Queries: s.Queries,
			Undated: s.Undated, First: s.First, Last: s.Last}
		if s.Addr.IsValid() {
			r.Client = s.Addr.String()
		}
		if s.UnitID != "" && !seen[s.UnitID] {
			seen[s.UnitID] = true
			out.Units++
		}
		out.Queries += s.Queries
		if out.First == nil || s.First.Before(*out.First) {
			out.First = &s.First
		}
		if out.Last == nil || s.Last.After(*out.Last) {
			out.Last = &s.Last
		}
		out.Seen = append(out.Seen, r)
	}
	return out, nil
}

// allUnitNames maps every unit id to its name, for the owner of the folder.
func (a *App) allUnitNames(ctx context.Context) (map[string]string, error) {
	var rows []struct {
		bun.BaseModel `bun:"table:unit"`

		ID   string `bun:"id"`
		Name string `bun:"name"`
	}
	out := map[string]string{}
	err := a.Records.Read().NewSelect().Model(&rows).Scan(ctx)
	for _, r := range rows {
		out[r.ID] = r.Name
	}
	return out, db.Error("app.allUnitNames", err)
}
