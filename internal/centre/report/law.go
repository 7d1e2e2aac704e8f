// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// This file keeps a paper under the text of the law it was written under: what
// is put in place of a value later changes no paper that stands.

// LawState says how the text a paper goes by stands to that of today.
type LawState string

// The states.
const (
	LawStands LawState = ""      // the form reads today as it did
	LawNewer  LawState = "newer" // it reads otherwise today; a draft may take the new text
	LawLost   LawState = "lost"  // the text it was written under is not kept any more: it goes by today's
)

type judgement struct {
	pack  *rulepack.Pack // nil: not kept
	today string         // version for which it was not kept
}

// law is the reading of the pack that p was written under, and today's where that
// is not kept: the pack's files came with another release.
func (s *Service) law(p Paper) (pack *rulepack.Pack, state LawState, ok bool) {
	today, ok := s.laws.Get(p.PackID)
	if !ok || today.Version == p.PackHash {
		return today, LawStands, ok
	}
	key := p.PackID + "/" + p.PackHash
	known, _ := s.judged.Load(key)
	j, _ := known.(judgement)
	if j.pack == nil && j.today != today.Version {
		j = judgement{today: today.Version}
		if then, kept := s.laws.Judged(p.PackID, p.PackHash); kept {
			j.pack = then
		}
		s.judged.Store(key, j)
	}
	if j.pack == nil {
		return today, LawLost, true
	}
	if sameReading(j.pack, today, p.FormID) {
		return j.pack, LawStands, true
	}
	return j.pack, LawNewer, true
}

// sameReading reports whether a form and the bodies it goes to are the same in
// both; where a text comes from is left out of it.
func sameReading(then, now *rulepack.Pack, form string) bool {
	a, _ := then.Form(form)
	b, _ := now.Form(form)
	a.Source, b.Source = rulepack.Source{}, rulepack.Source{}
	return reflect.DeepEqual(a, b) && slices.Equal(bodies(then, a), bodies(now, b))
}

func bodies(p *rulepack.Pack, f rulepack.Form) []string {
	var out []string
	for _, role := range f.Recipients {
		a, _ := p.Addressee(role)
		out = append(out, a.Label.VI)
	}
	return out
}

// TakeLaw has a paper that has not gone out go by today's text of its form. What
// a person wrote stays; what the old text put into the head is worded anew.
// Errors: fault.Conflict when the text has not changed, the paper is issued or
// version is stale.
func (s *Service) TakeLaw(ctx context.Context, id ID, version int64) (Paper, error) {
	const op = "report.TakeLaw"
	f, err := s.Get(ctx, id)
	if err != nil {
		return Paper{}, err
	}
	pack, ok := s.laws.Get(f.PackID)
	form, had := pack.Form(f.FormID)
	if !ok || !had || f.Law != LawNewer {
		return Paper{}, &fault.Error{Kind: fault.Conflict, Op: op}
	}
	if err := f.free(op); err != nil {
		return Paper{}, err
	}
	return s.change(ctx, op, auth.Write, id, version, func(_ context.Context, _ *db.Tx, p *Paper) (map[string]any, error) {
		if err := p.editable(op); err != nil {
			return nil, err
		}
		values := map[string]Value{}
		for _, fl := range form.Fields() {
			if v := p.Values[fl.Key].shape(pack, fl); !v.Empty() {
				values[fl.Key] = v
			}
		}
		p.cite = f.cite
		word := p.words(p.Frame.Issuer)
		if rest, ok := strings.CutPrefix(p.Frame.Subject, word(f.Form.Subject)); ok {
			p.Frame.Subject = word(form.Subject) + rest
		}
		for n, name := range bodies(f.Pack, f.Form) {
			if at := slices.Index(p.Frame.To, name); at >= 0 {
				p.Frame.To = slices.Clone(p.Frame.To)
				p.Frame.To[at] = bodies(pack, form)[n]
			}
		}
		was := p.PackHash
		p.State, p.PackHash, p.Values = Draft, pack.Version, s.reckon(pack, form, values)
		return map[string]any{"pack": p.PackID, "from": was, "to": p.PackHash}, nil
	})
}
