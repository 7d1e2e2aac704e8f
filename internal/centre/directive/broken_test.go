// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// breaking is how badly a copy is broken: shares of 1, letters of a line, lines of
// a page.
type breaking struct {
	width, page                              int
	digits, labels, marks, blanks, split, up float64
	tones, gaps                              float64 // words whose mark of tone alone is lost; lines with an empty one behind them
}

var (
	lightly = breaking{width: 64, page: 24, digits: 0.04, labels: 0.15, marks: 0.01, blanks: 0.1, split: 0, up: 0}
	heavily = breaking{width: 40, page: 18, digits: 0.2, labels: 0.5, marks: 0.06, blanks: 0.5, split: 0.04, up: 1, tones: 0.03, gaps: 0.04}
)

var (
	tone     = regexp.MustCompile("[\u0300\u0301\u0303\u0309\u0323]")
	ownLine  = regexp.MustCompile(`^(?:[-–+•] |\d{1,2}(?:\.\d{1,2})*[.)] |[a-zđ][.)] |[IVX]{1,4}\. |[A-ZĐ]\. |Điều \d|Chương )`)
	labelDot = regexp.MustCompile(`^(\d{1,2}|[a-zđ])([.)]) `)
	motto    = regexp.MustCompile(`(?i)cộng h[òo][àa]? x|độc lập|đảng cộng sản|, (?:hồi .*)?ngày`)
)

// broken is raw as a poor scan, or a copy out of a PDF, gives it back. The same
// seed breaks it in the same way.
func broken(raw string, b breaking, seed uint64) string {
	rnd := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // the same copy each time
	chance := func(p float64) bool { return rnd.Float64() < p }
	var paras []string
	apart := true
	for l := range strings.SplitSeq(raw, "\n") {
		l = strings.TrimSpace(l)
		n := len(paras)
		switch {
		case l == "":
			apart = true
			continue
		case n > 0 && !apart && !ownLine.MatchString(l) && !strings.HasSuffix(paras[n-1], ";") && !strings.HasSuffix(paras[n-1], ".") && !strings.HasSuffix(paras[n-1], ":") && strings.ToUpper(l) != l && !motto.MatchString(l):
			paras[n-1] += " " + l
			continue
		}
		apart = false
		paras = append(paras, l)
	}
	if b.up > 0 { // the two columns of the head, line by line
		var left, right []string
		end := slices.IndexFunc(paras, func(p string) bool { return strings.HasPrefix(p, "Kính gửi") || len(p) > 200 })
		for _, p := range paras[:max(0, end)] {
			if motto.MatchString(p) {
				right = append(right, p)
			} else {
				left = append(left, p)
			}
		}
		var head []string
		for i := range max(len(left), len(right)) {
			if i < len(left) {
				head = append(head, left[i])
			}
			if i < len(right) {
				head = append(head, right[i])
			}
		}
		paras = append(head, paras[max(0, end):]...)
	}
	spoil := func(w string) string {
		if strings.Contains(w, "@") {
			return w
		}
		switch {
		case chance(b.marks):
			w = plainly(w)
		case chance(b.tones):
			w = norm.NFC.String(tone.ReplaceAllString(norm.NFD.String(w), ""))
		}
		return strings.Map(func(c rune) rune {
			switch {
			case c == '1' && chance(b.digits):
				return []rune("llI")[rnd.IntN(3)]
			case c == '0' && chance(b.digits):
				return 'O'
			}
			return c
		}, w)
	}
	var out []string
	running := "CÔNG BÁO"
	if at := slices.IndexFunc(paras, func(p string) bool { return strings.ContainsFunc(p, unicode.IsLetter) }); at >= 0 {
		running = strings.ToUpper(paras[at]) + " - CÔNG BÁO"
	}
	page := 1
	put := func(l string) {
		out = append(out, l)
		if len(out)%b.page == 0 {
			page++
			out = append(out, "", spoil(fmt.Sprint(page)))
			if b.up > 0 {
				out = append(out, running)
			}
			out = append(out, "")
		}
	}
	for _, p := range paras {
		if m := labelDot.FindStringSubmatch(p); m != nil && chance(b.labels) {
			mark := strings.NewReplacer("1", "l", "0", "O").Replace(m[1])
			if unicode.IsLetter(rune(m[1][0])) || mark == m[1] {
				mark += " "
			}
			p = mark + m[2] + " " + p[len(m[0]):]
		}
		line, size := "", 0
		for i, w := range strings.Fields(p) {
			if i > 0 || !labelDot.MatchString(p) {
				w = spoil(w)
			}
			n := len([]rune(w))
			switch {
			case size > 0 && size+1+n > b.width:
				if r := []rune(w); len(r) > 4 && chance(b.split) && !strings.ContainsFunc(w, func(c rune) bool { return !unicode.IsLetter(c) }) {
					put(line + " " + string(r[:2]) + "-")
					line, size = string(r[2:]), len(r)-2
					continue
				}
				put(line)
				if chance(b.gaps) {
					out = append(out, "")
				}
				line, size = w, n
			case size == 0:
				line, size = w, n
			default:
				gap := " "
				if chance(b.blanks / 5) {
					gap = "  "
				}
				line, size = line+gap+w, size+n+len(gap)
			}
		}
		put(line)
		if !chance(b.blanks) {
			out = append(out, "")
		}
	}
	return strings.Join(out, "\n")
}

// plainly is w without its marks.
func plainly(w string) string {
	var b strings.Builder
	for _, c := range w {
		p := []rune(i18n.Fold(string(c)))
		if len(p) == 1 && unicode.IsUpper(c) {
			p[0] = unicode.ToUpper(p[0])
		}
		b.WriteString(string(p))
	}
	return b.String()
}

// gist is what a leaf says, as far as a poor copy can give it back.
func gist(q directive.Requirement) string {
	said := i18n.Fold(strings.NewReplacer("0", "o", "1", "l").Replace(q.Heading + q.Text))
	return q.Path + " " + strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, strings.ReplaceAll(said, "I", "l"))
}

// TestPoorCopies breaks papers in the ways of scans and copies: leaves are found
// all the same, under their numbers and with what they say, and the copy is
// called poor.
func TestPoorCopies(t *testing.T) {
	x := lexicon(t)
	names := []string{"testdata/holdout/bo-y-te-benh-an.txt", "testdata/holdout/cuoi-xa-truong-hoc.txt", "testdata/chi-thi.txt"}
	seeds, err := filepath.Glob(filepath.Join(shared, "seeds/*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		how   breaking
		least float64
	}{{"lightly", lightly, 0.9}, {"heavily", heavily, 0.7}} {
		t.Run(c.name, func(t *testing.T) {
			var all count
			for _, name := range append(slices.Clone(names), seeds...) {
				data, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				var one count
				clean := x.Read(string(data), today)
				if poor(clean) {
					t.Errorf("%s: a good copy is called poor: %v", name, clean.Warnings)
				}
				want := directive.Leaves(clean.Requirements)
				for seed := range uint64(6) {
					raw := broken(string(data), c.how, seed)
					got := x.Read(raw, today)
					whole(t, raw, got)
					if c.name == "heavily" && !poor(got) {
						t.Errorf("%s, seed %d: nothing says that the copy is poor", name, seed)
					}
					left := directive.Leaves(got.Requirements)
					one.found, one.wanted = one.found+len(left), one.wanted+len(want)
					var missed []string
					for _, w := range want {
						is := gist(w)
						is = is[:min(len(is), 30)]
						at := slices.IndexFunc(left, func(q directive.Requirement) bool { return near(gist(q), is) })
						if at < 0 {
							missed = append(missed, w.Path)
							continue
						}
						left = slices.Delete(left, at, at+1)
						one.right++
					}
					if len(missed) > 0 && testing.Verbose() {
						t.Logf("%s, seed %d: missed %q, extra %d", filepath.Base(name), seed, missed, len(left))
						for _, q := range left {
							t.Logf("    %s %.70s", q.Path, q.Heading+q.Text)
						}
					}
				}
				t.Logf("%s: %d of %d leaves, %d found: recall %.3f, precision %.3f", filepath.Base(name), one.right, one.wanted, one.found, one.recall(), one.precision())
				all.sum(one)
			}
			say := t.Logf
			if all.recall() < c.least || all.precision() < c.least {
				say = t.Errorf
			}
			say("%s: %d of %d leaves, %d found: recall %.3f, precision %.3f", c.name, all.right, all.wanted, all.found, all.recall(), all.precision())
		})
	}
}

func poor(r directive.Reading) bool {
	return slices.ContainsFunc(r.Warnings, func(w directive.Warning) bool { return w.Doubt == directive.PoorCopy })
}

// TestGoodCopiesStayAsTheyAre holds that nothing is mended in papers that are well.
func TestGoodCopiesStayAsTheyAre(t *testing.T) {
	x := lexicon(t)
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("testdata/holdout/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, more...) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r := x.Read(string(data), today)
		for _, w := range r.Warnings {
			if w.Doubt == directive.PoorCopy || w.Doubt == directive.Slip && w.Hint != "" {
				t.Errorf("%s: %+v", name, w)
			}
		}
	}
}

// TestASlipIsNotAPoorCopy mends a digit and says so, and calls no copy poor for it.
func TestASlipIsNotAPoorCopy(t *testing.T) {
	x := lexicon(t)
	raw := strings.Replace(text(t, "chi-thi.txt"), "20/10/2026", "2O/l0/2026", 1)
	if raw == text(t, "chi-thi.txt") {
		t.Fatal("nothing was changed")
	}
	r := x.Read(raw, today)
	whole(t, raw, r)
	if poor(r) || !slices.Contains(r.Warnings, directive.Warning{Doubt: directive.Slip, Text: "2O/l0/2026", Hint: "20/10/2026"}) {
		t.Errorf("%+v", r.Warnings)
	}
	tree := map[string]directive.Requirement{}
	index(r.Requirements, tree)
	if d := tree["I.2.a"].Deadlines; len(d) != 1 || d[0].Last.String() != "2026-10-20" {
		t.Errorf("%+v", d)
	}
}

// near reports whether got begins with want but for a few letters.
func near(got, want string) bool {
	if path, _, _ := strings.Cut(want, " "); !strings.HasPrefix(got, path+" ") {
		return false
	}
	got = got[:min(len(got), len(want))]
	wrong := 0
	for i := range len(got) {
		if got[i] != want[i] {
			wrong++
		}
	}
	return len(got) == len(want) && wrong <= 3
}
