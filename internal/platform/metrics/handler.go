// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Gatherer gives the figures to tests and other outlets.
func (r *Registry) Gatherer() prometheus.Gatherer { return r.reg }

// Handler serves the figures. Whoever shows token as a bearer (RFC 6750 §2.1)
// may read them, and, unless a proxy stands on this machine, a program on it that
// comes straight: a proxy that sends on without a word looks the same. To anyone
// else the page does not exist while token is empty.
func (r *Registry) Handler(token string, proxy bool) http.Handler {
	page := promhttp.HandlerFor(r.reg, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(r.log.Handler(), slog.LevelWarn),
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4})
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		switch {
		case bears(q, token) || !proxy && direct(q):
			page.ServeHTTP(w, q)
		case token == "":
			http.NotFound(w, q)
		default:
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
		}
	})
}

// bears compares digests, so that the time taken tells nothing of the token.
func bears(q *http.Request, token string) bool {
	shown, ok := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
	a, b := sha256.Sum256([]byte(shown)), sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && ok && token != ""
}

// forwarded are the headers by which proxies tell of the caller behind them.
var forwarded = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"}

// direct reports a request from this machine to this machine, by no proxy. The
// host asked for counts too: a page of a stranger whose name was pointed at
// loopback asks for that name.
func direct(q *http.Request) bool {
	for _, name := range forwarded {
		if q.Header.Get(name) != "" {
			return false
		}
	}
	peer, err := netip.ParseAddrPort(q.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback() && local(q.Host)
}

func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.IsLoopback()
}
