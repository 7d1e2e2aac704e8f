// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package home_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/home"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

var now = time.Date(2026, 11, 21, 1, 5, 0, 0, time.UTC)

type noAssets struct{}

func (noAssets) Path(name string) string { return "/assets/" + name }
func (noAssets) Handler() http.Handler   { return http.NotFoundHandler() }
func (noAssets) Missing() bool           { return false }

func give[T any](v T) func(context.Context) (T, error) {
	return func(context.Context) (T, error) { return v, nil }
}

// own is the actor's unit with its four items in these states.
func own(states ...home.ItemState) home.Own {
	o := home.Own{Name: "Xã Bản Mẫu", Href: "/units/1"}
	for i, key := range []string{"head", "contact", "hotline", "addresses"} {
		o.Items = append(o.Items, home.Item{Key: key, State: states[i], At: now, Href: "/units/1/edit"})
	}
	return o
}

// busy is a centre in full work: every source heard, something of everything.
func busy() home.Deps {
	clock := ui.ClockProps{Due: now.Add(-2 * time.Hour), Now: now}
	later := ui.ClockProps{Due: now.Add(5 * time.Hour), Now: now, State: ui.ClockSoon}
	return home.Deps{
		Now: func() time.Time { return now },
		Duties: give(home.Duties{Open: 12, Soon: 3, Late: 1, First: []home.Duty{
			{Title: "Báo cáo ban đầu", Href: "/obligations/1", Subject: ui.Link{Label: "SC-2026-0001", Href: "/incidents/1"}, Unit: "Xã Bản Mẫu", Clock: clock},
			{Title: "Báo cáo đầy đủ", Href: "/obligations/2", Unit: "Xã Khác", Clock: later}}}),
		Soon:       give(home.Lateness{Lines: 3, First: []home.Duty{{Title: "Báo cáo đầy đủ", Href: "/obligations/2", Unit: "Xã Khác", Clock: later}}}),
		Late:       give(home.Lateness{Lines: 1, First: []home.Duty{{Title: "Báo cáo ban đầu", Href: "/obligations/1", Subject: ui.Link{Label: "SC-2026-0001", Href: "/incidents/1"}, Unit: "Xã Bản Mẫu", Units: 1, Clock: clock}}}),
		Findings:   give(home.Findings{Open: 41, Oldest: []home.Finding{{Title: "Mirai", Href: "/findings/1", Who: "10.1.2.3", Unit: "Xã Bản Mẫu", Since: now.Add(-time.Hour)}}}),
		Infections: give(home.Infections{Machine: 7, NAT: 2, Unknown: 1}),
		Incidents:  give(home.Incidents{Open: 1, First: []home.Incident{{Code: "SC-2026-0001", Title: "Mã độc tống tiền", Href: "/incidents/1", Clock: &clock}}}),
		Sources: func(_ context.Context, since time.Time) (home.Sources, error) {
			return home.Sources{Expected: 10, Heard: 9, Files: 120, SilentTotal: 1, Silent: []home.Source{{Name: "Tường lửa Xã Im", Href: "/sources/9", Last: since.Add(-time.Hour)}},
				Broken: []home.File{{Name: "cut.log.gz", Href: "/sources/1/files/1", Why: "Tệp cụt", At: now}}, BrokenTotal: 4}, nil
		},
		Matching:   give(true),
		Indicators: give(home.Indicators{Lists: 2, Indicators: 120000, LoadedAt: now, Refused: 1}),
		Ready:      give(home.Ready{Units: 40, Green: 39, Items: []home.ReadyItem{{Key: "head", Green: 40}, {Key: "contact", Green: 39}}, Waiting: []home.ReadyUnit{{Name: "Xã Thiếu", Href: "/units/2", Lacks: []string{"contact"}}}, List: "/units"}),
		Own:        give(own(home.Told, home.Missing, home.Told, home.Stale)),
		Since: func(context.Context, time.Time) (home.Since, error) {
			return home.Since{Findings: 15, Opened: 2}, nil
		},
		Infected: give([]home.Finding{{Title: "Mirai", Href: "/infections/1", Who: "10.1.2.3", Since: now.Add(-50 * time.Hour)}}),
		Answers: give(home.Answers{Total: 2, First: []home.Answer{{Kind: home.Paper, Title: "Dự thảo báo cáo quý", Href: "/documents/1", From: "Trần Văn Thư", Since: now},
			{Kind: home.MoreTime, Title: "Rà soát cấu hình", Href: "/obligations/3", From: "Xã Khác", Clock: &later}}}),
		Past: func(_ context.Context, since time.Time) (home.Past, error) {
			return home.Past{Total: 1, First: []home.Finding{{Title: "Emotet", Href: "/findings/9", Who: "10.9.9.9", Unit: "Xã Cũ", Since: since.Add(-300 * time.Hour)}}}, nil
		},
		Proofs: give(home.Proofs{Total: 1, List: "/obligations/board", First: []home.Proof{{Title: "Cài phần mềm diệt virus", Href: "/obligations?q=x", Units: 39, Proved: 30, Said: 4, Open: 3, Late: 2}}}),
		Bodies: give([]home.Body{{ID: "u1", Name: "Xã Một", Href: "/units/u1", Kind: "xã"}, {ID: "u2", Name: "Xã Hai", Href: "/units/u2", Kind: "xã"}, {ID: "u3", Name: "Sở Ba", Href: "/units/u3", Kind: "sở"}}),
		Nav: func(context.Context, string) []ui.NavGroup {
			return []ui.NavGroup{{Items: []ui.NavItem{{Label: "Hôm nay", Href: "/"}, {Label: "Nguồn nhật ký", Href: "/sources"}, {Label: "Chỉ dấu", Href: "/indicators"}, {Label: "Sự cố", Href: "/incidents"}}}}
		},
	}
}

// fresh is a centre on its first day.
func fresh() home.Deps {
	d := busy()
	d.Duties, d.Findings, d.Infections, d.Incidents = give(home.Duties{}), give(home.Findings{}), give(home.Infections{}), give(home.Incidents{})
	d.Sources = func(context.Context, time.Time) (home.Sources, error) { return home.Sources{}, nil }
	d.Matching = give(false)
	d.Indicators, d.Ready, d.Own = give(home.Indicators{}), give(home.Ready{}), give(own(home.Missing, home.Missing, home.Missing, home.Missing))
	d.FirstHour = give([]ui.Step{{Label: "Các đơn vị", Href: "/setup/units", State: ui.StepNow}})
	d.Since = func(context.Context, time.Time) (home.Since, error) { return home.Since{}, nil }
	d.Late, d.Soon = give(home.Lateness{}), give(home.Lateness{})
	d.Infected, d.Answers, d.Proofs, d.Bodies = give([]home.Finding(nil)), give(home.Answers{}), give(home.Proofs{}), give([]home.Body(nil))
	d.Past = func(context.Context, time.Time) (home.Past, error) { return home.Past{}, nil }
	return d
}

var rawKey = regexp.MustCompile(`\bhome\.[a-z]\S*`)

// today is the page at path as somebody with roles sees it.
func today(t *testing.T, d home.Deps, path string, want int, roles ...auth.Role) string {
	t.Helper()
	cat, err := i18n.Load(fault.Messages, ui.Messages, web.Messages, home.Messages)
	if err != nil {
		t.Fatal(err)
	}
	who := auth.Actor{ID: "p", Name: "Người thử", Home: "tinh"}
	for _, r := range roles {
		who.Grants = append(who.Grants, auth.Grant{Role: r, Unit: "tinh"})
	}
	site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: cat, Assets: noAssets{}, Records: dbtest.SQLite(t, web.Migrations),
		Now: func() time.Time { return now }, Lifetime: time.Hour, Nav: d.Nav,
		Actor: func(context.Context, string, int64) (auth.Actor, error) { return who, nil }})
	in := web.Route{Pattern: "GET /in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
		return site.SignIn(r.Context(), who.ID, 1)
	}}
	srv := httptest.NewServer(site.Handler(append(home.NewPages(site, d).Routes(), in)...))
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	var body []byte
	for _, at := range []string{"/in", path} {
		res, err := client.Get(srv.URL + at)
		if err != nil {
			t.Fatal(err)
		}
		if body, err = io.ReadAll(res.Body); err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if at == path && res.StatusCode != want {
			t.Fatalf("GET %s: %d, want %d", at, res.StatusCode, want)
		}
	}
	if key := rawKey.Find(body); key != nil {
		t.Errorf("the page shows the key %s", key)
	}
	return string(body)
}

func TestEachRoleSeesItsDay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		roles     []auth.Role
		path      string
		has, lack []string
	}{
		"duty": {[]auth.Role{auth.Duty}, "/", []string{"Việc đang cháy", "trễ 2 giờ 00 phút", "Mirai", "10.1.2.3", "Hiện 4 trong 46", "SC-2026-0001", "Nguồn im", `href="/incidents"`},
			[]string{`href="/infections"`, "Giờ đầu tiên", "Cần trả lời"}},
		"centre": {[]auth.Role{auth.Centre}, "/", []string{"Ai đang trễ", "Báo cáo ban đầu", "Tường lửa Xã Im", "cut.log.gz", "120.000", "Từ hôm qua đến nay", "Danh sách có tệp mới không nạp được", "Emotet", "Rà soát cấu hình", "Xin thêm thời gian"},
			[]string{"Báo cáo đầy đủ", "Giờ đầu tiên"}},
		"leader": {[]auth.Role{auth.Leader}, "/", []string{"Tình hình an ninh mạng", "nghe được 9/10 nguồn", "Đang có 7 máy nhiễm mã độc và 1 sự cố chưa đóng", "Trong 12 việc có hạn: 1 quá hạn, 3 sắp đến hạn"},
			[]string{"cut.log.gz"}},
		"inspector": {[]auth.Role{auth.Inspector}, "/", []string{"Minh chứng theo yêu cầu", "Cài phần mềm diệt virus", "Bốc 3 trong 3 đơn vị", "2026-11-21", "Xã Một", "Sở Ba"},
			[]string{"Ai đang trễ", "Cần trả lời"}},
		"unit officer": {[]auth.Role{auth.UnitOfficer}, "/", []string{"Dự thảo báo cáo quý", "Nhiễm mã độc", "10.1.2.3", "Phải làm", "Cần khắc phục", "Cần trả lời", "Hồ sơ đơn vị còn thiếu", "Đầu mối an ninh mạng", "Tường lửa Xã Im"},
			[]string{"cut.log.gz", "Ai đang trễ"}},
		"viewer":                 {[]auth.Role{auth.Viewer}, "/", []string{"Không có việc nào chờ bạn ở đây", "/indicators"}, []string{"Mirai", "SC-2026-0001"}},
		"duty of two roles":      {[]auth.Role{auth.Centre, auth.Duty}, "/", []string{"Việc đang cháy", "/?view=centre"}, []string{"Ai đang trễ"}},
		"the other of two roles": {[]auth.Role{auth.Centre, auth.Duty}, "/?view=centre", []string{"Ai đang trễ"}, []string{"Việc đang cháy"}},
		"a view one has not":     {[]auth.Role{auth.Viewer}, "/?view=centre", []string{"Không có việc nào chờ bạn"}, []string{"Ai đang trễ"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := today(t, busy(), c.path, 200, c.roles...)
			for _, s := range c.has {
				if !strings.Contains(body, s) {
					t.Errorf("the page does not say %q", s)
				}
			}
			if own := strings.Index(body, `id="own"`); own >= 0 && own < strings.Index(body, "Phải làm") {
				t.Error("the checklist stands before what is owed")
			}
			for _, s := range c.lack {
				if strings.Contains(body, s) {
					t.Errorf("the page says %q", s)
				}
			}
		})
	}
}

// figure finds the value shown in the tile of a label.
func figure(t *testing.T, body, label string) string {
	t.Helper()
	at := strings.Index(body, `<span class="vg-tilelabel">`)
	for ; at >= 0; at = strings.Index(body, `<span class="vg-tilelabel">`) {
		body = body[at+1:]
		before, _, _ := strings.Cut(body, "</li>")
		tile := before
		if strings.Contains(tile, label) {
			value := tile[strings.Index(tile, `<span class="vg-value">`):]
			return regexp.MustCompile(`<[^>]*>`).ReplaceAllString(value, " ")
		}
	}
	t.Fatalf("no tile %q", label)
	return ""
}

func TestFiguresSayWhatTheyRestOn(t *testing.T) {
	t.Parallel()
	sources := func(heard, expected int64) func(context.Context, time.Time) (home.Sources, error) {
		return func(context.Context, time.Time) (home.Sources, error) {
			return home.Sources{Expected: expected, Heard: heard, Files: 5}, nil
		}
	}
	for name, c := range map[string]struct {
		change func(*home.Deps)
		want   []string
		never  string
	}{
		"heard enough":            {func(d *home.Deps) { d.Sources = sources(8, 10) }, []string{" 7 ", "nghe 8/10 nguồn"}, "không có dữ liệu"},
		"heard too few":           {func(d *home.Deps) { d.Sources = sources(7, 10) }, []string{"chưa đủ dữ liệu (thấy 7/10)", "đã biết 7"}, "<b>7</b>"},
		"heard none":              {func(d *home.Deps) { d.Sources = sources(0, 10) }, []string{"không có dữ liệu", "đã biết 7"}, "<b>7</b>"},
		"heard none, knows none":  {func(d *home.Deps) { d.Sources, d.Infections = sources(0, 10), give(home.Infections{}) }, []string{"không có dữ liệu"}, " 0 "},
		"no source declared":      {func(d *home.Deps) { d.Sources, d.Infections = sources(0, 0), give(home.Infections{}) }, []string{"không có dữ liệu", "Khai báo nguồn"}, " 0 "},
		"nothing to match with":   {func(d *home.Deps) { d.Matching, d.Infections = give(false), give(home.Infections{}) }, []string{"không có dữ liệu", "Nạp chỉ dấu"}, " 0 "},
		"coverage is not told":    {func(d *home.Deps) { d.Sources, d.Infections = nil, give(home.Infections{}) }, []string{"không có dữ liệu"}, " 0 "},
		"all heard, none to find": {func(d *home.Deps) { d.Sources, d.Infections = sources(10, 10), give(home.Infections{}) }, []string{" 0 "}, "không có dữ liệu"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := busy()
			c.change(&d)
			got := figure(t, today(t, d, "/", 200, auth.Duty), "Máy nhiễm mã độc")
			for _, s := range c.want {
				if !strings.Contains(got, s) {
					t.Errorf("%q does not say %q", got, s)
				}
			}
			if strings.Contains(got, c.never) {
				t.Errorf("%q says %q", got, c.never)
			}
		})
	}
}

func TestWhatStandsBehindASharedAddressIsNotCalledAMachine(t *testing.T) {
	t.Parallel()
	body := today(t, busy(), "/", 200, auth.Duty)
	if got := figure(t, body, "Máy nhiễm mã độc"); !strings.Contains(got, " 7 ") {
		t.Errorf("machines %q", got)
	}
	if got := figure(t, body, "Nghi nhiễm sau NAT"); !strings.Contains(got, " 3 ") || !strings.Contains(got, "1 ở địa chỉ chưa khai loại") {
		t.Errorf("behind %q", got)
	}
}

func TestTheFirstHourIsShownUntilItIsOver(t *testing.T) {
	t.Parallel()
	d := fresh()
	body := today(t, d, "/", 200, auth.Administrator, auth.Centre)
	for _, s := range []string{"Giờ đầu tiên của trung tâm", "/setup/units", "Chưa có nguồn nhật ký", "Chưa nạp chỉ dấu nào", `aria-current="step"`} {
		if !strings.Contains(body, s) {
			t.Errorf("the page does not say %q", s)
		}
	}
	if body = today(t, busy(), "/", 200, auth.Centre); strings.Contains(body, "Giờ đầu tiên") {
		t.Error("it is shown though all is done")
	}
	if body = today(t, fresh(), "/", 200, auth.Administrator); !strings.Contains(body, "Giờ đầu tiên") || strings.Contains(body, "Ai đang trễ") {
		t.Error("an administrator does not see the first hour, or sees more")
	}
}

func TestUnitsThatLackSomethingAreNamedUntilNoneDoes(t *testing.T) {
	t.Parallel()
	body := today(t, busy(), "/", 200, auth.Centre)
	for _, s := range []string{"Đơn vị chưa khai đủ hồ sơ", "39/40 đơn vị", "Xã Thiếu", "Đầu mối an ninh mạng"} {
		if !strings.Contains(body, s) {
			t.Errorf("the page does not say %q", s)
		}
	}
	d := busy()
	d.Ready = give(home.Ready{Units: 40, Green: 40})
	if strings.Contains(today(t, d, "/", 200, auth.Leader), "Đơn vị chưa khai đủ hồ sơ") {
		t.Error("the block stays though every unit has told all")
	}
	if strings.Contains(today(t, busy(), "/", 200, auth.UnitOfficer), "Đơn vị chưa khai đủ hồ sơ") {
		t.Error("a unit officer is shown other units' gaps")
	}
}

func TestEmptyBlocksTeach(t *testing.T) {
	t.Parallel()
	for role, want := range map[auth.Role][]string{
		auth.Duty:        {"Chưa biết có phát hiện hay không"},
		auth.Leader:      {"chưa biết có nhiễm mã độc hay không", "Không có sự cố đang mở"},
		auth.UnitOfficer: {"Không có việc có hạn", "Không có văn bản cần trả lời", "Dải địa chỉ mạng", "Chưa biết có phát hiện hay không"},
	} {
		body := today(t, fresh(), "/", 200, role)
		for _, s := range want {
			if !strings.Contains(body, s) {
				t.Errorf("%s: the page does not say %q", role, s)
			}
		}
	}
	blind := busy()
	blind.Matching, blind.Indicators = give(false), nil // a leader reads no lists
	if body := today(t, blind, "/", 200, auth.Leader); !strings.Contains(body, "nhưng chưa nạp chỉ dấu") || strings.Contains(body, "Đang có 7") {
		t.Error("a leader is not told that nothing is matched")
	}
	done := busy()
	done.Own = give(own(home.Told, home.Told, home.Told, home.Told))
	if strings.Contains(today(t, done, "/", 200, auth.UnitOfficer), "Hồ sơ đơn vị còn thiếu") {
		t.Error("the unit's checklist stays though it is complete")
	}
}

func TestABlockThatIsForbiddenIsLeftOutAndAFailureIsNot(t *testing.T) {
	t.Parallel()
	d := busy()
	d.Indicators = func(context.Context) (home.Indicators, error) {
		return home.Indicators{}, &fault.Error{Kind: fault.Forbidden, Op: "indicator.Status"}
	}
	d.Since = nil
	body := today(t, d, "/", 200, auth.Centre)
	if strings.Contains(body, "Chỉ dấu đang đối chiếu") || strings.Contains(body, "Từ hôm qua") || !strings.Contains(body, "Ai đang trễ") {
		t.Error("a block that has no answer is shown, or takes others along")
	}
	d.Findings = func(context.Context) (home.Findings, error) { return home.Findings{}, errors.New("disk on fire") }
	today(t, d, "/", 500, auth.Centre)
}
