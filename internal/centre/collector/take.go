// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package collector

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/intake/edge"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// wireName is what a collector is called in certificates, blocks and bundles: a
// collector that is enrolled again counts its blocks anew.
func (c *Collector) wireName() string { return string(c.ID) + "." + strconv.FormatInt(c.Series, 10) }

const uriMark = "urn:vonggac:collector:"

// refused is the one answer to whoever is not known, whatever the reason.
func refused(op string) error { return &fault.Error{Kind: fault.SignedOut, Op: op} }

// Enrol answers a collector that shows a code. A code that is wrong, used by
// another key, or too old is refused, all alike. The same request may come again:
// an answer can get lost.
func (s *Service) Enrol(ctx context.Context, ask edge.EnrolAsk) (edge.Enrolled, error) {
	const op = "collector.Enrol"
	hash := edge.HashCode(ask.Code)
	if hash == "" {
		return edge.Enrolled{}, refused(op)
	}
	key, err := keyOf(ask.Request)
	if err != nil {
		return edge.Enrolled{}, fault.Bad(op, "request", "collector.bad.request")
	}
	c, err := known(ctx, s.Records.Read(), "code", hash)
	if fault.Is(err, fault.NotFound) {
		err = refused(op)
	}
	if err != nil {
		return edge.Enrolled{}, err
	}
	now := s.Now()
	if c.code != hash || now.After(c.CodeUntil) || !c.CodeUsedAt.IsZero() && c.key != key {
		return edge.Enrolled{}, refused(op)
	}
	if c.CodeUsedAt.IsZero() {
		if c, err = s.certify(ctx, c, key, ask); err != nil {
			return edge.Enrolled{}, err
		}
	}
	authority, err := s.Authority()
	if err != nil {
		return edge.Enrolled{}, err
	}
	ways, err := s.edgeWays(ctx, c.ID)
	return edge.Enrolled{ID: c.wireName(), Name: c.Name, Certificate: c.cert, Authority: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority})),
		Seal: s.seal.PublicKey().Bytes(), Receipt: s.receipt.Public().(ed25519.PublicKey), Ways: ways, WaysAt: c.waysAt, Now: now.UTC()}, err
}

// certify uses the code up: the key becomes the collector's, under a new series
// that begins its account anew.
func (s *Service) certify(ctx context.Context, c Collector, key string, ask edge.EnrolAsk) (Collector, error) {
	const op = "collector.certify"
	now := s.Now()
	c.Series++
	cert, ends, err := s.Sign(ask.Request, uriMark+c.wireName())
	if err != nil {
		return c, fault.Bad(op, "request", "collector.bad.request")
	}
	was := c.Version
	c.key, c.cert, c.CertEnds, c.EnrolledAt, c.CodeUsedAt, c.Version = key, cert, ends, now, now, was+1
	c.RevokedAt, c.Reason = time.Time{}, ""
	c.First, c.Have, c.sumOf, c.sum, c.said, c.Said, c.SeenAt, c.Skew = 0, nil, 0, "", "{}", edge.Hello{}, now, ask.Now.Sub(now)
	c.Said.Version, c.Said.Host = ask.Version, ask.Host
	raw, err := json.Marshal(c.Said)
	if err != nil {
		return c, err
	}
	c.said = string(raw)
	c.progress++
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := update(ctx, tx, c, was, reported...); err != nil {
			return err
		}
		return s.note(ctx, tx, "collector.enrol", c, map[string]any{"host": ask.Host, "version": ask.Version})
	})
	return c, err
}

// keyOf is the public key of a certificate request, which proves that who asks
// has the private one.
func keyOf(text string) (string, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return "", errors.New("no certificate request")
	}
	r, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return "", err
	}
	if _, ok := r.PublicKey.(*ecdsa.PublicKey); !ok {
		return "", errors.New("the key of a collector is one for ECDSA")
	}
	return base64.StdEncoding.EncodeToString(r.RawSubjectPublicKeyInfo), r.CheckSignature()
}

// Who is the collector of a certificate that the centre's authority signed. It
// fails with fault.SignedOut for one that was revoked or enrolled anew since.
func (s *Service) Who(ctx context.Context, cert *x509.Certificate) (Collector, error) {
	const op = "collector.Who"
	if cert == nil || len(cert.URIs) != 1 {
		return Collector{}, refused(op)
	}
	name, ok := strings.CutPrefix(cert.URIs[0].String(), uriMark)
	if !ok {
		return Collector{}, refused(op)
	}
	c, err := s.byName(ctx, name)
	if err == nil && c.key != base64.StdEncoding.EncodeToString(cert.RawSubjectPublicKeyInfo) {
		err = refused(op)
	}
	return c, err
}

// byName is the collector of a wire name, while that holds.
func (s *Service) byName(ctx context.Context, name string) (Collector, error) {
	const op = "collector.byName"
	id, _, _ := strings.Cut(name, ".")
	c, err := known(ctx, s.Records.Read(), "id", id)
	if fault.Is(err, fault.NotFound) {
		return c, refused(op)
	}
	if err == nil && (c.wireName() != name || !c.RevokedAt.IsZero() || c.EnrolledAt.IsZero()) {
		err = refused(op)
	}
	return c, err
}

// Renew certifies the collector's own key for longer.
func (s *Service) Renew(ctx context.Context, c Collector, request string) (edge.Enrolled, error) {
	const op = "collector.Renew"
	key, err := keyOf(request)
	if err != nil || key != c.key {
		return edge.Enrolled{}, fault.Bad(op, "request", "collector.bad.request")
	}
	if c.cert, c.CertEnds, err = s.Sign(request, uriMark+c.wireName()); err != nil {
		return edge.Enrolled{}, err
	}
	was := c.Version
	c.Version++
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := update(ctx, tx, c, was); err != nil {
			return err
		}
		return s.note(ctx, tx, "collector.renew", c, map[string]any{"until": c.CertEnds.UTC()})
	})
	return edge.Enrolled{ID: c.wireName(), Name: c.Name, Certificate: c.cert, Now: s.Now().UTC()}, err
}

// edgeWays are the ways a collector may take senders by.
func (s *Service) edgeWays(ctx context.Context, id ID) ([]edge.Way, error) {
	ways, err := waysOf(ctx, s.Records.Read(), id)
	out := []edge.Way{}
	for _, w := range ways {
		if !w.Off {
			out = append(out, w.edge())
		}
	}
	return out, err
}

// renewal is how long before its end a certificate is renewed.
const renewal = 180 * 24 * time.Hour

// Hello takes a collector's report and says what the centre wants.
func (s *Service) Hello(ctx context.Context, who Collector, h edge.Hello) (edge.Welcome, error) {
	if _, err := edge.ParseNumbers(h.Lost); err != nil || h.Oldest == 0 || h.Next < h.Oldest || h.Next > 1<<62 {
		return edge.Welcome{}, fault.Bad("collector.Hello", "next", "collector.bad.report")
	}
	t := s.turn(who.ID)
	t.Lock()
	defer t.Unlock()
	c, err := s.report(ctx, who, h)
	if err != nil {
		return edge.Welcome{}, err
	}
	w := edge.Welcome{Next: c.Next(), Last: c.Have.Last(), Sum: c.sum, SumOf: c.sumOf, WaysAt: c.waysAt, Renew: c.CertEnds.Sub(s.Now()) < renewal, Now: s.Now().UTC()}
	if h.WaysAt != c.waysAt {
		w.Ways, err = s.edgeWays(ctx, c.ID)
	}
	return w, err
}

// report keeps a report, and what was lost since the one before. Its turn is
// held.
func (s *Service) report(ctx context.Context, who Collector, h edge.Hello) (Collector, error) {
	c, err := s.byName(ctx, who.wireName())
	if err != nil {
		return c, err
	}
	lost, err := s.losses(ctx, c, h)
	if err != nil {
		return c, err
	}
	now := s.Now()
	c.SeenAt, c.Said, c.Skew = now, h, h.Now.Sub(now)
	if c.First == 0 {
		c.First = max(h.Wanted, 1)
	}
	raw, err := json.Marshal(h)
	if err != nil {
		return c, err
	}
	c.said = string(raw)
	if err := s.advance(ctx, &c); err != nil {
		return c, err
	}
	if len(lost) == 0 {
		return c, nil
	}
	return c, s.Lost(ctx, lost)
}

func (s *Service) advance(ctx context.Context, c *Collector) error {
	err := s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error { return advance(ctx, tx, *c) })
	if err == nil {
		c.progress++
	}
	return err
}

// losses is by how much h says more was lost than the report before.
func (s *Service) losses(ctx context.Context, c Collector, h edge.Hello) ([]Losses, error) {
	before := map[string]edge.WayFigures{}
	if c.Said.Started.Equal(h.Started) { // else its counts began anew
		for _, w := range c.Said.Ways {
			before[w.Way] = w
		}
	}
	more := func(is, was map[string]int64) map[string]int64 {
		out := map[string]int64{}
		for why, n := range is {
			if n -= was[why]; n > 0 {
				out[why] = n
			}
		}
		return out
	}
	var out []Losses
	var ways map[string]Way
	for _, w := range h.Ways {
		l := Losses{Dropped: more(w.Lost, before[w.Way].Lost), Refused: more(w.Refused, before[w.Way].Refused)}
		if len(l.Dropped)+len(l.Refused) == 0 {
			continue
		}
		if ways == nil {
			var err error
			if ways, err = s.wayTable(ctx, c.ID); err != nil {
				return nil, err
			}
		}
		if known, ok := ways[w.Way]; ok {
			l.Source = known.Source
			out = append(out, l)
		}
	}
	return out, nil
}

func (s *Service) wayTable(ctx context.Context, id ID) (map[string]Way, error) {
	ways, err := waysOf(ctx, s.Records.Read(), id)
	out := make(map[string]Way, len(ways))
	for _, w := range ways {
		out[string(w.ID)] = w
	}
	return out, err
}

// taking is blocks of one collector on their way to the stream.
type taking struct {
	s        *Service
	c        *Collector
	ways     map[string]Way
	owners   map[string]string // of sources, now
	taken    int64
	repeated int64
	refused  int64
	open     int // since progress was kept
}

func (s *Service) taking(ctx context.Context, c *Collector) (*taking, error) {
	t := &taking{s: s, c: c}
	var err error
	if t.ways, err = s.wayTable(ctx, c.ID); err != nil {
		return nil, err
	}
	var ids []string
	for _, w := range t.ways {
		ids = append(ids, w.Source)
	}
	sources, err := s.Sources(ctx, ids)
	t.owners = map[string]string{}
	for id, src := range sources {
		t.owners[id] = src.Owner
	}
	return t, err
}

// keepEvery is after how many blocks of a long run it is written down how far it
// came.
const keepEvery = 256

// take stores a block unless its number came before. A block of a way that is
// not this collector's can mean no source: it is counted and left out.
func (t *taking) take(ctx context.Context, frame []byte, b edge.Block) error {
	c := t.c
	if c.Have.Has(b.Number) || b.Number < c.First {
		t.repeated++
		c.Repeated++
		return nil
	}
	w, known := t.ways[b.Way]
	owner := t.owners[w.Source]
	if known && owner != "" {
		err := t.s.Append(ctx, stream.Block{ID: "edge/" + c.wireName() + "/" + strconv.FormatUint(b.Number, 10), Source: w.Source, Owner: owner, Way: b.Way,
			Kind: stream.Lines, Received: t.received(b.Received), Lines: b.Lines, Body: b.Body})
		if err != nil && !errors.Is(err, stream.ErrInvalid) {
			return err
		}
		known = err == nil
	}
	if known && owner != "" {
		t.taken++
		c.Blocks++
		c.Lines += int64(b.Lines)
		c.Bytes += int64(len(b.Body))
	} else {
		t.refused++
		c.Refused++
	}
	c.Have = c.Have.Add(b.Number, b.Number)
	if b.Number >= c.sumOf {
		c.sumOf, c.sum = b.Number, edge.SumOf(frame)
	}
	c.TakenAt, c.Reached = t.s.Now(), t.received(b.Received)
	if t.open++; t.open >= keepEvery {
		return t.keep(ctx)
	}
	return nil
}

// skewed is by how much a collector's clock may differ before the times at which
// it received are moved by the difference, which its page then says.
const skewed = 5 * time.Minute

// received is when a block was received by the centre's clock: never in the
// future, and not long before the collector was there.
func (t *taking) received(at time.Time) time.Time {
	now := t.s.Now()
	if d := t.c.Skew; d > skewed || d < -skewed {
		at = at.Add(-d)
	}
	if early := t.c.CreatedAt.AddDate(0, -1, 0); at.Before(early) || at.After(now) {
		return now.UTC()
	}
	return at.UTC()
}

// keep writes down how far the account is, though whoever asked may be gone.
func (t *taking) keep(ctx context.Context) error {
	t.open = 0
	return t.s.advance(context.WithoutCancel(ctx), t.c)
}

// Blocks takes frames as they come until r ends or something fails, and says
// which number the centre wants next, in either case.
func (s *Service) Blocks(ctx context.Context, who Collector, r io.Reader) (next uint64, err error) {
	const op = "collector.Blocks"
	turn := s.turn(who.ID)
	turn.Lock()
	defer turn.Unlock()
	c, err := s.byName(ctx, who.wireName())
	if err != nil {
		return 0, err
	}
	if c.First == 0 {
		return 0, fault.Bad(op, "", "collector.bad.report") // it has not said what it has
	}
	t, err := s.taking(ctx, &c)
	if err != nil {
		return 0, err
	}
	for err == nil {
		var frame []byte
		if frame, err = edge.ReadFrame(r); err != nil {
			break
		}
		b, bad := edge.Decode(frame)
		if bad != nil {
			err = &fault.Error{Kind: fault.Invalid, Op: op, Msg: "collector.bad.block", Err: bad}
			break
		}
		err = t.take(ctx, frame, b)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if t.taken+t.repeated+t.refused > 0 {
		err = errors.Join(err, t.keep(ctx))
	}
	return c.Next(), err
}
