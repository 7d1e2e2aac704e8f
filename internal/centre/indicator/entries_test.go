// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// stocked fills the centre: an amber list with indicators of several types and
// marks, a red list of unit a, and an allow list.
func stocked(t *testing.T, h *house) (amber, red, good indicator.List) {
	t.Helper()
	ctx := as(t, auth.Centre, "tinh")
	l := list("Danh sách chung")
	amber = h.upload(ctx, l, "indicator,type,threat,tlp,confidence,valid_until,reference\n"+
		"bad1.example,domain,Mirai,TLP:GREEN,90,,report-1\nbad2.example,domain,Mirai,TLP:CLEAR,,,report-1\nbad3.example,domain,Emotet,TLP:AMBER,,,report-2\n"+
		"secret.example,domain,Emotet,TLP:RED,,,report-1\npopular.example,domain,Mirai,TLP:GREEN,,,\nsoon.example,domain,Mirai,TLP:GREEN,,2026-11-21T02:00:00Z,\n"+
		"203.0.113.7,ip,Mirai,TLP:GREEN,,,\nhttps://page.example/x,url,Mirai,TLP:GREEN,,,\n")
	l = list("Danh sách mật")
	l.TLP, l.Owner = indicator.Red, "a"
	red = h.upload(ctx, l, "bad-red.example\n")
	l = list("Lành")
	l.Kind, l.TLP = indicator.Allow, indicator.Clear
	good = h.upload(ctx, l, "popular.example\nwww.bad1.example\n")
	return amber, red, good
}

func values(hits []indicator.Hit) string {
	var out []string
	for _, h := range hits {
		out = append(out, h.Indicator)
	}
	return strings.Join(out, " ")
}

func TestEntriesAreFoundByHowTheyBegin(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		amber, red, _ := stocked(t, h)
		centre, foreign := as(t, auth.Centre, "tinh"), as(t, auth.UnitOfficer, "b")
		for name, c := range map[string]struct {
			ctx  context.Context
			q    indicator.Search
			want string
		}{
			"by prefix":          {centre, indicator.Search{Text: " BAD"}, "bad-red.example bad1.example bad2.example bad3.example"},
			"not the red list":   {foreign, indicator.Search{Text: "bad"}, "bad1.example bad2.example bad3.example"},
			"by type":            {centre, indicator.Search{Text: "203", Type: "ip"}, "203.0.113.7"},
			"a page":             {centre, indicator.Search{Text: "hxxps://page[.]example"}, "page.example/x"},
			"of a list":          {centre, indicator.Search{List: red.ID}, "bad-red.example"},
			"of a hidden list":   {foreign, indicator.Search{List: red.ID}, ""},
			"not a red entry":    {foreign, indicator.Search{Text: "secret"}, ""},
			"another type":       {centre, indicator.Search{Text: "bad", Type: "url"}, ""},
			"a list and a start": {centre, indicator.Search{Text: "s", List: amber.ID}, "secret.example soon.example"},
		} {
			f, err := h.svc.Find(c.ctx, c.q)
			if err != nil || values(f.Rows) != c.want || f.Total != int64(len(f.Rows)) {
				t.Errorf("%s: %s, %d, %v", name, values(f.Rows), f.Total, err)
			}
		}
		for field, q := range map[string]indicator.Search{"prefix": {Text: "ba"}, "type": {Text: "bad", Type: "x"}} {
			if _, err := h.svc.Find(centre, q); fault.Of(err).Fields[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		var all []string
		q := indicator.Search{Text: "bad", Limit: 2}
		for {
			f, err := h.svc.Find(centre, q)
			if err != nil || f.Total != 4 {
				t.Fatalf("%d, %v", f.Total, err)
			}
			all = append(all, values(f.Rows))
			if q.After = f.Next; q.After == "" {
				break
			}
		}
		if strings.Join(all, " ") != "bad-red.example bad1.example bad2.example bad3.example" {
			t.Errorf("pages %v", all)
		}
		if _, err := h.svc.Find(as(t, auth.Leader, "tinh"), q); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a leader searches: %v", err)
		}
	})
}

func TestWhatAnAllowListSuppressesIsSaid(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		amber, _, good := stocked(t, h)
		ctx := as(t, auth.Centre, "tinh")
		s, err := h.svc.Suppressed(ctx, amber.ID)
		if err != nil || s.Count != 1 || len(s.Samples) != 1 || s.Samples[0].Entry.Indicator != "popular.example" || s.Samples[0].By == nil || s.Samples[0].By.List.ID != good.ID {
			t.Fatalf("%+v, %v", s, err)
		}
		e, err := h.svc.Allow(ctx, "203.0.113.7", false, "máy của ta")
		if err != nil {
			t.Fatal(err)
		}
		if s, err = h.svc.Suppressed(ctx, amber.ID); err != nil || s.Count != 2 {
			t.Errorf("after an allow entry: %+v, %v", s, err)
		}
		if _, err := h.svc.Disallow(ctx, e.ID); err != nil {
			t.Fatal(err)
		}
		if s, err = h.svc.Suppressed(ctx, amber.ID); err != nil || s.Count != 1 {
			t.Errorf("after it was taken back: %+v, %v", s, err)
		}
		if s, err = h.svc.Suppressed(as(t, auth.Telecom, "tinh"), amber.ID); err != nil || s.Count != 1 || s.Samples[0].By != nil {
			t.Errorf("a telecom firm is told of an allow list: %+v, %v", s, err)
		}
		w := h.browse(t, actor(auth.Centre, "tinh"))
		says(t, w.get("/indicators/"+string(amber.ID), 200), "1 chỉ dấu không sinh phát hiện vì có trong danh sách bỏ qua", "popular[.]example", "Bị bỏ qua theo popular[.]example (Lành)")
		says(t, w.get("/indicators/find?prefix=popular", 200), "Bị bỏ qua theo popular[.]example (Lành)")
		says(t, w.get("/indicators/find.csv?prefix=popular.example&how=is", 200), "Bị bỏ qua theo popular")
		says(t, w.get("/indicators?q=popular.example", 200), "có trong danh sách nhưng được bỏ qua", "Bị bỏ qua theo popular[.]example (Lành)")
	})
}

func TestThePageOfAnIndicatorSaysAllOfIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		stocked(t, h)
		w := h.browse(t, actor(auth.Centre, "tinh"))
		page := w.get("/indicators/of?type=domain&value=bad1.example", 200)
		says(t, page, "bad1[.]example nằm trong danh sách độc hại", "Mirai", "TLP:AMBER", "90 %", "report-1", "Cùng nguồn dẫn report-1", "secret[.]example",
			"Cùng mối đe dọa Mirai", "soon[.]example", "Đã thấy trong nhật ký", "Máy đã liên hệ", "Phát hiện Mirai", "Bỏ qua chỉ dấu này")
		if strings.Contains(h.browse(t, actor(auth.UnitOfficer, "b")).get("/indicators/of?value=bad1.example", 200), "secret") {
			t.Error("a foreign unit is told of a TLP:RED indicator")
		}
		says(t, w.post("/indicators/of", url.Values{"value": {"bad1.example"}, "exact": {"1"}}, 422), "Hãy ghi lý do")
		page = w.post("/indicators/of", url.Values{"value": {"bad1.example"}, "reason": {"máy chủ của ta"}}, 200)
		says(t, page, "Đã ghi bad1[.]example vào danh sách bỏ qua", "máy chủ của ta", "Thôi bỏ qua", "Bị bỏ qua theo bad1[.]example")
		says(t, w.get("/indicators/of?type=ip&value=203.0.113.7", 200), "203.0.113[.]7 nằm trong danh sách độc hại", "địa chỉ IP")
		says(t, w.get("/indicators/of?type=url&value=page.example/x", 200), "đường dẫn", "nằm trong danh sách độc hại")
		says(t, w.get("/indicators/of?value=%3F%3F", 200), "Không nhận ra chỉ dấu nào")
		says(t, w.get("/indicators/find", 200), "Nhập chỉ dấu cần tìm")
		says(t, w.get("/indicators/find.csv", 200), "Chỉ dấu khớp")
		says(t, w.get("/indicators/find?prefix=ba", 422), "Hãy nhập ít nhất 3 ký tự")
		says(t, w.get("/indicators/find?prefix=soon", 200), "soon[.]example", "đến ")
		if csv := w.get("/indicators/find.csv?prefix=bad", 200); strings.Count(csv, "\r\n") != 6 {
			t.Errorf("csv %q", csv)
		}
	})
}

func TestABlocklistHoldsWhatMayBeShared(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		stocked(t, h)
		ctx := as(t, auth.Centre, "tinh")
		write := func(ctx context.Context, o indicator.Order) (string, indicator.Account) {
			t.Helper()
			b, err := h.svc.Blocklist(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			var out strings.Builder
			if err := b.Write(ctx, &out, ""); err != nil {
				t.Fatal(err)
			}
			a := b.Account
			if a.Entries != a.Allowed+a.Marked+a.Lapsed+a.Wrote.Given {
				t.Errorf("the account does not add up: %+v", a)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			slices.Sort(lines)
			return strings.Join(lines, " "), a
		}
		got, a := write(ctx, indicator.Order{Format: indicator.Plain, Max: indicator.Amber})
		if got != "203.0.113.7 bad1.example bad2.example bad3.example page.example/x soon.example" || a.Entries != 9 || a.Allowed != 1 || a.Marked != 2 || a.Beneath != 1 {
			t.Errorf("%s, %+v", got, a)
		}
		if got, a = write(ctx, indicator.Order{Format: indicator.Plain, Max: indicator.Clear}); got != "" || a.Marked != 9 {
			t.Errorf("of an amber list goes out as clear: %s, %+v", got, a)
		}
		if got, a = write(ctx, indicator.Order{Format: indicator.Hosts, Max: indicator.Amber}); a.Wrote.Refused["type:ip"] != 1 || a.Wrote.Refused["type:url"] != 1 {
			t.Errorf("%s, %+v", got, a)
		}
		w := h.browse(t, actor(auth.Centre, "tinh"))
		h.clock.Add(56 * 60)
		if got, a = write(ctx, indicator.Order{Format: indicator.Plain, Max: indicator.AmberStrict}); a.Lapsed != 1 || strings.Contains(got, "soon") || strings.Contains(got, "red") {
			t.Errorf("%s, %+v", got, a)
		}
		if _, a = write(as(t, auth.Telecom, "b"), indicator.Order{Format: indicator.Plain, Max: indicator.Amber}); a.Entries != 7 {
			t.Errorf("a telecom firm is counted %d entries", a.Entries)
		}
		for field, o := range map[string]indicator.Order{"format": {Format: "x", Max: indicator.Clear}, "tlp": {Format: indicator.Plain, Max: indicator.Red},
			"set": {Format: indicator.Dataset, Max: indicator.Clear, Set: "x"}, "list": {Format: indicator.Plain, Max: indicator.Clear, List: "x"}} {
			if _, err := h.svc.Blocklist(ctx, o); fault.Of(err).Fields[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		says(t, w.get("/indicators/export", 200), "Xem tệp sẽ có gì")
		says(t, w.get("/indicators/export?format=hosts&tlp=TLP:AMBER", 200), "Được bỏ qua theo danh sách bỏ qua", "Loại chưa đối chiếu được: url", "Tải tệp", "/indicators/blocklist?format=hosts")
		says(t, w.get("/indicators/export?format=x&tlp=TLP:AMBER", 422), "Hãy chọn")
		for _, l := range indicator.ExportLayouts() {
			if body := w.get("/indicators/blocklist?format="+string(l)+"&tlp=TLP:AMBER", http.StatusOK); !strings.Contains(body, "bad1.example") && l != indicator.Dataset {
				t.Errorf("%s: %s", l, body)
			}
		}
		says(t, w.get("/indicators/blocklist?format=rpz&tlp=TLP:AMBER", 200), "; Vọng Gác: ", "để ngoài: 1 bỏ qua, 2 mức chia sẻ, 1 hết hạn", "*.bad1.example CNAME .")
		n, err := h.db.Read().NewSelect().Table("audit_entry").Where("action = 'indicator.export'").Count(ctx)
		if err != nil || n != int64(len(indicator.ExportLayouts()))+1 {
			t.Errorf("%d exports are in the trail, %v", n, err)
		}
	})
}

func TestASearchFindsByPartByNameAndByValue(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, red, _ := stocked(t, h)
		centre, foreign := as(t, auth.Centre, "tinh"), as(t, auth.UnitOfficer, "b")
		for name, c := range map[string]struct {
			ctx  context.Context
			q    indicator.Search
			want string
		}{
			"holds":           {centre, indicator.Search{Text: "AD1.ex", Way: indicator.Holds}, "bad1.example www.bad1.example"},
			"below":           {centre, indicator.Search{Text: "bad1[.]example", Way: indicator.Below}, "bad1.example www.bad1.example"},
			"below with page": {centre, indicator.Search{Text: "page.example", Way: indicator.Below}, "page.example/x"},
			"below whole":     {centre, indicator.Search{Text: "ad1.example", Way: indicator.Below}, ""},
			"is":              {centre, indicator.Search{Text: "bad1.example", Way: indicator.Is}, "bad1.example"},
			"is, both kinds":  {centre, indicator.Search{Text: "popular.example", Way: indicator.Is}, "popular.example popular.example"},
			"is no parent":    {centre, indicator.Search{Text: "x.bad1.example", Way: indicator.Is}, ""},
			"is a page":       {centre, indicator.Search{Text: "hxxps://page[.]example/x", Way: indicator.Is}, "page.example/x"},
			"is an address":   {centre, indicator.Search{Text: "203.0.113.7", Way: indicator.Is, Type: "ip"}, "203.0.113.7"},
			"is red":          {foreign, indicator.Search{Text: "bad-red.example", Way: indicator.Is}, ""},
			"is in a list":    {centre, indicator.Search{Text: "bad-red.example", Way: indicator.Is, List: red.ID}, "bad-red.example"},
			"red below":       {foreign, indicator.Search{Text: "secret.example", Way: indicator.Below}, ""},
		} {
			if f, err := h.svc.Find(c.ctx, c.q); err != nil || values(f.Rows) != c.want || f.Total != int64(len(f.Rows)) || f.Rest != "" {
				t.Errorf("%s: %s of %d, %v", name, values(f.Rows), f.Total, err)
			}
		}
		for field, q := range map[string]indicator.Search{"prefix": {Text: "a b c", Way: indicator.Is}, "how": {Text: "abc", Way: "x"}} {
			if _, err := h.svc.Find(centre, q); fault.Of(err).Fields[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		w := h.browse(t, actor(auth.Centre, "tinh"))
		says(t, w.get("/indicators/find?prefix=bad1.example&how=below", 200), "www.bad1[.]example")
		if csv := w.get("/indicators/find.csv?prefix=bad1.example&how=is", 200); strings.Count(csv, "\r\n") != 2 {
			t.Errorf("csv %q", csv)
		}
	})
}

// TestASearchThatTakesTooLongSaysHowFarItCame has no patience at all: each look
// sees a part of the list, and all of them together all of it.
func TestASearchThatTakesTooLongSaysHowFarItCame(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		const n = 40_000
		h := furnishWith(t, d, func(deps *indicator.Deps) { deps.Patience, deps.Limit, deps.Most = time.Nanosecond, 4<<20, 200_000 })
		var file strings.Builder
		for i := range n {
			fmt.Fprintf(&file, "n%06d.example\n", i)
		}
		l := h.upload(as(t, auth.Centre, "tinh"), list("Danh sách dài"), file.String())
		q, seen, parts := indicator.Search{List: l.ID, Limit: 1000}, map[string]bool{}, 0
		for {
			f, err := h.svc.Find(as(t, auth.Centre, "tinh"), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range f.Rows {
				seen[r.Indicator] = true
			}
			if q.After == "" {
				parts++
				if f.Rest == "" != (f.Seen == f.Of) || f.Total == 0 || f.Total == n {
					t.Fatalf("it saw %d of %d, found %d and goes on at %q", f.Seen, f.Of, f.Total, f.Rest)
				}
			}
			if q.Part, q.After = f.Part, f.Next; f.Next == "" {
				if q.Part = f.Rest; f.Rest == "" {
					break
				}
			}
		}
		if len(seen) != n || parts < 2 {
			t.Errorf("in %d parts %d of %d were found", parts, len(seen), n)
		}
		w := h.browse(t, actor(auth.Centre, "tinh"))
		says(t, w.get("/indicators/find?list="+string(l.ID), 200), "Mới xem ", "trong 40.000 chỉ dấu", "Xem tiếp phần còn lại", "hơn ")
		if csv := w.get("/indicators/find.csv?list="+string(l.ID), 200); strings.Count(csv, "\r\n") != n+1 {
			t.Errorf("the file has %d lines", strings.Count(csv, "\r\n"))
		}
	})
}
