// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// maxPaste is how many observables one paste may hold.
const maxPaste = 500

// extend loads a case, lets fn add something that hangs on it, and writes the
// audit entry. The record and its version stay. afterClose allows it on a
// closed case: what comes to light later is still written down.
func (s *Service) extend(ctx context.Context, op string, id ID, afterClose bool,
	fn func(ctx context.Context, tx *db.Tx, i Incident, by auth.Actor) (map[string]any, error)) error {
	if _, _, err := auth.Need(ctx, op, mayWrite); err != nil {
		return err
	}
	err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		i, actor, err := s.within(ctx, tx, op, mayWrite, id, anyVersion)
		if err != nil {
			return err
		}
		if i.State == Closed && !afterClose {
			return closed(op)
		}
		detail, err := fn(ctx, tx, i, actor)
		if err != nil {
			return err
		}
		return s.note(ctx, tx, op, i, detail)
	})
	return db.Error(op, err)
}

// AddNote writes what happened at a moment, which may lie before now, into the
// timeline. The zero moment means now. Errors: fault.Invalid (text, at).
func (s *Service) AddNote(ctx context.Context, id ID, at time.Time, text string) error {
	const op = "incident.note"
	text = lines(text)
	return s.extend(ctx, op, id, true, func(ctx context.Context, tx *db.Tx, i Incident, by auth.Actor) (map[string]any, error) {
		now := cut(s.now())
		when := cut(at)
		if when.IsZero() {
			when = now
		}
		switch n := utf8.RuneCountInString(text); {
		case n == 0:
			return nil, fault.Bad(op, "text", "incident.err.required")
		case n > maxText:
			return nil, fault.Bad(op, "text", "incident.err.too_long_text")
		case when.After(now):
			return nil, fault.Bad(op, "at", "incident.err.future")
		}
		e := Entry{Incident: id, At: when, RecordedAt: now, Kind: Note, Text: text, ByID: by.ID, By: by.Name}
		return map[string]any{"at": when}, addEntry(ctx, tx, e)
	})
}

// AddObservables adds what a person pastes, one observable a line, defanged or
// not. One that stands there already is not added again; a verdict other than
// Unknown replaces the old one. It returns how many were new. Errors:
// fault.Invalid (value, verdict).
func (s *Service) AddObservables(ctx context.Context, id ID, paste string, v Verdict, source string) (int, error) {
	const op = "incident.observe"
	list, err := parsePaste(paste)
	if err != nil {
		return 0, err
	}
	if v == "" {
		v = Unknown
	}
	if v != Unknown && v != Bad && v != Good {
		return 0, fault.Bad(op, "verdict", "incident.err.choice")
	}
	source = i18n.NFC(source)
	if utf8.RuneCountInString(source) > maxLine {
		return 0, fault.Bad(op, "source", "incident.err.too_long")
	}
	added := 0
	err = s.extend(ctx, op, id, true, func(ctx context.Context, tx *db.Tx, i Incident, by auth.Actor) (map[string]any, error) {
		added = 0
		for _, o := range list {
			o.Verdict, o.Source, o.AddedAt, o.By = v, source, s.now(), by.Name
			fresh, err := putObservable(ctx, tx, id, o)
			if err != nil {
				return nil, err
			}
			if fresh {
				added++
			}
		}
		return map[string]any{"added": added, "verdict": v, "source": source}, nil
	})
	return added, err
}

func parsePaste(paste string) ([]Observable, error) {
	var list []Observable
	for line := range strings.Lines(paste) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		t, value, err := ParseObservable(i18n.NFC(line))
		if err != nil {
			return nil, err
		}
		list = append(list, Observable{Type: t, Value: value})
	}
	if len(list) == 0 {
		return nil, fault.Bad("incident.observe", "value", "incident.err.required")
	}
	if len(list) > maxPaste {
		return nil, fault.Bad("incident.observe", "value", "incident.err.too_many")
	}
	return list, nil
}

// AddrKinds lists the kinds an address may be declared as.
func AddrKinds() []string { return []string{"machine", "nat", "resolver", "proxy"} }

// AddMachine adds a machine or address; the same name and address again change
// nothing. How many machines are affected may start a clock. Errors:
// fault.Invalid (name, addr, addr_kind).
func (s *Service) AddMachine(ctx context.Context, id ID, name, addr, kind, comment string) error {
	const op = "incident.machine"
	m := Machine{Name: i18n.NFC(name), AddrKind: kind, Note: i18n.NFC(comment)}
	if addr = strings.TrimSpace(fixed(addr)); addr != "" {
		a, err := netip.ParseAddr(addr)
		if err != nil || a.Zone() != "" {
			return fault.Bad(op, "addr", "incident.err.addr")
		}
		m.Addr = a.Unmap()
	}
	switch {
	case m.Name == "" && !m.Addr.IsValid():
		return fault.Bad(op, "name", "incident.err.machine")
	case utf8.RuneCountInString(m.Name) > maxLine || utf8.RuneCountInString(m.Note) > maxLine:
		return fault.Bad(op, "name", "incident.err.too_long")
	case kind != "" && !slices.Contains(AddrKinds(), kind):
		return fault.Bad(op, "addr_kind", "incident.err.choice")
	}
	return s.extend(ctx, op, id, false, func(ctx context.Context, tx *db.Tx, i Incident, by auth.Actor) (map[string]any, error) {
		m.AddedAt, m.By = s.now(), by.Name
		fresh, err := putMachine(ctx, tx, id, m)
		if err != nil {
			return nil, err
		}
		return map[string]any{"added": fresh, "kind": kind}, s.resync(ctx, tx, i, "")
	})
}
