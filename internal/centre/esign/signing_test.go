// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image/color"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/signature"
)

// letter is a paper to be signed, as the product prints it.
// Number and day are open, as in a draft.
func letter(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	err := officedoc.WritePDF(&out, officedoc.Paper{Parent: "UBND tỉnh Mẫu", Issuer: "Ủy ban nhân dân xã A", OpenDay: true, Symbol: "UBND-VX", Place: "Xã A", Date: t0, Subject: "bảo đảm an ninh mạng",
		To: []string{"Các trường học trên địa bàn xã"}, Body: []officedoc.Block{officedoc.Text(strings.Repeat("Ủy ban nhân dân xã đề nghị các trường rà soát máy tính. ", 9))},
		Sign: officedoc.Signature{As: []officedoc.Capacity{{Mark: officedoc.ForCollege, Title: "Ủy ban nhân dân"}, {Title: "Chủ tịch"}}, Name: "Nguyễn Văn An"}, Copies: []string{"Như trên", "Lưu: VT"}})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// desk is a paper as it lies before those who sign it.
type desk struct {
	paper esign.Paper
	kept  []string
}

func (d *desk) at(s *esign.Service) {
	s.Paper = func(_ context.Context, id string) (esign.Paper, error) {
		if id != d.paper.ID {
			return esign.Paper{}, &fault.Error{Kind: fault.NotFound, Op: "desk"}
		}
		return d.paper, nil
	}
	s.Keep = func(_ context.Context, _, name string, data []byte) error {
		d.paper.Data, d.paper.File = data, name
		d.kept = append(d.kept, name)
		return nil
	}
}

func TestAPaperIsSignedByPersonAndBody(t *testing.T) {
	each(t, func(t *testing.T, s *esign.Service) {
		on(t, s)
		p, an, clerk := issue(t), as(t, auth.Leader, "a"), called(as(t, auth.Clerk, "a"), "Văn thư A")
		if _, err := s.Believe(as(t, auth.Administrator, "root"), asPEM(p.root.Chain[0])); err != nil {
			t.Fatal(err)
		}
		person, err := s.AddKey(an, esign.NewKey{Kind: esign.Personal, Data: file(t, p.issue(t, card{cn: "Nguyễn Văn An"})), Password: pass, Image: drawn(t, 300, 120, color.NRGBA{0, 0, 180, 255})})
		if err != nil {
			t.Fatal(err)
		}
		body, err := s.AddKey(clerk, esign.NewKey{Kind: esign.Body, Unit: "a", Data: file(t, p.issue(t, card{cn: "UBND xã A"})), Password: pass, Keep: true, Image: drawn(t, 200, 200, color.NRGBA{200, 0, 0, 255}), Width: 36})
		if err != nil || !body.Kept || body.Width != 36 {
			t.Fatalf("%+v %v", body, err)
		}
		given := letter(t)
		d := &desk{paper: esign.Paper{ID: "1", Unit: "a", File: "7-UBND.pdf", Data: given}}
		d.at(s)
		if _, err := s.Prepare(an, "1"); !fault.Is(err, fault.Conflict) {
			t.Errorf("it waits for nobody: %v", err)
		}
		if _, err := s.Prepare(an, "2"); !fault.Is(err, fault.NotFound) {
			t.Errorf("no such paper: %v", err)
		}
		d.paper.Person = true
		table, err := s.Prepare(an, "1")
		if err != nil || len(table.Keys) != 1 || table.Keys[0].ID != person.ID || table.Sheets != 1 || len(table.Signed) != 0 {
			t.Fatalf("%+v %v", table, err)
		}
		at := table.Places[person.ID]
		if at.Page != 1 || at.Left < 105 || at.Left > 160 || at.Top < 100 {
			t.Errorf("%+v", at)
		}
		for what, c := range map[string]struct {
			in    esign.Signed
			field string
			why   string
		}{
			"a wrong password":      {esign.Signed{Key: person.ID, Password: "sai"}, "password", "esign.bad.password"},
			"the body's key":        {esign.Signed{Key: body.ID}, "key", "esign.bad.key"},
			"no key":                {esign.Signed{Key: "x"}, "key", "esign.bad.key"},
			"a page there is not":   {esign.Signed{Key: person.ID, Password: pass, Draw: true, Place: esign.Place{Page: 2, Left: 1, Top: 1}}, "page", "esign.bad.page"},
			"off the page":          {esign.Signed{Key: person.ID, Password: pass, Draw: true, Place: esign.Place{Page: 1, Left: 190, Top: 1}}, "left", "esign.bad.outside"},
			"under the page":        {esign.Signed{Key: person.ID, Password: pass, Draw: true, Place: esign.Place{Page: 1, Left: 1, Top: 290}}, "top", "esign.bad.outside"},
			"where no number leads": {esign.Signed{Key: person.ID, Password: pass, Draw: true, Place: esign.Place{Page: 1, Left: math.NaN(), Top: 1}}, "left", "esign.bad.outside"},
		} {
			c.in.Digest = table.Digest
			if err := s.Sign(an, "1", c.in); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[c.field] != c.why {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := s.Sign(an, "1", esign.Signed{Key: person.ID, Password: pass, Digest: "another"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("another file than was looked at: %v", err)
		}
		if len(d.kept) != 0 {
			t.Fatalf("kept %v", d.kept)
		}
		if err := s.Sign(an, "1", esign.Signed{Key: person.ID, Password: pass, Digest: table.Digest, Draw: true}); err != nil {
			t.Fatal(err)
		}
		trust, err := s.Trust(an)
		if err != nil {
			t.Fatal(err)
		}
		if same, err := signature.SamePDF(given, d.paper.Data, trust, t0); err != nil || !same.Same || same.Rewritten {
			t.Errorf("%+v %v", same, err)
		}
		d.paper.Person, d.paper.Body, d.paper.Number, d.paper.Date = false, true, "07", day("2026-11-21")
		if table, err = s.Prepare(clerk, "1"); err != nil || len(table.Keys) != 1 || len(table.Signed) != 1 || table.Signed[0].State != signature.Valid {
			t.Fatalf("%+v %v", table, err)
		}
		if strings.Join(table.Notes, " ") != "07 21" {
			t.Errorf("open: %q", table.Notes)
		}
		if err := s.Sign(clerk, "1", esign.Signed{Key: body.ID, Digest: table.Digest, Draw: true, Note: true}); err != nil {
			t.Fatal(err)
		}
		if table, err = s.Prepare(clerk, "1"); err != nil || len(table.Keys) != 0 {
			t.Errorf("offered once more: %+v %v", table.Keys, err)
		}
		if err := s.Sign(clerk, "1", esign.Signed{Key: body.ID, Digest: table.Digest}); fault.Of(err).Fields["key"] != "esign.bad.twice" {
			t.Errorf("signed twice: %v", err)
		}
		r, err := signature.VerifyPDF(d.paper.Data, trust, t0)
		if err != nil || r.State() != signature.Valid || len(r.Signatures) != 2 || !r.Signatures[1].Whole || r.Signatures[0].Signer.Name != "Nguyễn Văn An" {
			t.Fatalf("%+v %v", r, err)
		}
		a, b := r.Signatures[0].Rect, r.Signatures[1].Rect
		if covered := (b.X + b.W - a.X) / a.W; math.Abs(covered-1.0/3) > 0.01 || math.Abs(b.W-36*signature.Millimetre) > 0.1 || r.Signatures[1].Page != r.Signatures[0].Page {
			t.Errorf("the seal covers %.2f of the signer: %+v %+v", covered, a, b)
		}
		if strings.Join(d.kept, " ") != "7-UBND.signed.pdf 7-UBND.signed.pdf" {
			t.Errorf("kept as %v", d.kept)
		}
		page, err := s.List(an, esign.Filter{State: esign.Active})
		if err != nil || page.Total != 2 {
			t.Errorf("in use: %+v %v", page.Rows, err)
		}
		noSecrets(t, s)
		confirmed(t, d.paper.Data)
	})
}

// confirmed asks another reader.
func confirmed(t *testing.T, data []byte) {
	t.Helper()
	path := filepath.Join(t.ArtifactDir(), "signed.pdf")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	bin, err := exec.LookPath("pdfsig")
	if err != nil {
		t.Skip("pdfsig absent: what was signed here is not confirmed by poppler (Debian package poppler-utils)")
	}
	out, err := exec.CommandContext(t.Context(), bin, "-nocert", path).CombinedOutput()
	if err != nil || strings.Count(string(out), "Signature is Valid") != 2 || strings.Count(string(out), "Total document signed") != 1 {
		t.Errorf("%v %s", err, out)
	}
}

// noSecrets looks through the trail and the table for what nobody may read there.
func noSecrets(t *testing.T, s *esign.Service) {
	t.Helper()
	var all strings.Builder
	for _, q := range []string{"SELECT * FROM esign_key", "SELECT * FROM audit_entry"} {
		var rows []map[string]any
		if err := s.Records.Read().NewRaw(q).Scan(t.Context(), &rows); err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			t.Fatalf("nothing in %s", q)
		}
		fmt.Fprintf(&all, "%s", rows)
	}
	for _, what := range []string{pass, base64.StdEncoding.EncodeToString([]byte(pass)), "PRIVATE"} {
		if strings.Contains(all.String(), what) {
			t.Errorf("%q lies in the records", what)
		}
	}
	for _, want := range []string{"esign.key.add", "esign.sign", "esign.key.wrong", "esign.inside"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("%s is not in the trail", want)
		}
	}
}

func TestWrongPasswordsCloseAKey(t *testing.T) {
	each(t, func(t *testing.T, s *esign.Service) {
		on(t, s)
		p, an, now := issue(t), as(t, auth.Leader, "a"), t0
		s.Now = func() time.Time { return now }
		k, err := s.AddKey(an, esign.NewKey{Kind: esign.Personal, Data: file(t, p.issue(t, card{cn: "Nguyễn Văn An", until: t0.Add(24 * time.Hour)})), Password: pass})
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{paper: esign.Paper{ID: "1", Unit: "a", File: "x.pdf", Data: letter(t), Person: true}}
		d.at(s)
		table, err := s.Prepare(an, "1")
		if err != nil {
			t.Fatal(err)
		}
		in := esign.Signed{Key: k.ID, Digest: table.Digest}
		try := func(password string) string {
			t.Helper()
			in.Password = password
			if err := s.Sign(an, "1", in); err != nil {
				return fault.Of(err).Fields["password"] + fault.Of(err).Fields["key"]
			}
			return ""
		}
		for range 5 {
			if got := try("sai"); got != "esign.bad.password" {
				t.Errorf("%s", got)
			}
		}
		if got := try(pass); got != "esign.bad.locked" {
			t.Errorf("after five: %q", got)
		}
		now = now.Add(16 * time.Minute)
		if got := try("sai"); got != "esign.bad.password" {
			t.Errorf("later: %q", got)
		}
		if got := try(pass); got != "" {
			t.Errorf("the right one: %q", got)
		}
		d.paper.Data = letter(t)
		if table, err = s.Prepare(an, "1"); err != nil {
			t.Fatal(err)
		}
		in.Digest = table.Digest
		now = t0.Add(25 * time.Hour)
		if got := try(pass); got != "esign.bad.ended" {
			t.Errorf("once it ended: %q", got)
		}
	})
}

// TestFilesThatAreNotSigned: whatever the file is, nobody's key is used on it.
func TestFilesThatAreNotSigned(t *testing.T) {
	each(t, func(t *testing.T, s *esign.Service) {
		on(t, s)
		an, good := as(t, auth.Leader, "a"), issue(t).signedPaper(t)
		d := &desk{paper: esign.Paper{ID: "1", Unit: "a", File: "x.pdf", Person: true}}
		d.at(s)
		broken := bytes.Clone(good)
		broken[bytes.Index(broken, []byte("stream"))+12] ^= 1
		for what, c := range map[string]struct {
			data []byte
			want fault.Kind
		}{
			"none":                     {nil, fault.Conflict},
			"one signed and changed":   {broken, fault.Conflict},
			"half a PDF":               {good[:len(good)/2], fault.Invalid},
			"a picture":                {[]byte("GIF89a"), fault.Invalid},
			"one with a password":      {bytes.Replace(letter(t), []byte("/Root"), []byte("/Encrypt 1 0 R\n/Root"), 1), fault.Invalid},
			"one that is signed right": {good, fault.Internal},
		} {
			d.paper.Data = c.data
			if _, err := s.Prepare(an, "1"); c.want == fault.Internal && err != nil || c.want != fault.Internal && !fault.Is(err, c.want) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := s.SetInside(as(t, auth.Administrator, "root"), false, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Prepare(an, "1"); !fault.Is(err, fault.Conflict) {
			t.Errorf("while it is off: %v", err)
		}
	})
}
