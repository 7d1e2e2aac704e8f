// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/template"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

const letter = "vb-cong_van"

// judged is what the check says of a changed built-in letter.
func judged(t *testing.T, g *ground, change func(string) string) template.Verdict {
	t.Helper()
	v, err := g.Judge(g.as("mai", auth.Centre, "root"), letter, "mau.docx", bytes.NewReader(body(t, g.built(letter), change)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// before puts XML in front of the text of the letter.
func before(xml string) func(string) string {
	return func(s string) string {
		at := strings.Index(s, "{{noi_dung}}")
		at = strings.LastIndex(s[:at], "<w:p>")
		return s[:at] + xml + s[at:]
	}
}

func p(runs ...string) string {
	return "<w:p><w:r><w:t>" + strings.Join(runs, "</w:t></w:r><w:proofErr w:type=\"spellStart\"/><w:r><w:rPr><w:b/></w:rPr><w:t>") + "</w:t></w:r></w:p>"
}

// TestWhatIsWrongIsNamedWithItsPlace.
func TestWhatIsWrongIsNamedWithItsPlace(t *testing.T) {
	t.Parallel()
	g := lay(t, nil)
	v := judged(t, g, before(p("Điều 1. {{trich_y", "eux}} và {{la_hoac}}")))
	if v.Good() || len(v.Unknown) != 2 || v.Unknown[1].Name != "trich_yeux" || v.Unknown[1].Meant != "trich_yeu" || v.Unknown[0].Meant != "" {
		t.Fatalf("%+v", v)
	}
	if s := v.Unknown[1].Spots; len(s) != 1 || s[0].Part != "body" || s[0].Paragraph < 5 || !strings.Contains(s[0].Text, "Điều 1. {{trich_yeux}}") {
		t.Errorf("it stands at %+v", s)
	}
	for name, c := range map[string]struct {
		change func(string) string
		open   int
		gone   string
		track  int
	}{
		"a brace lost":                    {change: before(p("{{so}")), open: 1},
		"torn into two paragraphs":        {change: before(p("{{so") + p("}}")), open: 2},
		"an empty one":                    {change: before(p("{{ }}")), open: 1},
		"a missing one":                   {change: func(s string) string { return strings.ReplaceAll(s, "{{trich_yeu}}", "Về việc") }, gone: "trich_yeu"},
		"an insertion":                    {change: before(`<w:p><w:ins w:id="1" w:author="An"><w:r><w:t>thêm</w:t></w:r></w:ins></w:p>`), track: 1},
		"a deletion":                      {change: before(`<w:p><w:del w:id="1" w:author="An"><w:r><w:delText>{{so}}</w:delText></w:r></w:del></w:p>`), track: 1},
		"a change of looks":               {change: before(`<w:p><w:r><w:rPr><w:rPrChange w:id="1" w:author="An"><w:rPr/></w:rPrChange></w:rPr><w:t>x</w:t></w:r></w:p>`), track: 1},
		"split by the spelling check":     {change: before(p("Số {", "{", "so", "}", "}"))},
		"one in an inserted text box":     {change: before(`<w:p><w:r><w:pict><w:txbxContent>` + p("{{", "so}}") + `</w:txbxContent></w:pict></w:r></w:p>`)},
		"one in a hyperlink or a control": {change: before(`<w:sdt><w:sdtContent><w:p><w:hyperlink><w:r><w:t>{{so}}</w:t></w:r></w:hyperlink></w:p></w:sdtContent></w:sdt>`)},
	} {
		v := judged(t, g, c.change)
		if len(v.Open) != c.open || len(v.Tracked) != c.track || len(v.Unknown)+len(v.Stray) != 0 || (c.gone == "") != (len(v.Missing) == 0) || c.gone != "" && !slices.Contains(v.Missing, c.gone) {
			t.Errorf("%s: %+v", name, v)
		}
		if v.Good() != (c.open+c.track == 0 && c.gone == "") {
			t.Errorf("%s: good is %v", name, v.Good())
		}
	}
	rows := func(cells ...string) func(string) string {
		var b strings.Builder
		for _, c := range cells {
			b.WriteString("<w:tc>" + p(c) + "</w:tc>")
		}
		return func(s string) string { // in F12, in front of the closing sentence
			at := strings.LastIndex(s[:strings.Index(s, "{{ket_thuc}}")], "<w:p>")
			return s[:at] + "<w:tbl><w:tr>" + b.String() + "</w:tr></w:tbl>" + p("x") + s[at:]
		}
	}
	for name, c := range map[string]struct {
		change func(string) string
		want   []string
	}{
		"outside a row":        {func(s string) string { return rows("x")(strings.Replace(s, "Thông tin chung", "{{systems.name}}", 1)) }, []string{"systems.name"}},
		"a row of the table":   {rows("{{systems.name}}", "{{systems.level}}"), nil},
		"a column of no table": {rows("{{systems.name}}", "{{owners.name}}"), []string{"systems.name"}},
	} {
		v, err := g.Judge(g.as("mai", auth.Centre, "root"), "F12", "mau.docx", bytes.NewReader(body(t, g.built("F12"), c.change)))
		var got []string
		for _, f := range v.Stray {
			got = append(got, f.Name)
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, %v", name, v.Stray, err)
		}
		if name == "a column of no table" && (len(v.Unknown) != 1 || v.Unknown[0].Name != "owners.name") {
			t.Errorf("%s: %+v", name, v.Unknown)
		}
	}
}

// TestFilesThatAreNoTemplates are refused with their own sentence and kept
// nowhere; a secret one is noted without its name.
func TestFilesThatAreNoTemplates(t *testing.T) {
	each(t, func(t *testing.T, g *ground) {
		mai := g.as("mai", auth.Centre, "root")
		good := g.built(letter)
		for name, c := range map[string]struct {
			file string
			raw  []byte
			key  string // of the sentence for the field
		}{
			"nothing":              {"a.docx", nil, "paperfile.bad.empty"},
			"a PDF":                {"a.pdf", []byte("%PDF-1.4 x"), "paperfile.bad."},
			"text":                 {"a.txt", []byte("Mẫu báo cáo"), "template.err.format"},
			"another name":         {"a.pdf", good, "paperfile.bad.ending"},
			"an old .doc":          {"a.doc", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...), "paperfile.bad.old"},
			"a password":           {"a.docx", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"...), "paperfile.bad.locked"},
			"torn":                 {"a.docx", good[:len(good)/2], "paperfile.bad.broken"},
			"without its document": {"a.docx", rename(t, good, "word/document.xml", "word/other.xml"), "paperfile.bad."},
			"macros":               {"a.docx", rename(t, good, "word/footer.xml", "word/vbaProject.bin"), "paperfile.bad.macro"},
			"marked by its name":   {"Mẫu báo cáo (Mật).docx", good, "paperfile.bad.mark_name"},
			"marked by its text":   {"a.docx", body(t, good, before(p("TỐI MẬT"))), "paperfile.bad.mark_text"},
			"a picture from afar": {"a.docx", edit(t, good, "word/_rels/document.xml.rels", func(s string) string {
				return strings.Replace(s, "</Relationships>", `<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="http://evil.example/a.png" TargetMode="External"/></Relationships>`, 1)
			}), "template.err.outside"},
		} {
			made, _, err := g.Upload(mai, template.Draft{Paper: letter, Unit: "root", Name: "x"}, c.file, bytes.NewReader(c.raw))
			if got := fault.Of(err).Fields["file"]; err == nil || made.ID != "" || !strings.HasPrefix(got, c.key) {
				t.Errorf("%s: %v, says %q", name, err, got)
			}
		}
		if _, _, err := g.Upload(mai, template.Draft{Paper: letter, Unit: "root", Name: "x"}, "a.docx", bytes.NewReader(make([]byte, template.MaxFile+1))); !fault.Is(err, fault.TooLarge) {
			t.Errorf("17 MiB: %v", err)
		}
		if rows, n, err := g.List(mai, template.Filter{}); err != nil || n != 0 || len(rows) != 0 {
			t.Errorf("%d were kept, %v", n, err)
		}
		var details []string
		if err := g.d.Read().NewRaw("SELECT detail FROM audit_entry WHERE action = 'template.refuse' ORDER BY id").Scan(t.Context(), &details); err != nil {
			t.Fatal(err)
		}
		if len(details) != 2 || strings.Contains(strings.Join(details, ""), "cáo") {
			t.Errorf("the trail says %q", details)
		}
		why := (*paperfile.Refusal)(nil)
		if _, err := g.Judge(mai, letter, "TUYỆT MẬT.docx", bytes.NewReader(good)); !errors.As(err, &why) {
			t.Errorf("%v", err)
		}
		for field, d := range map[string]template.Draft{"name": {Paper: letter, Unit: "root"}, "unit": {Paper: letter, Name: "x"}, "paper": {Paper: "F99", Unit: "root", Name: "x"}} {
			if _, _, err := g.Upload(mai, d, "a.docx", bytes.NewReader(good)); fault.Of(err).Fields[field] == "" {
				t.Errorf("without %s: %v", field, err)
			}
		}
	})
}

// rename gives a part of a DOCX another name.
func rename(t testing.TB, raw []byte, part, to string) []byte {
	t.Helper()
	return bytes.ReplaceAll(raw, []byte(part), []byte(to + strings.Repeat("x", max(0, len(part)-len(to))))[:len(part)])
}

// TestATemplateOfThreeHundredPages is checked and filled within its limits.
func TestATemplateOfThreeHundredPages(t *testing.T) {
	t.Parallel()
	g := lay(t, nil)
	var pages strings.Builder
	for n := range 300 * 40 {
		fmt.Fprintf(&pages, "<w:p><w:r><w:t>Đoạn %d của phần chung, do cơ quan tự soạn, không đổi giữa các văn bản.</w:t></w:r></w:p>", n)
	}
	raw := body(t, g.built(letter), before(pages.String()))
	began := time.Now()
	v, err := g.Judge(g.as("mai", auth.Centre, "root"), letter, "dai.docx", bytes.NewReader(raw))
	if err != nil || !v.Good() {
		t.Fatalf("%+v, %v", v.Missing, err)
	}
	t.Logf("%d KiB in %v", len(raw)>>10, time.Since(began))
}

// TestAPaperThatAsksForMoreIsNotMadeInIt: the product's own layout is used, and it
// is said why.
func TestAPaperThatAsksForMoreIsNotMadeInIt(t *testing.T) {
	each(t, func(t *testing.T, g *ground) {
		mai := g.as("mai", auth.Centre, "root")
		raw := body(t, g.built(letter), func(s string) string {
			return strings.NewReplacer("{{MUC_KHAN}}", " ", "{{can_cu}}", " ", "{{kinh_gui}}", " ").Replace(s)
		})
		g.inForce(mai, letter, "root", raw)
		for want, sheet := range map[string]report.Sheet{"": {}, "template.unfit.haste": {Urgency: "flash"}, "template.unfit.to": {To: []string{"UBND tỉnh"}}, "template.unfit.basis": {Basis: []string{"Căn cứ"}}} {
			if l := g.chosen("a", letter, sheet); l.Unfit != want || l.ID == "" {
				t.Errorf("%q: %+v", want, l)
			}
		}
		old, _ := g.laws.Get("VN-ATTT-2016")
		if l, err := g.Choose(t.Context(), "a", old, "F12", report.Sheet{}); err != nil || l != (report.Layout{}) {
			t.Errorf("%+v, %v", l, err)
		}
	})
}

// digits are parted at the points between thousands: narrow cells break there.
var digits = regexp.MustCompile(`[0-9]+`)

// numbers are those of a text, each once.
func numbers(text string) []string {
	out := digits.FindAllString(text, -1)
	slices.Sort(out)
	return slices.Compact(out)
}

// TestBothFilesSayTheSameNumbers: the DOCX made in a template and the PDF in the
// product's own layout come from one sheet.
func TestBothFilesSayTheSameNumbers(t *testing.T) {
	t.Parallel()
	g := lay(t, nil)
	for _, id := range []string{"F1a", "F1b", "F2a", "F2b", "F3", "F4", "F7", "F10", "F11", "F12", "F13"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			sheet := g.Sample(t, id)
			sheet.Number, sheet.Urgency = "1234", "flash"
			filled, err := template.Filled(g.Service, id, sheet)
			if err != nil {
				t.Fatal(err)
			}
			again, err := template.Filled(g.Service, id, sheet)
			if err != nil || !bytes.Equal(filled, again) {
				t.Errorf("filled twice, the files differ, %v", err)
			}
			var pdf bytes.Buffer
			if err := officedoc.WritePDF(&pdf, sheet.Paper(t0)); err != nil {
				t.Fatal(err)
			}
			read, err := paperfile.Read(t.Context(), "a.pdf", pdf.Bytes(), paperfile.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			word := said(t, filled)
			if strings.Contains(word, "{{") || !strings.Contains(word, "HỎA TỐC") {
				t.Errorf("the DOCX says %.2000s", word)
			}
			inWord, inPDF := numbers(word), numbers(read.Text)
			if len(inWord) < 5 {
				t.Errorf("only the numbers %q", inWord)
			}
			for _, n := range inWord {
				if !slices.Contains(inPDF, n) {
					t.Errorf("%s is in the DOCX alone", n)
				}
			}
			for _, n := range inPDF {
				if len(n) > 1 && !slices.Contains(inWord, n) && !strings.Contains(id, n) { // pages and the foot have numbers of their own
					t.Errorf("%s is in the PDF alone", n)
				}
			}
		})
	}
}
