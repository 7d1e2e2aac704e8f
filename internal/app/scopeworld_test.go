// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/collector"
	"github.com/vonggac/vonggac/internal/centre/directive"
	register "github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/centre/feed"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/rule"
	"github.com/vonggac/vonggac/internal/centre/series"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/task"
	"github.com/vonggac/vonggac/internal/centre/template"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/centre/view"
	"github.com/vonggac/vonggac/internal/centre/webhook"
	"github.com/vonggac/vonggac/internal/centre/workdays"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/edxml"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// goods are ids of records by kind ("unit", "finding", …).
type goods map[string][]string

func (g goods) add(kind string, ids ...string) { g[kind] = append(g[kind], ids...) }

// scopes is a centre with two units that must not see each other. Everything
// of the unit looked at from holds the word alpha; everything of the other one
// holds bravo, and what is the centre's alone charlie.
type scopes struct {
	*house
	centre  context.Context // the first person, who sees all
	central source.Source
	own     goods
	foreign goods
	key     string // secret of a program that feeds the own unit
	people  map[auth.Role]*visitor
	roles   []auth.Role // who walks
	lists   []list      // what is asked with any filter
}

// openScopes opens a centre with its first person.
func openScopes(t *testing.T, address string) *scopes {
	t.Helper()
	a := openAt(t, address)
	w := &scopes{house: &house{App: a}, own: goods{}, foreign: goods{}, people: map[auth.Role]*visitor{}, roles: auth.Roles(), lists: lists}
	w.centre = w.found(t)
	w.arm(t, w.centre, "bad.example\n")
	w.central = w.source(t, w.centre, "Charlie", "")
	d := must(w.Rooms.Workdays.Decide(w.centre, workdays.Entry{Kind: workdays.Window, Name: "Đợt trực", First: calendar.Date{Year: 2030, Month: 3, Day: 1},
		Reason: "Kế hoạch", Reference: "1/KH"}))(t)
	w.own.add("decision", string(d.ID))
	w.own.add("year", "2026")
	return w
}

// openAt opens an empty centre whose records are at address; SQLite when it is
// empty.
func openAt(t *testing.T, address string) *app.App {
	t.Helper()
	flags := map[string]string{"data": t.TempDir(), "listen": "127.0.0.1:0"}
	if address != "" {
		flags["records.address"] = address
	}
	cfg, err := config.Load(config.Sources{Flags: flags, Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if address == "" {
		blankRecords(t, cfg.Data)
	}
	a, err := app.Open(t.Context(), app.Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return t0 }, Version: "test",
		PasswordCost: account.Cost{Memory: 64, Passes: 1, Threads: 1}, KeyBurst: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// postgresAddress makes an empty database for the length of the test.
func postgresAddress(t *testing.T) string {
	t.Helper()
	server := os.Getenv(dbtest.PostgresEnv)
	if server == "" {
		t.Skip("no PostgreSQL: " + dbtest.PostgresEnv + " is not set")
	}
	admin := must(db.Open(context.Background(), server))(t)
	name := "s" + strings.ReplaceAll(db.NewID(), "-", "")
	must(admin.Read().NewRaw("CREATE DATABASE " + name).Exec(t.Context()))(t)
	t.Cleanup(func() {
		if _, err := admin.Read().NewRaw("DROP DATABASE " + name + " WITH (FORCE)").Exec(context.Background()); err != nil {
			t.Error(err)
		}
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	})
	u := must(url.Parse(server))(t)
	u.Path = "/" + name
	return u.String()
}

// must gives the value of a call that may not fail here.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// settle makes one unit with one of each thing the rooms keep. net is the first
// half of its private addresses.
func (w *scopes) settle(t *testing.T, g goods, word, net, public string) unit.Unit {
	t.Helper()
	ctx, r := w.centre, w.Rooms
	person := func(office string) unit.Contact {
		return unit.Contact{Name: office + " " + word, Title: "Chủ tịch", Phone: "0200 000 0001", Email: word + "@mau.example"}
	}
	u := must(r.Units.Create(ctx, unit.Unit{Name: "UBND xã " + word, Code: word + ".01", Kind: "xa", ParentID: unit.ID(w.root), Head: person("Ông"),
		SecurityContact: person("Bà"), Hotline: "0200 000 0009", Address: "Thôn " + word, Aliases: []string{"Xã cũ " + word}}))(t)
	ranges := must(r.Units.AddRange(ctx, u.ID, unit.NewRange{Text: net + ".0.0/16; " + public, Kind: unit.Machine, Note: word}))(t)
	src := must(r.Sources.Create(ctx, source.Source{Name: "DNS " + word, Owner: string(u.ID), Note: word}))(t)
	way, _, err := r.Sources.AddWay(ctx, source.Way{Source: src.ID, Kind: source.HTTP, Network: net + ".8.0/24", Note: word})
	if err != nil {
		t.Fatal(err)
	}
	g.add("way", string(way.ID))
	key, secret, err := r.Accounts.NewKey(ctx, "máy "+word, string(u.ID), auth.Centre, source.Feeding)
	if err != nil {
		t.Fatal(err)
	}
	if w.key == "" {
		w.key = secret
	}
	who, invitation, err := r.Accounts.Invite(ctx, account.Account{Login: word + ".officer", Name: "Cán bộ " + word, Home: string(u.ID),
		Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: string(u.ID)}}})
	if err != nil {
		t.Fatal(err)
	}
	names := must(r.Indicators.Store(ctx, word+"-red.txt", strings.NewReader(word+"-red.example\n")))(t)
	list := must(r.Indicators.Create(ctx, indicator.List{Name: "Danh sách đỏ " + word, Kind: indicator.Block, TLP: indicator.Red, Owner: string(u.ID),
		Scope: indicator.WithSubdomains, Layout: indicator.Auto}, names))(t)
	w.work(t)
	saved := must(r.Views.Save(auth.With(ctx, who.Actor()), view.View{Path: "/incidents", Query: "q=" + word, Name: "Sự cố " + word, Shared: string(u.ID)}, true))(t)
	g.add("view", string(saved.ID))
	hook, _, err := r.Webhooks.Create(ctx, webhook.Order{Name: "Webhook " + word, URL: "https://" + word + ".invalid/", Unit: string(u.ID), Kinds: []string{"unit"}})
	if err != nil {
		t.Fatal(err)
	}
	g.add("webhook", string(hook.ID))
	w.collecting(t, g, u, src, word)
	fed := must(r.Feeds.Create(ctx, feed.Order{Name: "Nguồn " + word, URL: "https://" + word + ".invalid/list.txt", Unit: string(u.ID), Limit: 1,
		Schedule: feed.Schedule{Every: time.Hour}, List: list.ID}))(t)
	fed = must(r.Feeds.Switch(ctx, fed.ID, fed.Version, true, ""))(t)
	must(r.Feeds.Fetch(ctx, fed.ID))(t)
	g.add("feed", string(fed.ID))
	g.add("delivery", must(r.Webhooks.Ping(ctx, hook.ID))(t).ID)
	var jobs []string
	must(0, w.Records.Read().NewSelect().Table("job").Column("id").Where("owner_unit = ?", string(u.ID)).Scan(t.Context(), &jobs))(t)
	g.add("job", jobs...)
	g.add("unit", string(u.ID))
	g.add("range", string(ranges[0].ID))
	g.add("source", string(src.ID))
	g.add("key", key.ID)
	g.add("account", string(who.ID))
	w.peopled(t, g, u, who.ID, invitation, word)
	g.add("list", string(list.ID))
	g.add("file", w.feed(t, src, word+".log", word+"-red.example from "+net+".7.6", "two."+word+".bad.example from "+net+".7.6"))
	w.feed(t, w.central, "charlie-"+word+".log", "one."+word+".bad.example from "+net+".7.5", "three."+word+".bad.example from "+net+".7.4")
	hunted := must(r.Hunts.Search(auth.With(ctx, who.Actor()), hunt.Question{Value: word + ".bad.example", Below: true, Reason: "tra cứu của " + word}))(t)
	g.add("hunt", string(hunted.ID))
	w.hunts(t, g, who.Actor(), string(u.ID), string(src.ID), word)
	w.documents(t, g, who.Actor(), string(u.ID), word)
	w.directives(t, g, string(u.ID), word)
	w.handle(t, g, u, word)
	w.tellOf(t, g, u, word)
	w.lawOf(t, g, word)
	w.templates(t, g, string(u.ID), word)
	w.choices(t, g, string(u.ID), word)
	works, _, err := r.Tasks.List(ctx, task.Filter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range works {
		if j.Unit == string(u.ID) {
			g.add("task", j.ID)
		}
	}
	return u
}

// lawOf names values of the law. It is the same for every unit: nothing of it is
// another's, and what the others' pages are asked for does not exist.
func (w *scopes) lawOf(t *testing.T, g goods, word string) {
	t.Helper()
	if word != "alpha" {
		g.add("pack", "VN-KHONG-CO")
		g.add("section", "moons")
		g.add("rule key", "full-moon")
		g.add("override", "01981f00-0000-7000-8000-00000000abcd")
		return
	}
	o := must(w.Rooms.Rules.Put(w.centre, rule.Draft{Pack: "VN-ANM-2026", Target: "clocks/hs-phe-duyet", Value: rulepack.Value{N: 5, Unit: "working_day"},
		From: calendar.DateOf(t0), Reason: word, Source: rulepack.Source{Key: "CV " + word, Mark: rulepack.Verified}}))(t)
	g.add("pack", "VN-ANM-2026")
	g.add("section", "clocks")
	g.add("rule key", "hs-phe-duyet")
	g.add("override", string(o.ID))
}

// templates are two of a unit's own, one of them in force.
func (w *scopes) templates(t *testing.T, g goods, unit, word string) {
	t.Helper()
	for _, form := range []string{"vb-cong_van", "F12"} {
		_, raw, err := w.Rooms.Templates.Builtin(w.centre, form)
		if err != nil {
			t.Fatal(err)
		}
		one, v, err := w.Rooms.Templates.Upload(w.centre, template.Draft{Paper: form, Unit: unit, Name: "Mẫu " + word, Note: word}, word+".docx", bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%v: %+v", err, v)
		}
		if form == "F12" {
			one = must(w.Rooms.Templates.PutInForce(w.centre, one.ID, one.Version, calendar.DateOf(t0), word))(t)
		}
		g.add("template", string(one.ID))
	}
	if word == "alpha" {
		g.add("form", "F12", "vb-cong_van")
		g.add("measure", "source.heard", "document.signed")
	}
}

// collecting adds a collector of a unit with a sender, and a bundle it brought.
func (w *scopes) collecting(t *testing.T, g goods, u unit.Unit, src source.Source, word string) {
	t.Helper()
	ctx, r := w.centre, w.Rooms
	box, _, err := r.Collectors.Create(ctx, collector.Collector{Name: "Bộ thu " + word, Unit: string(u.ID), Note: word})
	if err != nil {
		t.Fatal(err)
	}
	at, _, err := r.Collectors.AddWay(ctx, collector.Way{Collector: box.ID, Source: string(src.ID), Kind: "syslog-tcp", Host: word, Note: word})
	if err != nil {
		t.Fatal(err)
	}
	brought := db.NewID()
	err = w.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO collector_bundle (id, collector_id, number, sum, made_at, taken_at, taken_by, first_number, last_number, taken, repeated,
			refused, missing, receipt) VALUES (?, ?, 1, '', ?, ?, ?, 1, 2, 2, 0, 0, '', ?)`, brought, string(box.ID), db.At(t0), db.At(t0), word, word).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	g.add("collector", string(box.ID))
	g.add("collector way", string(at.ID))
	g.add("bundle", brought)
}

// peopled signs the officer of a unit in, lends their role to a deputy and has
// them break glass.
func (w *scopes) peopled(t *testing.T, g goods, u unit.Unit, officer account.ID, invitation, word string) {
	t.Helper()
	people, now := w.Rooms.Accounts, t0
	must(people.SetPassword(t.Context(), invitation, phrase))(t)
	deputy, _, err := people.Invite(w.centre, account.Account{Login: word + ".deputy", Name: "Phó " + word, Home: string(u.ID),
		Grants: []auth.Grant{{Role: auth.Viewer, Unit: string(u.ID)}}})
	if err != nil {
		t.Fatal(err)
	}
	(&visitor{handler: w.Handler()}).signIn(t, word+".officer")
	a := must(people.Get(w.centre, officer))(t)
	if err := people.SetFlags(w.centre, officer, a.Version, account.Flags{BreakGlass: true}); err != nil {
		t.Fatal(err)
	}
	self := auth.With(t.Context(), a.Actor())
	loan := must(people.Lend(self, account.Delegation{To: deputy.ID, Grant: auth.Grant{Role: auth.UnitOfficer, Unit: string(u.ID)},
		Term: account.Term{Until: now.AddDate(0, 0, 3)}, Reason: "nghỉ phép của " + word}))(t)
	me := must(people.Me(w.centre))(t)
	e := must(people.BreakGlass(self, account.Break{Grant: auth.Grant{Role: auth.Duty, Unit: string(u.ID)}, Hours: 1,
		Reason: "sự cố đêm ở " + word, Witness: me.ID}))(t)
	var sessions []string
	if err := w.Records.Read().NewSelect().Table("web_session").Column("id").Where("account_id = ?", string(officer)).Scan(t.Context(), &sessions); err != nil {
		t.Fatal(err)
	}
	g.add("session", sessions...)
	g.add("delegation", loan.ID)
	g.add("elevation", e.ID)
}

// hunts keeps the records of two hunts of a unit, one of them concluded, and a
// file of events taken out by its officer.
func (w *scopes) hunts(t *testing.T, g goods, who auth.Actor, unit, src, word string) {
	t.Helper()
	ctx, r := auth.With(t.Context(), who), w.Rooms
	plan := hunt.Plan{Title: "Săn tìm ở " + word, Hypothesis: "Giả thuyết của " + word, Techniques: []string{"T1071.004"}, Owner: unit, Units: []string{unit},
		Sources: []string{src}, Members: "Người " + word}
	open := must(r.Hunts.Begin(ctx, plan))(t)
	must(r.Hunts.Jot(ctx, open.ID, "ghi chép của "+word))(t)
	must(r.Hunts.Keep(ctx, open.ID, hunt.Query{Query: "q=" + word, Asked: `{"words":"` + word + `"}`, From: t0, To: t0, Found: 3, Hash: strings.Repeat("c", 64)}))(t)
	done := must(r.Hunts.Begin(ctx, plan))(t)
	must(r.Hunts.Conclude(ctx, done.ID, hunt.Nothing, "Không thấy gì ở "+word, done.Version))(t)
	g.add("record", string(open.ID), string(done.ID))
	id := db.NewID()
	must(w.Records.Read().NewRaw("INSERT INTO lookup_takeout (id, account_id, unit_id, form, asked, reason, time_from, time_to, found, rows_written, size, sha256, asked_at) "+
		"VALUES (?, ?, ?, 'jsonl', '{}', ?, 0, 0, 1, 1, 1, ?, 1)", id, who.ID, unit, "lý do của "+word, strings.Repeat("b", 64)).Exec(t.Context()))(t)
	g.add("takeout", id)
	w.signatures(t, g, unit, word)
}

// signatures keeps a certificate of a unit and what it issued.
func (w *scopes) signatures(t *testing.T, g goods, unit, word string) {
	t.Helper()
	s, today := w.Rooms.Signatures, calendar.DateOf(t0)
	must(s.Register(w.centre, esign.Incoming{Unit: unit, Kind: esign.Personal, Data: []byte("Họ tên;Số serial;Đơn vị cấp\nNgười ký của " + word + ";" + hex.EncodeToString([]byte(word)) + ";\n")}))(t)
	must(s.TakePapers(w.centre, esign.Exported{Unit: unit, From: today, To: today, Data: []byte("Số, ký hiệu;Ngày ban hành;Đã ký số\n7/" + word + ";" + today.Start().In(i18n.Hanoi).Format("02/01/2006") + ";có\n")}))(t)
	g.add("certificate", string(must(s.List(w.centre, esign.Filter{Unit: unit}))(t).Rows[0].ID))
}

// documents keeps papers of a unit in every state a page tells apart: a draft
// with a file and a basis, one received, one issued and sent, and an import that
// waits.
func (w *scopes) documents(t *testing.T, g goods, who auth.Actor, unit, word string) {
	t.Helper()
	r := w.Rooms.Documents
	who.Grants = append([]auth.Grant{{Role: auth.Clerk, Unit: unit}}, who.Grants...)
	ctx := auth.With(t.Context(), who)
	head := register.Head{Unit: unit, Kind: "cong_van", Symbol: "UBND-" + word, Subject: "Văn bản của " + word, Issuer: "Cơ quan " + word, Signer: "Người ký " + word,
		Recipients: "Nơi nhận " + word, ArrivedOn: calendar.DateOf(t0), Note: "Ghi chú " + word}
	draft := must(r.Begin(ctx, head))(t)
	file := must(r.AddFile(ctx, draft.ID, register.Original, word+".txt", strings.NewReader("Căn cứ Kế hoạch số 5/KH-"+word+" ngày 01/02/2026 của "+word)))(t)
	must(r.Cite(ctx, draft.ID, register.Link{Relation: register.Basis, Cited: register.Cited{Number: "5", Symbol: "KH-" + word, Issuer: word}}))(t)
	in := must(r.Register(ctx, head))(t)
	head.Number, head.Date = "7", calendar.DateOf(t0)
	out := must(r.Record(ctx, head, "", ""))(t)
	must(r.Send(ctx, out.ID, "Nơi nhận "+word, "paper", t0))(t)
	waits := must(r.ReadImport(ctx, unit, register.In, word+".csv", []byte("Số, ký hiệu;Ngày đến;Trích yếu\n1/"+word+";20/11/2026;"+word+"\n")))(t)
	came := must(r.TakeMessage(ctx, unit, word+".edxml", strings.NewReader(message(t, word))))(t)
	told := must(r.WriteStatus(ctx, came.Document.ID, register.Status{Code: edxml.Received, Words: "Tiếp nhận của " + word}))(t)
	g.add("document", string(came.Document.ID)) // the first: it has a file and a message to open
	g.add("document message", told.ID)
	g.add("document file", must(r.Get(ctx, came.Document.ID))(t).Files[0].ID)
	full := must(r.Get(ctx, draft.ID))(t)
	sent := must(r.Get(ctx, out.ID))(t)
	g.add("document", string(draft.ID), string(in.ID), string(out.ID))
	g.add("document file", file.ID)
	g.add("document link", full.Links[0].ID)
	g.add("document sending", sent.Dispatches[0].ID)
	g.add("document import", waits.ID)
}

// directives keeps a text of a unit that was read, confirmed and issued to it, and
// answered.
func (w *scopes) directives(t *testing.T, g goods, unit, word string) {
	t.Helper()
	r, ctx := w.Rooms.Directives, w.centre
	d := must(r.TakeIn(ctx, directive.Arrival{Unit: unit, Paste: "ỦY BAN NHÂN DÂN\n\nSố: 8/UBND-" + word + "\n\nKính gửi: Các đơn vị.\n\nYêu cầu các đơn vị thực hiện:\n\n1. Rà quét mã độc của " + word +
		" trước ngày 20 tháng 12 năm 2026.\n\n2. Cập nhật bản vá cho máy chủ của " + word + ".\n\n3. Hội Tin học chủ trì tuyên truyền về " + word + ".\n"}))(t)
	must(r.Tick(ctx, d.ID, -1))(t)
	f := must(r.Get(ctx, d.ID))(t)
	asks := f.Leaves()[2]
	must(r.Mean(ctx, d.ID, asks.ID, asks.Unknown[0], "unit:"+unit, true, asks.Version))(t)
	kept, _, err := r.KeptNames(ctx, directive.NameFilter{Unit: unit})
	if err != nil {
		t.Fatal(err)
	}
	g.add("directive name", string(kept[0].ID))
	f = must(r.Get(ctx, d.ID))(t)
	for _, it := range f.Leaves() {
		must(r.Decide(ctx, d.ID, it.ID, it.Version, directive.Decision{State: directive.Agreed}))(t)
	}
	head := f.Head
	head.Subject = "Chỉ đạo của " + word
	f.Directive = must(r.EditHead(ctx, d.ID, head, f.DocumentID, f.Version))(t)
	must(r.Confirm(ctx, d.ID, f.Version))(t)
	must(r.Issue(ctx, d.ID, directive.Sending{To: []string{"unit:" + unit}, Last: calendar.DateOf(t0).AddDays(30)}, 0))(t)
	_, owed, err := r.OfUnit(ctx, d.ID, unit)
	if err != nil {
		t.Fatal(err)
	}
	g.add("directive file", must(r.Attach(ctx, d.ID, owed[0].ID, word+".txt", []byte("Biên bản của "+word)))(t).ID)
	must(r.Answer(ctx, d.ID, owed[0].ID, "Trả lời của "+word, owed[0].Version))(t)
	asked := must(r.Ask(ctx, d.ID, unit, "Câu hỏi của "+word))(t)
	must(r.Reply(ctx, d.ID, asked.ID, "Giải đáp cho "+word, true, asked.Version))(t)
	g.add("directive question", asked.ID)
	g.add("directive", string(d.ID))
	g.add("directive item", string(f.Leaves()[0].ID))
	g.add("directive task", owed[0].ID)
}

// message is a paper as it comes over the document axis.
func message(t *testing.T, word string) string {
	t.Helper()
	m := edxml.Message{Dialect: edxml.National, From: edxml.Organ{ID: "H99." + word, Name: "Cơ quan " + word}, To: []edxml.Organ{{ID: word + ".01", Name: "UBND xã " + word}},
		DocumentID: "H99," + word, Number: "9", Notation: "UBND-" + word, Date: calendar.DateOf(t0), Subject: "Thông điệp của " + word,
		Attachments: []edxml.Attachment{{Name: word + ".txt", Type: "text/plain", Data: []byte("Nội dung " + word)}}}
	return string(must(m.Write())(t))
}

// clerk gives the centre's own person the right to number, and an import that
// waits for them.
func (w *scopes) clerk(t *testing.T) {
	t.Helper()
	must(w.Records.Read().NewRaw("INSERT INTO account_role (account_id, role, unit_id) SELECT id, 'clerk', ? FROM account WHERE login = 'mai'", w.root).Exec(t.Context()))(t)
	me, _ := auth.From(w.centre)
	me.Grants = append([]auth.Grant{{Role: auth.Clerk, Unit: w.root}}, me.Grants...)
	waits := must(w.Rooms.Documents.ReadImport(auth.With(t.Context(), me), w.root, register.In, "so.csv", []byte("Số, ký hiệu;Ngày đến;Trích yếu\n1/UBND;20/11/2026;x\n")))(t)
	w.own["document import"] = []string{waits.ID}
}

// feed sends a log and has it read. Lines are names and clients.
func (w *scopes) feed(t *testing.T, src source.Source, name string, asked ...string) string {
	t.Helper()
	var text strings.Builder
	for _, q := range asked {
		text.WriteString("Nov 20 08:00:00 dnsmasq[9]: query[A] " + q + "\n")
	}
	f, _, err := w.Rooms.Sources.Receive(w.centre, src.ID, name, source.ByPage, strings.NewReader(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	w.work(t)
	return string(f.ID)
}

// handle notes what the logs gave, and takes one finding through a case and its
// notice.
func (w *scopes) handle(t *testing.T, g goods, u unit.Unit, word string) {
	t.Helper()
	ctx, r := w.centre, w.Rooms
	var seed incident.Seed
	for _, f := range must(r.Findings.List(ctx, finding.Filter{Unit: string(u.ID)}))(t).Rows {
		g.add("finding", string(f.ID))
		if strings.HasSuffix(f.Addr.String(), ".7.5") {
			seed.OwnerUnit, seed.FindingIDs = f.Owner, []string{string(f.ID)}
			seed.Machines = []incident.Machine{{Name: "pc-" + word, Addr: f.Addr, AddrKind: string(unit.Machine)}}
		}
	}
	for _, i := range must(r.Infections.List(ctx, infection.Filter{Unit: string(u.ID)}))(t).Rows {
		g.add("infection", string(i.ID))
	}
	if len(g["finding"]) != 4 || len(g["infection"]) != 4 || seed.FindingIDs == nil {
		t.Fatalf("the logs of %s gave %d findings and %d infections", word, len(g["finding"]), len(g["infection"]))
	}
	seed.Details = incident.Details{Title: "Máy của " + word, UnitID: string(u.ID), DetectedAt: t0, Description: strings.Repeat("Mô tả "+word+". ", 9),
		Types: incident.Choice{IDs: []string{"malware"}}, Detection: incident.Choice{IDs: []string{"log_review"}}, MeasuresTaken: "Cô lập " + word,
		HarmSecurity: incident.Claim{Answer: incident.No}, SeriousInterruption: incident.Claim{Answer: incident.No}, PersonalData: incident.No,
		System: incident.System{Name: "Một cửa " + word, Level: "2", Approval: "QĐ " + word, Domains: []string{word + ".example"}}}
	seed.Observables = []incident.Observable{{Value: "one." + word + ".bad.example"}}
	i := must(r.Incidents.OpenFrom(ctx, seed))(t)
	must(r.Incidents.Decide(ctx, i.ID, "M2", "vì "+word, i.Version))(t)
	e := must(r.Incidents.AddEvidence(ctx, i.ID, word+".pcap", word, strings.NewReader("bytes of "+word)))(t)
	g.add("incident", string(i.ID))
	g.add("evidence", e.ID)
	w.print(t, g, i, word)
	w.comeAgain(t, g, string(u.ID), word)
	for _, o := range must(r.Obligations.Of(ctx, "incident", string(i.ID)))(t) {
		g.add("obligation", string(o.ID))
	}
}

// print prints and sends the notice of a case, and leaves a draft of another.
func (w *scopes) print(t *testing.T, g goods, i incident.Incident, word string) {
	t.Helper()
	ctx, r := w.centre, w.Rooms
	p := must(r.Reports.Open(ctx, string(i.ID), "F1b"))(t)
	p, _, err := r.Reports.Print(ctx, p.ID, p.Version)
	if err != nil {
		f := must(r.Reports.Get(ctx, p.ID))(t)
		t.Fatalf("%v: %+v", err, f.Findings)
	}
	must(r.Reports.Send(ctx, p.ID, report.Dispatch{At: t0, Channel: "paper", Receipt: "nhận " + word, Number: "7", Date: calendar.DateOf(t0),
		Name: word + "-receipt.pdf", File: strings.NewReader("receipt of " + word)}, p.Version))(t)
	sent := must(r.Reports.Get(ctx, p.ID))(t).Sendings
	draft := must(r.Reports.Open(ctx, string(i.ID), "F1a"))(t)
	annual := must(r.Reports.Begin(ctx, report.Start{Form: "F12", Unit: i.UnitID, Kind: "year", Year: 2026, Part: 1}))(t)
	g.add("paper", string(p.ID), string(draft.ID), string(annual.ID))
	g.add("sending", sent[0].ID)
}

// comeAgain defines a report that comes every month, with the draft of one.
func (w *scopes) comeAgain(t *testing.T, g goods, unit, word string) {
	t.Helper()
	ctx, r := w.centre, w.Rooms.Series
	me, _ := auth.From(ctx)
	x := must(r.Add(ctx, series.Plan{Title: "Thống kê của " + word, Form: "F9", Unit: unit, Every: rulepack.Monthly, Lead: 3, Writer: me.ID, To: []string{"Nơi nhận " + word}}))(t)
	made := must(r.Make(ctx, x.ID, "2026-10"))(t)
	g.add("series", string(x.ID))
	g.add("paper", made.Paper)
}

// visitor is somebody signed in.
type visitor struct {
	handler http.Handler
	cookie  string
	bearer  string
}

// admit signs a person in who holds role in the own unit and nowhere else.
func (w *scopes) admit(t *testing.T, role auth.Role) *visitor {
	t.Helper()
	home, login := w.own["unit"][0], "alpha."+string(role)
	_, secret, err := w.Rooms.Accounts.Invite(w.centre, account.Account{Login: login, Name: "Người alpha", Home: home,
		Grants: []auth.Grant{{Role: role, Unit: home}}})
	if err != nil {
		t.Fatal(err)
	}
	must(w.Rooms.Accounts.SetPassword(t.Context(), secret, phrase))(t)
	v := &visitor{handler: w.Handler(), bearer: w.key}
	v.signIn(t, login)
	v.get(t, "/account") // takes what is said once, after signing in
	return v
}

// signIn begins a session by password.
func (v *visitor) signIn(t *testing.T, login string) {
	t.Helper()
	res := v.send(t, http.MethodPost, "/sign-in", "application/x-www-form-urlencoded", url.Values{"login": {login}, "password": {phrase}}.Encode())
	if res.Code != http.StatusSeeOther {
		t.Fatalf("sign in as %s: %d", login, res.Code)
	}
	v.cookie, _, _ = strings.Cut(res.Header().Get("Set-Cookie"), ";")
}

// tester is what a test and a property have in common.
type tester interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func (v *visitor) send(t tester, method, path, kind, body string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	req.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr("192.0.2.9"), 40000).String()
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if v.cookie != "" {
		req.Header.Set("Cookie", v.cookie)
	}
	if v.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+v.bearer)
	}
	res := httptest.NewRecorder()
	v.handler.ServeHTTP(res, req)
	return res
}

func (v *visitor) get(t tester, path string) *httptest.ResponseRecorder {
	t.Helper()
	return v.send(t, http.MethodGet, path, "", "")
}

// multipartForm is values and one file as browsers send them.
func multipartForm(t *testing.T, values url.Values) (kind, body string) {
	t.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	for name, all := range values {
		for _, v := range all {
			if err := m.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	part := must(m.CreateFormFile("file", "x.csv"))(t)
	must(io.WriteString(part, "STT;Tên đơn vị;Loại;Đơn vị cấp trên\n1;UBND xã Mới;xã;UBND xã bravo\n"))(t)
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), buf.String()
}

// unzipped is the text of all parts of a workbook; anything else is itself.
func unzipped(t *testing.T, path string, body []byte) string {
	t.Helper()
	if !strings.HasSuffix(path, ".xlsx") {
		return string(body)
	}
	var text strings.Builder
	for _, f := range must(zip.NewReader(bytes.NewReader(body), int64(len(body))))(t).File {
		r := must(f.Open())(t)
		text.WriteString(f.Name + "\n" + string(must(io.ReadAll(r))(t)) + "\n")
	}
	return text.String()
}
