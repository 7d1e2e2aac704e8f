// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/binding"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

var today = calendar.Date{Year: 2026, Month: 11, Day: 23}

// leaves are the demands of a text as the room of directives passes them on.
func leaves(t *testing.T, path string) (out []binding.Leaf, paths []string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	x, err := directive.Words()
	if err != nil {
		t.Fatal(err)
	}
	r := x.Read(string(raw), today)
	for _, q := range directive.Leaves(r.Requirements) {
		l := binding.Leaf{Text: q.Text, Heading: q.Heading}
		for _, a := range q.Actors {
			l.Actors = append(l.Actors, a.Name)
		}
		for _, f := range q.Thresholds {
			l.Thresholds = append(l.Thresholds, binding.Figure{Value: f.Value, Unit: f.Unit, Least: f.Least, Most: f.Most})
		}
		if r.Security {
			for _, p := range q.Topics {
				l.Topics = append(l.Topics, binding.Topic{Key: p.Key, Score: p.Score, Words: p.Words})
			}
		}
		out, paths = append(out, l), append(paths, q.Path)
	}
	return out, paths
}

// TestSeeds reads past dispatches: every demand gets a proposal, and the best one
// answers a row of that dispatch nearly always.
func TestSeeds(t *testing.T) {
	seeds, err := filepath.Glob(filepath.Join(shared, "seeds/*.txt"))
	if err != nil || len(seeds) == 0 {
		t.Skip("no dispatches beside this tree")
	}
	l := library(t)
	all, fits := 0, 0
	for i, seed := range seeds {
		list, paths := leaves(t, seed)
		for k, leaf := range list {
			all++
			got := l.Propose(leaf)
			if len(got) == 0 {
				t.Errorf("%d %s: nothing is proposed", i, paths[k])
				continue
			}
			var names []string
			for _, p := range got {
				names = append(names, p.Binding.ID)
				if len(p.Reason) == 0 {
					t.Errorf("%d %s: %s without a reason", i, paths[k], p.Binding.ID)
				}
			}
			own := false
			for _, row := range got[0].Binding.Rows {
				own = own || row[0] == byte('0'+i)
			}
			if own {
				fits++
			} else {
				t.Logf("%d %s: %v %v", i, paths[k], names, got[0].Reason)
			}
			if testing.Verbose() {
				t.Logf("%d %-8s %.1f %v %v", i, paths[k], got[0].Score, names, got[0].Reason)
			}
		}
	}
	t.Logf("%d of %d demands: the best proposal answers a row of the dispatch", fits, all)
	if fits*100 < all*95 {
		t.Errorf("%d of %d", fits, all)
	}
}

// TestOtherMatters holds that a text about something else binds nothing.
func TestOtherMatters(t *testing.T) {
	l := library(t)
	for _, paper := range []string{"mua-lu.txt", "luoi-dien.txt", "dich-benh.txt"} {
		list, _ := leaves(t, filepath.Join("../directive/testdata", paper))
		if len(list) < 3 {
			t.Fatalf("%s: %d demands", paper, len(list))
		}
		for _, leaf := range list {
			if got := l.Propose(leaf); len(got) > 0 {
				t.Errorf("%s: %q: %v", paper, leaf.Text, got[0].Binding.ID)
			}
		}
	}
	for _, text := range []string{"Kiểm tra hệ thống báo cháy trước ngày 15/12.", "Đóng đủ bảo hiểm xã hội cho 100% lao động.", ""} {
		if got := l.Propose(binding.Leaf{Text: text}); len(got) > 0 {
			t.Errorf("%q: %v", text, got[0].Binding.ID)
		}
		if got := l.Propose(binding.Leaf{Text: text, Topics: []binding.Topic{{Key: "other"}}}); len(got) > 0 {
			t.Errorf("%q, of no known topic: %v", text, got[0].Binding.ID)
		}
	}
}

// TestFixtures reads papers of our own making: the best proposal of each demand.
func TestFixtures(t *testing.T) {
	l := library(t)
	for name, want := range map[string][]string{
		"chi-thi.txt":    {"av-coverage", "duty-roster", "duty-roster", "level-dossier", "inspection", "quarterly-risk", "hotline"},
		"cong-dien.txt":  {"patching", "telecom-blocking", "response-plan", "follow-up"},
		"tinh-uy.txt":    {"certificates", "certificates"},
		"quyet-dinh.txt": {"secure-config", "assessment", "budget-share", ""},
		"van-xuoi.txt":   {"malware-removal"},
	} {
		list, paths := leaves(t, filepath.Join("../directive/testdata", name))
		if len(list) != len(want) {
			t.Fatalf("%s: %d demands", name, len(list))
		}
		for i, leaf := range list {
			got := ""
			if p := l.Propose(leaf); len(p) > 0 {
				got = p[0].Binding.ID
			}
			if got != want[i] {
				t.Errorf("%s %s: %q, want %q", name, paths[i], got, want[i])
			}
		}
	}
}

// TestFigureOfTheText holds that a figure of the sentence goes before the law's.
func TestFigureOfTheText(t *testing.T) {
	l := library(t)
	leaf := binding.Leaf{Text: "Bảo đảm tỷ lệ kinh phí cho an toàn thông tin đạt ít nhất 12%.", Topics: []binding.Topic{{Key: "budget", Score: 8}}}
	target := func() binding.Target {
		got := l.Propose(leaf)
		if len(got) == 0 || got[0].Binding.ID != "budget-share" {
			t.Fatalf("%+v", got)
		}
		return got[0].Binding.Measures[0].Target
	}
	if x := target(); x.Threshold != "budget-share" || x.Least != nil || x.Read {
		t.Errorf("no figure: %+v", x)
	}
	leaf.Thresholds = []binding.Figure{{Value: 12, Unit: "%", Least: true}}
	if x := target(); x.Threshold != "" || x.Least == nil || *x.Least != 12 || x.Unit != "percent" || !x.Read {
		t.Errorf("figure: %+v", x)
	}
	leaf.Thresholds[0].Least, leaf.Thresholds[0].Most = false, true
	if x := target(); x.Least != nil || x.Most == nil || *x.Most != 12 {
		t.Errorf("most: %+v", x)
	}
	if b, _ := l.Binding("budget-share"); b.Measures[0].Target.Threshold != "budget-share" {
		t.Error("the library itself was changed")
	}
}

// TestOneSpelling holds that marks of tone are found in either place, in capitals
// and in decomposed letters, and that other marks are other words.
func TestOneSpelling(t *testing.T) {
	l := library(t)
	score := func(text string) float64 {
		for _, p := range l.Propose(binding.Leaf{Text: text, Topics: []binding.Topic{{Key: "other"}, {Key: "monitoring_24_7", Score: 3}}}) {
			if p.Binding.ID == "telecom-uptime" {
				return p.Score
			}
		}
		return 0
	}
	plain := score("Giữ đường truyền thông suốt, an toàn mạng lưới.")
	if plain == 0 || score("GIỮ ĐƯỜNG TRUYỀN THÔNG SUỐT, AN TOÀN MẠNG LƯỚI.") != plain || score("Giữ đường truyền thông suốt, an tòan mạng lưới.") != plain {
		t.Error("spellings differ")
	}
	if score("Giữ đương truyên thông suôt, an toan mang lươi.") != 0 {
		t.Error("words without their marks were taken for others")
	}
}

// TestWhatIsNotAsked holds that what a text excepts speaks for nothing, and that one
// word alone is not sure of a case that is only supposed.
func TestWhatIsNotAsked(t *testing.T) {
	l := library(t)
	first := func(text string, topic binding.Topic, actors ...string) binding.Proposal {
		got := l.Propose(binding.Leaf{Text: text, Topics: []binding.Topic{topic}, Actors: actors})
		if len(got) == 0 {
			return binding.Proposal{}
		}
		return got[0]
	}
	other := binding.Topic{Key: "other"}
	for text, want := range map[string]string{
		"Gửi qua trục liên thông mọi văn bản mật.":                   "secret-papers",
		"Gửi qua trục liên thông mọi công văn, trừ văn bản mật.":     "",
		"Gửi qua trục liên thông mọi công văn (trừ văn bản mật).":    "",
		"Gửi qua trục liên thông, trừ thư riêng, mọi văn bản mật.":   "secret-papers",
		"Phòng trừ mối mọt tại kho lưu trữ, giữ gìn bí mật nhà nước": "secret-papers",
	} {
		if p := first(text, other); p.Binding.ID != want {
			t.Errorf("%s: %q, want %q", text, p.Binding.ID, want)
		}
	}
	// The name of who must act may hold the exception: what is asked stands behind it.
	said := "Các phòng, trừ phòng giữ văn bản mật đổi mật khẩu quản trị."
	if p := first(said, binding.Topic{Key: "iot_secure_config", Score: 6}, "Các phòng, trừ phòng giữ văn bản mật"); p.Binding.ID != "secure-config" {
		t.Errorf("%q", p.Binding.ID)
	}
	config := binding.Topic{Key: "iot_secure_config", Score: 6, Words: []string{"khóa tài khoản"}}
	sure, supposed := first("Khóa tài khoản bỏ không.", config), first("Khi chủ báo mất máy, khóa tài khoản.", config)
	if sure.Sure < directive.SureScore || supposed.Binding.ID != "secure-config" || supposed.Sure >= directive.SureScore {
		t.Errorf("asked %+v, supposed %+v", sure.Sure, supposed.Sure)
	}
	config.Words = append(config.Words, "tài khoản quản trị")
	if two := first("Khi chủ báo mất máy, khóa tài khoản, đổi tài khoản quản trị.", config); two.Sure < directive.SureScore {
		t.Errorf("two words: %g", two.Sure)
	}
}
