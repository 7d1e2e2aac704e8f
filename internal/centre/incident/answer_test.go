// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// asked are the facts of the questions of yes and no.
var asked = []string{"incident.national_security", "incident.serious_interruption", "incident.personal_data"}

func TestAQuestionWithoutAnswerIsNotNo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		for name, c := range map[string]struct {
			harm, interruption, personal incident.Answer
			severity                     string
			unclear                      []string
			atOnce                       bool
		}{
			"nobody answered":               {severity: "M4", unclear: []string{"harm_security", "serious_interruption", "personal_data"}},
			"no is known":                   {harm: incident.No, interruption: incident.No, personal: incident.No, severity: "M4"},
			"personal data alone":           {personal: incident.Yes, severity: "M3", unclear: []string{"harm_security", "serious_interruption"}},
			"an interruption is reported":   {interruption: incident.Yes, severity: "M2", unclear: []string{"harm_security"}, atOnce: true},
			"harm decides whatever follows": {harm: incident.Yes, severity: "M1", atOnce: true},
		} {
			i, err := b.svc.Open(b.truc(), incident.Details{Title: name, UnitID: "a", DetectedAt: b.now, DataSubjects: 7,
				HarmSecurity: incident.Claim{Answer: c.harm}, SeriousInterruption: incident.Claim{Answer: c.interruption}, PersonalData: c.personal})
			if err != nil {
				t.Fatal(err)
			}
			f, err := b.svc.File(b.truc(), i.ID)
			if err != nil || f.HarmSecurity.Answer != c.harm || f.SeriousInterruption.Answer != c.interruption || f.PersonalData != c.personal {
				t.Fatalf("%s: %+v, %v", name, f.Details, err)
			}
			if _, runs := b.clocks(i.ID)["anm-ngay"]; runs != c.atOnce {
				t.Errorf("%s: report at once: %t", name, runs)
			}
			if s := b.svc.Suggest(f); s.Severity.ID != c.severity || !slices.Equal(s.Unclear, c.unclear) {
				t.Errorf("%s: suggested %s, unclear %v", name, s.Severity.ID, s.Unclear)
			}
			facts, err := b.svc.Facts(b.truc(), i.ID)
			if err != nil {
				t.Fatal(err)
			}
			for n, a := range []incident.Answer{c.harm, c.interruption, c.personal} {
				if yes, known := facts[asked[n]].(bool); known != (a != incident.Unanswered) || yes != (a == incident.Yes) {
					t.Errorf("%s: %s is %v", name, asked[n], facts[asked[n]])
				}
			}
			if _, known := facts["incident.data_subjects"]; known != (c.personal == incident.Yes) {
				t.Errorf("%s: people concerned: %v", name, facts["incident.data_subjects"])
			}
		}
	})
}

// notKnownYet is the words of the third answer, alone in their element.
var notKnownYet = regexp.MustCompile(`>\s*Chưa xác định\s*<`)

func TestTheFormOffersThreeAnswers(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, append(sources[:len(sources):len(sources)], web.Migrations)...))
	w := b.browse(t, person(auth.Duty, "tinh"))
	i := b.open(b.truc(), "a")
	at := "/incidents/" + string(i.ID)
	if page := w.get(at, 200); strings.Count(page, "Chưa xác định") < len(asked) {
		t.Error("the page of a new case does not say what is not known yet")
	}
	if page := w.get(at+"/severity", 200); !strings.Contains(page, "Chưa xác định các điểm sau") {
		t.Error("the suggestion does not say what is not known yet")
	}
	if n := len(notKnownYet.FindAllString(w.get(at+"/edit", 200), -1)); n != len(asked)+3 { // three more of a breach
		t.Errorf("the form offers not known yet %d times", n)
	}
	form := url.Values{"title": {"x"}, "unit": {"a"}, "detected_at": {"2026-11-21T03:12"}, "phase": {"detect"}, "tlp": {"TLP:AMBER"},
		"version": {"1"}, "harm_security": {"no"}, "personal_data": {"yes"}}
	w.post(at+"/edit", form, 200)
	got, err := b.svc.Get(b.truc(), i.ID)
	if err != nil || got.HarmSecurity.Answer != incident.No || got.SeriousInterruption.Answer != incident.Unanswered || got.PersonalData != incident.Yes {
		t.Errorf("%+v, %v", got.Details, err)
	}
	form.Set("harm_security", "1")
	form.Set("version", "2")
	w.post(at+"/edit", form, 422)
}
