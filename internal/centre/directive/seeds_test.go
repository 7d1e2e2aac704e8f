// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

const shared = "../../../../shared"

// wanted is one document of the annotation: see its README.
type wanted struct {
	File   string
	Number *string
	Symbol *string
	Date   struct {
		Value     *string
		Precision directive.Precision
		Accept    []string
		Reject    []string
	}
	Place   *string
	Issuer  []string
	Subject *string
	Urgency *string
	Signer  *directive.Signer
	Cites   []struct {
		Number string
		Date   *string
	}
	Addressees []string
	TopLevel   []string             `json:"top_level"`
	Second     []string             `json:"second_level"`
	LeafCount  struct{ N, Tol int } `json:"leaf_count"`
	Deadlines  []struct {
		Text, ISO, Duration, Trigger, Recurrence, At string
		Optional                                     bool
	}
	Windows []struct{ Text, ISO string }
	Figures []struct {
		Text  string
		Value float64
		At    string
	}
	Contacts struct{ Phones, Emails []string }
	Topics   []struct {
		At       *string
		Quote    string
		AnyOf    []string `json:"any_of"`
		Also     []string
		Optional bool
	}
}

func annotation(t *testing.T) []wanted {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared, "data/dispatches/seeds-expected.json"))
	if os.IsNotExist(err) {
		t.Skip("no annotated dispatches beside this tree")
	}
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Documents []wanted }
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all.Documents
}

func lexicon(t testing.TB) *directive.Lexicon {
	t.Helper()
	x, err := directive.Words()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

var today = calendar.Date{Year: 2026, Month: 11, Day: 23}

func str(s *string) string {
	if s == nil {
		return "(none)"
	}
	return *s
}

func index(tree []directive.Requirement, into map[string]directive.Requirement) {
	for _, r := range tree {
		into[r.Path] = r
		index(r.Children, into)
	}
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestSeeds holds the reader against a reading by hand of texts written by
// others.
func TestSeeds(t *testing.T) {
	x := lexicon(t)
	for _, w := range annotation(t) {
		t.Run(w.File[:3], func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(shared, "seeds", w.File))
			if err != nil {
				t.Fatal(err)
			}
			got := x.Read(string(raw), today)
			same := func(what, g, want string) {
				t.Helper()
				if !strings.EqualFold(g, want) {
					t.Errorf("%s: %q, want %q", what, g, want)
				}
			}
			same("number", str(got.Number), str(w.Number))
			if w.Symbol != nil || got.Symbol != nil {
				same("symbol", str(got.Symbol), str(w.Symbol))
			}
			same("date", str(got.Date), str(w.Date.Value))
			same("precision", string(got.Precision), string(w.Date.Precision))
			same("place", str(got.Place), str(w.Place))
			if !slices.ContainsFunc(w.Issuer, func(s string) bool { return strings.EqualFold(s, str(got.Issuer)) }) {
				t.Errorf("issuer %q, want one of %q", str(got.Issuer), w.Issuer)
			}
			same("subject", str(got.Subject), str(w.Subject))
			same("urgency", str(got.Urgency), str(w.Urgency))
			if fmt.Sprintf("%+v", got.Signer) != fmt.Sprintf("%+v", w.Signer) {
				t.Errorf("signer %+v, want %+v", got.Signer, w.Signer)
			}
			for _, c := range w.Cites {
				if !slices.ContainsFunc(got.Basis, func(b directive.Basis) bool {
					return b.Number == c.Number && (c.Date == nil || b.Date.String() == *c.Date)
				}) {
					t.Errorf("cited %s of %s is missing from %v", c.Number, str(c.Date), got.Basis)
				}
			}
			if len(got.Basis) != len(w.Cites) {
				t.Errorf("%d papers cited, want %d: %+v", len(got.Basis), len(w.Cites), got.Basis)
			}
			if len(got.Addressees) != len(w.Addressees) {
				t.Errorf("addressees %q, want %q", got.Addressees, w.Addressees)
			}
			for i := range min(len(got.Addressees), len(w.Addressees)) {
				g := strings.ToLower(strings.NewReplacer("Bru", "Bưu").Replace(got.Addressees[i]))
				if !strings.HasSuffix(g, strings.ToLower(w.Addressees[i])) {
					t.Errorf("addressee %q, want %q", got.Addressees[i], w.Addressees[i])
				}
			}
			var top, second []string
			for _, r := range got.Requirements {
				top = append(top, r.Label)
				for _, c := range r.Children {
					if strings.Contains(c.Label, ".") {
						second = append(second, c.Label)
					}
				}
			}
			if !slices.Equal(top, w.TopLevel) || len(w.Second) > 0 && !slices.Equal(second, w.Second) {
				t.Errorf("labels %q %q, want %q %q", top, second, w.TopLevel, w.Second)
			}
			if n := len(directive.Leaves(got.Requirements)); n < w.LeafCount.N-w.LeafCount.Tol || n > w.LeafCount.N+w.LeafCount.Tol {
				t.Errorf("%d leaves, want %d", n, w.LeafCount.N)
			}
			by := map[string]directive.Requirement{}
			index(got.Requirements, by)
			var deadlines []string
			for path, r := range by {
				for _, d := range r.Deadlines {
					deadlines = append(deadlines, path+" "+d.Text)
					if !slices.ContainsFunc(w.Deadlines, func(e struct {
						Text, ISO, Duration, Trigger, Recurrence, At string
						Optional                                     bool
					}) bool {
						return strings.Contains(strings.ToLower(d.Text), strings.ToLower(e.Text)) || strings.Contains(strings.ToLower(e.Text), strings.ToLower(d.Text))
					}) {
						t.Errorf("%s: %q is no deadline (%+v)", path, d.Text, d)
					}
				}
			}
			for _, e := range w.Deadlines {
				ok := slices.ContainsFunc(by[e.At].Deadlines, func(d directive.Deadline) bool {
					return strings.Contains(strings.ToLower(d.Text), strings.ToLower(e.Text)) && (e.ISO == "" || d.Last.String() == e.ISO) &&
						d.Duration == e.Duration && (e.Trigger == "" || d.Trigger == e.Trigger) && d.Recurrence == e.Recurrence
				})
				if !ok && !e.Optional {
					t.Errorf("deadline %+v is missing from %q: %+v", e, deadlines, by[e.At].Deadlines)
				}
			}
			for _, e := range w.Windows {
				if !slices.ContainsFunc(got.Windows, func(g directive.Window) bool { return g.Day.String() == e.ISO }) {
					t.Errorf("window %+v is missing from %+v", e, got.Windows)
				}
			}
			for _, e := range w.Figures {
				if !slices.ContainsFunc(by[e.At].Thresholds, func(g directive.Threshold) bool { return g.Value == e.Value && g.Unit == "%" }) {
					t.Errorf("figure %+v is missing from %+v", e, by[e.At].Thresholds)
				}
			}
			var phones, emails []string
			for _, c := range got.Contacts {
				if c.Kind == "phone" {
					phones = append(phones, c.Value)
				} else {
					emails = append(emails, c.Value)
				}
			}
			slices.Sort(phones)
			slices.Sort(w.Contacts.Phones)
			slices.Sort(emails)
			slices.Sort(w.Contacts.Emails)
			if !slices.Equal(phones, w.Contacts.Phones) || !slices.Equal(emails, w.Contacts.Emails) {
				t.Errorf("contacts %q %q, want %q %q", phones, emails, w.Contacts.Phones, w.Contacts.Emails)
			}
			for _, e := range w.Topics {
				if e.At == nil {
					continue
				}
				r, found := by[*e.At]
				if whole := flat(r.Heading + " " + r.Text); !found || !strings.Contains(whole, e.Quote) {
					t.Errorf("%s: %q is not %q", *e.At, whole, e.Quote)
					continue
				}
				if !slices.Contains(e.AnyOf, r.Topics[0].Key) {
					t.Errorf("%s %q: topics %v, want first one of %v", *e.At, e.Quote, r.Topics, e.AnyOf)
				}
				for _, k := range r.Topics {
					if !slices.Contains(e.AnyOf, k.Key) && !slices.Contains(e.Also, k.Key) {
						t.Logf("%s: further topic %v beside %v %v", *e.At, k, e.AnyOf, e.Also)
					}
				}
			}
			whole(t, string(raw), got)
		})
	}
}

// whole checks that nothing of a text was lost.
func whole(t *testing.T, raw string, got directive.Reading) {
	t.Helper()
	var b strings.Builder
	for _, p := range got.Parts {
		b.WriteString(p.Text)
	}
	if b.String() != strings.ReplaceAll(raw, "\r\n", "\n") {
		t.Errorf("the parts put together are not the text")
	}
}
