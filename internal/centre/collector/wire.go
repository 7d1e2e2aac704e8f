// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package collector

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/intake/edge"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Wire answers collectors. It stands on a listener of its own, whose TLS has
// checked that a certificate, where one is shown, is of the centre's authority.
func (s *Service) Wire(log *slog.Logger) http.Handler {
	w := &wire{s, log}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+edge.PathEnrol, w.answer(edge.MostSaid, w.enrol))
	mux.HandleFunc("POST "+edge.PathHello, w.known(edge.MostSaid, w.hello))
	mux.HandleFunc("POST "+edge.PathRenew, w.known(edge.MostSaid, w.renew))
	mux.HandleFunc("POST "+edge.PathBlocks, w.known(2*edge.MostFrames, w.blocks))
	return mux
}

type wire struct {
	s   *Service
	log *slog.Logger
}

// answer bounds what comes, does one thing and says what came of it.
func (w *wire) answer(most int64, do func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(res http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(res, &patient{r.Body, http.NewResponseController(res)}, most)
		said, err := do(r)
		if err != nil {
			status, problem := w.problem(r, said, err)
			w.write(res, status, problem)
			return
		}
		w.write(res, http.StatusOK, said)
	}
}

// patient ends a body of which nothing comes for a while: a line that was cut
// without a word must not keep the next connection of its collector waiting.
type patient struct {
	io.ReadCloser
	conn *http.ResponseController
}

const idle = 45 * time.Second

// Read implements io.Reader.
func (p *patient) Read(into []byte) (int, error) {
	if err := p.conn.SetReadDeadline(time.Now().Add(idle)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.ReadCloser.Read(into)
}

func (w *wire) write(res http.ResponseWriter, status int, said any) {
	raw, err := json.Marshal(said)
	if err != nil {
		w.log.Error("answer a collector", "err", err)
		status, raw = http.StatusInternalServerError, []byte("{}")
	}
	res.Header().Set("Content-Type", "application/json")
	res.WriteHeader(status)
	if _, err := res.Write(raw); err != nil {
		w.log.Debug("a collector hung up", "err", err)
	}
}

// problem says an error to a collector, and to the log what it cannot mend.
func (w *wire) problem(r *http.Request, said any, err error) (int, edge.Problem) {
	p := edge.Problem{Code: edge.CodeBusy}
	if v, ok := said.(edge.Welcome); ok {
		p.Next = v.Next
	}
	status := fault.Of(err).Kind.Status()
	switch {
	case fault.Is(err, fault.SignedOut):
		p.Code, p.Text, status = edge.CodeRefused, "this collector is not enrolled here, or was revoked", http.StatusUnauthorized
	case fault.Is(err, fault.Invalid):
		p.Code, p.Text, status = edge.CodeInvalid, "what came cannot be understood", http.StatusUnprocessableEntity
	case errors.Is(err, stream.ErrFull):
		p.Text, status = "the centre has no room", http.StatusServiceUnavailable
	case r.Context().Err() != nil: // it hung up
		return http.StatusServiceUnavailable, p
	case fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Conflict):
		p.Text, status = "the centre is busy", http.StatusServiceUnavailable
	}
	w.log.Warn("a collector is not served", "path", r.URL.Path, "status", status, "err", err)
	return status, p
}

// known lets in who shows a certificate of a collector that stands.
func (w *wire) known(most int64, do func(r *http.Request, c Collector) (any, error)) http.HandlerFunc {
	return w.answer(most, func(r *http.Request) (any, error) {
		c, err := w.s.Who(r.Context(), shown(r))
		if err != nil {
			return nil, err
		}
		return do(r, c)
	})
}

// shown is the certificate that the handshake proved; nil without one.
func shown(r *http.Request) *x509.Certificate {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return nil
	}
	return r.TLS.VerifiedChains[0][0]
}

func read(r *http.Request, into any) error {
	raw, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(raw)).Decode(into)
	}
	if err != nil {
		return &fault.Error{Kind: fault.Invalid, Op: "collector.read", Err: err}
	}
	return nil
}

func (w *wire) enrol(r *http.Request) (any, error) {
	var ask edge.EnrolAsk
	if err := read(r, &ask); err != nil {
		return nil, err
	}
	ask.Host, ask.Version = cut(ask.Host), cut(ask.Version)
	return w.s.Enrol(r.Context(), ask)
}

func (w *wire) hello(r *http.Request, c Collector) (any, error) {
	var h edge.Hello
	if err := read(r, &h); err != nil {
		return nil, err
	}
	h.Host, h.Version = cut(h.Host), cut(h.Version)
	return w.s.Hello(r.Context(), c, h)
}

// cut keeps what a collector says of itself short.
func cut(text string) string { return text[:min(len(text), 200)] }

func (w *wire) renew(r *http.Request, c Collector) (any, error) {
	var ask edge.EnrolAsk
	if err := read(r, &ask); err != nil {
		return nil, err
	}
	return w.s.Renew(r.Context(), c, ask.Request)
}

// slowest is how long a request with blocks may take, over a line that is slow.
const slowest = 30 * time.Minute

func (w *wire) blocks(r *http.Request, c Collector) (any, error) {
	ctx, cancel := context.WithTimeout(r.Context(), slowest)
	defer cancel()
	next, err := w.s.Blocks(ctx, c, r.Body)
	return edge.Welcome{Next: next, Now: w.s.Now().UTC()}, err
}
