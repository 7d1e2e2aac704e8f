// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// Dispatch is what somebody records when a paper has gone out.
type Dispatch struct {
	At      time.Time
	Channel string // id in CL-channel
	Receipt string
	Meets   []obligation.ID // the duties it meets; each must be open
	Number  string          // given by the clerk after signing; empty keeps the paper's
	Date    calendar.Date   // likewise
	Name    string          // of the evidence file
	File    io.Reader       // evidence; nil when there is none
}

// MaxEvidence bounds the evidence of a sending, in bytes.
const MaxEvidence = 20 << 20

// Send records that the latest print went out at d.At and meets the duties with
// that moment: what was sent late stays late. It needs the right to send.
// Receipt or evidence must be given. Errors: fault.Invalid by field (sent_at,
// channel, receipt, meets), fault.Conflict when nothing was printed or version
// is stale.
func (s *Service) Send(ctx context.Context, id ID, d Dispatch, version int64) (Paper, error) {
	const op = "report.Send"
	actor, _, err := sees(ctx, op)
	if err != nil {
		return Paper{}, err
	}
	f, err := s.Get(ctx, id)
	if err != nil {
		return Paper{}, err
	}
	if !f.MaySend {
		return Paper{}, &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	if err := cmp.Or(f.issued(op), f.settled(op)); err != nil {
		return Paper{}, err
	}
	sending := Sending{ID: db.NewID(), Paper: id, Seq: f.Paper.Prints, At: cut(d.At), Channel: d.Channel, Receipt: i18n.NFC(d.Receipt),
		RecordedAt: cut(s.now()), RecordedBy: actor.Name}
	if err := s.checkSending(op, f, &sending, d); err != nil {
		return Paper{}, err
	}
	if d.File != nil {
		ref, err := s.files.Put(ctx, d.File, MaxEvidence)
		if err != nil {
			return Paper{}, err
		}
		sending.File = Attachment{Name: path.Base(i18n.NFC(strings.ReplaceAll(d.Name, "\\", "/"))), SHA256: ref.SHA256, Size: ref.Size}
	}
	for _, m := range d.Meets {
		sending.Met = append(sending.Met, string(m))
	}
	return s.change(ctx, op, auth.Send, id, version, func(ctx context.Context, tx *db.Tx, p *Paper) (map[string]any, error) {
		p.State = Sent
		if d.Number != "" {
			p.Frame.Number = d.Number
			p.Frame = p.Frame.clean()
		}
		if !d.Date.IsZero() {
			p.Frame.Date = d.Date
		}
		if err := insertSending(ctx, tx, sending); err != nil {
			return nil, err
		}
		late, err := s.meet(ctx, tx, f, *p, sending, d.Meets)
		if err != nil {
			return nil, err
		}
		return map[string]any{"seq": sending.Seq, "sent_at": sending.At, "channel": sending.Channel, "receipt": sending.Receipt,
			"file": sending.File.SHA256, "met": sending.Met, "late": late}, s.noted(ctx, tx, Event{Kind: "send", Paper: *p, At: sending.At, Late: late})
	})
}

func (s *Service) checkSending(op string, f File, g *Sending, d Dispatch) error {
	bad := map[string]string{}
	channels, _ := f.Pack.CodeList("CL-channel")
	if _, ok := channels.Find(g.Channel); !ok {
		bad["channel"] = "report.err.channel"
	}
	n := slices.IndexFunc(f.Prints, func(p Print) bool { return p.Seq == g.Seq })
	// Browsers give minutes: a paper printed and sent within one minute is not
	// sent before it was printed.
	if g.At.IsZero() || g.At.After(g.RecordedAt) || n < 0 || g.At.Before(f.Prints[n].At.Truncate(time.Minute)) {
		bad["sent_at"] = "report.err.sent_at"
	}
	if g.Receipt == "" && d.File == nil {
		bad["receipt"] = "report.err.receipt"
	}
	if utf8.RuneCountInString(g.Receipt) > 200 || utf8.RuneCountInString(d.Number) > 50 {
		bad["receipt"] = "report.err.too_long"
	}
	for _, m := range d.Meets {
		if !slices.ContainsFunc(f.Owed(), func(o obligation.Obligation) bool { return o.ID == m }) {
			bad["meets"] = "report.err.meets"
		}
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

// Owed are the open duties that this paper may meet: those of its case, or of
// its unit, that ask for its form or for one of the same purpose.
func (f File) Owed() []obligation.Obligation { return f.owed }

// due reports whether a duty is offered as met by default: it asks for this very
// form and, of a paper about a period, falls due first behind it.
func (f File) due(o obligation.Obligation) bool {
	if f.tied != nil { // it was made for one
		return string(o.ID) == *f.tied
	}
	if o.FormID != f.FormID {
		return false
	}
	if f.To.IsZero() {
		return true
	}
	for _, other := range f.owed {
		if other.FormID == f.FormID && other.ID != o.ID && !other.DueAt.Before(f.To.Start()) && other.DueAt.Before(o.DueAt) {
			return false
		}
	}
	return !o.DueAt.Before(f.To.Start())
}

func (s *Service) meet(ctx context.Context, tx *db.Tx, f File, p Paper, g Sending, ids []obligation.ID) (late bool, err error) {
	channels, _ := f.Pack.CodeList("CL-channel")
	channel, _ := channels.Find(g.Channel)
	how := s.word("report.word.proof", s.Label(p), channel.Label.VI, cmp.Or(g.Receipt, g.File.Name))
	for _, id := range ids {
		o, err := s.duties.MeetIn(ctx, tx, id, obligation.Proof{At: g.At, How: how, Ref: fmt.Sprintf("/papers/%s#print-%d", p.ID, g.Seq)})
		if fault.Is(err, fault.Invalid) {
			return false, fault.Bad("report.Send", "sent_at", "report.err.before_t0")
		}
		if err != nil {
			return false, err
		}
		late = late || o.Clock(s.now()) == obligation.MetLate
	}
	return late, nil
}

// Label names the paper in words, as other papers cite it: its kind, number,
// symbol and date.
func (s *Service) Label(p Paper) string {
	kind := p.FormID
	if _, form, ok := s.form(p); ok {
		kind = strings.ToLower(form.DocumentType)
		r, n := utf8.DecodeRuneInString(kind)
		kind = strings.ToUpper(string(r)) + kind[n:]
	}
	number := cmp.Or(p.Frame.Number, "…")
	label := s.word("report.word.numbered", kind, number, p.Frame.Symbol)
	if !p.Frame.Date.IsZero() {
		label += " " + officedoc.LongDate(p.Frame.Date.Start())
	}
	return label
}

// Withdraw takes a printed or sent paper back. What it met stays met, since it
// was sent; the reason is required.
func (s *Service) Withdraw(ctx context.Context, id ID, reason string, version int64) (Paper, error) {
	const op = "report.Withdraw"
	reason = i18n.NFC(reason)
	switch n := utf8.RuneCountInString(reason); {
	case n == 0:
		return Paper{}, fault.Bad(op, "reason", "report.err.reason")
	case n > maxLine:
		return Paper{}, fault.Bad(op, "reason", "report.err.too_long")
	}
	return s.change(ctx, op, auth.Send, id, version, func(ctx context.Context, tx *db.Tx, p *Paper) (map[string]any, error) {
		if err := p.issued(op); err != nil {
			return nil, err
		}
		p.State, p.Reason = Withdrawn, reason
		return map[string]any{"reason": reason}, s.noted(ctx, tx, Event{Kind: "withdraw", Paper: *p, At: cut(s.now())})
	})
}

// Follow begins a paper that replaces or corrects a sent one, with its content.
// The sent one stays as it is.
func (s *Service) Follow(ctx context.Context, id ID, r Relation) (Paper, error) {
	const op = "report.Follow"
	f, err := s.Get(ctx, id)
	if err != nil {
		return Paper{}, err
	}
	if !f.MayWrite {
		return Paper{}, &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	if f.State != Sent && f.State != Withdrawn {
		return Paper{}, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "report.err.not_sent"}
	}
	if r != Replace && r != Correct {
		return Paper{}, fault.Bad(op, "relation", "report.err.form")
	}
	for _, n := range f.Successors {
		if n.Relation == r && (n.State == Draft || n.State == Printed) {
			return n, nil
		}
	}
	pack, ok := s.laws.Get(f.PackID) // a new paper goes by the law of its own day
	if !ok {
		return Paper{}, fmt.Errorf("%s: there is no rule pack %s", op, f.PackID)
	}
	n := Paper{FormID: f.FormID, PackID: f.PackID, PackHash: pack.Version, Case: f.Case, From: f.From, To: f.To, UnitID: f.UnitID, OwnerUnit: f.OwnerUnit,
		Frame: f.Frame, Values: f.Values, Hand: f.Hand, Relation: r, Of: f.ID, OfLabel: s.Label(f.Paper)}
	if f.open {
		n.To = calendar.Date{}
	}
	n.Frame.Number, n.Frame.Date = "", calendar.Date{}
	return s.create(ctx, op, n, false)
}
