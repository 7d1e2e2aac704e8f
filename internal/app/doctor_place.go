// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/vonggac/vonggac/internal/platform/certificate"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/health"
)

// The checks of this file look at the machine around the records.

func (a *App) checkConfig(context.Context) (health.Result, error) {
	chosen, all := a.opt.Config.Chosen()
	return health.Say(health.OK, "health.config.ok", len(all), len(chosen), cmp.Or(strings.Join(chosen, ", "), "-")), nil
}

func (a *App) checkFolder(context.Context) (health.Result, error) {
	dir := a.opt.Config.Data
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return health.Say(health.Wrong, "health.folder.absent", dir).Then("health.folder.absent.do"), nil
	case err != nil:
		return health.Result{}, err
	case !info.IsDir():
		return health.Say(health.Wrong, "health.folder.file", dir).Then("health.folder.absent.do"), nil
	}
	if owner := foreign(info); owner != "" {
		return health.Say(health.Warning, "health.folder.owner", dir, owner).Then("health.folder.owner.do"), nil
	}
	if may := othersMay(info); may != 0 {
		return health.Say(health.Wrong, "health.folder.open", dir, fmt.Sprintf("%04o", info.Mode().Perm())).Then("health.folder.open.do", dir), nil
	}
	return health.Say(health.OK, "health.folder.ok", dir), nil
}

func (a *App) checkKind(context.Context) (health.Result, error) {
	fictitious, err := IsDemo(a.opt.Config.Data)
	if err != nil {
		return health.Result{}, err
	}
	if fictitious {
		return health.Say(health.OK, "health.kind.demo"), nil
	}
	return health.Say(health.OK, "health.kind.real"), nil
}

func (a *App) checkProcess(context.Context) (health.Result, error) {
	switch a.who() {
	case Itself:
		return health.Say(health.OK, "health.process.itself", a.opt.Version), nil
	case Another:
		return health.Say(health.OK, "health.process.another"), nil
	}
	return health.Say(health.OK, "health.process.stopped"), nil
}

// Free space below which the centre is about to stop working, and below which
// somebody should act while there is time.
const (
	leastFree = 1 << 30
	soonFree  = 5 << 30
	leastPart = 0.02
	soonPart  = 0.10
)

func (a *App) checkDisk(context.Context) (health.Result, error) {
	free, total, err := diskSpace(a.opt.Config.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return health.Say(health.Unknown, "health.unasked"), nil
	}
	if err != nil {
		return health.Result{}, err
	}
	part := float64(free) / float64(max(total, 1))
	say := func(s health.State) health.Result {
		return health.Say(s, "health.disk.seen", humanize.IBytes(free), humanize.IBytes(total), int(part*100))
	}
	switch {
	case free < leastFree || part < leastPart:
		return say(health.Wrong).Then("health.disk.do"), nil
	case free < soonFree || part < soonPart:
		return say(health.Warning).Then("health.disk.do"), nil
	}
	return say(health.OK), nil
}

func (a *App) checkZone(context.Context) (health.Result, error) {
	const zone, offset = "Asia/Ho_Chi_Minh", 7 * 60 * 60
	at, err := time.LoadLocation(zone)
	if err != nil {
		return health.Say(health.Wrong, "health.zone.absent", zone).Then("health.zone.do"), nil
	}
	if _, got := a.opt.Now().In(at).Zone(); got != offset {
		return health.Say(health.Wrong, "health.zone.odd", zone).Then("health.zone.do"), nil
	}
	return health.Say(health.OK, "health.zone.ok", zone), nil
}

func (a *App) checkAssets(context.Context) (health.Result, error) {
	if a.Assets.Missing() {
		return health.Say(health.Warning, "health.assets.absent").Then("health.assets.do"), nil
	}
	return health.Say(health.OK, "health.assets.ok", len(a.Assets.Files())), nil
}

// checkListen asks whether the address is free, or who answers there.
func (a *App) checkListen(ctx context.Context) (health.Result, error) {
	listen := a.opt.Config.Listen
	if a.who() == Itself {
		return health.Say(health.OK, "health.listen.own", listen), nil
	}
	if _, port, err := net.SplitHostPort(listen); err == nil && port == "0" {
		return health.Say(health.OK, "health.listen.any"), nil
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err == nil {
		if err := ln.Close(); err != nil {
			return health.Result{}, err
		}
		if a.who() == Another {
			return health.Say(health.Warning, "health.listen.elsewhere", listen).Then("health.listen.elsewhere.do"), nil
		}
		return health.Say(health.OK, "health.listen.free", listen), nil
	}
	if a.who() == Another && a.answers(ctx) {
		return health.Say(health.OK, "health.listen.served", listen), nil
	}
	return health.Say(health.Wrong, "health.listen.taken", listen, err).Then("health.listen.taken.do"), nil
}

// answers reports whether a centre answers where this one is configured to.
// The certificate is not looked at: nothing secret is sent.
func (a *App) answers(ctx context.Context) bool {
	host, port, err := net.SplitHostPort(a.opt.Config.Listen)
	if err != nil {
		return false
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	at := url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: "/livez"}
	if a.opt.Config.TLS.Mode != config.Off {
		at.Scheme = "https"
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return false
	}
	answer, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: certificate.Unchecked(), DisableKeepAlives: true}}).Do(ask)
	if err != nil {
		return false
	}
	var said status
	err = errors.Join(json.NewDecoder(http.MaxBytesReader(nil, answer.Body, 1<<10)).Decode(&said), answer.Body.Close())
	return err == nil && said.Status == "ok"
}

// checkTLS looks at the certificate browsers are shown.
func (a *App) checkTLS(context.Context) (health.Result, error) {
	cfg := a.opt.Config
	if cfg.TLS.Mode == config.Off {
		if host, _, err := net.SplitHostPort(cfg.Listen); err == nil && !loopback(host) && len(cfg.Proxy.Trusted) == 0 {
			return health.Say(health.Warning, "health.tls.plain", cfg.Listen).Then("health.tls.plain.do"), nil
		}
		return health.Say(health.OK, "health.tls.off"), nil
	}
	path := cfg.TLS.Cert
	if cfg.TLS.Mode == config.Own {
		path = filepath.Join(cfg.Data, "tls", certificate.ServerFile)
	}
	leaf, err := certificate.Leaf(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && cfg.TLS.Mode == config.Own:
		return health.Say(health.OK, "health.tls.first"), nil
	case err != nil:
		return health.Say(health.Wrong, "health.tls.unread", path, err).Then("health.tls.do"), nil
	}
	now, until := a.opt.Now(), leaf.NotAfter.UTC().Format(time.DateOnly)
	if now.After(leaf.NotAfter) || now.Before(leaf.NotBefore) {
		return health.Say(health.Wrong, "health.tls.over", leaf.NotBefore.UTC().Format(time.DateOnly), until).Then("health.tls.do"), nil
	}
	if at, err := url.Parse(cfg.URL); err == nil && leaf.VerifyHostname(at.Hostname()) != nil {
		return health.Say(health.Wrong, "health.tls.name", at.Hostname()).Then("health.tls.name.do"), nil
	}
	if cfg.TLS.Mode == config.Files && now.Add(30*24*time.Hour).After(leaf.NotAfter) {
		return health.Say(health.Warning, "health.tls.soon", until).Then("health.tls.do"), nil
	}
	return health.Say(health.OK, "health.tls.ok", until), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
