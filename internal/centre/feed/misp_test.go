// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/feed"
	"github.com/vonggac/vonggac/internal/centre/indicator"
)

// number is the number of the n-th event.
func number(n int) string { return fmt.Sprintf("0a1b2c3d-0000-4000-8000-%012d", n) }

// event is the text of an event that names domains.
func event(n int, names ...string) string {
	var attributes []string
	for i, name := range names {
		attributes = append(attributes, fmt.Sprintf(`{"uuid":"5f000000-0000-4000-8000-%06d%06d","type":"domain","category":"Network activity","value":%q,"to_ids":true}`, n, i, name))
	}
	return fmt.Sprintf(`{"Event":{"uuid":%q,"info":"Sự kiện %d","date":"2026-11-01","Attribute":[%s]}}`, number(n), n, strings.Join(attributes, ","))
}

// mispFeed is the folder of a MISP feed on a web server.
type mispFeed struct {
	mu     sync.Mutex
	stamps map[int]int64  // of the manifest
	files  map[int]string // of the events
	bad    map[int]http.HandlerFunc
	calls  []string // "manifest", or the number of an event
	after  int      // the server dies after so many events; 0 never
}

func newMISP(names ...string) *mispFeed {
	m := &mispFeed{stamps: map[int]int64{}, files: map[int]string{}, bad: map[int]http.HandlerFunc{}}
	for i, name := range names {
		m.stamps[i+1], m.files[i+1] = 1700000000, event(i+1, name)
	}
	return m
}

func (m *mispFeed) manifest() string {
	var parts []string
	for _, n := range slices.Sorted(maps.Keys(m.stamps)) {
		parts = append(parts, fmt.Sprintf(`%q:{"info":"Sự kiện %d","timestamp":"%d","date":"2026-11-01"}`, number(n), n, m.stamps[n]))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func (m *mispFeed) handle(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.URL.Path == "/osint/manifest.json" {
		m.calls = append(m.calls, "manifest")
		text := m.manifest()
		w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(text))))
		if r.Header.Get("If-None-Match") == w.Header().Get("ETag") {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, text)
		return
	}
	for n, text := range m.files {
		if path.Base(r.URL.Path) != number(n)+".json" || path.Dir(r.URL.Path) != "/osint" {
			continue
		}
		m.calls = append(m.calls, fmt.Sprint(n))
		if m.after > 0 && len(m.calls)-1 > m.after {
			panic(http.ErrAbortHandler)
		}
		if bad := m.bad[n]; bad != nil {
			bad(w, r)
			return
		}
		_, _ = io.WriteString(w, text)
		return
	}
	http.NotFound(w, r)
}

// asked is what was asked for since, in order.
func (m *mispFeed) asked() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.Sorted(slices.Values(m.calls))
	m.calls = nil
	return out
}

func mispOrder(url string) feed.Order {
	o := order("MISP", url)
	o.Shape = feed.MISPFolder
	return o
}

func TestAMISPFeedIsFetchedEventByEventAndOnlyWhatChanged(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := newMISP("one.example", "two.example", "three.example")
		s := listen(t, h, m.handle)
		f := h.feedOf(t, mispOrder(s.URL+"/osint"))
		h.beat()
		got := h.latest(f)
		if got.State != feed.Done || got.Rows != 3 || got.Events == nil || got.Events.Named != 3 || got.Events.Fetched != 3 || !h.hits("three.example") {
			t.Fatalf("at first %+v %+v", got, got.Events)
		}
		if calls := m.asked(); !slices.Equal(calls, []string{"1", "2", "3", "manifest"}) {
			t.Errorf("asked for %q", calls)
		}
		if l := h.versions(f)[0]; l.Report.Layout != indicator.MISP || !l.Report.Adds() {
			t.Errorf("the list was read as %+v", l.Report)
		}
		h.reference(t, "two.example", number(2))

		h.later(time.Hour) // nothing changed
		h.beat()
		if got, calls := h.latest(f), m.asked(); got.State != feed.Same || got.Status != 304 || got.Events.Same != 3 || !slices.Equal(calls, []string{"manifest"}) {
			t.Errorf("unchanged: %+v %+v, asked for %q", got, got.Events, calls)
		}

		m.stamps[2], m.files[2] = 1700000001, event(2, "zwei.example") // one changed, one is new, one is taken back
		m.stamps[4], m.files[4] = 1700000002, event(4, "four.example")
		delete(m.stamps, 3)
		h.later(time.Hour)
		h.beat()
		got = h.latest(f)
		if got.State != feed.Done || got.Seq != 2 || got.Events.Named != 3 || got.Events.Fetched != 2 || got.Events.Same != 1 || got.Events.Gone != 1 {
			t.Errorf("changed: %+v %+v", got, got.Events)
		}
		if calls := m.asked(); !slices.Equal(calls, []string{"2", "4", "manifest"}) {
			t.Errorf("asked for %q", calls)
		}
		if n := got.Events.Notes; len(n) != 1 || n[0].UUID != number(3) || n[0].State != feed.EventGone || n[0].Info != "Sự kiện 3" {
			t.Errorf("the one taken back is shown as %+v", n)
		}
		if !h.hits("one.example") || !h.hits("zwei.example") || !h.hits("four.example") || h.hits("two.example") || h.hits("three.example") {
			t.Error("what is matched is not what the feed holds now")
		}
		held, err := h.Holding(officer(t, "a"), f.ID)
		if err != nil || held != (feed.Holding{Good: 3}) {
			t.Errorf("held %+v %v", held, err)
		}
	})
}

// reference fails unless the hit of name says which event it is from.
func (h *house) reference(t *testing.T, name, event string) {
	t.Helper()
	held, err := h.lists.Current(t.Context())
	h.ok(err)
	defer held.Release()
	for _, m := range held.Index().Match(name) {
		if strings.HasPrefix(m.Reference, event) {
			return
		}
	}
	t.Errorf("no hit of %s names event %s", name, event)
}

func TestADamagedEventIsNamedAndTheOthersAreLoaded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := newMISP("one.example", "two.example", "three.example", "four.example", "five.example")
		s := listen(t, h, m.handle)
		f := h.feedOf(t, mispOrder(s.URL+"/osint/manifest.json"))
		m.files[1] = m.files[1][:40]             // breaks off
		m.files[2] = event(9, "x.example")       // another event
		m.bad[3] = http.NotFound                 // not there
		m.files[4] = "\xef\xbb\xbf" + m.files[4] // a mark before it is no fault
		h.beat()
		got := h.latest(f)
		e := got.Events
		if got.State != feed.Done || got.Rows != 2 || e.Named != 5 || e.Fetched != 2 || e.Refused != 2 || e.Missing != 1 {
			t.Fatalf("%+v %+v", got, e)
		}
		why := map[string]string{}
		for _, n := range e.Notes {
			why[n.UUID] = n.Why
			if n.Kept {
				t.Errorf("%s had nothing to keep", n.UUID)
			}
		}
		if !maps.Equal(why, map[string]string{number(1): "feed.event.damaged", number(2): "feed.event.other", number(3): "feed.why.gone"}) {
			t.Errorf("named as %v", why)
		}
		if !h.hits("four.example") || !h.hits("five.example") || h.hits("x.example") {
			t.Error("the good events are not what is matched")
		}

		delete(m.bad, 3) // it comes, and one that was good is damaged: what it was stays
		m.stamps[5], m.files[5] = 1700000009, "not json"
		m.asked()
		h.later(time.Hour)
		h.beat()
		got = h.latest(f)
		if calls := m.asked(); !slices.Equal(calls, []string{"1", "2", "3", "5", "manifest"}) {
			t.Errorf("asked for %q", calls)
		}
		if !h.hits("three.example") || !h.hits("five.example") || got.Events.Fetched != 1 || got.Events.Refused != 3 {
			t.Errorf("%+v %+v", got, got.Events)
		}
		if i := slices.IndexFunc(got.Events.Notes, func(n feed.EventNote) bool { return n.UUID == number(5) }); i < 0 || !got.Events.Notes[i].Kept {
			t.Errorf("the one that was good before: %+v", got.Events.Notes)
		}
	})
}

func TestAServerThatDiesMidwayIsGoneOnWith(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var names []string
		for n := range 30 {
			names = append(names, fmt.Sprintf("n%d.example", n+1))
		}
		m := newMISP(names...)
		m.after = 12
		s := listen(t, h, m.handle)
		f := h.feedOf(t, mispOrder(s.URL+"/osint/"))
		h.beat()
		got := h.latest(f)
		if got.State != feed.Failed || got.Events == nil || got.Events.Fetched < 8 || got.Events.Left == 0 || h.get(f).List != "" {
			t.Fatalf("%+v %+v", got, got.Events)
		}
		if e := got.Events; e.Named != e.Fetched+e.Same+e.Missing+e.Refused+e.Left {
			t.Errorf("the account does not add up: %+v", e)
		}
		first := m.asked()
		if len(first) > 1+12+2*(4+3) { // a connection that dies is tried once more
			t.Errorf("%d calls although the server was dead", len(first))
		}
		m.after = 0
		h.restart() // the process died too
		h.later(time.Hour)
		h.beat()
		again := h.latest(f)
		if again.State != feed.Done || again.Rows != 30 || again.Events.Same != got.Events.Fetched || again.Events.Fetched != 30-got.Events.Fetched {
			t.Errorf("%+v %+v", again, again.Events)
		}
		if n := len(m.asked()); int64(n) != 1+30-got.Events.Fetched {
			t.Errorf("%d calls the second time", n)
		}
	})
}

func TestAMISPFeedPastItsLimitComesInParts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := newMISP("one.example", "two.example", "three.example", "four.example", "five.example", "six.example", "seven.example", "eight.example", "nine.example")
		for n, text := range m.files {
			m.files[n] = text + strings.Repeat(" ", 300<<10) // of a limit of 1 MiB
		}
		s := listen(t, h, m.handle)
		f := h.feedOf(t, mispOrder(s.URL+"/osint"))
		h.beat()
		got := h.latest(f)
		if got.State != feed.Done || got.Events.Left == 0 || got.Events.Fetched+got.Events.Left != 9 {
			t.Fatalf("%+v %+v", got, got.Events)
		}
		if now := h.get(f); now.NextAt.Sub(h.now()) > 5*time.Minute {
			t.Errorf("the rest comes at %s only", now.NextAt)
		}
		for range 3 {
			h.later(time.Hour)
			h.beat()
		}
		if got := h.latest(f); got.Events.Left != 0 || got.Rows != 9 || !h.hits("nine.example") {
			t.Errorf("at the end %+v %+v", got, got.Events)
		}
	})
}

func TestABrokenManifestChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := newMISP("one.example")
		s := listen(t, h, m.handle)
		f := h.feedOf(t, mispOrder(s.URL+"/osint"))
		h.beat()
		for text, why := range map[string]string{
			`{"` + number(1) + `": {"info":`:     "feed.why.manifest",
			`{}`:                                 "feed.why.no_events",
			`<!DOCTYPE html><p>`:                 "feed.why.html",
			`{"../../etc/passwd": {"info":"x"}}`: "feed.why.no_events",
		} {
			s.be(says(text, ""))
			h.clock.Store(h.get(f).NextAt.Unix())
			h.beat()
			if got := h.latest(f); got.State != feed.Failed || got.Why != why {
				t.Errorf("%s: %+v", text, got)
			}
		}
		if !h.hits("one.example") || len(h.versions(f)) != 1 {
			t.Error("the list changed")
		}
	})
}

func TestTheEventsOfAMISPFeedAreNotFetchedFromClosedNetworks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := newMISP("one.example", "two.example")
		away := func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://10.0.0.1/x.json", http.StatusFound)
		}
		m.bad[1], m.bad[2] = away, away
		s := listen(t, h, m.handle)
		f := h.feedOf(t, mispOrder(s.URL+"/osint"))
		h.beat()
		if got := h.latest(f); got.State != feed.Failed || got.Why != "feed.why.closed" {
			t.Errorf("%+v %+v", got, got.Events)
		}
		h.allow(t) // and the sender itself
		h.clock.Store(h.get(f).NextAt.Unix())
		m.asked()
		h.beat()
		if got := h.latest(f); got.Why != "feed.why.closed" || len(m.asked()) != 0 {
			t.Errorf("%+v", got)
		}
		if _, err := h.Create(officer(t, "a"), mispOrder("https://10.1.2.3/osint/")); field(err, "url") != "feed.bad.closed" {
			t.Errorf("a closed address: %v", err)
		}
	})
}

func TestAMISPFeedFillsOnlyAListReadAsMISP(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := officer(t, "a")
		file, err := h.lists.Store(ctx, "x", strings.NewReader("plain.example\n"))
		h.ok(err)
		l := order("x", "").New
		l.Owner, l.Layout = "a", indicator.Plain
		l, err = h.lists.Create(ctx, l, file)
		h.ok(err)
		o := mispOrder("https://misp.example/feed/")
		o.List = l.ID
		if _, err := h.Create(ctx, o); field(err, "list") != "feed.bad.list_layout" {
			t.Errorf("%v", err)
		}
		o.Shape = "xyz"
		o.List = ""
		if _, err := h.Create(ctx, o); field(err, "shape") != "feed.bad.shape" {
			t.Errorf("%v", err)
		}
		f, err := h.Create(ctx, order("B", "https://misp.example/feed/manifest.json"))
		if err != nil || f.Shape != feed.MISPFolder || f.New.Layout != indicator.MISP {
			t.Errorf("the address of a manifest makes %+v %v", f, err)
		}
	})
}
