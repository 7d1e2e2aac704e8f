// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake/hush"
)

var _ = hush.Over()

// Options say where the engine is and what it may use. Either Dir and Command
// are set, for an engine of our own, or Address, for one that others run.
type Options struct {
	Dir     string   // folder of the engine's data; made if missing
	Command []string // program and arguments that run the engine (package lake/engine)
	Env     []string // more of the environment for Command, "NAME=value"

	Address string // of a VictoriaLogs server or cluster front, "https://lake.example.vn:9428"
	Token   string // that it wants as a bearer; "" for none

	RetentionDays int // days kept, 365 by default; at Address the server must keep one day more
	Log           *slog.Logger
	Now           func() time.Time

	MemoryBytes  int64         // of our engine for caches and queries, 512 MiB by default
	MinFreeBytes int64         // of disk that our engine leaves alone, 1 GiB by default
	QueryTime    time.Duration // of one query, 30 s by default
	StartTime    time.Duration // until our engine must answer, 2 min by default
	HealthEvery  time.Duration // between looks whether our engine still answers, 5 s by default
	HealthTime   time.Duration // for one answer, 5 s by default; the third in vain ends the engine
	Settle       time.Duration // after which a cluster has spread what it took, 4 s by default

	// Restarted is called when an engine of ours that had been in use died and
	// the next one answers: what it had in memory is lost until Repair. It must
	// return at once.
	Restarted func()
}

// Client is a Store. Close it when done.
type Client struct {
	o     Options
	log   *slog.Logger
	now   func() time.Time
	place place
	http  *http.Client

	repairing sync.Mutex
	shut      sync.Once // it was said that Flush may not ask

	mu         sync.Mutex
	lastInsert time.Time // at a cluster: until when it may still be spreading
}

var _ Store = (*Client)(nil)

// place is where the engine answers.
type place interface {
	// spot waits until the engine answers, for as long as there is hope.
	spot(ctx context.Context) (spot, error)
	// failed says that a call to the engine met no answer.
	failed()
	own() bool // whether the engine is ours
	close() error
}

// spot is one engine that answered.
type spot struct{ base, token string }

// Open returns a client. An engine of our own is started by the first call that needs it.
func Open(o Options) (*Client, error) {
	if (o.Address == "") == (o.Dir == "") || (o.Dir != "") != (len(o.Command) > 0) {
		return nil, errors.New("lake: either a folder and a command or an address")
	}
	o.RetentionDays = cmp.Or(o.RetentionDays, 365)
	o.MemoryBytes = cmp.Or(o.MemoryBytes, 512<<20)
	o.MinFreeBytes = cmp.Or(o.MinFreeBytes, 1<<30)
	o.QueryTime = cmp.Or(o.QueryTime, 30*time.Second)
	o.StartTime = cmp.Or(o.StartTime, 2*time.Minute)
	o.HealthEvery = cmp.Or(o.HealthEvery, 5*time.Second)
	o.HealthTime = cmp.Or(o.HealthTime, 5*time.Second)
	o.Settle = cmp.Or(o.Settle, 4*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	// No proxy of the environment: the engine is here, or its address is meant.
	transport := &http.Transport{DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute, DisableCompression: true}
	c := &Client{o: o, log: o.Log, now: o.Now, http: &http.Client{Transport: transport}}
	if o.Address != "" {
		c.place = fixed{spot{o.Address, o.Token}}
		c.lastInsert = time.Now() // by a process before this one, which may just have died
	} else {
		c.place = newChild(o, c.http)
	}
	return c, nil
}

// Close ends the engine if it is ours, with what it has in memory written down.
func (c *Client) Close() error {
	err := c.place.close()
	c.http.CloseIdleConnections()
	return err
}

// fixed is an engine that others run.
type fixed struct{ at spot }

func (f fixed) spot(context.Context) (spot, error) { return f.at, nil }
func (fixed) failed()                              {}
func (fixed) own() bool                            { return false }
func (fixed) close() error                         { return nil }
