// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// A tree of two small regimes. Real ones are tested where their data is.
const (
	daysYAML = `rules:
  - id: weekend
    kind: weekly
    name: {vi: nghỉ, en: rest}
    weekdays: [saturday, sunday]
    source: {key: law, mark: memory}
`
	sharedYAML = `terms:
  paper.to: {vi: Kính gửi, en: To, source: {key: law, mark: verified}}
countings:
  - id: civil
    basis: Civil Code
    source: {key: law, mark: verified}
kinds:
  - id: xa
    label: {vi: Xã, en: Commune}
    level: commune
    abbreviations: [X.]
    source: {key: law, mark: verified}
`
	oldYAML = `pack:
  id: OLD
  title: {vi: cũ, en: old}
  from: 2016-07-01
  to: 2026-06-30
  source: {key: law, mark: verified}
code_lists:
  - id: CL-severity
    label: {vi: mức, en: severity}
    source: {key: law, mark: verified}
    items: [{id: low, label: {vi: thấp, en: low}}]
`
	newYAML = `pack:
  id: NEW
  title: {vi: mới, en: new}
  from: 2026-07-01
  source: {key: law, mark: verified}
terms:
  security: {vi: an ninh mạng, en: cybersecurity, source: {key: law, mark: verified}}
instruments:
  - id: decree
    citation: NĐ 1
    title: {vi: nghị định, en: decree}
    status: in_force
    source: {key: law, mark: verified}
addressees:
  - id: police
    label: {vi: công an, en: police}
    source: {key: law, mark: verified}
code_lists:
  - id: CL-severity
    label: {vi: mức, en: severity}
    source: {key: law, mark: verified}
    items:
      - {id: high, label: {vi: cao, en: high}, serious: true}
      - {id: low, label: {vi: thấp, en: low}}
severity_suggestions:
  - id: lost
    severity: high
    when: {any: [control_lost], level_at_least: 3}
    reason: {vi: mất quyền, en: control lost}
    source: {key: law, mark: inference}
clocks:
  - id: days
    label: {vi: ba ngày, en: three days}
    triggers: [incident.detected]
    when: {}
    from: detected_at
    amount: {n: 3, unit: day}
    counting: civil
    addressees: [police]
    form: F1
    instrument: decree
    basis: NĐ 1, Điều 2
    remind_before_hours: [12, 2]
    source: {key: law, mark: verified}
  - id: after
    label: {vi: sau quyết định, en: after the decision}
    triggers: [incident.severity_decided]
    when: {all: [severity_serious]}
    from: decided_at
    amount: {n: 2, unit: hour}
    addressees: [police]
    instrument: decree
    basis: NĐ 1, Điều 3
    source: {key: law, mark: verified}
forms:
  - id: F1
    title: {vi: mẫu, en: form}
    document_type: BÁO CÁO
    abbreviation: BC
    subject: sự cố
    status: DERIVED
    basis: NĐ 1
    instrument: decree
    recipients: [police]
    source: {key: law, mark: verified}
    sections:
      - no: I
        fields:
          - {no: "1", key: at, label: Phát hiện, type: datetime, req: A, from: incident.detected_at}
          - {no: "2", key: severity, label: Mức, type: enum, list: CL-severity, req: M}
`
)

func tree(edit func(fstest.MapFS)) fstest.MapFS {
	m := fstest.MapFS{
		"calendar.yaml": {Data: []byte(daysYAML)},
		"common.yaml":   {Data: []byte(sharedYAML)},
		"OLD/pack.yaml": {Data: []byte(oldYAML)},
		"NEW/pack.yaml": {Data: []byte(newYAML)},
	}
	if edit != nil {
		edit(m)
	}
	return m
}

func TestLoadReadsTheWholeTree(t *testing.T) {
	t.Parallel()
	set, err := rulepack.Load(tree(nil))
	if err != nil {
		t.Fatal(err)
	}
	p, ok := set.Get("NEW")
	if !ok || p != set.At(calendar.Date{Year: 2026, Month: 7, Day: 1}) {
		t.Fatal("NEW is not the pack of its first day")
	}
	if _, ok := set.Get("NONE"); ok {
		t.Error("a pack that is not there was found")
	}
	if p.Term("paper.to", "en") != "To" || p.Term("security", "vi") != "an ninh mạng" || p.Term("none", "vi") != "none" {
		t.Error("terms of both files are not there, or an unknown key hides")
	}
	if k, ok := p.Kind("xa"); !ok || k.Label.In("en") != "Commune" {
		t.Errorf("kind %+v", k)
	}
	list, _ := p.CodeList("CL-severity")
	if c, ok := list.Find("high"); !ok || !c.Serious {
		t.Errorf("code %+v", c)
	}
	if f, ok := p.Form("F1"); !ok || len(f.Fields()) != 2 {
		t.Errorf("form %+v", f)
	}
	if id, why := p.SuggestSeverity(rulepack.Facts{ControlLost: true, SystemLevel: 2}); id != "" || why != nil {
		t.Errorf("no row holds, yet %s is suggested", id)
	}
}

func TestClockWaitsForItsMoment(t *testing.T) {
	t.Parallel()
	set, err := rulepack.Load(tree(nil))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := set.Get("NEW")
	c, _ := p.Clock("after")
	m := rulepack.Moments{DetectedAt: time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)}
	if _, _, ok := c.Due(set.Calendar(), m); ok {
		t.Error("the clock runs before the decision it counts from")
	}
	m.DecidedAt = m.DetectedAt.Add(time.Hour)
	if due, e, ok := c.Due(set.Calendar(), m); !ok || !due.Equal(m.DecidedAt.Add(2*time.Hour)) || e.Basis != "NĐ 1, Điều 3" {
		t.Errorf("due %v, basis %q", due, e.Basis)
	}
}

func TestVersionFollowsEveryByteThePackIsMadeOf(t *testing.T) {
	t.Parallel()
	version := func(edit func(fstest.MapFS)) string {
		set, err := rulepack.Load(tree(edit))
		if err != nil {
			t.Fatal(err)
		}
		p, _ := set.Get("NEW")
		return p.Version
	}
	base := version(nil)
	if base != version(nil) {
		t.Error("the same tree has two versions")
	}
	if base != version(func(m fstest.MapFS) { m["OLD/pack.yaml"].Data = append(m["OLD/pack.yaml"].Data, "# x\n"...) }) {
		t.Error("another pack changes the version")
	}
	for _, name := range []string{"NEW/pack.yaml", "common.yaml"} {
		if base == version(func(m fstest.MapFS) { m[name].Data = append(m[name].Data, "# x\n"...) }) {
			t.Errorf("a change of %s keeps the version", name)
		}
	}
}

// Each case breaks one thing; the message must name the place and the fault.
func TestLoadNamesThePlaceOfEveryFault(t *testing.T) {
	t.Parallel()
	for _, k := range []struct{ outcome, file, from, to, want string }{
		{"unknown field", "NEW/pack.yaml", "citation: NĐ 1", "citation: NĐ 1\n    colour: red", "NEW/pack.yaml:11: field colour not found"},
		// The decoder counts a syntax fault from the line before it.
		{"bad YAML", "NEW/pack.yaml", "title: {vi: mới", "title: {vi: [mới", "NEW/pack.yaml:2: did not find"},
		{"bad date", "NEW/pack.yaml", "from: 2026-07-01", "from: 2026-02-30", "NEW/pack.yaml:4: \"2026-02-30\" is not a date"},
		{"label without English", "NEW/pack.yaml", "label: {vi: công an, en: police}", "label: {vi: công an}", "NEW/pack.yaml:15: label needs vi and en"},
		{"term without Vietnamese", "NEW/pack.yaml", "security: {vi: an ninh mạng, en", "security: {en", "NEW/pack.yaml:7: term security needs vi and en"},
		{"fact without source", "common.yaml", "    source: {key: law, mark: verified}\nkinds", "kinds", "common.yaml:4: source mark \"\""},
		{"unknown mark", "NEW/pack.yaml", "mark: inference", "mark: certain", "NEW/pack.yaml:26: source mark \"certain\""},
		{"form of a clock", "NEW/pack.yaml", "form: F1", "form: F9", "NEW/pack.yaml:32: form \"F9\" is unknown"},
		{"addressee of a clock", "NEW/pack.yaml", "addressees: [police]\n    form", "addressees: [army]\n    form", "NEW/pack.yaml:32: addressee \"army\" is unknown"},
		{"instrument of a clock", "NEW/pack.yaml", "instrument: decree\n    basis: NĐ 1, Điều 2", "instrument: law\n    basis: x", "NEW/pack.yaml:32: instrument \"law\" is unknown"},
		{"recipient of a form", "NEW/pack.yaml", "recipients: [police]", "recipients: [army]", "NEW/pack.yaml:56: addressee \"army\" is unknown"},
		{"code list of a field", "NEW/pack.yaml", "list: CL-severity", "list: CL-none", "NEW/pack.yaml:70: field severity: enum and multi"},
		{"place of a value", "NEW/pack.yaml", "from: incident.detected_at", "from: incident.when", "NEW/pack.yaml:69: field at: from \"incident.when\" is unknown"},
		{"field type", "NEW/pack.yaml", "type: datetime", "type: clock", "NEW/pack.yaml:69: field at: type \"clock\" is unknown"},
		{"field key twice", "NEW/pack.yaml", "key: severity", "key: at", "field key \"at\" is empty or given twice"},
		{"severity of a suggestion", "NEW/pack.yaml", "severity: high", "severity: huge", "NEW/pack.yaml:26: \"huge\" is not in CL-severity"},
		{"unknown test", "NEW/pack.yaml", "any: [control_lost]", "any: [moon_full]", "NEW/pack.yaml:26: condition \"moon_full\" is unknown"},
		{"days without a counting rule", "NEW/pack.yaml", "    counting: civil\n", "", "NEW/pack.yaml:32: counting \"\""},
		{"unknown unit", "NEW/pack.yaml", "unit: hour", "unit: week", "NEW/pack.yaml:45: unit \"week\""},
		{"unknown trigger", "NEW/pack.yaml", "[incident.detected]", "[incident.vanished]", "NEW/pack.yaml:32: trigger \"incident.vanished\""},
		{"reminders that rise", "NEW/pack.yaml", "[12, 2]", "[2, 12]", "NEW/pack.yaml:32: remind_before_hours"},
		{"a code given twice", "NEW/pack.yaml", "{id: low,", "{id: high,", "CL-severity: code \"high\" is empty or given twice"},
		{"an id of the common file", "NEW/pack.yaml", "terms:", "kinds:\n  - {id: xa, label: {vi: x, en: x}, level: commune, source: {key: k, mark: memory}}\nterms:", "\"xa\" is already given at common.yaml:8"},
		{"a pack named unlike its folder", "NEW/pack.yaml", "id: NEW", "id: NEWER", "NEW/pack.yaml:2: id \"NEWER\" must be the folder's name"},
		{"no severities", "OLD/pack.yaml", "id: CL-severity", "id: CL-other", "OLD/pack.yaml:2: the pack has no code list CL-severity"},
		{"regimes with a gap", "NEW/pack.yaml", "from: 2026-07-01", "from: 2026-07-02", "NEW/pack.yaml:2: OLD ends on 2026-06-30 but NEW begins on 2026-07-02"},
		{"two regimes without end", "OLD/pack.yaml", "  to: 2026-06-30\n", "", "OLD/pack.yaml:2: OLD: only the newest pack"},
		{"calendar rule", "calendar.yaml", "kind: weekly", "kind: daily", "calendar.yaml:2: calendar rule weekend: unknown kind \"daily\""},
		{"calendar weekday", "calendar.yaml", "saturday", "satuday", "calendar.yaml:2: weekday \"satuday\" is unknown"},
		{"calendar rule without source", "calendar.yaml", "    source: {key: law, mark: memory}\n", "", "calendar.yaml:2: source mark"},
		{"empty file", "common.yaml", sharedYAML, "", "common.yaml:1: the file is empty"},
		{"a program for a file", "NEW/pack.yaml", newYAML, "\x7fELF\x02\x01\x01\x00", "NEW/pack.yaml:1: this is no text"},
		{"a picture in the calendar", "calendar.yaml", daysYAML, "rules:\n\x89PNG\r\n\x1a\n", "calendar.yaml:2: this is no text"},
		{"UTF-16", "common.yaml", sharedYAML, "\xff\xfet\x00e\x00", "common.yaml:1: this is no text"},
		{"a word for a file", "NEW/pack.yaml", newYAML, "hello\n", "NEW/pack.yaml:1: cannot unmarshal !!str `hello`"},
		{"a text replaced by itself", "NEW/pack.yaml", "status: in_force\n", "status: lapsed\n    replaced_by: [decree]\n", `NEW/pack.yaml:9: instrument "decree" is replaced by itself: decree -> decree`},
		{"texts replaced in a circle", "NEW/pack.yaml", "instruments:\n", "instruments:\n" +
			"  - {id: a, citation: A, title: {vi: a, en: a}, status: lapsed, replaced_by: [b], source: {key: law, mark: verified}}\n" +
			"  - {id: b, citation: B, title: {vi: b, en: b}, status: lapsed, replaced_by: [c], source: {key: law, mark: verified}}\n" +
			"  - {id: c, citation: C, title: {vi: c, en: c}, status: lapsed, replaced_by: [a], source: {key: law, mark: verified}}\n",
			`NEW/pack.yaml:9: instrument "a" is replaced by itself: a -> b -> c -> a`},
		{"a text replaced by none", "NEW/pack.yaml", "status: in_force\n", "status: lapsed\n    replaced_by: [moon]\n", `NEW/pack.yaml:9: instrument "moon" is unknown`},
		{"two documents", "common.yaml", sharedYAML, sharedYAML + "---\nterms: {}\n", "common.yaml:13: one file holds one YAML document"},
	} {
		t.Run(k.outcome, func(t *testing.T) {
			t.Parallel()
			_, err := rulepack.Load(tree(func(m fstest.MapFS) {
				whole := string(m[k.file].Data)
				if !strings.Contains(whole, k.from) {
					t.Fatalf("the fixture has no %q", k.from)
				}
				m[k.file].Data = []byte(strings.Replace(whole, k.from, k.to, 1))
			}))
			if err == nil || !strings.Contains(err.Error(), k.want) {
				t.Errorf("got %v\nwant %s", err, k.want)
			}
		})
	}
}

func TestLoadRefusesATreeWithoutItsFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"calendar.yaml", "common.yaml"} {
		if _, err := rulepack.Load(tree(func(m fstest.MapFS) { delete(m, name) })); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
	_, err := rulepack.Load(tree(func(m fstest.MapFS) { delete(m, "OLD/pack.yaml"); delete(m, "NEW/pack.yaml") }))
	if err == nil {
		t.Error("a tree without packs loads")
	}
}

// Whatever bytes stand in a pack, Load either refuses them with a place or
// returns packs whose every reference leads somewhere.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(newYAML), []byte(daysYAML))
	f.Add([]byte(oldYAML), []byte("rules: []"))
	f.Add([]byte("pack: &a {id: *a}"), []byte("rules:\n  - {id: x, kind: solar, month: 2, day: 29}"))
	f.Add([]byte("clocks:\n  - *x"), []byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, pack, days []byte) {
		set, err := rulepack.Load(tree(func(m fstest.MapFS) {
			m["NEW/pack.yaml"].Data = pack
			m["calendar.yaml"].Data = days
		}))
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		p, ok := set.Get("NEW")
		if !ok {
			t.Fatal("loaded without the pack")
		}
		for _, c := range p.AllClocks {
			if _, ok := p.Form(c.Form); c.Form != "" && !ok {
				t.Errorf("clock %s leads to no form", c.ID)
			}
			if _, ok := p.Instrument(c.Instrument); !ok {
				t.Errorf("clock %s leads to no instrument", c.ID)
			}
			start := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
			due, e, ok := c.Due(set.Calendar(), rulepack.Moments{DetectedAt: start, DecidedAt: start})
			if !ok || due.Before(start) || e.Text("vi") == "" {
				t.Errorf("clock %s ends at %v", c.ID, due)
			}
		}
		for _, form := range p.Forms {
			for _, field := range form.Fields() {
				if _, ok := p.CodeList(field.List); field.List != "" && !ok {
					t.Errorf("field %s leads to no list", field.Key)
				}
			}
		}
		p.SuggestSeverity(rulepack.Facts{Severity: "high", SystemLevel: 5})
	})
}
