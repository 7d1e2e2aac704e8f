// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/centre/collector"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/certificate"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file joins the room of collectors to the rest, and listens for them.

// edgeDoor listens for collectors.
type edgeDoor struct {
	servers []*http.Server
	at      []net.Addr
}

// listenEdge begins to listen for collectors as the configuration says.
func (a *App) listenEdge(ctx context.Context) (*edgeDoor, error) {
	d := &edgeDoor{}
	if len(a.opt.Config.Intake.Edge) == 0 {
		return d, nil
	}
	secure, err := a.edgeTLS()
	if err != nil {
		return d, err
	}
	for _, at := range a.opt.Config.Intake.Edge {
		ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", at)
		if err != nil {
			return d, fmt.Errorf("receive from collectors: %w (is another program there? choose another address for intake.edge)", errors.Join(err, d.stop(ctx)))
		}
		srv := &http.Server{Handler: a.Rooms.Collectors.Wire(a.opt.Log), TLSConfig: secure, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
			MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(a.opt.Log.Handler(), slog.LevelDebug)}
		d.servers, d.at = append(d.servers, srv), append(d.at, ln.Addr())
		go func() {
			if err := srv.ServeTLS(ln, "", ""); !errors.Is(err, http.ErrServerClosed) {
				a.opt.Log.Error("receive from collectors", "address", at, "err", err)
			}
		}()
	}
	return d, nil
}

// stop takes nothing new and waits for what is in hand as long as ctx allows.
func (d *edgeDoor) stop(ctx context.Context) error {
	if d == nil { // this process receives nothing
		return nil
	}
	var errs []error
	for _, s := range d.servers {
		if err := s.Shutdown(ctx); err != nil { // what is not stored the collector still has
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}

// edgeTLS shows collectors a certificate of the own authority, whatever the
// pages have: collectors know the centre by it. The authority itself goes with
// it, since at the first time they have only its fingerprint.
func (a *App) edgeTLS() (*tls.Config, error) {
	own, authority, err := a.ownTLS()
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(authority)
	show := own.GetCertificate
	return &tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: pool, Time: a.opt.Now,
		GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
			c, err := show(h)
			if err != nil {
				return nil, err
			}
			chain := *c
			chain.Certificate = append(append([][]byte{}, c.Certificate...), authority.Raw)
			return &chain, nil
		}}, nil
}

// ownTLS is the own certificate, made when there is none yet, and the authority
// that signed it.
func (a *App) ownTLS() (*tls.Config, *x509.Certificate, error) {
	cfg := a.opt.Config
	host, err := os.Hostname()
	if err != nil {
		return nil, nil, fmt.Errorf("name of this machine: %w", err)
	}
	own, _, err := certificate.Own(a.tlsFolder(), certificate.Names(cfg.Listen, cfg.URL, host), a.opt.Now)
	if err != nil {
		return nil, nil, err
	}
	authority, err := certificate.Leaf(filepath.Join(a.tlsFolder(), "ca.crt"))
	return own, authority, err
}

func (a *App) tlsFolder() string { return filepath.Join(a.opt.Config.Data, "tls") }

// collectors builds the room of collectors.
func (a *App) collectors() (*collector.Service, error) {
	s, err := collector.New(collector.Deps{Records: a.Records, Secrets: a.Secrets, Now: a.opt.Now, Append: a.appendFromEdge, Temp: a.opt.Config.Data,
		MaySend: func(ctx context.Context, id string) (collector.Source, error) {
			src, err := a.Rooms.Sources.Get(ctx, source.ID(id))
			return collector.Source{ID: id, Name: src.Name, Owner: src.Owner, Closed: src.Closed}, err
		},
		Sources: a.sourcesOfEdge,
		Authority: func() ([]byte, error) {
			_, authority, err := a.ownTLS()
			if err != nil {
				return nil, err
			}
			return authority.Raw, nil
		},
		Sign: func(request, name string) (string, time.Time, error) {
			text, ends, err := certificate.SignClient(a.tlsFolder(), []byte(request), name, a.opt.Now())
			return string(text), ends, err
		},
		Lost: func(ctx context.Context, list []collector.Losses) error {
			var out []source.Lost
			for _, l := range list {
				out = append(out, source.Lost{Source: source.ID(l.Source), Dropped: l.Dropped, Refused: l.Refused})
			}
			return a.Rooms.Sources.CountLost(ctx, out)
		},
		Address: a.edgeAddress, Told: a.tellCollector, Listens: a.Rooms.Sources.ListeningSince})
	if err != nil {
		return nil, err
	}
	a.command("collect.accept", a.acceptCommand)
	a.behind.every(time.Minute, "watch the collectors", s.Watch)
	return s, nil
}

// appendFromEdge stores a block of a collector in the stream.
func (a *App) appendFromEdge(ctx context.Context, b stream.Block) error {
	in := a.intake.Load()
	if in == nil {
		return &fault.Error{Kind: fault.Unavailable, Op: "app.appendFromEdge", Msg: "app.edge.off"}
	}
	err := in.stream.Append(ctx, b)
	if errors.Is(err, stream.ErrFull) {
		return fault.Full("app.appendFromEdge", err)
	}
	return err
}

func (a *App) sourcesOfEdge(ctx context.Context, ids []string) (map[string]collector.Source, error) {
	out := map[string]collector.Source{}
	for _, id := range ids {
		if _, done := out[id]; done {
			continue
		}
		src, err := a.Rooms.Sources.Known(ctx, source.ID(id))
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[id] = collector.Source{ID: id, Name: src.Name, Owner: src.Owner, Closed: src.Closed}
	}
	return out, nil
}

// edgeAddress is where collectors reach this centre; a listener on every address
// is reached where the pages are.
func (a *App) edgeAddress() string {
	at := a.EdgeAddress()
	if at == "" && len(a.opt.Config.Intake.Edge) > 0 {
		at = a.opt.Config.Intake.Edge[0]
	}
	host, port, err := net.SplitHostPort(at)
	if err != nil {
		return ""
	}
	ip, err := netip.ParseAddr(host)
	if u, bad := url.Parse(a.opt.Config.URL); bad == nil && (host == "" || err == nil && ip.IsUnspecified()) {
		host = u.Hostname()
	}
	return "https://" + net.JoinHostPort(host, port)
}

// EdgeAddress is where the first listener for collectors stands, host:port; ""
// while there is none.
func (a *App) EdgeAddress() string {
	if in := a.intake.Load(); in != nil && in.edge != nil && len(in.edge.at) > 0 {
		return in.edge.at[0].String()
	}
	return ""
}

// sourceOptions are the open sources in the actor's scope of a unit and of those
// below it.
func (a *App) sourceOptions(ctx context.Context, unit string) ([]ui.Option, error) {
	var below []string
	err := a.Records.Read().NewSelect().Table("unit_closure").ColumnExpr("DISTINCT descendant").Where("ancestor = ?", unit).Scan(ctx, &below)
	if err != nil {
		return nil, db.Error("app.sourceOptions", err)
	}
	var out []ui.Option
	for f := (source.Filter{Limit: 500}); ; {
		rows, _, err := a.Rooms.Sources.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, s := range rows {
			if !s.Closed && slices.Contains(below, s.Owner) {
				out = append(out, ui.Option{Value: string(s.ID), Label: s.Name})
			}
		}
		if len(rows) < f.Limit {
			return out, nil
		}
		f.After = string(rows[len(rows)-1].ID)
	}
}

// AcceptAsk is what the command "collect.accept" takes: the whole path of a
// bundle.
type AcceptAsk struct {
	File string `json:"file"`
}

// Accepted is what the command "collect.accept" answers.
type Accepted struct {
	Collector string `json:"collector"`
	Bundle    int64  `json:"bundle"`
	First     int64  `json:"first"`
	Last      int64  `json:"last"`
	Taken     int64  `json:"taken"`
	Repeated  int64  `json:"repeated"`
	Refused   int64  `json:"refused"`
	Missing   string `json:"missing"`
	Receipt   string `json:"receipt"` // the file for the collector
}

func (a *App) acceptCommand(ctx context.Context, args json.RawMessage, _ func(Step)) (any, error) {
	var ask AcceptAsk
	if err := json.Unmarshal(args, &ask); err != nil {
		return nil, fmt.Errorf("control collect.accept: %w", err)
	}
	f, err := os.Open(ask.File)
	if err != nil {
		return nil, err
	}
	b, err := a.Rooms.Collectors.AcceptAsOwner(ctx, f)
	if err = errors.Join(err, f.Close()); err != nil {
		if e := fault.Of(err); e.Kind == fault.Invalid && e.Fields["file"] != "" { // one sentence instead of a form's field
			err = &fault.Error{Kind: fault.Invalid, Op: "app.accept", Msg: e.Fields["file"], Err: err}
		}
		return nil, err
	}
	return Accepted{Collector: string(b.Collector), Bundle: b.Number, First: b.First, Last: b.Last, Taken: b.Taken, Repeated: b.Repeated, Refused: b.Refused,
		Missing: b.Missing, Receipt: b.Receipt}, nil
}
