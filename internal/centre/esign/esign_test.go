// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io/fs"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/go-pdf/fpdf"

	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/edxml"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/secret"
	"github.com/vonggac/vonggac/internal/platform/setting"
	"github.com/vonggac/vonggac/internal/platform/signature"
)

var t0 = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

// each runs test on both engines, with units a and b below root.
func each(t *testing.T, test func(t *testing.T, s *esign.Service)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, setting.Migrations, esign.Migrations}, func(t *testing.T, d *db.DB) {
		err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for _, p := range [][2]string{{"root", "root"}, {"root", "a"}, {"root", "b"}, {"a", "a"}, {"b", "b"}} {
				if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", p[0], p[1]).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		box, err := secret.New(make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		test(t, esign.New(esign.Deps{Records: d, Secrets: box, Now: func() time.Time { return t0 }, Root: func(context.Context) (string, error) { return "root", nil }, Sheet: unit.Tables,
			UnitNamed: func(_ context.Context, text string) ([]string, error) {
				return map[string][]string{"Xã A": {"a"}, "Xã B": {"b"}, "Xã": {"a", "b"}}[text], nil
			}, Least: func() int64 { return 80 }}))
	})
}

func as(t *testing.T, role auth.Role, unit string) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.Actor{ID: "mai", Name: "Mai", Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

type people struct {
	root, an signature.Identity
}

func issue(t *testing.T) people {
	t.Helper()
	one := func(cn string, by *signature.Identity) signature.Identity {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: cn}, NotBefore: t0.AddDate(-1, 0, 0), NotAfter: t0.AddDate(1, 0, 0),
			IsCA: by == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature}
		parent, signer, chain := c, signature.Identity{Key: key}, []*x509.Certificate(nil)
		if by == nil {
			c.KeyUsage = x509.KeyUsageCertSign
		} else {
			parent, signer, chain = by.Chain[0], *by, by.Chain
		}
		raw, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer.Key)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(raw)
		if err != nil {
			t.Fatal(err)
		}
		return signature.Identity{Key: key, Chain: append([]*x509.Certificate{cert}, chain...)}
	}
	p := people{root: one("Cơ quan chứng thực thử nghiệm", nil)}
	p.an = one("Nguyễn Văn An", &p.root)
	return p
}

func asPEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

func (p people) signedPaper(t *testing.T) []byte {
	t.Helper()
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetFont("Helvetica", "", 14)
	doc.AddPage()
	doc.Text(30, 40, "Cong van")
	var plain bytes.Buffer
	if err := doc.Output(&plain); err != nil {
		t.Fatal(err)
	}
	out, err := signature.SignPDF(plain.Bytes(), signature.Signing{By: p.an, At: t0.Add(-time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestWhoHoldsOneAndDoesNotUseIt is what seed 004 asks: the register names who was
// given a certificate and was not seen using it.
func TestWhoHoldsOneAndDoesNotUseIt(t *testing.T) {
	each(t, func(t *testing.T, s *esign.Service) {
		p, mai := issue(t), as(t, auth.Centre, "root")
		if _, err := s.Believe(as(t, auth.Administrator, "root"), asPEM(p.root.Chain[0])); err != nil {
			t.Fatal(err)
		}
		got, err := s.Register(mai, esign.Incoming{Unit: "a", Kind: esign.Personal, Data: asPEM(p.an.Chain[0])})
		if err != nil || got.Taken != 1 {
			t.Fatalf("%+v %v", got, err)
		}
		if got, err = s.Register(mai, esign.Incoming{Unit: "a", Kind: esign.Personal, Data: p.an.Chain[0].Raw}); err != nil || got.Same != 1 || got.Taken != 0 {
			t.Fatalf("twice: %+v %v", got, err)
		}
		list := "SỔ CHỨNG THƯ SỐ;;;;\nSTT;Họ và tên;Số serial;Đơn vị;Hiệu lực đến;Loại\n1;Trần Bình;0x0A:0B;Xã A;01/12/2026;Cá nhân\n2;UBND xã B;0c0d;Xã B;01/01/2026;Cơ quan\n3;Lê Chi;không rõ;Xã A;;\n4;;0e;Xã A;;\n5;Vũ Dũng;0f;Xã;;\n"
		if got, err = s.Register(mai, esign.Incoming{Unit: "a", Kind: esign.Personal, Data: []byte(list)}); err != nil || got.Taken != 2 || len(got.Rejected) != 3 || got.Rejected[0].Row != 5 || got.Rejected[2].Why != "esign.row.unit" {
			t.Fatalf("%+v %v", got, err)
		}
		holders := func(ctx context.Context, f esign.Filter) string {
			page, err := s.List(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, c := range page.Rows {
				out = append(out, c.Holder)
			}
			if int(page.Total) != len(out) {
				t.Errorf("total %d of %v", page.Total, out)
			}
			return strings.Join(out, ", ")
		}
		if got := holders(mai, esign.Filter{State: esign.Idle}); got != "Trần Bình, Nguyễn Văn An" {
			t.Errorf("not used: %s", got)
		}
		if got := holders(mai, esign.Filter{State: esign.Ended}); got != "UBND xã B" {
			t.Errorf("ended: %s", got)
		}
		if got := holders(mai, esign.Filter{State: esign.Soon}); got != "Trần Bình" {
			t.Errorf("ends soon: %s", got)
		}
		if got := holders(mai, esign.Filter{Query: "tran binh"}); got != "Trần Bình" {
			t.Errorf("found: %s", got)
		}
		if got := holders(as(t, auth.UnitOfficer, "b"), esign.Filter{}); got != "UBND xã B" {
			t.Errorf("unit b sees %s", got)
		}
		use, err := s.Usages(mai)
		if err != nil || len(use) != 2 || use["a"] != (esign.Usage{Unit: "a", Held: 2, Idle: 2, Soon: 1}) || use["b"] != (esign.Usage{Unit: "b", Ended: 1}) {
			t.Errorf("by unit: %+v %v", use, err)
		}
		if use, err = s.Usages(as(t, auth.UnitOfficer, "b")); err != nil || len(use) != 1 {
			t.Errorf("unit b sees %+v %v", use, err)
		}
		checked, err := s.Check(mai, p.signedPaper(t), true)
		if err != nil || checked.State() != signature.Valid || checked.Noted != 1 {
			t.Fatalf("%+v %v", checked, err)
		}
		if got := holders(mai, esign.Filter{State: esign.Idle}); got != "Trần Bình" {
			t.Errorf("not used after one was: %s", got)
		}
		if got := holders(mai, esign.Filter{State: esign.Active}); got != "Nguyễn Văn An" {
			t.Errorf("in use: %s", got)
		}
		if use, err = s.Usages(mai); err != nil || use["a"].Idle != 1 || use["a"].LastUsed.IsZero() {
			t.Errorf("by unit, once one was used: %+v %v", use, err)
		}
		page, err := s.List(mai, esign.Filter{Limit: 2})
		if err != nil || len(page.Rows) != 2 || page.Next == "" {
			t.Fatalf("%+v %v", page, err)
		}
		more, err := s.List(mai, esign.Filter{Limit: 2, After: page.Next})
		if err != nil || len(more.Rows) != 1 || more.Rows[0].Holder != "Nguyễn Văn An" || more.Next != "" {
			t.Errorf("%+v %v", more, err)
		}
	})
}

func TestAFileIsCheckedAndNotKept(t *testing.T) {
	each(t, func(t *testing.T, s *esign.Service) {
		p, an := issue(t), as(t, auth.UnitOfficer, "a")
		paper := p.signedPaper(t)
		got, err := s.Check(an, paper, false)
		if err != nil || got.State() != signature.Unknown || got.Format != "pdf" || len(got.Digest) != 64 || got.Noted != 0 {
			t.Fatalf("%+v %v", got, err)
		}
		for what, data := range map[string]string{"a picture": "GIF89a", "half a PDF": "%PDF-1.7\n", "bad XML": "<a>"} {
			if _, err := s.Check(an, []byte(data), false); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := s.Check(as(t, auth.Administrator, "root"), paper, false); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the administrator sees papers: %v", err)
		}
	})
}

func TestAuthoritiesAreTheAdministrators(t *testing.T) {
	each(t, func(t *testing.T, s *esign.Service) {
		p, admin := issue(t), as(t, auth.Administrator, "root")
		if _, err := s.Believe(as(t, auth.Centre, "root"), asPEM(p.root.Chain[0])); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a centre officer: %v", err)
		}
		if _, err := s.Believe(admin, asPEM(p.an.Chain[0])); !fault.Is(err, fault.Invalid) {
			t.Errorf("a person's certificate: %v", err)
		}
		if _, err := s.Believe(admin, []byte("x")); !fault.Is(err, fault.Invalid) {
			t.Errorf("no certificate: %v", err)
		}
		got, err := s.Believe(admin, asPEM(p.root.Chain[0]))
		if err != nil || got.Taken != 1 {
			t.Fatalf("%+v %v", got, err)
		}
		if got, err = s.Believe(admin, asPEM(p.root.Chain[0])); err != nil || got.Same != 1 {
			t.Fatalf("%+v %v", got, err)
		}
		list, err := s.Authorities(admin)
		if err != nil || len(list) != 1 || list[0].Fingerprint != signature.FingerprintOf(p.root.Chain[0]) || list[0].AddedName != "Mai" {
			t.Fatalf("%+v %v", list, err)
		}
		if err := s.Doubt(admin, list[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := s.Doubt(admin, list[0].ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("twice: %v", err)
		}
		if trust, err := s.Trust(admin); err != nil || len(trust.Roots) != 0 {
			t.Errorf("%v %v", trust, err)
		}
	})
}

func day(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// TestShareOfSignedPapers holds the measure: numerator, denominator, days seen and
// expected; without data there is none, and taking data away never improves it.
func TestShareOfSignedPapers(t *testing.T) {
	each(t, func(t *testing.T, s *esign.Service) {
		mai := as(t, auth.Centre, "root")
		list := "Số, ký hiệu;Ngày ban hành;Trích yếu;Đã ký số;Đơn vị\n1/UBND;02/10/2026;Một;Có;Xã A\n2/UBND;03/10/2026;Hai;Chưa;Xã A\n3/UBND;04/10/2026;Ba;x;\n4/UBND;05/11/2026;Bốn;có;Xã A\n5/UBND;06/10/2026;Năm;có lẽ;Xã A\n1/UBND;02/10/2026;Một;Có;Xã B\n"
		in := esign.Exported{Unit: "a", From: day("2026-10-01"), To: day("2026-10-31"), Data: []byte(list)}
		got, err := s.TakePapers(mai, in)
		if err != nil || got.Taken != 4 || len(got.Rejected) != 2 || got.Rejected[0].Why != "esign.row.outside" || got.Rejected[1].Why != "esign.row.signed" {
			t.Fatalf("%+v %v", got, err)
		}
		if got, err = s.TakePapers(mai, in); err != nil || got.Taken != 0 || got.Same != 4 {
			t.Fatalf("twice: %+v %v", got, err)
		}
		known, err := s.Shares(mai, day("2026-10-01"), day("2026-11-09"))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]esign.Share{"a": {Unit: "a", Signed: 2, Issued: 3, Declared: 3, Seen: 31, Expected: 40}, "b": {Unit: "b", Signed: 1, Issued: 1, Declared: 1, Seen: 31, Expected: 40}}
		for id, w := range want {
			if known[id] != w {
				t.Errorf("%s: %+v, want %+v", id, known[id], w)
			}
		}
		if sum := known["a"].Add(known["b"]); sum.Signed != 3 || sum.Issued != 4 || sum.Seen != 62 || sum.Expected != 80 {
			t.Errorf("%+v", sum)
		}
		if known["a"].Covered(80) || !known["a"].Covered(77) || (esign.Share{}).Covered(0) {
			t.Error("coverage")
		}
		if mine, err := s.Shares(as(t, auth.UnitOfficer, "b"), day("2026-10-01"), day("2026-10-31")); err != nil || len(mine) != 1 || mine["b"].Signed != 1 {
			t.Errorf("unit b sees %+v %v", mine, err)
		}
		if _, err := s.TakePapers(as(t, auth.UnitOfficer, "b"), in); !fault.Is(err, fault.Invalid) {
			t.Errorf("for another unit: %v", err)
		}
		in.To = day("2026-12-31")
		if _, err := s.TakePapers(mai, in); !fault.Is(err, fault.Invalid) {
			t.Errorf("days to come: %v", err)
		}
	})
}

// TestAMessageSaysWhetherItsPaperIsSigned reads edXML: the signature of the PDF
// decides, not what somebody says.
func TestAMessageSaysWhetherItsPaperIsSigned(t *testing.T) {
	each(t, func(t *testing.T, s *esign.Service) {
		p, mai := issue(t), as(t, auth.Clerk, "a")
		if _, err := s.Believe(as(t, auth.Administrator, "root"), asPEM(p.root.Chain[0])); err != nil {
			t.Fatal(err)
		}
		m := edxml.Message{Dialect: edxml.National, From: edxml.Organ{ID: "a"}, To: []edxml.Organ{{ID: "b"}}, Subject: "x", Number: "7", Notation: "UBND", Date: day("2026-11-20"),
			Attachments: []edxml.Attachment{{Name: "7.pdf", Data: p.signedPaper(t), Zipped: true}}}
		send := func() {
			t.Helper()
			raw, err := m.Write()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := s.TakePapers(mai, esign.Exported{Unit: "a", Data: raw}); err != nil || got.Taken != 1 {
				t.Fatalf("%+v %v", got, err)
			}
		}
		send()
		m.Number, m.Attachments[0].Data = "8", []byte("%PDF-1.4 nothing")
		send()
		known, err := s.Shares(mai, day("2026-11-01"), day("2026-11-20"))
		if err != nil || known["a"] != (esign.Share{Unit: "a", Signed: 1, Issued: 2, Expected: 20}) {
			t.Errorf("%+v %v", known, err)
		}
	})
}
