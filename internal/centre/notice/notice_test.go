// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/notify"
	"github.com/vonggac/vonggac/internal/platform/notify/mailtest"
)

func TestWhoIsToldAndHowOften(t *testing.T) {
	each(t, func(b *bench) {
		n := notice.Notice{Kind: "incident.opened", Unit: "an", Object: object(1), Args: []notice.Arg{notice.Word("SC-1")}, Dedupe: "opened/1"}
		b.post(b.as("mai"), n)
		b.post(b.as("mai"), n) // asked again after a crash
		for who, want := range map[string]int64{"mai": 0, "duc": 1, "an": 1, "binh": 0, "quan": 0} {
			if got := b.unread(who); got != want {
				b.Errorf("%s has %d unread, want %d", who, got, want)
			}
		}
		n.Dedupe = "opened/1/again"
		b.post(b.Context(), n)
		page, err := b.svc.List(b.as("an"), notice.Filter{Unread: true})
		if err != nil || page.Total != 1 || len(page.Rows) != 1 || page.Rows[0].Times != 2 || page.Rows[0].Args[0].VI != "SC-1" {
			b.Errorf("list = %+v, %v; want one row of two", page, err)
		}
		boom := errors.New("boom")
		err = b.db.Housekeep(b.Context(), func(ctx context.Context, tx *db.Tx) error {
			n.Dedupe, n.Object = "opened/2", object(2)
			return errors.Join(b.svc.Post(ctx, tx, n), boom)
		})
		if !errors.Is(err, boom) || b.unread("an") != 1 {
			b.Errorf("what was rolled back was told: %v, %d", err, b.unread("an"))
		}
	})
}

func TestAForeignPersonReadsAndMarksNothing(t *testing.T) {
	each(t, func(b *bench) {
		b.post(b.Context(), notice.Notice{Kind: "finding.new", Unit: "an", Object: "an", Href: "/findings"})
		page, err := b.svc.List(b.as("an"), notice.Filter{})
		if err != nil || page.Total != 1 {
			b.Fatalf("list = %+v, %v", page, err)
		}
		id := page.Rows[0].ID
		if _, err := b.svc.Open(b.as("binh"), id); !fault.Is(err, fault.NotFound) {
			b.Errorf("another's notice opens: %v", err)
		}
		if err := b.svc.MarkRead(b.as("binh"), id); err != nil || b.unread("an") != 1 {
			b.Errorf("another's notice was marked: %v", err)
		}
		if p, err := b.svc.List(b.as("binh"), notice.Filter{}); err != nil || p.Total != 0 {
			b.Errorf("another's list = %+v, %v", p, err)
		}
		b.people["an"].grants[0].Unit = "binh" // moved to another commune
		if p, err := b.svc.List(b.as("an"), notice.Filter{}); err != nil || p.Total != 0 || b.unread("an") != 0 {
			b.Errorf("after the right is gone: %+v, %v", p, err)
		}
		b.people["an"].grants[0].Unit = "an"
		if href, err := b.svc.Open(b.as("an"), id); err != nil || href != "/findings" || b.unread("an") != 0 {
			b.Errorf("Open = %q, %v", href, err)
		}
		if _, err := b.svc.List(b.Context(), notice.Filter{}); !fault.Is(err, fault.SignedOut) {
			b.Errorf("nobody's list: %v", err)
		}
	})
}

func TestPagesOfAListMeet(t *testing.T) {
	each(t, func(b *bench) {
		for i := range 7 {
			b.now = b.now.Add(time.Minute)
			b.post(b.Context(), notice.Notice{Kind: "incident.opened", Unit: "an", Object: object(i)})
		}
		seen := map[string]bool{}
		f := notice.Filter{Limit: 3}
		for {
			p, err := b.svc.List(b.as("an"), f)
			if err != nil || p.Total != 7 {
				b.Fatalf("page = %+v, %v", p, err)
			}
			for _, r := range p.Rows {
				seen[r.ID] = true
			}
			if p.Next == "" {
				break
			}
			f.After = p.Next
		}
		if len(seen) != 7 {
			b.Errorf("%d of 7 seen", len(seen))
		}
		for name, f := range map[string]notice.Filter{"kind": {Kind: "finding.new"}, "urgency": {Urgency: notice.Low}} {
			if p, err := b.svc.List(b.as("an"), f); err != nil || p.Total != 0 {
				b.Errorf("filter by %s: %+v, %v", name, p, err)
			}
		}
	})
}

// TestSMTPDownForADay: answered clearly, nothing lost, nothing sent twice.
func TestSMTPDownForADay(t *testing.T) {
	each(t, func(b *bench) {
		b.connect()
		b.server.Be(mailtest.Away)
		const matters = 48
		for i := range matters { // one every half hour
			b.post(b.Context(), notice.Notice{Kind: "incident.opened", Unit: "an", Object: object(i)})
			b.pass(30 * time.Minute)
		}
		h, err := b.svc.Health(b.Context())
		if err != nil || h.Waiting != 3 || !strings.Contains(h.Answer, "refused") || b.now.Sub(h.Oldest) < 23*time.Hour || h.Failed != 0 {
			b.Errorf("health after a day = %+v, %v", h, err)
		}
		b.server.Be(mailtest.Friendly)
		b.pass(time.Hour)
		for _, who := range []string{"mai", "duc", "an"} {
			got := b.mails(who)
			if len(got) != 1 {
				b.Fatalf("%s got %d letters, want one for the whole day", who, len(got))
			}
			if subject, text, _ := words(b.T, got[0]); !strings.Contains(subject, "48") || !strings.Contains(text, "(48 lượt)") {
				b.Errorf("%s: %q\n%s", who, subject, text)
			}
			if n := b.unread(who); n != matters {
				b.Errorf("%s has %d of %d in the product", who, n, matters)
			}
		}
		b.pass(24 * time.Hour)
		if n := len(b.server.Taken()); n != 3 {
			b.Errorf("%d letters a day later, want 3", n)
		}
		if h, err := b.svc.Health(b.Context()); err != nil || h.Waiting != 0 || h.Answer != "" {
			b.Errorf("health = %+v, %v", h, err)
		}
	})
}

func TestGreylistingAndBurstsMakeOneLetter(t *testing.T) {
	each(t, func(b *bench) {
		b.connect()
		b.server.Be(mailtest.Greylisting)
		b.post(b.Context(), notice.Notice{Kind: "incident.opened", Unit: "binh", Object: object(1)})
		b.attend()
		b.server.Be(mailtest.Friendly)
		b.post(b.Context(), notice.Notice{Kind: "incident.severity", Unit: "binh", Object: object(1)})
		b.pass(20 * time.Minute)
		got := b.mails("binh")
		if len(got) != 1 {
			b.Fatalf("%d letters, want one with both", len(got))
		}
		if _, text, _ := words(b.T, got[0]); !strings.Contains(text, "Sự cố mới – Xã binh") || !strings.Contains(text, "Xác định mức độ sự cố – Xã binh") {
			b.Errorf("text = %s", text)
		}
		// What is usual comes to whoever is on duty at once, but not in a stream.
		before := len(b.mails("duc"))
		for range 6 {
			b.post(b.Context(), notice.Notice{Kind: "finding.new", Unit: "an", Object: db.NewID(), Href: "/findings"})
			b.now = b.now.Add(90 * time.Second)
			b.attend()
		}
		b.pass(time.Hour)
		if n := len(b.mails("duc")) - before; n > 2 {
			b.Errorf("%d letters for one burst", n)
		}
	})
}

// poison stands in every argument, object and label that must not leave.
const poison = "evil-c2.example 203.0.113.14 Trần-Bá-Thuê-Bao 0912345678"

// allowed are the arguments that mail may show, by kind: none of any.
var allowed = map[string][]int{}

func TestNothingConfidentialIsMailed(t *testing.T) {
	each(t, func(b *bench) {
		b.connect()
		everything := b.as("quan")
		b.people["quan"].grants = append(b.people["quan"].grants, auth.Grant{Role: auth.Centre, Unit: "tinh"}, auth.Grant{Role: auth.Administrator, Unit: "tinh"}, auth.Grant{Role: auth.Clerk, Unit: "tinh"})
		for _, k := range notice.Kinds() {
			if len(allowed[k.ID]) != 0 {
				b.Fatalf("%s: no argument may be mailed", k.ID)
			}
			n := notice.Notice{Kind: k.ID, Unit: "an", Object: poison, Urgency: notice.Urgent,
				Args: []notice.Arg{notice.Word(poison), {VI: poison, EN: poison}, notice.Word(poison), notice.Word(poison)}}
			if k.Needs == nil {
				n.Unit, n.To = "", []string{"quan"}
			}
			b.post(b.Context(), n)
		}
		prefs, _, err := b.svc.Preferences(everything)
		if err != nil {
			b.Fatal(err)
		}
		prefs.Kinds = map[string]notice.How{}
		for _, k := range notice.Kinds() {
			prefs.Kinds[k.ID] = notice.AtOnce
		}
		if err := b.svc.Choose(everything, prefs); err != nil {
			b.Fatal(err)
		}
		b.attend()
		got := b.mails("quan")
		if len(got) != 1 {
			b.Fatalf("%d letters", len(got))
		}
		subject, text, html := words(b.T, got[0])
		all := string(got[0].Raw) + subject + text + html
		for part := range strings.FieldsSeq(poison) {
			if strings.Contains(all, part) {
				b.Errorf("a letter holds %q", part)
			}
		}
		for _, k := range notice.Kinds() {
			// the kind is named, so the test looked at each
			if !strings.Contains(text, catalogue(b.T).Text(i18n.Vietnamese, "notice.kind."+k.ID)) {
				b.Errorf("%s is not in the letter:\n%s", k.ID, text)
			}
		}
		if !strings.Contains(text, "https://soc.mau.example/incidents/") || !strings.Contains(html, `href="https://soc.mau.example/`) ||
			got[0].Header.Get("List-Unsubscribe") != "<https://soc.mau.example/account/notices>" {
			b.Errorf("links are missing:\n%s\n%s", text, html)
		}
		for _, bad := range []string{"/x?q=" + "evil", "https://evil.example/", "/a b", ""} {
			err := b.db.Housekeep(b.Context(), func(ctx context.Context, tx *db.Tx) error {
				return b.svc.Post(ctx, tx, notice.Notice{Kind: "finding.new", Unit: "an", Href: bad, Dedupe: "bad"})
			})
			if err == nil {
				b.Errorf("link %q was taken", bad)
			}
		}
	})
}

func catalogue(t *testing.T) *i18n.Catalogue {
	t.Helper()
	c, err := i18n.Load(notice.Messages, notify.Messages)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhoLostTheRightOrReadItGetsNoMail(t *testing.T) {
	each(t, func(b *bench) {
		b.connect()
		b.server.Be(mailtest.Away)
		b.post(b.Context(), notice.Notice{Kind: "incident.opened", Unit: "an", Object: object(1)})
		b.attend()
		b.people["an"].grants[0].Unit = "binh"              // moved while the letter waited
		b.people["duc"].Active = false                      // left
		if err := b.svc.MarkRead(b.as("mai")); err != nil { // was there
			b.Fatal(err)
		}
		b.server.Be(mailtest.Friendly)
		b.pass(time.Hour)
		if n := len(b.server.Taken()); n != 0 {
			b.Errorf("%d letters were sent", n)
		}
		rows, names, total, err := b.svc.Letters(b.as("quan"), notify.Filter{State: notify.Dropped})
		if err != nil || total != 3 || rows[0].Reason != "notify.ended.nothing" || names[rows[0].Recipient] == "" {
			b.Errorf("letters = %+v, %v, %d, %v", rows, names, total, err)
		}
	})
}

func TestTheLanguageIsTheReaders(t *testing.T) {
	each(t, func(b *bench) {
		b.connect()
		b.people["an"].Language = i18n.English
		b.post(b.Context(), notice.Notice{Kind: "incident.opened", Unit: "an", Object: object(1)})
		b.attend()
		subject, text, html := words(b.T, b.mails("an")[0])
		if !strings.Contains(subject, "[Urgent] New incident") || !strings.Contains(text, "There is something") || !strings.Contains(html, `lang="en"`) {
			b.Errorf("%s\n%s\n%s", subject, text, html)
		}
		if subject, _, _ := words(b.T, b.mails("mai")[0]); !strings.Contains(subject, "[Khẩn] Sự cố mới – Xã an") {
			b.Errorf("subject = %q", subject)
		}
	})
}

func TestDigestsComeAtTheirHourOnce(t *testing.T) {
	each(t, func(b *bench) {
		b.connect() // Monday 08:00
		for i := range 5 {
			b.post(b.Context(), notice.Notice{Kind: "finding.new", Unit: "an", Object: object(i), Href: "/findings", Times: 2})
		}
		b.pass(5 * time.Hour) // 13:00
		if n := len(b.mails("an")); n != 0 {
			b.Fatalf("%d letters before the hour", n)
		}
		b.pass(35 * time.Minute)
		if n := len(b.mails("an")); n != 1 {
			b.Fatalf("%d letters at 13:35", n)
		}
		if _, text, _ := words(b.T, b.mails("an")[0]); !strings.Contains(text, "Phát hiện mới – Xã an (10 lượt)") {
			b.Errorf("text = %s", text)
		}
		b.post(b.Context(), notice.Notice{Kind: "finding.new", Unit: "an", Object: object(9), Href: "/findings"})
		p, _, err := b.svc.Preferences(b.as("an"))
		if err != nil {
			b.Fatal(err)
		}
		p.Kinds = map[string]notice.How{"finding.new": notice.AppOnly}
		if err := b.svc.Choose(b.as("an"), p); err != nil {
			b.Fatal(err)
		}
		if err := b.svc.Choose(b.as("an"), p); !fault.Is(err, fault.Conflict) {
			b.Errorf("a choice made in another window was overwritten: %v", err)
		}
		b.pass(24 * time.Hour)
		if n := len(b.mails("an")); n != 1 {
			b.Errorf("%d letters for somebody who wants none", n)
		}
	})
}

func TestMailThatIsOffKeepsNothingBack(t *testing.T) {
	each(t, func(b *bench) {
		b.post(b.Context(), notice.Notice{Kind: "incident.opened", Unit: "an", Object: object(1)})
		b.attend()
		b.connect()
		b.pass(time.Hour)
		if n := len(b.server.Taken()); n != 0 || b.unread("an") != 1 {
			b.Errorf("%d letters of the time before mail was on; %d unread", n, b.unread("an"))
		}
	})
}

func TestOnlyWhoRunsTheCentreTouchesMail(t *testing.T) {
	each(t, func(b *bench) {
		b.add("small", auth.Administrator, "an")
		for _, who := range []string{"mai", "an", "small"} {
			if _, _, _, err := b.svc.Mail(b.as(who)); !fault.Is(err, fault.Forbidden) {
				b.Errorf("%s sees the mail server: %v", who, err)
			}
			if err := b.svc.SetMail(b.as(who), b.server.Settings(), "", 0); !fault.Is(err, fault.Forbidden) {
				b.Errorf("%s sets the mail server: %v", who, err)
			}
			if _, err := b.svc.TryMail(b.as(who), "a@b.example"); !fault.Is(err, fault.Forbidden) {
				b.Errorf("%s sends a letter: %v", who, err)
			}
			if _, _, _, err := b.svc.Letters(b.as(who), notify.Filter{}); !fault.Is(err, fault.Forbidden) {
				b.Errorf("%s sees letters: %v", who, err)
			}
			if err := errors.Join(b.svc.Retry(b.as(who), "x")); !fault.Is(err, fault.Forbidden) {
				b.Errorf("%s sends again: %v", who, err)
			}
			if err := b.svc.Drop(b.as(who), "vì", "x"); !fault.Is(err, fault.Forbidden) {
				b.Errorf("%s drops: %v", who, err)
			}
		}
	})
}

func TestThePasswordStaysWhereItWasMeantFor(t *testing.T) {
	each(t, func(b *bench) {
		conf := notify.Settings{Way: notify.SMTP, Host: "mail.mau.example", Port: 587, Security: notify.StartTLS, User: "u", From: "a@mau.example"}
		admin := b.as("quan")
		if err := b.svc.SetMail(admin, conf, "bí mật lắm", 0); err != nil {
			b.Fatal(err)
		}
		conf.FromName = "Mẫu"
		if err := b.svc.SetMail(admin, conf, "", 1); err != nil {
			b.Fatal(err)
		}
		seen, has, version, err := b.svc.Mail(admin)
		if err != nil || !has || version != 2 || seen.Password != "" {
			b.Errorf("Mail = %+v, %t, %d, %v", seen, has, version, err)
		}
		conf.Host = "evil.example"
		if err := b.svc.SetMail(admin, conf, "", 2); !fault.Is(err, fault.Invalid) {
			b.Errorf("the password followed to another server: %v", err)
		}
		var raw []string
		if err := b.db.Read().NewRaw("SELECT value FROM setting UNION ALL SELECT detail FROM audit_entry").Scan(b.Context(), &raw); err != nil {
			b.Fatal(err)
		}
		if strings.Contains(strings.Join(raw, "\n"), "bí mật") || len(raw) != 3 {
			b.Errorf("at rest: %q", raw)
		}
	})
}

func TestATestLetterShowsTheAnswer(t *testing.T) {
	each(t, func(b *bench) {
		ctx := i18n.With(b.as("quan"), catalogue(b.T), i18n.Vietnamese)
		if _, err := b.svc.TryMail(ctx, "a@b.example"); !fault.Is(err, fault.Conflict) {
			b.Errorf("tried while mail is off: %v", err)
		}
		b.connect()
		b.server.Be(mailtest.Refusing)
		if answer, err := b.svc.TryMail(ctx, "a@b.example"); err != nil || !strings.Contains(answer, "no such user") {
			b.Errorf("answer = %q, %v", answer, err)
		}
		b.server.Be(mailtest.Friendly)
		if answer, err := b.svc.TryMail(ctx, "a@b.example"); err != nil || answer != "" || len(b.server.Taken()) != 1 {
			b.Errorf("answer = %q, %v", answer, err)
		}
		if _, err := b.svc.TryMail(ctx, "a@b.example\r\nBcc: x@y.example"); !fault.Is(err, fault.Invalid) {
			b.Errorf("a second recipient was smuggled in: %v", err)
		}
	})
}

func TestLettersAreRetriedAndDroppedByAPerson(t *testing.T) {
	each(t, func(b *bench) {
		b.connect()
		b.server.Be(mailtest.Refusing)
		b.post(b.Context(), notice.Notice{Kind: "incident.opened", Unit: "an", Object: object(1)})
		b.attend()
		rows, _, _, err := b.svc.Letters(b.as("quan"), notify.Filter{State: notify.Failed})
		if err != nil || len(rows) != 3 {
			b.Fatalf("failed = %+v, %v", rows, err)
		}
		if err := b.svc.Drop(b.as("quan"), "  ", rows[0].ID); !fault.Is(err, fault.Invalid) {
			b.Errorf("dropped without reason: %v", err)
		}
		if err := b.svc.Drop(b.as("quan"), "hộp thư đã bỏ", rows[0].ID); err != nil {
			b.Fatal(err)
		}
		b.server.Be(mailtest.Friendly)
		if err := b.svc.Retry(b.as("quan"), rows[1].ID, rows[2].ID); err != nil {
			b.Fatal(err)
		}
		if err := b.svc.Retry(b.as("quan"), rows[0].ID); !fault.Is(err, fault.Conflict) {
			b.Errorf("a dropped letter was sent again: %v", err)
		}
		b.attend()
		if n := len(b.server.Taken()); n != 2 {
			b.Errorf("%d letters, want 2", n)
		}
		entries, err := audit.Of(b.Context(), b.db, "letter", rows[0].ID, 9)
		if err != nil || len(entries) != 1 || entries[0].Action != "notice.drop" || !strings.Contains(entries[0].Detail, "hộp thư đã bỏ") {
			b.Errorf("audit = %+v, %v", entries, err)
		}
		days, err := b.svc.Days(b.as("quan"), 7)
		if err != nil || len(days) != 1 || days[0].Sent != 2 || days[0].Dropped != 1 {
			b.Errorf("days = %+v, %v", days, err)
		}
	})
}

func TestOldNoticesGo(t *testing.T) {
	each(t, func(b *bench) {
		b.post(b.Context(), notice.Notice{Kind: "incident.opened", Unit: "an", Object: object(1), Dedupe: "x"})
		if err := b.svc.SetKept(b.as("quan"), notice.Keep{Months: 3}, 0); err != nil {
			b.Fatal(err)
		}
		b.now = t0.AddDate(0, 3, -1)
		b.post(b.Context(), notice.Notice{Kind: "incident.opened", Unit: "an", Object: object(2), Dedupe: "y"})
		if err := b.svc.Tidy(b.Context()); err != nil || b.unread("an") != 2 {
			b.Fatalf("Tidy = %v, %d left", err, b.unread("an"))
		}
		b.now = t0.AddDate(0, 3, 1)
		if err := b.svc.Tidy(b.Context()); err != nil || b.unread("an") != 1 {
			b.Errorf("Tidy = %v, %d left", err, b.unread("an"))
		}
		told, err := b.svc.Told(b.Context(), []string{"x", "y"})
		if err != nil || told["x"] || !told["y"] {
			b.Errorf("told = %v, %v", told, err)
		}
		if err := b.svc.SetKept(b.as("quan"), notice.Keep{}, 1); !fault.Is(err, fault.Invalid) {
			b.Errorf("kept for no time: %v", err)
		}
	})
}
