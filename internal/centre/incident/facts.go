// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"cmp"
	"context"
	"net/netip"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Facts are the values a report is filled from, under the keys of
// rulepack.ValueKeys that begin with incident, unit, contact or system, and a
// few more that forms may come to use. What is not known has no key. The types:
//
//   - string: words; a code of a list where the key is incident.severity,
//     incident.state (CL-incident-state) or system.level
//   - time.Time: UTC moments
//   - bool: incident.national_security, incident.serious_interruption,
//     incident.personal_data, incident.may_harm_subjects,
//     incident.location_or_biometric, incident.processor, incident.confidential; words beside them under the
//     same key with _text
//   - int64: incident.data_subjects
//   - Choice: incident.types, incident.detection, incident.notified,
//     system.services, system.protection
//   - []string: incident.addresses (public ones only), incident.domains
//   - []Evidence: incident.evidence
//   - pack.id, pack.hash: the rule pack of the case
type Facts map[string]any

// Facts gathers the facts of one case in the actor's scope.
func (s *Service) Facts(ctx context.Context, id ID) (Facts, error) {
	f, err := s.File(ctx, id)
	if err != nil {
		return nil, err
	}
	unit, err := s.units.Card(ctx, f.UnitID)
	if err != nil {
		return nil, err
	}
	facts := Facts{"pack.id": f.Law.PackID, "pack.hash": f.Law.PackHash}
	facts.ofCase(f)
	facts.ofUnit(unit)
	facts.ofSystem(f.System, unit)
	return facts, nil
}

func (f Facts) text(key, v string) {
	if v != "" {
		f[key] = v
	}
}

func (f Facts) moment(key string, t time.Time) {
	if !t.IsZero() {
		f[key] = t
	}
}

// answer leaves out what nobody has answered: a paper must not say no to it.
func (f Facts) answer(key string, a Answer) {
	if a != Unanswered {
		f[key] = a == Yes
	}
}

func (f Facts) choice(key string, c Choice) {
	if len(c.IDs) > 0 {
		f[key] = c
	}
}

func (f Facts) ofCase(c File) {
	f.text("incident.code", c.Code)
	f.text("incident.title", c.Title)
	f.text("incident.description", c.Description)
	f.moment("incident.detected_at", c.DetectedAt)
	f.moment("incident.occurred_at", c.OccurredAt)
	f.choice("incident.detection", c.Detection)
	f.choice("incident.types", c.Types)
	f.choice("incident.notified", c.Notified)
	f.text("incident.severity", c.Severity.Value)
	f.text("incident.severity_by", c.Severity.By)
	f.text("incident.severity_reason", c.Severity.Reason)
	f.moment("incident.severity_at", c.Severity.At)
	f["incident.state"] = map[State]string{Open: "open", Closed: "handled"}[c.State]
	f.answer("incident.national_security", c.HarmSecurity.Answer)
	f.text("incident.national_security_text", c.HarmSecurity.Text)
	f.answer("incident.serious_interruption", c.SeriousInterruption.Answer)
	f.text("incident.serious_interruption_text", c.SeriousInterruption.Text)
	f.answer("incident.personal_data", c.PersonalData)
	if c.DataSubjects > 0 {
		f["incident.data_subjects"] = c.DataSubjects
	}
	f.moment("incident.breach_known_at", c.BreachKnown())
	f.answer("incident.may_harm_subjects", c.Breach.MayHarm)
	f.answer("incident.location_or_biometric", c.Breach.LocationOrBiometric)
	f.answer("incident.processor", c.Breach.Processor)
	f.text("incident.measures", c.MeasuresTaken)
	f.text("incident.support", c.SupportAsked)
	f.text("incident.cause", c.Cause)
	f["incident.confidential"] = c.Confidential
	if len(c.Evidence) > 0 {
		f["incident.evidence"] = c.Evidence
	}
	if list := publicAddresses(c.Machines); len(list) > 0 {
		f["incident.addresses"] = list
	}
	if len(c.System.Domains) > 0 {
		f["incident.domains"] = c.System.Domains
	}
	f.moment("incident.report_72h_due_at", due72(c.Obligations))
}

// due72 is the earliest end of a term of 72 hours that the case owes or met.
func due72(list []obligation.Obligation) time.Time {
	for _, o := range obligation.Running(list) {
		if o.Amount == (calendar.Amount{N: 72, Unit: calendar.Hour}) {
			return o.DueAt
		}
	}
	return time.Time{}
}

// publicAddresses are the machines' addresses that are routed on the Internet:
// Mẫu 03 of Circular 20/2017 asks for no internal ones.
func publicAddresses(list []Machine) []string {
	var out []string
	for _, m := range list {
		if a := m.Addr; a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a) {
			out = append(out, a.String())
		}
	}
	return out
}

// shared is the carriers' own space, RFC 6598.
var shared = netip.MustParsePrefix("100.64.0.0/10")

func (f Facts) ofUnit(u UnitCard) {
	f.text("unit.name", u.Name)
	f.text("unit.address", u.Address)
	f.text("unit.phone", u.Phone)
	f.text("unit.email", u.Email)
	f.text("unit.parent", u.Parent)
	f.text("contact.name", u.Contact.Name)
	f.text("contact.position", u.Contact.Position)
	f.text("contact.phone", u.Contact.Phone)
	f.text("contact.email", u.Contact.Email)
}

func (f Facts) ofSystem(s System, u UnitCard) {
	f.text("system.name", s.Name)
	f.text("system.level", s.Level)
	f.text("system.approval", s.Approval)
	f.text("system.operator", cmp.Or(s.Operator, u.Name))
	f.text("system.owner", cmp.Or(s.Owner, u.Name))
	f.text("system.os", s.OS)
	f.text("system.os_version", s.OSVersion)
	f.choice("system.services", s.Services)
	f.choice("system.protection", s.Protection)
	f.text("system.purpose", s.Purpose)
	f.text("system.security_service", s.SecurityService)
	f.text("system.network_service", s.NetworkService)
}
