// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/lookup"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// TestEventsAreFoundInScope asks a real engine through the pages.
func TestEventsAreFoundInScope(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		h := furnish(t, d, running(t))
		put(t, h.store, queries("dns", h.a, now, 120, "bad.example")...)
		put(t, h.store, queries("other", h.b, now, 7, "secret.test")...)
		put(t, h.store, lake.Row{Time: now.Add(-time.Minute), Block: "web", Source: "src-web", Owner: string(h.a), Class: lake.HTTPActivity,
			Fields: []lake.Field{{Name: "src_endpoint.ip", Value: "10.1.9.9"}, {Name: "dst_endpoint.ip", Value: "203.0.113.7"}, {Name: "dst_endpoint.port", Value: "8080"},
				{Name: "url.url_string", Value: "http://pay.evil.test/login?x=1"}, {Name: "http_request.http_method", Value: "POST"}, {Name: "actor.user.name", Value: `MAU\lan`}},
			Raw: `<b>POST</b> http://pay.evil.test/login?x=1`})
		theFormAsksWhy(t, h)
		filtersFindWhatTheySay(t, h)
		pagesShowEveryRowOnce(t, h)
		aRowShowsAllItsFields(t, h)
		nobodySeesAnotherUnit(t, h)
		wrongQueriesKeepWhatWasTyped(t, h)
		exportsSayWhenTheyAreCut(t, h)
	})
}

// acts are the details of what the trail says of searches.
func (h *house) acts(t *testing.T, action string) (out []map[string]string) {
	t.Helper()
	var list []string
	if err := h.db.Read().NewRaw("SELECT detail FROM audit_entry WHERE action = ? ORDER BY id", action).Scan(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	for _, raw := range list {
		var one map[string]string
		if err := json.Unmarshal([]byte(raw), &one); err != nil {
			t.Fatal(err)
		}
		out = append(out, one)
	}
	return out
}

func theFormAsksWhy(t *testing.T, h *house) {
	w := h.browse(h.as(h.root), "vi")
	page := w.get("/events?addr=10.1.2.7", http.StatusOK)
	w.says(page, "Nhập điều kiện và lý do để tra", `value="10.1.2.7"`, "ghi vào nhật ký kiểm toán")
	if strings.Contains(page, "bad[.]example") || len(h.acts(t, "lookup.search")) != 0 {
		t.Error("something was found before anybody said why")
	}
	page = w.post("/events", http.StatusUnprocessableEntity, "reason", " ", "q", "query")
	w.says(page, "Ghi lý do", `value="query"`)
	w.get("/events.csv?q=query", http.StatusUnprocessableEntity)
	w.get("/events.csv?q=query&reason=x", http.StatusUnprocessableEntity)
	w.get("/events?q=query&why=x", http.StatusUnprocessableEntity)
	if n := len(h.acts(t, "lookup.search")) + len(h.acts(t, "lookup.export")); n != 0 {
		t.Errorf("%d acts noted without a reason", n)
	}
	w.get("/events"+h.ask("q", "query", "is", "query.type=A"), http.StatusOK)
	acts := h.acts(t, "lookup.search")
	if len(acts) != 1 || acts[0]["reason"] != "công văn 12" || acts[0]["words"] != "query" || acts[0]["chosen"] != "query.type=A" {
		t.Errorf("the trail says %v", acts)
	}
}

func filtersFindWhatTheySay(t *testing.T, h *house) {
	w := h.browse(h.as(h.root), "vi")
	for _, c := range []struct {
		want  string
		pairs []string
	}{
		{"128", nil},
		{"127", []string{"q", "query"}},
		{"1", []string{"q", `-query`}},
		{"1", []string{"addr", "203.0.113[.]7"}},
		{"1", []string{"addr", "10.1.9.0/24"}},
		{"120", []string{"name", "BAD[.]example"}},
		{"12", []string{"name", "h3.bad.example"}},
		{"0", []string{"name", "ad.example"}},
		{"1", []string{"name", "evil.test"}},
		{"1", []string{"user", "lan"}},
		{"1", []string{"class", "http_activity"}},
		{"7", []string{"source", "src-other"}},
		{"7", []string{"unit", string(h.b)}},
		{"1", []string{"field", "dst_endpoint.port", "op", "between", "value", "8000..9000"}},
		{"127", []string{"field", "dst_endpoint.port", "op", "present", "not", "1"}},
		{"13", []string{"is", "query.type=A", "expert", `query.hostname:~"^h3[.]"`}},
		{"128", []string{"range", "1h"}},
		{"128", []string{"range", "30d"}},
		{"0", []string{"from", now.Add(-48 * time.Hour).Format("2006-01-02T15:04"), "to", now.Add(-24 * time.Hour).Format("2006-01-02T15:04")}},
	} {
		page := w.get("/events"+h.ask(c.pairs...), http.StatusOK)
		if got := total(page); got != c.want {
			t.Errorf("%v finds %s, want %s", c.pairs, got, c.want)
		}
	}
	for _, query := range lookup.Queries() {
		w.get("/events"+h.ask("expert", query), http.StatusOK)
	}
	page := w.get("/events"+h.ask(), http.StatusOK)
	w.says(page, "Số dòng theo thời gian", "Giá trị thường gặp", "<svg", "Nguồn src-dns", "Truy vấn DNS", "10.1.2[.]7", "Xã Bản A")
	w.says(w.get("/events"+h.ask("class", "http_activity"), http.StatusOK), "&lt;b&gt;POST&lt;/b&gt;")
	page = h.browse(h.as(h.root), "en").get("/events"+h.ask(), http.StatusOK)
	w.says(page, "Events over time", "Frequent values", "DNS activity", "Search, noted in the audit trail")
}

func pagesShowEveryRowOnce(t *testing.T, h *house) {
	w := h.browse(h.as(h.a), "vi")
	seen := map[string]bool{}
	for at, pages := "/events"+h.ask("q", "query"), 0; at != ""; pages++ {
		page := w.get(at, http.StatusOK)
		if got := total(page); got != "120" || pages > 3 {
			t.Fatalf("page %d counts %s", pages, got)
		}
		for _, m := range rowPlace.FindAllStringSubmatch(page, -1) {
			if seen[m[1]] {
				t.Errorf("row %s comes twice", m[1])
			}
			seen[m[1]] = true
		}
		at = next(page)
	}
	if len(seen) != 120 {
		t.Errorf("%d rows were shown", len(seen))
	}
}

func aRowShowsAllItsFields(t *testing.T, h *house) {
	w := h.browse(h.as(h.a), "vi")
	page := w.get("/events"+h.ask("class", "http_activity", "open", "0@web"), http.StatusOK)
	w.says(page, "Sự kiện lúc", "http_request.http_method", "khối web, dòng 0", "/events/value?", "hxxp://pay.evil[.]test/login?x=1",
		"/hunts?value=203.0.113.7", "/findings?state=all&amp;indicator=203.0.113.7", "/indicators?q=203.0.113.7", "is=dst_endpoint.ip%3D203.0.113.7")
}

// hostile are texts that want rows of others.
var hostile = []string{`*`, `owner:*`, `x) or (*`, `*) or (*`, `_msg:~".*" or owner:re(".*")`, `!owner:=mine`, `{owner=~".+"}`, `owner:in(* | fields owner)`,
	`block:in(* | fields block)`, `"\" or * or \""`, "* # x", `_time:1000d or *`, `options(ignore_global_time_filter=true) *`, `* | union (*)`, `* | stats by (owner) count()`,
	`* | stream_context before 100`}

func nobodySeesAnotherUnit(t *testing.T, h *house) {
	w := h.browse(h.as(h.a), "vi")
	ways := [][]string{nil, {"unit", string(h.b)}, {"source", "src-other"}, {"name", "secret.test"}, {"field", "owner", "op", "is", "value", string(h.b)},
		{"is", "owner=" + string(h.b)}, {"field", "owner", "op", "matches", "value", ".*"}, {"open", "0@other"}}
	for _, text := range hostile {
		ways = append(ways, []string{"expert", text}, []string{"q", text})
	}
	for _, pairs := range ways {
		for _, file := range []string{"", ".csv"} {
			res, err := w.client.Get(w.at + "/events" + file + h.ask(pairs...))
			if err != nil {
				t.Fatal(err)
			}
			page := body(t, res)
			for _, typed := range []string{"secret.test", "secret[.]test", "src-other", string(h.b)} {
				if len(pairs) > 1 && strings.Contains(pairs[len(pairs)-1], strings.ReplaceAll(typed, "[.]", ".")) {
					continue // the form repeats it
				}
				if strings.Contains(strings.ReplaceAll(page, `<option value="`+string(h.b)+`"`, ""), typed) {
					t.Errorf("%q%s shows %s", pairs, file, typed)
				}
			}
			if strings.Contains(page, "other query") || file == "" && slices.Contains([]string{"128", "7"}, total(page)) {
				t.Errorf("%q%s finds or counts rows of another unit: %s", pairs, file, total(page))
			}
		}
	}
	nobody := auth.With(t.Context(), auth.Actor{ID: "x", Grants: []auth.Grant{{Role: auth.Administrator, Unit: string(h.a)}}})
	if _, err := h.Look(nobody, lookup.Question{Reason: "x", From: now.Add(-time.Hour), To: now}, lake.Page{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an administrator looks: %v", err)
	}
}

func wrongQueriesKeepWhatWasTyped(t *testing.T, h *house) {
	for lang, words := range map[string][]string{
		"vi": {"Không hiểu được câu truy vấn này", "Chưa tra được"}, "en": {"This query cannot be understood", "Not searched"}} {
		w := h.browse(h.as(h.a), lang)
		page := w.get("/events"+h.ask("q", "giữ lại", "expert", `x:in(`), http.StatusUnprocessableEntity)
		w.says(page, append(words, `value="giữ lại"`, ">x:in(</textarea>", "công văn 12", "x:in(", " 6, ")...)
	}
	w := h.browse(h.as(h.a), "vi")
	for field, pairs := range map[string][]string{
		"f-addr": {"addr", "x"}, "f-name": {"name", "a b"}, "f-from": {"from", "hôm qua"}, "f-field": {"field", "A B", "value", "1"},
		"f-value": {"field", "x", "op", "between", "value", "1"}, "f-op": {"field", "x", "op", "x", "value", "1"},
		"f-to": {"from", "2026-01-02T00:00", "to", "2026-01-01T00:00"}, "f-reason": {"reason", strings.Repeat("x", 501)},
	} {
		page := ""
		if pairs[0] == "reason" {
			page = w.post("/events", http.StatusUnprocessableEntity, pairs...)
		} else {
			page = w.get("/events"+h.ask(pairs...), http.StatusUnprocessableEntity)
		}
		w.says(page, `href="#`+field+`"`, `id="`+field+`-error"`)
	}
	w.says(w.get("/events"+h.ask("field", "x", "op", "matches", "value", "("), http.StatusUnprocessableEntity), "không so sánh được")
	w.get("/events"+h.ask("after", "x"), http.StatusUnprocessableEntity)
}

func exportsSayWhenTheyAreCut(t *testing.T, h *house) {
	w := h.browse(h.as(h.a), "vi")
	csv := w.get("/events.csv"+h.ask("q", "query"), http.StatusOK)
	if rows := strings.Count(strings.TrimSpace(csv), "\n"); rows != 120 {
		t.Errorf("%d rows were taken out", rows)
	}
	w.says(csv, "Dòng nhật ký gốc", "query.hostname=h3.bad.example", "Xã Bản A", "Truy vấn DNS")
	put(t, h.store, queries("many", h.a, now.Add(-24*time.Hour), lookup.MaxExport+50, "many.test")...)
	page := w.get("/events"+h.ask("range", "7d", "name", "many.test"), http.StatusOK)
	w.says(page, "Tệp xuất chỉ gồm 10.000 dòng mới nhất.")
	csv = w.get("/events.csv"+h.ask("range", "7d", "name", "many.test"), http.StatusOK)
	if rows := strings.Count(strings.TrimSpace(csv), "\n"); rows != lookup.MaxExport+1 || !strings.Contains(csv[len(csv)-200:], "10.000") {
		t.Errorf("%d lines, the last of which are %q", rows, csv[len(csv)-200:])
	}
	if !strings.HasPrefix(w.get("/events.xlsx"+h.ask("q", "query"), http.StatusOK), "PK") {
		t.Error("that is no workbook")
	}
	if acts := h.acts(t, "lookup.export"); len(acts) < 3 || acts[len(acts)-1]["reason"] != "công văn 12" {
		t.Errorf("the trail says %v", acts)
	}
}

// ill is a store that does not do well.
type ill struct {
	lake.Store
	search, figures, health error
}

func (s ill) Search(context.Context, lake.Scope, lake.Query, lake.Page) (lake.Found, error) {
	return lake.Found{Rows: []lake.Row{{Time: now, Block: "x", Raw: "vẫn thấy dòng này", Class: lake.BaseEvent}}}, s.search
}

func (s ill) Histogram(context.Context, lake.Scope, lake.Query, time.Duration) ([]lake.Bucket, error) {
	return nil, s.figures
}

func (s ill) Facets(context.Context, lake.Scope, lake.Query, []string, int) ([]lake.Facet, error) {
	return nil, s.figures
}

func (s ill) Health(context.Context) error { return s.health }

// TestTroubleIsSaidInWords opens the page while the store does badly: what was
// typed stays, and the page says what to do.
func TestTroubleIsSaidInWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		h := furnish(t, d, nil)
		down := &fault.Error{Kind: fault.Unavailable, Op: "x", Err: errors.Join(lake.ErrUnavailable)}
		for _, c := range []struct {
			store  lake.Store
			at     string
			status int
			vi, en string
		}{
			{nil, "?q=abc", 200, "Tra nhật ký chưa bật", "Searching events is not on"},
			{nil, h.ask("q", "abc"), 200, "Tra nhật ký chưa bật", "Searching events is not on"},
			{ill{health: down}, "?q=abc", 200, "Kho nhật ký đang khởi động", "The store of events is starting"},
			{ill{health: lake.ErrDiskFull}, "?q=abc", 200, "Hết chỗ lưu", "No disk left"},
			{ill{search: down}, h.ask("q", "abc"), 503, "Kho nhật ký đang khởi động", "The store of events is starting"},
			{ill{search: lake.ErrDiskFull}, h.ask("q", "abc"), 503, "Hết chỗ lưu", "No disk left"},
			{ill{search: lake.ErrTooSlow}, h.ask("q", "abc"), 422, "Tra quá lâu nên đã dừng", "The search took too long"},
			{ill{search: lake.ErrQuery}, h.ask("q", "abc"), 422, "Chưa tra được", "Not searched"},
			{ill{figures: lake.ErrTooSlow}, h.ask("q", "abc"), 200, "vẫn thấy dòng này", "Not all could be counted"},
		} {
			h.store = c.store
			for lang, want := range map[string]string{"vi": c.vi, "en": c.en} {
				w := h.browse(h.as(h.root), lang)
				w.says(w.get("/events"+c.at, c.status), want, `value="abc"`)
			}
		}
	})
}
