// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package auth_test

import (
	"context"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// TestTableSaysWhatWasDecided holds the cells that would hurt most if they
// changed unseen.
func TestTableSaysWhatWasDecided(t *testing.T) {
	t.Parallel()
	if n := len(auth.Roles()); n != 9 {
		t.Errorf("%d roles, want 9", n)
	}
	if n := len(auth.Areas()); n != 19 {
		t.Errorf("%d areas, want 19", n)
	}
	for _, c := range []struct {
		area auth.Area
		role auth.Role
		want string
	}{
		{auth.Incidents, auth.Administrator, ""}, {auth.Findings, auth.Administrator, ""}, {auth.RawLogs, auth.Administrator, ""},
		{auth.Incidents, auth.Duty, "RWDS"}, {auth.Incidents, auth.UnitOfficer, "RW"}, {auth.Incidents, auth.Viewer, ""},
		{auth.Units, auth.UnitOfficer, "RP"}, {auth.Settings, auth.UnitOfficer, ""}, {auth.AuditTrail, auth.Duty, "R/own"},
		{auth.Restricted, auth.Centre, "RW/named"}, {auth.Accounts, auth.Centre, "RI"}, {auth.AuditTrail, auth.Inspector, "RX"},
	} {
		if got := auth.Cell(c.area, c.role); got != c.want {
			t.Errorf("%s for %s = %q, want %q", c.area, c.role, got, c.want)
		}
	}
}

func TestNeedGivesTheUnitsOfTheRolesThatAllow(t *testing.T) {
	t.Parallel()
	decide := auth.Permission{Area: auth.Incidents, Act: auth.Decide}
	read := auth.Permission{Area: auth.Incidents, Act: auth.Read}
	actor := auth.Actor{ID: "x", Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: "a"}, {Role: auth.Duty, Unit: "b"}, {Role: auth.Viewer, Unit: "c"}}}
	ctx := auth.With(context.Background(), actor)
	roots := func(ctx context.Context, p auth.Permission) (string, error) {
		_, s, err := auth.Need(ctx, "t", p)
		return strings.Join(s.Roots(), ","), err
	}
	if got, err := roots(ctx, read); got != "a,b" || err != nil {
		t.Errorf("read in %q, %v; want a,b", got, err)
	}
	if got, err := roots(ctx, decide); got != "b" || err != nil {
		t.Errorf("decide in %q, %v; want b", got, err)
	}
	if _, err := roots(ctx, auth.Permission{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the zero permission: %v, want Forbidden", err)
	}
	if _, err := roots(context.Background(), read); !fault.Is(err, fault.SignedOut) {
		t.Errorf("nobody: %v, want SignedOut", err)
	}
	actor.Mask = []auth.Permission{read}
	if _, err := roots(auth.With(context.Background(), actor), decide); !fault.Is(err, fault.Forbidden) {
		t.Errorf("outside the mask: %v, want Forbidden", err)
	}
}

func TestLimitOfIsTheLoosestRole(t *testing.T) {
	t.Parallel()
	read := auth.Permission{Area: auth.AuditTrail, Act: auth.Read}
	duty := auth.Grant{Role: auth.Duty, Unit: "a"}
	if got := auth.LimitOf(auth.Actor{Grants: []auth.Grant{duty}}, read); got != auth.Own {
		t.Errorf("duty officer's limit = %q, want own", got)
	}
	if got := auth.LimitOf(auth.Actor{Grants: []auth.Grant{duty, {Role: auth.Inspector, Unit: "a"}}}, read); got != auth.NoLimit {
		t.Errorf("with inspector: %q, want none", got)
	}
}

func TestFreeScopeLeavesOutWhatIsBound(t *testing.T) {
	t.Parallel()
	read := auth.Permission{Area: auth.AuditTrail, Act: auth.Read}
	actor := auth.Actor{Grants: []auth.Grant{{Role: auth.Duty, Unit: "a"}, {Role: auth.Inspector, Unit: "b"}, {Role: auth.Leader, Unit: "c"}}}
	if got := strings.Join(auth.FreeScopeOf(actor, read).Roots(), ","); got != "b" {
		t.Errorf("free of bounds in %q, want b", got)
	}
	if len(actor.Grants) != 3 || actor.Grants[0].Role != auth.Duty {
		t.Errorf("the actor was changed: %v", actor.Grants)
	}
	actor.Mask = []auth.Permission{}
	if got := auth.FreeScopeOf(actor, read).Roots(); len(got) != 0 {
		t.Errorf("outside the mask: %v", got)
	}
}

func TestEmptyScopeMatchesNothing(t *testing.T) {
	t.Parallel()
	if q, _ := (auth.Scope{}).Where("unit_id"); q != "1 = 0" {
		t.Errorf("condition of no scope = %q", q)
	}
}
