// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

// SecondFactorPolicy says who must have a second factor. It is the setting
// "account.second_factor".
type SecondFactorPolicy struct {
	Roles     []auth.Role // whoever holds one of them anywhere
	Flagged   bool        // and whoever may break glass
	GraceDays int         // days from the first sign-in that asks until nothing else is possible
}

// GlassPolicy bounds break-glass. It is the setting "account.break_glass".
type GlassPolicy struct {
	Roles []auth.Role // that can be taken
	Hours int         // the longest term, and the one proposed
}

const (
	secondFactorSetting = "account.second_factor"
	glassSetting        = "account.break_glass"
	mostGraceDays       = 60
	mostGlassHours      = 24
)

// The defaults: those who hold everybody's keys enrol within a week; an extra
// role is had for half a shift. They are made anew each time, since a setting
// that is read into one writes into its roles.
func standardSecondFactor() SecondFactorPolicy {
	return SecondFactorPolicy{Roles: []auth.Role{auth.Administrator}, Flagged: true, GraceDays: 7}
}

func standardGlass() GlassPolicy {
	return GlassPolicy{Roles: []auth.Role{auth.Centre, auth.Duty}, Hours: 4}
}

// asks reports whether a must have a second factor.
func (p SecondFactorPolicy) asks(a Account) bool {
	return p.Flagged && a.BreakGlass || slices.ContainsFunc(a.Grants, func(g auth.Grant) bool { return slices.Contains(p.Roles, g.Role) })
}

// confines reports whether a has put it off for too long at now.
func (p SecondFactorPolicy) confines(a Account, now time.Time) bool {
	return p.asks(a) && (p.GraceDays == 0 || !a.EnrolBy.IsZero() && !a.EnrolBy.After(now))
}

// GlassRoles are the roles break-glass may ever give: case work, and never the
// keeping of accounts or the checking of others.
func GlassRoles() []auth.Role {
	return []auth.Role{auth.Centre, auth.Duty, auth.Leader, auth.UnitOfficer}
}

func (s *Service) policy(ctx context.Context, q bun.IDB) (SecondFactorPolicy, error) {
	p := standardSecondFactor()
	_, err := setting.Get(ctx, q, secondFactorSetting, &p)
	return p, err
}

func (s *Service) glass(ctx context.Context, q bun.IDB) (GlassPolicy, error) {
	p := standardGlass()
	_, err := setting.Get(ctx, q, glassSetting, &p)
	return p, err
}

// Policies are both settings with their versions.
type Policies struct {
	Second        SecondFactorPolicy
	SecondVersion int64
	Glass         GlassPolicy
	GlassVersion  int64
}

// configures fails unless the actor configures accounts at the body that runs
// the centre: what holds for everybody is decided there.
func (s *Service) configures(ctx context.Context, q bun.IDB, op string) (string, error) {
	_, scope, err := auth.Need(ctx, op, configure)
	if err != nil {
		return "", err
	}
	root, err := s.Root(ctx)
	if err != nil {
		return "", err
	}
	if in, err := scope.Holds(ctx, q, root); err != nil || !in {
		return "", &fault.Error{Kind: fault.Forbidden, Op: op, Err: err}
	}
	return root, nil
}

// Policies reads the settings, for those who may change them.
func (s *Service) Policies(ctx context.Context) (Policies, error) {
	q := s.Records.Read()
	if _, err := s.configures(ctx, q, "account.Policies"); err != nil {
		return Policies{}, err
	}
	p := Policies{Second: standardSecondFactor(), Glass: standardGlass()}
	var err error
	if p.SecondVersion, err = setting.Get(ctx, q, secondFactorSetting, &p.Second); err != nil {
		return p, err
	}
	p.GlassVersion, err = setting.Get(ctx, q, glassSetting, &p.Glass)
	return p, err
}

// SetPolicies writes both settings.
func (s *Service) SetPolicies(ctx context.Context, p Policies) error {
	const op = "account.SetPolicies"
	root, err := s.configures(ctx, s.Records.Read(), op)
	if err != nil {
		return err
	}
	bad := map[string]string{}
	if slices.ContainsFunc(p.Second.Roles, func(r auth.Role) bool { return !slices.Contains(auth.Roles(), r) }) {
		bad["second_role"] = "account.bad.role"
	}
	if p.Second.GraceDays < 0 || p.Second.GraceDays > mostGraceDays {
		bad["grace_days"] = "account.bad.grace"
	}
	if len(p.Glass.Roles) == 0 || slices.ContainsFunc(p.Glass.Roles, func(r auth.Role) bool { return !slices.Contains(GlassRoles(), r) }) {
		bad["glass_role"] = "account.bad.glass_role"
	}
	if p.Glass.Hours < 1 || p.Glass.Hours > mostGlassHours {
		bad["glass_hours"] = "account.bad.glass_hours"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := setting.Put(ctx, tx, s.Now(), secondFactorSetting, p.SecondVersion, p.Second); err != nil {
			return err
		}
		if err := setting.Put(ctx, tx, s.Now(), glassSetting, p.GlassVersion, p.Glass); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "account.set_policies", Kind: "setting", Object: secondFactorSetting, Unit: root,
			Detail: map[string]any{"second_factor": p.Second, "break_glass": p.Glass}})
	})
}
