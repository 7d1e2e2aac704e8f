// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notify_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/certificate"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/notify"
	"github.com/vonggac/vonggac/internal/platform/notify/mailtest"
	"github.com/vonggac/vonggac/internal/platform/secret"
)

var t0 = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

// post is one database with an outbox, a mail server and a clock.
type post struct {
	*testing.T
	db     *db.DB
	now    time.Time
	server *mailtest.Server
	out    *notify.Outbox
	ended  []string
}

func each(t *testing.T, test func(*post)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{notify.Migrations, audit.Migrations}, func(t *testing.T, d *db.DB) {
		p := &post{T: t, db: d, now: t0, server: mailtest.Start(t)}
		p.out = p.outbox()
		test(p)
	})
}

// outbox is one process that uses the database.
func (p *post) outbox() *notify.Outbox {
	return &notify.Outbox{Records: p.db, Now: func() time.Time { return p.now },
		Compose: func(_ context.Context, r notify.Row) (notify.Draft, error) {
			return notify.Draft{Letter: notify.Letter{To: r.Recipient + "@mau.example", Name: "Lò Thị Mai", Subject: "Việc cần xem", Text: "Có việc mới.\r\n"},
				Items: []string{r.Recipient}}, nil
		},
		Ended: func(_ context.Context, _ *db.Tx, r notify.Row, d notify.Draft) error {
			p.ended = append(p.ended, r.ID)
			return nil
		}}
}

func (p *post) sender() notify.Sender {
	p.Helper()
	conf := p.server.Settings()
	conf.FromName = "Vọng Gác Mẫu"
	s, err := conf.Sender(nil, "")
	if err != nil {
		p.Fatal(err)
	}
	return s
}

func (p *post) put(recipient string) (id string) {
	p.Helper()
	err := p.db.Housekeep(p.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = p.out.Put(ctx, tx, recipient)
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
	return id
}

func (p *post) deliver(want int) {
	p.Helper()
	n, err := p.out.Deliver(p.Context(), p.sender(), 100)
	if err != nil || n != want {
		p.Fatalf("Deliver = %d, %v; want %d", n, err, want)
	}
}

func (p *post) row(id string) notify.Row {
	p.Helper()
	rows, _, err := p.out.List(p.Context(), notify.Filter{})
	if err != nil {
		p.Fatal(err)
	}
	for _, r := range rows {
		if r.ID == id {
			return r
		}
	}
	p.Fatalf("no letter %s", id)
	return notify.Row{}
}

func TestALetterGoesOnceAndIsReadable(t *testing.T) {
	each(t, func(p *post) {
		id := p.put("mai")
		if again := p.put("mai"); again != id {
			p.Errorf("a letter that waits did not grow: %s and %s", id, again)
		}
		p.deliver(1)
		p.now = p.now.Add(time.Hour)
		p.deliver(0)
		got := p.server.Taken()
		if len(got) != 1 || got[0].To != "mai@mau.example" || got[0].From != "vonggac@mau.example" {
			p.Fatalf("the server took %+v", got)
		}
		head := got[0].Header
		subject, err := new(mime.WordDecoder).DecodeHeader(head.Get("Subject"))
		if err != nil || subject != "Việc cần xem" {
			p.Errorf("subject = %q, %v", subject, err)
		}
		from, err := head.AddressList("From")
		if err != nil || from[0].Name != "Vọng Gác Mẫu" {
			p.Errorf("from = %v, %v", from, err)
		}
		if head.Get("Message-Id") != "<"+id+"@mau.example>" || head.Get("Auto-Submitted") != "auto-generated" {
			p.Errorf("head = %v", head)
		}
		if at, err := head.Date(); err != nil || !at.Equal(t0) {
			p.Errorf("date = %v, %v", at, err)
		}
		if r := p.row(id); r.State != notify.Sent || !r.EndedAt.Equal(t0) || len(p.ended) != 1 {
			p.Errorf("letter = %+v, ended %v", r, p.ended)
		}
		if next := p.put("mai"); next == id {
			p.Error("a letter that was taken grew")
		}
	})
}

// TestWhatServersAnswer walks through each mood: whose fault it is, what
// becomes of the letter, and that it arrives once when the server is friendly
// again.
func TestWhatServersAnswer(t *testing.T) {
	cases := map[string]struct {
		mood   mailtest.Mood
		state  notify.State
		code   int64
		answer string
		wait   time.Duration // until the next try
	}{
		"away: all wait":                   {mailtest.Away, notify.Waiting, 0, "refused", time.Minute},
		"greylisting: the letter waits":    {mailtest.Greylisting, notify.Waiting, 451, "greylisted", 5 * time.Minute},
		"no such user: failed for good":    {mailtest.Refusing, notify.Failed, 550, "no such user", 0},
		"mailbox full: the letter waits":   {mailtest.Full, notify.Waiting, 452, "mailbox full", 5 * time.Minute},
		"called spam: failed for good":     {mailtest.Spam, notify.Failed, 554, "spam", 0},
		"sender refused: all wait":         {mailtest.NotSender, notify.Waiting, 553, "not owned", time.Minute},
		"dropped early: all wait":          {mailtest.DropsEarly, notify.Waiting, 0, "", time.Minute},
		"going down for a while: all wait": {mailtest.ShuttingDown, notify.Waiting, 421, "shutting down", time.Minute},
	}
	each(t, func(p *post) {
		for name, c := range cases {
			p.Run(name, func(t *testing.T) {
				p.server.Be(c.mood)
				before := len(p.server.Taken())
				id := p.put(strings.ReplaceAll(strings.Fields(name)[0], ":", "") + db.NewID())
				if _, err := p.out.Deliver(t.Context(), p.sender(), 100); err != nil {
					t.Fatal(err)
				}
				r := p.row(id)
				if r.State != c.state || r.Code != c.code || !strings.Contains(r.Answer, c.answer) {
					t.Fatalf("letter = %s, %d %q; want %s, %d %q", r.State, r.Code, r.Answer, c.state, c.code, c.answer)
				}
				if c.state == notify.Waiting && r.NextAt.Sub(p.now) != c.wait {
					t.Errorf("next try in %s, want %s", r.NextAt.Sub(p.now), c.wait)
				}
				p.server.Be(mailtest.Friendly)
				p.now = p.now.Add(c.wait + time.Minute)
				if _, err := p.out.Deliver(t.Context(), p.sender(), 100); err != nil {
					t.Fatal(err)
				}
				want := 1
				if c.state == notify.Failed {
					want = 0
				}
				if n := len(p.server.Taken()) - before; n != want {
					t.Errorf("the server took %d letters, want %d", n, want)
				}
			})
		}
	})
}

func TestOneDeadServerIsAskedOnceARound(t *testing.T) {
	each(t, func(p *post) {
		p.server.Be(mailtest.NotSender)
		for _, who := range []string{"a", "b", "c", "d"} {
			p.put(who)
		}
		p.deliver(0)
		if n := p.server.Connections(); n != 1 {
			p.Errorf("%d connections to a server that takes nothing", n)
		}
		p.server.Be(mailtest.Friendly)
		p.now = p.now.Add(2 * time.Minute)
		p.deliver(4)
	})
}

func TestALostAnswerIsTriedAgainUnderTheSameID(t *testing.T) {
	each(t, func(p *post) {
		p.server.Be(mailtest.HangsUp)
		id := p.put("mai")
		p.deliver(0)
		r := p.row(id)
		if r.State != notify.Waiting || r.Unsure != 1 {
			p.Fatalf("letter = %+v", r)
		}
		if other := p.put("mai"); other == id {
			p.Error("a letter that may have arrived grew")
		}
		p.server.Be(mailtest.Friendly)
		p.now = p.now.Add(time.Hour)
		p.deliver(2)
		ids := map[string]int{}
		for _, m := range p.server.Taken() {
			ids[m.Header.Get("Message-Id")]++
		}
		if len(ids) != 2 || ids["<"+id+"@mau.example>"] != 2 {
			p.Errorf("Message-IDs = %v; want the first letter twice under one", ids)
		}
	})
}

func TestAnswersLostThreeTimesAreLeftToAPerson(t *testing.T) {
	each(t, func(p *post) {
		p.server.Be(mailtest.HangsUp)
		id := p.put("mai")
		for range 5 {
			p.deliver(0)
			p.now = p.now.Add(24 * time.Hour)
		}
		if r := p.row(id); r.State != notify.Failed || r.Reason != "notify.ended.unsure" || len(p.server.Taken()) != 3 {
			p.Errorf("letter = %+v after %d times", r, len(p.server.Taken()))
		}
		defer func() {
			err := p.db.Housekeep(p.Context(), func(ctx context.Context, tx *db.Tx) error { return p.out.Retry(ctx, tx, id) })
			if err != nil {
				p.Fatal(err)
			}
			if other := p.put("mai"); other == id {
				p.Error("a letter that may have arrived grew once it was sent again")
			}
		}()
		h, err := p.out.Health(p.Context())
		if err != nil || h.Failed != 1 || h.Waiting != 0 || h.Answer == "" {
			p.Errorf("health = %+v, %v", h, err)
		}
	})
}

// vanish sends, and is gone before anybody hears of it: a process that dies
// between the server's answer and the commit.
type vanish struct{ notify.Sender }

func (v vanish) Send(ctx context.Context, l notify.Letter) error {
	if err := v.Sender.Send(ctx, l); err != nil {
		return err
	}
	panic("killed")
}

func TestAProcessKilledAfterTheServerTookIt(t *testing.T) {
	each(t, func(p *post) {
		id := p.put("mai")
		func() {
			defer func() { _ = recover() }() // the process is dead; the test lives on
			_, err := p.out.Deliver(p.Context(), vanish{p.sender()}, 1)
			p.Errorf("Deliver came back with %v", err)
		}()
		next := p.outbox()
		for range 3 { // while the lease stands nobody else sends it
			if n, err := next.Deliver(p.Context(), p.sender(), 10); n != 0 || err != nil {
				p.Fatalf("Deliver under another's lease = %d, %v", n, err)
			}
			p.now = p.now.Add(3 * time.Minute)
		}
		p.now = p.now.Add(5 * time.Minute)
		p.deliver(1)
		got := p.server.Taken()
		if len(got) != 2 || got[0].Header.Get("Message-Id") != got[1].Header.Get("Message-Id") || got[0].Header.Get("Message-Id") == "" {
			p.Errorf("%d letters; want two under one Message-ID, so that the receiver can tell", len(got))
		}
		if r := p.row(id); r.State != notify.Sent {
			p.Errorf("letter = %+v", r)
		}
	})
}

func TestTwoProcessesSendEachLetterOnce(t *testing.T) {
	each(t, func(p *post) {
		want := map[string]bool{}
		for range 12 {
			want["<"+p.put(db.NewID())+"@mau.example>"] = true
		}
		var all sync.WaitGroup
		for range 3 {
			o := p.outbox()
			o.Ended = func(context.Context, *db.Tx, notify.Row, notify.Draft) error { return nil }
			s := p.sender()
			all.Go(func() {
				for range 20 { // contention may end a round early
					if _, err := o.Deliver(p.Context(), s, 100); err != nil && !fault.Is(err, fault.Unavailable) {
						p.Error(err)
					}
				}
			})
		}
		all.Wait()
		got := map[string]int{}
		for _, m := range p.server.Taken() {
			got[m.Header.Get("Message-Id")]++
		}
		for id := range want {
			if got[id] != 1 {
				p.Errorf("%s was sent %d times", id, got[id])
			}
		}
	})
}

func TestGreylistingForDaysEndsVisibly(t *testing.T) {
	each(t, func(p *post) {
		p.server.Be(mailtest.Greylisting)
		id := p.put("mai")
		tries := 0
		for p.row(id).State == notify.Waiting && tries < 200 {
			p.now = p.now.Add(time.Hour)
			p.deliver(0)
			tries++
		}
		r := p.row(id)
		if r.State != notify.Failed || r.Reason != "notify.ended.expired" || p.now.Sub(t0) < 5*24*time.Hour || r.Attempts > 40 {
			p.Fatalf("letter = %+v at %s", r, p.now.Sub(t0))
		}
		p.server.Be(mailtest.Friendly)
		err := p.db.Housekeep(p.Context(), func(ctx context.Context, tx *db.Tx) error { return p.out.Retry(ctx, tx, id) })
		if err != nil {
			p.Fatal(err)
		}
		p.deliver(1)
		err = p.db.Housekeep(p.Context(), func(ctx context.Context, tx *db.Tx) error { return p.out.Drop(ctx, tx, id, "thừa") })
		if !fault.Is(err, fault.Conflict) {
			p.Errorf("a letter that was taken could be dropped: %v", err)
		}
	})
}

func TestComposeThatFailsLosesNothing(t *testing.T) {
	each(t, func(p *post) {
		id := p.put("mai")
		good, boom := p.out.Compose, errors.New("boom")
		p.out.Compose = func(context.Context, notify.Row) (notify.Draft, error) { return notify.Draft{}, boom }
		if _, err := p.out.Deliver(p.Context(), p.sender(), 5); !errors.Is(err, boom) {
			p.Fatalf("Deliver = %v", err)
		}
		p.out.Compose = good
		p.now = p.now.Add(time.Hour)
		p.deliver(1)
		if r := p.row(id); r.State != notify.Sent || r.Unsure != 0 {
			p.Errorf("letter = %+v", r)
		}
	})
}

func TestDaysAndForgetting(t *testing.T) {
	each(t, func(p *post) {
		p.put("a")
		p.deliver(1)
		p.now = t0.Add(17 * time.Hour) // 01:00 of the day after in Hà Nội
		p.put("b")
		days, err := p.out.Days(p.Context(), t0.Add(-time.Hour))
		if err != nil || len(days) != 2 || days[0].Waiting != 1 || days[1].Sent != 1 ||
			!days[0].Start().Equal(time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)) {
			p.Errorf("days = %+v, %v", days, err)
		}
		var n int64
		err = p.db.Housekeep(p.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = p.out.Forget(ctx, tx, p.now)
			return err
		})
		if _, total, lerr := p.out.List(p.Context(), notify.Filter{}); err != nil || n != 1 || lerr != nil || total != 1 {
			p.Errorf("forgot %d, %v; %d left, %v", n, err, total, lerr)
		}
	})
}

func TestFilesForAClosedNetwork(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "thư đi")
	conf := notify.Settings{Way: notify.File, From: "vonggac@mau.example", FromName: "Vọng Gác"}
	if err := conf.Check(); err != nil {
		t.Fatal(err)
	}
	s, err := conf.Sender(nil, dir)
	if err != nil {
		t.Fatal(err)
	}
	l := notify.Letter{ID: db.NewID(), To: "mai@mau.example", Name: "Mai", Subject: "Sự cố – khẩn", Text: "Xem đường dẫn.\r\n", HTML: "<p>Xem</p>", Date: t0, Urgent: true}
	for range 2 {
		if err := s.Send(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v; want one", len(files), err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, l.ID+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	if text := plain(t, raw); strings.TrimSpace(text) != "Xem đường dẫn." {
		t.Errorf("text = %q", text)
	}
}

// plain is the plain text part of a message.
func plain(t *testing.T, raw []byte) string {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(part))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	good := notify.Settings{Way: notify.SMTP, Host: "mail.mau.example", Port: 587, Security: notify.StartTLS, User: "u", From: "a@mau.example"}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*notify.Settings){
		"way":       func(s *notify.Settings) { s.Way = "pigeon" },
		"host":      func(s *notify.Settings) { s.Host = "http://mail" },
		"port":      func(s *notify.Settings) { s.Port = 70000 },
		"security":  func(s *notify.Settings) { s.Security = notify.Plain },
		"from":      func(s *notify.Settings) { s.From = "Mai <a@mau.example>" },
		"from_name": func(s *notify.Settings) { s.FromName = strings.Repeat("a", 101) },
		"ca":        func(s *notify.Settings) { s.CA = "no certificate" },
		"user":      func(s *notify.Settings) { s.User = strings.Repeat("a", 201) },
	} {
		s := good
		spoil(&s)
		if err := s.Check(); err == nil || fault.Of(err).Fields[field] == "" || len(fault.Of(err).Fields) != 1 {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestASealedPasswordOfAnotherCentreDoesNotOpen(t *testing.T) {
	t.Parallel()
	box := func(b byte) *secret.Box {
		x, err := secret.New(bytes.Repeat([]byte{b}, 32))
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	s := notify.Settings{Way: notify.SMTP, Host: "h", Port: 25, User: "u", Password: box(1).Seal(notify.Purpose, "mật khẩu")}
	if _, err := s.Sender(box(2), ""); err == nil {
		t.Error("opened with another key")
	}
	if _, err := s.Sender(box(1), ""); err != nil {
		t.Error(err)
	}
}

// FuzzAddress: what is taken as an address makes a message that reads back with
// that one recipient, whatever else a person typed into names and subjects.
func FuzzAddress(f *testing.F) {
	f.Add("mai@mau.example", "Lò Thị Mai", "Sự cố")
	f.Add("a@b.c\r\nBcc: x@y.z", "x\r\nBcc: x@y.z", "y\r\n\r\nbody")
	f.Add("\"a b\"@b.c", "", "\x00")
	f.Add("mai@mau.example", `Lò Thị "Mai" \`, `"`)
	f.Add("mai@mau.example", `"Mai" <x@y.z>, `, "")
	f.Add("mai@mau.example", "Lò Thị \x00 \\", "")
	f.Fuzz(func(t *testing.T, address, name, subject string) {
		if !notify.Address(address) {
			return
		}
		var out bytes.Buffer
		err := notify.Settings{From: "vonggac@mau.example"}.Write(&out, notify.Letter{ID: "id", To: address, Name: name, Subject: subject, Text: "x", Date: t0})
		if err != nil {
			t.Fatalf("%q, %q, %q makes no message: %v", address, name, subject, err)
		}
		m, err := mail.ReadMessage(&out)
		if err != nil {
			t.Fatalf("%q, %q, %q: %v", address, name, subject, err)
		}
		to, err := m.Header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Address != address || m.Header.Get("Bcc") != "" {
			t.Errorf("%q, %q, %q went to %v, %v", address, name, subject, to, err)
		}
	})
}

func TestProtectedConnectionsAndSignIn(t *testing.T) {
	t.Parallel()
	conf, ca, err := certificate.Own(t.TempDir(), []string{"127.0.0.1"}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.New(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		implicit       bool
		security       notify.Security
		password, said string // said: part of the answer when it is not taken
		ca             string
	}{
		"STARTTLS":                        {false, notify.StartTLS, "mật khẩu", "", string(ca)},
		"TLS from the first byte":         {true, notify.Implicit, "mật khẩu", "", string(ca)},
		"a wrong password":                {false, notify.StartTLS, "sai", "535", string(ca)},
		"an authority nobody trusts":      {false, notify.StartTLS, "mật khẩu", "certificate", ""},
		"an authority nobody trusts, TLS": {true, notify.Implicit, "mật khẩu", "certificate", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.StartTLS(t, conf, c.implicit, "vonggac", "mật khẩu")
			s := server.Settings()
			s.Security, s.User, s.Password, s.CA = c.security, "vonggac", box.Seal(notify.Purpose, c.password), c.ca
			if err := s.Check(); err != nil {
				t.Fatal(err)
			}
			sender, err := s.Sender(box, "")
			if err != nil {
				t.Fatal(err)
			}
			err = sender.Send(t.Context(), notify.Letter{ID: db.NewID(), To: "mai@mau.example", Subject: "x", Text: "x", Date: t0})
			f, failed := errors.AsType[*notify.Failure](err)
			switch {
			case c.said == "" && (err != nil || len(server.Taken()) != 1):
				t.Errorf("Send = %v", err)
			case c.said != "" && (!failed || f.Blame != notify.OfServer || !strings.Contains(f.Answer, c.said) || strings.Contains(f.Answer, c.password)):
				t.Errorf("Send = %v", err)
			}
		})
	}
	t.Run("a server without STARTTLS gets nothing", func(t *testing.T) {
		t.Parallel()
		server := mailtest.Start(t)
		s := server.Settings()
		s.Security = notify.StartTLS
		sender, err := s.Sender(box, "")
		if err != nil {
			t.Fatal(err)
		}
		err = sender.Send(t.Context(), notify.Letter{ID: db.NewID(), To: "mai@mau.example", Subject: "x", Text: "x", Date: t0})
		if f, ok := errors.AsType[*notify.Failure](err); !ok || f.Blame != notify.OfServer || len(server.Taken()) != 0 {
			t.Errorf("Send = %v", err)
		}
	})
}
