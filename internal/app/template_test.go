// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	register "github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/template"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// wordBody is the text of a DOCX's body without its tags.
func wordBody(t *testing.T, raw []byte) string {
	t.Helper()
	f := must(must(zip.NewReader(bytes.NewReader(raw), int64(len(raw))))(t).Open("word/document.xml"))(t)
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(must(io.ReadAll(f))(t)), " "))
}

// letterhead changes a word of a DOCX.
func letterhead(t *testing.T, raw []byte, old, now string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range must(zip.NewReader(bytes.NewReader(raw), int64(len(raw))))(t).File {
		data := must(io.ReadAll(must(f.Open())(t)))(t)
		part := must(w.Create(f.Name))(t)
		must(part.Write(bytes.ReplaceAll(data, []byte(old), []byte(now))))(t)
	}
	must(0, w.Close())(t)
	return out.Bytes()
}

// TestPapersAreMadeInTheTemplateInForce goes from a template to a printed report
// and a draft: each says which one it was made in and keeps it, the PDF keeps the
// product's layout and the same numbers, and a template that is withdrawn changes
// nothing of what was made.
func TestPapersAreMadeInTheTemplateInForce(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), func() time.Time { return t0 })
	h.shut(t)
	ctx := i18n.With(h.found(t), must(i18n.Load(app.Messages()...))(t), i18n.Vietnamese)
	r := &h.Rooms
	inForce := func(paper, mark string) template.Template {
		_, raw, err := r.Templates.Builtin(ctx, paper)
		if err != nil {
			t.Fatal(err)
		}
		raw = letterhead(t, raw, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"+mark)
		made, v, err := r.Templates.Upload(ctx, template.Draft{Paper: paper, Unit: h.root, Name: "Mẫu" + mark}, "mau.docx", bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%v: %+v", err, v)
		}
		return must(r.Templates.PutInForce(ctx, made.ID, made.Version, calendar.DateOf(t0), "thử"))(t)
	}
	form := inForce("F12", " (riêng của Sở)")

	p, err := r.Reports.Begin(ctx, report.Start{Form: "F12", Unit: h.root, Kind: "year", Year: 2026, Part: 1})
	if err != nil {
		t.Fatal(fault.Of(err).Fields)
	}
	frame := p.Frame
	frame.Number, frame.Symbol, frame.Place, frame.Date, frame.Issuer = "17", "BC-SKHCN", "Bản Mẫu", calendar.DateOf(t0), "Sở Khoa học và Công nghệ"
	frame.To, frame.Copies, frame.Signer = []string{"Bộ Công an"}, []string{"Như trên", "Lưu: VT"}, report.Signer{Title: "Giám đốc", Name: "Lê Thị Mẫu"}
	p = must(r.Reports.Save(ctx, p.ID, report.Edit{Frame: frame}, p.Version))(t)
	values := report.Plain{}
	must(0, json.Unmarshal([]byte(`{"all_approved_by": "2027-06-30",
		"owners": [{"name": "Sở KHCN", "head": "Lê Thị Mẫu", "address": "1 Trần Phú", "contact": "0200 000 0001"}],
		"units": [{"name": "Trung tâm CNTT", "head": "Trần Bình", "address": "2 Trần Phú", "contact": "0200 000 0002"}],
		"systems": [{"name": "Cổng dịch vụ công", "owner": "Sở KHCN", "operator": "Trung tâm CNTT", "level": "3", "approval": "approved", "decision": "QĐ 45/QĐ-UBND", "deployment": "full"},
			{"name": "Một cửa", "owner": "Sở KHCN", "operator": "Trung tâm CNTT", "level": "2", "approval": "drafting", "approved_by": "2027-03-31", "deployment": "none", "deployed_by": "2027-04-30"}]}`), &values))(t)
	p, err = r.Reports.SavePlain(ctx, p.ID, values, p.Version)
	if err != nil {
		t.Fatal(err)
	}
	mai := &visitor{handler: h.Handler()}
	mai.signIn(t, "mai")
	if page := mai.get(t, "/papers/"+string(p.ID)).Body.String(); !strings.Contains(page, template.Path+"/"+string(form.ID)) {
		t.Error("the draft does not say in which template it will be printed")
	}
	p, print, err := r.Reports.Print(ctx, p.ID, p.Version)
	if err != nil {
		f, _ := r.Reports.Get(ctx, p.ID)
		t.Fatal(err, f.Findings)
	}
	get := func(k report.Kind) []byte {
		_, _, raw, err := r.Reports.Download(ctx, p.ID, 1, k)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	word := wordBody(t, get(report.DOCX))
	for _, want := range []string{"riêng của Sở", "17", "Cổng dịch vụ công", "Tổng số hệ thống thông tin thuộc phạm vi quản lý: 02", "GIÁM ĐỐC Lê Thị Mẫu"} {
		if !strings.Contains(strings.Join(strings.Fields(word), " "), want) {
			t.Errorf("the DOCX lacks %q: %.1500s", want, word)
		}
	}
	if strings.Contains(word, "{{") {
		t.Errorf("a placeholder is left: %s", word)
	}
	pdf := must(paperfile.Read(ctx, "a.pdf", get(report.PDF), paperfile.Limits{}))(t)
	if strings.Contains(pdf.Text, "riêng của Sở") || !strings.Contains(pdf.Text, "phạm vi quản lý: 02") {
		t.Errorf("the PDF says %.800s", pdf.Text)
	}
	in := must(report.Parse(get(report.JSON)))(t)
	if in.Layout.ID != string(form.ID) || in.Layout.SHA256 != form.SHA256 || in.Layout.Seq != 1 {
		t.Errorf("the frozen inputs name %+v", in.Layout)
	}
	page := mai.get(t, "/papers/"+string(p.ID)).Body.String()
	if !strings.Contains(page, template.Path+"/"+string(form.ID)) || !strings.Contains(page, "Mẫu (riêng của Sở), phiên bản 1") {
		t.Error("the page does not say in which template it was printed")
	}
	if page := mai.get(t, template.Path+"/"+string(form.ID)); page.Code != http.StatusOK {
		t.Errorf("the template's page: %d", page.Code)
	}
	form = must(r.Templates.Withdraw(ctx, form.ID, form.Version, "sai"))(t)
	again := must(r.Templates.Fill(ctx, in.Layout, in.Sheet))(t)
	if !bytes.Equal(again, get(report.DOCX)) {
		t.Error("the inputs do not give the same file again")
	}
	if p, _, err = r.Reports.Print(ctx, p.ID, p.Version); err != nil {
		t.Fatal(err)
	}
	if of := must(r.Templates.Of(ctx, "paper", string(p.ID)))(t); len(of) != 1 || of[print.DOCX].ID != string(form.ID) {
		t.Errorf("made in: %+v", of)
	}

	draft := must(r.Documents.Begin(ctx, register.Head{Unit: h.root, Kind: "cong_van", Subject: "Tăng cường bảo đảm an ninh mạng", Issuer: "Sở Khoa học và Công nghệ", Urgency: "flash",
		Recipients: "Các sở, ban, ngành\nUBND các xã", Place: "Bản Mẫu", Symbol: "SKHCN-CNS", Signer: "Lê Thị Mẫu", SignerTitle: "Giám đốc"}))(t)
	_, l, err := r.Documents.MakeDraft(ctx, draft.ID)
	if err != nil || l.ID != "" {
		t.Fatalf("without a template: %+v, %v", l, err)
	}
	letter := inForce("vb-cong_van", " (giấy của Sở)")
	file, l, err := r.Documents.MakeDraft(ctx, draft.ID)
	if err != nil || l.ID != string(letter.ID) || file.Role != register.Original || file.Revision != 2 {
		t.Fatalf("%+v, %+v, %v", file, l, err)
	}
	_, body, err := r.Documents.OpenFile(ctx, draft.ID, file.ID)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(wordBody(t, must(io.ReadAll(body))(t))), " ")
	must(0, body.Close())(t)
	for _, want := range []string{"giấy của Sở", "HỎA TỐC", "V/v Tăng cường", "- Các sở, ban, ngành;", "- UBND các xã.", "GIÁM ĐỐC", "Lê Thị Mẫu", "[Soạn nội dung tại đây]"} {
		if !strings.Contains(text, want) {
			t.Errorf("the draft lacks %q: %s", want, text)
		}
	}
	if page := mai.get(t, "/documents/"+string(draft.ID)).Body.String(); !strings.Contains(page, template.Path+"/"+string(letter.ID)) {
		t.Error("the paper does not say in which template its draft was made")
	}
}
