// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/webhook"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/secret"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

var t0 = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

// house is a trail with two units, a and b, under root.
type house struct {
	*webhook.Service
	t      *testing.T
	store  *db.DB
	sealer *audit.Sealer
	box    *secret.Box
	now    time.Time
	shut   bool // the maker's account
	failed []string
}

func each(t *testing.T, test func(*testing.T, *house)) {
	t.Parallel()
	sources := []fs.FS{auth.Migrations, audit.Migrations, setting.Migrations, webhook.Migrations}
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		box, err := secret.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		h := &house{t: t, store: d, now: t0, box: box}
		if h.sealer, err = audit.NewSealer(d, h.clock, make([]byte, 32), t.TempDir()); err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]string{{"root", "root"}, {"root", "a"}, {"root", "b"}, {"a", "a"}, {"b", "b"}} {
			err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", pair[0], pair[1]).Exec(ctx)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		h.restart()
		test(t, h)
	})
}

func (h *house) clock() time.Time { return h.now }

// restart is what a process that dies and comes back does: a new service over
// the same records.
func (h *house) restart() {
	h.Service = webhook.New(webhook.Deps{Records: h.store, Secrets: h.box, Now: h.clock, Timeout: 3 * time.Second,
		Own:  func() []netip.Prefix { return nil },
		Root: func(context.Context) (string, error) { return "root", nil },
		Standing: func(_ context.Context, account, unit string) (auth.Actor, error) {
			if h.shut {
				return auth.Actor{}, &fault.Error{Kind: fault.SignedOut, Op: "test"}
			}
			return auth.Actor{ID: account, Grants: []auth.Grant{{Role: auth.Centre, Unit: unit}}}, nil
		},
		Failed: func(_ context.Context, _ *db.Tx, hook webhook.Hook) error {
			h.failed = append(h.failed, hook.Reason)
			return nil
		}})
}

func person(t *testing.T, unit string) context.Context {
	return auth.With(t.Context(), auth.Actor{ID: "mai", Name: "Mai", Home: unit,
		Grants: []auth.Grant{{Role: auth.Administrator, Unit: unit}, {Role: auth.Centre, Unit: unit}}})
}

// act writes one act on a record into the trail and seals it.
func (h *house) act(kind, object, unit string) {
	h.t.Helper()
	err := h.store.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return audit.Add(ctx, tx, h.now, audit.Entry{Action: kind + ".touch", Kind: kind, Object: object, Unit: unit})
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.sealer.Seal(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) deliver() {
	h.t.Helper()
	if err := h.Deliver(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// got is one call a receiver saw.
type got struct {
	ID, Signature, Stamp, Body string
	Object                     string
	Seq                        int64
}

// receiver answers with what status says, and remembers.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	calls  []got
	status int
	hang   chan struct{}
}

func listen(t *testing.T) *receiver {
	r := &receiver{status: http.StatusOK, hang: make(chan struct{})}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raw, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		g := got{ID: req.Header.Get("webhook-id"), Signature: req.Header.Get("webhook-signature"), Stamp: req.Header.Get("webhook-timestamp"), Body: string(raw)}
		if err := json.Unmarshal(raw, &g); err != nil {
			t.Error(err)
		}
		g.ID = req.Header.Get("webhook-id")
		r.mu.Lock()
		r.calls = append(r.calls, g)
		status := r.status
		r.mu.Unlock()
		switch status {
		case 0:
			<-r.hang
		case http.StatusFound:
			http.Redirect(w, req, "/elsewhere", status)
		default:
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "thanks")
		}
	}))
	t.Cleanup(func() { close(r.hang); r.Close() })
	return r
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

func (r *receiver) seen() []got {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// subscribe makes a webhook to r for findings of unit.
func (h *house) subscribe(t *testing.T, r *receiver, unit string) (webhook.Hook, string) {
	t.Helper()
	if err := h.Allow(person(t, "root"), []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, h.version(t)); err != nil {
		t.Fatal(err)
	}
	hook, key, err := h.Create(person(t, unit), webhook.Order{Name: "SIEM", URL: r.URL + "/in", Unit: unit, Kinds: []string{"finding"}})
	if err != nil {
		t.Fatal(err)
	}
	return hook, key
}

func (h *house) version(t *testing.T) int64 {
	_, v, err := h.Allowed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMessagesComeInOrderSignedAndInScope(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := listen(t)
		h.act("finding", "before", "a")
		hook, key := h.subscribe(t, r, "a")
		for n := range 3 {
			h.act("finding", fmt.Sprint("f", n), "a")
			h.act("finding", "foreign", "b")
			h.act("incident", "not asked for", "a")
		}
		h.deliver()
		calls := r.seen()
		if len(calls) != 3 {
			t.Fatalf("%d calls: %+v", len(calls), calls)
		}
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(key, "whsec_"))
		if err != nil || len(raw) != 32 {
			t.Fatal(key, err)
		}
		for n, c := range calls {
			mac := hmac.New(sha256.New, raw)
			mac.Write([]byte(c.ID + "." + c.Stamp + "." + c.Body))
			if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); c.Signature != want {
				t.Errorf("signature %s, want %s", c.Signature, want)
			}
			if c.Object != fmt.Sprint("f", n) || c.Seq != int64(n+1) || c.Stamp != fmt.Sprint(t0.Unix()) {
				t.Errorf("call %d: %+v", n, c)
			}
		}
		h.deliver()
		if n := len(r.seen()); n != 3 {
			t.Errorf("sent again: %d", n)
		}
		if _, _, err := h.Renew(person(t, "a"), hook.ID, hook.Version); err != nil {
			t.Fatal(err)
		}
		h.act("finding", "f3", "a")
		h.deliver()
		if c := r.seen()[3]; len(strings.Fields(c.Signature)) != 2 {
			t.Errorf("after renewal signed %q", c.Signature)
		}
	})
}

func TestAFailingReceiverGetsEverythingLaterAndOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := listen(t)
		hook, _ := h.subscribe(t, r, "a")
		for n := range 3 {
			h.act("finding", fmt.Sprint("f", n), "a")
		}
		waits := []time.Duration{5 * time.Second, 20 * time.Second, 80 * time.Second}
		for n, status := range []int{500, http.StatusFound, 0} { // fails, redirects, hangs
			r.answer(status)
			h.deliver()
			h.deliver() // too early: nothing is sent
			if calls := r.seen(); len(calls) != n+1 || calls[n].ID != calls[0].ID || calls[n].Body != calls[0].Body {
				t.Fatalf("after %d: %+v", status, calls)
			}
			seen, log, err := h.Get(person(t, "a"), hook.ID)
			if err != nil || seen.FailingSince != t0 || !seen.NextAt.Equal(h.now.Add(waits[n])) {
				t.Fatalf("%+v %v, want to wait %s", seen, err, waits[n])
			}
			if first := log[len(log)-1]; first.Attempts != int64(n+1) || first.Status != status || status == 0 && first.Error != "webhook.failed.timeout" {
				t.Errorf("logged %+v", first)
			}
			h.now = seen.NextAt
			h.restart() // a process that dies in between goes on where it was
		}
		r.answer(http.StatusOK)
		h.deliver()
		var objects []string
		for _, c := range r.seen() {
			objects = append(objects, c.Object)
		}
		if want := []string{"f0", "f0", "f0", "f0", "f1", "f2"}; !slices.Equal(objects, want) {
			t.Errorf("sent %v, want %v", objects, want)
		}
		seen, _, err := h.Get(person(t, "a"), hook.ID)
		if err != nil || !seen.FailingSince.IsZero() {
			t.Errorf("still failing: %+v %v", seen, err)
		}
	})
}

func TestAReceiverIsGivenUpAndCatchesUp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := listen(t)
		hook, _ := h.subscribe(t, r, "a")
		h.act("finding", "f0", "a")
		r.answer(http.StatusServiceUnavailable)
		for h.now.Before(t0.Add(webhook.GiveUp + 9*time.Hour)) {
			h.deliver()
			h.now = h.now.Add(8 * time.Hour)
		}
		seen, _, err := h.Get(person(t, "a"), hook.ID)
		if err != nil || seen.State != webhook.Failed || !slices.Equal(h.failed, []string{"webhook.failed.days"}) {
			t.Fatalf("%+v, told %v, %v", seen, h.failed, err)
		}
		r.answer(http.StatusNoContent)
		before := len(r.seen())
		h.act("finding", "f1", "a")
		h.deliver()
		if n := len(r.seen()); n != before {
			t.Errorf("called although given up: %d, %d before", n, before)
		}
		if _, err := h.Switch(person(t, "a"), hook.ID, seen.Version, true, ""); err != nil {
			t.Fatal(err)
		}
		h.deliver()
		if calls := r.seen()[before:]; len(calls) != 2 || calls[0].Object != "f0" || calls[1].Object != "f1" {
			t.Errorf("caught up with %+v", calls)
		}
	})
}

func TestWhatEndsASubscription(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := listen(t)
		gone, _ := h.subscribe(t, r, "a")
		h.act("finding", "f0", "a")
		r.answer(http.StatusGone)
		h.deliver()
		if seen, _, err := h.Get(person(t, "a"), gone.ID); err != nil || seen.Reason != "webhook.failed.gone" {
			t.Errorf("after 410: %+v %v", seen, err)
		}
		other, _ := h.subscribe(t, r, "b")
		h.act("finding", "f1", "b")
		h.shut = true
		before := len(r.seen())
		h.deliver()
		if seen, _, err := h.Get(person(t, "b"), other.ID); err != nil || seen.Reason != "webhook.failed.maker" || len(r.seen()) != before {
			t.Errorf("after its maker: %+v %v", seen, err)
		}
	})
}

func TestTestsAndRepeats(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := listen(t)
		hook, _ := h.subscribe(t, r, "a")
		if d, err := h.Ping(person(t, "a"), hook.ID); err != nil || d.State != webhook.Delivered || d.Status != 200 || d.Text != "thanks" {
			t.Errorf("ping = %+v %v", d, err)
		}
		h.act("finding", "f0", "a")
		h.deliver()
		first := r.seen()[1]
		if d, err := h.Again(person(t, "a"), hook.ID, first.ID); err != nil || d.Attempts != 2 {
			t.Errorf("again = %+v %v", d, err)
		}
		if c := r.seen()[2]; c.ID != first.ID || c.Body != first.Body {
			t.Errorf("repeated as %+v, first %+v", c, first)
		}
		if _, err := h.Again(person(t, "b"), hook.ID, first.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit repeats: %v", err)
		}
		if _, _, err := h.Get(person(t, "b"), hook.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit reads: %v", err)
		}
		if list, total, err := h.List(person(t, "b"), webhook.Filter{}); err != nil || total != 0 || len(list) != 0 {
			t.Errorf("another unit lists %d: %v", total, err)
		}
	})
}

// A receiver that takes its time holds up nobody but itself.
func TestASlowReceiverGetsTheRestAtTheNextBeat(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := listen(t)
		h.subscribe(t, r, "a")
		for n := range 20 {
			h.act("finding", fmt.Sprint(n), "a")
		}
		var seconds atomic.Int64 // each look at the clock finds it a second on
		slow := webhook.New(webhook.Deps{Records: h.store, Secrets: h.box, Timeout: 10 * time.Second, Root: h.Root, Standing: h.Standing,
			Own: func() []netip.Prefix { return nil },
			Now: func() time.Time { return t0.Add(time.Duration(seconds.Add(1)) * time.Second) }})
		for before := 0; before < 20; before = len(r.seen()) {
			if err := slow.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := len(r.seen()) - before; n < 1 || n > 10 {
				t.Fatalf("%d messages in one beat, want some and not all", n)
			}
		}
		for n, g := range r.seen() {
			if g.Seq != int64(n)+1 {
				t.Errorf("message %d comes as number %d", g.Seq, n+1)
			}
		}
	})
}

func TestClosedAddresses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := listen(t)
		for _, url := range []string{r.URL, "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "https://[::ffff:127.0.0.1]/",
			"https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://0.0.0.0/", "https://[fd00:ec2::254]/", "https://100.100.100.200/",
			"https://10.9.8.7/", "https://172.16.0.1/", "https://192.168.1.1:8443/", "https://[fc00::1]/", "https://[::ffff:192.168.1.1]/", "https://[::ffff:c0a8:101]/",
			"https://[64:ff9b::c0a8:101]/", "https://[64:ff9b:1::c0a8:101]/", "https://[2002:c0a8:101::]/", "https://[::c0a8:101]/", "https://[2001::1]/", "https://[fec0::1]/",
			"https://[fe80::1]/", "https://100.64.0.1/", "https://198.18.0.1/", "https://192.0.0.1/", "https://240.0.0.1/", "https://[::]/", "https://224.0.0.1/", "http://soc.example/",
			"ftp://soc.example/", "https://me:pw@soc.example/", "https:///x", "//soc.example", "https://soc.example/#x", ""} {
			_, _, err := h.Create(person(t, "a"), webhook.Order{Name: "x", URL: url, Unit: "a", Kinds: []string{"finding"}})
			if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["url"] == "" {
				t.Errorf("%q: %v", url, err)
			}
		}
		// A name that points at a closed address is found out at the connection.
		_, port, err := net.SplitHostPort(strings.TrimPrefix(r.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		hook, _, err := h.Create(person(t, "a"), webhook.Order{Name: "x", URL: "https://localhost:" + port, Unit: "a", Kinds: []string{"finding"}})
		if err != nil {
			t.Fatal(err)
		}
		d, err := h.Ping(person(t, "a"), hook.ID)
		if err != nil || d.Error != "webhook.failed.closed" || len(r.seen()) != 0 {
			t.Errorf("ping = %+v %v", d, err)
		}
		if err := h.Allow(person(t, "a"), nil, 0); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a unit opens networks: %v", err)
		}
		// The administrator of the whole opens the network a receiver stands in, and no other.
		if err := h.Allow(person(t, "root"), []netip.Prefix{netip.MustParsePrefix("10.9.8.0/24")}, h.version(t)); err != nil {
			t.Fatal(err)
		}
		for url, want := range map[string]bool{"https://10.9.8.7/": true, "http://10.9.8.7/": true, "https://10.9.9.7/": false, "https://[::ffff:10.9.8.7]/": true,
			"https://203.0.113.9/": true, "https://[2001:db8::9]/": true} {
			_, _, err := h.Create(person(t, "a"), webhook.Order{Name: "x", URL: url, Unit: "a", Kinds: []string{"finding"}})
			if (err == nil) != want {
				t.Errorf("%q with 10.9.8.0/24 allowed: %v", url, err)
			}
		}
	})
}

func TestNobodySubscribesToWhatTheyMayNotRead(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := auth.With(t.Context(), auth.Actor{ID: "q", Grants: []auth.Grant{{Role: auth.Administrator, Unit: "a"}}})
		for name, o := range map[string]webhook.Order{
			"kind": {Name: "x", URL: "https://soc.example/", Unit: "a", Kinds: []string{"finding"}}, // an administrator sees no case
			"unit": {Name: "x", URL: "https://soc.example/", Unit: "b", Kinds: []string{"unit"}},
		} {
			if _, _, err := h.Create(admin, o); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[name] == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		keyed := auth.With(t.Context(), auth.Actor{ID: "k", Grants: []auth.Grant{{Role: auth.Administrator, Unit: "a"}},
			Mask: []auth.Permission{{Area: auth.Settings, Act: auth.Write}}})
		if _, _, err := h.Create(keyed, webhook.Order{Name: "x", URL: "https://soc.example/", Unit: "a", Kinds: []string{"unit"}}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a key subscribes: %v", err)
		}
	})
}

// TestSign follows the test vector of the Standard Webhooks specification
// (standard-webhooks/standard-webhooks, spec and libraries).
func TestSign(t *testing.T) {
	t.Parallel()
	got, err := webhook.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Errorf("signed %s, want %s: %v", got, want, err)
	}
	if _, err := webhook.Sign("x", t0, nil, "secret"); err == nil {
		t.Error("a secret of another form was taken")
	}
}
