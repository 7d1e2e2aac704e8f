// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// sample is a value of our own for a field: every type has one.
func sample(pack *rulepack.Pack, f rulepack.Field) report.Value {
	n, yes := int64(12), false
	list, _ := pack.CodeList(f.List)
	switch f.Type {
	case "enum", "multi":
		v := report.Value{Codes: []string{list.Items[0].ID}, Notes: map[string]string{}}
		if list.Items[0].Text {
			v.Notes[list.Items[0].ID] = "ghi rõ"
		}
		return v
	case "date", "datetime":
		return report.Value{At: time.Date(2026, 12, 14, 8, 5, 0, 0, hanoi)}
	case "time":
		return report.Value{Text: "08:05"}
	case "int", "money":
		return report.Value{Int: &n}
	case "pct":
		return report.Value{Text: "87.5"}
	case "bool":
		return report.Value{Yes: &yes}
	case "table", "file":
		if len(f.Columns) > 0 {
			return sampleRows(pack, f, 3)
		}
		return report.Value{List: []string{"Nghị định số 331/2026/NĐ-CP", "Mục thứ hai của danh sách"}}
	case "long":
		return report.Value{Text: "Đoạn mẫu thứ nhất: hệ thống hoạt động ổn định, không gián đoạn trong kỳ.\nĐoạn mẫu thứ hai: tiếp tục rà soát, khắc phục những điểm còn tồn tại theo kế hoạch."}
	}
	return report.Value{Text: "Trung tâm Dữ liệu tỉnh Đông Sơn"}
}

func sampleRows(pack *rulepack.Pack, f rulepack.Field, rows int) report.Value {
	var v report.Value
	for _, c := range f.Columns {
		if c.Type != "seq" {
			v.Cols = append(v.Cols, c.Key)
		}
	}
	fixed, _ := pack.CodeList(f.RowsOf)
	if f.RowsOf != "" {
		rows = len(fixed.Items)
	}
	for n := range rows {
		var row []string
		for i, c := range f.Columns {
			list, _ := pack.CodeList(c.List)
			switch {
			case c.Type == "seq":
				continue
			case i == 0 && f.RowsOf != "":
				row = append(row, fixed.Items[n].ID)
			case c.Type == "enum" || c.Type == "multi":
				row = append(row, list.Items[len(list.Items)-1].ID)
			case c.Type == "date":
				row = append(row, "2026-12-31")
			case c.Type == "datetime":
				row = append(row, "2026-12-31T08:05")
			case c.Type == "int" || c.Type == "money":
				row = append(row, map[bool]string{true: "1500", false: "0"}[i <= 2])
			case c.Type == "pct":
				row = append(row, "99.5")
			case c.Type == "bool":
				row = append(row, "yes")
			default:
				row = append(row, "Nội dung mẫu của "+strings.ToLower(c.Label))
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// begin makes a draft of any form: of the worked case for one about an
// incident, else of unit a.
func (b *bench) begin(pack *rulepack.Pack, form rulepack.Form, cases map[string]incident.Incident) report.File {
	b.t.Helper()
	ctx := as(b.t, "truc", auth.Centre, "tinh")
	var p report.Paper
	var err error
	if form.About == rulepack.OfIncident {
		p, err = b.svc.Open(ctx, string(cases[pack.ID].ID), form.ID)
	} else {
		st := report.Start{Form: form.ID, Pack: pack.ID, Unit: "a", Year: 2026, Part: 1}
		if len(form.Periods.Every) > 0 {
			st.Kind = form.Periods.Every[0]
		}
		st.From, st.To = calendar.Date{Year: 2026, Month: 2, Day: 14}, calendar.Date{Year: 2026, Month: 2, Day: 22}
		if form.About == rulepack.OfDirective {
			b.orders.fill(2)
			st.Directive = "d-1"
		}
		p, err = b.svc.Begin(ctx, st)
	}
	if err != nil {
		b.t.Fatal(form.ID, err)
	}
	f, err := b.svc.Get(ctx, p.ID)
	if err != nil {
		b.t.Fatal(form.ID, err)
	}
	return f
}

// filled fills every field of the paper with samples where nothing stands yet.
func (b *bench) filled(f report.File) report.Paper {
	b.t.Helper()
	ctx := as(b.t, "truc", auth.Centre, "tinh")
	e := edit(f)
	e.Frame.Signer = report.Signer{Title: "Giám đốc", Name: "Lò Thị Mai"}
	e.Frame.Date, e.Frame.Place, e.Frame.Issuer = calendar.Date{Year: 2026, Month: 12, Day: 18}, "Đông Sơn", "Sở Khoa học và Công nghệ"
	if f.Form.Letter { // its symbol ends with the part of the body that wrote it
		e.Frame.Symbol = "SKHCN-CNS"
	}
	if len(f.Form.Recipients) > 0 && len(e.Frame.To) == 0 {
		e.Frame.To = []string{"Ủy ban nhân dân tỉnh Đông Sơn"}
	}
	for _, fl := range f.Form.Fields() {
		if len(fl.Columns) == 0 && f.Values[fl.Key].Empty() && fl.Count == nil {
			e.Fields[fl.Key] = report.Typed{Value: sample(f.Pack, fl), Was: "empty"}
		}
	}
	p, err := b.svc.Save(ctx, f.ID, e, f.Version)
	if err != nil {
		b.t.Fatal(f.FormID, err)
	}
	for _, fl := range f.Form.Fields() {
		if len(fl.Columns) > 0 {
			if p, err = b.svc.SaveTable(ctx, f.ID, fl.Key, sampleRows(f.Pack, fl, 3), p.Version); err != nil {
				b.t.Fatal(f.FormID, fl.Key, err)
			}
		}
	}
	return p
}

// Every form of every pack prints blank and filled, as DOCX and as PDF, in the
// same words and without a letter that the font lacks.
func TestEveryFormPrintsBlankAndFilled(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Centre, "tinh")
	old := example("a")
	old.DetectedAt, old.OccurredAt = old.DetectedAt.AddDate(0, -7, 0), old.OccurredAt.AddDate(0, -7, 0)
	cases := map[string]incident.Incident{"VN-ANM-2026": b.open(example("a")), "VN-ATTT-2016": b.open(old)}
	dir := t.ArtifactDir()
	var names []string
	for _, pack := range b.laws.Packs() {
		for _, form := range pack.Forms {
			for _, k := range []report.Kind{report.DOCX, report.PDF} {
				raw, err := b.svc.Blank(pack.ID, form.ID, k)
				if err != nil || len(raw) < 1000 {
					t.Fatalf("%s blank %s: %d bytes, %v", form.ID, k, len(raw), err)
				}
				put(t, filepath.Join(dir, form.ID+"-"+pack.ID+"-blank."+string(k)), raw)
			}
			p := b.filled(b.begin(pack, form, cases))
			f, err := b.svc.Get(ctx, p.ID)
			if err != nil {
				t.Fatal(err)
			}
			if missing, err := officedoc.Missing(f.Sheet.Paper(b.now)); err != nil || len(missing) > 0 {
				t.Errorf("%s: letters %q cannot be printed, %v", form.ID, string(missing), err)
			}
			if _, _, err := b.svc.Print(ctx, p.ID, p.Version); err != nil {
				t.Fatalf("%s: %v, found %+v", form.ID, err, stopping(f))
			}
			name := form.ID + "-" + pack.ID
			names = append(names, name)
			for _, k := range []report.Kind{report.DOCX, report.PDF, report.XLSX} {
				_, _, raw, err := b.svc.Download(ctx, p.ID, 1, k)
				if err != nil {
					t.Fatal(form.ID, k, err)
				}
				put(t, filepath.Join(dir, name+"."+string(k)), raw)
				if k != report.XLSX {
					wellLaid(t, name+"."+string(k), raw)
				}
			}
		}
	}
	if len(names) < 40 {
		t.Errorf("only %d forms", len(names))
	}
	for _, tool := range []string{"soffice", "pdftotext"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s absent: words of DOCX and PDF of every form not compared (Debian packages libreoffice-writer, poppler-utils)", tool)
		}
	}
	args := []string{"-env:UserInstallation=file://" + t.TempDir(), "--headless", "--convert-to", "pdf", "--outdir", filepath.Join(dir, "office")}
	for _, n := range names {
		args = append(args, filepath.Join(dir, n+".docx"))
	}
	run(t, "soffice", args...)
	for _, n := range names {
		sameNumbers(t, n, filepath.Join(dir, n+".docx"), filepath.Join(dir, n+".pdf"))
		own, word := words(t, filepath.Join(dir, n+".pdf")), words(t, filepath.Join(dir, "office", n+".pdf"))
		if len(own) < 50 || !slices.Equal(numbers(own), numbers(word)) {
			t.Errorf("%s: %d words in the PDF, %d in the DOCX; their numbers differ: %q and %q", n, len(own), len(word), numbers(own), numbers(word))
		}
	}
}

// numbers are the different numbers among words: heads of tables stand on every
// page they reach, and the two files turn the page at different rows.
func numbers(list []string) []string {
	var out []string
	for _, w := range list {
		if len(w) > 1 && strings.ContainsAny(w, "0123456789") {
			out = append(out, w)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var figure = regexp.MustCompile(`[0-9]+(?:[.,][0-9]+)*`)

// sameNumbers reports a number that one of the two files of a paper says less
// often than the other. The PDF has more of page numbers, of the paper's code and
// of heads of tables, which stand on every page.
func sameNumbers(t *testing.T, name, docx, pdf string) {
	t.Helper()
	raw, err := os.ReadFile(docx)
	if err != nil {
		t.Fatal(err)
	}
	count := func(text string) map[string]int {
		out := map[string]int{}
		for _, n := range figure.FindAllString(text, -1) {
			out[n]++
		}
		return out
	}
	text := run(t, "pdftotext", "-layout", pdf, "-")
	said, printed := count(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(docxXML(t, raw), " ")), count(text)
	pages := strings.Count(text, "\f")
	for n, times := range said {
		if printed[n] < times {
			t.Errorf("%s: %s stands %d times in the DOCX and %d times in the PDF", name, n, times, printed[n])
		}
	}
	code := regexp.MustCompile(`(?m)^.*· F.*/1$`).FindString(text) + name
	for n := range printed {
		if page, err := strconv.Atoi(n); said[n] == 0 && !strings.Contains(code, n) && (err != nil || page > pages) {
			t.Errorf("%s: %s stands in the PDF alone", name, n)
		}
	}
	if len(said) < 3 {
		t.Errorf("%s: only %d numbers to compare", name, len(said))
	}
}

// wellLaid reports what the decree on official papers says otherwise of a file.
func wellLaid(t *testing.T, name string, raw []byte) {
	t.Helper()
	found, err := lint.Check(raw)
	if err != nil || found.Checked == 0 {
		t.Errorf("%s: %d rules asked, %v", name, found.Checked, err)
	}
	for _, f := range found.Findings {
		if f.Severity == lint.Error {
			t.Errorf("%s: %s at page %d, paragraph %d: %s", name, f.Rule, f.Page, f.Para, f.Found)
		}
	}
}

func put(t *testing.T, name string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}
