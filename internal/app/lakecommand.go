// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// LakeAsk is what the commands "lake rebuild" and "lake export" take: days of
// events in Vietnam, both included; an empty one is an open end.
type LakeAsk struct {
	From   calendar.Date `json:"from"`
	To     calendar.Date `json:"to"`
	Source string        `json:"source,omitempty"` // export: of this source alone
	File   string        `json:"file,omitempty"`   // export: where to, an absolute path
	Format string        `json:"format,omitempty"` // export: parquet, csv or jsonl
	Reason string        `json:"reason,omitempty"` // export: why, for the audit trail
}

// LakeRebuilt is what the command "lake rebuild" answers.
type LakeRebuilt struct {
	Files   int   `json:"files"` // hours of the archive looked at
	Rows    int64 `json:"rows"`  // that were brought
	Refused int   `json:"refused"`
	Seconds int64 `json:"seconds"`
}

// LakeChecked is what the command "lake check" answers.
type LakeChecked struct {
	Files int      `json:"files"`
	Open  int      `json:"open"` // hours that are not closed
	Rows  int64    `json:"rows"`
	Bytes int64    `json:"bytes"`
	Bad   []string `json:"bad"` // files that are not as they were written
}

// errNoEngine is why nothing is brought to an engine.
var errNoEngine = errors.New("no engine of searches is configured: set lake.engine to on, or lake.address to a VictoriaLogs server")

// lakeCommands are what the command line may ask about kept lines.
func (a *App) lakeCommands() {
	a.command("lake rebuild", a.lakeRebuild)
	a.command("lake check", a.lakeCheck)
	a.command("lake export", a.lakeExport)
}

// window is the time of the asked days.
func (ask LakeAsk) window() (from, to time.Time) {
	if !ask.From.IsZero() {
		from = ask.From.Start()
	}
	if !ask.To.IsZero() {
		to = ask.To.End()
	}
	return from, to
}

func (a *App) lakeRebuild(ctx context.Context, args json.RawMessage, say func(Step)) (any, error) {
	var ask LakeAsk
	if err := json.Unmarshal(args, &ask); err != nil {
		return nil, fmt.Errorf("control lake rebuild: %w", err)
	}
	from, to := ask.window()
	began := time.Now()
	tell := func(r lake.Rebuilt) {
		say(Step{Done: int64(r.Files), Total: int64(r.Of), Note: "app.lake.rebuilding"})
	}
	done, err := a.rebuildLake(ctx, from, to, tell)
	out := LakeRebuilt{Files: done.Files, Rows: done.Rows, Refused: done.Refused.Total(), Seconds: int64(time.Since(began).Seconds())}
	return out, err
}

func (a *App) rebuildLake(ctx context.Context, from, to time.Time, tell func(lake.Rebuilt)) (lake.Rebuilt, error) {
	if k := a.keeping.Load(); k != nil {
		if k.client == nil {
			return lake.Rebuilt{}, errNoEngine
		}
		if err := a.keepFiles(ctx, k.archive, k.keeper.Put); err != nil {
			return lake.Rebuilt{}, err
		}
		return k.keeper.Rebuild(ctx, from, to, tell)
	}
	archive, client, err := a.openLake(nil)
	if err != nil {
		return lake.Rebuilt{}, err
	}
	if client == nil {
		return lake.Rebuilt{}, errors.Join(errNoEngine, archive.Close())
	}
	var done lake.Rebuilt
	err = a.keepFiles(ctx, archive, func(ctx context.Context, b lake.Brought) error { return archive.Put(ctx, b) })
	if err == nil {
		done, err = archive.Refill(ctx, client, lake.Refill{From: from, To: to, Said: tell})
	}
	if err == nil {
		err = client.Flush(ctx)
	}
	return done, errors.Join(err, client.Close(), archive.Close())
}

// withArchive calls do with the archive, which is opened for it when nothing runs.
func (a *App) withArchive(do func(*lake.Archive) error) error {
	if k := a.keeping.Load(); k != nil {
		return do(k.archive)
	}
	archive, client, err := a.openLake(nil)
	if err != nil {
		return err
	}
	err = do(archive)
	if client != nil { // never asked, so nothing of it runs
		err = errors.Join(err, client.Close())
	}
	return errors.Join(err, archive.Close())
}

func (a *App) lakeCheck(ctx context.Context, _ json.RawMessage, say func(Step)) (any, error) {
	out := LakeChecked{Bad: []string{}}
	err := a.withArchive(func(archive *lake.Archive) error {
		c, err := archive.Check(ctx, func(done, total int) {
			say(Step{Done: int64(done), Total: int64(total), Note: "app.lake.checking"})
		})
		out.Files, out.Open, out.Rows, out.Bytes = c.Files, c.Open, c.Rows, c.Bytes
		out.Bad = append(out.Bad, c.Bad...)
		return err
	})
	return out, err
}

// LakeExported is what the command "lake export" answers.
type LakeExported struct {
	File   string `json:"file"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// lakeExport writes lines of the archive into a file. People's browsing is in
// them, so that it stands in the trail with its reason before anything is read.
func (a *App) lakeExport(ctx context.Context, args json.RawMessage, say func(Step)) (any, error) {
	var ask LakeAsk
	if err := json.Unmarshal(args, &ask); err != nil {
		return nil, fmt.Errorf("control lake export: %w", err)
	}
	from, to := ask.window()
	want := lake.Selection{From: from, To: to, Source: ask.Source}
	root, err := a.root(ctx)
	if err != nil {
		return nil, err
	}
	err = a.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Add(ctx, tx, a.opt.Now(), audit.Entry{Action: "lake.export", Kind: "lake", Unit: root,
			Detail: map[string]any{"from": ask.From, "to": ask.To, "source": ask.Source, "format": ask.Format, "reason": ask.Reason}})
	})
	if err != nil {
		return nil, err
	}
	var m lake.Manifest
	err = a.withArchive(func(archive *lake.Archive) error {
		m, err = archive.Export(ctx, want, lake.Target{Path: ask.File, Format: ask.Format, Cell: web.Inert, About: map[string]string{"reason": ask.Reason, "from": ask.From.String(),
			"to": ask.To.String(), "source": ask.Source}, Said: func(rows int64) {
			say(Step{Done: rows, Note: "app.lake.exporting"})
		}})
		return err
	})
	return LakeExported{File: ask.File, Rows: m.Rows, Bytes: m.Bytes, SHA256: m.SHA256}, err
}
