// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	register "github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// TestAPaperBecomesADocument takes a report from a form into the register and
// through its steps: it is closed to changes meanwhile, a returned one takes its
// next print, and number and date come back when it is issued.
func TestAPaperBecomesADocument(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), func() time.Time { return t0 })
	h.shut(t)
	centre := i18n.With(h.found(t), must(i18n.Load(app.Messages()...))(t), i18n.Vietnamese)
	root := string(must(h.Rooms.Units.Root(centre))(t))
	as := func(id string, role auth.Role) context.Context {
		return auth.With(centre, auth.Actor{ID: id, Name: "Người " + id, Home: root, Grants: []auth.Grant{{Role: role, Unit: root}}})
	}
	chief, _, err := h.Rooms.Accounts.Invite(centre, account.Account{Login: "lanh.dao", Name: "Lãnh đạo", Home: root, Grants: []auth.Grant{{Role: auth.Leader, Unit: root}}})
	if err != nil {
		t.Fatal(err)
	}
	officer, leader, clerk, viewer := as("can.bo", auth.Centre), as(string(chief.ID), auth.Leader), as("van.thu", auth.Clerk), as("xem", auth.Viewer)
	papers, documents := h.Rooms.Reports, h.Rooms.Documents

	p := must(papers.Begin(officer, report.Start{Form: "F14a", Unit: root}))(t)
	p = must(papers.SavePlain(officer, p.ID, plain(t, `{"version":"1","published":"21/11/2026","url":"https://mang.example/quy-trinh","desk":"Bộ phận trực","phone":"0200",
		"email":"truc@mang.example","letter":"Kính gửi quý khách hàng.","steps":[{"branch":"ordinary","step":"Gửi tin nhắn","by":"Bộ phận trực","limit":"24 giờ"}]}`), p.Version))(t)
	frame := func(ctx context.Context, id report.ID) report.Paper {
		t.Helper()
		f := must(papers.Get(ctx, id))(t)
		e := report.Edit{Frame: f.Frame}
		e.Frame.Signer, e.Frame.Issuer, e.Frame.Symbol = report.Signer{Title: "Giám đốc", Name: "Lò Thị Mai"}, "Trung tâm A", "QT-TTA"
		return must(papers.Save(ctx, id, e, f.Version))(t)
	}
	p = frame(officer, p.ID)
	if _, err := papers.Enter(officer, p.ID, p.Version); !fault.Is(err, fault.Conflict) {
		t.Fatalf("a draft without a print enters the register: %v", err)
	}
	p, first, err := papers.Print(officer, p.ID, p.Version)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := papers.Enter(leader, p.ID, p.Version); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a leader enters it: %v", err)
	}
	p = must(papers.Enter(officer, p.ID, p.Version))(t)
	d := must(documents.Get(clerk, register.ID(p.Document)))(t)
	if d.State != register.Draft || d.Unit != root || d.Kind != "khac" || d.Symbol != "QT-TTA" || d.Signer != "Lò Thị Mai" || d.SignerTitle != "Giám đốc" || d.Issuer != "Trung tâm A" {
		t.Errorf("the document: %+v", d.Head)
	}
	kinds := map[register.Role]string{}
	for _, f := range d.Files {
		kinds[f.Role] += f.Name + " "
	}
	if !strings.HasSuffix(kinds[register.Original], ".pdf ") || !strings.Contains(kinds[register.Annex], ".docx ") || !strings.Contains(kinds[register.Annex], ".xlsx ") || latest(d.Files, first.PDF).Role != register.Original {
		t.Errorf("files %v", kinds)
	}
	if again := must(papers.Enter(officer, p.ID, p.Version))(t); again.Document != p.Document || len(must(documents.Get(clerk, d.ID))(t).Files) != 3 {
		t.Error("entered twice, it is two")
	}

	// Changed while it is a draft there: the next print takes the old one's place.
	p = frame(officer, p.ID)
	p, second, err := papers.Print(officer, p.ID, p.Version)
	if err != nil {
		t.Fatal(err)
	}
	p = must(papers.Enter(officer, p.ID, p.Version))(t)
	d = must(documents.Get(clerk, d.ID))(t)
	now, was := latest(d.Files, second.PDF), latest(d.Files, first.PDF)
	if now.Role != register.Original || now.Revision != 2 || !now.Current || was.Current {
		t.Errorf("after the second print: %+v", d.Files)
	}

	// Under way, it is closed here, to those too who see no drafts of the register.
	doc := must(documents.Submit(officer, d.ID, []string{string(chief.ID)}, d.Version))(t)
	for name, try := range map[string]func() error{
		"saved":   func() error { _, err := papers.Save(officer, p.ID, report.Edit{}, p.Version); return err },
		"printed": func() error { _, _, err := papers.Print(officer, p.ID, p.Version); return err },
		"entered": func() error { _, err := papers.Enter(officer, p.ID, p.Version); return err },
	} {
		if err := try(); !fault.Is(err, fault.Conflict) || fault.Of(err).Msg != "report.err.registered" {
			t.Errorf("%s while it is under way: %v", name, err)
		}
	}
	doc = must(documents.Sign(leader, doc.ID, "", doc.Version))(t)
	doc = must(documents.Number(clerk, doc.ID, "8", "", calendar.DateOf(t0), doc.Version))(t)
	_, _, raw, err := papers.Download(officer, p.ID, 2, report.PDF)
	if err != nil {
		t.Fatal(err)
	}
	must(documents.AddFile(clerk, doc.ID, register.SignedFile, "ky.pdf", bytes.NewReader(raw)))(t)
	doc = must(documents.Get(clerk, doc.ID))(t).Document
	doc = must(documents.Seal(clerk, doc.ID, doc.Version))(t)
	doc = must(documents.Issue(clerk, doc.ID, doc.Version))(t)
	f := must(papers.Get(clerk, p.ID))(t)
	if f.Frame.Number != "08" || f.Frame.Date != calendar.DateOf(t0) || f.State != report.Printed || f.Entry.Code != "08/QT-TTA" || f.Entry.Href == "" || f.Entry.Open {
		t.Errorf("issued there, here it is %+v, %s, %+v", f.Frame, f.State, f.Entry)
	}
	must(documents.Send(clerk, doc.ID, "Công an tỉnh", "paper", t0))(t)
	if f = must(papers.Get(clerk, p.ID))(t); !f.Entry.SentAt.Equal(t0) || f.Entry.Channel != "paper" {
		t.Errorf("sent there, here it is %+v", f.Entry)
	}
	sent := must(papers.Send(clerk, p.ID, report.Dispatch{At: f.Prints[0].At, Channel: f.Entry.Channel, Receipt: "ký nhận"}, f.Version))(t)
	if sent.State != report.Sent {
		t.Errorf("it is %s", sent.State)
	}
	if f := must(papers.Get(viewer, p.ID))(t); f.Entry == nil || f.Entry.Href == "" {
		t.Errorf("a reader sees %+v", f.Entry)
	}

	// What replaces it replaces it there too.
	next := must(papers.Follow(officer, p.ID, report.Replace))(t)
	next, _, err = papers.Print(officer, next.ID, next.Version)
	if err != nil {
		t.Fatal(err)
	}
	next = must(papers.Enter(officer, next.ID, next.Version))(t)
	links := must(documents.Get(clerk, register.ID(next.Document)))(t).Links
	if len(links) != 1 || links[0].Target != doc.ID || links[0].Relation != register.Replaces {
		t.Errorf("the next document: %+v", links)
	}
}

// latest is the file of those with the bytes.
func latest(files []register.File, sha string) register.File {
	for _, f := range files {
		if f.SHA256 == sha {
			return f
		}
	}
	return register.File{}
}

func plain(t *testing.T, text string) report.Plain {
	t.Helper()
	_, p, err := app.ReadFormValues([]byte(`{"values":` + text + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
