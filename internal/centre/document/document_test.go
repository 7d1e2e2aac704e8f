// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// TestAPaperGoesItsWay follows a letter from draft to issue, and what each step
// refuses.
func TestAPaperGoesItsWay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		p, err := g.Begin(g.officer(), g.letter())
		if err != nil || p.State != document.Draft || p.Number != "" || !p.Date.IsZero() {
			t.Fatalf("a draft without number and date: %+v, %v", p, err)
		}
		for route, field := range map[string]string{"p-an": "signer", "p-binh": "signer", "": "signer", "p-an p-chief": "reviewers", "p-nobody p-chief": "reviewers", "p-chief p-chief": "signer"} {
			if _, err := g.Submit(g.officer(), p.ID, strings.Fields(route), p.Version); !refused(err, field) {
				t.Errorf("route %q: %v", route, err)
			}
		}
		if _, err := g.Submit(g.as("p-chief", auth.Leader, g.root), p.ID, []string{"p-chief"}, p.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("who may not write submits: %v", err)
		}
		if p, err = g.Submit(g.officer(), p.ID, []string{"p-binh", "p-chief"}, p.Version); err != nil || p.State != document.Submitted {
			t.Fatal(p.State, err)
		}
		if _, err := g.Edit(g.officer(), p.ID, g.letter(), p.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("a paper on its route is edited: %v", err)
		}
		if _, err := g.Sign(g.chief(), p.ID, "", p.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("out of turn: %v", err)
		}
		if _, err := g.Agree(g.officer(), p.ID, "", p.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by its drafter: %v", err)
		}
		if _, err := g.Return(g.second(), p.ID, " ", p.Version); !refused(err, "words") {
			t.Errorf("returned without a word: %v", err)
		}
		if p, err = g.Return(g.second(), p.ID, "Sửa mục 3", p.Version); err != nil || p.State != document.Draft {
			t.Fatal(p.State, err)
		}
		if p, err = g.Submit(g.officer(), p.ID, []string{"p-binh", "p-chief"}, p.Version); err != nil {
			t.Fatal(err)
		}
		if p, err = g.Agree(g.second(), p.ID, "Đồng ý", p.Version); err != nil {
			t.Fatal(err)
		}
		if p, err = g.Sign(g.chief(), p.ID, "", p.Version); err != nil || p.State != document.Signed || p.Signer != "Lê Thị Trưởng" {
			t.Fatal(p.State, err)
		}
		for name, err := range map[string]error{"number": errOf(g.Number(g.clerk(), p.ID, "", "", day0, p.Version)), "number ": errOf(g.Number(g.clerk(), p.ID, "1/2", "", day0, p.Version)),
			"date": errOf(g.Number(g.clerk(), p.ID, "5", "", day0.AddDays(1), p.Version)), "date ": errOf(g.Number(g.clerk(), p.ID, "5", "", day0.AddDays(-1), p.Version))} {
			if !refused(err, strings.TrimSpace(name)) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := g.Number(g.officer(), p.ID, "5", "", day0, p.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("numbered by who may not: %v", err)
		}
		if p, err = g.Number(g.clerk(), p.ID, "05", "", day0, p.Version); err != nil || p.Code() != "05/UBND-KGVX" || p.Date != day0 {
			t.Fatal(p.Code(), err)
		}
		if _, err := g.Seal(g.clerk(), p.ID, p.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("sealed without the signed file: %v", err)
		}
		if _, err := g.AddFile(g.clerk(), p.ID, document.SignedFile, "cv.docx", bytes.NewReader(docx(t, "Đường dây nóng"))); err != nil {
			t.Fatal(err)
		}
		g.Verify = func(_ context.Context, _ document.File, _, _ io.Reader) (document.Report, error) {
			return g.report, nil
		}
		if p, err = g.Seal(g.clerk(), p.ID, p.Version+1); err != nil {
			t.Fatal(err)
		}
		g.refuse = errors.New("not now")
		if _, err := g.Issue(g.clerk(), p.ID, p.Version); !errors.Is(err, g.refuse) {
			t.Errorf("whoever waits for it refuses: %v", err)
		}
		g.refuse = nil
		if p, err = g.Issue(g.clerk(), p.ID, p.Version); err != nil || p.State != document.Issued || p.Standing != document.InForce || len(g.issued) != 1 {
			t.Fatal(p.State, g.issued, err)
		}
		if _, err := g.Edit(g.officer(), p.ID, g.letter(), p.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("an issued paper is edited: %v", err)
		}
		if _, err := g.AddFile(g.clerk(), p.ID, document.SignedFile, "x.docx", bytes.NewReader(docx(t, "a"))); !fault.Is(err, fault.Conflict) {
			t.Errorf("an issued paper gets another file: %v", err)
		}
		if p, err = g.Send(g.clerk(), p.ID, "Sở A\nSở B", "paper", g.now); err != nil {
			t.Fatal(err)
		}
		f, err := g.Get(g.officer(), p.ID)
		if err != nil || len(f.Dispatches) != 2 || len(f.Steps) != 4 || len(f.Files) != 1 {
			t.Fatalf("%+v, %v", f, err)
		}
		g.now = g.now.Add(72 * time.Hour)
		if !f.Dispatches[0].Waits(g.now) {
			t.Error("three days without receipt is not told")
		}
		if _, err := g.Confirm(g.clerk(), p.ID, f.Dispatches[0].ID, t0.Add(-time.Hour), ""); !refused(err, "received_at") {
			t.Errorf("received before it was sent: %v", err)
		}
		if _, err := g.Confirm(g.clerk(), p.ID, f.Dispatches[0].ID, t0.Add(time.Hour), "phiếu 7"); err != nil {
			t.Fatal(err)
		}
		if _, err := g.Confirm(g.clerk(), p.ID, f.Dispatches[0].ID, t0.Add(time.Hour), ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("confirmed twice: %v", err)
		}
		page, err := g.List(g.officer(), document.Filter{Open: true})
		if err != nil || page.Total != 1 {
			t.Errorf("open sendings: %d, %v", page.Total, err)
		}
		want := "[document.draft document.submit document.return document.submit document.agree document.sign document.number document.file document.seal document.issue document.send document.receipt]"
		if got := fmt.Sprint(g.acts()); got != want {
			t.Errorf("the trail says\n%s, want\n%s", got, want)
		}
	})
}

func errOf(_ document.Document, err error) error { return err }

func TestABrokenSignatureIsNotSealed(t *testing.T) {
	t.Parallel()
	g := lay(t, dbtest.SQLite(t, schemas...))
	p := g.upTo(document.Numbered)
	g.Verify = func(context.Context, document.File, io.Reader, io.Reader) (document.Report, error) {
		return document.Report{Bad: true}, nil
	}
	if _, err := g.AddFile(g.clerk(), p.ID, document.SignedFile, "a.xml", strings.NewReader("<a>b</a>")); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Seal(g.clerk(), p.ID, p.Version+1); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
}

// TestWhatIsIssuedIsFollowed holds that replacing, correcting and withdrawing are
// further papers, and change what the first is worth when they are issued.
func TestWhatIsIssuedIsFollowed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		for rel, want := range map[document.Relation]document.Standing{document.Replaces: document.Replaced, document.Withdraws: document.Withdrawn, document.Corrects: document.InForce} {
			g := &ground{}
			if rel != document.Replaces && d.Engine() == db.Postgres {
				continue // one way on the second engine
			}
			g = layOnce(t, d, g)
			old := g.upTo(document.Issued)
			next, err := g.Follow(g.officer(), old.ID, rel)
			if err != nil || next.State != document.Draft || next.Number != "" {
				t.Fatal(next, err)
			}
			f, err := g.Get(g.officer(), old.ID)
			if err != nil || f.Standing != document.InForce || len(f.CitedBy) != 1 {
				t.Errorf("before the new one is issued: %s, %d, %v", f.Standing, len(f.CitedBy), err)
			}
			next, err = g.Submit(g.officer(), next.ID, []string{"p-chief"}, next.Version)
			if err == nil {
				next, err = g.Sign(g.chief(), next.ID, "", next.Version)
			}
			if err == nil {
				next, err = g.Number(g.clerk(), next.ID, "77", "", calendar.Date{}, next.Version)
			}
			if err == nil {
				_, err = g.AddFile(g.clerk(), next.ID, document.SignedFile, "cv.docx", bytes.NewReader(docx(t, "Nội dung")))
			}
			if err == nil {
				next, err = g.Seal(g.clerk(), next.ID, next.Version+1)
			}
			if err == nil {
				next, err = g.Issue(g.clerk(), next.ID, next.Version)
			}
			if err != nil {
				t.Fatal(err)
			}
			f, err = g.Get(g.officer(), old.ID)
			if err != nil || f.Standing != want || f.State != document.Issued {
				t.Errorf("%s: %s, %v", rel, f.Standing, err)
			}
			n, err := g.Get(g.officer(), next.ID)
			if err != nil || len(n.Links) != 1 || n.Links[0].Target != old.ID {
				t.Errorf("%+v, %v", n.Links, err)
			}
			if want != document.InForce {
				if _, err := g.Follow(g.officer(), old.ID, rel); !refused(err, "of") {
					t.Errorf("followed twice: %v", err)
				}
			}
		}
	})
}

// layOnce lays the ground anew on SQLite, and on d where that is PostgreSQL.
func layOnce(t *testing.T, d *db.DB, _ *ground) *ground {
	t.Helper()
	if d.Engine() == db.Postgres {
		return lay(t, d)
	}
	return lay(t, dbtest.SQLite(t, schemas...))
}

func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		draft := g.upTo(document.Draft)
		issued := g.upTo(document.Issued)
		h := g.letter()
		h.Unit, h.Number, h.Date, h.ArrivedOn, h.Issuer = g.a, "9", day0, day0, "Bộ Công an"
		in, err := g.Register(g.as("p-x", auth.UnitOfficer, g.a), h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.Register(g.as("p-x", auth.UnitOfficer, g.a), h); !refused(err, "number") {
			t.Errorf("the same paper twice: %v", err)
		}
		if _, err := g.Register(g.as("p-x", auth.UnitOfficer, g.b), h); !refused(err, "unit") {
			t.Errorf("into another's register: %v", err)
		}
		for _, c := range []struct {
			role auth.Role
			in   string
			want string
		}{{auth.Inspector, g.root, "issued in"}, {auth.Viewer, g.root, "issued in"}, {auth.Duty, g.root, "issued in"}, {auth.Centre, g.root, "draft issued in"},
			{auth.Clerk, g.root, "draft issued in"}, {auth.Leader, g.root, "draft issued in"}, {auth.UnitOfficer, g.a, "in"}, {auth.UnitOfficer, g.b, ""}} {
			ctx := auth.With(t.Context(), auth.Actor{ID: "p-z", Grants: []auth.Grant{{Role: c.role, Unit: c.in}}})
			var got []string
			for name, id := range map[string]document.ID{"draft": draft.ID, "issued": issued.ID, "in": in.ID} {
				if _, err := g.Get(ctx, id); err == nil && strings.Contains(c.want, name) {
					got = append(got, name)
				} else if err == nil || !fault.Is(err, fault.NotFound) {
					t.Errorf("%s sees %s: %v", c.role, name, err)
				}
			}
			page, err := g.List(ctx, document.Filter{})
			if err != nil || int(page.Total) != len(strings.Fields(c.want)) || len(got) != len(page.Rows) {
				t.Errorf("%s: %d, %v", c.role, page.Total, err)
			}
		}
		admin := auth.With(t.Context(), auth.Actor{ID: "p-z", Grants: []auth.Grant{{Role: auth.Administrator, Unit: g.root}}})
		if _, err := g.List(admin, document.Filter{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the administrator: %v", err)
		}
	})
}

// endless gives n bytes and says how many were asked for.
type endless struct{ n, read int64 }

func (e *endless) Read(b []byte) (int, error) {
	if e.read >= e.n {
		return 0, io.EOF
	}
	e.read += int64(len(b))
	return len(b), nil
}

// TestBadFilesLeaveNothing holds that a refused file leaves neither bytes nor
// rows, and that marked ones are told without content.
func TestBadFilesLeaveNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		p := g.upTo(document.Draft)
		before := g.stored()
		for name, c := range map[string]struct {
			file string
			data []byte
			want paperfile.Rule
		}{
			"docx bomb":        {"a.docx", bomb(t), paperfile.Bomb},
			"password":         {"a.docx", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"...), paperfile.Locked},
			"macro":            {"a.docm", archive(t, "word/document.xml", "<a/>", "word/vbaProject.bin", "x"), paperfile.Macro},
			"stamped as text":  {"a.docx", docx(t, "UBND TỈNH MẪU", "TỐI MẬT"), paperfile.MarkText},
			"stamped by name":  {"kế hoạch 12 (MẬT).docx", docx(t, "Nội dung kín"), paperfile.MarkName},
			"no office at all": {"a.docx", []byte("MZ\x00\x01\x02\x03\x04\x05\x06"), paperfile.Unknown},
		} {
			_, err := g.AddFile(g.officer(), p.ID, document.Original, c.file, bytes.NewReader(c.data))
			why := (*paperfile.Refusal)(nil)
			if !errors.As(err, &why) || why.Rule != c.want || !refused(err, "file") {
				t.Errorf("%s: %v", name, err)
			}
		}
		big := &endless{n: 500 << 20}
		if _, err := g.AddFile(g.officer(), p.ID, document.Original, "a.pdf", big); !fault.Is(err, fault.TooLarge) {
			t.Errorf("500 MB: %v", err)
		}
		if big.read > 3<<20 {
			t.Errorf("500 MB: read %d bytes before it was refused", big.read)
		}
		if after := g.stored(); after != before {
			t.Errorf("something was stored:\n%s\nbefore:\n%s", after, before)
		}
		var details []string
		if err := d.Read().NewRaw("SELECT detail FROM audit_entry WHERE action = 'document.refuse' ORDER BY id").Scan(t.Context(), &details); err != nil || len(details) != 2 {
			t.Fatal(details, err)
		}
		for _, s := range details {
			if strings.Contains(s, "docx") || strings.Contains(strings.ToLower(s), "mật") || !strings.Contains(s, `"rule":"mark.`) {
				t.Errorf("the trail says %s", s)
			}
		}
		var n int64
		if err := d.Read().NewRaw("SELECT SUM(n) FROM document_refused").Scan(t.Context(), &n); err != nil || n != 6 {
			t.Errorf("%d counted, %v", n, err)
		}
	})
}

func TestFilesHaveRevisionsAndAreFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		p := g.upTo(document.Draft)
		add := func(role document.Role, name string, lines ...string) document.File {
			t.Helper()
			f, err := g.AddFile(g.officer(), p.ID, role, name, bytes.NewReader(docx(t, lines...)))
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		add(document.Original, "a.docx", "Đường truyền Đắk Lắk")
		second := add(document.Original, "b.docx", "Căn cứ Công văn số 3001/BTTTT-CATTT ngày 06-9-2019 của Bộ Công an", "Điện lực Mường Than")
		add(document.Annex, "phu luc.docx", "Danh sách")
		add(document.Annex, "phu luc.docx", "Danh sách mới")
		if second.Revision != 2 || len(second.Cites) != 1 || fmt.Sprint(second.Cites[0].Warnings) != "[other_symbol]" {
			t.Errorf("%+v", second)
		}
		for query, want := range map[string]int64{"dien luc muong than": 1, "duong truyen": 0, "danh sach moi": 1, "an toan": 1, "khong co": 0} {
			page, err := g.List(g.officer(), document.Filter{Query: query, Content: true})
			if err != nil || page.Total != want {
				t.Errorf("%q: %d, %v", query, page.Total, err)
			}
		}
		if page, err := g.List(g.officer(), document.Filter{Query: "muong than"}); err != nil || page.Total != 0 {
			t.Errorf("content is found by heads: %d, %v", page.Total, err)
		}
		f, in, err := g.OpenFile(g.officer(), p.ID, second.ID)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(in)
		if err = errors.Join(err, in.Close()); err != nil || int64(len(raw)) != f.Size {
			t.Error(len(raw), err)
		}
		if _, _, err := g.OpenFile(g.as("p-z", auth.Viewer, g.root), p.ID, second.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a file of a draft: %v", err)
		}
	})
}

func archive(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err == nil {
			_, err = w.Write([]byte(pairs[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func bomb(t testing.TB) []byte {
	return archive(t, "word/document.xml", "<a/>", "word/media/x.bin", strings.Repeat("\x00", 64<<20))
}
