// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/collector"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file watches collectors: who is told of one in trouble, and which silent
// sources it explains.

// tellCollector tells of a collector in trouble, or heard of again, those of its
// unit and of the centre.
func (a *App) tellCollector(ctx context.Context, tx *db.Tx, al collector.Alert) error {
	c := al.Collector
	kind := "collector." + string(al.Kind)
	number := func(n int64) notice.Arg {
		return a.says("app.source.lines", func(ctx context.Context) []any { return []any{i18n.Number(ctx, n)} })
	}
	args := []notice.Arg{notice.Word(c.Name)}
	switch al.Kind {
	case collector.TroubleSilent:
		args = append(args, notice.Arg{At: c.Heard()}, number(al.Sources))
	case collector.TroubleFull:
		args = append(args, notice.Arg{At: c.Said.FullSince}, number(c.Said.Refused))
	case collector.TroubleNear:
		size := func(n int64) notice.Arg {
			return a.says("app.source.lines", func(ctx context.Context) []any { return []any{i18n.Bytes(ctx, n)} })
		}
		args = append(args, size(c.Said.Backlog), size(c.Said.Limit))
	case collector.TroubleLost:
		args = append(args, number(int64(c.Gone().Count())), notice.Word(c.Gone().String()))
	case collector.TroubleClock:
		args = append(args, a.says("app.source.lines", func(ctx context.Context) []any { return []any{i18n.Duration(ctx, c.Skew.Abs())} }))
	case collector.TroubleCert:
		args = append(args, notice.Arg{At: c.CertEnds})
	}
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: kind, Unit: c.Unit, Object: string(c.ID), Args: args, Href: collector.Path + "/" + string(c.ID),
		Dedupe: kind + "/" + string(c.ID) + "/" + strconv.FormatInt(al.At.UnixMilli(), 10)})
}

// through are the collectors that lines of sources come through, as the room of
// sources asks.
func (a *App) through(ctx context.Context) (map[source.ID][]source.Passage, error) {
	if a.Rooms.Collectors == nil { // the rooms are being built
		return nil, nil
	}
	all, err := a.Rooms.Collectors.Passages(ctx)
	out := make(map[source.ID][]source.Passage, len(all))
	for id, list := range all {
		for _, p := range list {
			out[source.ID(id)] = append(out[source.ID(id)], source.Passage{Unheard: p.Unheard, Waits: p.Waits})
		}
	}
	return out, err
}

// explained is a collector that is not heard of, or has yet to bring what it
// has, and that lines of the source come through; nil when there is none.
func (a *App) explained(ctx context.Context, id source.ID) (*ui.AlertProps, error) {
	all, err := a.Rooms.Collectors.Passages(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range all[string(id)] {
		key, at := "waits", p.Waits
		switch {
		case p.Unheard:
			key, at = "unheard", p.Seen
		case p.Waits.IsZero() || a.opt.Now().Sub(p.Waits) > time.Hour:
			continue
		}
		out := &ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "app.through."+key), Text: i18n.T(ctx, "app.through."+key+"_text", p.Name, i18n.Time(ctx, at)),
			Action: &ui.Action{Label: i18n.T(ctx, "app.through.see"), Href: collector.Path + "/" + string(p.Collector)}}
		_, err := a.Rooms.Collectors.Get(ctx, p.Collector)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) { // of another unit: no name, no page
			out.Text, out.Action, err = i18n.T(ctx, "app.through."+key+"_text", i18n.T(ctx, "app.through.some"), i18n.Time(ctx, at)), nil, nil
		}
		return out, err
	}
	return nil, nil
}

// because says of sources that should have spoken which collector explains it,
// by name, to who may see that collector.
func (a *App) because(ctx context.Context) (func(source.ID) string, error) {
	all, err := a.Rooms.Collectors.Passages(ctx)
	if err != nil {
		return nil, err
	}
	return func(id source.ID) string {
		i := slices.IndexFunc(all[string(id)], func(p collector.Passage) bool { return p.Unheard })
		if i < 0 {
			return ""
		}
		p := all[string(id)][i]
		if _, err := a.Rooms.Collectors.Get(ctx, p.Collector); err != nil {
			return ""
		}
		return i18n.T(ctx, "app.through.because", p.Name)
	}, nil
}

// inAlert is how many collectors one alert names.
const inAlert = 5

// todayCollectors are the collectors in the reader's scope that somebody must
// look after, one alert a trouble.
func (a *App) todayCollectors(ctx context.Context) ([]ui.AlertProps, error) {
	var out []ui.AlertProps
	for _, t := range []struct {
		state collector.State
		tone  ui.Tone
	}{{collector.Silent, ui.Bad}, {collector.Full, ui.Bad}, {collector.Copied, ui.Bad}, {collector.Near, ui.Warn}, {collector.Behind, ui.Warn}} {
		rows, total, err := a.Rooms.Collectors.List(ctx, collector.Filter{State: t.state, Limit: inAlert})
		if fault.Is(err, fault.Forbidden) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if total == 0 {
			continue
		}
		var names []string
		for _, c := range rows {
			names = append(names, c.Name)
		}
		list := strings.Join(names, ", ")
		if rest := total - int64(len(rows)); rest > 0 {
			list = i18n.T(ctx, "app.collectors.more", list, i18n.Number(ctx, rest))
		}
		key := "app.collectors." + string(t.state)
		out = append(out, ui.AlertProps{Tone: t.tone, Title: i18n.T(ctx, key, i18n.Number(ctx, total)), Text: i18n.T(ctx, key+"_text", list),
			Action: &ui.Action{Label: i18n.T(ctx, "app.collectors.see"), Href: collector.Path + "?state=" + string(t.state)}})
	}
	return out, nil
}
