// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// TestEveryMeasureExplainsItself holds that a measure has its words in both
// languages, that its room has a name and that what it is judged by is in the law.
func TestEveryMeasureExplainsItself(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	h.shut(t)
	catalogue, err := i18n.Load(app.Messages()...)
	if err != nil {
		t.Fatal(err)
	}
	list := h.Rooms.Measures.Catalogue()
	if len(list) < 20 {
		t.Errorf("%d measures", len(list))
	}
	pack := h.Rooms.Packs.At(calendar.DateOf(t0))
	for _, m := range list {
		for _, part := range []string{"title", "definition", "source", "coverage", "next"} {
			if key := "measure." + m.Key + "." + part; !catalogue.Has(key) {
				t.Errorf("%s is not in the catalogue", key)
			}
		}
		if !catalogue.Has("measures.room." + m.Room()) {
			t.Errorf("the room of %s has no name", m.Key)
		}
		for _, id := range []string{m.Target, m.Coverage} {
			if _, ok := pack.Threshold(id); id != "" && !ok {
				t.Errorf("%s is judged by %s, which the pack does not have", m.Key, id)
			}
		}
	}
}

// TestNothingIsMeasuredOfNothing counts every measure over units of which there is
// no record: none has a value.
func TestNothingIsMeasuredOfNothing(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	h.shut(t)
	err := h.Records.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return (&filler{ctx: ctx, tx: tx}).units("a", "b")
	})
	if err != nil {
		t.Fatal(err)
	}
	run := must(h.Rooms.Measures.Evaluate(t.Context(), nil, t0))(t)
	for key, err := range run.Failed {
		t.Errorf("%s: %v", key, err)
	}
	for _, total := range must(h.Rooms.Measures.Totals(t.Context()))(t) {
		if total.Known || total.Seen > 0 {
			t.Errorf("%s is %v of nothing", total.Key, total)
		}
	}
	ctx := auth.With(t.Context(), auth.Actor{ID: "p", Name: "p", Grants: []auth.Grant{{Role: auth.Centre, Unit: "a"}}})
	for _, r := range must(h.Rooms.Measures.Readings(ctx, nil, []string{"a", "b"}))(t) {
		if r.Grade == measure.Measured || r.Grade == measure.Partial || r.Grade == measure.Declared {
			t.Errorf("%s of %s is %s", r.Key, r.Unit, r.Grade)
		}
	}
}

// filler writes records past the rooms, in the shape of their tables.
type filler struct {
	ctx context.Context
	tx  *db.Tx
	err error
}

func (f *filler) put(text string, args ...any) {
	if f.err == nil {
		_, f.err = f.tx.NewRaw(text, args...).Exec(f.ctx)
	}
	if f.err != nil {
		f.err = fmt.Errorf("%s: %w", text, f.err)
	}
}

func (f *filler) units(ids ...string) error {
	parent := ""
	for _, id := range ids {
		f.put("INSERT INTO unit (id, name, name_key, kind, parent_id, valid_from, valid_until, head_name, updated_at) VALUES (?, ?, ?, 'xa', ?, 0, 9000000000000, ?, 0)", id, id, id, parent, id)
		f.put("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", id, id)
		if parent != "" {
			f.put("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", parent, id)
		} else {
			parent = id
		}
	}
	return f.err
}

// records gives a unit a little of everything.
func (f *filler) records(unit string, r *rand.Rand) {
	at := func(hours int) int64 { return t0.Add(-time.Duration(hours) * time.Hour).UnixMilli() }
	for i := range 2 + r.IntN(3) {
		id := fmt.Sprint(unit, "-s", i)
		f.put("INSERT INTO source (id, name, owner_unit, created_at, folded) VALUES (?, ?, ?, 0, '')", id, id, unit)
		f.put("INSERT INTO source_span (source_id, from_at, since, owner_unit, minutes, office, below) VALUES (?, ?, ?, ?, 60, FALSE, ?)", id, at(24*40), at(24*40), unit, r.IntN(2) == 0)
		for day := range 40 { // a line a day, a year ago
			f.put("INSERT INTO source_hour (source_id, hour, owner_unit, lines, parsed, skipped, rejected, hits, bytes, received_last) VALUES (?, ?, ?, 10, 10, 0, 0, 0, 100, 0)",
				id, t0.AddDate(-1, 0, 2-day).Truncate(time.Hour).UnixMilli(), unit)
		}
		for hour := range 24 * 32 {
			if r.IntN(20) > 0 {
				f.put("INSERT INTO source_hour (source_id, hour, owner_unit, lines, parsed, skipped, rejected, hits, bytes, received_last) VALUES (?, ?, ?, 10, 10, 0, 0, 0, 100, 0)",
					id, t0.Truncate(time.Hour).Add(-time.Duration(hour)*time.Hour).UnixMilli(), unit)
			}
		}
	}
	for i := range 4 + r.IntN(4) {
		id := fmt.Sprint(unit, i)
		first := at(24*12 + r.IntN(24*20))
		state, cleaned := "confirmed", any(nil)
		if i%2 == 0 {
			state, cleaned = "cleaned", first+int64(r.IntN(200))*3_600_000
		}
		f.put("INSERT INTO infection_machine (id, owner_unit, addr, addr_key) VALUES (?, ?, ?, ?)", id, unit, id, id)
		f.put("INSERT INTO infection (id, machine_id, owner_unit, unit_id, addr, addr_key, threat, state, first_seen, last_seen, queries, undated, names, episodes, cleaned_at, cleaned_by, cleaned_how, note, incident_id, search, created_at, updated_at, version) "+
			"VALUES (?, ?, ?, ?, ?, ?, 't', ?, ?, ?, 1, 0, 1, 1, ?, '', '', '', '', '', 0, 0, 1)", id, id, unit, unit, id, id, state, first, first, cleaned)
		acked := any(nil)
		if i%3 > 0 {
			acked = at(24*3 - r.IntN(20))
		}
		f.put("INSERT INTO finding (id, owner_unit, unit_id, addr, addr_key, threat, episode, state, assignee_id, assignee, acked_at, acked_by, closed_by, reason, muted, following, incident_id, first_seen, last_seen, queries, undated, names, lists, tlp, search, created_at, updated_at, version) "+
			"VALUES (?, ?, ?, ?, ?, 't', 1, 'acknowledged', '', '', ?, '', '', '', FALSE, FALSE, '', ?, ?, 1, 0, 1, '[]', '', '', ?, 0, 1)", id, unit, unit, id, id, acked, at(24*5), at(24*4), at(24*3+r.IntN(30)))
		due := at(24*3 + r.IntN(24*20))
		met, kind := any(nil), "open"
		if i%2 == 0 {
			kind, met = "met", due-int64(r.IntN(40)-10)*3_600_000
		}
		f.put("INSERT INTO obligation (id, kind, title_vi, title_en, unit_id, owed_by, opened_by, addressee_id, addressee_vi, addressee_en, subject_kind, subject_id, subject_label, pack_id, pack_hash, clock_id, form_id, basis, t0, amount, amount_unit, due_at, soon_at, explanation, state, met_at, met_how, met_ref, recorded_by, ended_reason, ended_by_id, ended_by, ended_by_rule, created_at, version, search) "+
			"VALUES (?, 'x', '', '', ?, '', '', '', '', '', 'incident', ?, '', '', '', 'c', '', '', 0, 1, 'day', ?, 0, '', ?, ?, '', '', '', '', '', '', FALSE, 0, 1, '')", id, unit, id, due, kind, met)
		f.put("INSERT INTO obligation_evidence (id, obligation_id, kind, ref, note, by_id, by_name, at) VALUES (?, ?, 'file', '', '', '', '', 0)", id, id)
		f.put("INSERT INTO document (id, unit_id, dir, state, standing, recorded, kind, number, symbol, doc_date, place, subject, urgency, issuer, signer, signer_title, recipients, arrival, arrived_on, reply_by, note, round, drafter_id, drafter_name, created_at, signed_by, numbered_by, sealed_by, issued_by, day, dup_key, cite_key, search, version) "+
			"VALUES (?, ?, 'out', 'issued', '', FALSE, '', '', '', '', '', '', '', '', '', '', '', 0, '', '', '', 0, '', '', 0, '', '', '', '', '', '', '', '', 1)", id, unit)
		f.put("UPDATE document SET issued_at = ? WHERE id = ?", at(24*6), id)
		if i%2 == 0 {
			f.based(id, at(24*6))
		}
		f.period(id+"-p", unit, due, kind, met)
		f.period(id+"-y", unit, due, kind, met)
		f.put("UPDATE obligation SET subject_id = ? WHERE id = ?", "bao-cao-nam-chu-quan@"+id, id+"-y")
		f.put("INSERT INTO document_dispatch (id, document_id, recipient, channel, sent_at, sent_by, received_at, receipt) VALUES (?, ?, '', '', ?, '', ?, '')", id, id, at(24*5+i), at(24*4))
		f.put("INSERT INTO account (id, login, name, home_unit, created_at, folded, second_at, signed_in_at) VALUES (?, ?, '', ?, 0, '', ?, ?)", id, id, unit, at(100), at(24*r.IntN(200)))
		f.put("INSERT INTO esign_certificate (id, owner_unit, holder, kind, serial, issuer, fingerprint, valid_until, origin, registered_at, last_used, uses, folded) VALUES (?, ?, '', '', ?, '', '', ?, '', 0, ?, 1, '')",
			id, unit, id, at(-24*r.IntN(400)-24), at(24*r.IntN(150)))
		f.put("INSERT INTO esign_paper (id, owner_unit, code, day, subject, signed, origin) VALUES (?, ?, ?, ?, '', ?, 'edxml')", id, unit, id, calendar.DateOf(t0).AddDays(-i).String(), i%2)
		f.put("INSERT INTO incident (id, code, title, unit_id, owner_unit, state, phase, tlp, detected_at, occurred_at, types, detection, description, harm_security, harm_security_text, interruption, interruption_text, personal_data, data_subjects, signs, measures_taken, support_asked, notified, confidential, system, severity, severity_reason, severity_by_id, severity_by, pack_id, pack_hash, cause, closed_at, closed_by, close_note, opened_at, opened_by, version, search) "+
			"VALUES (?, ?, '', ?, ?, 'closed', '', '', ?, ?, '[]', '', '', '', '', '', '', '', 0, '', '', '', '', FALSE, '', '', '', '', '', '', '', 'x', ?, '', 'x', ?, '', 1, '')", id, id, unit, unit, at(50), at(60+i), at(10), at(50))
	}
	f.put("INSERT INTO esign_cover (id, owner_unit, day_from, day_to, added_name, added_at) VALUES (?, ?, ?, ?, '', 0)", unit, unit, "2026-01-01", "2026-12-31")
	for _, fact := range []string{"head", "contact", "hotline", "address"} {
		f.put("INSERT INTO unit_fact (unit_id, fact, source, told_at, told_by, verified_at, verified_by) VALUES (?, ?, '', 0, '', ?, '')", unit, fact, at(24*r.IntN(500)))
	}
	f.put("INSERT INTO unit_range (id, unit_id, lo, hi, bits, kind, valid_from, valid_until) VALUES (?, ?, '', '', 128, 'machine', 0, 9000000000000)", unit, unit)
	f.put("INSERT INTO hunt_record (id, code, title, hypothesis, techniques, units, sources, day_from, day_to, members, owner_unit, state, result, conclusion, opened_at, opened_by, opened_name, concluded_at, concluded_name, version, search) "+
		"VALUES (?, ?, '', '', '[]', ?, '[]', '', '', '[]', ?, 'concluded', 'nothing', '', 0, '', '', ?, '', 1, '')", unit, unit, `["`+unit+`"]`, unit, at(24*40))
}

// based gives a paper what it rests on.
func (f *filler) based(document string, at int64) {
	f.put("INSERT INTO document_link (id, document_id, relation, kind, number, symbol, doc_date, issuer, subject, standing, target_id, cite_key, added_at, by_name) "+
		"VALUES (?, ?, 'basis', '', '1', '', '', '', '', 'unknown', '', '', ?, '')", document, document, at)
}

// period is a periodic report that falls due.
func (f *filler) period(id, unit string, due int64, state string, met any) {
	f.put("INSERT INTO obligation (id, kind, title_vi, title_en, unit_id, owed_by, opened_by, addressee_id, addressee_vi, addressee_en, subject_kind, subject_id, subject_label, pack_id, pack_hash, clock_id, form_id, basis, t0, amount, amount_unit, due_at, soon_at, explanation, state, met_at, met_how, met_ref, recorded_by, ended_reason, ended_by_id, ended_by, ended_by_rule, created_at, version, search) "+
		"VALUES (?, 'x', '', '', ?, '', '', '', '', '', 'period', ?, '', '', '', 'c', 'F4', '', 0, 1, 'day', ?, 0, '', ?, ?, '', '', '', '', '', '', FALSE, 0, 1, '')", id, unit, "bao-cao-quy-rui-ro@"+id, due, state, met)
}

// TestPapersAndReportsAreMeasured counts papers that say what they rest on, and
// periodic reports on time, all of them and those about a topic; drafts, other
// duties and other times do not count.
func TestPapersAndReportsAreMeasured(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), func() time.Time { return t0 })
	h.shut(t)
	at := func(hours int) int64 { return t0.Add(-time.Duration(hours) * time.Hour).UnixMilli() }
	err := h.Records.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		f := &filler{ctx: ctx, tx: tx}
		f.err = f.units("a", "b")
		for i, state := range []string{"issued", "issued", "issued", "draft", "issued"} {
			id := fmt.Sprint("p", i)
			f.put("INSERT INTO document (id, unit_id, dir, state, standing, recorded, kind, number, symbol, doc_date, place, subject, urgency, issuer, signer, signer_title, recipients, arrival, arrived_on, reply_by, note, round, drafter_id, drafter_name, created_at, signed_by, numbered_by, sealed_by, issued_by, day, dup_key, cite_key, search, version, issued_at) "+
				"VALUES (?, 'a', 'out', ?, '', FALSE, '', '', '', '', '', '', '', '', '', '', '', 0, '', '', '', 0, '', '', 0, '', '', '', '', '', '', '', '', 1, ?)", id, state, at([]int{30, 40, 50, 30, 24 * 200}[i]))
		}
		f.based("p0", at(30))
		f.based("p1", at(40))
		for n, r := range []struct {
			subject, state string
			due            int64
			met            any
		}{
			{"bao-cao-quy-rui-ro@2026-Q2", "met", at(24 * 10), at(24 * 11)}, {"bao-cao-quy-rui-ro@2026-Q3", "met", at(24 * 10), at(24 * 9)}, {"bao-cao-quy-rui-ro@2026-Q1", "open", at(24 * 10), nil},
			{"bao-cao-quy-rui-ro@2026-Q4", "open", at(-24 * 10), nil}, {"bao-cao-quy-rui-ro-khac@2026-Q1", "met", at(24 * 10), at(24 * 11)},
			{"bao-cao-nam-chu-quan@2025", "met", at(24 * 300), at(24 * 301)}, {"trao-doi-cap-do@2025", "met", at(24 * 300), at(24 * 299)}, {"bao-cao-nam-van-hanh@2025", "open", at(24 * 300), nil},
		} {
			f.period(fmt.Sprint("r", n), "a", r.due, r.state, r.met)
			f.put("UPDATE obligation SET subject_id = ? WHERE id = ?", r.subject, fmt.Sprint("r", n))
		}
		return f.err
	})
	if err != nil {
		t.Fatal(err)
	}
	for key, err := range must(h.Rooms.Measures.Evaluate(t.Context(), nil, t0))(t).Failed {
		t.Errorf("%s: %v", key, err)
	}
	ctx := auth.With(t.Context(), auth.Actor{ID: "p", Name: "p", Grants: []auth.Grant{{Role: auth.Centre, Unit: "a"}}})
	for key, want := range map[string][2]int64{"document.based": {2, 3}, "report.on_time": {3, 7}, "report.risk_on_time": {1, 3}, "report.level_on_time": {1, 2}} {
		for _, r := range must(h.Rooms.Measures.Readings(ctx, []string{key}, []string{"a", "b"}))(t) {
			switch {
			case r.Unit == "a" && (r.Num != want[0] || r.Den != want[1] || r.Grade != measure.Measured):
				t.Errorf("%s: %+v, want %v", key, r, want)
			case r.Unit == "b" && r.Grade == measure.Measured:
				t.Errorf("%s of nothing: %+v", key, r)
			}
		}
	}
}

// TestInfectionsAreSetAgainstTheYearBefore counts what is new in the same window of
// two years: where last year was not heard nothing is told, and never that it is less.
func TestInfectionsAreSetAgainstTheYearBefore(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), func() time.Time { return t0 })
	h.shut(t)
	now, then := t0, t0.AddDate(-1, 0, 0)
	err := h.Records.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		f := &filler{ctx: ctx, tx: tx}
		f.err = f.units("a", "b")
		for _, unit := range []string{"a", "b"} {
			f.put("INSERT INTO source (id, name, owner_unit, created_at, folded) VALUES (?, ?, ?, 0, '')", unit, unit, unit)
			for day := range 40 {
				for _, year := range []time.Time{now, then} {
					if unit == "a" || year == now {
						f.put("INSERT INTO source_hour (source_id, hour, owner_unit, lines, parsed, skipped, rejected, hits, bytes, received_last) VALUES (?, ?, ?, 10, 10, 0, 0, 0, 100, 0)",
							unit, year.AddDate(0, 0, 2-day).Truncate(time.Hour).UnixMilli(), unit)
					}
				}
			}
			for n := range 9 { // three of this year, six of the year before
				id, first := fmt.Sprint(unit, n), now.AddDate(0, 0, -5).UnixMilli()
				if n >= 3 {
					first = then.AddDate(0, 0, -5).UnixMilli()
				}
				f.put("INSERT INTO infection_machine (id, owner_unit, addr, addr_key) VALUES (?, ?, ?, ?)", id, unit, id, id)
				f.put("INSERT INTO infection (id, machine_id, owner_unit, unit_id, addr, addr_key, threat, state, first_seen, last_seen, queries, undated, names, episodes, cleaned_by, cleaned_how, note, incident_id, search, created_at, updated_at, version) "+
					"VALUES (?, ?, ?, ?, ?, ?, 't', 'confirmed', ?, ?, 1, 0, 1, 1, '', '', '', '', '', 0, 0, 1)", id, id, unit, unit, id, id, first, first)
			}
		}
		return f.err
	})
	noError(t, err)
	run := must(h.Rooms.Measures.Evaluate(t.Context(), []string{"infection.year_on_year"}, t0))(t)
	for key, err := range run.Failed {
		t.Errorf("%s: %v", key, err)
	}
	ctx := auth.With(t.Context(), auth.Actor{ID: "p", Name: "p", Grants: []auth.Grant{{Role: auth.Centre, Unit: "a"}}})
	list := must(h.Rooms.Measures.Readings(ctx, []string{"infection.year_on_year"}, []string{"a", "b"}))(t)
	if len(list) != 2 {
		t.Fatalf("%+v", list)
	}
	for _, r := range list {
		value, ok := r.Value(measure.Share)
		switch {
		case r.Unit == "a" && (!ok || value != 50 || r.Num != 3 || r.Den != 6):
			t.Errorf("half as many as the year before are told as %v, %+v", value, r)
		case r.Unit == "b" && (ok || r.Grade == measure.Measured || r.Seen != 0):
			t.Errorf("a year that nobody heard is compared with: %v, %+v", value, r)
		}
	}
}

var errUndone = errors.New("undone")

// TestTakingAwayImprovesNothing fills units with records, takes away what figures
// rest on, one after the other, and holds that no figure is better, and no coverage
// higher, than with it.
func TestTakingAwayImprovesNothing(t *testing.T) {
	t.Parallel()
	now, units := db.At(t0), []string{"a", "b", "c"}
	takings := map[string]func(f *filler, r *rand.Rand){
		"a source falls silent": func(f *filler, r *rand.Rand) {
			f.put("DELETE FROM source_hour WHERE source_id = ?", units[r.IntN(3)]+"-s0")
		},
		"a source falls silent for two days": func(f *filler, r *rand.Rand) {
			f.put("DELETE FROM source_hour WHERE source_id = ? AND hour > ?", units[r.IntN(3)]+"-s1", t0.Add(-48*time.Hour).UnixMilli())
		},
		"last year is forgotten": func(f *filler, r *rand.Rand) {
			f.put("DELETE FROM source_hour WHERE owner_unit = ? AND hour < ?", units[r.IntN(3)], t0.AddDate(0, -6, 0).UnixMilli())
		},
		"a silence is noted": func(f *filler, r *rand.Rand) {
			f.put("INSERT INTO source_silence (source_id, from_at, noted_at) VALUES (?, ?, ?)", units[r.IntN(3)]+"-s0", now, now)
		},
		"a source is closed": func(f *filler, r *rand.Rand) {
			id := units[r.IntN(3)] + "-s1"
			f.put("UPDATE source SET closed = TRUE WHERE id = ?", id)
			f.put("UPDATE source_span SET to_at = ? WHERE source_id = ?", t0.Add(-30*time.Hour).UnixMilli(), id)
		},
		"nobody waits for a source": func(f *filler, r *rand.Rand) {
			f.put("UPDATE source_span SET to_at = ? WHERE source_id = ?", t0.Add(-50*time.Hour).UnixMilli(), units[r.IntN(3)]+"-s0")
		},
		"a silent source is closed": func(f *filler, r *rand.Rand) {
			id := units[r.IntN(3)] + "-s0"
			f.put("DELETE FROM source_hour WHERE source_id = ? AND hour > ?", id, t0.Add(-48*time.Hour).UnixMilli())
			f.put("UPDATE source SET closed = TRUE WHERE id = ?", id)
			f.put("UPDATE source_span SET to_at = ? WHERE source_id = ?", t0.Add(-30*time.Hour).UnixMilli(), id)
		},
		"all sources are gone": func(f *filler, _ *rand.Rand) {
			for _, table := range []string{"source_hour", "source_span", "source_silence", "source"} {
				f.put("DELETE FROM " + table)
			}
		},
		"evidence":         func(f *filler, _ *rand.Rand) { f.put("DELETE FROM obligation_evidence") },
		"duties not met":   func(f *filler, _ *rand.Rand) { f.put("UPDATE obligation SET state = 'open', met_at = NULL") },
		"bases":            func(f *filler, _ *rand.Rand) { f.put("DELETE FROM document_link") },
		"receipts":         func(f *filler, _ *rand.Rand) { f.put("UPDATE document_dispatch SET received_at = NULL") },
		"verifications":    func(f *filler, _ *rand.Rand) { f.put("DELETE FROM unit_fact") },
		"ranges":           func(f *filler, _ *rand.Rand) { f.put("DELETE FROM unit_range") },
		"second factors":   func(f *filler, _ *rand.Rand) { f.put("UPDATE account SET second_at = NULL, signed_in_at = NULL") },
		"uses":             func(f *filler, _ *rand.Rand) { f.put("UPDATE esign_certificate SET last_used = NULL") },
		"certificates":     func(f *filler, _ *rand.Rand) { f.put("DELETE FROM esign_certificate") },
		"ends":             func(f *filler, _ *rand.Rand) { f.put("UPDATE esign_certificate SET valid_until = NULL") },
		"exports":          func(f *filler, _ *rand.Rand) { f.put("DELETE FROM esign_cover") },
		"papers and all":   func(f *filler, _ *rand.Rand) { f.put("DELETE FROM esign_cover"); f.put("DELETE FROM esign_paper") },
		"hunts":            func(f *filler, _ *rand.Rand) { f.put("DELETE FROM hunt_record") },
		"taking up":        func(f *filler, _ *rand.Rand) { f.put("UPDATE finding SET acked_at = NULL") },
		"cleanings":        func(f *filler, _ *rand.Rand) { f.put("UPDATE infection SET state = 'confirmed', cleaned_at = NULL") },
		"when it happened": func(f *filler, _ *rand.Rand) { f.put("UPDATE incident SET occurred_at = NULL") },
		"lessons":          func(f *filler, _ *rand.Rand) { f.put("UPDATE incident SET close_note = ''") },
	}
	seldom := map[string]bool{} // measures of which nothing was measured with all there
	for seed := range uint64(3) {
		h := open(t, t.TempDir(), func() time.Time { return t0 })
		h.shut(t)
		err := h.Records.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			f := &filler{ctx: ctx, tx: tx}
			f.err = f.units(units...)
			for _, unit := range units {
				f.records(unit, rand.New(rand.NewPCG(seed, uint64(unit[0]))))
			}
			return f.err
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx := auth.With(t.Context(), auth.Actor{ID: "p", Name: "p", Grants: []auth.Grant{{Role: auth.Centre, Unit: "a"}}})
		before := readAll(t, h, ctx)
		measured := 0
		for _, m := range h.Rooms.Measures.Catalogue() {
			if _, known := seldom[m.Key]; !known {
				seldom[m.Key] = true
			}
		}
		for at, r := range before {
			if r.Grade == measure.Measured {
				measured++
				seldom[at[0]] = false
			}
		}
		if measured < 40 {
			t.Errorf("seed %d: only %d figures are measured before anything is taken", seed, measured)
		}
		for name, take := range takings {
			after := map[[2]string]measure.Reading{}
			err := h.Records.Housekeep(t.Context(), func(c context.Context, tx *db.Tx) error {
				f := &filler{ctx: c, tx: tx}
				take(f, rand.New(rand.NewPCG(seed, 9)))
				if f.err != nil {
					return f.err
				}
				for _, m := range h.Rooms.Measures.Catalogue() {
					w := measure.Window{From: t0, To: t0}
					if m.Days > 0 {
						w.From = calendar.DateOf(t0).AddDays(1 - m.Days).Start()
					}
					figures, err := m.Eval(c, tx, w)
					if err != nil {
						return fmt.Errorf("%s: %w", m.Key, err)
					}
					for unit, fig := range figures {
						after[[2]string{m.Key, unit}] = h.Rooms.Measures.Add(m, []measure.Reading{{Figure: fig}})
					}
				}
				return errUndone
			})
			if !errors.Is(err, errUndone) {
				t.Fatalf("%s: %v", name, err)
			}
			for at, was := range before {
				m, _ := h.Rooms.Measures.Measure(at[0])
				is := after[at]
				if is.Grade == "" {
					is.Grade = measure.Outside
				}
				if why := better(m, was, is); why != "" {
					t.Errorf("seed %d, without %s: %s of %s %s: %+v, was %+v", seed, name, at[0], at[1], why, is.Figure, was.Figure)
				}
			}
		}
	}
	for key, never := range seldom {
		if never {
			t.Errorf("%s is measured of no unit: nothing is held of it", key)
		}
	}
}

func readAll(t *testing.T, h *house, ctx context.Context) map[[2]string]measure.Reading {
	t.Helper()
	run := must(h.Rooms.Measures.Evaluate(t.Context(), nil, t0))(t)
	for key, err := range run.Failed {
		t.Errorf("%s: %v", key, err)
	}
	out := map[[2]string]measure.Reading{}
	for _, r := range must(h.Rooms.Measures.Readings(ctx, nil, nil))(t) {
		if r.Grade != measure.Outside {
			out[[2]string{r.Key, r.Unit}] = r
		}
	}
	return out
}

// better says in what is is better than was; "" when in nothing.
func better(m measure.Measure, was, is measure.Reading) string {
	rank := map[measure.Grade]int{measure.Unseen: 0, measure.Partial: 1, measure.Declared: 1, measure.Measured: 2}
	switch {
	case is.Grade == measure.Outside:
		return "is no longer asked for"
	case rank[is.Grade] > rank[was.Grade]:
		return "is believed more"
	case is.Seen*was.Expected > was.Seen*is.Expected:
		return "is covered more"
	}
	x, ok1 := was.Value(m.Unit)
	y, ok2 := is.Value(m.Unit)
	if ok1 && ok2 && m.Direction.Better(x, y) {
		return "is better"
	}
	return ""
}
