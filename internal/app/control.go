// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file is the control socket: how the command line asks a running centre
// to do what only the owner of the data folder may do. It listens on the
// loopback at a port of its own; the file control.json in the data folder,
// readable by its owner alone, says where and holds a random token of this
// run. One way for all systems: the name of a Unix socket may have 108 bytes
// (Linux unix(7)), which a folder with accents soon fills, and Windows has its
// own rules for them.
//
// Each side writes one JSON object a line. The client sends one Ask; the
// centre answers Said lines, of which the last has Result or Error. A client
// that hangs up cancels its command.

const (
	controlFile = "control.json"
	controlLine = 1 << 20 // most bytes of one line
)

// controlPlace is what control.json holds.
type controlPlace struct {
	Address string `json:"address"`
	Token   string `json:"token"`
}

type controlAsk struct {
	Token   string          `json:"token"`
	Command string          `json:"command"`
	Args    json.RawMessage `json:"args,omitempty"`
}

// Step is how far a command is: done of total parts (total 0: unknown), and a
// catalogue key of what is going on.
type Step struct {
	Done  int64  `json:"done"`
	Total int64  `json:"total"`
	Note  string `json:"note,omitempty"`
}

type controlSaid struct {
	Step   *Step           `json:"step,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// Command is one thing the command line may ask a running centre for. args is
// JSON of the command's own shape, empty when none was given; what it returns
// is marshalled as JSON. It runs as the system itself: whoever may read the
// data folder owns the centre anyway. say may be called at any time.
type Command func(ctx context.Context, args json.RawMessage, say func(Step)) (any, error)

// command names what may be asked for; wiring calls it before Start. A name
// given twice is a bug and panics.
func (a *App) command(name string, run Command) {
	if a.commands == nil {
		a.commands = map[string]Command{}
	}
	if _, twice := a.commands[name]; twice {
		panic("control command given twice: " + name)
	}
	a.commands[name] = run
}

// Do runs a control command of an App that this process opened itself: the
// same as Ask, without a running centre.
func (a *App) Do(ctx context.Context, name string, args any, say func(Step)) (json.RawMessage, error) {
	raw, err := json.Marshal(args)
	if err != nil {
		return nil, fmt.Errorf("control %s: %w", name, err)
	}
	return a.do(ctx, name, raw, say)
}

func (a *App) do(ctx context.Context, name string, args json.RawMessage, say func(Step)) (json.RawMessage, error) {
	run, ok := a.commands[name]
	if !ok {
		return nil, fmt.Errorf("this centre (version %s) has no command %q", a.opt.Version, name)
	}
	result, err := run(ctx, args, say)
	if err != nil {
		return nil, a.inWords(err)
	}
	raw, err := json.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("control %s: %w", name, err)
	}
	return raw, nil
}

// inWords gives err the sentence that a person would read on a page, in
// English like the rest of the command line.
func (a *App) inWords(err error) error {
	if e := fault.Of(err); e.Msg != "" && a.catalogue != nil {
		return fmt.Errorf("%s%w", a.catalogue.Text(i18n.English, e.Msg, e.Args...), quiet{err})
	}
	return err
}

// quiet carries a cause whose words were said better already.
type quiet struct{ error }

// Error is empty.
func (quiet) Error() string { return "" }

// Unwrap returns the cause.
func (q quiet) Unwrap() error { return q.error }

// control is the listening side.
type control struct {
	app    *App
	ln     net.Listener
	place  controlPlace
	path   string
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// listenControl opens the control socket of a and leaves its place in the data
// folder.
func (a *App) listenControl(ctx context.Context) error {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	c := &control{app: a, ln: ln, path: filepath.Join(a.opt.Config.Data, controlFile),
		place: controlPlace{Address: ln.Addr().String(), Token: rand.Text()}}
	if err := c.publish(); err != nil {
		return errors.Join(fmt.Errorf("control socket: %w", err), ln.Close())
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.cancel = cancel
	c.wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return // closed
			}
			c.wg.Go(func() { c.serve(run, conn) })
		}
	})
	a.control = c
	return nil
}

// publish writes the place under another name first, so that a reader never
// sees half of it.
func (c *control) publish() error {
	raw, err := json.Marshal(c.place)
	if err != nil {
		return err
	}
	temp := c.path + ".new"
	if err := os.WriteFile(temp, raw, 0o600); err != nil {
		return err
	}
	return os.Rename(temp, c.path)
}

// stop takes no more commands, cancels those in hand and waits for them.
func (c *control) stop() error {
	err := errors.Join(c.ln.Close(), os.Remove(c.path))
	c.cancel()
	c.wg.Wait()
	return err
}

const controlGreeting = 5 * time.Second // within which a client says what it wants

func (c *control) serve(ctx context.Context, conn net.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer conn.Close()
	unhook := context.AfterFunc(ctx, func() { conn.Close() })
	defer unhook()
	out := &controlWriter{enc: json.NewEncoder(conn)}
	lines := bufio.NewScanner(conn)
	lines.Buffer(nil, controlLine)
	if err := conn.SetReadDeadline(time.Now().Add(controlGreeting)); err != nil {
		return
	}
	var ask controlAsk
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &ask) != nil ||
		subtle.ConstantTimeCompare([]byte(ask.Token), []byte(c.place.Token)) != 1 {
		c.app.opt.Log.Warn("control socket refused a caller")
		return
	}
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return
	}
	go func() {
		lines.Scan() // nothing more is said: this ends when the client hangs up
		cancel()
	}()
	c.app.opt.Log.Info("control command", "command", ask.Command)
	result, err := c.app.do(ctx, ask.Command, ask.Args, func(s Step) { out.write(controlSaid{Step: &s}) })
	if err != nil {
		c.app.opt.Log.Warn("control command failed", "command", ask.Command, "err", fault.Of(err))
		out.write(controlSaid{Error: err.Error()})
		return
	}
	out.write(controlSaid{Result: result})
}

// controlWriter writes whole lines from any goroutine. A client that does not
// read is noticed by the hang-up, not here.
type controlWriter struct {
	mu  sync.Mutex
	enc *json.Encoder
}

func (w *controlWriter) write(s controlSaid) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.enc.Encode(s)
}

// ErrNotRunning means that no centre has the data folder open: the caller may
// open it itself.
var ErrNotRunning = errors.New("no centre is running on this data folder")

// Ask has the centre that runs on the data folder dir do a command, and
// returns its result as JSON. heard is told how far it is. Without a running
// centre it fails with ErrNotRunning; when ctx ends, the command is cancelled.
func Ask(ctx context.Context, dir, name string, args any, heard func(Step)) (json.RawMessage, error) {
	place, err := controlAt(dir)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return nil, fmt.Errorf("control %s: %w", name, err)
	}
	conn, err := (&net.Dialer{Timeout: controlGreeting}).DialContext(ctx, "tcp", place.Address)
	if err != nil {
		return nil, fmt.Errorf("reach the running centre: %w", err)
	}
	defer conn.Close()
	unhook := context.AfterFunc(ctx, func() { conn.Close() })
	defer unhook()
	if err := json.NewEncoder(conn).Encode(controlAsk{place.Token, name, raw}); err != nil {
		return nil, fmt.Errorf("ask the running centre: %w", err)
	}
	lines := json.NewDecoder(conn)
	for {
		var said controlSaid
		if err := lines.Decode(&said); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, fmt.Errorf("the running centre hung up before it was done: %w", err)
		}
		switch {
		case said.Error != "":
			return nil, errors.New(said.Error)
		case said.Result != nil:
			return said.Result, nil
		case said.Step != nil && heard != nil:
			heard(*said.Step)
		}
	}
}

// controlAt reads where the centre on dir listens. The lock of the folder says
// whether one runs: a place left behind by a killed process leads nowhere.
func controlAt(dir string) (controlPlace, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return controlPlace{}, ErrNotRunning
	}
	lock, err := lockFolder(dir)
	if err == nil {
		return controlPlace{}, errors.Join(ErrNotRunning, lock.release())
	}
	if !errors.Is(err, ErrFolderBusy) {
		return controlPlace{}, err
	}
	raw, err := os.ReadFile(filepath.Join(dir, controlFile))
	if err != nil { // a command of its own, or a centre that is about to start or stop
		return controlPlace{}, fmt.Errorf("%s: %w", dir, ErrFolderBusy)
	}
	var place controlPlace
	if err := json.Unmarshal(raw, &place); err != nil {
		return controlPlace{}, fmt.Errorf("read %s: %w", filepath.Join(dir, controlFile), err)
	}
	return place, nil
}
