// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// TestSeedsAreDoubtedWhereTheyErr holds the traps that the texts of others have: what
// is blank, misprinted, doubtful or lost is told, and no more of its kind.
func TestSeedsAreDoubtedWhereTheyErr(t *testing.T) {
	want := map[string][]string{
		"000": {"no_number", "no_date month", "phone_digits 11", "slip bưu chính", "slip chuyển văn bản"},
		"001": {"slip "},
		"002": {"no_number", "no_date month", "slip săn lùng"},
		"003": {"no_number", "no_date none", "citation other_symbol"},
		"004": {"no_number", "no_date none", "slip tường lửa", "slip xác định"},
	}
	told := []directive.Doubt{directive.NoNumber, directive.NoDate, directive.BadPhone, directive.BadCitation, directive.Slip}
	each := seeds(t)
	for name, doubts := range want {
		var got []string
		for _, w := range each[name].base.Warnings {
			switch {
			case !slices.Contains(told, w.Doubt):
			case w.Doubt == directive.NoDate:
				got = append(got, string(w.Doubt)+" "+w.Text)
			case w.Doubt == directive.NoNumber:
				got = append(got, string(w.Doubt))
			default:
				got = append(got, string(w.Doubt)+" "+w.Hint)
			}
		}
		slices.Sort(got)
		if slices.Sort(doubts); !slices.Equal(got, doubts) {
			t.Errorf("%s: %q is told, want %q", name, got, doubts)
		}
	}
}

type seed struct {
	raw  string
	base directive.Reading
}

// seeds are the texts of others with their readings, by the first three figures of
// their names.
func seeds(t *testing.T) map[string]seed {
	t.Helper()
	x, out := lexicon(t), map[string]seed{}
	for _, w := range annotation(t) {
		raw, err := os.ReadFile(filepath.Join(shared, "seeds", w.File))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(raw), "\r\n", "\n")
		out[w.File[:3]] = seed{text, x.Read(text, today)}
	}
	return out
}

// leavesOf are the leaves of a reading by their paths.
func leavesOf(r directive.Reading) map[string]directive.Requirement {
	out := map[string]directive.Requirement{}
	for _, q := range directive.Leaves(r.Requirements) {
		out[q.Path] = q
	}
	return out
}

// TestChangedSeedsAreReadOtherwise changes the texts of others, found by what was
// read of them, and looks whether the reading changes there: what is read is what is
// written, not what is known.
func TestChangedSeedsAreReadOtherwise(t *testing.T) {
	x, tried := lexicon(t), map[string]int{}
	for name, s := range seeds(t) {
		read := func(what, old, with string) directive.Reading {
			t.Helper()
			if old == "" || !strings.Contains(s.raw, old) {
				t.Fatalf("%s, %s: %q does not stand in it", name, what, old)
			}
			tried[what]++
			changed := strings.ReplaceAll(s.raw, old, with)
			r := x.Read(changed, today)
			whole(t, changed, r)
			return r
		}
		base := leavesOf(s.base)
		if symbol := str(s.base.Symbol); s.base.Symbol != nil {
			old, with := "/"+symbol, "417/"+symbol
			if n, _, ok := strings.Cut(str(s.base.Number), "/"); ok {
				old, with = n, "417"
			}
			r := read("number", old, with)
			if str(r.Number) != "417/"+symbol || slices.ContainsFunc(r.Warnings, func(w directive.Warning) bool { return w.Doubt == directive.NoNumber }) {
				t.Errorf("%s: number %s, want 417/%s", name, str(r.Number), symbol)
			}
		}
		if s.base.Date != nil {
			n := slices.IndexFunc(s.base.Parts, func(p directive.Part) bool { return p.Kind == directive.Dating })
			line, year := s.base.Parts[n].Text, (*s.base.Date)[:4]
			if r := read("date", line, strings.Replace(line, year, "2031", 1)); str(r.Date) != "2031"+(*s.base.Date)[4:] {
				t.Errorf("%s: date %s of 2031", name, str(r.Date))
			}
		}
		if s.base.Place != nil {
			place := *s.base.Place
			in := s
			in.raw = strings.NewReplacer(place, "Mường Thạch", strings.ToUpper(place), "MƯỜNG THẠCH").Replace(s.raw)
			tried["place"]++
			r := x.Read(in.raw, today)
			whole(t, in.raw, r)
			if str(r.Place) != "Mường Thạch" || str(r.Issuer) != strings.ReplaceAll(str(s.base.Issuer), place, "Mường Thạch") {
				t.Errorf("%s: place %s, issuer %s", name, str(r.Place), str(r.Issuer))
			}
		}
		for path, q := range base {
			for i, d := range q.Deadlines {
				with := nextTerm(d.Text)
				got := leavesOf(read("deadline", d.Text, with))[path].Deadlines
				if i >= len(got) || got[i].Text != with || got[i].Last == d.Last && got[i].Duration == d.Duration && got[i].Recurrence == d.Recurrence {
					t.Errorf("%s %s: %q for %q is read as %+v", name, path, with, d.Text, got)
				}
			}
			for _, f := range q.Thresholds {
				old := strconv.FormatFloat(f.Value, 'f', -1, 64) + "%"
				got := leavesOf(read("threshold", old, "73%"))[path].Thresholds
				if !slices.ContainsFunc(got, func(g directive.Threshold) bool { return g.Value == 73 && g.Least == f.Least && g.Most == f.Most }) ||
					slices.ContainsFunc(got, func(g directive.Threshold) bool { return g.Value == f.Value }) {
					t.Errorf("%s %s: 73%% for %s is read as %+v", name, path, old, got)
				}
			}
		}
		for i, c := range s.base.Contacts {
			if c.Kind != "phone" {
				continue
			}
			last := "7"
			if strings.HasSuffix(c.Text, last) {
				last = "4"
			}
			if got := read("phone", c.Text, c.Text[:len(c.Text)-1]+last).Contacts; len(got) != len(s.base.Contacts) || got[i].Value != c.Value[:len(c.Value)-1]+last {
				t.Errorf("%s: %s with another end is read as %+v", name, c.Text, got)
			}
		}
		swapped(t, name, x, s, base, tried)
		renumbered(t, name, x, s, base, tried)
	}
	for what, least := range map[string]int{"number": 4, "date": 3, "place": 4, "deadline": 8, "threshold": 4, "phone": 7, "order": 8, "numbering": 3} {
		if tried[what] < least {
			t.Errorf("%s was changed %d times, want %d", what, tried[what], least)
		}
	}
}

var number = regexp.MustCompile(`\d+`)

// nextTerm is a time limit with another number in it, else with another span.
func nextTerm(text string) string {
	at := number.FindStringIndex(text)
	if at == nil {
		if with := strings.NewReplacer("Quý", "tháng", "năm", "quý").Replace(text); with != text {
			return with
		}
		return strings.NewReplacer("hàng tháng hoặc quý", "hàng tuần").Replace(text)
	}
	n, _ := strconv.Atoi(text[at[0]:at[1]])
	if n++; n == 13 {
		n = 11
	}
	return text[:at[0]] + fmt.Sprintf("%0*d", at[1]-at[0], n) + text[at[1]:]
}

// swapped lets leaves that stand side by side change places under their marks: each
// goes with its words, subjects, time limits and figures.
func swapped(t *testing.T, name string, x *directive.Lexicon, s seed, base map[string]directive.Requirement, tried map[string]int) {
	t.Helper()
	parts := map[string][]int{}
	for i, p := range s.base.Parts {
		if p.Kind == directive.Demand {
			parts[p.At] = append(parts[p.At], i)
		}
	}
	split := func(path string) (at int, mark, body string, ok bool) {
		q := base[path]
		if len(parts[path]) != 1 || q.Label == "" || q.Heading != "" {
			return 0, "", "", false
		}
		at = parts[path][0]
		text := s.base.Parts[at].Text
		n := strings.Index(text, q.Label)
		if n < 0 || n+len(q.Label)+1 > len(text) || !strings.HasSuffix(text, "\n") {
			return 0, "", "", false
		}
		n += len(q.Label) + 1
		return at, text[:n], text[n:], true
	}
	for path := range base {
		i, mark, body, ok := split(path)
		if !ok || i+1 >= len(s.base.Parts) {
			continue
		}
		beside := s.base.Parts[i+1].At
		j, mark2, body2, ok := split(beside)
		if !ok || j != i+1 || strings.LastIndex(beside, ".") != strings.LastIndex(path, ".") || strings.HasSuffix(strings.TrimSpace(body), ":") || strings.HasSuffix(strings.TrimSpace(body2), ":") {
			continue
		}
		var b strings.Builder
		for n, p := range s.base.Parts {
			switch n {
			case i:
				b.WriteString(mark + body2)
			case j:
				b.WriteString(mark2 + body)
			default:
				b.WriteString(p.Text)
			}
		}
		tried["order"]++
		r := x.Read(b.String(), today)
		whole(t, b.String(), r)
		got := leavesOf(r)
		for to, from := range map[string]string{path: beside, beside: path} {
			if g, w := got[to], base[from]; flat(g.Text) != flat(w.Text) || fmt.Sprint(g.Topics) != fmt.Sprint(w.Topics) || fmt.Sprint(g.Deadlines) != fmt.Sprint(w.Deadlines) || fmt.Sprint(g.Thresholds) != fmt.Sprint(w.Thresholds) {
				t.Errorf("%s: %s in the place of %s is read as %+v, was %+v", name, from, to, g, w)
			}
		}
	}
}

// renumbered writes the figures of the outermost requirements as Roman ones: the
// labels are others, the words the same.
func renumbered(t *testing.T, name string, x *directive.Lexicon, s seed, base map[string]directive.Requirement, tried map[string]int) {
	t.Helper()
	for _, q := range s.base.Requirements {
		if _, err := strconv.Atoi(q.Label); err != nil || len(s.base.Requirements) < 2 || slices.ContainsFunc(q.Children, func(c directive.Requirement) bool { return strings.Contains(c.Label, ".") }) {
			return
		}
	}
	var b strings.Builder
	next := 0
	for _, p := range s.base.Parts {
		text := p.Text
		if next < len(s.base.Requirements) && p.Kind == directive.Demand && p.At == s.base.Requirements[next].Path {
			label := s.base.Requirements[next].Label
			next++
			text = strings.Replace(text, label, officedoc.Roman(next), 1)
		}
		b.WriteString(text)
	}
	if next != len(s.base.Requirements) {
		t.Fatalf("%s: %d of %d requirements stand in parts of their own", name, next, len(s.base.Requirements))
	}
	tried["numbering"]++
	r := x.Read(b.String(), today)
	var labels, want, said, words []string
	for i, q := range r.Requirements {
		labels, want = append(labels, q.Label), append(want, officedoc.Roman(i+1))
	}
	for _, q := range directive.Leaves(r.Requirements) {
		said = append(said, flat(q.Heading+" "+q.Text))
	}
	for _, q := range directive.Leaves(s.base.Requirements) {
		words = append(words, flat(q.Heading+" "+q.Text))
	}
	if len(labels) != len(s.base.Requirements) || !slices.Equal(labels, want) || !slices.Equal(said, words) {
		t.Errorf("%s: labels %q with %d leaves, want %q with %d", name, labels, len(said), want, len(base))
	}
}
