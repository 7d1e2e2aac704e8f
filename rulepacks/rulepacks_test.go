// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepacks_test

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
	"golang.org/x/text/unicode/norm"
)

func load(t *testing.T) *rulepack.Set {
	t.Helper()
	set, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func date(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func moment(t *testing.T, s string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Load refuses dangling references, labels missing in a language and facts
// without a source, so that reading the real data is the test of all of them.
func TestPacksLoadWhole(t *testing.T) {
	t.Parallel()
	set := load(t)
	for _, id := range []string{"VN-ATTT-2016", "VN-ANM-2026"} {
		p, ok := set.Get(id)
		if !ok {
			t.Fatalf("%s is missing", id)
		}
		for kind := range strings.FieldsSeq("trung_uong ubnd_tinh co_quan_tinh so ban nganh doan_the hiep_hoi bao_dai xa phuong dac_khu dn_vien_thong ngan_hang doanh_nghiep huyen thi_tran") {
			if _, ok := p.Kind(kind); !ok {
				t.Errorf("%s has no unit kind %s", id, kind)
			}
		}
		for key := range strings.FieldsSeq("security security.short incident incident.serious response ministry paper.country paper.motto paper.number paper.subject paper.to paper.recipients paper.archive paper.annex") {
			if p.Term(key, "vi") == key || p.Term(key, "en") == key {
				t.Errorf("%s has no term %s", id, key)
			}
		}
		if th, ok := p.Threshold("measure_coverage"); !ok || th.Value != 80 {
			t.Errorf("%s: coverage threshold %+v", id, th)
		}
		if len(p.Version) != 64 {
			t.Errorf("%s: version %q is not a SHA-256", id, p.Version)
		}
	}
	old, now := set.Packs()[0], set.Packs()[1]
	if old.Version == now.Version {
		t.Error("two packs share a version")
	}
	if old.Term("security", "vi") != "an toàn thông tin mạng" || now.Term("security", "vi") != "an ninh mạng" {
		t.Error("the terms do not follow the regime")
	}
}

// Search, sorting and comparison of Vietnamese rest on one normal form.
func TestFilesAreNFC(t *testing.T) {
	t.Parallel()
	err := fs.WalkDir(rulepacks.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(rulepacks.FS, name)
		if err == nil && !norm.NFC.IsNormal(data) {
			t.Errorf("%s is not NFC", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPackIsChosenByDate(t *testing.T) {
	t.Parallel()
	set := load(t)
	for day, want := range map[string]string{
		"2010-01-01": "VN-ATTT-2016", "2016-07-01": "VN-ATTT-2016", "2026-06-30": "VN-ATTT-2016",
		"2026-07-01": "VN-ANM-2026", "2026-11-21": "VN-ANM-2026", "2040-01-01": "VN-ANM-2026",
	} {
		if got := set.At(date(t, day)).ID; got != want {
			t.Errorf("At(%s) = %s, want %s", day, got, want)
		}
	}
}

func TestKindsFollowTheReformOf2025(t *testing.T) {
	t.Parallel()
	p := load(t).At(date(t, "2026-11-21"))
	for _, k := range []struct {
		kind, day string
		exists    bool
	}{
		{"huyen", "2025-06-30", true}, {"huyen", "2025-07-01", false},
		{"thi_tran", "2025-07-01", false}, {"dac_khu", "2025-06-30", false},
		{"dac_khu", "2025-07-01", true}, {"xa", "2020-01-01", true}, {"phuong", "2026-01-01", true},
	} {
		kind, _ := p.Kind(k.kind)
		if got := kind.ExistsOn(date(t, k.day)); got != k.exists {
			t.Errorf("%s on %s: %v", k.kind, k.day, got)
		}
	}
}

// The weekdays not worked and the rest days worked by state bodies, put
// together by hand from the yearly notices.
func TestYearsAreAsTheNoticesSay(t *testing.T) {
	t.Parallel()
	cal := load(t).Calendar()
	for year, want := range map[int]struct{ off, worked string }{
		2017: {"01-02 01-26 01-27 01-30 01-31 02-01 04-06 05-01 05-02 09-04", ""},
		2018: {"01-01 02-14 02-15 02-16 02-19 02-20 04-25 04-30 05-01 09-03 12-31", ""},
		2019: {"01-01 02-04 02-05 02-06 02-07 02-08 04-15 04-29 04-30 05-01 09-02", "01-05 05-04"},
		2020: {"01-01 01-23 01-24 01-27 01-28 01-29 04-02 04-30 05-01 09-02", ""},
		2021: {"01-01 02-10 02-11 02-12 02-15 02-16 04-21 04-30 05-03 09-02 09-03", ""},
		2022: {"01-03 01-31 02-01 02-02 02-03 02-04 04-11 05-02 05-03 09-01 09-02", ""},
		2023: {"01-02 01-20 01-23 01-24 01-25 01-26 05-01 05-02 05-03 09-01 09-04", ""},
		2024: {"01-01 02-08 02-09 02-12 02-13 02-14 04-18 04-29 04-30 05-01 09-02 09-03", "05-04"},
		2025: {"01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 05-02 09-01 09-02", "04-26"},
		2026: {"01-01 01-02 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 08-31 09-01 09-02 11-24", "01-10 08-22"},
	} {
		var off, worked []string
		for d := (calendar.Date{Year: year, Month: 1, Day: 1}); d.Year == year; d = d.AddDays(1) {
			weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
			switch on := cal.IsWorkingDay(d); {
			case !weekend && !on:
				off = append(off, d.String()[5:])
			case weekend && on:
				worked = append(worked, d.String()[5:])
			}
		}
		if got := strings.Join(off, " "); got != want.off {
			t.Errorf("%d off\ngot  %s\nwant %s", year, got, want.off)
		}
		if got := strings.Join(worked, " "); got != want.worked {
			t.Errorf("%d worked: %s, want %s", year, got, want.worked)
		}
	}
	if got := strings.Join(cal.Undecided(2026), " "); got != "" {
		t.Errorf("2026 lacks %s", got)
	}
	if got := strings.Join(cal.Undecided(2027), " "); got != "national-day-second tet" {
		t.Errorf("2027 lacks %q", got)
	}
}

// An incident detected on Saturday 21/11/2026 at 03:12 and decided serious.
func TestIncidentClocksOfNovember2026(t *testing.T) {
	t.Parallel()
	set := load(t)
	t0 := moment(t, "2026-11-21 03:12")
	p := set.At(calendar.DateOf(t0))
	serious := rulepack.Facts{Severity: "M2"}
	want := map[string]string{
		"anm-24h": "T0 03:12 thứ Bảy 21/11/2026 + 24 giờ = 03:12 Chủ nhật 22/11/2026 — Nghị định 331/2026/NĐ-CP, Điều 31, khoản 2, điểm d",
		"anm-72h": "T0 03:12 thứ Bảy 21/11/2026 + 72 giờ = 03:12 thứ Ba 24/11/2026 — Nghị định 331/2026/NĐ-CP, Điều 31, khoản 2, điểm d",
	}
	clocks := append(p.Clocks(rulepack.Detected, serious), p.Clocks(rulepack.SeverityDecided, serious)...)
	if len(clocks) != len(want) {
		t.Fatalf("%d clocks run", len(clocks))
	}
	for _, c := range clocks {
		_, e, ok := c.Due(set.Calendar(), rulepack.Moments{DetectedAt: t0, DecidedAt: t0.Add(5 * time.Hour)})
		if got := e.Text("vi"); !ok || got != want[c.ID] {
			t.Errorf("%s\ngot  %s\nwant %s", c.ID, got, want[c.ID])
		}
		if e.Calendar != set.Calendar().Version() || e.Calendar == "" {
			t.Errorf("%s does not keep the calendar's version", c.ID)
		}
	}
}

// 24 November is a public holiday from 2026 on, so a term of days that ends on
// it moves; reminders still go by the earliest reading.
func TestThreeDaysOverTheCultureDay(t *testing.T) {
	t.Parallel()
	cal := load(t).Calendar()
	three := calendar.Amount{N: 3, Unit: calendar.Day}
	for _, k := range []struct{ outcome, start, want string }{
		{"the end moves off 24/11/2026", "2026-11-21 08:00",
			"T0 08:00 thứ Bảy 21/11/2026 + 03 ngày (không tính ngày đầu) = 24:00 thứ Ba 24/11/2026, ngày cuối rơi vào ngày nghỉ (24/11 Ngày Văn hóa Việt Nam) nên chuyển sang 24:00 thứ Tư 25/11/2026 — Công văn 1556/UBND-KGVX, mục 3"},
		{"it did not in 2025", "2025-11-21 08:00",
			"T0 08:00 thứ Sáu 21/11/2025 + 03 ngày (không tính ngày đầu) = 24:00 thứ Hai 24/11/2025 — Công văn 1556/UBND-KGVX, mục 3"},
	} {
		_, e := cal.Due(moment(t, k.start), three, calendar.Counting{})
		if got := e.Citing("Công văn 1556/UBND-KGVX, mục 3").Text("vi"); got != k.want {
			t.Errorf("%s\ngot  %s\nwant %s", k.outcome, got, k.want)
		}
		if remind := moment(t, k.start).Add(72 * time.Hour); !e.RemindBy().Equal(remind) {
			t.Errorf("%s: remind by %v", k.outcome, e.RemindBy())
		}
	}
}

func TestClocksStartOnlyWhenTheirConditionHolds(t *testing.T) {
	t.Parallel()
	set := load(t)
	now, _ := set.Get("VN-ANM-2026")
	old, _ := set.Get("VN-ATTT-2016")
	for _, k := range []struct {
		outcome string
		pack    *rulepack.Pack
		trigger rulepack.Trigger
		facts   rulepack.Facts
		want    string
	}{
		{"any detection owes the 72-hour report", now, rulepack.Detected, rulepack.Facts{}, "anm-72h"},
		{"a suggestion is no decision", now, rulepack.Detected, rulepack.Facts{ControlLost: true}, "anm-72h"},
		{"harm to national security is reported at once", now, rulepack.Detected, rulepack.Facts{NationalSecurity: true}, "anm-ngay anm-72h"},
		{"also when it shows later", now, rulepack.Assessed, rulepack.Facts{SeriousInterruption: true}, "anm-ngay"},
		{"decided serious owes the notice", now, rulepack.SeverityDecided, rulepack.Facts{Severity: "M1"}, "anm-24h"},
		{"decided medium does not", now, rulepack.SeverityDecided, rulepack.Facts{Severity: "M3"}, ""},
		{"a severity of another regime is not serious", now, rulepack.SeverityDecided, rulepack.Facts{Severity: "serious"}, ""},
		{"the old regime gave five days", old, rulepack.Detected, rulepack.Facts{}, "attt-5-ngay"},
		{"and none when beyond capacity", old, rulepack.Detected, rulepack.Facts{BeyondCapacity: true}, "attt-vuot-kha-nang attt-5-ngay"},
	} {
		var ids []string
		for _, c := range k.pack.Clocks(k.trigger, k.facts) {
			ids = append(ids, c.ID)
		}
		if got := strings.Join(ids, " "); got != k.want {
			t.Errorf("%s: %q, want %q", k.outcome, got, k.want)
		}
	}
}

func TestOldRegimeCountsFiveDays(t *testing.T) {
	t.Parallel()
	set := load(t)
	old, _ := set.Get("VN-ATTT-2016")
	c, _ := old.Clock("attt-5-ngay")
	_, e, ok := c.Due(set.Calendar(), rulepack.Moments{DetectedAt: moment(t, "2024-08-28 09:00")})
	want := "T0 09:00 thứ Tư 28/08/2024 + 05 ngày (không tính ngày đầu) = 24:00 thứ Hai 02/09/2024, ngày cuối rơi vào ngày nghỉ (02/09 Quốc khánh, 03/09 Quốc khánh (ngày liền kề)) nên chuyển sang 24:00 thứ Tư 04/09/2024 — Quyết định 05/2017/QĐ-TTg"
	if !ok || e.Text("vi") != want {
		t.Errorf("got  %s\nwant %s", e.Text("vi"), want)
	}
	if e.Counting.Basis == "" {
		t.Error("the counting rule does not cite its law")
	}
}

func TestSuggestedSeverity(t *testing.T) {
	t.Parallel()
	set := load(t)
	for _, k := range []struct {
		pack    string
		facts   rulepack.Facts
		want    string
		reasons int
	}{
		{"VN-ANM-2026", rulepack.Facts{}, "M4", 1},
		{"VN-ANM-2026", rulepack.Facts{Machines: 5}, "M3", 1},
		{"VN-ANM-2026", rulepack.Facts{Machines: 30, BeyondCapacity: true}, "M2", 2},
		{"VN-ANM-2026", rulepack.Facts{ServiceInterrupted: true}, "M3", 1},
		{"VN-ANM-2026", rulepack.Facts{ServiceInterrupted: true, SystemLevel: 3}, "M2", 1},
		{"VN-ANM-2026", rulepack.Facts{ServiceInterrupted: true, SystemLevel: 4, NationalSecurity: true}, "M1", 2},
		{"VN-ATTT-2016", rulepack.Facts{SystemLevel: 4, ControlLost: true}, "ordinary", 1},
		{"VN-ATTT-2016", rulepack.Facts{SystemLevel: 4, ControlLost: true, BeyondCapacity: true}, "serious", 1},
		{"VN-ATTT-2016", rulepack.Facts{SystemLevel: 3, ControlLost: true, BeyondCapacity: true}, "ordinary", 1},
		{"VN-ATTT-2016", rulepack.Facts{NationalImportant: true, DataLost: true, BeyondCapacity: true}, "serious", 1},
	} {
		p, _ := set.Get(k.pack)
		got, reasons := p.SuggestSeverity(k.facts)
		if got != k.want || len(reasons) != k.reasons {
			t.Errorf("%s %+v: %s for %v", k.pack, k.facts, got, reasons)
		}
	}
}

func TestFormsHaveTheFieldsOfTheirLaw(t *testing.T) {
	t.Parallel()
	set := load(t)
	for _, k := range []struct {
		pack, form     string
		sections, last int // number of printed sections, highest printed field number
		mandatory      int
	}{
		{"VN-ATTT-2016", "F1a", 8, 27, 16},
		{"VN-ANM-2026", "F1b", 3, 18, 21},
	} {
		p, _ := set.Get(k.pack)
		f, ok := p.Form(k.form)
		if !ok {
			t.Fatalf("%s has no form %s", k.pack, k.form)
		}
		numbers, mandatory := map[string]bool{}, 0
		for _, field := range f.Fields() {
			if field.No != "" {
				numbers[field.No] = true
			}
			if field.Req == rulepack.Mandatory {
				mandatory++
			}
		}
		if len(f.Sections) != k.sections || len(numbers) != k.last || mandatory != k.mandatory || f.SubjectMark != "[TBSC]" {
			t.Errorf("%s: %d sections, %d numbers, %d mandatory, mark %q", k.form, len(f.Sections), len(numbers), mandatory, f.SubjectMark)
		}
	}
}

// The seed letters ask for raised duty over 02/9/2024 and Tết; the windows of a
// year follow from its days off.
func TestCampaignsOfAYear(t *testing.T) {
	t.Parallel()
	cal := load(t).Calendar()
	for year, want := range map[int]string{
		2024: "peak-new-year 2023-12-28 2024-01-02; peak-tet 2024-02-01 2024-02-17; peak-april-may 2024-04-24 2024-05-02; peak-national-day 2024-08-28 2024-09-04; peak-new-year 2024-12-30 2025-01-02",
		2027: "peak-new-year 2026-12-30 2027-01-04; peak-tet 2027-01-29 2027-02-14 provisional; peak-april-may 2027-04-27 2027-05-04; peak-national-day 2027-08-30 2027-09-03 provisional; peak-new-year 2027-12-30 2028-01-04",
	} {
		var got []string
		for _, w := range cal.Windows(year) {
			line := w.Campaign + " " + w.First.String() + " " + w.Last.String()
			if w.Provisional {
				line += " provisional"
			}
			got = append(got, line)
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%d\ngot  %s\nwant %s", year, strings.Join(got, "; "), want)
		}
	}
}
