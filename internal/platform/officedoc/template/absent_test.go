// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/officedoc/template"
)

// TestWhatThePaperDoesNotSayIsLeftOut: absent names take their words along where
// the document stays whole.
func TestWhatThePaperDoesNotSayIsLeftOut(t *testing.T) {
	t.Parallel()
	v := template.Values{Fields: maps.Clone(values.Fields), Tables: values.Tables, Absent: map[string]bool{"vang": true, "mat_di": true}}
	cell := func(paragraphs ...string) string {
		return `<w:tbl><w:tr><w:tc>` + strings.Join(paragraphs, "") + `</w:tc></w:tr></w:tbl>`
	}
	for name, c := range map[string]struct{ body, want string }{
		"a line with its label":             {p("x") + p("- Nhãn: {{v", "ang}}") + p("y"), "x\ny"},
		"two absent ones":                   {p("{{vang}}{{mat_di}}") + p("y"), "y"},
		"beside one that is said":           {p("{{so}}: {{vang}}"), "05:"},
		"the only paragraph of its cell":    {cell(p("Nhãn {{vang}}")) + p("y"), "Nhãn \n" + "y"},
		"the first of a cell":               {cell(p("{{vang}}"), p("{{so}}")), "05"},
		"the last of a cell":                {cell(p("{{so}}"), p("{{vang}}")), "05"},
		"all of a cell":                     {cell(p("{{vang}}"), p("{{mat_di}}")) + p("y"), "y"},
		"the end of a section":              {`<w:p><w:pPr><w:sectPr/></w:pPr><w:r><w:t>a {{vang}}</w:t></w:r></w:p>` + p("y"), "a \ny"},
		"with a picture":                    {`<w:p><w:r><w:drawing/></w:r><w:r><w:t>a {{vang}}</w:t></w:r></w:p>` + p("y"), "a \ny"},
		"lines behind words":                {p("Kính gửi: {{y}}."), "Kính gửi: một\nhai\nba."},
		"a first empty line is kept there":  {p("Kính gửi: {{ds}}"), "Kính gửi: \n- A;\n- B."},
		"and left out where it stands bare": {p("{{ds}}"), "- A;\n- B."},
		"rows of none in a table of one":    {`<w:tbl><w:tr><w:tc>` + p("{{rong.c1}}") + `</w:tc></w:tr></w:tbl>` + p("y"), "y"},
	} {
		v.Fields["ds"] = "\n- A;\n- B."
		raw, err := template.Fill(file(t, c.body), v)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		document := part(t, raw, "word/document.xml")
		if got := said(t, document); got != strings.TrimSpace(c.want) {
			t.Errorf("%s: says %q, want %q", name, got, c.want)
		}
		if strings.Contains(document, "<w:tc></w:tc>") || strings.Contains(document, "<w:tbl></w:tbl>") {
			t.Errorf("%s: an empty cell or table is left: %s", name, document)
		}
	}
}

// TestPlacesAreTold: what is wrong is found in every part, with its paragraph.
func TestPlacesAreTold(t *testing.T) {
	t.Parallel()
	wrap := func(tag, s string) string {
		return `<w:` + tag + ` xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">` + strings.ReplaceAll(s, ` w14:paraId="1A2B"`, "") + `</w:` + tag + `>`
	}
	raw := file(t, p("một")+`<w:p/>`+p("hai {{la}}")+p("{{ hở")+`<w:tbl>`+row("{{bang1.c1}}", "{{bang2.c1}}")+`</w:tbl>`,
		"word/header1.xml", wrap("hdr", p("{{dau}}")), "word/footer2.xml", wrap("ftr", p("x")+p("{{chan}}")), "word/footnotes.xml", wrap("footnotes", p("{{chu}}")),
		"word/comments.xml", wrap("comments", p("{{ý_kiến}}")))
	r, err := template.Check(raw, template.Schema{Tables: map[string][]string{"bang1": {"c1"}, "bang2": {"c1"}}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]template.Spot{}
	for _, s := range r.Spots {
		got[s.Name] = s
	}
	for name, want := range map[string]template.Spot{"la": {Part: template.Body, Paragraph: 3, Text: "hai {{la}}"}, "dau": {Part: template.Head, Paragraph: 1, Text: "{{dau}}"},
		"chan": {Part: template.Foot, Paragraph: 2, Text: "{{chan}}"}, "chu": {Part: template.Notes, Paragraph: 1, Text: "{{chu}}"}, "bang2.c1": {Part: template.Body, Paragraph: 6, Text: "{{bang2.c1}}"}} {
		want.Name = name
		if got[name] != want {
			t.Errorf("%+v, want %+v", got[name], want)
		}
	}
	if len(got) != 5 || len(r.Open) != 1 || r.Open[0].Paragraph != 4 || !r.Comments || r.Good() {
		t.Errorf("%+v", r)
	}
	many := file(t, strings.Repeat(p("{{la}}"), 300)+strings.Repeat(p("{{"), 300))
	if r, err = template.Check(many, template.Schema{}); err != nil || len(r.Spots) != template.MostSpots || len(r.Open) != template.MostSpots {
		t.Errorf("%d and %d spots, %v", len(r.Spots), len(r.Open), err)
	}
}

// TestALinkAReaderFollowsMayStand: a mail address in a letterhead is one.
func TestALinkAReaderFollowsMayStand(t *testing.T) {
	t.Parallel()
	link := func(kind, target string) []byte {
		return file(t, p("{{so}}"), "word/_rels/document.xml.rels", `<Relationships><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/`+kind+`" Target="`+target+`" TargetMode="External"/></Relationships>`)
	}
	for target, fine := range map[string]bool{"mailto:vanthu@so.example": true, "https://so.example/": true, "file:///c:/a.docx": false, `\\may\chung`: false, "javascript:x": false} {
		if _, err := template.Fill(link("hyperlink", target), values); (err == nil) != fine {
			t.Errorf("%s: %v", target, err)
		}
	}
	if _, err := template.Fill(link("image", "https://so.example/a.png"), values); err == nil {
		t.Error("a picture from afar was taken")
	}
}

// TestTheHeadOfALayout: haste, long subjects and single bases stand as in the
// product's own layout.
func TestTheHeadOfALayout(t *testing.T) {
	t.Parallel()
	q := paper("Báo cáo", "Ủy ban nhân dân tỉnh", "Công an tỉnh")
	q.Subject = "Kết quả bảo đảm an ninh mạng đối với các hệ thống thông tin của cơ quan nhà nước trên địa bàn tỉnh sáu tháng đầu năm"
	q.Basis, q.Urgency, q.Date = []string{"Căn cứ Luật An ninh mạng"}, officedoc.MostUrgent, time.Date(2026, 2, 5, 2, 0, 0, 0, time.UTC)
	raw, err := template.Layout(q, []officedoc.Block{officedoc.Text("{{noi_dung}}")}, []officedoc.Annex{{Title: "Danh sách", Body: []officedoc.Block{officedoc.Text("x")}}})
	if err != nil {
		t.Fatal(err)
	}
	filled, err := template.Fill(raw, template.FromPaper(q))
	if err != nil {
		t.Fatal(err)
	}
	text := said(t, part(t, filled, "word/document.xml"))
	for _, want := range []string{"HỎA TỐC", "Căn cứ Luật An ninh mạng.", "Kính gửi:\n- Ủy ban nhân dân tỉnh;\n- Công an tỉnh.", "(Kèm theo Báo cáo số 07/BC-SKHCN ngày 05 tháng 02 năm 2026 của Sở Khoa học và Công nghệ)"} {
		if !strings.Contains(strings.ReplaceAll(text, "/ngày", " ngày"), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.Contains(q.Subject, line) && len([]rune(line)) > 60 {
			t.Errorf("the subject stands on one line: %q", line)
		}
	}
}
