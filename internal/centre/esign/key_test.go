// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/signature"
	pkcs12 "software.sslmate.com/src/go-pkcs12"
)

const pass = "Mật khẩu của An 1984"

// card is what a certificate of a test differs in.
type card struct {
	cn          string
	from, until time.Time
	bits        int
	usage       x509.KeyUsage
	ca          bool
}

func (p people) issue(t *testing.T, c card) signature.Identity {
	t.Helper()
	if c.bits == 0 {
		c.bits = 2048
	}
	if c.from.IsZero() {
		c.from = t0.AddDate(-1, 0, 0)
	}
	if c.until.IsZero() {
		c.until = t0.AddDate(1, 0, 0)
	}
	if c.usage == 0 {
		c.usage = x509.KeyUsageDigitalSignature
	}
	key, err := rsa.GenerateKey(rand.Reader, c.bits)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: c.cn}, NotBefore: c.from, NotAfter: c.until,
		KeyUsage: c.usage, IsCA: c.ca, BasicConstraintsValid: true}, p.root.Chain[0], key.Public(), p.root.Key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return signature.Identity{Key: key, Chain: append([]*x509.Certificate{cert}, p.root.Chain...)}
}

func file(t *testing.T, i signature.Identity) []byte {
	t.Helper()
	raw, err := pkcs12.LegacyDES.Encode(i.Key, i.Chain[0], i.Chain[1:], pass) // as most tools still write
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// drawn is a picture with transparent ground.
func drawn(t *testing.T, w, h int, c color.NRGBA) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			a, b := float64(2*x-w)/float64(w), float64(2*y-h)/float64(h)
			if d := a*a + b*b; d > 0.8 && d < 1 || math.Abs(b-math.Sin(5*a)/2) < 0.1 && c.B > 100 {
				img.Set(x, y, c)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// on turns signing here on, for an.
func on(t *testing.T, s *esign.Service) {
	t.Helper()
	if err := s.SetInside(as(t, auth.Administrator, "root"), true, 0); err != nil {
		t.Fatal(err)
	}
}

// called is ctx's actor under another id and name.
func called(ctx context.Context, name string) context.Context {
	a, _ := auth.From(ctx)
	a.ID, a.Name = name, name
	return auth.With(ctx, a)
}

func TestKeysAreTheirHoldersAlone(t *testing.T) {
	each(t, func(t *testing.T, s *esign.Service) {
		p, an, clerk := issue(t), as(t, auth.Leader, "a"), called(as(t, auth.Clerk, "a"), "Văn thư A")
		mine := p.issue(t, card{cn: "Nguyễn Văn An"})
		good := esign.NewKey{Kind: esign.Personal, Data: file(t, mine), Password: pass}
		if _, err := s.AddKey(an, good); !fault.Is(err, fault.Conflict) {
			t.Fatalf("it is on by default: %v", err)
		}
		if err := s.SetInside(as(t, auth.Centre, "root"), true, 0); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a centre officer turns it on: %v", err)
		}
		on(t, s)
		seal := esign.NewKey{Kind: esign.Body, Unit: "a", Data: file(t, p.issue(t, card{cn: "UBND xã A"})), Password: pass}
		with := func(k esign.NewKey, change func(*esign.NewKey)) esign.NewKey { change(&k); return k }
		of := func(c card) esign.NewKey {
			return with(good, func(k *esign.NewKey) { k.Data = file(t, p.issue(t, c)) })
		}
		bare, err := pkcs12.Modern.EncodeTrustStore(mine.Chain[:1], pass)
		if err != nil {
			t.Fatal(err)
		}
		for what, c := range map[string]struct {
			who   context.Context
			in    esign.NewKey
			field string
			why   string
		}{
			"a wrong password":           {an, with(good, func(k *esign.NewKey) { k.Password = "sai" }), "password", "esign.bad.password"},
			"no PKCS#12":                 {an, with(good, func(k *esign.NewKey) { k.Data = []byte("x") }), "file", "esign.bad.pkcs12"},
			"no key in it":               {an, with(good, func(k *esign.NewKey) { k.Data = bare }), "file", "esign.bad.pkcs12"},
			"a weak key":                 {an, of(card{cn: "x", bits: 1024}), "file", "esign.bad.weak"},
			"one that ended":             {an, of(card{cn: "x", until: t0.Add(-time.Hour)}), "file", "esign.bad.ended"},
			"one that has not begun":     {an, of(card{cn: "x", from: t0.Add(time.Hour)}), "file", "esign.bad.early"},
			"an authority's":             {an, of(card{cn: "x", ca: true}), "file", "esign.bad.usage"},
			"one to encrypt":             {an, of(card{cn: "x", usage: x509.KeyUsageKeyEncipherment}), "file", "esign.bad.usage"},
			"one without a name":         {an, of(card{}), "file", "esign.bad.nameless"},
			"no such kind":               {an, with(good, func(k *esign.NewKey) { k.Kind = "x" }), "kind", "esign.bad.kind"},
			"a picture without ground":   {an, with(good, func(k *esign.NewKey) { k.Image = []byte("GIF89a") }), "image", "esign.bad.image"},
			"a picture that is large":    {an, with(good, func(k *esign.NewKey) { k.Image = make([]byte, 600<<10) }), "image", "esign.bad.image_size"},
			"a seal of no size":          {clerk, with(seal, func(k *esign.NewKey) { k.Image = drawn(t, 90, 90, color.NRGBA{200, 0, 0, 255}) }), "width", "esign.bad.width"},
			"a seal by the leader":       {an, seal, "unit", "esign.bad.clerk"},
			"a seal by a clerk above":    {as(t, auth.Clerk, "root"), seal, "unit", "esign.bad.clerk"},
			"a seal by another's clerk":  {as(t, auth.Clerk, "b"), seal, "unit", "esign.bad.clerk"},
			"a seal by the centre's own": {as(t, auth.Centre, "root"), seal, "unit", "esign.bad.clerk"},
		} {
			_, err := s.AddKey(c.who, c.in)
			if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[c.field] != c.why {
				t.Errorf("%s: %v", what, err)
			}
		}
		kept, err := s.AddKey(an, good)
		if err != nil || kept.Holder != "Nguyễn Văn An" || kept.Kept || kept.Image || kept.Account != "mai" || kept.Owner != "a" {
			t.Fatalf("%+v %v", kept, err)
		}
		if _, err := s.AddKey(an, good); !fault.Is(err, fault.Invalid) {
			t.Errorf("twice: %v", err)
		}
		if _, err := s.AddKey(clerk, seal); err != nil {
			t.Fatal(err)
		}
		names := func(ctx context.Context) (out string) {
			list, err := s.Keys(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range list {
				out += k.Holder + fmt.Sprintf(" known=%v;", k.Known)
			}
			return out
		}
		for who, c := range map[string]struct {
			ctx  context.Context
			want string
		}{
			"the person":           {an, "Nguyễn Văn An known=false;"},
			"the clerk":            {clerk, "UBND xã A known=false;"},
			"another leader":       {called(an, "Bình"), ""},
			"another's clerk":      {called(as(t, auth.Clerk, "b"), "Chi"), ""},
			"the clerk above":      {called(as(t, auth.Clerk, "root"), "Dũng"), ""},
			"the centre's officer": {called(as(t, auth.Centre, "root"), "Giang"), ""},
		} {
			if got := names(c.ctx); got != c.want {
				t.Errorf("%s may use %q", who, got)
			}
		}
		if _, err := s.Believe(as(t, auth.Administrator, "root"), asPEM(p.root.Chain[0])); err != nil {
			t.Fatal(err)
		}
		if got := names(an); got != "Nguyễn Văn An known=true;" {
			t.Errorf("once its authority is trusted: %q", got)
		}
		if err := s.RemoveKey(clerk, kept.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another removes it: %v", err)
		}
		if err := s.SetInside(as(t, auth.Administrator, "root"), false, 1); err != nil {
			t.Fatal(err)
		}
		if err := s.RemoveKey(an, kept.ID); err != nil {
			t.Errorf("while it is off: %v", err)
		}
		if got := names(an); got != "" {
			t.Errorf("removed and there: %q", got)
		}
		page, err := s.List(an, esign.Filter{Query: "nguyen van an"})
		if err != nil || page.Total != 1 {
			t.Errorf("the register does not know the certificate: %+v %v", page, err)
		}
	})
}

// TestEveryVerdictHasWords: a state, a change, a clock that is found is said in
// plain words, in both languages.
func TestEveryVerdictHasWords(t *testing.T) {
	t.Parallel()
	words, err := i18n.Load(esign.Messages)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, s := range []signature.State{signature.Broken, signature.Changed, signature.Withdrawn, signature.Unsupported, signature.Weak, signature.Unknown, signature.Early, signature.Expired, signature.ExpiredNow, signature.Valid} {
		keys = append(keys, "esign.verdict."+string(s), "esign.verdict."+string(s)+".text")
	}
	for _, c := range []signature.ChangeKind{signature.AddedSignature, signature.AddedField, signature.AddedProof, signature.Described, signature.Stamped, signature.Redrawn, signature.Repaged, signature.Annotated,
		signature.Filled, signature.Overlaid, signature.Structured, signature.Trailing} {
		keys = append(keys, "esign.change."+string(c))
	}
	for _, k := range []signature.Kind{signature.Approval, signature.Certification, signature.TimeStamp} {
		keys = append(keys, "esign.purpose."+string(k))
	}
	for _, c := range []signature.Clock{"none", signature.Claimed, signature.Untested, signature.Attested} {
		keys = append(keys, "esign.clock."+string(c))
	}
	for _, r := range []signature.Revocation{"none", signature.NotThen, signature.Revoked} {
		keys = append(keys, "esign.revocation."+string(r))
	}
	for _, lang := range []i18n.Language{i18n.Vietnamese, i18n.English} {
		ctx, said := i18n.With(t.Context(), words, lang), map[string]string{}
		for _, k := range keys {
			text := i18n.T(ctx, k)
			if text == "" || text == k || said[text] != "" {
				t.Errorf("%s: %s says %q, as %q", lang, k, text, said[text])
			}
			said[text] = k
		}
	}
}
