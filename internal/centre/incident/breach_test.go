// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/rulepacks"
)

// breachClocks are the terms of VN-ANM-2026 on personal data.
var breachClocks = []string{"dlcn-72h", "dlcn-chu-the-72h", "dlcn-ben-xu-ly"}

func TestABreachRunsItsOwnTerms(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		for name, c := range map[string]struct {
			personal incident.Answer
			breach   incident.Breach
			runs     []string
		}{
			"nobody answered":                   {},
			"no personal data":                  {personal: incident.No},
			"personal data, harm not known yet": {personal: incident.Yes},
			"it may harm":                       {personal: incident.Yes, breach: incident.Breach{MayHarm: incident.Yes}, runs: []string{"dlcn-72h"}},
			"no harm, but where people are":     {personal: incident.Yes, breach: incident.Breach{MayHarm: incident.No, LocationOrBiometric: incident.Yes}, runs: []string{"dlcn-chu-the-72h"}},
			"a processor tells the controller alone": {personal: incident.Yes,
				breach: incident.Breach{MayHarm: incident.Yes, LocationOrBiometric: incident.Yes, Processor: incident.Yes}, runs: []string{"dlcn-ben-xu-ly"}},
		} {
			b := newBench(t, d)
			i, err := b.svc.Open(b.truc(), incident.Details{Title: name, UnitID: "a", DetectedAt: t0, PersonalData: c.personal, Breach: c.breach})
			if err != nil {
				t.Fatal(err)
			}
			have := b.clocks(i.ID)
			for _, id := range breachClocks {
				if _, runs := have[id]; runs != slices.Contains(c.runs, id) {
					t.Errorf("%s: %s runs: %t", name, id, runs)
				}
			}
			if err := b.db.Housekeep(t.Context(), cleared); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestATermOfABreachRunsFromTheFirstVersionOfWhenItWasKnown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		truc, centre := b.truc(), as(t, "centre", auth.Centre, "tinh")
		b.now = b.at("23/11/2026 09:00")
		i := b.open(truc, "a")
		edit := func(reason string, change func(*incident.Details)) {
			t.Helper()
			details := i.Details
			change(&details)
			after, err := b.svc.Edit(truc, i.ID, details, reason, i.Version)
			if err != nil {
				t.Fatal(err)
			}
			i = after
		}
		due := func(clock, want string) obligation.Obligation {
			t.Helper()
			o := b.clocks(i.ID)[clock]
			if !o.DueAt.Equal(b.at(want)) {
				t.Errorf("%s is due %v, want %s", clock, o.DueAt.In(calendar.Zone()), want)
			}
			return o
		}
		edit("", func(d *incident.Details) { // known a day after the incident
			d.PersonalData, d.DataSubjects = incident.Yes, 1200
			d.Breach = incident.Breach{KnownAt: b.at("22/11/2026 10:00"), MayHarm: incident.Yes}
		})
		due("dlcn-72h", "25/11/2026 10:00")
		due("anm-72h", "24/11/2026 03:12")

		edit("sao chụp nhật ký ghi 14:00", func(d *incident.Details) { d.Breach.KnownAt = b.at("22/11/2026 14:00") })
		if o := due("dlcn-72h", "25/11/2026 10:00"); o.Claim == 0 {
			t.Error("a later moment is no claim")
		}
		edit("", func(d *incident.Details) { d.Breach.LocationOrBiometric = incident.Yes }) // a term that begins after the correction
		o := due("dlcn-chu-the-72h", "25/11/2026 10:00")
		if o.Claim == 0 {
			t.Error("the later moment is no claim of the new term")
		}
		if _, err := b.duties.Refuse(centre, o.ID, "nhật ký ghi rõ 10:00", o.Version); err != nil {
			t.Fatal(err)
		}
		if err := b.svc.AddMachine(truc, i.ID, "MC-01", "", "", ""); err != nil { // what was refused is not asked again
			t.Errorf("a fact beside it: %v", err)
		}
		if o := due("dlcn-chu-the-72h", "25/11/2026 10:00"); o.Claim != 0 {
			t.Error("a refused claim was made again")
		}

		// Denied and found again: the first version still counts.
		edit("đối chiếu: không phải dữ liệu cá nhân", func(d *incident.Details) { d.PersonalData = incident.No })
		if s := b.clocks(i.ID)["dlcn-72h"].State; s != obligation.Cancelled {
			t.Errorf("without personal data the term is %s", s)
		}
		edit("xác minh lại", func(d *incident.Details) {
			d.PersonalData, d.Breach = incident.Yes, incident.Breach{KnownAt: b.at("23/11/2026 08:00"), MayHarm: incident.Yes}
		})
		if o := due("dlcn-72h", "25/11/2026 10:00"); o.State != obligation.Open || o.Claim == 0 {
			t.Errorf("found again it is %s, claim %d", o.State, o.Claim)
		}
		edit("người dùng báo từ sáng", func(d *incident.Details) { d.Breach.KnownAt = b.at("22/11/2026 07:30") })
		due("dlcn-72h", "25/11/2026 07:30")
		if !i.BreachLaw.First.Equal(b.at("22/11/2026 07:30")) {
			t.Errorf("first known %v", i.BreachLaw.First)
		}

		f, err := b.svc.File(truc, i.ID)
		if err != nil {
			t.Fatal(err)
		}
		facts := map[string]int{}
		for _, e := range f.Timeline {
			if e.Key == "incident.log.fact" {
				facts[e.Args[0].Value]++
			}
		}
		if facts["breach_known_at"] != 2 || facts["personal_data"] != 3 || facts["may_harm"] < 2 || facts["data_subjects"] < 1 {
			t.Errorf("the timeline tells of %v", facts)
		}
	})
}

func TestATermThatBeginsLateRunsFromTheFirstDetection(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		truc, centre := b.truc(), as(t, "centre", auth.Centre, "tinh")
		b.now = b.at("21/11/2026 12:00")
		i := b.open(truc, "a")
		later := i.Details
		later.DetectedAt = t0.Add(5 * time.Hour)
		i, err := b.svc.Edit(truc, i.ID, later, "đọc nhầm giờ", i.Version)
		if err != nil {
			t.Fatal(err)
		}
		i, err = b.svc.Decide(truc, i.ID, "M2", "mất kiểm soát", i.Version)
		if err != nil {
			t.Fatal(err)
		}
		o := b.clocks(i.ID)["anm-24h"]
		if !o.T0.Equal(t0) || o.Claim == 0 {
			t.Errorf("the term of the decision runs from %v, claim %d", o.T0, o.Claim)
		}
		o = b.clocks(i.ID)["anm-72h"]
		if _, err := b.duties.Grant(centre, o.ID, "nhật ký trực ghi 08:12", o.Version); err != nil {
			t.Fatal(err)
		}
		harm := i.Details
		harm.SeriousInterruption.Answer = incident.Yes // what begins once the later moment was granted needs no second grant
		i, err = b.svc.Edit(truc, i.ID, harm, "", i.Version)
		if err != nil {
			t.Fatal(err)
		}
		if o := b.clocks(i.ID)["anm-ngay"]; !o.T0.Equal(t0.Add(5*time.Hour)) || o.Claim != 0 {
			t.Errorf("after the grant the term runs from %v, claim %d", o.T0, o.Claim)
		}
	})
}

func TestABreachIsJudgedByTheLawOfItsOwnDay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		i, err := b.svc.Open(b.truc(), incident.Details{Title: "x", UnitID: "a", DetectedAt: b.at("30/06/2026 22:00"),
			PersonalData: incident.Yes, Breach: incident.Breach{KnownAt: b.at("01/07/2026 02:00"), MayHarm: incident.Yes}})
		if err != nil {
			t.Fatal(err)
		}
		c := b.clocks(i.ID)
		if c["attt-5-ngay"].PackID != "VN-ATTT-2016" || c["dlcn-72h"].PackID != "VN-ANM-2026" || c["dlcn-72h"].FormID != "F10" {
			t.Errorf("incident under %s, breach under %s with form %q", c["attt-5-ngay"].PackID, c["dlcn-72h"].PackID, c["dlcn-72h"].FormID)
		}
		old, err := b.svc.Open(b.truc(), incident.Details{Title: "x", UnitID: "a", DetectedAt: b.at("31/12/2025 22:00"), PersonalData: incident.Yes})
		if err != nil {
			t.Fatal(err)
		}
		if _, runs := b.clocks(old.ID)["dlcn-nd13-72h"]; !runs {
			t.Error("before the law on personal data the term of decree 13 does not run")
		}
	})
}

func TestMomentsOfABreachAreChecked(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	for name, c := range map[string]struct {
		change func(*incident.Details)
		field  string
	}{
		"known before the incident":   {func(d *incident.Details) { d.PersonalData, d.Breach.KnownAt = incident.Yes, t0.Add(-time.Hour) }, "breach_known_at"},
		"known in the future":         {func(d *incident.Details) { d.PersonalData, d.Breach.KnownAt = incident.Yes, b.now.Add(time.Minute) }, "breach_known_at"},
		"an answer of no list":        {func(d *incident.Details) { d.PersonalData, d.Breach.MayHarm = incident.Yes, "maybe" }, "may_harm"},
		"answered before the first":   {func(d *incident.Details) { d.Breach.MayHarm = incident.Yes }, "personal_data"},
		"known, and nothing breached": {func(d *incident.Details) { d.Breach.KnownAt = t0 }, "personal_data"},
	} {
		details := incident.Details{Title: "x", UnitID: "a", DetectedAt: t0}
		c.change(&details)
		if _, err := b.svc.Open(b.truc(), details); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[c.field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClosingStartsTheFinalReport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, append(sources[:len(sources):len(sources)], web.Migrations), func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.now = b.at("12/01/2026 09:00") // a Monday under the old regime
		i, err := b.svc.Open(b.truc(), incident.Details{Title: "x", UnitID: "a", DetectedAt: b.at("12/01/2026 08:00")})
		if err != nil {
			t.Fatal(err)
		}
		i, err = b.svc.Decide(b.truc(), i.ID, "ordinary", "một máy", i.Version)
		if err != nil {
			t.Fatal(err)
		}
		w := b.browse(t, person(auth.Centre, "tinh"))
		b.now = b.at("13/01/2026 16:00")
		if page := w.get("/incidents/"+string(i.ID)+"/close", 200); !strings.Contains(page, "Báo cáo kết thúc ứng phó sự cố") {
			t.Error("who closes is not told what closing starts")
		}
		w.post("/incidents/"+string(i.ID)+"/close", url.Values{"cause": {"thư giả mạo"}, "reason": {"báo cáo sau"}, "version": {"2"}}, 200)
		// 13/01 does not count; 18/01 is a Sunday, so the term ends on Monday.
		list, err := b.duties.Of(b.truc(), "incident", string(i.ID))
		if err != nil {
			t.Fatal(err)
		}
		owed := 0
		for _, o := range list {
			if o.ClockID == "attt-ket-thuc-5-ngay" {
				owed++
				if !o.T0.Equal(b.now) || !o.DueAt.Equal(b.at("20/01/2026 00:00")) {
					t.Errorf("final report to %s runs from %v to %v", o.Addressee.ID, o.T0, o.DueAt)
				}
			}
		}
		if owed != 3 {
			t.Errorf("%d final reports owed, want one to each of three", owed)
		}
		if page := w.get("/incidents/"+string(i.ID), 200); !strings.Contains(page, "Lập báo cáo ban đầu — còn 6 ngày") {
			t.Error("the page of a closed case does not lead to the report it owes")
		}
	})
}

func TestAnOverrideChangesNothingOfACaseThatStands(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	i := b.open(b.truc(), "a")
	hash := i.Law.PackHash
	o := rulepack.Override{ID: "o1", Pack: "VN-ANM-2026", Target: "clocks/anm-24h", Value: rulepack.Value{N: 12, Unit: "hour"},
		Source: rulepack.Source{Key: "CV 1", Mark: "verified"}, From: calendar.Date{Year: 2026, Month: time.November, Day: 1}, Entered: b.now}
	if unfit := b.laws.Amend([]rulepack.Override{o}, func() time.Time { return b.now }); len(unfit) > 0 {
		t.Fatal(unfit)
	}
	i, err := b.svc.Decide(b.truc(), i.ID, "M2", "mất kiểm soát", i.Version)
	if err != nil {
		t.Fatal(err)
	}
	if c := b.clocks(i.ID)["anm-24h"]; !c.DueAt.Equal(t0.Add(24*time.Hour)) || c.PackHash != hash || i.Law.PackHash != hash {
		t.Errorf("the old case: due %v under %s", c.DueAt, c.PackHash)
	}
	second := b.open(b.truc(), "a")
	if second, err = b.svc.Decide(b.truc(), second.ID, "M2", "mất kiểm soát", second.Version); err != nil {
		t.Fatal(err)
	}
	if c := b.clocks(second.ID)["anm-24h"]; !c.DueAt.Equal(t0.Add(12*time.Hour)) || c.PackHash == hash {
		t.Errorf("the new case: due %v under %s", c.DueAt, c.PackHash)
	}
}

func TestThePageTellsWhatAnAnswerWouldStart(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, append(sources[:len(sources):len(sources)], web.Migrations)...))
	w := b.browse(t, person(auth.Duty, "tinh"))
	i := b.open(b.truc(), "a")
	at := "/incidents/" + string(i.ID)
	page := w.get(at, 200)
	for _, want := range []string{"Thời hạn còn tùy câu trả lời", "Thông báo vi phạm bảo vệ dữ liệu cá nhân trong 72 giờ", "Báo cáo ngay sự cố", i.Law.PackHash[:8]} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	form := url.Values{"title": {"x"}, "unit": {"a"}, "detected_at": {"2026-11-21T03:12"}, "phase": {"detect"}, "tlp": {"TLP:AMBER"}, "version": {"1"},
		"harm_security": {"no"}, "serious_interruption": {"no"}, "personal_data": {"yes"}, "breach_known_at": {"2026-11-21T03:20"}, "may_harm": {"yes"},
		"location_biometric": {"no"}, "processor": {"no"}, "signs": {"dangerous_situation"}, "data_subjects": {"1.200"}}
	page = w.post(at+"/edit", form, 200)
	if strings.Contains(page, "Thời hạn còn tùy câu trả lời") {
		t.Error("all is answered, and the page still asks")
	}
	for _, want := range []string{"Có dữ liệu cá nhân bị ảnh hưởng: Chưa xác định → Có", "Ghi nhận dấu hiệu: Thuộc tình huống nguy hiểm", "1.200"} {
		if !strings.Contains(page, want) {
			t.Errorf("the timeline does not say %q", want)
		}
	}
	c := b.clocks(i.ID)
	if _, ok := c["anm-nguy-hiem"]; !ok || !c["dlcn-72h"].DueAt.Equal(b.at("24/11/2026 03:20")) {
		t.Errorf("terms %v", c)
	}
	if page := w.get(at+"/edit", 200); !strings.Contains(page, `value="2026-11-21T03:20"`) {
		t.Error("the form does not show when the breach was known")
	}
}

// Each trigger the room says it raises starts a clock: a pack of its own with one
// clock for each shows it.
func TestTheRoomRaisesWhatItSays(t *testing.T) {
	t.Parallel()
	var pack strings.Builder
	pack.WriteString("pack:\n  id: VN-THU-2027\n  title: {vi: Thử, en: Trial}\n  from: 2026-11-01\n  source: {key: t, mark: inference}\n" +
		"instruments:\n  - {id: t, citation: T, title: {vi: t, en: t}, status: in_force, from: 2026-11-01, source: {key: t, mark: inference}}\n" +
		"addressees:\n  - {id: nhan, label: {vi: n, en: n}, source: {key: t, mark: inference}}\n" +
		"code_lists:\n  - {id: CL-severity, label: {vi: Mức, en: Severity}, source: {key: t, mark: inference}, items: [{id: M1, label: {vi: m, en: m}, serious: true}]}\nclocks:\n")
	for _, trigger := range incident.Triggers() {
		pack.WriteString("  - {id: c-" + strings.ReplaceAll(string(trigger), ".", "-") + ", label: {vi: c, en: c}, triggers: [" + string(trigger) +
			"], from: detected_at, amount: {n: 5, unit: hour}, addressees: [nhan], instrument: t, basis: T, source: {key: t, mark: inference}}\n")
	}
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	laws, faults := laws.With(fstest.MapFS{"VN-THU-2027/pack.yaml": {Data: []byte(pack.String())}})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	b := newBenchUnder(t, dbtest.SQLite(t, sources...), laws)
	i, err := b.svc.Open(b.truc(), incident.Details{Title: "x", UnitID: "a", DetectedAt: t0, PersonalData: incident.Yes})
	if err == nil {
		i, err = b.svc.Decide(b.truc(), i.ID, "M1", "x", i.Version)
	}
	if err == nil {
		_, err = b.svc.Close(b.truc(), i.ID, incident.Closing{Cause: "x", Reason: "x"}, i.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, trigger := range incident.Triggers() {
		if _, ok := b.clocks(i.ID)["c-"+strings.ReplaceAll(string(trigger), ".", "-")]; !ok {
			t.Errorf("%s starts nothing", trigger)
		}
	}
}
