// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/reception"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// receiving is a started centre that listens for syslog by TCP.
func receiving(t *testing.T, dir string) *house {
	t.Helper()
	h := open(t, dir, nil, "intake.tcp", "127.0.0.1:0", "intake.udp", "127.0.0.1:0")
	if _, err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

// door is where a listener stands.
func (h *house) door(t *testing.T, ctx context.Context, name string) string {
	t.Helper()
	state, err := h.Rooms.Reception.State(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range state.Listeners {
		if strings.HasPrefix(l.Name, name) {
			return l.Address
		}
	}
	t.Fatalf("no listener %s in %+v", name, state.Listeners)
	return ""
}

// await asks until ok, which the centre brings about by itself.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.After(5 * time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("five minutes passed without: %s", what)
		}
	}
}

func send(t *testing.T, network, address, text string) {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestALineFromTheNetworkBecomesAFinding sends syslog by TCP and UDP from a
// sender that is known and one that is not, stops the centre in between, and
// follows the lines to findings, hours and counters.
func TestALineFromTheNetworkBecomesAFinding(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := receiving(t, dir)
	ctx := h.found(t)
	h.arm(t, ctx, "evil.test\n")
	tcp := h.door(t, ctx, "tcp")
	line := func(i int, name string) string {
		return fmt.Sprintf("<30>Nov 21 08:00:%02d dns-01 dnsmasq[9]: query[A] %s from 10.0.0.%d\n", i%60, name, i)
	}
	send(t, "tcp", tcp, line(1, "evil.test"))
	await(t, "the unknown sender is counted", func() bool {
		state, err := h.Rooms.Reception.State(ctx)
		return err == nil && state.Listeners[1].Unknown+state.Listeners[0].Unknown > 0
	})
	src := h.source(t, ctx, "DNS", "")
	way, _, err := h.Rooms.Sources.AddWay(ctx, source.Way{Source: src.ID, Kind: source.SyslogTCP, Network: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Rooms.Sources.AddWay(ctx, source.Way{Source: src.ID, Kind: source.SyslogUDP, Network: "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for i := range 50 {
		text.WriteString(line(i, []string{"good.example", "WWW.Evil.test"}[i%2]))
	}
	send(t, "tcp", tcp, text.String())
	found := func() (n, queries int64) {
		page, err := h.Rooms.Findings.List(ctx, finding.Filter{State: finding.AnyOpen, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Rows {
			queries += f.Queries
		}
		return page.Total, queries
	}
	await(t, "25 findings", func() bool { n, _ := found(); return n == 25 })
	send(t, "udp", h.door(t, ctx, "udp"), line(1, "a.evil.test"))
	await(t, "the datagram", func() bool { _, q := found(); return q == 26 })
	if err := h.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}

	h = receiving(t, dir)
	defer func() {
		if err := h.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	send(t, "tcp", h.door(t, ctx, "tcp"), line(3, "b.evil.test"))
	await(t, "what came after the start", func() bool { _, q := found(); return q == 27 })
	var lines, marks int64
	err = h.Records.Read().NewRaw("SELECT (SELECT SUM(lines) FROM source_hour WHERE source_id = ?), (SELECT COUNT(*) FROM source_taken)", string(src.ID)).Scan(t.Context(), &lines, &marks)
	if err != nil || lines != 52 || marks < 3 {
		t.Errorf("%d lines in hours, %d blocks, %v; way %s", lines, marks, err, way.ID)
	}
}

// TestABlockThatCannotBeReadWaitsForAPerson receives lines for a source that
// lacks its mapping file, twice: one block is sent again once the file is there,
// the other is discarded with a reason.
func TestABlockThatCannotBeReadWaitsForAPerson(t *testing.T) {
	t.Parallel()
	h := receiving(t, t.TempDir())
	defer func() {
		if err := h.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	ctx := h.found(t)
	h.arm(t, ctx, "evil.test\n")
	src, err := h.Rooms.Sources.Create(ctx, source.Source{Name: "Proxy X", Owner: h.root, Format: source.ByMapping})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Rooms.Sources.AddWay(ctx, source.Way{Source: src.ID, Kind: source.SyslogTCP, Network: "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	given := func(n int) []stream.Letter {
		t.Helper()
		var list []stream.Letter
		await(t, fmt.Sprintf("%d blocks are given up", n), func() bool {
			var names map[string]string
			var err error
			if list, names, err = h.Rooms.Reception.Letters(ctx, 0, 10); err != nil {
				t.Fatal(err)
			}
			return len(list) == n && (n == 0 || names[string(src.ID)] == "Proxy X")
		})
		return list
	}
	const line = "2026-11-21T00:59:00Z;10.0.0.7;www.evil.test;PASS\n"
	send(t, "tcp", h.door(t, ctx, "tcp"), line)
	first := given(1)[0]
	shown, name, err := h.Rooms.Reception.Letter(ctx, first.ID)
	if err != nil || name != "Proxy X" || string(shown.Block.Body) != line || !strings.Contains(shown.Reason, "read") {
		t.Errorf("letter %+v of %q, %v", shown, name, err)
	}
	v := &visitor{handler: h.Handler()}
	in := v.send(t, http.MethodPost, "/sign-in", "application/x-www-form-urlencoded", url.Values{"login": {"mai"}, "password": {phrase}}.Encode())
	v.cookie, _, _ = strings.Cut(in.Header().Get("Set-Cookie"), ";")
	for path, want := range map[string]string{"/settings/intake": "Proxy X", "/settings/intake/letters/" + first.ID: "www.evil.test", "/settings/intake/letters/" + first.ID + "/discard": "Lý do bỏ",
		"/settings/intake/letters.csv": "Proxy X", "/sources/" + string(src.ID): "1 khối chưa xử lý được", "/sources/" + string(src.ID) + "/live": reception.Path + "#letters"} {
		res := v.get(t, path)
		if body := res.Body.String(); res.Code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d without %q", path, res.Code, want)
		} else if doc, err := html.Parse(strings.NewReader(body)); err != nil || !strings.HasSuffix(path, ".csv") && dead(doc) != nil {
			t.Errorf("%s: %v %v", path, dead(doc), err)
		}
	}
	send(t, "tcp", h.door(t, ctx, "tcp"), line)
	both := given(2)

	if err := h.Rooms.Reception.Discard(ctx, both[1].ID, " "); !fault.Is(err, fault.Invalid) {
		t.Errorf("discarded without a reason: %v", err)
	}
	if err := h.Rooms.Reception.Discard(ctx, both[1].ID, "Gửi trùng khi thử"); err != nil {
		t.Fatal(err)
	}
	const mapping = "name: proxy-x\ntitle: Proxy X\nform: csv\nseparator: \";\"\ncolumns: [when, who, site, verdict]\nfields: {when: time, who: src, site: dst_host, verdict: action}\nactions: {PASS: allowed, STOP: blocked}\n"
	if _, err := h.Rooms.Sources.SetMapping(ctx, src.ID, src.Version, mapping); err != nil {
		t.Fatal(err)
	}
	if err := h.Rooms.Reception.Replay(ctx, both[0].ID); err != nil {
		t.Fatal(err)
	}
	given(0)
	if page := v.get(t, "/sources/"+string(src.ID)).Body.String(); strings.Contains(page, "khối chưa xử lý được") {
		t.Error("the page of the source goes on telling of blocks that were given up")
	}
	await(t, "the finding of the block that was sent again", func() bool {
		page, err := h.Rooms.Findings.List(ctx, finding.Filter{State: finding.AnyOpen, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return page.Total == 1
	})
	if err := h.Rooms.Reception.Replay(ctx, both[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("sent again twice: %v", err)
	}
	var acts int
	err = h.Records.Read().NewRaw("SELECT COUNT(*) FROM audit_entry WHERE action IN ('reception.replay', 'reception.discard')").Scan(t.Context(), &acts)
	if err != nil || acts != 2 {
		t.Errorf("%d acts in the trail, %v", acts, err)
	}
}
