// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// A paper of a case goes by the area of incidents, any other by that of
// documents; of the latter whoever only reads sees what was sent.
func TestWhoMayDoWhatWithWhichPaper(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		notice := b.draft(b.open(example("a")), "F1b")
		annual := b.annual()
		sent := b.sentAnnual()
		const none, read, write, send = 0, 1, 2, 4
		for _, c := range []struct {
			role               auth.Role
			case_, draft, sent int // of the notice, of the annual report as a draft, of one that was sent
			begins             bool
		}{
			{auth.Administrator, none, none, none, false},
			{auth.Centre, read | write | send, read | write, read | write, true},
			{auth.Duty, read | write | send, none, read, false},
			{auth.Leader, read, read, read, false}, // decides, so sees what is in hand
			{auth.UnitOfficer, read | write, read | write, read | write, true},
			{auth.Clerk, none, read | write | send, read | write | send, true},
			{auth.Inspector, read, none, read, false},
			{auth.Telecom, read | write, read | write, read | write, true},
			{auth.Viewer, none, none, read, false},
		} {
			ctx := as(t, "ai", c.role, "a")
			var inList []report.ID
			for _, p := range []struct {
				what string
				id   report.ID
				want int
			}{{"notice", notice.ID, c.case_}, {"draft", annual.ID, c.draft}, {"sent", sent, c.sent}} {
				f, err := b.svc.Get(ctx, p.id)
				got := none
				if err == nil {
					got = read
					inList = append(inList, p.id)
				} else if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s, %s: %v", c.role, p.what, err)
				}
				if f.MayWrite {
					got |= write
				}
				if f.MaySend {
					got |= send
				}
				if got != p.want {
					t.Errorf("%s may do %d with the %s, want %d (%v)", c.role, got, p.what, p.want, err)
				}
				// What the record says is what the use case does.
				if _, err := b.svc.Save(ctx, p.id, report.Edit{Frame: report.Frame{Urgency: "x"}}, -1); (p.want&write == 0) != (fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound)) {
					t.Errorf("%s saves the %s: %v", c.role, p.what, err)
				}
				if _, err := b.svc.Withdraw(ctx, p.id, "x", -1); (p.want&send == 0) != (fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound)) {
					t.Errorf("%s withdraws the %s: %v", c.role, p.what, err)
				}
				if _, _, _, err := b.svc.Download(ctx, p.id, 1, report.PDF); p.what == "sent" && (p.want == none) != (err != nil) {
					t.Errorf("%s takes the print: %v", c.role, err)
				}
			}
			list, err := b.svc.List(ctx, report.Filter{})
			if len(inList) == 0 && c.role == auth.Administrator {
				if !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s lists papers: %v", c.role, err)
				}
			} else if err != nil || list.Total != int64(len(inList)) || len(list.Rows) != len(inList) {
				t.Errorf("%s: the list has %d of %d, want %d, %v", c.role, len(list.Rows), list.Total, len(inList), err)
			}
			_, err = b.svc.Begin(ctx, report.Start{Form: "F4", Unit: "a", Kind: "quarter", Year: 2026, Part: 1})
			if (err == nil) != c.begins {
				t.Errorf("%s begins a report: %v", c.role, err)
			}
			if err == nil {
				b.sql("DELETE FROM report_paper WHERE form_id = 'F4'")
			}
		}
		for _, role := range auth.Roles() { // in another unit, nobody
			ctx := as(t, "ai", role, "b")
			for _, id := range []report.ID{notice.ID, annual.ID, sent} {
				if _, err := b.svc.Get(ctx, id); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s of another unit: %v", role, err)
				}
			}
			if page, err := b.svc.List(ctx, report.Filter{}); err == nil && page.Total != 0 {
				t.Errorf("%s of another unit lists %d", role, page.Total)
			}
		}
	})
}

// sentAnnual is the id of an annual report of unit a, another year's, that was
// sent.
func (b *bench) sentAnnual() report.ID {
	b.t.Helper()
	ctx := as(b.t, "can", auth.Centre, "tinh")
	p, err := b.svc.Begin(ctx, report.Start{Form: "F12", Unit: "a", Kind: "year", Year: 2025, Part: 1, Pack: "VN-ANM-2026"})
	if err != nil {
		b.t.Fatal(err)
	}
	f, err := b.svc.Get(ctx, p.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.send(b.filled(f))
}

// send prints and sends a paper as centre and clerk do.
func (b *bench) send(p report.Paper) report.ID {
	b.t.Helper()
	p, made, err := b.svc.Print(as(b.t, "can", auth.Centre, "tinh"), p.ID, p.Version)
	if err != nil {
		b.t.Fatal(err)
	}
	d := report.Dispatch{At: made.At, Channel: "paper", Receipt: "01", Number: "7", Date: calendar.DateOf(made.At)}
	if _, err := b.svc.Send(as(b.t, "thu", auth.Clerk, "tinh"), p.ID, d, p.Version); err != nil {
		b.t.Fatal(err, fault.Of(err).Fields)
	}
	return p.ID
}

// A withdrawn paper that was sent is still seen by readers; one that never went
// out is not.
func TestReadersSeeOfWithdrawnPapersWhatWentOut(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	clerk, viewer := as(t, "thu", auth.Clerk, "tinh"), as(t, "xem", auth.Viewer, "a")
	sent := b.sentAnnual()
	p := b.filled(b.annual())
	if _, _, err := b.svc.Print(as(t, "can", auth.Centre, "tinh"), p.ID, p.Version); err != nil {
		t.Fatal(err)
	}
	for _, id := range []report.ID{sent, p.ID} {
		f, err := b.svc.Get(clerk, id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.svc.Withdraw(clerk, id, "nhầm kỳ", f.Version); err != nil {
			t.Fatal(err)
		}
	}
	if f, err := b.svc.Get(viewer, sent); err != nil || f.State != report.Withdrawn {
		t.Errorf("a withdrawn paper that was sent: %s, %v", f.State, err)
	}
	if _, err := b.svc.Get(viewer, p.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a withdrawn paper that never went out: %v", err)
	}
}

// A figure that the actor may not ask for stays as whoever may last saved it;
// nobody's clerk makes a report empty by opening it.
func TestAFigureThatIsNotForTheReaderStays(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	n := int64(3)
	b.figures["figure.incidents"] = func(ctx context.Context, _ string, _, _ calendar.Date) (any, error) {
		if !auth.May(ctx, auth.Permission{Area: auth.Incidents, Act: auth.Read}) {
			return nil, report.ErrWithheld
		}
		return n, nil
	}
	centre, clerk := as(t, "can", auth.Centre, "tinh"), as(t, "thu", auth.Clerk, "a")
	p, err := b.svc.Begin(centre, report.Start{Form: "F4", Unit: "a", Kind: "quarter", Year: 2026, Part: 4})
	if err != nil {
		t.Fatal(err)
	}
	n = 5 // two more, that the clerk may not know of
	f, err := b.svc.Get(clerk, p.ID)
	if v := f.Values["incidents"].Int; err != nil || v == nil || *v != 3 {
		t.Fatalf("the clerk sees %v, %v", v, err)
	}
	e := edit(f)
	e.Fields["outlook"] = report.Typed{Value: report.Value{Text: "Không có"}, Was: "x"}
	if _, err := b.svc.Save(clerk, p.ID, e, f.Version); err != nil {
		t.Fatal(err)
	}
	if f, err = b.svc.Get(clerk, p.ID); err != nil || *f.Values["incidents"].Int != 3 || slices.Contains(f.Hand, "incidents") {
		t.Errorf("after the clerk saved: %v, by hand %v, %v", f.Values["incidents"].Int, f.Hand, err)
	}
	if f, err = b.svc.Get(centre, p.ID); err != nil || *f.Values["incidents"].Int != 5 {
		t.Errorf("whoever may ask sees %v, %v", f.Values["incidents"].Int, err)
	}
}

// A clerk walks from the catalogue to a sent annual report, and meets no paper of
// a case on the way.
func TestAClerkMakesTheAnnualReportAndSeesNoCase(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, append(sources[:len(sources):len(sources)], web.Migrations)...))
	notice := b.draft(b.open(example("a")), "F1b")
	w := b.browse(t, actor("thu", auth.Clerk, "a"))
	w.get("/papers/"+string(notice.ID), 404)
	w.get("/incidents/"+notice.Case.ID+"/notices/new", 403)
	if page := w.get("/papers", 200); strings.Contains(page, notice.Case.Code) {
		t.Error("the clerk's list names a case")
	}
	w.says(w.get("/papers/new?form=F12&pack=VN-ANM-2026", 200), "Lập bản nháp")
	page := w.post("/papers/new", url.Values{"form": {"F12"}, "pack": {"VN-ANM-2026"}, "unit": {"a"}, "period": {"year.1"}, "year": {"2026"}}, 200)
	w.says(page, "Lưu nháp", "Năm 2026")
	leader := b.browse(t, actor("la", auth.Leader, "a"))
	f := b.annual() // the same draft
	if page := leader.get("/papers/"+string(f.ID), 200); strings.Contains(page, "Lưu nháp") {
		t.Error("a leader is offered to change the paper")
	}
	leader.post("/papers/"+string(f.ID), url.Values{"version": {"1"}}, 403)
	viewer := b.browse(t, actor("xem", auth.Viewer, "a"))
	viewer.get("/papers/"+string(f.ID), 404)
	if page := viewer.get("/papers/new?form=F12&pack=VN-ANM-2026", 200); strings.Contains(page, "Lập bản nháp") {
		t.Error("a viewer is offered to write")
	}
}
