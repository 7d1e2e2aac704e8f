// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake/engine"
)

// child is an engine of our own: started when first needed, watched, and
// started again when it died or does not answer.
type child struct {
	o    Options
	http *http.Client

	mu      sync.Mutex
	started bool // the keeper runs
	closed  bool
	at      spot          // of the engine that answers; zero when none does
	down    error         // why none does, while the keeper waits to try again
	change  chan struct{} // closed when the above changes

	stop  chan struct{} // closed by close
	ended chan struct{} // closed by the keeper
	doubt chan struct{} // a call met no answer: look now
}

func newChild(o Options, client *http.Client) *child {
	return &child{o: o, http: client, change: make(chan struct{}), stop: make(chan struct{}), ended: make(chan struct{}), doubt: make(chan struct{}, 1)}
}

func (*child) own() bool { return true }

// spot implements place. It waits for an engine that starts, not for one that
// just failed to.
func (c *child) spot(ctx context.Context) (spot, error) {
	const op = "lake.engine"
	for {
		c.mu.Lock()
		if c.closed {
			c.mu.Unlock()
			return spot{}, unavailable(op, errors.New("closed"))
		}
		if !c.started {
			c.started = true
			go c.keep()
		}
		at, down, change := c.at, c.down, c.change
		c.mu.Unlock()
		if at.base != "" {
			return at, nil
		}
		if down != nil {
			return spot{}, unavailable(op, down)
		}
		select {
		case <-change:
		case <-ctx.Done():
			return spot{}, unavailable(op, ctx.Err())
		}
	}
}

func (c *child) failed() {
	select {
	case c.doubt <- struct{}{}:
	default:
	}
}

func (c *child) set(at spot, down error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.down = at, down
	close(c.change)
	c.change = make(chan struct{})
}

func (c *child) close() error {
	c.mu.Lock()
	first, started := !c.closed, c.started
	c.closed = true
	c.mu.Unlock()
	if first {
		close(c.stop)
	}
	if started {
		<-c.ended
	}
	return nil
}

// keep holds an engine up until stop. It stays on one thread, which ends with
// it: on Linux the engine is told of the death of the thread that started it, and
// inherits its priority.
func (c *child) keep() {
	defer close(c.ended)
	runtime.LockOSThread()
	if err := giveWay(); err != nil {
		c.o.Log.Warn("the lake engine does not give way to the reading of lines", "err", err)
	}
	const shortest, longest = 250 * time.Millisecond, 30 * time.Second
	pause, served := shortest, false
	for {
		p, err := c.launch()
		if err == nil {
			c.o.Log.Info("lake engine answers", "pid", p.cmd.Process.Pid)
			began := time.Now()
			c.set(p.at, nil)
			if served && c.o.Restarted != nil {
				c.o.Restarted()
			}
			served = true
			if err = c.watch(p); err == nil {
				return
			}
			if time.Since(began) > time.Minute {
				pause = shortest
			}
		}
		select { // a stop also ends a launch, and is no failure
		case <-c.stop:
			return
		default:
		}
		c.o.Log.Error("lake engine is down", "err", err, "again_in", pause)
		c.set(spot{}, err)
		select {
		case <-c.stop:
			return
		case <-time.After(pause):
		}
		c.set(spot{}, nil)
		pause = min(2*pause, longest)
	}
}

// process is one run of the engine.
type process struct {
	cmd  *exec.Cmd
	tie  *os.File // its end of standard input; closing it ends the engine
	at   spot
	gone chan struct{} // closed when it ended, with err set
	err  error
}

// launch starts the engine and waits until it answers.
func (c *child) launch() (*process, error) {
	if err := os.MkdirAll(c.o.Dir, 0o700); err != nil {
		return nil, err
	}
	far, near, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = far.Close() }() // the child has its own copy
	p := &process{tie: near, gone: make(chan struct{})}
	said := &firstLine{full: make(chan []byte, 1)}
	p.cmd = exec.Command(c.o.Command[0], c.o.Command[1:]...)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = far, said, &journal{log: c.o.Log}
	p.cmd.Env = append(surroundings(), c.o.Env...)
	p.cmd.SysProcAttr = bound()
	p.cmd.WaitDelay = time.Second
	if err := p.cmd.Start(); err != nil {
		_ = near.Close() // nobody reads it
		return nil, err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.gone)
	}()
	token := rand.Text()
	told, err := json.Marshal(engine.Config{Dir: c.o.Dir, Listen: "127.0.0.1:0", Token: token, RetentionDays: c.o.RetentionDays + 1,
		MemoryBytes: c.o.MemoryBytes, MinFreeBytes: c.o.MinFreeBytes, FlushSeconds: 5})
	if err == nil {
		_, err = near.Write(append(told, '\n'))
	}
	if err != nil {
		return nil, errors.Join(err, c.kill(p))
	}
	slow := time.NewTimer(c.o.StartTime)
	defer slow.Stop()
	select {
	case line := <-said.full:
		var ready engine.Ready
		if err := json.Unmarshal(line, &ready); err != nil {
			return nil, errors.Join(fmt.Errorf("the engine's first word: %w", err), c.kill(p))
		}
		p.at = spot{"http://" + ready.Address, token}
		return p, nil
	case <-p.gone:
		_ = near.Close() // nobody reads it
		return nil, fmt.Errorf("the engine ended before it answered: %w", cause(p.err))
	case <-slow.C:
		return nil, errors.Join(errors.New("the engine did not answer in time"), c.kill(p))
	case <-c.stop:
		return nil, errors.Join(errors.New("told to stop"), c.kill(p))
	}
}

// watch returns nil when it was told to stop, else why the engine is no more.
func (c *child) watch(p *process) error {
	tick := time.NewTicker(c.o.HealthEvery)
	defer tick.Stop()
	for silent := 0; ; {
		select {
		case <-c.stop:
			c.set(spot{}, nil)
			return c.end(p)
		case <-p.gone:
			_ = p.tie.Close() // nobody reads it
			return fmt.Errorf("the engine ended: %w", cause(p.err))
		case <-tick.C:
		case <-c.doubt:
		}
		if err := c.look(p); err == nil {
			silent = 0
		} else if silent++; silent >= 3 {
			return errors.Join(fmt.Errorf("the engine does not answer: %w", err), c.kill(p))
		}
	}
}

// look asks whether the engine answers.
func (c *child) look(p *process) error {
	ctx, cancel := context.WithTimeout(context.Background(), c.o.HealthTime)
	defer cancel()
	go func() {
		select {
		case <-p.gone:
			cancel()
		case <-ctx.Done():
		}
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.at.base+"/health", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+p.at.token)
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

// end lets the engine write down what it has, and kills it when that takes too long.
func (c *child) end(p *process) error {
	_ = p.tie.Close() // that is the word
	slow := time.NewTimer(30 * time.Second)
	defer slow.Stop()
	select {
	case <-p.gone:
	case <-slow.C:
		c.o.Log.Error("lake engine did not end in time")
		return c.kill(p)
	}
	if p.err != nil {
		c.o.Log.Error("lake engine ended badly", "err", p.err)
	}
	return nil
}

func (c *child) kill(p *process) error {
	_ = p.tie.Close() // it is killed whether it reads that or not
	err := p.cmd.Process.Kill()
	<-p.gone
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

func cause(err error) error {
	if err == nil {
		return errors.New("by itself")
	}
	return err
}

// firstLine hands out the first line that is written to it.
type firstLine struct {
	held []byte
	done bool
	full chan []byte // of one
}

func (f *firstLine) Write(b []byte) (int, error) {
	if f.done {
		return len(b), nil
	}
	f.held = append(f.held, b...)
	if line, _, ok := bytes.Cut(f.held, []byte("\n")); ok || len(f.held) > 1<<16 {
		f.done = true
		f.full <- line
	}
	return len(b), nil
}
