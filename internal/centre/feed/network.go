// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

// settingName keeps the ways out of the house for feeds.
const settingName = "feed"

// Network is what the administrator of the whole sets for all feeds.
type Network struct {
	Proxy   string         // http(s)://host:port through which every feed is fetched; empty goes straight
	Allowed []netip.Prefix // networks feeds may come from although they are closed
	// KeepDays is how long files that were taken or refused stay in the folders
	// of feeds; 0 is for ever.
	KeepDays int64
	Version  int64
}

type networkValue struct {
	Proxy   string   `json:"proxy"`
	Allowed []string `json:"allowed"`
	Keep    *int64   `json:"keep_days,omitempty"` // nil: as nobody said
}

// Network gives the setting. It asks no permission: every form and call needs it.
func (s *Service) Network(ctx context.Context) (Network, error) {
	var v networkValue
	version, err := setting.Get(ctx, s.Records.Read(), settingName, &v)
	n := Network{Proxy: v.Proxy, Version: version, KeepDays: keepDays}
	if v.Keep != nil {
		n.KeepDays = *v.Keep
	}
	for _, text := range v.Allowed {
		if p, err := netip.ParsePrefix(text); err == nil { // SetNetwork wrote them
			n.Allowed = append(n.Allowed, p)
		}
	}
	return n, err
}

func (s *Service) roads(ctx context.Context) (roads, error) {
	n, err := s.Network(ctx)
	out := roads{allowed: n.Allowed}
	if err == nil && n.Proxy != "" {
		out.proxy, err = url.Parse(n.Proxy)
	}
	return out, err
}

// SetNetwork replaces the setting. It is the whole centre's, so the actor
// configures settings of the centre's own unit. Errors: fault.Invalid (proxy, keep_days),
// fault.Forbidden, fault.Conflict.
func (s *Service) SetNetwork(ctx context.Context, n Network) error {
	const op = "feed.SetNetwork"
	_, scope, err := needPerson(ctx, op, mayConfigure)
	if err != nil {
		return err
	}
	root, err := s.Root(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(scope.Roots(), root) {
		return &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	v := networkValue{Proxy: strings.TrimSpace(n.Proxy), Allowed: []string{}, Keep: &n.KeepDays}
	if n.KeepDays < 0 || n.KeepDays > maxKeepDays {
		return fault.Bad(op, "keep_days", "feed.bad.keep_days")
	}
	if !validProxy(v.Proxy) {
		return fault.Bad(op, "proxy", "feed.bad.proxy")
	}
	for _, p := range n.Allowed {
		v.Allowed = append(v.Allowed, p.Masked().String())
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := setting.Put(ctx, tx, s.Now(), settingName, n.Version, v); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "feed.network", Kind: "setting", Object: settingName, Unit: root,
			Detail: map[string]any{"proxy": v.Proxy, "allowed": v.Allowed, "keep_days": n.KeepDays}})
	})
}

// validProxy takes none, or an address of host and port alone. A name and a
// password are not taken: the setting is shown to whoever may change it.
func validProxy(text string) bool {
	if text == "" {
		return true
	}
	u, err := url.Parse(text)
	return err == nil && len(text) <= 500 && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil &&
		strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == "" && !strings.ContainsAny(text, " \t\r\n")
}
