// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/outgoing"
)

const (
	atOnce  = 8   // subscriptions called at the same time
	burst   = 100 // messages of one subscription in one beat
	batch   = 100 // changes taken from the feed at a time
	snippet = 300 // bytes kept of an answer
)

// message is the body of a call: ids alone, nothing confidential.
type message struct {
	ID     string    `json:"id"`
	Seq    int64     `json:"seq"`
	Kind   string    `json:"kind"`
	Action string    `json:"action"`
	Object string    `json:"object"`
	Unit   string    `json:"unit"`
	At     time.Time `json:"at"`
}

// Deliver calls every subscription that is due, each with its messages in
// order, and returns when all have answered or failed. It is background work:
// it looks at records and clock, so that a process that dies goes on where it
// was, and what was being sent is sent again under the same id.
func (s *Service) Deliver(ctx context.Context) error {
	hooks, err := due(ctx, s.Records.Read(), s.Now())
	if err != nil {
		return err
	}
	gate := make(chan struct{}, atOnce)
	errs := make([]error, len(hooks))
	var all sync.WaitGroup
	for i, h := range hooks {
		gate <- struct{}{}
		all.Go(func() {
			defer func() { <-gate }()
			if err := s.drive(ctx, h); err != nil {
				errs[i] = fmt.Errorf("webhook %s: %w", h.ID, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// drive sends the messages of one subscription until none waits or one fails. A
// slow receiver gets the rest at the next beat: nobody else waits for it longer
// than for one call.
func (s *Service) drive(ctx context.Context, h row) error {
	began := s.Now()
	for n := range burst {
		if n > 0 && s.Now().Sub(began) >= s.Timeout {
			return nil
		}
		d, found, err := s.next(ctx, &h)
		if err != nil || !found || ctx.Err() != nil {
			return err
		}
		res, err := s.call(ctx, h, d)
		if err != nil || ctx.Err() != nil {
			return err // not the receiver's failure: nothing is counted
		}
		if err := s.settle(ctx, &h, d, res); err != nil || !res.ok() {
			return err
		}
	}
	return nil
}

// next is the message that goes out next; when none waits, the feed is asked.
func (s *Service) next(ctx context.Context, h *row) (deliveryRow, bool, error) {
	d, found, err := waiting(ctx, s.Records.Read(), h.ID)
	if err != nil || found {
		return d, found, err
	}
	maker, err := s.Standing(ctx, h.CreatedBy, h.Unit)
	if fault.Is(err, fault.SignedOut) {
		return deliveryRow{}, false, s.giveUp(ctx, *h, "webhook.failed.maker")
	}
	if err != nil {
		return deliveryRow{}, false, err
	}
	changes, at, err := feed(ctx, s.Records, viewOf(maker, strings.Fields(h.Kinds)), h.FeedAt, batch)
	if err != nil || at == h.FeedAt {
		return deliveryRow{}, false, err
	}
	if err := s.take(ctx, h, changes, at); err != nil || len(changes) == 0 {
		return deliveryRow{}, false, err
	}
	return waiting(ctx, s.Records.Read(), h.ID)
}

// take makes messages of changes and moves the subscription on to at, in one
// transaction; when another process did it meanwhile, it does nothing.
func (s *Service) take(ctx context.Context, h *row, changes []Change, at int64) error {
	const op = "webhook.take"
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		res, err := tx.NewUpdate().Model((*row)(nil)).Set("feed_at = ?", at).Set("sent_seq = sent_seq + ?", len(changes)).
			Where("id = ?", h.ID).Where("feed_at = ?", h.FeedAt).Exec(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return err
		}
		for i, c := range changes {
			d := deliveryRow{ID: db.NewID(), Hook: h.ID, Seq: h.Sent + int64(i) + 1, Kind: c.Kind, State: string(Waiting), CreatedAt: db.At(s.Now())}
			body, err := json.Marshal(message{ID: d.ID, Seq: d.Seq, Kind: c.Kind, Action: c.Action, Object: c.Object, Unit: c.Unit, At: c.At.UTC()})
			if err != nil {
				return err
			}
			d.Body = string(body)
			if _, err := tx.NewInsert().Model(&d).Exec(ctx); err != nil {
				return db.Error(op, err)
			}
		}
		h.FeedAt, h.Sent = at, h.Sent+int64(len(changes))
		return nil
	})
}

// outcome is how one call went.
type outcome struct {
	status int // 0 when no answer came
	took   time.Duration
	text   string
	why    string        // catalogue key of why no answer came
	asked  time.Duration // the receiver's Retry-After
}

func (o outcome) ok() bool { return o.status >= 200 && o.status < 300 }

// call sends one message. Its error is this side's; the receiver's failure is in
// the outcome.
func (s *Service) call(ctx context.Context, h row, d deliveryRow) (outcome, error) {
	allowed, _, err := s.Allowed(ctx)
	if err != nil {
		return outcome{}, err
	}
	now := s.Now()
	signature, err := s.sign(h, d, now)
	if err != nil {
		return outcome{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader([]byte(d.Body)))
	if err != nil {
		return outcome{why: "webhook.failed.address"}, nil
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "VongGac-Webhook/1")
	req.Header.Set(headerID, d.ID)
	req.Header.Set(headerTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(headerSignature, signature)
	res, err := caller(allowed, s.Own, s.Timeout).Do(req)
	if err != nil {
		return outcome{why: reasonOf(err), took: s.Now().Sub(now)}, nil
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, snippet))
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return outcome{why: reasonOf(err), took: s.Now().Sub(now)}, nil
	}
	out := outcome{status: res.StatusCode, took: s.Now().Sub(now), text: strings.ToValidUTF8(strings.ReplaceAll(string(text), "\x00", ""), "")}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 {
		out.asked = time.Duration(min(seconds, int(longestWait/time.Second))) * time.Second
	}
	return out, nil
}

// caller makes the client of one call. Names are resolved by the dialer, and
// the guard looks at the address that is really connected to. Redirects are not
// followed, proxies of the environment not asked.
func caller(allowed []netip.Prefix, own func() []netip.Prefix, most time.Duration) *http.Client {
	return &http.Client{
		Timeout: most,
		Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: most, Control: outgoing.Control(allowed, own)}).DialContext, DisableKeepAlives: true,
			TLSHandshakeTimeout: most, ResponseHeaderTimeout: most, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (s *Service) sign(h row, d deliveryRow, now time.Time) (string, error) {
	plain, err := s.Secrets.Open(purpose(h.ID), h.Secret)
	if err != nil {
		return "", err
	}
	secrets := []string{plain}
	if h.OldSecret != "" && now.Before(h.OldUntil.Time) {
		old, err := s.Secrets.Open(purpose(h.ID), h.OldSecret)
		if err != nil {
			return "", err
		}
		secrets = append(secrets, old)
	}
	return Sign(d.ID, now, []byte(d.Body), secrets...)
}

// reasonOf is the catalogue key that says why no answer came.
func reasonOf(err error) string {
	var timeout net.Error
	var name *net.DNSError
	switch {
	case errors.Is(err, outgoing.ErrClosed):
		return "webhook.failed.closed"
	case errors.As(err, &name):
		return "webhook.failed.name"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "webhook.failed.timeout"
	case strings.Contains(err.Error(), "tls:") || strings.Contains(err.Error(), "x509:"): // no exported type covers all of them
		return "webhook.failed.tls"
	}
	return "webhook.failed.connect"
}

// settle writes down how a call went. After GiveUp of failures, or when the
// receiver says that it is gone (410), the subscription is switched off.
func (s *Service) settle(ctx context.Context, h *row, d deliveryRow, res outcome) error {
	now := s.Now()
	d.Attempts++
	d.LastAt, d.Status, d.Took, d.Text, d.Error = db.At(now), res.status, res.took.Milliseconds(), res.text, res.why
	h.NextAt = db.Time{}
	if res.ok() {
		d.State = string(Delivered)
	} else {
		h.NextAt = db.At(now.Add(backoff(d.Attempts, res.asked)))
	}
	err := s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewUpdate().Model(&d).WherePK().Exec(ctx); err != nil {
			return err
		}
		q := tx.NewUpdate().Model((*row)(nil)).Set("next_at = ?", h.NextAt).Where("id = ?", h.ID)
		if res.ok() {
			q = q.Set("failing_since = NULL")
		} else {
			q = q.Set("failing_since = COALESCE(failing_since, ?)", db.At(now))
		}
		if _, err := q.Exec(ctx); err != nil {
			return err
		}
		if err := tx.NewSelect().Model((*row)(nil)).Column("failing_since").Where("id = ?", h.ID).Scan(ctx, &h.FailingSince); err != nil {
			return err
		}
		return prune(ctx, tx, h.ID)
	})
	switch {
	case err != nil:
		return db.Error("webhook.settle", err)
	case res.status == http.StatusGone:
		return s.giveUp(ctx, *h, "webhook.failed.gone")
	case !res.ok() && now.Sub(h.FailingSince.Time) >= GiveUp:
		return s.giveUp(ctx, *h, "webhook.failed.days")
	}
	return nil
}

// giveUp switches a subscription off by itself and tells its people. What waits
// goes on waiting: switched on again, it is sent.
func (s *Service) giveUp(ctx context.Context, h row, why string) error {
	const op = "webhook.giveUp"
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		res, err := tx.NewUpdate().Model((*row)(nil)).Set("state = ?", string(Failed)).Set("reason = ?", why).Set("version = version + 1").
			Where("id = ?", h.ID).Where("state = ?", string(On)).Exec(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, errOver)
		}
		h.State, h.Reason = string(Failed), why
		if s.Failed != nil {
			if err := s.Failed(ctx, tx, h.hook()); err != nil {
				return err
			}
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "webhook.fail", Kind: "webhook", Object: h.ID, Unit: h.Unit, Detail: map[string]any{"why": why}})
	})
	if errors.Is(err, errOver) {
		return nil
	}
	return err
}

// errOver means that somebody else switched the subscription meanwhile.
var errOver = &fault.Error{Kind: fault.Conflict, Op: "webhook.giveUp"}

// Ping sends a test message and says how it went. It is outside the order.
func (s *Service) Ping(ctx context.Context, id ID) (Delivery, error) {
	return s.once(ctx, "webhook.Ping", id, func(r row) (deliveryRow, error) {
		d := deliveryRow{ID: db.NewID(), Hook: r.ID, Kind: "ping"}
		body, err := json.Marshal(message{ID: d.ID, Kind: "ping", Action: "webhook.ping", Object: r.ID, Unit: r.Unit, At: s.Now().UTC()})
		d.Body = string(body)
		return d, err
	})
}

// Again sends a message that is settled once more, under its own id and with its
// own bytes, and says how it went.
func (s *Service) Again(ctx context.Context, id ID, delivery string) (Delivery, error) {
	const op = "webhook.Again"
	return s.once(ctx, op, id, func(r row) (deliveryRow, error) {
		var d deliveryRow
		err := s.Records.Read().NewSelect().Model(&d).Where("d.id = ?", delivery).Where("d.webhook_id = ?", r.ID).Scan(ctx)
		if err := db.Error(op, err); err != nil {
			return d, err
		}
		if d.State == string(Waiting) {
			return d, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "webhook.bad.waiting"}
		}
		return d, nil
	})
}

// once makes one call now, outside the order, and keeps it in the log.
func (s *Service) once(ctx context.Context, op string, id ID, pick func(row) (deliveryRow, error)) (Delivery, error) {
	_, scope, err := needPerson(ctx, op, mayWrite)
	if err != nil {
		return Delivery{}, err
	}
	r, err := get(ctx, s.Records.Read(), op, scope, id)
	if err != nil {
		return Delivery{}, err
	}
	d, err := pick(r)
	if err != nil {
		return Delivery{}, err
	}
	res, err := s.call(ctx, r, d)
	if err != nil {
		return Delivery{}, err
	}
	d.Attempts++
	if d.CreatedAt.IsZero() {
		d.CreatedAt = db.At(s.Now())
	}
	d.LastAt, d.Status, d.Took, d.Text, d.Error, d.State = db.At(s.Now()), res.status, res.took.Milliseconds(), res.text, res.why, string(Refused)
	if res.ok() {
		d.State = string(Delivered)
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewInsert().Model(&d).On("CONFLICT (id) DO UPDATE").Set("state = EXCLUDED.state").Set("attempts = EXCLUDED.attempts").
			Set("last_at = EXCLUDED.last_at").Set("last_status = EXCLUDED.last_status").Set("last_ms = EXCLUDED.last_ms").
			Set("last_text = EXCLUDED.last_text").Set("last_error = EXCLUDED.last_error").Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		return s.note(ctx, tx, strings.ToLower(op), r, map[string]any{"delivery": d.ID, "status": res.status})
	})
	return d.delivery(), err
}
