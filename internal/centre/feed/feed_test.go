// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/feed"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func TestNothingIsFetchedBeforeAPersonTurnsItOn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := listen(t, h, says("bad.example\n", ""))
		f, err := h.Create(officer(t, "a"), order("A", s.URL+"/list.txt"))
		h.ok(err)
		h.beat()
		h.later(48 * time.Hour)
		h.beat()
		if n := len(s.seen()); n != 0 || f.Active {
			t.Fatalf("%d calls of a feed that is off", n)
		}
		if _, err := h.Fetch(officer(t, "a"), f.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("fetched by hand while off: %v", err)
		}
		f, err = h.Switch(officer(t, "a"), f.ID, f.Version, true, "")
		h.ok(err)
		h.beat()
		if got := h.latest(f); got.State != feed.Done || got.Rows != 1 || !h.hits("www.bad.example") {
			t.Errorf("after it was turned on: %+v", got)
		}
		if f, err = h.Switch(officer(t, "a"), f.ID, f.Version, false, "không dùng nữa"); err != nil || !f.NextAt.IsZero() {
			t.Fatal(f, err)
		}
		h.later(48 * time.Hour)
		h.beat()
		if n := len(s.seen()); n != 1 {
			t.Errorf("%d calls, the last after it was turned off", n)
		}
	})
}

func TestTheSameContentMakesNoNewVersion(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := listen(t, h, says("one.example\n", `"v1"`))
		f := h.feedOf(t, order("A", s.URL+"/list.txt"))
		h.beat()
		for n, c := range []struct {
			mood     http.HandlerFunc
			state    feed.State
			versions int
			asked    string // If-None-Match
		}{
			{says("one.example\n", `"v1"`), feed.Same, 1, `"v1"`},              // 304
			{says("one.example\n", `"v2"`), feed.Same, 1, `"v1"`},              // other tag, same bytes
			{says("one.example\ntwo.example\n", `"v3"`), feed.Done, 2, `"v2"`}, // changed
			{says("one.example\ntwo.example\n", ""), feed.Same, 2, `"v3"`},     // no tags any more
			{says("???\n", `"v4"`), feed.Refused, 3, ""},                       // the indicator room refuses it
			{says("???\n", `"v4"`), feed.Refused, 3, `"v4"`},                   // and it is no better for not having changed
			{says("one.example\nthree.example\n", `"v5"`), feed.Done, 4, `"v4"`},
		} {
			h.later(time.Hour)
			s.be(c.mood)
			h.beat()
			got, all := h.latest(f), h.versions(f)
			calls := s.seen()
			if got.State != c.state || len(all) != c.versions || len(calls) != n+2 || calls[n+1].Header.Get("If-None-Match") != c.asked {
				t.Fatalf("step %d: %+v, %d versions, %d calls, asked %q", n, got, len(all), len(calls), calls[len(calls)-1].Header.Get("If-None-Match"))
			}
			now := h.get(f)
			if bad := c.state == feed.Refused; bad != (now.Failures > 0) || bad != (now.Why == "indicator.problem.nothing") || bad == now.OKAt.Equal(h.now()) ||
				!now.NextAt.Equal(h.now().Add(time.Hour)) || now.Run != "" {
				t.Errorf("step %d: health %+v", n, now.Health)
			}
		}
		if h.hits("two.example") || !h.hits("three.example") {
			t.Error("what is matched is not what came last")
		}
		if now := h.get(f); now.Rows != 2 || now.Failures != 0 {
			t.Errorf("health at the end %+v", now.Health)
		}
	})
}

func TestAListThatWasReplacedByHandIsFetchedWhole(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := listen(t, h, says("one.example\n", `"v1"`))
		f := h.feedOf(t, order("A", s.URL))
		h.beat()
		ctx := officer(t, "a")
		l, err := h.lists.Get(ctx, h.get(f).List)
		h.ok(err)
		file, err := h.lists.Store(ctx, "x", strings.NewReader("hand.example\n"))
		h.ok(err)
		_, err = h.lists.Replace(ctx, l.ID, l.Version, "bằng tay", file)
		h.ok(err)
		run(h, h.loader)
		h.later(time.Hour)
		h.beat()
		if got := h.latest(f); got.State != feed.Done || got.Seq != 3 || !h.hits("one.example") || h.hits("hand.example") {
			t.Errorf("%+v", got)
		}
	})
}

// zipped is text as gzip, cut to all but the last bytes.
func zipped(text string, cut int) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return b.Bytes()[:b.Len()-cut]
}

func TestASenderInABadMoodChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := listen(t, h, says("one.example\n", `"v1"`))
		f := h.feedOf(t, order("A", s.URL+"/list.txt"))
		h.beat()
		fails := int64(0)
		for name, c := range map[string]struct {
			mood http.HandlerFunc
			why  string
		}{
			"an error of the server": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, "feed.why.status"},
			"no right":               {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, "feed.why.denied"},
			"gone":                   {http.NotFound, "feed.why.gone"},
			"too often": {func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "7200")
				w.WriteHeader(429)
			}, "feed.why.often"},
			"nothing":       {func(http.ResponseWriter, *http.Request) {}, "feed.why.empty"},
			"a page":        {says("<!DOCTYPE html><title>Sign in</title>", ""), "feed.why.html"},
			"a picture":     {says("\x89PNG\x0D\x0A\x1A\x0A rest", ""), "feed.why.kind"},
			"too much said": {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "1048577") }, "feed.why.too_large"},
			"too much sent": {func(w http.ResponseWriter, _ *http.Request) {
				for range 1100 {
					_, _ = io.WriteString(w, strings.Repeat("x", 1023)+"\n")
				}
			}, "feed.why.too_large"},
			"a bomb": {func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				_, _ = w.Write(zipped(strings.Repeat("a.example\n", 200_000), 0))
			}, "feed.why.too_large"},
			"gzip cut off": {func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				_, _ = w.Write(zipped(strings.Repeat("a.example\nb.example\n", 2000), 20))
			}, "feed.why.cut"},
			"cut off": {func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "5000")
				_, _ = io.WriteString(w, strings.Repeat("a.example\n", 100))
			}, "feed.why.cut"},
			"round and round": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) }, "feed.why.redirects"},
			"away to a closed network": {func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://10.0.0.1/", http.StatusFound)
			}, "feed.why.closed"},
			"away to the metadata": {func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://169.254.169.254/latest", http.StatusFound)
			}, "feed.why.closed"},
			"away to no name": {func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://nowhere.invalid/", http.StatusFound)
			}, "feed.why.name"},
		} {
			s.be(c.mood)
			next := h.get(f).NextAt
			h.clock.Store(next.Unix())
			h.beat()
			fails++
			now, got := h.get(f), h.latest(f)
			if got.State != feed.Failed || got.Why != c.why || now.Why != c.why || now.Failures != fails {
				t.Errorf("%s: run %s %s, feed %s, %d failures", name, got.State, got.Why, now.Why, now.Failures)
			}
			if wait := now.NextAt.Sub(h.now()); wait < 5*time.Minute || wait > time.Hour && c.why != "feed.why.often" || c.why == "feed.why.often" && wait < 2*time.Hour {
				t.Errorf("%s: tried again after %s", name, wait)
			}
		}
		if len(h.versions(f)) != 1 || !h.hits("one.example") {
			t.Error("the list changed")
		}
		s.be(says("two.example\n", `"v2"`))
		h.clock.Store(h.get(f).NextAt.Unix())
		h.beat()
		if now := h.get(f); now.Failures != 0 || now.Why != "" || !h.hits("two.example") {
			t.Errorf("after it recovered %+v", now.Health)
		}
	})
}

func TestASenderThatHangsIsGivenUp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := listen(t, h, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		f := h.feedOf(t, order("A", s.URL))
		h.timeout = 50 * time.Millisecond
		h.restart()
		h.beat()
		if got := h.latest(f); got.State != feed.Failed || got.Why != "feed.why.timeout" {
			t.Errorf("before an answer: %+v", got)
		}
		s.be(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("a.example\n", 100))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		h.timeout, h.patience = 20*time.Second, 50*time.Millisecond
		h.restart()
		h.later(time.Hour)
		h.beat()
		if got := h.latest(f); got.State != feed.Failed || got.Why != "feed.why.stalled" || got.Status != 200 {
			t.Errorf("in the middle: %+v", got)
		}
	})
}

func TestAProxyIsTheOnlyWayOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		proxy := listen(t, h, says("one.example\n", ""))
		n, err := h.Network(t.Context())
		h.ok(err)
		n.Proxy, n.Allowed = proxy.URL, nil
		h.ok(h.SetNetwork(as(t, auth.Administrator, "tinh"), n))
		f := h.feedOf(t, order("A", "http://lists.invalid/x"))
		h.beat()
		if got, calls := h.latest(f), proxy.seen(); got.State != feed.Done || len(calls) != 1 || calls[0].URL.String() != "http://lists.invalid/x" {
			t.Fatalf("%+v, %d calls", got, len(calls))
		}
		proxy.be(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://[::1]/", http.StatusFound) })
		h.later(time.Hour)
		h.beat()
		if got := h.latest(f); got.Why != "feed.why.closed" || len(proxy.seen()) != 2 {
			t.Errorf("by way of the proxy into the machine: %+v", got)
		}
		for _, bad := range []string{"proxy:3128", "socks5://a:1", "http://me:pw@a:1", "http://a:1/x", "http://"} {
			n, err := h.Network(t.Context())
			h.ok(err)
			n.Proxy = bad
			if err := h.SetNetwork(as(t, auth.Administrator, "tinh"), n); field(err, "proxy") == "" {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if err := h.SetNetwork(as(t, auth.Administrator, "a"), n); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a unit sets the way out: %v", err)
		}
	})
}

func TestCertificatesAreChecked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		plain := listen(t, h, says("one.example\n", ""))
		sealed := httptest.NewUnstartedServer(says("one.example\n", ""))
		sealed.Config.ErrorLog = log.New(io.Discard, "", 0)
		sealed.StartTLS()
		t.Cleanup(sealed.Close)
		f := h.feedOf(t, order("A", sealed.URL))
		h.beat()
		if got := h.latest(f); got.Why != "feed.why.tls" {
			t.Errorf("a certificate nobody vouches for: %+v", got)
		}
		h.roots = x509.NewCertPool()
		h.roots.AddCert(sealed.Certificate())
		h.restart()
		h.later(time.Hour)
		h.beat()
		if got := h.latest(f); got.State != feed.Done {
			t.Errorf("%+v", got)
		}
		sealed.Config.Handler = http.RedirectHandler(plain.URL, http.StatusFound)
		h.later(time.Hour)
		h.beat()
		if got := h.latest(f); got.Why != "feed.why.downgrade" || len(plain.seen()) != 0 {
			t.Errorf("from https to http: %+v", got)
		}
	})
}

func TestASecretReachesTheSenderAndNobodyElse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		other := listen(t, h, says("one.example\n", ""))
		s := listen(t, h, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/moved", http.StatusFound)
		})
		const key = "s3cret-of-the-feed"
		for _, c := range []struct {
			kind feed.AuthKind
			name string
			sent func(*http.Request) bool
		}{
			{feed.AuthHeader, "X-Auth-Key", func(r *http.Request) bool { return r.Header.Get("X-Auth-Key") == key }},
			{feed.AuthBearer, "", func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer "+key }},
			{feed.AuthBasic, "soc", func(r *http.Request) bool { u, p, _ := r.BasicAuth(); return u == "soc" && p == key }},
			{feed.AuthQuery, "auth-key", func(r *http.Request) bool {
				return r.URL.Query().Get("auth-key") == key && r.URL.Query().Get("a") == "1"
			}},
		} {
			o := order(string(c.kind), s.URL+"/list?a=1")
			o.Auth, o.AuthName, o.Secret = c.kind, c.name, key
			f := h.feedOf(t, o)
			before, away := len(s.seen()), len(other.seen())
			h.beat()
			if got := h.latest(f); got.State != feed.Done {
				t.Fatalf("%s: %+v", c.kind, got)
			}
			if !c.sent(s.seen()[before]) {
				t.Errorf("%s: not sent", c.kind)
			}
			if r := other.seen()[away]; strings.Contains(fmt.Sprint(r.Header, r.URL), key) {
				t.Errorf("%s: sent on to another host: %v %v", c.kind, r.Header, r.URL)
			}
			if text := fmt.Sprintf("%+v", h.get(f)); strings.Contains(text, key) {
				t.Errorf("%s: shown: %s", c.kind, text)
			}
		}
		var kept []string
		h.ok(db.Error("kept", h.db.Read().NewRaw("SELECT auth_secret FROM feed UNION ALL SELECT detail FROM audit_entry UNION ALL SELECT payload FROM job").Scan(t.Context(), &kept)))
		if strings.Contains(strings.Join(kept, "\n"), key) || len(kept) < 8 {
			t.Error("the secret stands in the records")
		}
		plain := order("plain", "http://lists.example/x")
		plain.Auth, plain.Secret = feed.AuthBearer, key
		if _, err := h.Create(officer(t, "a"), plain); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["secret"] != "feed.bad.plain" {
			t.Errorf("a secret over http: %v", err)
		}
	})
}

func TestAProcessThatDiesInTheMiddleLosesAndDoublesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := listen(t, h, says("one.example\n", `"v1"`))
		f := h.feedOf(t, order("A", s.URL))
		h.ok(h.Attend(t.Context()))
		ctx, die := context.WithCancel(context.Background())
		s.be(func(w http.ResponseWriter, r *http.Request) { die(); <-r.Context().Done() })
		_, err := h.runner.RunOnce(ctx)
		h.ok(err)
		if got := h.latest(f); got.State != feed.Running {
			t.Fatalf("the run that was broken off is %s", got.State)
		}
		h.restart()
		s.be(says("one.example\n", `"v1"`))
		h.beat()
		if got, all := h.latest(f), h.versions(f); got.State != feed.Done || len(all) != 1 {
			t.Fatalf("after the restart %+v, %d versions", got, len(all))
		}
		// It dies after the list was made, before the feed knew: as if nothing had
		// been written after that.
		for name, forget := range map[string]string{
			"the list it made":           "UPDATE feed SET list_id = '', run_id = '', next_at = 0, etag = '', sha256 = ''",
			"the version it handed over": "UPDATE feed SET run_id = '', next_at = 0, etag = '', sha256 = ''",
		} {
			h.ok(h.db.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.NewRaw(forget).Exec(ctx)
				return err
			}))
			h.restart()
			h.beat()
			lists, err := h.lists.List(officer(t, "tinh"), indicator.Filter{})
			h.ok(err)
			if got, all := h.latest(f), h.versions(f); !got.State.Ended() || got.State == feed.Failed || len(all) != 1 || lists.Total != 1 {
				t.Errorf("%s: %+v, %d versions of %d lists", name, got, len(all), lists.Total)
			}
		}
	})
}

func TestTwoProcessesFetchOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := listen(t, h, says("one.example\n", `"v1"`))
		f := h.feedOf(t, order("A", s.URL))
		first := h.Service
		h.restart()
		h.ok(first.Attend(t.Context()))
		h.beat()
		if n, got := len(s.seen()), h.latest(f); n != 1 || got.State != feed.Done {
			t.Errorf("%d calls, %+v", n, got)
		}
	})
}

func TestAPersonCancelsAFetch(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		began := make(chan struct{})
		s := listen(t, h, func(_ http.ResponseWriter, r *http.Request) { close(began); <-r.Context().Done() })
		f := h.feedOf(t, order("A", s.URL))
		h.ok(h.Attend(t.Context()))
		ctx, stop := context.WithCancel(context.Background())
		over := make(chan error)
		go func() { _, err := h.runner.RunOnce(ctx); over <- err }()
		<-began
		if j, on, err := h.Job(officer(t, "a"), h.get(f)); err != nil || !on || j.Kind != feed.JobKind {
			t.Errorf("the work is not seen: %+v %v", j, err)
		}
		h.ok(h.Cancel(officer(t, "a"), f.ID))
		stop() // the lease would end it within seconds
		h.ok(<-over)
		h.ok(h.Attend(t.Context()))
		now, got := h.get(f), h.latest(f)
		if got.State != feed.Cancelled || now.Run != "" || now.Failures != 0 || !now.NextAt.Equal(h.now().Add(time.Hour)) {
			t.Errorf("%+v, feed %+v", got, now.Health)
		}
		if err := h.Cancel(officer(t, "a"), f.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("cancelled twice: %v", err)
		}
		s.be(says("one.example\n", ""))
		_, err := h.Fetch(officer(t, "a"), f.ID)
		h.ok(err)
		if _, err := h.Fetch(officer(t, "a"), f.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("two fetches at a time: %v", err)
		}
		h.beat()
		if got := h.latest(f); got.State != feed.Done || got.How != feed.ByPerson || got.By != "Người a" {
			t.Errorf("%+v", got)
		}
	})
}

func TestAFeedDoesNoMoreThanItsPersonMay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := listen(t, h, says("one.example\n", ""))
		f := h.feedOf(t, order("A", s.URL))
		h.shut.Store(true)
		h.beat()
		if got := h.latest(f); got.State != feed.Failed || got.Why != "feed.why.person" || len(s.seen()) != 0 {
			t.Errorf("after the account was shut: %+v, %d calls", got, len(s.seen()))
		}
		for name, ctx := range map[string]context.Context{"a duty officer": as(t, auth.Duty, "a"), "a unit's officer": as(t, auth.UnitOfficer, "a"),
			"an administrator": as(t, auth.Administrator, "a"), "a key": auth.With(t.Context(), auth.Actor{ID: "k", Mask: []auth.Permission{{Area: auth.Settings, Act: auth.Write}},
				Grants: []auth.Grant{{Role: auth.Centre, Unit: "a"}}})} {
			if _, err := h.Create(ctx, order("x", s.URL)); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s makes a feed: %v", name, err)
			}
		}
		b := officer(t, "b")
		o := order("x", s.URL)
		if _, err := h.Create(b, o); !fault.Is(err, fault.Invalid) {
			t.Errorf("a feed in another unit: %v", err)
		}
		for name, err := range map[string]error{
			"get": second(h.Get(b, f.ID)), "fetch": second(h.Fetch(b, f.ID)), "cancel": h.Cancel(b, f.ID), "test": second(h.Test(b, f.ID)),
			"off": second(h.Switch(b, f.ID, f.Version, false, "x")), "delete": second(h.Delete(b, f.ID)),
			"update": second(h.Update(b, f.ID, o, f.Version)), "runs": third(h.Runs(b, f.ID, feed.RunFilter{})),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("another unit may %s: %v", name, err)
			}
		}
		if p, err := h.List(b, feed.Filter{}); err != nil || p.Total != 0 || len(p.Rows) != 0 {
			t.Errorf("another unit lists %d: %v", p.Total, err)
		}
	})
}

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }

func TestALateFeedIsNamed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := listen(t, h, says("one.example\n", ""))
		f := h.feedOf(t, order("A", s.URL))
		h.beat()
		late := func() int {
			list, err := h.Late(t.Context())
			h.ok(err)
			return len(list)
		}
		s.be(http.NotFound)
		h.later(3 * time.Hour)
		h.beat()
		if late() != 0 {
			t.Error("late too early")
		}
		h.later(time.Second)
		if sum, err := h.Tally(t.Context()); late() != 1 || err != nil || sum != (feed.Tally{Stale: 1, Oldest: 3*time.Hour + time.Second}) {
			t.Errorf("not late: %+v %v", sum, err)
		}
		_, err := h.Switch(officer(t, "a"), f.ID, h.get(f).Version, false, "nghỉ")
		h.ok(err)
		if late() != 0 {
			t.Error("a feed that is off is late")
		}
	})
}

func TestATryOfTheAddressKeepsNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := listen(t, h, says(strings.Repeat("one.example\ntwo.example\n", 20_000), `"v1"`))
		f, err := h.Create(officer(t, "a"), order("A", s.URL))
		h.ok(err)
		p, err := h.Test(officer(t, "a"), f.ID)
		h.ok(err)
		if p.Status != 200 || p.Why != "" || !p.Tagged || p.Looked != 64<<10 || p.Rows < 5000 || p.Usable != 2 {
			t.Errorf("%+v", p)
		}
		s.be(http.NotFound)
		if p, err = h.Test(officer(t, "a"), f.ID); err != nil || p.Why != "feed.why.gone" || p.Status != 404 {
			t.Errorf("%+v %v", p, err)
		}
		if now := h.get(f); now.List != "" || !now.TriedAt.IsZero() {
			t.Errorf("a try left %+v", now)
		}
	})
}

func TestANewAddressTurnsAFeedOff(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := listen(t, h, says("one.example\n", `"v1"`))
		o := order("A", s.URL+"/a")
		o.Auth, o.AuthName, o.Secret = feed.AuthHeader, "X-Key", "khoa"
		o.Secret = "k1"
		f := h.feedOf(t, o)
		h.beat()
		o.Secret = ""
		o.Schedule = feed.Schedule{At: []string{"06:00", "18:30"}}
		f, err := h.Update(officer(t, "a"), f.ID, o, f.Version)
		h.ok(err)
		if want := time.Date(2026, 11, 21, 11, 30, 0, 0, time.UTC); !f.Active || !f.NextAt.Equal(want) || !f.HasKey {
			t.Errorf("next at %s, want %s: %+v", f.NextAt, want, f)
		}
		o.URL = s.URL + "/b"
		f, err = h.Update(officer(t, "a"), f.ID, o, f.Version)
		h.ok(err)
		h.later(48 * time.Hour)
		h.beat()
		if n := len(s.seen()); f.Active || n != 1 {
			t.Errorf("on %t, %d calls", f.Active, n)
		}
		if _, err := h.Update(officer(t, "a"), f.ID, o, f.Version-1); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale version: %v", err)
		}
		o.Auth = feed.AuthBearer
		if _, err := h.Update(officer(t, "a"), f.ID, o, f.Version); !fault.Is(err, fault.Invalid) {
			t.Errorf("another kind of key without a key: %v", err)
		}
		if _, err := h.Delete(officer(t, "a"), f.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Get(officer(t, "a"), f.ID); !fault.Is(err, fault.NotFound) || !h.hits("one.example") {
			t.Errorf("after it was deleted: %v, matched %t", err, h.hits("one.example"))
		}
	})
}
