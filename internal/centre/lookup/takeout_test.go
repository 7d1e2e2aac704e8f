// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/lookup"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// TestWhatIsFoundGoesOn asks a real engine and takes what it finds further: as a
// table, into a case, into a file.
func TestWhatIsFoundGoesOn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		h := furnish(t, d, running(t))
		put(t, h.store, queries("dns", h.a, now, 120, "bad.example")...)
		put(t, h.store, queries("other", h.b, now, 7, "secret.test")...)
		put(t, h.store, lake.Row{Time: now.Add(-time.Minute), Block: "web", Source: "src-web", Owner: string(h.a), Class: lake.HTTPActivity,
			Fields: []lake.Field{{Name: "dst_endpoint.ip", Value: "203.0.113.7"}}, Raw: "one"})
		aReasonIsForItsPersonAndItsTime(t, h)
		pipesGiveATable(t, h)
		linesAreReadBesideOneAnother(t, h)
		theOldestComeFirst(t, h)
		linesBecomeEvidence(t, h)
		aLongResultBecomesAFile(t, h)
		aValueLeadsOn(t, h)
		aQuestionIsKeptAsItWas(t, h)
	})
}

func aReasonIsForItsPersonAndItsTime(t *testing.T, h *house) {
	w := h.browse(h.as(h.a), "vi")
	page := w.post("/events", http.StatusOK, "reason", "sự cố 7", "q", "query", "range", "1h")
	w.says(page, "Lý do đang dùng", "sự cố 7", "Truy vấn DNS")
	why, err := h.Give(h.as(h.a), "sự cố 8")
	if err != nil {
		t.Fatal(err)
	}
	other := auth.With(t.Context(), auth.Actor{ID: "p-binh", Grants: []auth.Grant{{Role: auth.Centre, Unit: string(h.root)}}})
	if _, err := h.Given(other, why.ID); !fault.Is(err, fault.Invalid) {
		t.Errorf("another person uses a reason: %v", err)
	}
	stranger := h.browse(other, "vi")
	stranger.says(stranger.get("/events?q=query&why="+why.ID, http.StatusUnprocessableEntity), "không còn hiệu lực")
	clock := h.Now
	h.Now = func() time.Time { return now.Add(lookup.Lasting + time.Second) }
	if _, err := h.Given(h.as(h.a), why.ID); !fault.Is(err, fault.Invalid) {
		t.Errorf("a reason holds for ever: %v", err)
	}
	h.Now = clock
	acts := h.acts(t, "lookup.reason")
	if last := acts[len(acts)-1]; last["reason"] != "sự cố 8" || last["until"] == "" {
		t.Errorf("the trail says %v", acts)
	}
}

func pipesGiveATable(t *testing.T, h *house) {
	w := h.browse(h.as(h.a), "vi")
	query := `query.hostname:* | stats by (query.hostname) count() n | sort by (n desc, query.hostname) limit 3`
	page := w.get("/events"+h.ask("expert", query), http.StatusOK)
	w.says(page, "h0.bad[.]example", "query.hostname", "Số dòng theo thời gian")
	if got := total(page); got != "3" {
		t.Errorf("a table of %s rows", got)
	}
	csv := w.get("/events.csv"+h.ask("expert", query), http.StatusOK)
	if !strings.Contains(csv, "query.hostname;n\r\nh0.bad.example;12\r\n") {
		t.Errorf("the file says %q", csv)
	}
	for _, text := range append(hostile, `* | uniq by (owner, query.hostname)`, `* | top 50 by (source)`, `* | union (* | fields owner, query.hostname)`, `* | join by (query.type) (* | fields query.type, owner, source)`) {
		for _, file := range []string{"", ".csv"} {
			res, err := w.client.Get(w.at + "/events" + file + h.ask("expert", text))
			if err != nil {
				t.Fatal(err)
			}
			page := strings.ReplaceAll(body(t, res), `<option value="`+string(h.b)+`"`, "")
			for _, secret := range []string{"secret.test", "secret[.]test", "src-other", string(h.b)} {
				if strings.Contains(page, secret) {
					t.Errorf("%s%s shows %s", text, file, secret)
				}
			}
		}
	}
}

func linesAreReadBesideOneAnother(t *testing.T, h *house) {
	w := h.browse(h.as(h.a), "vi")
	page := w.get("/events"+h.ask("class", "dns_activity", "open", "60@dns"), http.StatusOK)
	w.says(page, "Các dòng liền kề", "khối dns, dòng 60", "open=55%40dns", "open=65%40dns")
	if strings.Contains(page, "open=66%40dns#event\">66<") {
		t.Error("more than five lines on a side")
	}
	page = w.get("/events"+h.ask("open", "3@other"), http.StatusOK)
	w.says(page, "Không tìm thấy dòng đã chọn")
	if strings.Contains(page, "secret") {
		t.Error("a line of another unit is open")
	}
	if acts := h.acts(t, "lookup.open"); len(acts) < 2 || acts[0]["line"] != "60@dns" {
		t.Errorf("the trail says %v", acts)
	}
}

func theOldestComeFirst(t *testing.T, h *house) {
	w := h.browse(h.as(h.a), "vi")
	var got []string
	for at := "/events" + h.ask("q", "query", "sort", "oldest"); at != ""; {
		page := w.get(at, http.StatusOK)
		for _, m := range rowPlace.FindAllStringSubmatch(page, -1) {
			got = append(got, m[1])
		}
		at = next(page)
	}
	if len(got) != 120 || !strings.HasPrefix(got[0], "0%40dns") && !strings.HasPrefix(got[0], "0@dns") {
		t.Errorf("%d rows, the first %s", len(got), got[0])
	}
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// carried are the hidden values of a page's main form.
func carried(page string) (pairs []string) {
	for _, m := range hiddenInput.FindAllStringSubmatch(page, -1) {
		pairs = append(pairs, m[1], html.UnescapeString(m[2]))
	}
	return pairs
}

func linesBecomeEvidence(t *testing.T, h *house) {
	w := h.browse(h.as(h.a), "vi")
	w.says(w.get("/events"+h.ask("q", "query"), http.StatusOK), "Đưa các dòng đã chọn vào sự cố", "Đưa cả kết quả vào sự cố", "Lưu vào cuộc săn", "Xuất thành tệp lớn")
	page := w.post("/events/evidence/rows", http.StatusOK, "why", h.why, "q", "query", "id", "5%40dns", "id", "7%40dns")
	w.says(page, "2 dòng đã chọn", "SC-2026-0001", "công văn 12")
	w.says(w.post("/events/evidence", http.StatusUnprocessableEntity, append(carried(page), "note", "ghi chú")...), "Chọn một sự cố", "ghi chú")
	w.post("/events/evidence", http.StatusOK, append(carried(page), "incident", "i-1", "form", "jsonl")...)
	whole := w.get("/events/evidence"+h.ask("q", "query"), http.StatusOK)
	w.says(whole, "Cả 120 dòng tìm thấy")
	w.says(w.post("/events/evidence", http.StatusUnprocessableEntity, append(carried(page), "incident", "new")...), `href="#f-title"`)
	w.post("/events/evidence", http.StatusOK, append(carried(page), "incident", "new", "title", "Máy lạ", "form", "parquet")...)
	if h.cases.lead.Title != "Máy lạ" || fmt.Sprint(h.cases.lead.Values) != "[h7.bad.example h5.bad.example]" {
		t.Errorf("a case is opened with %+v", h.cases.lead)
	}
	w.post("/events/evidence", http.StatusOK, append(carried(whole), "incident", "i-3", "form", "jsonl")...)
	w.get("/events/evidence"+h.ask("q", "nothing-has-this"), http.StatusOK)
	var picked, all, parquet string
	for name, text := range h.cases.files {
		switch {
		case strings.HasPrefix(name, "i-1/"):
			picked = text
		case strings.HasPrefix(name, "i-3/"):
			all = text
		case strings.HasSuffix(name, ".parquet"):
			parquet = text
		}
	}
	if n := strings.Count(picked, "\n"); n != 3 || !strings.Contains(picked, `"reason":"công văn 12"`) || !strings.Contains(picked, `"by":"Nguyễn Văn An"`) ||
		!strings.Contains(picked, `"line":7`) || strings.Contains(picked, `"line":6,`) {
		t.Errorf("evidence of %d lines: %s", n, picked)
	}
	if n := strings.Count(all, "\n"); n != 121 || strings.Contains(all, "secret") || !strings.Contains(all, `"rows":"120"`) {
		t.Errorf("evidence of %d lines: %.300s", n, all)
	}
	var lines []int64
	err := lake.ReadParquetTakeout(bytes.NewReader([]byte(parquet)), func(r lake.Row) error { lines = append(lines, r.Line); return nil })
	if err != nil || fmt.Sprint(lines) != "[7 5]" {
		t.Errorf("the file has lines %v, %v", lines, err)
	}
	q := lookup.Question{Why: h.why, From: now.Add(-time.Hour), To: now}
	_, err = h.Evidence(h.as(h.a), q, []lookup.Key{{Block: "other", Line: 1}}, lookup.Lines, "i", func(context.Context, string, io.Reader) error { return nil })
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a line of another unit becomes evidence: %v", err)
	}
}

func aLongResultBecomesAFile(t *testing.T, h *house) {
	w := h.browse(h.as(h.a), "vi")
	w.says(w.get("/events/takeouts", http.StatusOK), "Chưa xuất tệp nào")
	page := w.get("/events/takeouts/new"+h.ask("q", "query"), http.StatusOK)
	w.says(page, "Ghi 120 trong 120 dòng")
	for _, form := range []string{"csv", "parquet", "jsonl"} {
		w.says(w.post("/events/takeouts", http.StatusOK, append(carried(page), "form", form)...), "Đang ghi", "công văn 12")
	}
	w.post("/events/takeouts", http.StatusUnprocessableEntity, append(carried(page), "form", "exe")...)
	run := jobs.NewRunner(h.queue, jobs.Options{Handlers: map[string]jobs.Handler{lookup.JobKind: h.Handler()}})
	for {
		worked, err := run.RunOnce(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !worked {
			break
		}
	}
	page = w.get("/events/takeouts", http.StatusOK)
	links := regexp.MustCompile(`/events/takeouts/[^"]+/file`).FindAllString(page, -1)
	if len(links) != 3 {
		t.Fatalf("%d files: %s", len(links), page)
	}
	for _, link := range links {
		file := w.get(link, http.StatusOK)
		if strings.HasPrefix(file, "PAR1") {
			n := 0
			err := lake.ReadParquetTakeout(strings.NewReader(file), func(lake.Row) error { n++; return nil })
			if err != nil || n != 120 {
				t.Errorf("%d rows, %v", n, err)
			}
		} else if n := strings.Count(file, "\n"); n != 121 || !strings.Contains(file, "h3.bad.example") || strings.Contains(file, "secret") {
			t.Errorf("a file of %d lines: %.300s", n, file)
		}
	}
	other := h.browse(auth.With(t.Context(), auth.Actor{ID: "p-binh", Home: string(h.root), Grants: []auth.Grant{{Role: auth.Centre, Unit: string(h.root)}}}), "vi")
	other.get(links[0], http.StatusNotFound)
	if acts := h.acts(t, "lookup.takeout"); len(acts) != 3 || acts[0]["reason"] != "công văn 12" {
		t.Errorf("the trail says %v", acts)
	}
	clock := h.Now
	h.Now = func() time.Time { return now.AddDate(0, 0, 8) }
	if err := h.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.Now = clock
	w.get(links[0], http.StatusNotFound)
}

func aValueLeadsOn(t *testing.T, h *house) {
	w := h.browse(h.as(h.a), "vi")
	page := w.get("/events/value?value=10.1.2.7&owner="+string(h.a)+"&at="+now.Format(time.RFC3339), http.StatusOK)
	w.says(page, "10.1.2[.]7", "Xã Bản A", "/hunts?value=10.1.2.7", "/indicators?q=10.1.2.7", "/events?addr=10.1.2.7", "Chưa có sự cố nào")
	w.says(w.get("/events/value?value=203.0.113[.]7", http.StatusOK), "SC-2026-0001", "/incidents/i-1")
}

func aQuestionIsKeptAsItWas(t *testing.T, h *house) {
	why := h.why
	k, err := h.Keep(h.as(h.a), "q=query&from=2020-01-01T00:00&to=2099-01-01T00:00", why)
	if err != nil || k.Rows != 120 || k.Table || len(k.Hash) != 64 || k.Text != `{"words":"query"}` {
		t.Errorf("%+v, %v", k, err)
	}
	again, err := h.Keep(h.as(h.a), "q=query&from=2020-01-01T00:00&to=2099-01-01T00:00", why)
	if err != nil || again.Hash != k.Hash {
		t.Errorf("the same result has the hash %s, then %s (%v)", k.Hash, again.Hash, err)
	}
	less, err := h.Keep(h.as(h.a), "q=query&is=query.hostname%3Dh3.bad.example&from=2020-01-01T00:00&to=2099-01-01T00:00", why)
	if err != nil || less.Rows != 12 || less.Hash == k.Hash {
		t.Errorf("%+v, %v", less, err)
	}
	if _, err := h.Keep(h.as(h.a), "q=query", ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("kept without a reason: %v", err)
	}
}
