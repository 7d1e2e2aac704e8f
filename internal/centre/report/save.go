// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Edit is what a person saved: the frame as typed, and for each field of the
// form the value typed with what stood there when the page was drawn.
type Edit struct {
	Frame   Frame
	Fields  map[string]Typed
	Restore string // key of a field that shall follow the case again; may be empty
}

// Typed is one field as it came back. Was is Value.print of what was shown: a
// field that nobody touched keeps following the case, even when the case changed
// meanwhile.
type Typed struct {
	Value Value
	Was   string
}

// limits of what is typed, in characters.
const (
	maxLine = 300
	maxText = 10000
	maxRows = 100
)

// Save stores what was typed. A field whose value differs from what was shown
// becomes the person's; one set to what the case says follows the case again.
// Saving a printed paper makes it a draft, so that what goes out was printed.
// Errors: fault.Invalid by field, fault.Conflict when the paper is issued or
// version is stale.
func (s *Service) Save(ctx context.Context, id ID, e Edit, version int64) (Paper, error) {
	const op = "report.Save"
	f, err := s.Get(ctx, id)
	if err != nil {
		return Paper{}, err
	}
	if err := e.check(op); err != nil {
		return Paper{}, err
	}
	if err := f.free(op); err != nil {
		return Paper{}, err
	}
	if e.Frame.Symbol == symbol(f.Form, f.Frame.Issuer) { // nobody typed it: it follows the body
		e.Frame.Symbol = symbol(f.Form, e.Frame.Issuer)
	}
	return s.change(ctx, op, auth.Write, id, version, func(ctx context.Context, tx *db.Tx, p *Paper) (map[string]any, error) {
		if err := p.editable(op); err != nil {
			return nil, err
		}
		hand, values := merge(f, e)
		p.State, p.Frame, p.Hand, p.Values, p.PackHash = Draft, e.Frame.clean(), hand, s.reckon(f.Pack, f.Form, values), f.Pack.Version
		return map[string]any{"hand": hand}, nil
	})
}

// merge decides field by field who speaks: the person or the case.
func merge(f File, e Edit) ([]string, map[string]Value) {
	var hand []string
	values := map[string]Value{}
	for _, fl := range f.Form.Fields() {
		if !inBody(fl) {
			continue
		}
		if own := f.ByHand(fl.Key); len(fl.Columns) > 0 { // tables have a page of their own
			if own && e.Restore != fl.Key {
				hand = append(hand, fl.Key)
				values[fl.Key] = f.Values[fl.Key]
			} else if v := f.Live[fl.Key]; !v.Empty() {
				values[fl.Key] = v
			}
			continue
		}
		shown, live := f.Values[fl.Key], f.Live[fl.Key]
		v, own := shown, f.ByHand(fl.Key)
		if t, sent := e.Fields[fl.Key]; sent {
			if typed := t.Value.shape(f.Pack, fl); typed.print() != t.Was {
				v, own = typed, !typed.Equal(live)
			}
		}
		if !own || e.Restore == fl.Key {
			v, own = live, false
		}
		if own {
			hand = append(hand, fl.Key)
		}
		if !v.Empty() {
			values[fl.Key] = v
		}
	}
	slices.Sort(hand)
	return hand, values
}

func (f Frame) clean() Frame {
	for _, t := range []*string{&f.Parent, &f.Issuer, &f.Number, &f.Symbol, &f.Place, &f.Subject, &f.Signer.College, &f.Signer.For,
		&f.Signer.Title, &f.Signer.Name} {
		*t = i18n.NFC(*t)
	}
	if len(f.Number) == 1 && f.Number >= "0" && f.Number <= "9" {
		f.Number = "0" + f.Number // Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.3
	}
	f.To, f.Copies = Value{List: f.To}.clean().List, Value{List: f.Copies}.clean().List
	return f
}

// check refuses what is longer than a paper can hold.
func (e Edit) check(op string) error {
	bad := map[string]string{}
	long := func(field, v string, most int) {
		if utf8.RuneCountInString(v) > most {
			bad[field] = "report.err.too_long"
		}
	}
	f := e.Frame
	for field, v := range map[string]string{"parent": f.Parent, "issuer": f.Issuer, "number": f.Number, "symbol": f.Symbol,
		"place": f.Place, "subject": f.Subject, "signer_college": f.Signer.College, "signer_for": f.Signer.For,
		"signer_title": f.Signer.Title, "signer_name": f.Signer.Name} {
		long(field, v, maxLine)
	}
	for field, list := range map[string][]string{"to": f.To, "copies": f.Copies} {
		long(field, strings.Join(list, "\n"), maxText)
		if len(list) > maxRows {
			bad[field] = "report.err.too_long"
		}
	}
	for key, t := range e.Fields {
		long(key, t.Value.Text+strings.Join(t.Value.List, "\n"), maxText)
		for _, n := range t.Value.Notes {
			long(key, n, maxLine)
		}
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

// Print freezes the paper as it stands: inputs, DOCX and PDF are stored under
// their hashes. It meets no clock. Errors: fault.Invalid when the linter stops
// it, fault.Conflict when the paper is issued or version is stale.
func (s *Service) Print(ctx context.Context, id ID, version int64) (Paper, Print, error) {
	const op = "report.Print"
	actor, _, err := sees(ctx, op)
	if err != nil {
		return Paper{}, Print{}, err
	}
	f, err := s.Get(ctx, id)
	if err != nil {
		return Paper{}, Print{}, err
	}
	switch {
	case !f.MayWrite:
		return Paper{}, Print{}, &fault.Error{Kind: fault.Forbidden, Op: op}
	case f.Version != version:
		return Paper{}, Print{}, &fault.Error{Kind: fault.Conflict, Op: op}
	}
	if err := cmp.Or(f.editable(op), f.free(op)); err != nil {
		return Paper{}, Print{}, err
	}
	if f.State == Printed {
		// Printed again: what follows the case says what the case says now.
		f.State = Draft
		if f.open {
			f.To = calendar.DateOf(s.now())
		}
		f.Values = s.current(f.Paper, f.Pack, f.Form, f.Live)
	}
	at := cut(s.now())
	for _, fl := range f.Form.Fields() {
		if fl.From == "report.written_at" && f.Values[fl.Key].Empty() {
			f.Values[fl.Key] = Value{At: at}.shape(f.Pack, fl)
		}
	}
	f.Sheet = s.sheet(f.Paper, f.Pack, f.Form, f.Values, at)
	f.Sheet.Annex, f.Sources = f.annex, sourced(f.live, f.Form, f.Values, f.Hand)
	s.why(&f.Sheet, f.Claims)
	f.Sheet.Code = fmt.Sprintf("%s/%d", f.Sheet.Code, f.Paper.Prints+1) // tells one print from the next
	if stopped(lint(f.Paper, f.Pack, f.Form, f.Values, f.Sheet, f.Duties, s.laws.Calendar(), at)) {
		return Paper{}, Print{}, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "report.err.incomplete"}
	}
	if f.blind { // nobody prints what they cannot check
		return Paper{}, Print{}, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "report.err.blind"}
	}
	if len(f.Unseen()) > 0 {
		return Paper{}, Print{}, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "report.err.contradicted"}
	}
	in := Inputs{Format: formatOf(f), Sources: f.Sources, Claims: f.Claims, Paper: id, Seq: f.Paper.Prints + 1, Form: f.FormID, Pack: f.PackID, PackHash: f.Pack.Version,
		CaseKind: f.Case.Kind, Case: f.Case.ID, CaseCode: f.Case.Code, CaseVersion: f.CaseVersion, From: f.From, To: f.To, Values: f.Values, Hand: f.Hand,
		Sheet: f.Sheet, At: at, ByID: actor.ID, By: actor.Name}
	if in.Layout, err = s.layout(ctx, f.Paper, f.Sheet); err != nil {
		return Paper{}, Print{}, err
	}
	made, err := s.freeze(ctx, in)
	if err != nil {
		return Paper{}, Print{}, err
	}
	made.ID = db.NewID()
	p, err := s.change(ctx, op, auth.Write, id, version, func(ctx context.Context, tx *db.Tx, p *Paper) (map[string]any, error) {
		p.State, p.Values, p.PackHash, p.Prints = Printed, f.Values, f.Pack.Version, in.Seq
		if err := insertPrint(ctx, tx, made); err != nil {
			return nil, err
		}
		if err := s.laid(ctx, tx, in.Layout, id, made.DOCX); err != nil {
			return nil, err
		}
		return map[string]any{"seq": in.Seq, "inputs": made.Inputs, "docx": made.DOCX, "pdf": made.PDF, "xlsx": made.XLSX, "case_version": in.CaseVersion,
			"pack_hash": in.PackHash}, s.noted(ctx, tx, Event{Kind: "print", Paper: *p, At: at})
	})
	return p, made, err
}

// Download returns the bytes of one kind of one print of a paper in the actor's
// scope, after comparing them with their hash; bytes that were changed are an
// error.
func (s *Service) Download(ctx context.Context, id ID, seq int, k Kind) (Paper, Print, []byte, error) {
	const op = "report.Download"
	f, err := s.Get(ctx, id)
	if errors.Is(err, errFormGone) {
		f, err = s.Kept(ctx, id)
	}
	if err != nil {
		return Paper{}, Print{}, nil, err
	}
	n := slices.IndexFunc(f.Prints, func(p Print) bool { return p.Seq == seq })
	if n < 0 || f.Prints[n].Hash(k) == "" {
		return Paper{}, Print{}, nil, fault.Missing(op)
	}
	raw, err := verified(ctx, s.files, f.Prints[n].Hash(k))
	return f.Paper, f.Prints[n], raw, err
}
