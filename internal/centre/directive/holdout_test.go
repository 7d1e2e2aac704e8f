// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
)

// marked is a paper read by hand before the reader saw it. What it leaves out is
// not there: a leaf without actors is for the addressees.
type marked struct {
	Kind, Number, Date, Place, Issuer, Subject, Urgency, Signer string
	Security                                                    bool
	SubjectFold                                                 bool `json:"subject_fold"` // a title in capitals: which names are in it cannot be told
	Addressees, Cites, Contacts                                 []string
	Apart                                                       []string // what stands behind the signature and asks nothing
	Leaves                                                      []struct {
		Path                                    string
		Actors, Deadlines, Thresholds, Bindings []string
	}
}

// count is how much of what was wanted was found, and how much of what was found
// was wanted.
type count struct{ right, found, wanted int }

func (c *count) add(found, wanted []string) {
	left := slices.Clone(wanted)
	for _, f := range found {
		if i := slices.IndexFunc(left, func(w string) bool { return strings.EqualFold(w, f) }); i >= 0 {
			left = slices.Delete(left, i, i+1)
			c.right++
		}
	}
	c.found, c.wanted = c.found+len(found), c.wanted+len(wanted)
}

func (c *count) sum(o count) {
	c.right, c.found, c.wanted = c.right+o.right, c.found+o.found, c.wanted+o.wanted
}

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

func (c count) precision() float64 { return share(c.right, c.found) }
func (c count) recall() float64    { return share(c.right, c.wanted) }

// said are the time limits of a requirement in few words.
func saysOf(q directive.Requirement) (deadlines, thresholds []string) {
	for _, d := range q.Deadlines {
		s := string(d.Sort) + " "
		switch d.Sort {
		case directive.Until:
			s += strings.TrimSpace(d.Last.String() + " " + d.Hour)
		case directive.Within:
			s += d.Duration
			if d.Working {
				s += " working"
			}
		default:
			s += strings.TrimSpace(d.Recurrence + " " + d.Hour)
		}
		deadlines = append(deadlines, s)
	}
	for _, f := range q.Thresholds {
		s := strconv.FormatFloat(f.Value, 'g', -1, 64)
		if f.Least {
			s += " least"
		}
		thresholds = append(thresholds, s)
	}
	return deadlines, thresholds
}

// TestPapersNeverSeen measures the reader on papers that were marked by hand
// before it read them, of matters and shapes it was not made with.
func TestPapersNeverSeen(t *testing.T) {
	x := lexicon(t)
	names, err := filepath.Glob("testdata/holdout/*.json")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d papers: %v", len(names), err)
	}
	var all figures
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var want marked
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(name, err)
		}
		file := strings.TrimSuffix(filepath.Base(name), ".json")
		t.Run(file, func(t *testing.T) {
			raw := text(t, "holdout/"+file+".txt")
			got := x.Read(raw, today)
			whole(t, raw, got)
			all.sum(want.judge(t, got))
		})
	}
	all.say(t)
}

// figures are how much of papers was found.
type figures struct{ head, leaves, deadlines, thresholds, actors, contacts count }

func (f *figures) sum(o figures) {
	f.head.sum(o.head)
	f.leaves.sum(o.leaves)
	f.deadlines.sum(o.deadlines)
	f.thresholds.sum(o.thresholds)
	f.actors.sum(o.actors)
	f.contacts.sum(o.contacts)
}

// say tells the figures, and fails where less than 95 in 100 are right.
func (f figures) say(t *testing.T) {
	t.Helper()
	for what, c := range map[string]count{"head": f.head, "leaves": f.leaves, "deadlines": f.deadlines, "thresholds": f.thresholds, "actors": f.actors, "contacts": f.contacts} {
		say := t.Logf
		if c.precision() < 0.95 || c.recall() < 0.95 {
			say = t.Errorf
		}
		say("%s: %d right, %d found, %d marked: precision %.3f, recall %.3f", what, c.right, c.found, c.wanted, c.precision(), c.recall())
	}
}

// judge holds a reading against what was marked.
func (want marked) judge(t *testing.T, got directive.Reading) figures {
	var h, l, d, th, a, c count
	signer := ""
	if s := got.Signer; s != nil {
		signer = s.Authority + "|" + s.Title + "|" + s.Name
	}
	none := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	for _, p := range [][3]string{{"kind", got.Kind, want.Kind}, {"number", none(got.Number), want.Number}, {"date", none(got.Date), want.Date}, {"place", none(got.Place), want.Place},
		{"issuer", none(got.Issuer), want.Issuer}, {"subject", none(got.Subject), want.Subject}, {"urgency", none(got.Urgency), want.Urgency}, {"signer", signer, want.Signer}} {
		h.found++
		h.wanted++
		if p[1] == p[2] || p[0] == "subject" && want.SubjectFold && strings.EqualFold(p[1], p[2]) {
			h.right++
		} else {
			t.Logf("%s: %q, marked %q", p[0], p[1], p[2])
		}
	}
	if got.Security != want.Security {
		t.Errorf("about information security: %v (%g)", got.Security, got.SecurityScore)
	}
	if len(want.Addressees) > 0 && !slices.Equal(got.Addressees, want.Addressees) {
		t.Logf("addressees %q, marked %q", got.Addressees, want.Addressees)
	}
	var found, wanted []string
	by := map[string][]directive.Requirement{}
	for _, q := range directive.Leaves(got.Requirements) {
		found = append(found, q.Path)
		by[q.Path] = append(by[q.Path], q)
	}
	for _, w := range want.Leaves {
		wanted = append(wanted, w.Path)
	}
	l.add(found, wanted)
	if !slices.Equal(found, wanted) {
		t.Logf("leaves %q, marked %q", found, wanted)
	}
	for _, w := range want.Leaves {
		list := by[w.Path]
		if len(list) == 0 {
			d.add(nil, w.Deadlines)
			th.add(nil, w.Thresholds)
			continue
		}
		q := list[0]
		by[w.Path] = list[1:]
		dl, tl := saysOf(q)
		d.add(dl, w.Deadlines)
		th.add(tl, w.Thresholds)
		if !slices.Equal(dl, w.Deadlines) || !slices.Equal(tl, w.Thresholds) {
			t.Logf("%s: deadlines %q, marked %q; thresholds %q, marked %q", w.Path, dl, w.Deadlines, tl, w.Thresholds)
		}
		var who []string
		for _, s := range q.Actors {
			if s.From != "addressees" {
				who = append(who, s.Name)
			}
		}
		a.add(who, w.Actors)
		if !slices.EqualFunc(who, w.Actors, strings.EqualFold) {
			t.Logf("%s: actors %q, marked %q", w.Path, who, w.Actors)
		}
	}
	var reached []string
	for _, one := range got.Contacts {
		reached = append(reached, one.Value)
	}
	c.add(reached, want.Contacts)
	if c.right != c.wanted || c.found != c.wanted {
		t.Logf("contacts %q, marked %q", reached, want.Contacts)
	}
	for _, w := range want.Cites {
		if !slices.ContainsFunc(got.Basis, func(b directive.Basis) bool { return b.Number == w }) {
			t.Logf("cited %q is missing: %+v", w, got.Basis)
		}
	}
	for _, w := range got.Warnings {
		if w.Doubt == directive.Unread {
			t.Logf("not read: %q", w.Text)
		}
	}
	t.Logf("head %d/%d, leaves %d found %d wanted %d, deadlines %d found %d wanted %d, thresholds %d/%d/%d, actors %d/%d/%d, contacts %d/%d", h.right, h.wanted,
		l.right, l.found, l.wanted, d.right, d.found, d.wanted, th.right, th.found, th.wanted, a.right, a.found, a.wanted, c.right, c.wanted)
	return figures{h, l, d, th, a, c}
}
