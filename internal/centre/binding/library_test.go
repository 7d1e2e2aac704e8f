// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/centre/binding"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

const shared = "../../../../shared"

func library(t testing.TB) *binding.Library {
	t.Helper()
	l, err := binding.Load()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func laws(t testing.TB) *rulepack.Set {
	t.Helper()
	set, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestRows holds every row of the table of demands to its binding.
func TestRows(t *testing.T) {
	l, packs := library(t), laws(t)
	rows := l.Rows()
	if len(rows) != 109 {
		t.Fatalf("%d rows", len(rows))
	}
	persons := 0
	kinds := map[binding.Kind]int{}
	for _, r := range rows {
		t.Run(r.ID, func(t *testing.T) {
			b, ok := l.Binding(r.Binding)
			if !ok {
				t.Fatalf("no binding %q", r.Binding)
			}
			kinds[b.Kind]++
			if r.Ask.VI == "" || r.Ask.EN == "" || r.Dispatch.VI == "" || r.Dispatch.EN == "" {
				t.Errorf("not said: %+v", r)
			}
			if b.Kind == binding.ByPerson {
				persons++
				if utf8.RuneCountInString(b.Why.VI) < 20 || utf8.RuneCountInString(b.Why.EN) < 20 {
					t.Errorf("no reason: %+v", b.Why)
				}
			}
			if b.Kind != binding.ByPerson && len(b.Measures)+len(b.Obligations) == 0 {
				t.Error("neither measure nor obligation")
			}
			for _, m := range b.Measures {
				if _, ok := l.Room(m.WaitsFor); m.WaitsFor != "" && !ok {
					t.Errorf("%s waits for nothing that is known: %q", m.Key, m.WaitsFor)
				}
			}
			if b.Kind == binding.ByEvidence && b.WaitsFor == "" {
				t.Error("waits for nothing")
			}
			for _, o := range b.Obligations {
				if len(o.Evidence) == 0 || o.Title.VI == "" || o.Addressee == "" {
					t.Errorf("incomplete: %+v", o)
				}
				if len(o.Clocks)+len(o.Periods) == 0 && (o.Amount.Validate() != nil || o.Source.Key == "") {
					t.Errorf("no term: %+v", o)
				}
			}
			for _, what := range b.Lawless(packs) {
				t.Error(what)
			}
		})
	}
	if persons > 25 {
		t.Errorf("%d rows are left to people", persons)
	}
	t.Logf("rows by kind: %v", kinds)
}

// TestStates counts the rows by how far they can be judged with the measures that
// do not wait, and with none.
func TestStates(t *testing.T) {
	l := library(t)
	stands := map[string]bool{}
	for _, b := range l.All() {
		for _, m := range b.Measures {
			stands[m.Key] = m.WaitsFor == ""
		}
	}
	now, none := map[binding.State]int{}, map[binding.State]int{}
	for _, r := range l.Rows() {
		b, _ := l.Binding(r.Binding)
		now[b.State(func(key string) bool { return stands[key] })]++
		none[b.State(func(string) bool { return false })]++
	}
	if now[binding.Measured] < 33 {
		t.Errorf("%d rows are measured", now[binding.Measured])
	}
	t.Logf("%v; without any measure %v", now, none)
	if now[binding.Measured] == 0 || none[binding.Measured] != 0 || now[binding.Person] != none[binding.Person] || now[binding.Unbound]+none[binding.Unbound] != 0 {
		t.Errorf("%v %v", now, none)
	}
	if b, _ := l.Binding("urgency"); b.State(func(string) bool { return true }) != binding.Owed {
		t.Error("answers in time were taken for a measure of the thing itself")
	}
}

// TestBindingsAnswer holds that nothing in the library is idle or without an own
// name.
func TestBindingsAnswer(t *testing.T) {
	l, packs := library(t), laws(t)
	named := map[string]string{}
	for _, b := range l.All() {
		if len(b.Rows) == 0 && b.ID != "personal-data" { // what provinces are asked beside the table
			t.Errorf("%s answers no row", b.ID)
		}
		if was := named[b.Label.VI]; was != "" {
			t.Errorf("%s and %s have one name", was, b.ID)
		}
		named[b.Label.VI] = b.ID
		for _, what := range b.Lawless(packs) {
			t.Errorf("%s: %s", b.ID, what)
		}
	}
}

// TestNoPhraseOfASeed holds the rule that the library knows words, not texts: no
// six words in a row of the dispatches it is tried on stand in it.
func TestNoPhraseOfASeed(t *testing.T) {
	seeds, err := filepath.Glob(filepath.Join(shared, "seeds/*.txt"))
	if err != nil || len(seeds) == 0 {
		t.Skip("no dispatches beside this tree")
	}
	names, err := filepath.Glob("library/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, n := range names {
		data, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range strings.FieldsFunc(string(data), func(r rune) bool { return strings.ContainsRune("[]{}():;,\n\"'`|?", r) }) {
			known = append(known, " "+strings.Join(syllables(entry), " ")+" ")
		}
	}
	all := strings.Join(known, "\n")
	for _, seed := range seeds {
		data, err := os.ReadFile(seed)
		if err != nil {
			t.Fatal(err)
		}
		words := syllables(string(data))
		for i := range max(0, len(words)-5) {
			if phrase := " " + strings.Join(words[i:i+6], " ") + " "; strings.Contains(all, phrase) {
				t.Errorf("%s: %q stands in the library", filepath.Base(seed), phrase)
			}
		}
	}
}

func syllables(text string) []string {
	return strings.FieldsFunc(strings.ToLower(norm.NFC.String(text)), func(r rune) bool { return !('a' <= r && r <= 'z' || r > 0x7f || '0' <= r && r <= '9') })
}

const own = `bindings:
  - id: drones
    label: {vi: Thiết bị bay, en: Drones}
    kind: obligation
    topics: {drone: 6}
    words: {thiết bị bay: 3}
    obligations: [{addressee: issuer, forms: [F13]}]
    evidence: [{vi: Danh sách, en: List}]
    addressed: [all]
    next: {vi: Gửi danh sách., en: Send the list.}
`

// TestOwnFolder reads bindings of a province: a faulty file is refused where it
// is wrong, and the others stand.
func TestOwnFolder(t *testing.T) {
	l, packs := library(t), laws(t)
	change := func(old, new string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.Replace(own, old, new, 1))}
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown field":     {"kind: obligation", "kinds: obligation", "bad.yaml:4: "},
		"no kind":           {"kind: obligation", "kind: wish", "bad.yaml:2: "},
		"no such form":      {"F13", "F99", "F99"},
		"no such addressee": {"addressee: issuer", "addressee: nobody", "nobody"},
		"no such unit":      {"[all]", "[moon]", "moon"},
		"no such row":       {"kind: obligation", "kind: obligation\n    rows: [9-99]", "9-99"},
		"no such room":      {"kind: obligation", "kind: obligation\n    waits_for: attic", "attic"},
		"no evidence":       {"{vi: Danh sách, en: List}", "", "evidence"},
		"one language":      {", en: Drones", "", "label"},
		"id of an address":  {"id: drones", "id: rows", "rows"},
		"weight":            {"drone: 6", "drone: 600", "600"},
		"measure alone":     {"kind: obligation", "kind: measure", "measure"},
		"reason":            {"kind: obligation", "kind: person", "20"},
		"no YAML":           {"bindings:", "bindings: [", "bad.yaml:"},
		"rows of its own":   {"bindings:", "rooms: [{id: attic, label: {vi: a, en: b}}]\nbindings:", "bindings alone"},
		"two documents":     {"bindings:", "bindings: []\n---\nbindings:", "one YAML document"},
		"twice":             {"bindings:", "bindings:\n  - {id: drones}", "stands twice"},
	} {
		t.Run(name, func(t *testing.T) {
			got, faults := l.With(fstest.MapFS{"bad.yaml": change(c.old, c.new), "good.yaml": change("id: drones", "id: good"), "notes.txt": {Data: []byte("x")}}, packs)
			if len(faults) != 1 || !strings.Contains(faults[0].Error(), c.want) || !strings.Contains(faults[0].Error(), "bad.yaml:") {
				t.Errorf("%v", faults)
			}
			if _, ok := got.Binding("drones"); ok {
				t.Error("a binding of the refused file stands")
			}
			if b, ok := got.Binding("good"); !ok || b.Own != "good.yaml" || len(got.All()) != len(l.All())+1 {
				t.Error("the other file does not stand")
			}
		})
	}
	got, faults := l.With(fstest.MapFS{"own.yaml": change("id: drones", "id: press")}, packs)
	if b, _ := got.Binding("press"); len(faults) > 0 || b.Label.EN != "Drones" || len(got.All()) != len(l.All()) {
		t.Errorf("the program's binding was not replaced: %v %+v", faults, b)
	}
	if b, _ := l.Binding("press"); b.Own != "" {
		t.Error("the library itself was changed")
	}
	if p := got.Propose(binding.Leaf{Text: "Đăng ký thiết bị bay.", Topics: []binding.Topic{{Key: "drone", Score: 9}}}); len(p) != 1 || p[0].Binding.ID != "press" || len(p[0].Reason) != 2 {
		t.Errorf("%+v", p)
	}
}

// FuzzLoad holds that no file breaks the reading of a folder, or gets in though
// it is wrong.
func FuzzLoad(f *testing.F) {
	l, packs := library(f), laws(f)
	f.Add(own)
	f.Add(strings.Replace(own, "6", ".nan", 1))
	f.Add("bindings: [{id: a}]")
	f.Add("bindings: &a [*a]")
	f.Add("{")
	f.Fuzz(func(t *testing.T, text string) {
		got, faults := l.With(fstest.MapFS{"a.yaml": {Data: []byte(text)}}, packs)
		if len(faults) > 0 && (len(got.All()) != len(l.All()) || !strings.HasPrefix(faults[0].Error(), "a.yaml:")) {
			t.Errorf("%d bindings beside %v", len(got.All()), faults)
		}
		for _, b := range got.All() {
			if b.Own != "" && (len(b.Evidence) == 0 || len(b.Lawless(packs)) > 0) {
				t.Errorf("stands: %+v", b)
			}
		}
		got.Propose(binding.Leaf{Text: text, Topics: []binding.Topic{{Key: "other"}}})
	})
}
