// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
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
	a.behind.here(time.Minute, "note that the centre listens", func(ctx context.Context) error { return a.noteListening(ctx, a.intake.Load()) })
	// With the beat of the measures a silence stands on the boards within a minute.
	a.behind.every(20*time.Second, "watch the sources", a.Rooms.Sources.Watch)
	a.behind.every(time.Hour, "forget the minutes of sources", a.Rooms.Sources.Forget)
}

// tellSource tells of a source that fell silent, came back, flaps or leaves its
// pattern.
func (a *App) tellSource(ctx context.Context, tx *db.Tx, al source.Alert) error {
	count := func(n int64) notice.Arg {
		return a.says("app.source.lines", func(ctx context.Context) []any { return []any{i18n.Number(ctx, n)} })
	}
	if err := a.tellOwner(ctx, tx, al); err != nil {
		return err
	}
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "source." + string(al.Kind), Unit: al.Source.Owner, Object: string(al.Source.ID),
		Args: []notice.Arg{notice.Word(al.Source.Name), {At: al.Since}, count(al.Lines), count(al.Usual)}, Href: "/sources/" + string(al.Source.ID),
		Dedupe: "source." + string(al.Kind) + "/" + string(al.Source.ID) + "/" + strconv.FormatInt(al.At.UnixMilli(), 10)})
}

// tellOwner tells those of the source's unit who look after their own, and are
// not told as watchers, that it fell silent or is back.
func (a *App) tellOwner(ctx context.Context, tx *db.Tx, al source.Alert) error {
	kind := "source.own_" + string(al.Kind)
	own, known := notice.KindOf(kind)
	watch, _ := notice.KindOf("source." + string(al.Kind))
	if !known {
		return nil
	}
	watchers, err := a.holders(ctx, tx, al.Source.Owner, watch.Needs)
	if err != nil {
		return err
	}
	to, err := a.holders(ctx, tx, al.Source.Owner, own.Needs)
	if err != nil {
		return err
	}
	to = slices.DeleteFunc(to, func(id string) bool { return slices.Contains(watchers, id) })
	if len(to) == 0 {
		return nil
	}
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: kind, Unit: al.Source.Owner, To: to, Object: string(al.Source.ID), Href: "/",
		Args:   []notice.Arg{notice.Word(al.Source.Name), {At: al.Since}},
		Dedupe: kind + "/" + string(al.Source.ID) + "/" + strconv.FormatInt(al.At.UnixMilli(), 10)})
}

// tellDeaf tells that the centre listens again, and since when it did not.
func (a *App) tellDeaf(ctx context.Context, tx *db.Tx, d source.Deaf) error {
	root, err := a.root(ctx)
	if err != nil || root == "" { // nobody to tell yet
		return err
	}
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "source.deaf", Unit: root, Args: []notice.Arg{{At: d.From}, {At: d.To}}, Href: "/sources/uptime",
		Dedupe: "source.deaf/" + strconv.FormatInt(d.From.UnixMilli(), 10)})
}

// unread is when the oldest line was received that waits to be read.
func (a *App) unread(ctx context.Context) (time.Time, error) {
	in := a.intake.Load()
	if in == nil {
		return time.Time{}, nil
	}
	f, err := in.stream.Figures(ctx)
	if err != nil || f.Oldest == 0 {
		return time.Time{}, err
	}
	return a.opt.Now().Add(-f.Oldest), nil
}

// noteListening notes that the centre listens, as long as this process does.
func (a *App) noteListening(ctx context.Context, in *intake) error {
	if in == nil || in.listener == nil || !a.opt.Config.Intake.On() {
		return nil
	}
	return a.Rooms.Sources.Listening(ctx)
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
		if source.WayKind(d.Kind) != kind || name != "" && name != d.Name {
			continue
		}
		if filepath.IsAbs(d.Address) { // a socket
			return d.Address
		}
		host, port, err := net.SplitHostPort(d.Address)
		if err != nil {
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
