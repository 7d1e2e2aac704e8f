// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Limits of texts, in characters.
const (
	maxLine = 200
	maxText = 8000
	maxList = 100 // domains
)

// clean brings every text into stored form.
func (d *Details) clean() {
	s := &d.System
	for _, line := range []*string{&d.Title, &d.HarmSecurity.Text, &d.SeriousInterruption.Text, &d.Types.Text, &d.Detection.Text,
		&d.Notified.Text, &s.Name, &s.Approval, &s.Operator, &s.Owner, &s.OS, &s.OSVersion, &s.Services.Text, &s.Protection.Text,
		&s.SecurityService, &s.NetworkService} {
		*line = i18n.NFC(*line)
	}
	for _, text := range []*string{&d.Description, &d.MeasuresTaken, &d.SupportAsked, &s.Purpose} {
		*text = lines(*text)
	}
	d.DetectedAt, d.OccurredAt, d.Breach.KnownAt = cut(d.DetectedAt), cut(d.OccurredAt), cut(d.Breach.KnownAt)
	if d.Phase == "" {
		d.Phase = Detect
	}
	if d.TLP == "" {
		d.TLP = "TLP:AMBER"
	}
	if d.PersonalData != Yes {
		d.DataSubjects = 0
	}
	if d.PersonalData == No {
		d.Breach = Breach{}
	}
}

// lines keeps line breaks, in NFC, without blanks at the ends.
func lines(s string) string {
	return strings.TrimSpace(norm.NFC.String(strings.ReplaceAll(s, "\r\n", "\n")))
}

func cut(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}

// check reports every field that is not right, by form name. p is the pack of
// the day of detection.
func (d Details) check(op string, p *rulepack.Pack, now time.Time) error {
	bad := map[string]string{}
	refuse := func(field, reason string, when bool) {
		if when {
			bad[field] = "incident.err." + reason
		}
	}
	refuse("title", "required", d.Title == "")
	refuse("unit", "required", d.UnitID == "")
	refuse("detected_at", "future", d.DetectedAt.After(now))
	refuse("detected_at", "moment", d.DetectedAt.IsZero())
	refuse("occurred_at", "after_detection", d.OccurredAt.After(d.DetectedAt))
	refuse("phase", "choice", !slices.Contains(Phases(), d.Phase))
	refuse("tlp", "choice", !slices.Contains(TLPs(), d.TLP))
	refuse("data_subjects", "number", d.DataSubjects < 0)
	refuse("breach_known_at", "before_detection", !d.Breach.KnownAt.IsZero() && d.Breach.KnownAt.Before(d.DetectedAt.Truncate(time.Minute))) // people tell the minute
	refuse("personal_data", "personal_first", d.PersonalData == Unanswered && d.Breach != Breach{})
	refuse("breach_known_at", "future", d.Breach.KnownAt.After(now))
	for field, a := range map[string]Answer{"harm_security": d.HarmSecurity.Answer, "serious_interruption": d.SeriousInterruption.Answer,
		"personal_data": d.PersonalData, "may_harm": d.Breach.MayHarm, "location_biometric": d.Breach.LocationOrBiometric,
		"processor": d.Breach.Processor} {
		refuse(field, "choice", !slices.Contains(Answers(), a))
	}
	refuse("domains", "too_many", len(d.System.Domains) > maxList)
	for _, s := range d.Signs {
		refuse("signs", "choice", !slices.Contains(Signs(), s))
	}
	d.checkTexts(refuse)
	for _, c := range []struct {
		field, list string
		v           Choice
	}{{"types", "CL-incident-type", d.Types}, {"detection", "CL-detection", d.Detection}, {"notified", "CL-notified", d.Notified},
		{"services", "CL-service", d.System.Services}, {"protection", "CL-measure", d.System.Protection}} {
		if why := c.v.wrong(p, c.list); why != "" {
			bad[c.field] = why
		}
	}
	if d.System.Level != "" {
		levels, _ := p.CodeList("CL-level")
		_, ok := levels.Find(d.System.Level)
		refuse("system_level", "choice", !ok)
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

func (d Details) checkTexts(refuse func(field, reason string, when bool)) {
	s := d.System
	for field, text := range map[string]string{"title": d.Title, "harm_security_text": d.HarmSecurity.Text,
		"serious_interruption_text": d.SeriousInterruption.Text, "types_text": d.Types.Text, "detection_text": d.Detection.Text,
		"notified_text": d.Notified.Text, "system_name": s.Name, "system_approval": s.Approval, "system_operator": s.Operator,
		"system_owner": s.Owner, "system_os": s.OS, "system_os_version": s.OSVersion, "services_text": s.Services.Text,
		"protection_text": s.Protection.Text, "security_service": s.SecurityService, "network_service": s.NetworkService} {
		refuse(field, "too_long", utf8.RuneCountInString(text) > maxLine)
	}
	for field, text := range map[string]string{"description": d.Description, "measures": d.MeasuresTaken,
		"support": d.SupportAsked, "system_purpose": s.Purpose} {
		refuse(field, "too_long_text", utf8.RuneCountInString(text) > maxText)
	}
}

// wrong is the catalogue key of why c is not a choice from the pack's list, or
// "". A pack without the list allows no choice.
func (c Choice) wrong(p *rulepack.Pack, id string) string {
	list, _ := p.CodeList(id)
	for _, code := range c.IDs {
		item, ok := list.Find(code)
		if !ok {
			return "incident.err.choice"
		}
		if item.Text && c.Text == "" {
			return "incident.err.choice_text"
		}
	}
	return ""
}
