// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
)

// sourceOf is a source of the centre whose format is known.
func (h *house) sourceOf(t *testing.T, ctx context.Context, format string) source.Source {
	t.Helper()
	s, err := h.Rooms.Sources.Create(ctx, source.Source{Name: format, Owner: h.root, Format: format})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// activityLog is an EVE log of look-ups, connections, requests, handshakes and
// files of three machines, over two days.
func activityLog() []byte {
	var b bytes.Buffer
	for i := range 60 {
		head := func(kind, src, dst string, port int) {
			fmt.Fprintf(&b, `{"timestamp":"2026-11-%02dT08:%02d:00.000000+0700","event_type":"%s","src_ip":"%s","src_port":4000,"dest_ip":"%s","dest_port":%d,"proto":"TCP"`,
				19+i%2, i, kind, src, dst, port)
		}
		client := fmt.Sprintf("10.0.0.%d", 1+i%3)
		head("flow", client, "203.0.113.7", 443)
		b.WriteString(`,"flow":{"bytes_toserver":10}}` + "\n")
		head("fileinfo", client, "192.0.2.9", 80)
		b.WriteString(`,"fileinfo":{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}` + "\n")
		head("http", client, "192.0.2.9", 80)
		fmt.Fprintf(&b, `,"http":{"hostname":"tai.example","url":"/a/%d?x","http_method":"GET"}}`+"\n", i%4)
		head("tls", client, fmt.Sprintf("198.51.100.%d", i), 8443)
		b.WriteString(`,"tls":{"sni":"www.bad.example","ja3":{"hash":"b7202231ff2db28363c109cedc6d1642"}}}` + "\n")
		head("flow", fmt.Sprintf("192.0.2.%d", 100+i%5), "10.0.0.9", 22)
		b.WriteString(`,"flow":{"bytes_toserver":10}}` + "\n")
		head("dns", client, "10.0.0.53", 53)
		b.WriteString(`,"dns":{"type":"query","id":1,"rrname":"www.bad.example","rrtype":"A"}}` + "\n")
	}
	b.WriteString(`{"timestamp":"2026-11-20T09:00:00.000000+0700","event_type":"flow","src_ip":"10.0.0.1","dest_ip":"none of these"}` + "\n")
	return b.Bytes()
}

// badActivities lists an address, a hash, a folder of the web, a network that is
// no whole octets, a fingerprint, a port, a name and an address that only called.
const badActivities = "203.0.113.7\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\nhttp://tai.example/a/\n198.51.100.0/27\n" +
	"198.51.100.33:8443\nbad.example\n192.0.2.102\n"

// TestAnAddressOrHashThatComesLaterIsLookedBackFor reads the same log before and
// after the list came: the findings are the same, dated when it happened, and
// who was only called is not held for infected.
func TestAnAddressOrHashThatComesLaterIsLookedBackFor(t *testing.T) {
	t.Parallel()
	before, after := open(t, t.TempDir(), nil), open(t, t.TempDir(), nil)
	before.shut(t)
	after.shut(t)
	ctx := before.found(t)
	before.arm(t, ctx, badActivities)
	before.read(t, ctx, before.sourceOf(t, ctx, "eve"), "eve.json", activityLog())
	want := before.evidence(t)

	ctx = after.found(t)
	after.read(t, ctx, after.source(t, ctx, "IDS", ""), "eve.json", activityLog())
	if got := after.evidence(t); len(got) != 0 {
		t.Fatalf("findings without a list: %q", got)
	}
	after.arm(t, ctx, badActivities)
	if got := after.evidence(t); len(want) < 20 || !slices.Equal(got, want) {
		t.Errorf("looked back: %d rows, want %d\n%s", len(got), len(want), diff(want, got))
	}
	var types []string
	if err := after.Records.Read().NewRaw("SELECT DISTINCT h.type FROM finding_hit h ORDER BY 1").Scan(t.Context(), &types); err != nil {
		t.Fatal(err)
	}
	if want := []string{"domain", "ip", "ip-port", "ip-range", "sha256", "url"}; !slices.Equal(types, want) {
		t.Errorf("found by %q, want %q", types, want)
	}
	var days, infected []string
	if err := after.Records.Read().NewRaw("SELECT DISTINCT h.day FROM finding_hit h ORDER BY 1").Scan(t.Context(), &days); err != nil || !slices.Equal(days, []string{"2026-11-19", "2026-11-20"}) {
		t.Errorf("dated %q, %v", days, err)
	}
	if err := after.Records.Read().NewRaw("SELECT DISTINCT i.addr FROM infection i ORDER BY 1").Scan(t.Context(), &infected); err != nil || !slices.Equal(infected, []string{"10.0.0.1", "10.0.0.2", "10.0.0.3"}) {
		t.Errorf("infected: %q, %v", infected, err)
	}

	for value, clients := range map[string]int{"203.0.113.7": 3, "203[.]0[.]113[.]0/24": 3, "192.0.2.102": 1, "198.51.100.33:8443": 1,
		"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855": 3, "b7202231ff2db28363c109cedc6d1642": 3, "bad.example": 3, "203.0.113.8": 0,
		"http://203.0.113.7:443/x": 3, "x@bad.example": 0} {
		found, err := after.Rooms.Hunts.Search(ctx, hunt.Question{Value: value, Below: true, Reason: "công văn 12"})
		if err != nil {
			t.Errorf("%s: %v", value, err)
			continue
		}
		list, totals, err := after.Rooms.Hunts.Found(ctx, found, hunt.Filter{})
		if err != nil || len(list) != clients || int(totals.Clients) != clients {
			t.Errorf("%s: %d machines, %+v, %v; want %d", value, len(list), totals, err, clients)
		}
	}
}

// TestAProxyLogIsIngestedByKey posts a log of activities to the API of a source
// of that format: each line has one outcome, and hits make findings with their
// type.
func TestAProxyLogIsIngestedByKey(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	h.shut(t)
	ctx := h.found(t)
	h.arm(t, ctx, "203.0.113.7\nhttp://tai.example/a/\n")
	src := h.sourceOf(t, ctx, "squid")
	_, key, err := h.Rooms.Accounts.NewKey(ctx, "proxy-01", h.root, auth.Centre, source.Feeding)
	if err != nil {
		t.Fatal(err)
	}
	log := "1763600400.100      5 10.0.0.7 TCP_MISS/200 900 GET http://tai.example/a/x - HIER_DIRECT/203.0.113.7 text/html\n" +
		"1763600401.100      5 10.0.0.7 TCP_MISS/200 900 GET http://good.example/ - HIER_DIRECT/192.0.2.7 text/html\n\nrubbish\n"
	call := func(method, path, body string) map[string]any {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+key)
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, r)
		var answer map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s %s answered %q: %v", method, path, w.Body, err)
		}
		return answer
	}
	answer := call(http.MethodPost, "/api/v1/ingest/"+string(src.ID), log)
	h.work(t)
	answer = call(http.MethodGet, "/api/v1/files/"+answer["id"].(string), "")
	if answer["state"] != "done" || answer["format"] != "squid" || answer["lines"] != 4.0 || answer["parsed"] != 2.0 || answer["hits"] != 1.0 {
		t.Errorf("account = %v", answer)
	}
	var got []string
	if err := h.Records.Read().NewRaw("SELECT f.addr || ' ' || h.type || ' ' || h.name FROM finding_hit h JOIN finding f ON f.id = h.finding_id ORDER BY 1").Scan(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	if want := []string{"10.0.0.7 ip 203.0.113.7", "10.0.0.7 url tai.example/a/x"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}
