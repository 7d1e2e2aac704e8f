// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// TestWhatIsWrittenDecides changes papers of our own and looks whether the
// reading changes with them.
func TestWhatIsWrittenDecides(t *testing.T) {
	x := lexicon(t)
	base := text(t, "cong-dien.txt")
	for name, c := range map[string]struct {
		old, new string
		see      func(directive.Reading) bool
		same     bool // the change changes nothing that is read
	}{
		"number":    {"03/CĐ-UBND", "417/CĐ-UBND", func(r directive.Reading) bool { return str(r.Number) == "417/CĐ-UBND" }, false},
		"no number": {"03/CĐ-UBND", "/CĐ-UBND", func(r directive.Reading) bool { return r.Number == nil && str(r.Symbol) == "CĐ-UBND" }, false},
		"date":      {"ngày 11 tháng 02 năm 2026", "ngày 3 tháng 12 năm 2027", func(r directive.Reading) bool { return str(r.Date) == "2027-12-03" }, false},
		"no day":    {"ngày 11 tháng 02", "ngày … tháng 02", func(r directive.Reading) bool { return str(r.Date) == "2026-02" && r.Precision == directive.ToMonth }, false},
		"place":     {"Đông Sơn, ngày", "Mường Thạch, ngày", func(r directive.Reading) bool { return str(r.Place) == "Mường Thạch" }, false},
		"urgency":   {"HỎA TỐC", "THƯỢNG KHẨN", func(r directive.Reading) bool { return str(r.Urgency) == "THƯỢNG KHẨN" }, false},
		"hours":     {"48 giờ", "36 giờ", func(r directive.Reading) bool { return r.Requirements[3].Deadlines[0].Duration == "PT36H" }, false},
		"addressee": {"- Giám đốc các sở;\n", "", func(r directive.Reading) bool { return len(r.Addressees) == 2 }, false},
		"actor": {"4. Giao Công an tỉnh", "4. Giao Sở Khoa học và Công nghệ", func(r directive.Reading) bool {
			return r.Requirements[3].Actors[0].Name == "Sở Khoa học và Công nghệ"
		}, false},
		"order": {"\n2. Các doanh nghiệp", "\n5. Các doanh nghiệp", func(r directive.Reading) bool {
			return slices.ContainsFunc(r.Warnings, func(w directive.Warning) bool {
				return w.Doubt == directive.Disordered && w.Text == "5" && w.Hint == "2"
			})
		}, false},
		"signer": {"Hà Thị Mai", "Lò Văn Thắng", func(r directive.Reading) bool { return r.Signer.Name == "Lò Văn Thắng" }, false},
		"slip": {"tường lửa. Chủ", "tưởng lửa. Chủ", func(r directive.Reading) bool {
			return slices.ContainsFunc(r.Warnings, func(w directive.Warning) bool { return w.Doubt == directive.Slip && w.Hint == "tường lửa" })
		}, false},
		"no word of the language": {"khôi phục", "khôiphục", func(r directive.Reading) bool {
			return slices.ContainsFunc(r.Warnings, func(w directive.Warning) bool { return w.Doubt == directive.Slip && w.Text == "khôiphục" })
		}, false},
		"broken sentence": {"quan trọng và kiểm", "quan trọng\n\nvà kiểm", func(r directive.Reading) bool {
			return strings.Contains(r.Requirements[2].Text, "quan trọng và kiểm") && len(r.Requirements) == 4
		}, true},
		"page number": {"quan trọng và kiểm", "quan trọng\n\n2\n\nvà kiểm", func(r directive.Reading) bool {
			return strings.Contains(r.Requirements[2].Text, "quan trọng và kiểm") && len(r.Requirements) == 4
		}, true},
		"footnote": {"\n2. Các doanh nghiệp", "\n¹ Công văn số 12/CAT-ANM ngày 9/2/2026.\n\n2. Các doanh nghiệp", func(r directive.Reading) bool {
			return len(r.Footnotes) == 1 && len(r.Requirements) == 4 && r.Basis[0].Number == "12/CAT-ANM" && r.Basis[0].At == "footnote 1"
		}, false},
		"cited date is none of its own": {"ngày 11 tháng 02 năm 2026", "ngày tháng năm", func(r directive.Reading) bool { return r.Date == nil && r.Precision == directive.Undated }, false},
		"a period is no deadline":       {"và kiểm tra khả năng khôi phục", "từ ngày 20/02/2026 đến ngày 25/02/2026", func(r directive.Reading) bool { return len(r.Requirements[2].Deadlines) == 0 }, true},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(base, c.old) {
				t.Fatalf("%q does not stand in the paper", c.old)
			}
			changed := strings.ReplaceAll(base, c.old, c.new)
			r := x.Read(changed, today)
			if !c.see(r) {
				t.Errorf("read as\n%+v", r)
			}
			whole(t, changed, r)
			if c.see(x.Read(base, today)) != c.same {
				t.Error("the unchanged paper is read otherwise")
			}
		})
	}
}

// TestNothingIsInvented reads what asks nothing.
func TestNothingIsInvented(t *testing.T) {
	x := lexicon(t)
	for name, raw := range map[string]string{
		"nothing": "", "blanks": " \n\t\n", "one word": "xin chào",
		"a story": "Chiều ấy trời mưa.\n\nÔng lão ngồi bên bếp lửa, nhìn con mèo ngủ. Ngoài sân lá rụng đầy.\n\nNăm 2019 ông đã bán con thuyền cuối cùng.",
		"figures": "12 34 56\n78 90\n",
		"latin":   "The quick brown fox jumps over the lazy dog.\n\n- one\n- two\n",
	} {
		r := x.Read(raw, today)
		if r.Number != nil || r.Date != nil || r.Issuer != nil || r.Signer != nil || r.Security || len(r.Contacts) > 0 || len(r.Basis) > 0 {
			t.Errorf("%s: invented %+v", name, r)
		}
		for _, l := range directive.Leaves(r.Requirements) {
			if len(l.Deadlines) > 0 || len(l.Thresholds) > 0 || l.Topics[0].Key != "other" {
				t.Errorf("%s: invented %+v", name, l)
			}
		}
		if len(r.Warnings) == 0 {
			t.Errorf("%s: no warning", name)
		}
		whole(t, raw, r)
	}
}

// TestOldEncodings reads lines whose bytes are those of TCVN3 and VNI.
func TestOldEncodings(t *testing.T) {
	x := lexicon(t)
	want := x.Read("Kính gửi: Các sở.\n\n1. Rà soát lỗ hổng, điểm yếu của hệ thống thông tin trước ngày 15/12/2026.\n\n2. Cử cán bộ kỹ thuật trực giám sát an toàn thông tin.\n", today)
	for name, raw := range map[string]string{
		"TCVN3": "KÝnh göi: C¸c së.\n\n1. Rµ so¸t lç hæng, ®iÓm yÕu cña hÖ thèng th«ng tin tr\u00adíc ngµy 15/12/2026.\n\n2. Cö c¸n bé kü thuËt trùc gi¸m s¸t an toµn th«ng tin.\n",
		"VNI":   "Kính göûi: Caùc sôû.\n\n1. Raø soaùt loã hoång, ñieåm yeáu cuûa heä thoáng thoâng tin tröôùc ngaøy 15/12/2026.\n\n2. Cöû caùn boä kyõ thuaät tröïc giaùm saùt an toaøn thoâng tin.\n",
		"mixed": "Kính gửi: Các sở.\n\n1. Rµ so¸t lç hæng, ®iÓm yÕu cña hÖ thèng th«ng tin tr\u00adíc ngµy 15/12/2026.\n\n2. Cöû caùn boä kyõ thuaät tröïc giaùm saùt an toaøn thoâng tin.\n",
	} {
		got := x.Read(raw, today)
		if len(got.Requirements) != 2 || got.Requirements[0].Text != want.Requirements[0].Text || got.Requirements[1].Text != want.Requirements[1].Text {
			t.Errorf("%s: %+v", name, got.Requirements)
			continue
		}
		if len(got.Requirements[0].Deadlines) != 1 || got.Warnings[0].Doubt == "" || !slices.ContainsFunc(got.Warnings, func(w directive.Warning) bool { return w.Doubt == directive.OtherCoding }) {
			t.Errorf("%s: %+v", name, got.Warnings)
		}
	}
	for _, raw := range []string{text(t, "chi-thi.txt"), text(t, "tinh-uy.txt"), "Café Zürich, señor Müller: Ø 5 ± 1 °C, § 3\n"} {
		if r := x.Read(raw, today); slices.ContainsFunc(r.Warnings, func(w directive.Warning) bool { return w.Doubt == directive.OtherCoding }) {
			t.Errorf("taken for an old encoding: %.60q", raw)
		}
	}
}

// TestNoPhraseOfASeed holds the rule that the reader knows words, not texts: no
// six words in a row of the dispatches it is tried on stand in what it knows.
func TestNoPhraseOfASeed(t *testing.T) {
	seeds, err := filepath.Glob(filepath.Join(shared, "seeds/*.txt"))
	if err != nil || len(seeds) == 0 {
		t.Skip("no dispatches beside this tree")
	}
	var known []string
	for _, pattern := range []string{"*.go", "lexicon/*.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			if strings.HasSuffix(n, "_test.go") {
				continue
			}
			data, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			for _, entry := range strings.FieldsFunc(string(data), func(r rune) bool { return strings.ContainsRune("[]{}():;,\n\"'`|?", r) }) {
				known = append(known, " "+strings.Join(letters(entry), " ")+" ")
			}
		}
	}
	all := strings.Join(known, "\n")
	for _, seed := range seeds {
		data, err := os.ReadFile(seed)
		if err != nil {
			t.Fatal(err)
		}
		words := letters(string(data))
		for i := range max(0, len(words)-5) {
			if phrase := " " + strings.Join(words[i:i+6], " ") + " "; strings.Contains(all, phrase) {
				t.Errorf("%s: %q stands in the reader", filepath.Base(seed), phrase)
			}
		}
	}
}

// letters are the words of text in small letters.
func letters(text string) []string {
	return strings.FieldsFunc(strings.ToLower(norm.NFC.String(text)), func(r rune) bool { return !('a' <= r && r <= 'z' || r > 0x7f || '0' <= r && r <= '9') })
}

func TestUsersWords(t *testing.T) {
	own := fstest.MapFS{"own.yaml": {Data: []byte("topics:\n  - {key: drone, label: {vi: Thiết bị bay, en: Drones}, words: {thiết bị bay: 9}}\nsecurity: {thiết bị bay: 9}\n")}}
	x, err := directive.Words(own)
	if err != nil {
		t.Fatal(err)
	}
	r := x.Read("Kính gửi: Các sở.\n\n1. Đăng ký thiết bị bay.\n\n2. Báo cáo sự cố.\n", today)
	if r.Requirements[0].Topics[0].Key != "drone" || r.Requirements[1].Topics[0].Key != "incident_report" {
		t.Errorf("%+v", r.Requirements)
	}
	for name, data := range map[string]string{
		"field":   "wordz: [a]\n",
		"pattern": "motto: ['(']\n",
		"sort":    "deadlines: [{sort: never, pattern: a}]\n",
		"label":   "topics: [{key: a, label: {vi: A}}]\n",
		"slip":    "slips: [{seen: an toàn, meant: an toàn}]\n",
		"yaml":    "motto: [\n",
	} {
		if _, err := directive.Words(fstest.MapFS{"own.yaml": {Data: []byte(data)}}); err == nil || !strings.Contains(err.Error(), "own.yaml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestText(t *testing.T) {
	html := `<!doctype html><html><head><title>x</title><style>p{}</style></head><body><p>Số: 12/UBND-VX</p><p>Kính gửi: Các sở, ban, ngành.</p>
<p>Ủy ban yêu cầu:</p><ol><li>Rà soát lỗ hổng<br>của mọi máy chủ.</li></ol><script>var bad = 1</script></body></html>`
	got, err := directive.Text(t.Context(), "a.html", []byte(html))
	if err != nil || strings.Contains(got, "bad") || strings.Contains(got, "p{}") || !strings.Contains(got, "\n\nKính gửi: Các sở, ban, ngành.\n\n") {
		t.Errorf("%q %v", got, err)
	}
	for name, c := range map[string]struct{ name, data, want string }{
		"short":     {"a.txt", "xin chào", "directive.bad.short"},
		"picture":   {"a.png", "\x89PNG\r\n\x1a\n" + strings.Repeat("x", 100), ""},
		"empty":     {"a.txt", "  ", "paperfile.bad.empty"},
		"secret":    {"a.txt", "MẬT\n" + strings.Repeat("một hai ba ", 20), "paperfile.bad.mark_text"},
		"named so":  {"tuyet-mat.html", html, ""},
		"html mark": {"a.html", "<p>TỐI MẬT</p><p>" + strings.Repeat("một hai ba ", 20) + "</p>", "paperfile.bad.mark_text"},
		"old word":  {"a.doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "paperfile.bad.old"},
	} {
		_, err := directive.Text(t.Context(), c.name, []byte(c.data))
		if err == nil {
			t.Errorf("%s: taken", name)
			continue
		}
		if key := fault.Of(err).Fields["file"]; c.want != "" && key != c.want {
			t.Errorf("%s: %q %v", name, key, err)
		}
	}
}

// FuzzRead holds that no text breaks the reader or loses a letter in it.
func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	behind, err := filepath.Glob("testdata/attached/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, n := range append(names, behind...) {
		data, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
		f.Add(broken(string(data), heavily, 1))
	}
	f.Add("1. a\n1.1. b\na) c\n- d\n+ e\nĐiều 9\nI. x\n¹ y\nNơi nhận:\n- z\nTM. A\nB\n")
	f.Add("Số: /\xff\nKính gửi:\n\x00\n")
	f.Add("Số: 1/QĐ-A\nQUYẾT ĐỊNH\nĐiều 1. a b\nTM. A\nB\nLê Văn An\nPHỤ LỤC I\n(Kèm theo\nx)\nTT  Nhiệm vụ  Chủ trì  Thời hạn\n1  a  b  c\n     d\nI   e\n-1\nTT\tViệc\tHạn\n1.1\ta\n\t\tb\nPHỤ LỤC I\n|Việc|Đơn vị|Hạn|\n|||Chủ trì|\n|nt|nt|nt|\n||||\nPhụ lục 2\n")
	x, err := directive.Words()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		raw = raw[:min(len(raw), 20_000)] // longer ones take the time of many
		r := x.Read(raw, today)
		var b strings.Builder
		for _, p := range r.Parts {
			b.WriteString(p.Text)
		}
		recoded := slices.ContainsFunc(r.Warnings, func(w directive.Warning) bool { return w.Doubt == directive.OtherCoding })
		want := norm.NFC.String(strings.ReplaceAll(strings.TrimPrefix(raw, "\uFEFF"), "\r\n", "\n"))
		if got := b.String(); strings.TrimSpace(want) != "" && got != want && !recoded {
			t.Errorf("parts say %q, the text %q", got, want)
		}
		paths := map[string]bool{}
		var walk func([]directive.Requirement)
		walk = func(list []directive.Requirement) {
			for _, q := range list {
				paths[q.Path] = true
				walk(q.Children)
			}
		}
		walk(r.Requirements)
		for _, p := range r.Parts {
			if p.At != "" && !paths[p.At] {
				t.Errorf("a part is of %q, which is no requirement: %q", p.At, p.Text)
			}
		}
		for _, l := range directive.Leaves(r.Requirements) {
			if l.Path == "" || l.Heading+l.Text == "" && l.Label == "" {
				t.Errorf("an empty leaf: %+v", l)
			}
		}
	})
}
