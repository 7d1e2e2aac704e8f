// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/config"
)

// found makes the data folder that each run of ours copies: a centre with one
// source of BIND's query logs, by TCP from this machine, and the list.
func (r *runner) found(ctx context.Context) (err error) {
	r.in = filepath.Join(r.dir, "founded")
	if err := os.RemoveAll(r.in); err != nil {
		return err
	}
	cfg, err := settings(r.in)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Version: "bench", PasswordCost: account.Cost{Memory: 64, Passes: 1, Threads: 1}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	secret, err := a.Rooms.Accounts.FirstLink(ctx)
	if err != nil {
		return err
	}
	first, err := a.Rooms.Accounts.Start(ctx, secret, account.First{Body: "UBND tỉnh Mẫu", Kind: "ubnd_tinh", Name: "Lò Thị Mai", Login: "mai", Password: "gác đêm giao thừa"})
	if err != nil {
		return err
	}
	ctx = auth.With(ctx, first.Actor())
	src, err := a.Rooms.Sources.Create(ctx, source.Source{Name: "DNS", Owner: first.Home, Format: "bind9", Zone: "UTC"})
	if err != nil {
		return err
	}
	if _, _, err := a.Rooms.Sources.AddWay(ctx, source.Way{Source: src.ID, Kind: source.SyslogTCP, Network: "127.0.0.1"}); err != nil {
		return err
	}
	names, err := os.Open(r.list)
	if err != nil {
		return err
	}
	defer names.Close()
	f, err := a.Rooms.Indicators.Store(ctx, "list.txt", names)
	if err != nil {
		return err
	}
	if _, err := a.Rooms.Indicators.Create(ctx, indicator.List{Name: "Danh sách", Kind: indicator.Block, TLP: indicator.Clear, Scope: indicator.WithSubdomains, Layout: indicator.Auto}, f); err != nil {
		return err
	}
	_, err = a.Work(ctx)
	return err
}

func settings(dir string) (*config.Config, error) {
	return config.Load(config.Sources{Flags: map[string]string{"data": dir, "listen": "127.0.0.1:0"}, Hostname: "bench"})
}

// centre is our program under way.
type centre struct {
	dir   string
	cmd   *exec.Cmd
	said  bytes.Buffer
	watch *observer
	door  string // where it takes lines
}

// start has our program serve a copy of the founded folder.
func (r *runner) start(ctx context.Context) (*centre, error) {
	dir, err := os.MkdirTemp(r.dir, "ours-")
	if err != nil {
		return nil, err
	}
	c := &centre{dir: dir}
	if err := os.CopyFS(dir, os.DirFS(r.in)); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	c.cmd = exec.CommandContext(ctx, r.program, "serve", "--data", dir, "--listen", "127.0.0.1:0")
	c.cmd.Env = append(os.Environ(), "VONGGAC_INTAKE_TCP=127.0.0.1:0", "VONGGAC_LOG_LEVEL=warn")
	c.cmd.Stderr = &c.said
	if err := c.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	began := time.Now()
	err = until(ctx, "our program does not listen", 50*time.Millisecond, func() (bool, error) {
		f, err := c.flow(ctx, false)
		if err != nil && time.Since(began) < time.Minute {
			return false, nil //nolint:nilerr // not yet
		}
		for name, address := range f.Doors {
			if strings.HasPrefix(name, "tcp/") {
				c.door = address
			}
		}
		return c.door != "", err
	})
	if err != nil {
		return nil, errors.Join(err, c.stop(), os.RemoveAll(dir))
	}
	c.watch = observe(c.cmd.Process.Pid)
	return c, nil
}

// flow asks how far lines have come.
func (c *centre) flow(ctx context.Context, found bool) (f app.Flow, err error) {
	raw, err := app.Ask(ctx, c.dir, "flow", app.FlowAsk{Found: found}, nil)
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(raw, &f)
}

// reach waits until n lines have come as far as count says.
func (c *centre) reach(ctx context.Context, what string, n int64, found bool, count func(app.Flow) int64) (moment, app.Flow, error) {
	every := 20 * time.Millisecond
	if found {
		every = 250 * time.Millisecond
	}
	var last app.Flow
	err := until(ctx, what, every, func() (done bool, err error) {
		if last, err = c.flow(ctx, found); err != nil {
			return false, err
		}
		if last.Lost > 0 || count(last) > n {
			return false, fmt.Errorf("%s: %d lines are lost, and %d stand where %d were sent", what, last.Lost, count(last), n)
		}
		return count(last) == n, nil
	})
	if err != nil {
		err = fmt.Errorf("%w (%+v)", err, last)
	}
	return c.watch.now(), last, err
}

// stop ends the program and waits for it.
func (c *centre) stop() error {
	if c.watch != nil {
		c.watch.stop()
	}
	err := c.cmd.Process.Signal(syscall.SIGTERM)
	if ended := c.cmd.Wait(); ended != nil {
		err = errors.Join(err, fmt.Errorf("our program: %w: %.4000s", ended, c.said.Bytes()))
	}
	return err
}

// ours has our program take the log once.
func (r *runner) ours(ctx context.Context, last bool) (s side, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	c, err := r.start(ctx)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(c.dir)) }()
	s, err = r.take(ctx, c)
	if err = errors.Join(err, c.stop()); err != nil {
		return s, err
	}
	return s, r.after(ctx, c, &s, r.log.bytes, r.log.hits, last)
}

func (r *runner) take(ctx context.Context, c *centre) (s side, err error) {
	c.watch.began = time.Now()
	if err := feed(ctx, c.door, r.log.path); err != nil {
		return s, err
	}
	s.Sent = c.watch.now()
	n := r.log.lines
	if s.Stored, _, err = c.reach(ctx, "lines stored", n, false, func(f app.Flow) int64 { return f.Stored }); err != nil {
		return s, err
	}
	var f app.Flow
	if s.Read, f, err = c.reach(ctx, "lines read", n, false, func(f app.Flow) int64 { return f.Read }); err != nil {
		return s, err
	}
	if want := r.log.hits.sum(); f.Hits != want || f.Rejected != 0 {
		return s, fmt.Errorf("%d lines hit and %d are rejected, %d hits were planted", f.Hits, f.Rejected, want)
	}
	if r.search {
		if s.Found, _, err = c.reach(ctx, "lines found", n, true, func(f app.Flow) int64 { return f.Found }); err != nil {
			return s, err
		}
	}
	s.Peak, s.Engine = c.watch.peak()
	return s, nil
}

// after looks at what a run left on the disk once it has ended, with seal once
// all hours of the archive are closed, as they are when they are over.
func (r *runner) after(ctx context.Context, c *centre, s *side, raw int64, hits tally, seal bool) error {
	cfg, err := settings(c.dir)
	if err != nil {
		return err
	}
	if err := checkHits(ctx, cfg.Records.Address.Reveal(), hits); err != nil {
		return err
	}
	engine, err := size(filepath.Join(c.dir, "lake"))
	if err != nil {
		return err
	}
	folder := filepath.Join(c.dir, "archive")
	if seal {
		archive, err := lake.OpenArchive(folder, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		_, err = archive.Seal(ctx, time.Now().Add(48*time.Hour))
		if err = errors.Join(err, archive.Close()); err != nil {
			return err
		}
	}
	files, err := size(folder)
	if err != nil {
		return err
	}
	memory, err := size(filepath.Join(c.dir, "sightings"))
	s.Archive, s.Index, s.Memory = float64(files)/float64(raw), float64(engine)/float64(raw), float64(memory)/float64(raw)
	return err
}

// size is of all files in a folder.
func size(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		i, err := d.Info()
		if err == nil {
			n += i.Size()
		}
		return err
	})
	return n, err
}
