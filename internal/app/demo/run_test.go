// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vonggac/vonggac/internal/app/demo"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// memory is a Centre that keeps what it is told. It refuses what comes in the
// wrong order.
type memory struct {
	records
	p        *demo.Province
	units    map[string]string
	ended    []string
	people   map[string]demo.Person
	password map[string]bool
	lists    []string
	sources  map[string]string        // name -> id
	files    map[string][]string      // source id -> names, newest first
	logs     map[string]*bytes.Buffer // source id -> all bytes
	taken    map[string]bool          // bytes seen
	cases    []demo.Case
	acked    []string
	imports  int
	fail     int       // this many deliveries fail
	failing  time.Time // from then on
	lost     bool      // they fail after the bytes were taken
}

func newMemory(p *demo.Province) *memory {
	return &memory{p: p, units: map[string]string{}, people: map[string]demo.Person{}, password: map[string]bool{},
		sources: map[string]string{}, files: map[string][]string{}, logs: map[string]*bytes.Buffer{}, taken: map[string]bool{}}
}

type actor struct{}

func (m *memory) need(ctx context.Context, login string) error {
	if ctx.Value(actor{}) != login {
		return fmt.Errorf("%v acts, want %s", ctx.Value(actor{}), login)
	}
	return nil
}

func (m *memory) Found(_ context.Context, _, _ string, first demo.Person) error {
	if len(m.people) == 0 {
		m.people[first.Login] = first
	}
	return nil
}

func (m *memory) As(ctx context.Context, login string) (context.Context, error) {
	if _, ok := m.people[login]; !ok {
		return nil, &fault.Error{Kind: fault.NotFound}
	}
	return context.WithValue(ctx, actor{}, login), nil
}

func (m *memory) Units(context.Context) (map[string]string, error) { return m.units, nil }

func (m *memory) ImportUnits(ctx context.Context, _ string, file []byte) error {
	m.imports++
	for _, u := range m.p.Units {
		m.units[u.Code] = "id-" + u.Code
	}
	return m.need(ctx, "quantri")
}

func (m *memory) EndUnit(_ context.Context, id string, from calendar.Date, heirs []string) error {
	if from.String() != "2025-07-01" || slices.Contains(heirs, "") || len(heirs) == 0 {
		return fmt.Errorf("%s ends on %s for %q", id, from, heirs)
	}
	if !slices.Contains(m.ended, id) {
		m.ended = append(m.ended, id)
	}
	return nil
}

func (m *memory) AddPerson(ctx context.Context, p demo.Person) error {
	if !strings.HasPrefix(p.Unit, "id-") || !strings.HasPrefix(p.Grants[0].Unit, "id-") {
		return fmt.Errorf("%+v has no unit", p)
	}
	if _, ok := m.people[p.Login]; !ok {
		m.people[p.Login] = p
	}
	return m.need(ctx, "quantri")
}

func (m *memory) Link(_ context.Context, login string) (string, error) {
	if m.password[login] {
		return "", nil
	}
	return "https://demo.example/link/" + login, nil
}

func (m *memory) AddSource(ctx context.Context, s demo.Source, owner string) (string, error) {
	id := "s-" + s.ID
	if m.sources[s.Name] == "" {
		m.sources[s.Name], m.logs[id] = id, &bytes.Buffer{}
	}
	return id, m.need(ctx, demo.CentreOfficer)
}

func (m *memory) AddList(_ context.Context, l demo.List) error {
	if !slices.Contains(m.lists, l.Name) {
		m.lists = append(m.lists, l.Name)
	}
	return nil
}

func (m *memory) Receive(ctx context.Context, source, name string, content []byte) error {
	fails := m.fail > 0 && !time.Now().Before(m.failing)
	if fails {
		m.fail--
	}
	if fails && !m.lost {
		return errors.New("no room")
	}
	if key := source + string(content); !m.taken[key] {
		m.taken[key] = true
		m.files[source] = slices.Insert(m.files[source], 0, name)
		m.logs[source].Write(content)
	}
	if fails {
		return errors.New("answer lost")
	}
	return m.need(ctx, demo.CentreOfficer)
}

func (m *memory) Received(_ context.Context, source string) ([]string, error) {
	foreign := []string{"tệp của người dùng.log", strings.TrimPrefix(source, "s-") + "_20000101T000000Z_29991231T000000Z.log"}
	return append(foreign, m.files[source]...), nil
}

func (m *memory) Settle(context.Context) error { return nil }

func (m *memory) Findings(context.Context) ([]demo.Finding, error) {
	var list []demo.Finding
	for i, x := range m.p.Infections {
		id := fmt.Sprint(i)
		list = append(list, demo.Finding{ID: id, Client: x.Machine.Address, Threat: x.Machine.Threat, New: !slices.Contains(m.acked, id)})
	}
	return list, nil
}

func (m *memory) Acknowledge(ctx context.Context, id string) error {
	m.acked = append(m.acked, id)
	return m.need(ctx, demo.DutyOfficer)
}

func (m *memory) Incidents(context.Context) ([]string, error) {
	var titles []string
	for _, c := range m.cases {
		titles = append(titles, c.Title)
	}
	return titles, nil
}

func (m *memory) OpenIncident(ctx context.Context, c demo.Case) error {
	m.cases = append(m.cases, c)
	return m.need(ctx, demo.DutyOfficer)
}

// past is the history of runs that are not about it.
const past = time.Hour

// run runs the demo for a time and returns the invitations.
func (m *memory) run(t *testing.T, long, history time.Duration) []demo.Invitation {
	t.Helper()
	var list []demo.Invitation
	ctx, stop := context.WithTimeout(t.Context(), long)
	defer stop()
	if err := demo.Run(ctx, m, m.p, demo.Options{History: history, Ready: func(i []demo.Invitation) { list = i }}); err != nil {
		t.Fatal(err)
	}
	return list
}

// whole reports whether the centre has every line from start to end once, of
// the sources named or of all.
func (m *memory) whole(t *testing.T, start, end time.Time, only ...string) {
	t.Helper()
	logs := demo.NewTraffic(m.p)
	for _, s := range m.p.Sources {
		if len(only) > 0 && !slices.Contains(only, s.ID) {
			continue
		}
		got, want := m.logs["s-"+s.ID].Bytes(), logs.Log(s.ID, start, end)
		if !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes from %s to %s, want %d", s.ID, len(got), start, end, len(want))
		}
	}
}

func TestTheFirstStartBringsADayAndGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(demo.New(demo.DefaultSeed))
		start := time.Now().UTC()
		invited := m.run(t, 65*time.Second, 0)
		m.whole(t, start.Add(-24*time.Hour), start.Add(time.Minute), "unbound", "dnsmasq-1") // the small ones
		if len(m.units) != 42 || len(m.ended) != 2 || m.ended[0] != "id-GDH2" || len(m.people) != 15 || len(m.lists) != 3 {
			t.Errorf("%d units, ended %v, %d people, %d lists", len(m.units), m.ended, len(m.people), len(m.lists))
		}
		if len(invited) != 8 || invited[4].Person.Unit != "GD19" || invited[0].Address == "" {
			t.Errorf("invited: %+v", invited)
		}
		if len(m.cases) != 2 || m.cases[0].Severity == "" || m.cases[0].Reason == "" || m.cases[1].Severity != "" || len(m.cases[0].FindingIDs) != 1 ||
			m.cases[0].UnitID != "id-GD06" || !m.cases[0].DetectedAt.Before(start) || len(m.acked) != 4 {
			t.Errorf("cases %+v, acknowledged %v", m.cases, m.acked)
		}
	})
}

func TestALaterStartGoesOnWhereTheLogsEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(demo.New(demo.DefaultSeed))
		start := time.Now().UTC()
		m.run(t, 35*time.Second, past)
		m.password[demo.DutyOfficer] = true
		time.Sleep(3 * time.Hour) // of the bubble's clock: the demo is switched off
		invited := m.run(t, 25*time.Second, 4*past)
		m.whole(t, start.Add(-past), start.Add(3*time.Hour+50*time.Second))
		if m.imports != 1 || len(m.cases) != 2 || len(m.acked) != 4 || len(m.people) != 15 {
			t.Errorf("%d imports, %d cases, %d acknowledged, %d people", m.imports, len(m.cases), len(m.acked), len(m.people))
		}
		if invited[0].Address == "" || invited[1].Address != "" {
			t.Errorf("invited: %+v", invited)
		}
	})
}

func TestALongPauseIsASilence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(demo.New(demo.DefaultSeed))
		m.run(t, time.Second, past)
		time.Sleep(20 * 24 * time.Hour)
		again := time.Now().UTC().Truncate(10 * time.Second)
		for _, log := range m.logs {
			log.Reset()
		}
		m.run(t, time.Second, past)
		m.whole(t, again.Add(-past), again)
	})
}

func TestAFailedDeliveryLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]bool{"refused": false, "taken, but the answer was lost": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newMemory(demo.New(demo.DefaultSeed))
				start := time.Now().UTC()
				m.fail, m.lost, m.failing = 3, lost, start.Add(15*time.Second)
				m.run(t, 125*time.Second, past)
				if m.fail > 0 {
					t.Errorf("%d deliveries did not fail", m.fail)
				}
				m.whole(t, start.Add(-past), start.Add(2*time.Minute))
			})
		})
	}
}

func TestARefusalAtTheStartIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		m := newMemory(demo.New(demo.DefaultSeed))
		m.fail = 1
		if err := demo.Run(ctx, m, m.p, demo.Options{History: past}); err == nil || !strings.Contains(err.Error(), "no room") {
			t.Errorf("Run: %v", err)
		}
	})
}
