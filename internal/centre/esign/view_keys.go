// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/signature"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func (v keysPage) actions(ctx context.Context) []ui.Action {
	if !v.on {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "esign.key.add"), Href: keysPath + "/new", Icon: ui.IconAdd, Primary: true}}
}

func (v keysPage) rows(ctx context.Context) ui.ListProps {
	head := func(key string) ui.Head { return ui.Head{Label: i18n.T(ctx, "esign.field."+key)} }
	act := head("act")
	act.Hide = true
	l := ui.ListProps{Caption: i18n.T(ctx, "esign.keys"), Total: int64(len(v.list)), Heads: []ui.Head{head("holder"), head("unit"), head("serial"), head("until"), head("password"), head("image"), act},
		Empty: ui.EmptyProps{Icon: ui.IconKey, Title: i18n.T(ctx, "esign.keys.none"), Text: i18n.T(ctx, "esign.keys.none.text")}}
	if a := v.actions(ctx); a != nil {
		l.Empty.Action = &a[0]
	}
	for _, k := range v.list {
		unit := ui.None()
		if name := v.names[k.Owner]; name != "" {
			unit = ui.Unit(ui.UnitProps{Name: name, Href: "/units/" + k.Owner})
		}
		password, image := "esign.key.asked", "esign.key.no_image"
		if k.Kept {
			password = "esign.key.kept"
		}
		if k.Image {
			image = "esign.key.has_image"
		}
		l.Rows = append(l.Rows, ui.Row{ID: string(k.ID), Name: k.Holder, Cells: []templ.Component{keyCell(v, k), unit, serialCell(Certificate{Serial: k.Serial, Issuer: k.Issuer}), ui.Date(k.Until),
			ui.Text(i18n.T(ctx, password)), ui.Text(i18n.T(ctx, image)), removeKeyCell(k)}})
	}
	return l
}

// doubts are what a holder should know of a key.
func (v keysPage) doubts(ctx context.Context, k Key) []ui.BadgeProps {
	return doubtsOf(ctx, v.at, v.actor.Name, k)
}

func doubtsOf(ctx context.Context, s *Service, name string, k Key) (out []ui.BadgeProps) {
	now := s.now()
	switch {
	case !k.InForce(now):
		out = append(out, ui.BadgeProps{Text: i18n.T(ctx, "esign.state.ended"), Tone: ui.Bad})
	case k.Until.Before(now.AddDate(0, 0, soonDays)):
		out = append(out, ui.BadgeProps{Text: i18n.T(ctx, "esign.state.soon"), Tone: ui.Warn})
	}
	if !k.Known {
		out = append(out, ui.BadgeProps{Text: i18n.T(ctx, "esign.key.unknown"), Tone: ui.Warn})
	}
	if k.Kind == Personal && !samePerson(k.Holder, name) {
		out = append(out, ui.BadgeProps{Text: i18n.T(ctx, "esign.key.other_name"), Tone: ui.Warn})
	}
	return out
}

// hidden says the kind of a key where there is no choice.
func (v keyPage) hidden() []ui.Hidden {
	if len(v.clerkOf) > 0 {
		return nil
	}
	return []ui.Hidden{{Name: "kind", Value: string(Personal)}}
}

// options are the keys a paper may be signed with.
func (v signPage) options(ctx context.Context) (out []ui.Option) {
	for _, k := range v.Keys {
		o := ui.Option{Value: string(k.ID), Label: i18n.T(ctx, "esign.sign.as."+string(k.Kind), k.Holder), Hint: i18n.T(ctx, "esign.sign.until", i18n.Date(ctx, k.Until))}
		for _, d := range doubtsOf(ctx, v.at, v.actor.Name, k) {
			o.Hint += "; " + d.Text
		}
		out = append(out, o)
	}
	return out
}

// chosen is the key of the form.
func (v signPage) chosen() Key {
	for _, k := range v.Keys {
		if string(k.ID) == v.typed.key {
			return k
		}
	}
	return Key{}
}

// asked reports whether no key of the form has its password kept.
func (v signPage) asked() bool {
	return !slices.ContainsFunc(v.Keys, func(k Key) bool { return k.Kept })
}

func (v signPage) passwordHint(ctx context.Context) string {
	if v.asked() {
		return ""
	}
	return i18n.T(ctx, "esign.hint.key_password")
}

// place is what the fields of the place show: what was typed, and where the paper
// does not tell the decree's place, one to begin with. Left empty they mean the
// decree's place.
func (v signPage) place() signedForm {
	f := v.typed
	if _, ok := v.Places[v.chosen().ID]; !ok && f.page == "" && f.left == "" && f.top == "" {
		f.page, f.left, f.top = strconv.Itoa(v.Sheets), "120", "200"
	}
	return f
}

func tenth(mm float64) string {
	return strings.Replace(strings.TrimSuffix(strconv.FormatFloat(max(0, mm), 'f', 1, 64), ".0"), ".", ",", 1)
}

// placed says whether the place was read off the paper.
func (v signPage) placed(ctx context.Context) string {
	k := v.chosen()
	if at, ok := v.Places[k.ID]; ok {
		return i18n.T(ctx, "esign.sign.placed."+string(k.Kind), i18n.Number(ctx, int64(at.Page)), tenth(at.Left), tenth(at.Top))
	}
	return i18n.T(ctx, "esign.sign.unplaced")
}

func (v signPage) facts(ctx context.Context) []ui.Fact {
	out := []ui.Fact{{Label: i18n.T(ctx, "esign.field.paper"), Value: paperLink(v.Paper)}}
	if v.why != "" {
		return out
	}
	out = append(out, []ui.Fact{{Label: i18n.T(ctx, "esign.field.file"), Value: ui.Text(v.File)},
		{Label: i18n.T(ctx, "esign.field.sheets"), Value: ui.Number(int64(v.Sheets))}}...)
	var said []string
	for _, s := range v.Signed {
		if s.Kind != signature.TimeStamp {
			said = append(said, i18n.T(ctx, "esign.sign.by", cmp.Or(s.Signer.Name, i18n.T(ctx, "esign.nobody")), i18n.T(ctx, "esign.verdict."+string(s.State))))
		}
	}
	if said == nil {
		said = []string{i18n.T(ctx, "esign.sign.nobody")}
	}
	return append(out, ui.Fact{Label: i18n.T(ctx, "esign.field.signatures"), Value: ui.Multiline(strings.Join(said, "\n"))})
}
