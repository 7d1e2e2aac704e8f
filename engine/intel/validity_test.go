// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/engine/intel"
)

// at is the nth of November 2026.
func at(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }

func TestAnIndicatorCountsWhenValidNowOrAtTheEvent(t *testing.T) {
	t.Parallel()
	x := one(t,
		intel.Indicator{Value: "window.com", From: at(10), Until: at(20)},
		intel.Indicator{Value: "always.com"},
		intel.Indicator{Value: "from.com", From: at(10)},
		intel.Indicator{Value: "until.com", Until: at(20)},
	)
	if !x.Timed() {
		t.Error("the index does not know of its validities")
	}
	for name, c := range map[string]struct {
		when intel.When
		want []string
	}{
		"not judged":                  {intel.When{}, []string{"window.com", "always.com", "from.com", "until.com"}},
		"now within":                  {intel.When{Now: at(15)}, []string{"window.com", "always.com", "from.com", "until.com"}},
		"now at the start":            {intel.When{Now: at(10)}, []string{"window.com", "always.com", "from.com", "until.com"}},
		"now at the end":              {intel.When{Now: at(20)}, []string{"always.com", "from.com"}},
		"now before":                  {intel.When{Now: at(9)}, []string{"always.com", "until.com"}},
		"an old log, expired since":   {intel.When{Now: at(25), Event: at(15)}, []string{"window.com", "always.com", "from.com", "until.com"}},
		"an old log, known since":     {intel.When{Now: at(15), Event: at(5)}, []string{"window.com", "always.com", "from.com", "until.com"}},
		"an old log, never both":      {intel.When{Now: at(25), Event: at(5)}, []string{"always.com", "from.com", "until.com"}},
		"the time of the event alone": {intel.When{Event: at(25)}, []string{"always.com", "from.com"}},
	} {
		got := []string{}
		for _, ask := range []string{"www.window.com", "always.com", "from.com", "until.com"} {
			for _, m := range x.MatchAt(ask, c.when) {
				got = append(got, m.Indicator)
			}
		}
		if diff := gocmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAnAllowEntryThatIsNotValidAllowsNothing(t *testing.T) {
	t.Parallel()
	var b intel.Builder
	added(t, &b, []intel.List{{Name: "bad"}, {Name: "good", Kind: intel.Allow}}, []listing{
		{0, intel.Indicator{Value: "evil.com"}},
		{1, intel.Indicator{Value: "evil.com", Until: at(10)}},
	})
	x := b.Build()
	for day, want := range map[int][]string{9: {"-bad:evil.com", "good:evil.com"}, 10: {"bad:evil.com"}} {
		if diff := gocmp.Diff(want, brief(x.MatchAt("evil.com", intel.When{Now: at(day)}))); diff != "" {
			t.Errorf("day %d: %s", day, diff)
		}
	}
}

func TestAPatchIsEffectiveAtOnce(t *testing.T) {
	t.Parallel()
	bad := intel.List{Name: "bad", Threat: "old"}
	var b intel.Builder
	added(t, &b, []intel.List{bad, {Name: "other"}}, []listing{
		{0, intel.Indicator{Value: "evil.com", Reference: "r1"}},
		{1, intel.Indicator{Value: "evil.com"}},
		{0, intel.Indicator{Value: "stays.com"}},
		{0, intel.Indicator{Value: "cited.com", Reference: "r2"}},
	})
	x := b.Build()
	var p intel.Patch
	for _, i := range []intel.Indicator{
		{Value: "new.com", Threat: "fresh"}, {Value: "stays.com", Threat: "renamed"}, {Value: "brief.com"},
		{Value: "brief.com", Revoked: true}, {Reference: "r2", Revoked: true},
	} {
		if why := p.Add(bad, i); why != "" && why != intel.Revoked {
			t.Fatal(why)
		}
	}
	if why := p.Remove("bad", intel.Domain, "EVIL.com"); why != "" {
		t.Fatal(why)
	}
	if why := p.Remove("", intel.Domain, "not a name"); why != intel.BadName {
		t.Error(why)
	}
	next, err := x.Patched(&p)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{"evil.com": {"other:evil.com"}, "www.new.com": {"bad:new.com"}, "stays.com": {"bad:stays.com"},
		"brief.com": {}, "cited.com": {}} {
		if diff := gocmp.Diff(want, brief(next.Match(name))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if m := next.Match("new.com"); m[0].Threat != "fresh" || m[0].List != next.Lists()[0] || next.Entry(m[0].ID).Indicator != "new.com" {
		t.Errorf("%+v", m)
	}
	if m := next.Match("stays.com"); m[0].Threat != "renamed" {
		t.Errorf("%+v", m)
	}
	if len(x.Match("evil.com")) != 2 || len(x.Match("new.com")) != 0 {
		t.Error("the index below has changed")
	}
}

func TestAPatchOverNothingAnswers(t *testing.T) {
	t.Parallel()
	var p intel.Patch
	if why := p.Add(intel.List{Name: "l"}, intel.Indicator{Value: "evil.com"}); why != "" || p.Len() != 1 {
		t.Fatal(why)
	}
	x, err := (&intel.Index{}).Patched(&p)
	if err != nil || len(x.Match("a.evil.com")) != 1 {
		t.Fatalf("%v", err)
	}
}
