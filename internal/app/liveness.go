// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file joins the watch over sources to the rest: its duties, and who is
// told of a silence.

// watchSources gives the room of sources its duties.
func (a *App) watchSources() {
	a.behind.here(10*time.Second, "read the ways in", a.Rooms.Sources.RefreshWays)
	a.behind.every(time.Minute, "watch the sources", a.Rooms.Sources.Watch)
	a.behind.every(time.Hour, "forget the minutes of sources", a.Rooms.Sources.Forget)
}

// tellSource tells of a source that fell silent, came back, flaps or leaves its
// pattern.
func (a *App) tellSource(ctx context.Context, tx *db.Tx, al source.Alert) error {
	count := func(n int64) notice.Arg {
		return a.says("app.source.lines", func(ctx context.Context) []any { return []any{i18n.Number(ctx, n)} })
	}
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "source." + string(al.Kind), Unit: al.Source.Owner, Object: string(al.Source.ID),
		Args: []notice.Arg{notice.Word(al.Source.Name), {At: al.Since}, count(al.Lines), count(al.Usual)}, Href: "/sources/" + string(al.Source.ID),
		Dedupe: "source." + string(al.Kind) + "/" + string(al.Source.ID) + "/" + strconv.FormatInt(al.At.UnixMilli(), 10)})
}

// ownDoors are the listeners of this process.
func (a *App) ownDoors() []listener.ListenerFigures {
	if in := a.intake.Load(); in != nil && in.listener != nil {
		return in.listener.Figures().Listeners
	}
	return nil
}

// doorsOpen are the listeners of this process and, as they were last heard of,
// of others.
func (a *App) doorsOpen() []listener.ListenerFigures {
	out := a.ownDoors()
	for _, h := range a.others() {
		out = append(out, h.Listeners...)
	}
	return out
}

// strangers are the senders that no way fits.
func (a *App) strangers() []source.Stranger {
	var out []source.Stranger
	for _, d := range a.doorsOpen() {
		for _, s := range d.Senders {
			out = append(out, source.Stranger{Kind: source.WayKind(d.Kind), Listener: d.Name, Addr: s.Addr, Host: s.Host, Certificate: s.Certificate,
				Path: s.Path, Count: s.Count, First: s.First, Last: s.Last, Sample: s.Sample})
		}
	}
	return out
}

// receiveAt is where senders of a kind reach this process; a listener on every
// address is reached where the pages are.
func (a *App) receiveAt(kind source.WayKind, name string) string {
	for _, d := range a.doorsOpen() {
		host, port, err := net.SplitHostPort(d.Address)
		if err != nil || source.WayKind(d.Kind) != kind || name != "" && name != d.Name {
			continue
		}
		ip, err := netip.ParseAddr(host)
		if u, bad := url.Parse(a.opt.Config.URL); bad == nil && (host == "" || err == nil && ip.IsUnspecified()) {
			host = u.Hostname()
		}
		at := net.JoinHostPort(host, port)
		switch {
		case kind != source.HTTP:
			return at
		case loopback(host):
			return "http://" + at
		}
		return "https://" + at
	}
	return ""
}
