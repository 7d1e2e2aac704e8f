// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func (v formPage) title(ctx context.Context) string {
	switch {
	case v.of.ID != "":
		return i18n.T(ctx, "document.edit")
	case v.record:
		return i18n.T(ctx, "document.record")
	}
	return i18n.T(ctx, "document.new."+string(v.dir))
}

// actions are other ways to enter an incoming paper.
func (v formPage) actions(ctx context.Context) []ui.Action {
	if v.dir != In || v.of.ID != "" {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "document.message"), Href: MessagesPath, Icon: ui.IconUpload}}
}

func (v formPage) action() string {
	switch {
	case v.of.ID != "":
		return href(v.of.ID)
	case v.record:
		return Path + "/record"
	}
	return Path
}

func (v formPage) hidden() []ui.Hidden {
	if v.of.ID != "" {
		return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.version, 10)}}
	}
	return []ui.Hidden{{Name: "dir", Value: string(v.dir)}}
}

// fields are those of the form, in the order of the printed head.
func (v formPage) fields(ctx context.Context) (out []ui.FieldProps) {
	add := func(f ui.FieldProps) {
		f.Label, f.Value, f.Error = i18n.T(ctx, "document."+f.Name), v.typed[f.Name], v.errs[f.Name]
		out = append(out, f)
	}
	if v.of.ID == "" {
		add(ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Required: true, Options: v.units, Hint: i18n.T(ctx, "document.unit.hint")})
	}
	if v.dir == In {
		add(ui.FieldProps{Kind: ui.KindDate, Name: "arrived_on", Required: true})
		add(ui.FieldProps{Name: "arrival", InputMode: "numeric", Hint: i18n.T(ctx, "document.arrival.hint")})
	}
	add(ui.FieldProps{Kind: ui.KindSelect, Name: "kind", Required: true, Options: options(v.codes.Kinds)})
	if v.dir == In || v.record {
		add(ui.FieldProps{Name: "number", InputMode: "numeric", Required: v.record, Hint: i18n.T(ctx, "document.number.hint")})
	}
	add(ui.FieldProps{Name: "symbol", MaxLength: maxLine, Hint: i18n.T(ctx, "document.symbol.hint")})
	if v.dir == In || v.record {
		add(ui.FieldProps{Kind: ui.KindDate, Name: "date", Required: v.record})
	}
	add(ui.FieldProps{Name: "issuer", Required: v.dir == In, MaxLength: maxLine})
	add(ui.FieldProps{Name: "place", MaxLength: maxLine})
	add(ui.FieldProps{Kind: ui.KindTextarea, Name: "subject", Required: true, Rows: 3, MaxLength: maxSubject})
	add(ui.FieldProps{Kind: ui.KindSelect, Name: "urgency", Blank: i18n.T(ctx, "document.urgency.none"), Options: options(v.codes.Urgencies)})
	add(ui.FieldProps{Name: "signer", MaxLength: maxLine})
	add(ui.FieldProps{Name: "signer_title", MaxLength: maxLine})
	add(ui.FieldProps{Kind: ui.KindTextarea, Name: "recipients", Rows: 4, Hint: i18n.T(ctx, "document.recipients.hint")})
	add(ui.FieldProps{Kind: ui.KindDate, Name: "reply_by"})
	add(ui.FieldProps{Kind: ui.KindTextarea, Name: "note", Rows: 2})
	return out
}
