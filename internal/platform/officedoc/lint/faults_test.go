// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
)

// fault is one thing wrong with a good paper.
type fault struct {
	base  string                   // which good paper
	paper func(*officedoc.Paper)   // changes what it says
	part  string                   // of the DOCX; word/document.xml when empty
	xml   func(part string) string // changes how it looks
	with  []string                 // rules that this breaks too
	pdf   string                   // what the same fault is in a PDF: "" the same rule, else the one named
}

// swap replaces every old by its new.
func swap(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }

// at changes the run or paragraph that says text.
func at(element, text, old, new string) func(string) string {
	return func(part string) string {
		i := strings.Index(part, ">"+text)
		if i < 0 {
			return part
		}
		start := strings.LastIndex(part[:i], "<w:"+element+">")
		return part[:start] + strings.Replace(part[start:i], old, new, 1) + part[i:]
	}
}

// behind removes the first rule behind text.
func behind(text string) func(string) string {
	return func(part string) string {
		i := strings.Index(part, ">"+text)
		start := i + strings.Index(part[i:], "<w:pBdr>")
		end := start + strings.Index(part[start:], "</w:pBdr>")
		return part[:start] + part[end+len("</w:pBdr>"):]
	}
}

const (
	boldMark, italicMark = "<w:b/><w:bCs/>", "<w:i/><w:iCs/>"
	runStart             = "<w:rPr>"
	firstText            = "Thực hiện kế hoạch"
	secondText           = "1. Đã cập nhật"
)

var faults = map[string]fault{
	"page.size":       {xml: swap(`w:w="11906" w:h="16838"`, `w:w="12240" w:h="15840"`)},
	"page.margins":    {xml: swap(`w:left="1701" w:header`, `w:left="1134" w:header`)},
	"font.name":       {part: "word/styles.xml", xml: swap("Times New Roman", "Arial")},
	"font.color":      {xml: at("r", firstText, "<w:sz ", `<w:color w:val="0000FF"/><w:sz `)},
	"page.number":     {part: "word/header.xml", xml: swap(`w:val="center"`, `w:val="right"`)},
	"size.consistent": {xml: at("r", secondText, `<w:sz w:val="28"/><w:szCs w:val="28"/>`, `<w:sz w:val="26"/><w:szCs w:val="26"/>`)},
	"nation.text":     {xml: swap("CHỦ NGHĨA VIỆT NAM", "CHỦ NGHĨA VIỆTNAM")},
	"nation.look":     {xml: at("r", "CỘNG HÒA", boldMark, "")},
	"nation.place":    {xml: swap("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "TÊN CƠ QUAN", "SỞ KHOA HỌC", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA", "VÀ CÔNG NGHỆ", "VIỆT NAM"), with: []string{"issuer.present", "issuer.rule", "parent.look", "issuer.look"}, pdf: "nation.text"},
	"motto.text":      {xml: swap("Độc lập - Tự do - Hạnh phúc", "Độc lập – Tự do – Hạnh Phúc")},
	"motto.look":      {xml: at("r", "Độc lập", boldMark, boldMark+italicMark)},
	"motto.rule":      {xml: behind("Độc lập")},
	"issuer.present":  {paper: func(p *officedoc.Paper) { p.Parent, p.Issuer = "", "" }, with: []string{"annex.reference"}},
	"issuer.look":     {xml: at("r", "SỞ KHOA HỌC", boldMark, "")},
	"parent.look":     {xml: at("r", "ỦY BAN NHÂN DÂN", `<w:sz w:val="26"/>`, `<w:sz w:val="30"/>`)},
	"issuer.rule":     {xml: behind("SỞ KHOA HỌC")},
	"number.present":  {xml: swap("Số: 07/BC-SKHCN", "Văn bản")},
	"number.form":     {xml: swap("Số: 07/", "Số: 7/")},
	"number.look":     {xml: at("r", "Số: 07", runStart, runStart+boldMark)},
	"date.present":    {xml: swap("Đông Sơn, ngày 05 tháng 02 năm 2026", "Đông Sơn")},
	"date.form":       {xml: swap("Đông Sơn, ngày 05 tháng 02 năm", "Đông Sơn, ngày 5 tháng 2 năm")},
	"date.look":       {xml: at("r", "Đông Sơn, ngày", italicMark, "")},
	"subject.present": {paper: func(p *officedoc.Paper) { p.Subject = "" }},
	"title.look":      {xml: at("r", "BÁO CÁO", boldMark, "")},
	"subject.look":    {xml: at("r", "Kết quả bảo đảm", boldMark, boldMark+italicMark)},
	"title.rule":      {xml: behind("Kết quả bảo đảm")},
	"letter.look":     {base: "letter", xml: at("r", "V/v", runStart, runStart+boldMark)},
	"basis.look":      {xml: at("r", "Căn cứ Luật", italicMark, "")},
	"basis.form":      {xml: swap("năm 2025;", "năm 2025,")},
	"body.size":       {xml: at("r", firstText, `<w:sz w:val="28"/>`, `<w:sz w:val="24"/>`), with: []string{"size.consistent"}},
	"body.align":      {xml: at("p", firstText, `<w:jc w:val="both"/>`, `<w:jc w:val="left"/>`)},
	"body.indent":     {xml: at("p", firstText, `w:firstLine="720"`, `w:firstLine="0"`)},
	"body.spacing":    {xml: at("p", firstText, `w:after="120"`, `w:after="0"`)},
	"body.leading":    {xml: at("p", firstText, `w:line="264"`, `w:line="480"`)},
	"sign.present":    {paper: func(p *officedoc.Paper) { p.Sign = officedoc.Signature{} }, with: []string{"sign.name"}},
	"sign.order":      {xml: swap("KT. GIÁM ĐỐC", "KT GIÁM ĐỐC")},
	"sign.look":       {xml: at("r", "PHÓ GIÁM ĐỐC", boldMark, "")},
	"sign.name":       {xml: at("r", "Lê Thị Ngọc Ánh", boldMark, "")},
	"to.form":         {base: "letter", xml: swap("Các sở, ban, ngành;", "Các sở, ban, ngành.")},
	"to.look":         {xml: at("r", "Kính gửi", runStart, runStart+boldMark)},
	"copies.present":  {paper: func(p *officedoc.Paper) { p.Copies, p.Drafter, p.Prints = nil, "", 0 }},
	"copies.word":     {xml: at("r", "Nơi nhận", `<w:sz w:val="24"/>`, `<w:sz w:val="28"/>`)},
	"copies.look":     {xml: at("r", "- Như trên", runStart, runStart+italicMark)},
	"copies.form":     {xml: swap("- Như trên;", "Như trên;")},
	"copies.archive":  {paper: func(p *officedoc.Paper) { p.Copies[2] = "Phòng Công nghệ số" }},
	"annex.word":      {xml: at("r", "Phụ lục II", boldMark, "")},
	"annex.number":    {xml: swap(">Phụ lục II<", ">Phụ lục 2<")},
	"annex.title":     {xml: at("r", "DANH SÁCH", boldMark, "")},
	"annex.reference": {xml: swap("(Kèm theo", "(Xem thêm"), with: []string{"annex.title"}},
	"annex.pages":     {xml: swap(`<w:pgNumType w:start="1"/>`, ""), with: []string{"page.number"}},
	"secrecy.mark":    {base: "college", xml: swap("LƯU HÀNH NỘI BỘ", "TỐI MẬT")},
	"urgency.look":    {base: "letter", xml: swap(`<w:color w:val="FF0000"/>`, "")},
	"urgency.size":    {base: "letter", xml: swap(`w:w="1701"`, `w:w="2835"`)},
	"limits.look":     {base: "college", xml: at("r", "LƯU HÀNH", boldMark, "")},
	"drafter.look":    {xml: at("r", "LTA.", `<w:sz w:val="22"/>`, `<w:sz w:val="28"/>`)},
	"address.look":    {part: "word/footerAddress.xml", xml: at("r", "Điện thoại", runStart, runStart+boldMark)},
}

// repack changes one part of a DOCX.
func repack(t *testing.T, raw []byte, name string, change func(string) string) []byte {
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
		if f.Name == name {
			changed := change(string(data))
			if changed == string(data) {
				t.Fatalf("nothing changed in %s", name)
			}
			data = []byte(changed)
		}
		part, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// broken is the good paper with the fault.
func (f fault) broken(t *testing.T) []byte {
	t.Helper()
	if f.base == "" {
		f.base = "report"
	}
	p := good()[f.base]
	p.Copies = slices.Clone(p.Copies)
	if f.paper != nil {
		f.paper(&p)
	}
	raw := docx(t, p)
	if f.xml == nil {
		return raw
	}
	if f.part == "" {
		f.part = "word/document.xml"
	}
	return repack(t, raw, f.part, f.xml)
}

// finds asserts that rule is found as a fault, and nothing that is not allowed.
func finds(t *testing.T, raw []byte, rule string, allowed []string) {
	t.Helper()
	r, err := lint.Check(raw)
	if err != nil {
		t.Fatal(err)
	}
	hit := false
	for _, f := range r.Findings {
		switch {
		case f.Severity == lint.Unchecked:
		case f.Rule == rule:
			hit = hit || f.Severity == lint.Error
		case !slices.Contains(allowed, f.Rule):
			t.Errorf("found beside: %+v", f)
		}
	}
	if !hit {
		t.Errorf("%s is not found", rule)
	}
}

func TestEachRuleFindsItsFault(t *testing.T) {
	t.Parallel()
	for _, rule := range lint.Rules() {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			f, ok := faults[rule]
			if !ok {
				t.Fatal("no fault is made for this rule")
			}
			finds(t, f.broken(t), rule, f.with)
		})
	}
}

// TestEachRuleFindsItsFaultInAPDF prints the same papers by LibreOffice.
func TestEachRuleFindsItsFaultInAPDF(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("soffice"); err != nil {
		t.Skip("soffice absent: one test of officedoc/lint skipped (Debian package libreoffice-writer)")
	}
	dir := t.ArtifactDir()
	args := []string{"-env:UserInstallation=file://" + t.TempDir(), "--headless", "--convert-to", "pdf", "--outdir", dir}
	for rule, f := range faults {
		file := filepath.Join(dir, rule+".docx")
		if err := os.WriteFile(file, f.broken(t), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	if out, err := exec.CommandContext(t.Context(), "soffice", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for rule, f := range faults {
		t.Run(rule, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(dir, rule+".pdf"))
			if err != nil {
				t.Fatal(err)
			}
			want := cmp.Or(f.pdf, rule)
			finds(t, raw, want, append([]string{rule}, f.with...))
		})
	}
}
