// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"github.com/vonggac/vonggac/internal/centre/account"
	register "github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/signature"
)

// TestAPaperIsSignedInTheProduct goes the way of Decree 30 through the pages: the
// leader signs, the clerk numbers it and puts the body's signature on.
func TestAPaperIsSignedInTheProduct(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	h.shut(t)
	admin := h.found(t)
	person := func(login, name string, role auth.Role) (context.Context, *visitor, string) {
		a, secret, err := h.Rooms.Accounts.Invite(admin, account.Account{Login: login, Name: name, Home: h.root, Grants: []auth.Grant{{Role: role, Unit: h.root}}})
		if err != nil {
			t.Fatal(err)
		}
		must(h.Rooms.Accounts.SetPassword(t.Context(), secret, phrase))(t)
		v := &visitor{handler: h.Handler()}
		v.signIn(t, login)
		return auth.With(t.Context(), a.Actor()), v, string(a.ID)
	}
	officer, _, _ := person("can.bo", "Cán bộ", auth.UnitOfficer)
	leader, leads, chief := person("lanh.dao", "Lê Thị Trưởng", auth.Leader)
	clerk, clerks, _ := person("van.thu", "Văn thư", auth.Clerk)

	r := h.Rooms.Documents
	p := must(r.Begin(officer, register.Head{Unit: h.root, Kind: "cong_van", Symbol: "UBND-VX", Subject: "Bảo đảm an ninh mạng"}))(t)
	var printed bytes.Buffer
	if err := officedoc.WritePDF(&printed, officedoc.Paper{Issuer: "Ủy ban nhân dân tỉnh Mẫu", Symbol: "UBND-VX", Subject: "bảo đảm an ninh mạng", Body: []officedoc.Block{officedoc.Text("Nội dung.")},
		Sign: officedoc.Signature{As: []officedoc.Capacity{{Title: "Chủ tịch"}}, Name: "Lê Thị Trưởng"}}); err != nil {
		t.Fatal(err)
	}
	must(r.AddFile(officer, p.ID, register.Original, "cv.pdf", bytes.NewReader(printed.Bytes())))(t)
	p = must(r.Submit(officer, p.ID, []string{chief}, p.Version+1))(t)
	page, sign := "/documents/"+string(p.ID), "/signatures/sign/"+string(p.ID)
	p = must(r.Sign(leader, p.ID, "", p.Version))(t)
	if res := leads.get(t, sign); res.Code != http.StatusOK || !strings.Contains(res.Body.String(), "đang tắt") {
		t.Fatalf("while it is off: %d", res.Code)
	}
	if strings.Contains(leads.get(t, page).Body.String(), sign) {
		t.Error("offered while it is off")
	}
	if err := h.Rooms.Signatures.SetInside(admin, true, 0); err != nil {
		t.Fatal(err)
	}
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	issued := func(serial int64, name string) *x509.Certificate {
		card := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: t0.Add(-time.Hour), NotAfter: t0.Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature}
		return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, card, card, key.Public(), key))(t)))(t)
	}
	const password = "chỉ tôi biết thôi"
	brings := func(v *visitor, kind string, cert *x509.Certificate) {
		t.Helper()
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for name, value := range map[string]string{"kind": kind, "password": password, "unit": h.root} {
			if err := w.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
		must(must(w.CreateFormFile("file", "khoa.p12"))(t).Write(must(pkcs12.Modern.Encode(key, cert, nil, password))(t)))(t)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if res := v.send(t, http.MethodPost, "/signatures/keys/new", w.FormDataContentType(), body.String()); res.Code != http.StatusSeeOther {
			t.Fatalf("%d %s", res.Code, res.Body)
		}
	}
	signs := func(v *visitor, what string) {
		t.Helper()
		shown := v.get(t, sign).Body.String()
		if !strings.Contains(v.get(t, page).Body.String(), sign) {
			t.Errorf("%s: the paper does not offer it", what)
		}
		hidden := func(name string) string {
			m := regexp.MustCompile(`name="` + name + `"[^>]*value="([^"]+)"`).FindStringSubmatch(shown)
			if m == nil {
				t.Fatalf("%s: no %s in %s", what, name, shown)
			}
			return m[1]
		}
		for _, c := range []struct {
			password string
			status   int
		}{{"sai", http.StatusUnprocessableEntity}, {password, http.StatusSeeOther}} {
			if status, to, body := v.post(t, sign, "key", hidden("key"), "digest", hidden("digest"), "password", c.password); status != c.status || status == http.StatusSeeOther && to != page || strings.Contains(body, password) {
				t.Fatalf("%s: %d %s %s", what, status, to, body)
			}
		}
	}
	brings(leads, "personal", issued(7, "Lê Thị Trưởng"))
	brings(clerks, "body", issued(8, "UBND tỉnh Mẫu"))
	if got := clerks.get(t, sign).Body.String(); !strings.Contains(got, "không chờ chữ ký của bạn") {
		t.Error("the body signs before the paper has its number")
	}
	signs(leads, "the leader")
	p = must(r.Get(clerk, p.ID))(t).Document
	p = must(r.Number(clerk, p.ID, "7", "", calendar.DateOf(t0), p.Version))(t)
	signs(clerks, "the clerk")
	full := must(r.Get(clerk, p.ID))(t)
	file := full.Files[len(full.Files)-1]
	if file.Role != register.SignedFile || file.Revision != 2 || file.Name != "cv.signed.pdf" {
		t.Fatalf("%+v", file)
	}
	_, in, err := r.OpenFile(clerk, p.ID, file.ID)
	if err != nil {
		t.Fatal(err)
	}
	data := must(io.ReadAll(in))(t)
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	found := must(signature.VerifyPDF(data, signature.Trust{}, t0))(t)
	if len(found.Signatures) != 2 || found.State() != signature.Unknown || !bytes.HasPrefix(data, printed.Bytes()) {
		t.Errorf("%+v", found)
	}
	if p, err = r.Seal(clerk, p.ID, full.Version); err != nil || p.State != register.Sealed {
		t.Errorf("%s %v", p.State, err)
	}
	if got := leads.get(t, sign).Body.String(); !strings.Contains(got, "không chờ chữ ký của bạn") {
		t.Error("a sealed paper is signed once more")
	}
}
