// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// TestTermsOfFormsAreTheClocksOfTheLaw holds the moments that forms reckon to
// what was worked out by hand: Decree 331/2026 Art. 24 and, for dossiers received
// before 19 August 2026, Decree 85/2016 (7 working days; Saturday 22/8/2026 is
// worked for Monday 31/8), Law 116/2025 Art. 25 (24 hours, 6 when urgent).
func TestTermsOfFormsAreTheClocksOfTheLaw(t *testing.T) {
	t.Parallel()
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Deps{Laws: laws})
	pack := laws.At(calendar.Date{Year: 2026, Month: 11, Day: 21})
	yes, no := true, false
	for _, c := range []struct {
		name, form, key, from string
		start                 string // as a person types it, in Vietnam; a day for a field of days
		urgent                *bool
		want                  string // empty: nothing is reckoned
	}{
		{"the last day of the former decree", "F6M6", "decide_by", "received_on", "2026-08-18", nil, "2026-08-26"}, // 19-22 (4), 24-26 (7)
		{"the day before", "F6M6", "decide_by", "received_on", "2026-08-17", nil, "2026-08-25"},
		{"the first day of the new decree", "F6M6", "decide_by", "received_on", "2026-08-19", nil, "2026-08-27"}, // 20-22 (3), 24-27 (7)
		{"over New Year", "F6M6", "decide_by", "received_on", "2026-12-23", nil, "2027-01-04"},
		{"the decision of several systems reckons the same", "F6M7", "decide_by", "received_on", "2026-08-19", nil, "2026-08-27"},
		{"nothing without the day of receipt", "F6M6", "decide_by", "received_on", "", nil, ""},
		{"a day to block", "F14c", "due_at", "received_at", "2026-09-30 16:00", &no, "2026-10-01 16:00"},
		{"six hours when urgent, over midnight", "F14c", "due_at", "received_at", "2026-09-30 22:00", &yes, "2026-10-01 04:00"},
		{"nothing while nobody has said whether it is urgent", "F14c", "due_at", "received_at", "2026-09-30 22:00", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			form, ok := pack.Form(c.form)
			if !ok {
				t.Fatalf("the pack has no form %s", c.form)
			}
			layout := "2006-01-02 15:04"[:max(len(c.start), len(c.want), 10)]
			values := map[string]Value{}
			if c.start != "" {
				at, err := time.ParseInLocation(layout, c.start, i18n.Hanoi)
				if err != nil {
					t.Fatal(err)
				}
				values[c.from] = Value{At: at}
			}
			if c.urgent != nil {
				values["urgent"] = Value{Yes: c.urgent}
			}
			got, known := s.reckon(pack, form, values)[c.key]
			if c.want == "" {
				if known {
					t.Errorf("%s is %v", c.key, got.At)
				}
				return
			}
			if at := got.At.In(i18n.Hanoi).Format(layout); at != c.want {
				t.Errorf("%s is %s, want %s", c.key, at, c.want)
			}
		})
	}
}
