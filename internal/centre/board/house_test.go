// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vonggac/vonggac/assets"
	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

var serve = flag.String("serve", "", "address to show the pages of a fictitious directive at, such as 127.0.0.1:9414")

var (
	dark    = flag.Int("dark", 2, "with -serve: of how many units in ten nothing is seen")
	columns = flag.Int("columns", 12, "with -serve: how many requirements")
)

// fiction is a made-up province: directives, what is measured and what is owed.
// Of it each actor sees the units that lie in their scope.
type fiction struct {
	sheets   []board.Sheet
	text     string // of the first
	readings []measure.Reading
	duties   []obligation.Standing
	db       *db.DB
}

var said3 = []string{"a", "b", "c"}

// invent makes a directive of some columns for some units. Of every ten units
// dark in ten have nothing seen.
func invent(columns, units, dark int) *fiction {
	f := &fiction{}
	leaves := []struct {
		label, text string
		kind        board.Kind
		key         string
		op          board.Op
		value       float64
	}{
		{"Máy có phòng, chống mã độc", "Cài đặt, cập nhật phần mềm phòng, chống mã độc cho toàn bộ máy tính của đơn vị, bảo đảm tối thiểu 95%.", board.Condition, "av", board.AtLeast, 95},
		{"Máy đang nhiễm", "Rà quét, xử lý dứt điểm các máy tính đã được cảnh báo kết nối tới máy chủ điều khiển mã độc.", board.Both, "sick", board.AtMost, 0},
		{"Trực giám sát 24/7", "Phân công lực lượng tại chỗ trực giám sát, không để hở ca trực trong dịp nghỉ lễ.", board.Condition, "hours", board.AtMost, 0},
		{"Phương án theo cấp độ", "Triển khai đầy đủ phương án bảo đảm an toàn hệ thống thông tin theo cấp độ đã được phê duyệt.", board.Duty, "", "", 0},
		{"Công bố đường dây nóng", "Công bố số điện thoại đường dây nóng tiếp nhận thông báo sự cố.", board.Evidence, "", "", 0},
		{"Người đứng đầu chịu trách nhiệm", "Người đứng đầu trực tiếp chỉ đạo và chịu trách nhiệm về công tác bảo đảm an toàn thông tin.", board.Person, "", "", 0},
	}
	var text strings.Builder
	text.WriteString("ỦY BAN NHÂN DÂN TỈNH BẢN MẪU\n\nThực hiện chỉ đạo của cấp trên, Ủy ban nhân dân tỉnh yêu cầu các đơn vị:\n\n")
	sh := board.Sheet{ID: "d-1", Code: "CD-2026-0001", Title: "Tăng cường bảo đảm an toàn thông tin mạng dịp nghỉ lễ", Number: "15/UBND-VX", Issuer: "UBND tỉnh Bản Mẫu",
		Urgency: "HỎA TỐC", Date: now.AddDate(0, 0, -6)}
	for i := range columns {
		l := leaves[i%len(leaves)]
		c := board.Column{ID: fmt.Sprint("c", i+1), Path: fmt.Sprint(i/3+1, ".", said3[i%3]), Label: l.label, Clause: fmt.Sprintf("mục %d%s", i/3+1, said3[i%3]), Kind: l.kind,
			Duty: l.kind != board.Condition, Text: fmt.Sprintf("%d%s) %s", i/3+1, said3[i%3], l.text), Due: now.AddDate(0, 0, i%7-3)}
		if l.key != "" {
			c.Measures = []board.Target{{Key: l.key, Op: l.op, Value: l.value}}
		}
		if l.kind == board.Evidence {
			c.Evidence = "văn bản công bố"
		}
		text.WriteString(c.Text + "\n\n")
		sh.Columns = append(sh.Columns, c)
	}
	f.text = text.String() + "Yêu cầu các đơn vị nghiêm túc thực hiện./."
	for i := range units {
		u := board.UnitRow{ID: fmt.Sprint("u-", i), Name: fmt.Sprintf("UBND xã Bản Mẫu %d", i), Kind: "xa", KindLabel: "Xã", KindPlace: 2, Head: fmt.Sprint("Lò Văn ", i), HeadTitle: "Chủ tịch", HeadPhone: "0213 000 000"}
		if i%5 == 0 {
			u.Name, u.Kind, u.KindLabel, u.KindPlace = fmt.Sprintf("Sở Thí dụ %d", i), "so", "Sở", 1
		}
		if i%11 == 3 {
			u.Head, u.HeadTitle, u.HeadPhone = "", "", ""
		}
		sh.Units = append(sh.Units, u)
		f.live(u.ID, i, i%10 < dark)
		for j, c := range sh.Columns {
			if c.Duty {
				s := obligation.Standing{ID: obligation.ID(fmt.Sprint("o-", i, "-", j)), Subject: sh.ID, ClockID: c.ID + "@" + u.ID, UnitID: u.ID, State: obligation.Open, DueAt: c.Due, SoonAt: c.Due.Add(-2 * day)}
				if (i+j)%3 > 0 {
					s.State, s.MetAt, s.Evidence = obligation.Met, c.Due.Add(time.Duration((i*j)%5-3)*day/2), 1
				}
				f.duties = append(f.duties, s)
			}
		}
	}
	second := sh
	second.ID, second.Code, second.Title, second.Number, second.Urgency = "d-2", "CD-2026-0002", "Rà soát hệ thống thông tin theo cấp độ", "9/UBND-KGVX", ""
	second.Columns = second.Columns[:min(4, columns)]
	f.sheets = []board.Sheet{sh, second}
	return f
}

// live makes up what is measured of a unit.
func (f *fiction) live(unit string, i int, dark bool) {
	n := int64(20 + i%37)
	av := measure.Reading{Key: "av", Unit: unit, Figure: measure.Figure{Num: n - int64(i%4), Den: n, Seen: n, Expected: n + int64(i%3)}, Grade: measure.Measured, At: now,
		Before: &measure.Figure{Num: n - 3, Den: n, Seen: n, Expected: n}}
	sick := measure.Reading{Key: "sick", Unit: unit, Figure: measure.Figure{Num: int64(max(i%6-3, 0)), Seen: 5, Expected: 5}, Grade: measure.Measured, At: now}
	hours := measure.Reading{Key: "hours", Unit: unit, Figure: measure.Figure{Num: int64(i % 5 / 4 * 11), Den: 1, Seen: 7, Expected: 7}, Grade: measure.Measured, At: now}
	switch {
	case dark:
		av.Grade, av.Figure, av.At = measure.Unseen, measure.Figure{Expected: n}, time.Time{}
		sick.Grade, sick.Figure = measure.Unseen, measure.Figure{Expected: 5}
		hours.Grade, hours.Figure = measure.Unseen, measure.Figure{Expected: 7}
		if i%3 == 0 {
			av.Said = &measure.Claim{Num: n, Den: n, By: "Lò Thị Mai", At: now.Add(-day)}
		}
	case i%9 == 4:
		av.Grade, av.Figure.Seen = measure.Partial, n/3
	case i%9 == 7:
		av.Said = &measure.Claim{Num: n, Den: n, Note: "theo biên bản kiểm kê", By: "Lò Thị Mai", At: now.Add(-day)}
	}
	f.readings = append(f.readings, av, sick, hours)
}

func (f *fiction) sees(ctx context.Context, unit string) bool {
	actor, _ := auth.From(ctx)
	ok, err := auth.ScopeOf(actor, auth.Permission{Area: auth.Directives, Act: auth.Read}).Holds(ctx, f.db.Read(), unit)
	return ok && err == nil
}

func (f *fiction) seen(ctx context.Context, sh board.Sheet) (board.Sheet, error) {
	actor, _ := auth.From(ctx)
	var ids []string
	sel := auth.ScopeOf(actor, auth.Permission{Area: auth.Directives, Act: auth.Read}).Filter(f.db.Read().NewSelect().Table("unit_closure").ColumnExpr("DISTINCT descendant"), "descendant")
	if err := sel.Scan(ctx, &ids); err != nil {
		return sh, err
	}
	in := map[string]bool{}
	for _, id := range ids {
		in[id] = true
	}
	sh.Units = slices.DeleteFunc(slices.Clone(sh.Units), func(u board.UnitRow) bool { return !in[u.ID] })
	return sh, nil
}

func (f *fiction) Board(ctx context.Context, id string) (board.Sheet, error) {
	for _, sh := range f.sheets {
		if sh.ID == id {
			sh, err := f.seen(ctx, sh)
			if err == nil && len(sh.Units) == 0 {
				break
			}
			return sh, err
		}
	}
	return board.Sheet{}, fault.Missing("test")
}

func (f *fiction) Text(context.Context, string) (string, error) { return f.text, nil }

func (f *fiction) InForce(ctx context.Context) (out []board.Sheet, err error) {
	for _, sh := range f.sheets {
		sh, err := f.seen(ctx, sh)
		if err != nil {
			return nil, err
		}
		if len(sh.Units) > 0 {
			out = append(out, sh)
		}
	}
	return out, nil
}

func (f *fiction) Measure(key string) (measure.Measure, bool) {
	m, ok := known(key)
	m.Area, m.Rows = auth.Findings, func(unit string, _ measure.Window) string { return "/findings?unit=" + unit }
	return m, ok
}

func (f *fiction) Readings(_ context.Context, keys, units []string) (out []measure.Reading, err error) {
	in := map[string]bool{}
	for _, u := range units {
		in[u] = true
	}
	for _, r := range f.readings {
		if in[r.Unit] && slices.Contains(keys, r.Key) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (f *fiction) Trend(_ context.Context, key, unit string, from, to time.Time) (out []measure.Reading, err error) {
	for _, r := range f.readings {
		for at := from; r.Key == key && r.Unit == unit && at.Before(to); at = at.Add(day) {
			r.At = at
			if n := int64(to.Sub(at) / day); n%30 == 12 {
				gone := r
				gone.Grade, gone.Figure = measure.Unseen, measure.Figure{Expected: r.Expected}
				out = append(out, gone)
				continue
			}
			out = append(out, r)
		}
	}
	return out, nil
}

func (f *fiction) Standings(ctx context.Context, _ string, ids []string) (out []obligation.Standing, err error) {
	for _, d := range f.duties {
		if slices.Contains(ids, d.Subject) {
			out = append(out, d)
		}
	}
	return out, nil
}

func (f *fiction) unit(ctx context.Context, id string) (board.UnitRow, error) {
	for _, u := range f.sheets[0].Units {
		if u.ID == id && f.sees(ctx, id) {
			return u, nil
		}
	}
	return board.UnitRow{}, fault.Missing("test")
}

// house is the room over a fiction.
type house struct {
	*board.Service
	*fiction
	told   []board.Urging
	asked  []board.Request
	drafts []officedoc.Paper
}

var sources = []fs.FS{auth.Migrations, audit.Migrations, web.Migrations, board.Migrations}

func furnish(t testing.TB, d *db.DB, f *fiction) *house {
	t.Helper()
	f.db = d
	err := d.Housekeep(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		pairs := [][2]string{{"root", "root"}}
		for _, u := range f.sheets[0].Units {
			pairs = append(pairs, [2]string{"root", u.ID}, [2]string{u.ID, u.ID})
		}
		for _, p := range pairs {
			if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", p[0], p[1]).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{fiction: f}
	h.Service = board.New(board.Deps{Records: d, Now: func() time.Time { return now }, Directives: f, Measures: f, Duties: f, Unit: f.unit,
		Tell:  func(_ context.Context, _ *db.Tx, u board.Urging) error { h.told = append(h.told, u); return nil },
		Asked: func(_ context.Context, _ *db.Tx, r board.Request) error { h.asked = append(h.asked, r); return nil },
		Draft: func(_ context.Context, _ string, p officedoc.Paper) (string, error) {
			h.drafts = append(h.drafts, p)
			return "/documents/draft", nil
		},
		House: func(context.Context) (officedoc.Paper, error) {
			return officedoc.Paper{Issuer: "Công an tỉnh Bản Mẫu", Place: "Bản Mẫu", Symbol: "CAT-PA05"}, nil
		}})
	return h
}

// each runs test on both engines over a small province.
func each(t *testing.T, test func(*testing.T, *house)) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) { test(t, furnish(t, d, invent(12, 12, 2))) })
}

func as(ctx context.Context, role auth.Role, unit string) context.Context {
	return auth.With(ctx, auth.Actor{ID: "p-" + string(role), Name: "Người thử", Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

// measureTexts are the words of the measures of the tests.
var measureTexts = fstest.MapFS{"messages.yaml": {Data: []byte(`
measure.av.title: {vi: "Máy có phòng, chống mã độc", en: "Machines with anti-virus"}
measure.av.definition: {vi: "Số máy có phần mềm phòng, chống mã độc còn cập nhật trên số máy đã đăng ký.", en: "Machines with anti-virus of those registered."}
measure.av.next: {vi: "Nhập bảng máy hoặc nối máy chủ phòng, chống mã độc", en: "Import the machines or connect the anti-virus server"}
measure.sick.title: {vi: "Máy đang nhiễm", en: "Infected machines"}
measure.sick.definition: {vi: "Số máy có ca nhiễm đang mở.", en: "Machines with an open infection."}
measure.sick.next: {vi: "Nối nhật ký phân giải tên miền của đơn vị", en: "Connect the unit's resolver log"}
measure.hours.title: {vi: "Giờ hở ca trực", en: "Hours without duty"}
measure.hours.definition: {vi: "Số giờ không có người trực trong kỳ.", en: "Hours nobody was on duty."}
measure.hours.next: {vi: "Nhập lịch trực của đơn vị", en: "Enter the unit's roster"}
`)}}

// handler serves the room to somebody who holds role in unit.
func (h *house) handler(t testing.TB, role auth.Role, unit string) http.Handler {
	t.Helper()
	cat, err := i18n.Load(fault.Messages, ui.Messages, web.Messages, board.Messages, measureTexts)
	if err != nil {
		t.Fatal(err)
	}
	who, _ := auth.From(as(context.Background(), role, unit))
	bundle, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: cat, Assets: bundle, Records: h.db, Now: func() time.Time { return now },
		Lifetime: time.Hour, Nav: func(context.Context, string) []ui.NavGroup {
			return []ui.NavGroup{{Items: []ui.NavItem{{Label: "Hôm nay", Href: "/", Icon: ui.IconToday}, {Label: "Chỉ đạo", Href: board.Path, Icon: ui.IconDirective, Here: true}}}}
		},
		Actor: func(context.Context, string, int64) (auth.Actor, error) { return who, nil }})
	in := web.Route{Pattern: "GET /in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
		if err := site.SignIn(r.Context(), who.ID, 1); err != nil {
			return err
		}
		return web.Redirect(w, r, board.Path)
	}}
	return site.Handler(append(board.NewPages(site, h.Service).Routes(), in)...)
}

// browser is a signed-in reader of the room's pages.
type browser struct {
	t      testing.TB
	client *http.Client
	at     string
}

func (h *house) browse(t testing.TB, role auth.Role, unit string) browser {
	t.Helper()
	srv := httptest.NewServer(h.handler(t, role, unit))
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := browser{t, &http.Client{Jar: jar}, srv.URL}
	b.get("/in", 200)
	return b
}

func (b browser) get(path string, want int) string {
	b.t.Helper()
	res, err := b.client.Get(b.at + path)
	return b.read(res, err, want)
}

func (b browser) post(path string, form url.Values, want int) string {
	b.t.Helper()
	res, err := b.client.PostForm(b.at+path, form)
	return b.read(res, err, want)
}

var rawKey = regexp.MustCompile(`\b(board|measure)\.[a-z]+\.[a-z]\S*`)

func (b browser) read(res *http.Response, err error, want int) string {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if closing := res.Body.Close(); err == nil {
		err = closing
	}
	if err != nil {
		b.t.Fatal(err)
	}
	if res.StatusCode != want {
		b.t.Fatalf("%s %s: %d, want %d: %.200s", res.Request.Method, res.Request.URL.Path, res.StatusCode, want, body)
	}
	if key := rawKey.Find(body); key != nil && strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		b.t.Errorf("%s shows the key %s", res.Request.URL.Path, key)
	}
	return string(body)
}

func (b browser) says(page string, texts ...string) {
	b.t.Helper()
	for _, want := range texts {
		if !strings.Contains(page, want) {
			b.t.Errorf("the page does not say %q", want)
		}
	}
}

// TestServe shows the pages of a province of 150 units until it is stopped. It
// runs with -serve alone.
func TestServe(t *testing.T) {
	if *serve == "" {
		t.Skip("pages are shown with -serve only")
	}
	h := furnish(t, dbtest.SQLite(t, sources...), invent(*columns, 150, *dark))
	srv := &http.Server{Addr: *serve, Handler: h.handler(t, auth.Centre, "root"), ReadHeaderTimeout: time.Minute}
	t.Log(srv.ListenAndServe())
}
