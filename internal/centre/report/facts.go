// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Cases is what the room asks of the incident room; *incident.Service is one.
// Both answer within the actor's scope and fail with fault.NotFound outside it,
// so that a paper is seen by whoever may see its case and by nobody else.
type Cases interface {
	Get(ctx context.Context, id incident.ID) (incident.Incident, error)
	Facts(ctx context.Context, id incident.ID) (incident.Facts, error)
}

// known names the facts of the case for fields whose source the pack leaves to
// a person, by the field's key: the case asked the same question already.
var known = map[string]string{
	"national_security_text":    "incident.national_security_text",
	"serious_interruption_text": "incident.serious_interruption_text",
	"data_subjects":             "incident.data_subjects",
	"request":                   "incident.support",
	"confidential":              "incident.confidential",
	"os":                        "system.os",
	"os_version":                "system.os_version",
	"services":                  "system.services",
	"measures":                  "system.protection",
	"purpose":                   "system.purpose",
	"security_provider":         "system.security_service",
	"network_provider":          "system.network_service",
}

// fill gives every field of the form the value the facts have for it. Fields of
// which nothing is known are absent.
func fill(p *rulepack.Pack, form rulepack.Form, facts incident.Facts) map[string]Value {
	out := map[string]Value{}
	for _, f := range form.Fields() {
		source := f.From
		if source == "" {
			source = known[f.Key]
		}
		fact, ok := facts[source]
		if !ok || !inBody(f) {
			continue
		}
		list, _ := p.CodeList(f.List)
		if v := valueOf(fact, list).shape(p, f); !v.Empty() {
			out[f.Key] = v
		}
	}
	return out
}

// valueOf carries one fact over. Words stand beside the first chosen code that
// asks for some.
func valueOf(fact any, list rulepack.CodeList) Value {
	switch f := fact.(type) {
	case string:
		if list.ID != "" {
			return Value{Codes: []string{f}}
		}
		return Value{Text: f}
	case time.Time:
		return Value{At: f}
	case bool:
		return Value{Yes: &f}
	case int64:
		return Value{Int: &f}
	case []string:
		return Value{List: f}
	case incident.Choice:
		v := Value{Codes: f.IDs}
		for _, id := range f.IDs {
			if c, ok := list.Find(id); ok && c.Text && f.Text != "" {
				v.Notes = map[string]string{id: f.Text}
				break
			}
		}
		return v
	case Rows:
		return Value{Text: f.Say, Cols: f.Cols, Rows: f.Rows}
	case []incident.Evidence:
		var v Value
		for _, e := range f {
			v.List = append(v.List, e.Name+" (SHA-256 "+e.SHA256+")")
		}
		return v
	}
	return Value{}
}

// inBody reports whether a field is a line of the body. The recipients and the
// signature stand in the frame; when and with which proof a paper was sent is
// known only after it was printed and is kept with the sending.
func inBody(f rulepack.Field) bool {
	switch f.From {
	case "report.recipients", "report.signer", "report.sent_at", "report.receipt":
		return false
	}
	return f.Type != "sign"
}

// current is what the paper says now: a draft follows the case but for what a
// person changed; a printed paper says what was printed.
func (s *Service) current(p Paper, pack *rulepack.Pack, form rulepack.Form, live map[string]Value) map[string]Value {
	if p.State != Draft {
		return p.Values
	}
	out := map[string]Value{}
	for k, v := range live {
		if !p.ByHand(k) {
			out[k] = v
		}
	}
	for _, k := range p.Hand {
		if v, ok := p.Values[k]; ok && !v.Empty() {
			out[k] = v
		}
	}
	return s.reckon(pack, form, out)
}
