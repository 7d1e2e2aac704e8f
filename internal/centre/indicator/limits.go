// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// The permission table says of this room in words what its letters cannot: a
// duty officer's W is for false positives alone, and a telecom firm reads block
// lists alone. This file is where both hold.

var (
	mayRead  = auth.Permission{Area: auth.Indicators, Act: auth.Read}
	mayWrite = auth.Permission{Area: auth.Indicators, Act: auth.Write}
)

// view is what of the lists an actor may see.
type view struct {
	scope     auth.Scope // where TLP:RED lists are seen
	blockOnly bool
}

func viewOf(a auth.Actor) view {
	reads := func(g auth.Grant) bool {
		return g.Role != auth.Telecom && len(auth.ScopeOf(auth.Actor{Grants: []auth.Grant{g}}, mayRead).Roots()) > 0
	}
	return view{auth.ScopeOf(a, mayRead), !slices.ContainsFunc(a.Grants, reads)}
}

func needView(ctx context.Context, op string) (view, error) {
	a, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return view{}, err
	}
	return viewOf(a), nil
}

// needManage returns the actor and the scope in which they may make, replace
// and switch lists.
func needManage(ctx context.Context, op string) (auth.Actor, auth.Scope, error) {
	a, _, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return a, auth.Scope{}, err
	}
	bounded := a
	bounded.Grants = slices.DeleteFunc(slices.Clone(a.Grants), func(g auth.Grant) bool { return g.Role == auth.Duty })
	scope := auth.ScopeOf(bounded, mayWrite)
	if len(scope.Roots()) == 0 {
		return a, scope, &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "indicator.err.duty"}
	}
	return a, scope, nil
}

// MayManage reports whether the context's actor may make and change lists
// somewhere; pages show or hide what leads there.
func MayManage(ctx context.Context) bool {
	_, _, err := needManage(ctx, "indicator.MayManage")
	return err == nil
}

// MayAllow reports whether the context's actor may report false positives
// somewhere.
func MayAllow(ctx context.Context) bool { return auth.May(ctx, mayWrite) }
