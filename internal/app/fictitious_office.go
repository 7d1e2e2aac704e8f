// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/app/demo"
	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/rule"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/centre/workdays"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// This file is the papers, terms and certificates of the demo.

// Papers implements demo.Registry.
func (c fictitious) Papers(ctx context.Context) (map[string]string, error) {
	page, err := c.Rooms.Documents.List(ctx, document.Filter{Limit: 1000})
	ids := make(map[string]string, len(page.Rows))
	for _, d := range page.Rows {
		ids[d.Subject] = string(d.ID)
	}
	return ids, err
}

// AddPaper implements demo.Registry.
func (c fictitious) AddPaper(ctx context.Context, h document.Head, cites []document.Link) (string, error) {
	var d document.Document
	var err error
	switch {
	case h.Dir == document.In:
		d, err = c.Rooms.Documents.Register(ctx, h)
	case h.Number != "":
		d, err = c.Rooms.Documents.Record(ctx, h, "", "")
	default:
		d, err = c.Rooms.Documents.Begin(ctx, h)
	}
	for _, l := range cites {
		if err == nil {
			_, err = c.Rooms.Documents.Cite(ctx, d.ID, l)
		}
	}
	return string(d.ID), told(err)
}

// told is err with the fields that a form would show.
func told(err error) error {
	if err == nil || len(fault.Of(err).Fields) == 0 {
		return err
	}
	return fmt.Errorf("%w %v", err, fault.Of(err).Fields)
}

// with does fn with a paper as it stands.
func (c fictitious) with(ctx context.Context, id string, fn func(f document.Folder) error) error {
	f, err := c.Rooms.Documents.Get(ctx, document.ID(id))
	if err == nil {
		err = fn(f)
	}
	return told(err)
}

// SubmitPaper implements demo.Registry.
func (c fictitious) SubmitPaper(ctx context.Context, id, login string, file []byte) error {
	who, _, err := c.accountOf(ctx, login)
	if err != nil {
		return err
	}
	if _, err := c.Rooms.Documents.AddFile(ctx, document.ID(id), document.Original, "van-ban-gia-dinh.pdf", bytes.NewReader(file)); err != nil {
		return told(err)
	}
	return c.with(ctx, id, func(f document.Folder) error {
		_, err := c.Rooms.Documents.Submit(ctx, f.ID, []string{who}, f.Version)
		return err
	})
}

// SignPaper implements demo.Registry.
func (c fictitious) SignPaper(ctx context.Context, id string) error {
	return c.with(ctx, id, func(f document.Folder) error {
		_, err := c.Rooms.Documents.Sign(ctx, f.ID, "", f.Version)
		return err
	})
}

// NumberPaper implements demo.Registry.
func (c fictitious) NumberPaper(ctx context.Context, id, number, symbol string) error {
	return c.with(ctx, id, func(f document.Folder) error {
		_, err := c.Rooms.Documents.Number(ctx, f.ID, number, symbol, calendar.DateOf(c.opt.Now()), f.Version)
		return err
	})
}

// IssuePaper implements demo.Registry.
func (c fictitious) IssuePaper(ctx context.Context, id string, signed []byte) error {
	if _, err := c.Rooms.Documents.AddFile(ctx, document.ID(id), document.SignedFile, "van-ban-gia-dinh-da-ky.pdf", bytes.NewReader(signed)); err != nil {
		return told(err)
	}
	return c.with(ctx, id, func(f document.Folder) error {
		d, err := c.Rooms.Documents.Seal(ctx, f.ID, f.Version)
		if err == nil {
			_, err = c.Rooms.Documents.Issue(ctx, f.ID, d.Version)
		}
		return err
	})
}

// SendPaper implements demo.Registry.
func (c fictitious) SendPaper(ctx context.Context, id string, to []string, at time.Time, confirmed int) error {
	if _, err := c.Rooms.Documents.Send(ctx, document.ID(id), strings.Join(to, "\n"), "document_axis", at); err != nil {
		return told(err)
	}
	return c.with(ctx, id, func(f document.Folder) error {
		for _, d := range f.Dispatches[:confirmed] {
			if _, err := c.Rooms.Documents.Confirm(ctx, f.ID, d.ID, at.Add(time.Minute), "BN-"+d.ID[len(d.ID)-6:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Owed implements demo.Terms.
func (c fictitious) Owed(ctx context.Context) (map[string]string, error) {
	page, err := c.Rooms.Obligations.List(ctx, obligation.Filter{Kind: obligation.TaskKind, Limit: 1000})
	ids := make(map[string]string, len(page.Rows))
	for _, o := range page.Rows {
		ids[o.Title.VI+"|"+o.UnitID] = string(o.ID)
	}
	return ids, err
}

// Owe implements demo.Terms. A person gives a task that runs from now; one that
// runs from the day its paper came is opened as rooms open theirs.
func (c fictitious) Owe(ctx context.Context, t demo.Task) (string, error) {
	u, err := c.Rooms.Units.Get(ctx, unit.ID(t.Unit))
	if err != nil || !u.ValidOn(calendar.DateOf(c.opt.Now())) {
		return "", err
	}
	paper, err := dutyPapers(c).Paper(ctx, t.Paper)
	if err != nil {
		return "", fmt.Errorf("its paper: %w", err)
	}
	basis := paper.Cite + ", " + t.Clause
	days := c.Rooms.Packs.Calendar()
	var o obligation.Obligation
	err = c.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		o, err = c.Rooms.Obligations.Open(ctx, tx, obligation.Duty{Kind: obligation.TaskKind, Title: rulepack.Label{VI: t.Title, EN: t.Title}, UnitID: t.Unit,
			Addressee: obligation.Addressee{ID: "hand", Name: rulepack.Label{VI: t.Addressee, EN: t.Addressee}},
			Subject:   obligation.Subject{Kind: obligation.TaskKind, ID: "demo-" + t.Paper, Label: "GV-" + t.From.In(i18n.Hanoi).Format("060102") + "-DEMO"},
			ClockID:   obligation.TaskKind + "@" + t.Unit, Basis: basis, BasisDoc: t.Paper, Clause: t.Clause, Trigger: "hand", Urgency: t.Urgency,
			Explanation: obligation.FixedTerm(days, t.From, t.Last, basis)})
		return err
	})
	return string(o.ID), err
}

// onTask does fn with a task as it stands.
func (c fictitious) onTask(ctx context.Context, id string, fn func(o obligation.Obligation) error) error {
	o, err := c.Rooms.Obligations.Get(ctx, obligation.ID(id))
	if err == nil {
		err = fn(o)
	}
	return told(err)
}

// MeetTask implements demo.Terms.
func (c fictitious) MeetTask(ctx context.Context, id string, at time.Time, how, paper, declared string) error {
	return c.onTask(ctx, id, func(o obligation.Obligation) error {
		if _, err := c.Rooms.Obligations.Meet(ctx, o.ID, obligation.Proof{At: at, How: how}, o.Version); err != nil {
			return err
		}
		_, err := c.Rooms.Obligations.Prove(ctx, o.ID, obligation.Evidence{Kind: obligation.ByDocument, Document: paper, Ref: declared})
		return err
	})
}

// WaiveTask implements demo.Terms.
func (c fictitious) WaiveTask(ctx context.Context, id, reason string) error {
	return c.onTask(ctx, id, func(o obligation.Obligation) error {
		_, err := c.Rooms.Obligations.Waive(ctx, o.ID, reason, o.Version)
		return err
	})
}

// ExtendTask implements demo.Terms.
func (c fictitious) ExtendTask(ctx context.Context, id string, last calendar.Date, reason string) error {
	return c.onTask(ctx, id, func(o obligation.Obligation) error {
		_, err := c.Rooms.Obligations.Extend(ctx, o.ID, last, reason, o.Version)
		return err
	})
}

// AskTime implements demo.Terms.
func (c fictitious) AskTime(ctx context.Context, id string, last calendar.Date, reason string) error {
	return c.onTask(ctx, id, func(o obligation.Obligation) error {
		_, err := c.Rooms.Obligations.Ask(ctx, o.ID, last, reason, o.Version)
		return err
	})
}

// Repeat implements demo.Terms.
func (c fictitious) Repeat(ctx context.Context, duty string) error {
	if _, known := c.pack().PeriodicDuty(duty); !known {
		return nil
	}
	return c.Rooms.Obligations.Enable(ctx, duty, "kinds")
}

// OpenPeriods implements demo.Terms.
func (c fictitious) OpenPeriods(ctx context.Context) error {
	return c.Rooms.Obligations.OpenPeriods(ctx)
}

// Decree implements demo.Terms.
func (c fictitious) Decree(ctx context.Context, d rule.Draft) error {
	d.Pack = c.pack().ID
	list, _, err := c.Rooms.Rules.List(ctx, rule.Filter{})
	if err != nil || slices.ContainsFunc(list, func(o rule.Override) bool { return o.Target == d.Target }) {
		return err
	}
	_, err = c.Rooms.Rules.Put(ctx, d)
	return told(err)
}

// Announce implements demo.Terms.
func (c fictitious) Announce(ctx context.Context, e workdays.Entry) error {
	list, _, err := c.Rooms.Workdays.List(ctx, workdays.Filter{State: workdays.Any})
	if err != nil || slices.ContainsFunc(list, func(d workdays.Decision) bool { return d.Name == e.Name }) {
		return err
	}
	_, err = c.Rooms.Workdays.Decide(ctx, e)
	return told(err)
}

// Gather implements demo.Terms.
func (c fictitious) Gather(ctx context.Context, owner, name string, kinds []string) error {
	groups, err := c.Rooms.Units.Groups(ctx, "", true)
	if err != nil || slices.ContainsFunc(groups, func(g unit.Group) bool { return g.Name == name }) {
		return err
	}
	_, err = c.Rooms.Units.SaveGroup(ctx, unit.Group{Owner: unit.ID(owner), Name: name, Kinds: kinds})
	return told(err)
}

// AnnualReport implements demo.Terms.
func (c fictitious) AnnualReport(ctx context.Context, unit string, year int, name string, list []byte) error {
	const form, table = "F12", "systems"
	if _, known := c.pack().Form(form); !known {
		return nil
	}
	page, err := c.Rooms.Reports.List(ctx, report.Filter{Form: form, Unit: unit})
	if err != nil || len(page.Rows) > 0 {
		return err
	}
	p, err := c.Rooms.Reports.Begin(ctx, report.Start{Form: form, Unit: unit, Kind: "year", Year: year, Part: 1})
	if err != nil {
		return told(err)
	}
	up, err := c.Rooms.Reports.Upload(ctx, p.ID, table, name, list)
	if err != nil {
		return told(err)
	}
	if _, plan, err := c.Rooms.Reports.Fill(ctx, p.ID, table, up, nil, false, p.Version); err != nil {
		return fmt.Errorf("%w %+v", told(err), plan.Bad)
	}
	return nil
}

// Certificates implements demo.Seals.
func (c fictitious) Certificates(ctx context.Context) (int64, error) {
	page, err := c.Rooms.Signatures.List(ctx, esign.Filter{Limit: 1})
	return page.Total, err
}

// Trust implements demo.Seals.
func (c fictitious) Trust(ctx context.Context, authority []byte) error {
	_, err := c.Rooms.Signatures.Believe(ctx, authority)
	return told(err)
}

// AddCertificates implements demo.Seals.
func (c fictitious) AddCertificates(ctx context.Context, in esign.Incoming) error {
	r, err := c.Rooms.Signatures.Register(ctx, in)
	if err == nil && len(r.Rejected) > 0 {
		err = fmt.Errorf("row %d: %s", r.Rejected[0].Row, r.Rejected[0].Why)
	}
	return told(err)
}

// CheckFile implements demo.Seals.
func (c fictitious) CheckFile(ctx context.Context, data []byte) error {
	found, err := c.Rooms.Signatures.Check(ctx, data, true)
	if err == nil && found.Noted == 0 {
		err = fmt.Errorf("the signature is %s and was not noted", found.State())
	}
	return told(err)
}
