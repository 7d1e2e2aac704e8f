// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/platform/backup"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/certificate"
)

// Options are what a collector runs with. Dir is required; what is nil or zero
// has the default given.
type Options struct {
	Dir     string
	Config  Config
	Version string
	Log     *slog.Logger
	Now     func() time.Time       // time.Now
	Free    func() (uint64, error) // bytes that may be written; of Dir's disk
	Every   time.Duration          // between two reports to the centre; 30 s
	Wait    time.Duration          // after a first failure; 1 s, and twice as long after each, up to 60 times
	Limits  listener.Limits
	// Ready is told once the listeners stand; may be nil.
	Ready func(c *Collector)
}

// Collector is one that runs.
type Collector struct {
	o       Options
	id      *Identity
	spool   *Spool
	in      *listener.Server
	out     *forwarder
	started time.Time
}

// ErrBusy means that another process runs the collector of the folder.
var ErrBusy = errors.New("another process runs this collector")

// lock keeps a second process out of a folder.
func lock(dir string) (*flock.Flock, error) {
	l := flock.New(filepath.Join(dir, "lock"))
	got, err := l.TryLock()
	if err == nil && !got {
		err = ErrBusy
	}
	return l, err
}

// Run collects and forwards until ctx ends, then takes what lies in the sockets
// and returns. It fails when the folder is not enrolled or in use, when a
// listener cannot be opened, and when the disk fails.
func Run(ctx context.Context, o Options) (err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Free == nil {
		o.Free = func() (uint64, error) {
			n, err := backup.Free(o.Dir)
			return uint64(n), err
		}
	}
	if o.Every == 0 {
		o.Every = 30 * time.Second
	}
	if o.Wait == 0 {
		o.Wait = time.Second
	}
	id, err := LoadIdentity(o.Dir)
	if err != nil {
		return err
	}
	l, err := lock(o.Dir)
	if err != nil {
		return fmt.Errorf("%s: %w", o.Dir, err)
	}
	defer func() { err = errors.Join(err, l.Unlock()) }()
	c := &Collector{o: o, id: id, started: o.Now().UTC()}
	if err := c.build(id); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.spool.Close()) }()
	if err := c.in.Start(ctx); err != nil {
		return fmt.Errorf("%w (is another program there? choose another address in the section listen)", err)
	}
	if o.Ready != nil {
		o.Ready(c)
	}
	return c.work(ctx)
}

func (c *Collector) build(id *Identity) (err error) {
	c.spool, err = OpenSpool(SpoolOptions{Dir: filepath.Join(c.o.Dir, spoolFolder), Limit: int64(c.o.Config.Spool.Limit),
		Reserve: uint64(c.o.Config.Spool.Reserve), Free: c.o.Free, Now: c.o.Now})
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.spool.Close())
		}
	}()
	ways, err := loadWays(c.o.Dir)
	if err != nil {
		return err
	}
	dirs := &Directory{}
	if err := dirs.Set(ways.Ways); err != nil {
		return err
	}
	hours, err := c.o.Config.hours()
	if err != nil {
		return err
	}
	c.out = &forwarder{dir: c.o.Dir, id: id, spool: c.spool, dirs: dirs, now: c.o.Now, log: c.o.Log, every: c.o.Every, wait: c.o.Wait, hello: c.hello, sleep: sleep,
		pace: &Pace{Rate: int64(c.o.Config.Forward.Rate), Hours: hours, Zone: calendar.Zone(), Now: c.o.Now, Sleep: sleep}}
	c.out.state.WaysAt = ways.At
	doors, err := c.doors()
	if err != nil {
		return err
	}
	c.in, err = listener.New(listener.Options{Appender: c.spool, Directory: dirs, Listeners: doors, State: filepath.Join(c.o.Dir, stateFolder),
		Now: c.o.Now, Log: c.o.Log, Limits: c.o.Limits})
	return err
}

// doors are the listeners, with a certificate of the collector's own where
// senders speak TLS.
func (c *Collector) doors() ([]listener.Listen, error) {
	doors := c.o.Config.doors()
	for i, d := range doors {
		if d.Kind != listener.SyslogTLS && (d.Kind != listener.HTTP || isLoopback(d.Address)) {
			continue
		}
		host, err := os.Hostname()
		if err != nil {
			return nil, err
		}
		doors[i].TLS, _, err = certificate.Own(filepath.Join(c.o.Dir, tlsFolder), certificate.Names(d.Address, "", host), c.o.Now)
		if err != nil {
			return nil, err
		}
	}
	return doors, nil
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// Addr is where a listener of the configuration stands, such as "tcp/0".
func (c *Collector) Addr(name string) net.Addr { return c.in.Addr(name) }

// stopTime is how long the listeners have to store what was read.
const stopTime = 10 * time.Second

// work forwards and keeps house until ctx ends or the disk fails. The spool is
// swept and the status written each second.
func (c *Collector) work(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	forwarded := make(chan error, 1)
	go func() { forwarded <- c.out.run(ctx) }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var failed error
	for failed == nil && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case failed = <-forwarded:
			if failed == nil {
				failed = ctx.Err()
			}
			forwarded <- nil
		case <-tick.C:
			if failed = c.keep(); failed != nil && !errors.Is(failed, ErrBroken) {
				c.o.Log.Error("keep the spool", "err", failed)
				failed = nil
			}
		}
	}
	limit, done := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer done()
	stopped := c.in.Stop(limit)
	cancel()
	if errors.Is(failed, context.Canceled) {
		failed = nil
	}
	return errors.Join(failed, stopped, <-forwarded, c.writeStatus())
}

// keep takes receipts that somebody left, sweeps the spool and says how it is.
func (c *Collector) keep() error {
	if st := c.spool.State(); st.Broken != nil {
		return st.Broken
	}
	return errors.Join(c.takeReceipts(), c.spool.Sweep(c.o.Now()), c.writeStatus())
}

// mostUnknown is how many unknown senders are told of.
const mostUnknown = 20

// hello is how the listeners do.
func (c *Collector) hello() Hello {
	f := c.in.Figures()
	h := Hello{Version: c.o.Version, Started: c.started}
	if host, err := os.Hostname(); err == nil {
		h.Host = host
	}
	for _, w := range f.Ways {
		x := WayFigures{Way: w.Way, Lines: w.StoredLines, Bytes: w.StoredBytes, Last: w.Last.UTC(), Lost: map[string]int64{}, Refused: map[string]int64{}}
		for _, n := range w.Counts {
			switch {
			case n.Kept || n.Reason == listener.Empty:
			case n.Reason.Gone():
				x.Lost[string(n.Reason)] += n.Lines
			default:
				x.Refused[string(n.Reason)] += n.Lines
			}
		}
		h.Ways = append(h.Ways, x)
	}
	for _, d := range f.Listeners {
		h.Doors = append(h.Doors, Door{Name: d.Name, Kind: string(d.Kind), Address: d.Address, Failure: d.Failure, Drops: d.KernelDrops, Unknown: d.Unknown})
		for _, u := range d.Senders {
			if len(h.Unknowns) < mostUnknown {
				h.Unknowns = append(h.Unknowns, UnknownPeer{Kind: string(d.Kind), Listener: d.Name, Addr: u.Addr, Host: u.Host, Path: u.Path,
					Count: u.Count, Last: u.Last.UTC(), Sample: u.Sample})
			}
		}
	}
	return h
}

// Status is status.json: how a collector is, for people and for `collect
// bundle`, which may read the spool up to Next while the collector runs.
type Status struct {
	At      time.Time     `json:"at"`
	Name    string        `json:"name"`
	ID      string        `json:"id"`
	Centre  string        `json:"centre"`
	Version string        `json:"version"`
	Running bool          `json:"running"`
	Oldest  uint64        `json:"oldest"`
	Wanted  uint64        `json:"wanted"` // the centre has all blocks before
	Next    uint64        `json:"next"`
	Backlog int64         `json:"backlog_bytes"`
	Bytes   int64         `json:"spool_bytes"`
	Limit   int64         `json:"spool_limit"`
	Full    time.Time     `json:"full_since,omitzero"`
	Refused int64         `json:"refused_blocks"`
	Lost    string        `json:"lost,omitempty"`
	Paused  bool          `json:"paused,omitempty"`
	Heard   time.Time     `json:"heard,omitzero"` // last answer of the centre
	Failure string        `json:"failure,omitempty"`
	Since   time.Time     `json:"failing_since,omitzero"`
	Refusal bool          `json:"not_taken,omitempty"` // the centre does not take this collector
	Copied  bool          `json:"copied,omitempty"`
	Skew    time.Duration `json:"clock_skew_ns"`
	Sent    uint64        `json:"sent_blocks"` // in this run
	Hello   Hello         `json:"listeners"`
}

func (c *Collector) status() Status {
	st, l, id := c.spool.State(), c.out.link(), c.id
	return Status{At: c.o.Now().UTC(), Name: id.Name, ID: id.ID, Centre: id.Centre, Version: c.o.Version, Running: true, Oldest: st.Oldest, Wanted: st.Wanted,
		Next: st.Next, Backlog: c.spool.Backlog(), Bytes: st.Bytes, Limit: st.Limit, Full: st.Full, Refused: st.Refused, Lost: st.Lost.String(),
		Paused: c.out.pace.Paused(), Heard: l.At, Failure: l.Failure, Since: l.Since, Refusal: l.Refused, Copied: l.Copied, Skew: l.Skew, Sent: l.Sent,
		Hello: c.hello()}
}

func (c *Collector) writeStatus() error {
	raw, err := json.MarshalIndent(c.status(), "", "  ")
	if err != nil {
		return err
	}
	temp := filepath.Join(c.o.Dir, statusFile+".new") // not synced: the next second brings another
	return errors.Join(os.WriteFile(temp, raw, 0o600), os.Rename(temp, filepath.Join(c.o.Dir, statusFile)))
}

// ReadStatus reads how the collector of a folder is: of a running one, at most a
// second old; of one that does not run, how it lay when it stopped.
func ReadStatus(dir string) (Status, error) {
	var s Status
	id, err := LoadIdentity(dir)
	if err != nil {
		return s, err
	}
	raw, err := os.ReadFile(filepath.Join(dir, statusFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return s, err
	}
	if err != nil || json.Unmarshal(raw, &s) != nil || s.ID != id.ID { // none yet, torn by a power cut, or of an enrolment before
		s = Status{Name: id.Name, ID: id.ID, Centre: id.Centre, Oldest: 1, Wanted: 1, Next: 1}
	}
	l, err := lock(dir)
	s.Running = errors.Is(err, ErrBusy)
	if err == nil {
		err = l.Unlock()
	} else if s.Running {
		err = nil
	}
	return s, err
}
