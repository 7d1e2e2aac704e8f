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

func TestParseFactsReadsWhatPeopleType(t *testing.T) {
	t.Parallel()
	f, err := rulepack.ParseFacts(" severity=M2, system_level=3 machines=12\turgent=false beyond_capacity=true block_order ")
	want := rulepack.Facts{Severity: "M2", SystemLevel: 3, Machines: 12, BeyondCapacity: true, BlockOrder: true}
	if err != nil || f != want {
		t.Errorf("%+v, %v", f, err)
	}
	for text, says := range map[string]string{
		"moon_full": "unknown; known are", "system_level=6": "must be 1..5", "machines=-1": "must be 0..", "urgent=perhaps": "true or false",
		"severity": "name the code", "=": "unknown",
	} {
		if f, err := rulepack.ParseFacts(text); err == nil || !strings.Contains(err.Error(), says) || f != (rulepack.Facts{}) {
			t.Errorf("%q: %+v, %v", text, f, err)
		}
	}
}

// Whatever is typed is taken as known facts or refused in words; what is taken
// is taken the same again.
func FuzzParseFacts(f *testing.F) {
	f.Add("severity=M2 system_level=3 urgent")
	f.Add("machines=99999999999999999999,=,==")
	f.Add("severity=\x00 urgent=true=false")
	f.Fuzz(func(t *testing.T, text string) {
		facts, err := rulepack.ParseFacts(text)
		again, err2 := rulepack.ParseFacts(text)
		switch {
		case (err == nil) != (err2 == nil) || facts != again:
			t.Fatalf("%q is read in two ways", text)
		case err != nil && (err.Error() == "" || facts != (rulepack.Facts{})):
			t.Fatalf("%q: %v beside %+v", text, err, facts)
		case facts.SystemLevel < 0 || facts.SystemLevel > 5 || facts.Machines < 0:
			t.Fatalf("%q gives %+v", text, facts)
		}
	})
}

// Each case breaks the clock of the fixture that counts days.
func TestClocksAreCheckedAgainstWhatTheProgramKnows(t *testing.T) {
	t.Parallel()
	for _, k := range []struct{ outcome, from, to, want string }{
		{"a moment of another event", "from: detected_at\n    amount: {n: 3", "from: received_at\n    amount: {n: 3", "from \"received_at\": incident.detected has"},
		{"a decision before it is made", "from: detected_at\n    amount: {n: 3", "from: decided_at\n    amount: {n: 3", "from \"decided_at\": incident.detected has"},
		{"triggers of two subjects", "[incident.detected]", "[incident.detected, breach.detected]", "are of different subjects"},
		{"a period back to front", "    when: {}\n", "    when: {}\n    since: 2027-01-01\n    until: 2026-12-31\n", "ends before it begins"},
		{"levels back to front", "    when: {}\n", "    when: {level_at_least: 4, level_at_most: 3}\n", "level_at_most is below"},
		{"an unknown test among none", "    when: {}\n", "    when: {none: [moon_full]}\n", "condition \"moon_full\" is unknown"},
		{"months without a counting rule", "{n: 3, unit: day}\n    counting: civil", "{n: 3, unit: month}", "counting \"\""},
		{"a century and more", "{n: 3, unit: day}", "{n: 1201, unit: month}", "must be 1..1200"},
	} {
		_, err := rulepack.Load(tree(func(m fstest.MapFS) {
			whole := string(m["NEW/pack.yaml"].Data)
			if !strings.Contains(whole, k.from) {
				t.Fatalf("%s: the fixture has no %q", k.outcome, k.from)
			}
			m["NEW/pack.yaml"].Data = []byte(strings.Replace(whole, k.from, k.to, 1))
		}))
		if err == nil || !strings.Contains(err.Error(), k.want) || !strings.Contains(err.Error(), "NEW/pack.yaml:32") {
			t.Errorf("%s: %v", k.outcome, err)
		}
	}
}

// The pack and the clock are those of the day of T0; the condition chooses
// among them.
func TestStartJudgesByTheDayOfT0(t *testing.T) {
	t.Parallel()
	set, err := rulepack.Load(tree(func(m fstest.MapFS) {
		m["NEW/pack.yaml"].Data = []byte(strings.Replace(string(m["NEW/pack.yaml"].Data), "    when: {}\n",
			"    when: {none: [urgent], level_at_most: 3}\n    since: 2026-08-19\n    until: 2026-12-31\n", 1))
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct {
		outcome, day, facts, pack, clocks string
	}{
		{"the old pack has none", "2026-06-30", "", "OLD", ""},
		{"before the clock", "2026-08-18", "", "NEW", ""},
		{"its first day", "2026-08-19", "", "NEW", "days"},
		{"its last day", "2026-12-31", "system_level=3", "NEW", "days"},
		{"after it", "2027-01-01", "", "NEW", ""},
		{"a fact against it", "2026-09-01", "urgent", "NEW", ""},
		{"too high a level", "2026-09-01", "system_level=4", "NEW", ""},
	} {
		facts, err := rulepack.ParseFacts(k.facts)
		if err != nil {
			t.Fatal(err)
		}
		d, err := calendar.ParseDate(k.day)
		if err != nil {
			t.Fatal(err)
		}
		m := rulepack.Moments{DetectedAt: d.Start().Add(9 * time.Hour)}
		p, clocks := set.Start(rulepack.Detected, facts, m)
		var ids []string
		for _, c := range clocks {
			ids = append(ids, c.ID)
			if _, _, ok := c.Due(set.Calendar(), m); !ok {
				t.Errorf("%s: %s has no end", k.outcome, c.ID)
			}
		}
		if p.ID != k.pack || strings.Join(ids, " ") != k.clocks {
			t.Errorf("%s: %s %v", k.outcome, p.ID, ids)
		}
	}
	if p, clocks := set.Start(rulepack.Detected, rulepack.Facts{}, rulepack.Moments{}); p != nil || clocks != nil {
		t.Error("an event without T0 starts clocks")
	}
	if p, _ := set.Start("incident.vanished", rulepack.Facts{}, rulepack.Moments{DetectedAt: time.Unix(0, 0)}); p != nil {
		t.Error("an unknown trigger has a pack")
	}
	for _, trigger := range rulepack.Triggers() {
		if trigger.T0() == "" || trigger.Subject() == "" {
			t.Errorf("%s has no T0", trigger)
		}
	}
}
