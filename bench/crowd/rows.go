// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package crowd

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// state of finding n: four in a hundred are new, as many acknowledged.
func state(n int) string {
	switch m := n % 100; {
	case m < 4:
		return "new"
	case m < 8:
		return "acknowledged"
	case m < 38:
		return "dismissed"
	}
	return "handled"
}

func (c *Crowd) findings(ctx context.Context) error {
	ids, threats := make([]string, c.size.Findings), map[string]bool{}
	err := c.insert(ctx, "finding", len(ids), func(n int) map[string]any {
		p, threat, at, st := c.somewhere(n), c.threat(), c.ago(), state(c.rand.IntN(100))
		ids[n] = db.NewID()
		row := map[string]any{"id": ids[n], "owner_unit": p.owner, "addr": p.addr.String(), "addr_key": db.AddrKey(p.addr), "threat": threat, "episode": n,
			"state": st, "assignee_id": "", "assignee": "", "acked_at": nil, "acked_by": "", "closed_at": nil, "closed_by": "", "reason": "", "muted": false,
			"following": false, "incident_id": "", "first_seen": at, "last_seen": at + int64(c.rand.IntN(1e9)), "queries": c.rand.IntN(5000), "undated": 0,
			"names": 1, "lists": `["Danh sách mẫu"]`, "tlp": "TLP:AMBER", "search": i18n.Fold(p.addr.String() + " " + threat + " danh sách mẫu"),
			"created_at": at, "updated_at": at, "version": 1, "unit_id": p.unit, "address_kind": p.kind(), "scope_unit": p.scope()}
		if st == "dismissed" || st == "handled" {
			row["closed_at"] = at + 1
		}
		if st == "new" || st == "acknowledged" { // one of a key is open at a time
			threat = fmt.Sprintf("%s %d", threat, n>>16)
			row["threat"] = threat
		}
		threats[threat] = true
		return row
	})
	if err != nil {
		return err
	}
	err = c.insert(ctx, "finding_name", len(ids), func(n int) map[string]any {
		at := c.ago()
		return map[string]any{"finding_id": ids[n], "name": name(n % distinctNames), "queries": 1, "first_seen": at, "last_seen": at}
	})
	if err != nil {
		return err
	}
	err = c.insert(ctx, "finding_known", min(len(ids), distinctNames), func(n int) map[string]any { return map[string]any{"name": name(n)} })
	if err != nil {
		return err
	}
	list := slices.Collect(maps.Keys(threats))
	return c.insert(ctx, "finding_text", len(list), func(n int) map[string]any {
		return map[string]any{"threat": list[n], "lists": `["Danh sách mẫu"]`, "search": i18n.Fold(list[n] + " danh sách mẫu")}
	})
}

// distinctNames is how many names of the indicator lists a province asks for in
// a year: the machines of one threat ask for the same ones.
const distinctNames = 50_000

func name(n int) string { return fmt.Sprintf("x%d.evil%d.example", n, n%977) }

func (c *Crowd) infections(ctx context.Context) error {
	machines, places := make([]string, c.size.Infections), make([]place, c.size.Infections)
	err := c.insert(ctx, "infection_machine", len(machines), func(n int) map[string]any {
		machines[n], places[n] = db.NewID(), c.somewhere(n)
		p := &places[n]
		p.addr = p.addr.Next() // not those of findings; what matters is that there is one a row
		return map[string]any{"id": machines[n], "owner_unit": p.owner + fmt.Sprint("/", n>>16), "addr": p.addr.String(), "addr_key": db.AddrKey(p.addr) + fmt.Sprint(n)}
	})
	if err != nil {
		return err
	}
	err = c.insert(ctx, "infection", len(machines), func(n int) map[string]any {
		p, threat, at := places[n], c.threat(), c.ago()
		st := []string{"cleaned", "cleaned", "cleaned", "cleaned", "cleaned", "cleaned", "false_positive", "suspected", "confirmed", "cleaning"}[c.rand.IntN(10)]
		return map[string]any{"id": db.NewID(), "machine_id": machines[n], "owner_unit": p.owner, "addr": p.addr.String(), "addr_key": db.AddrKey(p.addr),
			"threat": threat, "state": st, "first_seen": at, "last_seen": at + int64(c.rand.IntN(1e9)), "queries": c.rand.IntN(5000), "undated": 0, "names": 1,
			"episodes": 1, "cleaned_at": at, "cleaned_by": "", "cleaned_how": "", "note": "", "incident_id": "", "search": i18n.Fold(p.addr.String() + " " + threat),
			"created_at": at, "updated_at": at, "version": 1, "unit_id": p.unit, "address_kind": p.kind(), "scope_unit": p.scope()}
	})
	if err != nil {
		return err
	}
	return c.Rooms.Infections.Recount(ctx)
}

// acts fills the audit trail.
func (c *Crowd) acts(ctx context.Context) error {
	ids := make([]string, c.size.Acts)
	err := c.insert(ctx, "audit_entry", len(ids), func(n int) map[string]any {
		ids[n] = db.NewID()
		return map[string]any{"id": ids[n], "at": c.now.UnixMilli() - int64(len(ids)-n), "actor_id": fmt.Sprint("a", n%500), "actor_name": "Nguyễn Văn An",
			"action": []string{"finding.acknowledge", "incident.open", "source.block", "unit.update"}[n%4], "kind": "finding", "object": fmt.Sprint("o", n%5000),
			"unit_id": string(c.units[n%len(c.units)]), "detail": "{}", "elevated": ""}
	})
	if err != nil {
		return err
	}
	var sealed int64
	if err := c.Records.Read().NewSelect().Table("audit_seal").ColumnExpr("COALESCE(MAX(seq), 0)").Scan(ctx, &sealed); err != nil {
		return err
	}
	return c.insert(ctx, "audit_seal", len(ids), func(n int) map[string]any {
		return map[string]any{"seq": sealed + int64(n) + 1, "entry_id": ids[n], "hash": "", "sealed_at": c.now.UnixMilli(), "signature": ""}
	})
}
