// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/template"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// t0 is Monday 23/11/2026, 08:00 in Vietnam.
var t0 = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

var today = calendar.DateOf(t0)

// ground is a province "root" with the unit "a", below it "a1", and the unit "b".
type ground struct {
	*template.Service
	t    *testing.T
	d    *db.DB
	laws *rulepack.Set
	now  time.Time
}

func lay(t *testing.T, d *db.DB) *ground {
	t.Helper()
	files, err := blob.Open(t.TempDir(), t0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := files.Close(); err != nil {
			t.Error(err)
		}
	})
	g := &ground{t: t, d: d, now: t0}
	if g.laws, err = rulepack.Load(rulepacks.FS); err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return g.now }
	g.Service = template.New(template.Deps{Records: d, Files: files, Now: clock, Laws: g.laws, Forms: report.New(report.Deps{Laws: g.laws, Now: clock})})
	if d == nil {
		return g
	}
	err = d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, p := range [][2]string{{"root", "root"}, {"root", "a"}, {"root", "b"}, {"root", "a1"}, {"a", "a"}, {"a", "a1"}, {"a1", "a1"}, {"b", "b"}} {
			if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", p[0], p[1]).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func each(t *testing.T, test func(t *testing.T, g *ground)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, template.Migrations}, func(t *testing.T, d *db.DB) {
		test(t, lay(t, d))
	})
}

func (g *ground) as(id string, role auth.Role, unit string) context.Context {
	return auth.With(g.t.Context(), auth.Actor{ID: id, Name: strings.ToUpper(id), Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

// built is the built-in layout of a paper.
func (g *ground) built(id string) []byte {
	g.t.Helper()
	_, raw, err := g.Builtin(g.as("mai", auth.Centre, "root"), id)
	if err != nil {
		g.t.Fatal(err)
	}
	return raw
}

// upload takes a template in.
func (g *ground) upload(ctx context.Context, paper, unit string, raw []byte) template.Template {
	g.t.Helper()
	made, v, err := g.Upload(ctx, template.Draft{Paper: paper, Unit: unit, Name: "Mẫu của " + unit}, "mau.docx", bytes.NewReader(raw))
	if err != nil {
		g.t.Fatalf("%v: %+v", err, v)
	}
	return made
}

// inForce takes a template in and puts it in force today.
func (g *ground) inForce(ctx context.Context, paper, unit string, raw []byte) template.Template {
	g.t.Helper()
	made := g.upload(ctx, paper, unit, raw)
	made, err := g.PutInForce(ctx, made.ID, made.Version, today, "thử")
	if err != nil {
		g.t.Fatal(err)
	}
	return made
}

func (g *ground) chosen(unit, form string, sheet report.Sheet) report.Layout {
	g.t.Helper()
	l, err := g.Choose(g.t.Context(), unit, g.laws.At(today), form, sheet)
	if err != nil {
		g.t.Fatal(err)
	}
	return l
}

// edit changes the text of one part of a DOCX.
func edit(t testing.TB, raw []byte, part string, change func(string) string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == part {
			after := change(string(data))
			if after == string(data) {
				t.Fatalf("%s is as it was", part)
			}
			data = []byte(after)
		}
		p, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func body(t testing.TB, raw []byte, change func(string) string) []byte {
	t.Helper()
	return edit(t, raw, "word/document.xml", change)
}

var tags = regexp.MustCompile(`<[^>]*>`)

// said is the text of a DOCX's body, a paragraph a line.
func said(t testing.TB, raw []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	s := strings.NewReplacer("</w:p>", "\n", "<w:br/>", "\n").Replace(string(data))
	return strings.NewReplacer("&amp;", "&", "&#34;", `"`, "&#39;", "'").Replace(tags.ReplaceAllString(s, ""))
}

// TestEveryPaperHasALayoutToBeginWith: the built-in layout of each form and kind
// of document passes the check, and filled with sample data says no placeholder,
// every label of the form and nothing the linter calls an error.
func TestEveryPaperHasALayoutToBeginWith(t *testing.T) {
	t.Parallel()
	g := lay(t, nil)
	mai := g.as("mai", auth.Centre, "root")
	all, err := g.Papers(mai)
	if err != nil || len(all) < 50 {
		t.Fatalf("%d papers, %v", len(all), err)
	}
	for _, p := range all {
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			g := &ground{Service: g.Service, t: t}
			raw := g.built(p.ID)
			v, err := g.Judge(mai, p.ID, "mau.docx", bytes.NewReader(raw))
			if err != nil || !v.Good() {
				t.Fatalf("%+v, %v", v, err)
			}
			if len(v.Left) > 6 { // names of places that few papers have
				t.Errorf("left out: %q", v.Left)
			}
			own := faulty(t, g.Own(t, p.ID))
			for _, f := range v.Looks {
				if f.Severity == lint.Error && !own[f.Rule] {
					t.Errorf("the product's own layout is better: %+v", f)
				}
			}
			_, places, sample, err := g.Paper(mai, p.ID)
			if err != nil {
				t.Fatal(err)
			}
			names := map[string]bool{}
			for _, place := range places {
				if names[place.Name] {
					t.Errorf("{{%s}} is there twice", place.Name)
				}
				names[place.Name] = true
			}
			if sample["trich_yeu"] == "" || sample["ho_ten"] == "" {
				t.Errorf("the sample is %v", sample)
			}
		})
	}
}

// faulty are the layout rules a DOCX breaks.
func faulty(t *testing.T, raw []byte) map[string]bool {
	t.Helper()
	r, err := lint.Check(raw)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, f := range r.Findings {
		out[f.Rule] = out[f.Rule] || f.Severity == lint.Error
	}
	return out
}

// TestATemplateGoesItsWay follows one from the upload to its end.
func TestATemplateGoesItsWay(t *testing.T) {
	each(t, func(t *testing.T, g *ground) {
		mai, binh := g.as("mai", auth.Centre, "root"), g.as("binh", auth.Centre, "root")
		raw := body(t, g.built("F12"), func(s string) string {
			return strings.Replace(s, "Thông tin chung", "Thông tin chung (mẫu của tỉnh)", 1)
		})
		made := g.upload(mai, "F12", "root", raw)
		if made.Seq != 1 || made.State != template.Unused || made.ByName != "MAI" || made.FileName != "mau.docx" || made.Size != int64(len(raw)) {
			t.Fatalf("%+v", made)
		}
		if l := g.chosen("a", "F12", report.Sheet{}); l != (report.Layout{}) {
			t.Errorf("used before it is in force: %+v", l)
		}
		if _, err := g.PutInForce(binh, made.ID, made.Version, today, " "); fault.Of(err).Fields["reason"] == "" {
			t.Errorf("put in force without a reason: %v", err)
		}
		if _, err := g.PutInForce(binh, made.ID, made.Version, today.AddDays(-1), "x"); fault.Of(err).Fields["from"] == "" {
			t.Errorf("put in force for a day gone by: %v", err)
		}
		if _, err := g.PutInForce(binh, made.ID, 9, today, "x"); !fault.Is(err, fault.Conflict) {
			t.Errorf("put in force by a stale page: %v", err)
		}
		put, err := g.PutInForce(binh, made.ID, made.Version, today.AddDays(1), "Giám đốc duyệt")
		if err != nil || put.PutName != "BINH" {
			t.Fatalf("%+v, %v", put, err)
		}
		if got, err := g.Get(mai, made.ID); err != nil || got.State != template.Coming {
			t.Errorf("%s, %v", got.State, err)
		}
		g.now = t0.AddDate(0, 0, 1)
		if got, err := g.Get(mai, made.ID); err != nil || got.State != template.InForce {
			t.Errorf("%s, %v", got.State, err)
		}
		l := g.chosen("a1", "F12", report.Sheet{})
		if l.ID != string(made.ID) || l.SHA256 != made.SHA256 || l.Unfit != "" {
			t.Errorf("the unit below has %+v", l)
		}

		own := g.upload(g.as("an", auth.UnitOfficer, "a"), "F12", "a", g.built("F12"))
		if own, err = g.PutInForce(g.as("an", auth.UnitOfficer, "a"), own.ID, own.Version, today.AddDays(1), "của mình"); err != nil {
			t.Fatal(err)
		}
		if got := g.chosen("a1", "F12", report.Sheet{}).ID; got != string(own.ID) {
			t.Errorf("the nearest above is not used: %s", got)
		}
		if got := g.chosen("b", "F12", report.Sheet{}).ID; got != string(made.ID) {
			t.Errorf("another unit has %s", got)
		}
		second := g.upload(mai, "F12", "root", g.built("F12"))
		if second.Seq != 2 {
			t.Errorf("the second is version %d", second.Seq)
		}
		if second, err = g.PutInForce(mai, second.ID, second.Version, today.AddDays(1), "đẹp hơn"); err != nil {
			t.Fatal(err)
		}
		if got, err := g.Get(mai, made.ID); err != nil || got.State != template.Replaced {
			t.Errorf("the one before is %s, %v", got.State, err)
		}
		for state, want := range map[template.State]int64{template.InForce: 2, template.Replaced: 1, template.Withdrawn: 0, template.Unused: 0, "": 3} {
			if rows, n, err := g.List(mai, template.Filter{State: state}); err != nil || n != want || int64(len(rows)) != want {
				t.Errorf("%q: %d of %d, %v", state, len(rows), n, err)
			}
		}
		if _, err := g.Withdraw(mai, second.ID, second.Version, ""); fault.Of(err).Fields["reason"] == "" {
			t.Errorf("withdrawn without a reason: %v", err)
		}
		if second, err = g.Withdraw(mai, second.ID, second.Version, "sai biểu tượng"); err != nil {
			t.Fatal(err)
		}
		if got := g.chosen("b", "F12", report.Sheet{}).ID; got != string(made.ID) {
			t.Errorf("the one before does not hold again: %s", got)
		}
		if _, err := g.Withdraw(mai, second.ID, second.Version, "nữa"); !fault.Is(err, fault.Conflict) {
			t.Errorf("withdrawn twice: %v", err)
		}
		if _, err := g.Remove(mai, made.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("one in force was deleted: %v", err)
		}
		err = g.d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if err := audit.Add(ctx, tx, g.now, audit.Entry{Action: "x", Kind: "x", Unit: "a"}); err != nil {
				return err
			}
			for range 2 { // told again after a conflict
				if err := g.Used(ctx, tx, report.Layout{ID: string(second.ID)}, "paper", "p1", "s1"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if of, err := g.Of(t.Context(), "paper", "p1"); err != nil || of["s1"].ID != string(second.ID) || of["s1"].Seq != 2 {
			t.Errorf("%+v, %v", of, err)
		}
		if n, err := g.Uses(mai, second.ID); err != nil || n != 1 {
			t.Errorf("%d uses, %v", n, err)
		}
		if _, err := g.Remove(mai, second.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("one with papers was deleted: %v", err)
		}
		third := g.upload(mai, "F12", "root", g.built("F12"))
		if _, err := g.Remove(mai, third.ID); err != nil {
			t.Error(err)
		}
		if _, err := g.Get(mai, third.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a deleted one: %v", err)
		}
		if second, err = g.PutInForce(mai, second.ID, second.Version, today.AddDays(1), "đã sửa lại"); err != nil || second.State != template.Withdrawn && !second.WithdrawnAt.IsZero() {
			t.Errorf("put in force again: %+v, %v", second, err)
		}
		var acts []string
		if err := g.d.Read().NewRaw("SELECT action FROM audit_entry WHERE kind = 'paper_template' ORDER BY id").Scan(t.Context(), &acts); err != nil {
			t.Fatal(err)
		}
		want := []string{"template.upload", "template.put", "template.upload", "template.put", "template.upload", "template.put", "template.withdraw", "template.upload", "template.remove", "template.put"}
		if !slices.Equal(acts, want) {
			t.Errorf("the trail says %q", acts)
		}
	})
}

// TestAUnitSeesItsOwnAndWhatHoldsAboveIt: what is another unit's does not exist.
func TestAUnitSeesItsOwnAndWhatHoldsAboveIt(t *testing.T) {
	each(t, func(t *testing.T, g *ground) {
		mai, an, bao := g.as("mai", auth.Centre, "root"), g.as("an", auth.UnitOfficer, "a"), g.as("bao", auth.UnitOfficer, "b")
		raw := g.built("vb-cong_van")
		above := g.inForce(mai, "vb-cong_van", "root", raw)
		idle := g.upload(mai, "vb-cong_van", "root", raw)
		own := g.upload(an, "vb-cong_van", "a", raw)
		for who, want := range map[string][]template.ID{"an": {own.ID, above.ID}, "bao": {above.ID}, "mai": {own.ID, idle.ID, above.ID}} {
			ctx := map[string]context.Context{"an": an, "bao": bao, "mai": mai}[who]
			rows, n, err := g.List(ctx, template.Filter{})
			var got []template.ID
			for _, r := range rows {
				got = append(got, r.ID)
			}
			if err != nil || !slices.Equal(got, want) || n != int64(len(want)) {
				t.Errorf("%s sees %q (%d), %v", who, got, n, err)
			}
		}
		if _, _, err := g.File(bao, own.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's file: %v", err)
		}
		if _, err := g.PutInForce(bao, own.ID, own.Version, today, "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's put in force: %v", err)
		}
		if _, err := g.Withdraw(an, above.ID, above.Version, "x"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("one from above withdrawn: %v", err)
		}
		if _, _, err := g.Upload(an, template.Draft{Paper: "F12", Unit: "b", Name: "x"}, "a.docx", bytes.NewReader(raw)); fault.Of(err).Fields["unit"] == "" {
			t.Errorf("uploaded for another: %v", err)
		}
		if _, err := g.Judge(g.as("xem", auth.Viewer, "a"), "F12", "a.docx", bytes.NewReader(raw)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a reader checks: %v", err)
		}
	})
}
