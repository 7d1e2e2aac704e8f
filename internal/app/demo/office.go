// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/rule"
	"github.com/vonggac/vonggac/internal/centre/workdays"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Registry is the register of papers.
type Registry interface {
	// Papers gives the id of each paper that the actor sees, by subject.
	Papers(ctx context.Context) (map[string]string, error)
	// AddPaper registers an incoming paper, records an outgoing one that has a
	// number, or drafts one. It cites others by what it says of them.
	AddPaper(ctx context.Context, h document.Head, cites []document.Link) (id string, err error)
	// SubmitPaper sends a draft, with its file, to the person who signs.
	SubmitPaper(ctx context.Context, id, login string, file []byte) error
	// SignPaper agrees to sign it.
	SignPaper(ctx context.Context, id string) error
	// NumberPaper gives number and symbol, and today's date.
	NumberPaper(ctx context.Context, id, number, symbol string) error
	// IssuePaper adds the signed file, seals and issues.
	IssuePaper(ctx context.Context, id string, signed []byte) error
	// SendPaper records that an issued paper went out, and that the first of its
	// recipients confirmed.
	SendPaper(ctx context.Context, id string, to []string, at time.Time, confirmed int) error
}

// Terms is the list of what is owed, and the law that says so.
type Terms interface {
	// Owed gives the id of each task that the actor sees, by title and unit's id
	// joined by a bar.
	Owed(ctx context.Context) (map[string]string, error)
	// Owe opens a task that runs from t.From; a unit that is no more is given none,
	// and no id. Key: Title and Unit.
	Owe(ctx context.Context, t Task) (id string, err error)
	// MeetTask records that a task was done, proved by a paper of the register or,
	// without one, by what is declared.
	MeetTask(ctx context.Context, id string, at time.Time, how, paper, declared string) error
	// WaiveTask releases from it.
	WaiveTask(ctx context.Context, id, reason string) error
	// ExtendTask gives time, AskTime asks for it, until the end of a day.
	ExtendTask(ctx context.Context, id string, last calendar.Date, reason string) error
	AskTime(ctx context.Context, id string, last calendar.Date, reason string) error
	// Repeat turns a duty of the pack in force on for the units of its kinds; it
	// does nothing for one the pack does not have. OpenPeriods then opens what is
	// owed now.
	Repeat(ctx context.Context, duty string) error
	OpenPeriods(ctx context.Context) error
	// Decree puts a value of the pack in force in place. Key: Target. It does
	// nothing where the pack has no such value.
	Decree(ctx context.Context, d rule.Draft) error
	// Announce adds a decision to the calendar. Key: Name.
	Announce(ctx context.Context, e workdays.Entry) error
	// Gather keeps a group of the units of some kinds, which papers address by its
	// name; one that stands is left alone.
	Gather(ctx context.Context, owner, name string, kinds []string) error
	// AnnualReport begins form F12 of a unit for a year and fills its list of
	// systems from a workbook. It does nothing where the pack in force has no such
	// form, or when it was begun.
	AnnualReport(ctx context.Context, unit string, year int, name string, list []byte) error
}

// Seals is the register of certificates.
type Seals interface {
	// Certificates says how many certificates the actor sees.
	Certificates(ctx context.Context) (int64, error)
	// Trust believes an authority, by its certificate.
	Trust(ctx context.Context, authority []byte) error
	// AddCertificates registers those of a file, of persons.
	AddCertificates(ctx context.Context, in esign.Incoming) error
	// CheckFile checks a signed file and notes the use of what signed it.
	CheckFile(ctx context.Context, data []byte) error
}

// Task is something a unit owes by the end of a day.
type Task struct {
	Title     string
	Unit      string // code in scripts, id for the centre
	Addressee string
	Paper     string // subject of the paper it rests on in scripts, id for the centre
	Clause    string
	Urgency   obligation.Urgency
	From      time.Time
	Last      calendar.Date
}

// office brings in papers, terms, rules and certificates, in the order in which
// they would have come.
func (r *runner) office(ctx context.Context) error {
	desk := &desk{runner: r, at: r.Now().UTC().Truncate(time.Minute)}
	desk.today = calendar.DateOf(desk.at)
	for _, step := range []struct {
		what string
		fn   func(context.Context) error
	}{
		{"certificates", desk.certificates}, {"papers", desk.papers}, {"tasks", desk.tasks}, {"law", desk.law}, {"annual report", desk.annualReport},
	} {
		if err := step.fn(ctx); err != nil {
			return fmt.Errorf("%s of the demo: %w", step.what, err)
		}
	}
	return nil
}

// desk is the office on the day the demo begins.
type desk struct {
	*runner
	at    time.Time
	today calendar.Date
	paper map[string]string // subject -> id
	card  *card             // with which the director signs; nil when the papers stand already
}

// law is what people decided on rules and days.
func (d *desk) law(ctx context.Context) error {
	return d.as(ctx, CentreOfficer, func(ctx context.Context) error {
		if err := d.c.Decree(ctx, d.p.decree(d.today)); err != nil {
			return fmt.Errorf("rule: %w", err)
		}
		if err := d.c.Announce(ctx, d.p.campaign(d.today)); err != nil {
			return fmt.Errorf("campaign: %w", err)
		}
		for _, g := range addressed {
			if err := d.c.Gather(ctx, d.units[centreCode], g.name, g.kinds); err != nil {
				return fmt.Errorf("group %q: %w", g.name, err)
			}
		}
		for _, duty := range repeated {
			if err := d.c.Repeat(ctx, duty); err != nil {
				return fmt.Errorf("periodic duty %s: %w", duty, err)
			}
		}
		return d.c.OpenPeriods(ctx)
	})
}

func (d *desk) annualReport(ctx context.Context) error {
	list, err := d.p.systemsXLSX()
	if err != nil {
		return err
	}
	year := d.today.Year
	if d.today.Month == 12 && d.today.Day > 14 { // the window of the next has begun
		year++
	}
	return d.as(ctx, CentreOfficer, func(ctx context.Context) error {
		return d.c.AnnualReport(ctx, d.units[d.p.Units[0].Code], year, "danh-sach-he-thong-gia-dinh.xlsx", list)
	})
}

// tasks opens what is owed and does with it what people did.
func (d *desk) tasks(ctx context.Context) error {
	var have map[string]string
	err := d.as(ctx, CentreOfficer, func(ctx context.Context) (err error) {
		have, err = d.c.Owed(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, x := range d.p.tasks(d.at) {
		task := x.Task
		task.Unit, task.Paper = d.units[x.Unit], d.paper[x.Paper]
		if have[task.Title+"|"+task.Unit] != "" {
			continue
		}
		var id string
		err := d.as(ctx, CentreOfficer, func(ctx context.Context) (err error) {
			id, err = d.c.Owe(ctx, task)
			return err
		})
		if err == nil && id != "" && x.then != nil {
			err = d.as(ctx, x.who, func(ctx context.Context) error { return x.then(ctx, d, id) })
		}
		if err != nil {
			return fmt.Errorf("%s for %s: %w", x.Title, x.Unit, err)
		}
	}
	return nil
}
