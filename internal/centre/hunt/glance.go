// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"context"
	"net/netip"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/intake/sighting"
	"github.com/vonggac/vonggac/internal/platform/auth"
)

// Bounds of one glance.
const (
	glanceNames = 2000
	glanceRows  = 50_000
)

// Glance sums up what the memory holds of an observable, and of the names below
// a domain, the addresses of a network and the pages below a URL, in the logs of the actor's units: how many clients, never which.
// Who wants to know that gives a reason (Search). Units are those whose logs say
// so. cut means that there is more than was counted. Errors: fault.Forbidden,
// fault.Unavailable.
func (s *Service) Glance(ctx context.Context, kind intel.Type, value string) (t Totals, cut bool, err error) {
	_, scope, err := auth.Need(ctx, "hunt.Glance", mayRead)
	if err != nil {
		return Totals{}, false, err
	}
	type machine struct {
		owner  string
		client netip.Addr
	}
	clients, units, owns := map[machine]struct{}{}, map[string]struct{}{}, map[string]bool{}
	normal, ok := intel.AppendValue(nil, kind, value)
	if !ok {
		return Totals{}, false, nil // nothing of that form is remembered
	}
	asks := asksOf(intel.Match{Type: kind, Indicator: string(normal)})
	if kind == intel.MD5 { // or the fingerprint of a TLS client: they look alike
		asks = append(asks, asksFor(intel.JA3, string(normal))...)
	}
	did, err := s.Memory.Hunt(ctx, asks, sighting.Span{From: s.horizon()}, sighting.Limits{Names: glanceNames, Rows: glanceRows}, func(_ int, r sighting.Row) error {
		in, known := owns[r.Owner]
		if !known {
			var err error
			if in, err = scope.Holds(ctx, s.Records.Read(), r.Owner); err != nil {
				return err
			}
			owns[r.Owner] = in
		}
		if !in {
			return nil
		}
		clients[machine{r.Owner, r.Client}], units[r.Owner] = struct{}{}, struct{}{}
		t.Queries += r.Count
		if t.First.IsZero() || r.First.Before(t.First) {
			t.First = r.First
		}
		if r.Last.After(t.Last) {
			t.Last = r.Last
		}
		return nil
	})
	t.Clients, t.Units = int64(len(clients)), int64(len(units))
	return t, did.Cut, err
}
