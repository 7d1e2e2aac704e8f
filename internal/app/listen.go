// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/reception"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/certificate"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// positionsFolder remembers how far followed files were read.
const positionsFolder = "positions"

// listen begins to receive as the configuration says; nil when it says nothing.
func (a *App) listen(ctx context.Context, to stream.Appender) (*listener.Server, error) {
	cfg := a.opt.Config
	if !cfg.Intake.On() {
		return nil, nil
	}
	if err := a.Rooms.Sources.RefreshWays(ctx); err != nil {
		return nil, err
	}
	doors, err := a.doors()
	if err != nil {
		return nil, err
	}
	s, err := listener.New(listener.Options{Appender: to, Directory: waysIn{a.Rooms.Sources.Directory()}, Listeners: doors,
		State: filepath.Join(cfg.Data, positionsFolder), Now: a.opt.Now, Log: a.opt.Log})
	if err != nil {
		return nil, fmt.Errorf("receive logs: %w", err)
	}
	if err := s.Start(ctx); err != nil {
		return nil, fmt.Errorf("receive logs: %w (is another program there? choose another address in the section intake)", err)
	}
	return s, nil
}

// doors are the listeners of the configuration. Each is called by its protocol
// and address.
func (a *App) doors() ([]listener.Listen, error) {
	in := a.opt.Config.Intake
	secure, authorities, err := a.intakeTLS()
	if err != nil {
		return nil, err
	}
	var out []listener.Listen
	add := func(name string, kind listener.Kind, addresses []string) {
		for i, address := range addresses {
			l := listener.Listen{Name: name + "/" + strings.TrimPrefix(address, "/"), Kind: kind, Address: address}
			host, port, _ := net.SplitHostPort(address) // the configuration has checked it
			if port == "0" {
				l.Name = fmt.Sprintf("%s/%d", name, i)
			}
			if kind == listener.SyslogTLS || kind == listener.HTTP && !loopback(host) {
				l.TLS, l.ClientCAs = secure, authorities
			}
			out = append(out, l)
		}
	}
	add("udp", listener.SyslogUDP, in.UDP)
	add("tcp", listener.SyslogTCP, in.TCP)
	add("tls", listener.SyslogTLS, in.TLS)
	add("http", listener.HTTP, in.HTTP)
	add("dnstap", listener.Dnstap, in.Dnstap)
	add("netflow", listener.NetFlow, in.NetFlow)
	if len(in.Files) > 0 {
		out = append(out, listener.Listen{Name: "files", Kind: listener.File, Paths: in.Files})
	}
	return out, nil
}

// intakeTLS is how senders are spoken to: with the certificate of the pages, or,
// where a proxy has that, with one of the own authority.
func (a *App) intakeTLS() (*tls.Config, *x509.CertPool, error) {
	cfg := a.opt.Config
	var wanted []string
	wanted = append(append(wanted, cfg.Intake.TLS...), cfg.Intake.HTTP...)
	if len(wanted) == 0 {
		return nil, nil, nil
	}
	var secure *tls.Config
	var err error
	if cfg.TLS.Mode == config.Files {
		secure, err = certificate.Files(cfg.TLS.Cert, cfg.TLS.Key, a.opt.Now())
	} else {
		var host string
		if host, err = os.Hostname(); err != nil {
			return nil, nil, fmt.Errorf("name of this machine: %w", err)
		}
		secure, _, err = certificate.Own(filepath.Join(cfg.Data, "tls"), certificate.Names(cfg.Listen, cfg.URL, host), a.opt.Now)
	}
	if err != nil || cfg.Intake.ClientCA == "" {
		return secure, nil, err
	}
	raw, err := os.ReadFile(cfg.Intake.ClientCA)
	if err != nil {
		return nil, nil, fmt.Errorf("intake.client_ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, nil, errors.New("intake.client_ca: " + cfg.Intake.ClientCA + " holds no certificate in PEM")
	}
	return secure, pool, nil
}

// waysIn lets listeners ask the room of sources who sends.
type waysIn struct{ of *source.Directory }

// Find implements listener.Directory.
func (d waysIn) Find(p listener.Peer) (listener.Way, bool) {
	id, src, owner, lines, bytes, ok := d.of.Find(string(p.Kind), p.Listener, p.Addr, p.Certificate, p.Host, p.Token, p.Path)
	way := listener.Way{ID: id, Source: src, Owner: owner, Quota: listener.Quota{Lines: lines, Bytes: bytes}}
	if p.Kind == listener.SyslogTCP || p.Kind == listener.SyslogTLS {
		way.ByHost = d.of.Relays(string(p.Kind), p.Listener, p.Addr, p.Certificate)
	}
	return way, ok
}

// keepFigures has what the listeners counted kept in the records, and the blocks
// that came again.
func (a *App) keepFigures(ctx context.Context) error {
	if err := a.Rooms.Sources.KeepAgain(ctx); err != nil {
		return err
	}
	in := a.intake.Load()
	if in == nil || in.listener == nil {
		return nil
	}
	now := a.opt.Now()
	var out []source.WayFigures
	for _, w := range in.listener.Figures().Ways {
		f := source.WayFigures{Way: source.WayID(w.Way), Lines: w.StoredLines, Bytes: w.StoredBytes, Open: int64(w.Connections), LastAt: w.Last,
			Refused: map[string]int64{}, Dropped: map[string]int64{}, Odd: map[string]int64{}}
		for _, c := range w.Counts {
			switch {
			case c.Reason == listener.Empty: // says nothing
				continue
			case c.Kept:
				f.Odd[string(c.Reason)] += c.Lines
			case c.Reason.Gone():
				f.Dropped[string(c.Reason)] += c.Lines
			default:
				f.Refused[string(c.Reason)] += c.Lines
			}
			for _, text := range c.Samples {
				f.Samples = append(f.Samples, source.Refusal{At: now, Reason: string(c.Reason), Text: text})
			}
		}
		out = append(out, f)
	}
	return a.Rooms.Sources.KeepFigures(ctx, out)
}

// reception builds the room that shows what is received.
func (a *App) reception() *reception.Service {
	return reception.New(reception.Deps{Records: a.Records, Now: a.opt.Now, Root: a.root,
		Stream: func() reception.Stream {
			if in := a.intake.Load(); in != nil {
				return in.stream
			}
			return nil
		},
		Listeners: a.doorsOpen, Sources: a.sourceNames, Working: a.working})
}

// receptionOf says how what receives the lines of a source does.
func (a *App) receptionOf(ctx context.Context, id source.ID) source.Reception {
	in := a.intake.Load()
	if in == nil {
		return source.Reception{}
	}
	out := source.Reception{Full: in.stream.Refusing()}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	n, err := in.stream.DeadOf(ctx, string(id))
	if out.Silent = err != nil; out.Silent {
		a.opt.Log.Warn("blocks of a source that were given up are not known", "source", id, "err", err)
	}
	if out.Dead = int64(n); n > 0 && a.Rooms.Reception.MayLook(ctx) {
		out.See = reception.Path + "#letters"
	}
	return out
}

// working is how this process does with reading and keeping lines.
func (a *App) working() reception.Work {
	in := a.intake.Load()
	if in == nil {
		return reception.Work{}
	}
	var k lake.KeeperState
	if kept := a.keeping.Load(); kept != nil {
		k = kept.keeper.State()
	}
	poisoned := in.worker.Poisoned()
	for _, h := range a.others() {
		poisoned += h.Poisoned
	}
	return reception.Work{On: true, Poisoned: poisoned, Searched: k.Searched, Behind: k.Behind, Since: k.Since, Failure: k.Failure,
		Unsearched: int64(k.Refused.Total())}
}

// sourceNames names sources for who may know all of them.
func (a *App) sourceNames(ctx context.Context, ids []string) (map[string]string, error) {
	out := map[string]string{}
	for _, id := range ids {
		s, err := a.Rooms.Sources.Known(ctx, source.ID(id))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		out[id] = s.Name
	}
	return out, nil
}

// Receiving is where the first listener of a protocol stands, such as "tcp"; nil
// while there is none.
func (a *App) Receiving(protocol string) net.Addr {
	for _, l := range a.ownDoors() {
		if name, _, _ := strings.Cut(l.Name, "/"); name == protocol {
			return a.intake.Load().listener.Addr(l.Name)
		}
	}
	return nil
}
