// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-pdf/fpdf"
)

var (
	day  = time.Date(2026, 11, 21, 1, 5, 0, 0, time.UTC)
	year = 365 * 24 * time.Hour
)

// issued makes certificates for tests; keys are made once.
type issued struct {
	root    Identity
	trust   Trust
	officer Identity // RSA
	clerk   Identity // ECDSA, the body's
	stamper Identity
	old     Identity // ended before day
	other   Identity // of an authority nobody knows
}

var people = sync.OnceValue(func() issued {
	var p issued
	p.root = make1("Cơ quan chứng thực thử nghiệm", nil, day.Add(-5*year), day.Add(10*year), rsaKey(), true)
	p.trust = Trust{Roots: []*x509.Certificate{p.root.Chain[0]}}
	p.officer = make1("Nguyễn Văn An", &p.root, day.Add(-year), day.Add(year), rsaKey(), false)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	p.clerk = make1("UBND tỉnh Mẫu", &p.root, day.Add(-year), day.Add(year), key, false)
	p.stamper = make1("Dấu thời gian thử nghiệm", &p.root, day.Add(-year), day.Add(year), p.officer.Key, false)
	p.old = make1("Trần Thị Bình", &p.root, day.Add(-3*year), day.Add(-year), rsaKey(), false)
	stranger := make1("Cơ quan lạ", nil, day.Add(-5*year), day.Add(10*year), p.old.Key, true)
	p.other = make1("Người lạ", &stranger, day.Add(-year), day.Add(year), p.officer.Key, false)
	return p
})

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func rsaKey() crypto.Signer {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	return k
}

var serial = int64(100)

func make1(cn string, by *Identity, from, until time.Time, key crypto.Signer, ca bool) Identity {
	serial++
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: cn, Organization: []string{"UBND tỉnh Mẫu"}, Country: []string{"VN"}}, NotBefore: from, NotAfter: until,
		IsCA: ca, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature, SubjectKeyId: []byte(cn)}
	if ca {
		c.KeyUsage |= x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	}
	if strings.HasPrefix(cn, "Dấu thời gian") { // RFC 3161 §2.3: this purpose alone, critical
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: []byte{0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 8}}}
	}
	parent, signer, chain := c, key, []*x509.Certificate(nil)
	if by != nil {
		parent, signer, chain = by.Chain[0], by.Key, by.Chain
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	must(err)
	cert, err := x509.ParseCertificate(raw)
	must(err)
	return Identity{Key: key, Chain: append([]*x509.Certificate{cert}, chain...)}
}

// paper is a file of two pages.
func paper(words string) []byte {
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetCreationDate(day)
	doc.SetFont("Helvetica", "", 14)
	for i := range 2 {
		doc.AddPage()
		doc.Text(30, 40, fmt.Sprintf("%s, trang %d", words, i+1))
	}
	var out bytes.Buffer
	must(doc.Output(&out))
	return out.Bytes()
}

func picture(c color.NRGBA) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, 120, 60))
	for x := range 120 {
		for y := range 60 {
			if (x-60)*(x-60)/4+(y-30)*(y-30) < 600 {
				img.Set(x, y, c)
			}
		}
	}
	var out bytes.Buffer
	must(png.Encode(&out, img))
	return out.Bytes()
}

var (
	blue = picture(color.NRGBA{0, 0, 200, 255})
	red  = picture(color.NRGBA{200, 0, 0, 200})
)

func signed(t *testing.T, data []byte, s Signing) []byte {
	t.Helper()
	if s.At.IsZero() {
		s.At = day
	}
	out, err := SignPDF(data, s)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(out, data) {
		t.Fatal("signing changed what was there")
	}
	return out
}

func checked(t *testing.T, data []byte, trust Trust, now time.Time) Report {
	t.Helper()
	r, err := VerifyPDF(data, trust, now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSignersAreNamed(t *testing.T) {
	t.Parallel()
	p := people()
	for name, by := range map[string]Identity{"RSA": p.officer, "ECDSA": p.clerk} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := signed(t, paper("Cong van"), Signing{By: by, Reason: "Ký duyệt", Location: "Rạch Giá"})
			r := checked(t, data, p.trust, day)
			if len(r.Signatures) != 1 {
				t.Fatalf("%d signatures", len(r.Signatures))
			}
			s := r.Signatures[0]
			if s.State != Valid || !s.Whole || s.Clock != Claimed || !s.At.Equal(day) || s.Signer.Name != by.Chain[0].Subject.CommonName || s.Reason != "Ký duyệt" || s.Revocation != Unchecked ||
				s.Issuer != "Cơ quan chứng thực thử nghiệm" || s.Serial != SerialOf(by.Chain[0]) || len(s.Changes) != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	p := people()
	for name, c := range map[string]struct {
		by   Identity
		at   time.Time
		now  time.Time
		none bool // no authority is trusted
		want State
	}{
		"an authority nobody configured is unknown":          {by: p.officer, at: day, now: day, none: true, want: Unknown},
		"an authority that is not trusted is unknown":        {by: p.other, at: day, now: day, want: Unknown},
		"signed after the certificate ended is expired":      {by: p.old, at: day, now: day, want: Expired},
		"ended since signing, without a trusted time":        {by: p.old, at: day.Add(-2 * year), now: day, want: ExpiredNow},
		"seen while it stood is valid":                       {by: p.old, at: day.Add(-2 * year), now: day.Add(-2 * year), want: Valid},
		"signed before the certificate began":                {by: p.officer, at: day.Add(-2 * year), now: day, want: Early},
		"a clock that is far ahead does not prolong a term":  {by: p.old, at: day.Add(2 * year), now: day, want: Expired},
		"a clock that is ahead does not end a term too soon": {by: p.officer, at: day.Add(2 * year), now: day, want: Valid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trust := p.trust
			if c.none {
				trust = Trust{}
			}
			s := checked(t, signed(t, paper("x"), Signing{By: c.by, At: c.at}), trust, c.now).Signatures[0]
			if s.State != c.want {
				t.Errorf("%s, want %s", s.State, c.want)
			}
		})
	}
}

func TestEveryFlippedByteIsCaught(t *testing.T) {
	t.Parallel()
	p := people()
	data := signed(t, paper("So: 15/KH-UBND"), Signing{By: p.officer})
	hole := bytes.Index(data, []byte("/Contents <")) + len("/Contents <")
	from := hole
	hole += bytes.IndexByte(data[hole:], '>')
	caught := 0
	for i := 0; i < len(data)-1; i++ { // the last byte is an end of line
		if i > from && i < hole-1 && i%40 > 0 {
			continue
		}
		bad := bytes.Clone(data)
		bad[i] ^= 0x01
		r, err := VerifyPDF(bad, p.trust, day)
		if err == nil && len(r.Signatures) > 0 && r.State() == Valid {
			if i >= from && i < hole && r.Signatures[0].Fingerprint == FingerprintOf(p.officer.Chain[0]) && r.Signatures[0].At.Equal(day) {
				continue // the signature itself is not signed: a version number, what is behind it
			}
			t.Fatalf("byte %d of %d flipped (%q) and still valid", i, len(data), data[max(0, i-20):min(len(data), i+20)])
		}
		caught++
	}
	if caught < 2000 {
		t.Errorf("only %d positions were told", caught)
	}
}

func TestLawfulAdditionsAreToldFromTampering(t *testing.T) {
	t.Parallel()
	p := people()
	first := signed(t, paper("Cong van"), Signing{By: p.officer, Look: &Look{Page: 2, Rect: Rect{330, 200, 120, 60}, Image: blue}})
	numbered := stamped(t, first, "FreeText", Rect{90, 740, 100, 20})
	kinds := func(list []Change) (out []ChangeKind) {
		for _, c := range list {
			out = append(out, c.Kind)
		}
		return out
	}
	seal := Signing{By: p.clerk, Look: &Look{Page: 2, Rect: Beside(Rect{330, 200, 120, 60}, 100, 100), Image: red}}
	t.Run("number, date and seal with a second signature", func(t *testing.T) {
		t.Parallel()
		r := checked(t, signed(t, numbered, seal), p.trust, day)
		if r.State() != Valid || len(r.Signatures) != 2 {
			t.Fatalf("%+v", r)
		}
		a, b := r.Signatures[0], r.Signatures[1]
		if got := kinds(a.Changes); !slices.Equal(got, []ChangeKind{Stamped, AddedSignature}) || a.Whole || !b.Whole || a.Changes[0].By != "Signature2" || a.Changes[0].Page != 1 || a.Changes[1].Page != 2 {
			t.Errorf("%+v\n%+v", a, b)
		}
	})
	t.Run("a number that nobody signed", func(t *testing.T) {
		t.Parallel()
		if r := checked(t, numbered, p.trust, day); r.State() != Changed || len(r.Loose) != 1 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("a number that a stranger signed", func(t *testing.T) {
		t.Parallel()
		r := checked(t, signed(t, numbered, Signing{By: p.other}), p.trust, day)
		if r.Signatures[0].State != Changed || r.Signatures[1].State != Unknown {
			t.Errorf("%s %s", r.Signatures[0].State, r.Signatures[1].State)
		}
	})
	t.Run("a note that covers the page", func(t *testing.T) {
		t.Parallel()
		r := checked(t, signed(t, stamped(t, first, "Stamp", Rect{0, 0, 500, 600}), seal), p.trust, day)
		if r.Signatures[0].State != Changed || r.Signatures[1].State != Valid {
			t.Errorf("%+v", r)
		}
	})
	for name, change := range map[string]func(u *update) ChangeKind{
		"what the page says": func(u *update) ChangeKind {
			pages, err := u.pages()
			must(err)
			u.put(pages[0].dict["Contents"].(ref), &stream{dict{}, []byte("BT /F1 14 Tf 85 730 Td (Khac) Tj ET")})
			return Redrawn
		},
		"its font": func(u *update) ChangeKind {
			pages, err := u.pages()
			must(err)
			d, err := u.dictOf(pages[0].ref)
			must(err)
			d["Resources"] = dict{}
			u.put(pages[0].ref, d)
			return Redrawn
		},
		"a page less": func(u *update) ChangeKind {
			c, err := u.catalog()
			must(err)
			d, err := u.dictOf(c["Pages"])
			must(err)
			d["Kids"], d["Count"] = d["Kids"].(array)[:1], number("1")
			u.put(c["Pages"].(ref), d)
			return Repaged
		},
		"pages in another order": func(u *update) ChangeKind {
			c, err := u.catalog()
			must(err)
			d, err := u.dictOf(c["Pages"])
			must(err)
			k := d["Kids"].(array)
			d["Kids"] = array{k[1], k[0]}
			u.put(c["Pages"].(ref), d)
			return Redrawn
		},
		"an action on opening": func(u *update) ChangeKind {
			c, err := u.catalog()
			must(err)
			c["OpenAction"] = dict{"S": name("JavaScript"), "JS": text("app.alert(1)")}
			u.put(u.trailer["Root"].(ref), c)
			return Structured
		},
		"how the signature looks": func(u *update) ChangeKind {
			fields, err := u.fields()
			must(err)
			f := fields["Signature1"]
			f.dict["AP"] = dict{"N": u.next()}
			u.put(f.ref, f.dict)
			return Annotated
		},
		"a link": func(u *update) ChangeKind {
			must(u.annotate(firstPage(u), laid(u, dict{"Subtype": name("Link"), "Rect": Rect{1, 1, 9, 9}.array()})))
			return Annotated
		},
		"a field with a text": func(u *update) ChangeKind {
			r := laid(u, dict{"Subtype": name("Widget"), "FT": name("Tx"), "T": text("so"), "V": text("9"), "Rect": Rect{1, 1, 9, 9}.array()})
			must(u.annotate(firstPage(u), r))
			must(u.register(r))
			return Filled
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u, err := newUpdate(first)
			must(err)
			kind := change(u)
			bad := u.finish()
			for at, data := range map[string][]byte{"at the end": bad, "under a second signature": signed(t, bad, Signing{By: p.clerk})} {
				r := checked(t, data, p.trust, day)
				if s := r.Signatures[0]; s.State != Changed || !slices.Contains(kinds(s.Tampered()), kind) {
					t.Errorf("%s: %s %+v", at, s.State, s.Changes)
				}
			}
		})
	}
	t.Run("the same object under another key is compared anew", func(t *testing.T) {
		t.Parallel()
		u, err := newUpdate(paper("x"))
		must(err)
		pages, err := u.pages()
		must(err)
		body := pages[0].dict["Contents"]
		c, err := u.catalog()
		must(err)
		c["Metadata"] = body // shown by nobody, and compared as what may change
		u.put(u.trailer["Root"].(ref), c)
		data := signed(t, u.finish(), Signing{By: p.officer})
		if u, err = newUpdate(data); err != nil {
			t.Fatal(err)
		}
		u.put(body.(ref), &stream{dict{}, []byte("BT ET")})
		if r := checked(t, u.finish(), p.trust, day); r.State() != Changed {
			t.Errorf("%+v", r)
		}
	})
	t.Run("bytes at the end", func(t *testing.T) {
		t.Parallel()
		if r := checked(t, append(bytes.Clone(first), []byte("\n1 0 obj\n(x)\nendobj\n")...), p.trust, day); r.State() != Changed {
			t.Errorf("%+v", r)
		}
		if r := checked(t, append(bytes.Clone(first), '\n', 0, ' '), p.trust, day); r.State() != Valid {
			t.Errorf("blanks: %+v", r)
		}
	})
}

func firstPage(u *update) ref {
	pages, err := u.pages()
	must(err)
	return pages[0].ref
}

func laid(u *update, d dict) ref {
	r := u.next()
	d["Type"] = name("Annot")
	u.put(r, d)
	return r
}

// stamped lays a stamp over page 1, as a clerk's tool does.
func stamped(t *testing.T, data []byte, kind name, at Rect) []byte {
	t.Helper()
	u, err := newUpdate(data)
	if err != nil {
		t.Fatal(err)
	}
	form := u.next()
	u.put(form, &stream{dict{"Type": name("XObject"), "Subtype": name("Form"), "BBox": at.array()}, []byte("0 0 m")})
	must(u.annotate(firstPage(u), laid(u, dict{"Subtype": kind, "Rect": at.array(), "Contents": spell("15/KH-UBND"), "AP": dict{"N": form}})))
	return u.finish()
}

func TestWrappedSignaturesAreBroken(t *testing.T) {
	t.Parallel()
	p := people()
	data := signed(t, paper("Cong van"), Signing{By: p.officer})
	start := bytes.Index(data, []byte("/ByteRange [")) + len("/ByteRange [")
	end := start + bytes.IndexByte(data[start:], ']')
	var n [4]int
	if _, err := fmt.Sscanf(string(data[start:end]), "%d %d %d %d", &n[0], &n[1], &n[2], &n[3]); err != nil {
		t.Fatal(err)
	}
	for what, span := range map[string]string{
		"the hole is larger than the signature": fmt.Sprintf("%010d %010d %010d %010d", 0, n[1], n[2]+1, n[3]-1),
		"it does not begin at the beginning":    fmt.Sprintf("%010d %010d %010d %010d", 9, n[1]-9, n[2], n[3]),
		"it covers less than the file":          fmt.Sprintf("%010d %010d %010d %010d", 0, n[1], n[2], n[3]-60),
		"it ends behind the file":               fmt.Sprintf("%010d %010d %010d %010d", 0, n[1], n[2], n[3]+9999),
	} {
		bad := bytes.Clone(data)
		copy(bad[start:end], span)
		if r := checked(t, bad, p.trust, day); r.State() != Broken {
			t.Errorf("%s: %s", what, r.State())
		}
	}
	// The second half is moved to the end and something else put between.
	moved := bytes.Clone(data[:n[2]])
	moved = append(moved, []byte("\n%"+strings.Repeat("x", 50)+"\n")...)
	moved = append(moved, data[n[2]:]...)
	copy(moved[start:], fmt.Sprintf("%010d %010d %010d %010d", 0, n[1], n[2]+53, n[3]))
	if r, err := VerifyPDF(moved, p.trust, day); err == nil && r.State() != Broken {
		t.Errorf("moved: %s", r.State())
	}
}

func TestCertificationForbids(t *testing.T) {
	t.Parallel()
	p := people()
	for permit, want := range map[string]State{"1": Changed, "2": Valid, "3": Valid} {
		data := signed(t, certified(t, permit), Signing{By: p.clerk})
		r := checked(t, data, p.trust, day)
		if s := r.Signatures[0]; s.State != want || s.Kind != Certification {
			t.Errorf("P %s: %s %s", permit, s.Kind, s.State)
		}
	}
}

// certified signs a file with a certification, by making room for it in the
// dictionary of the signature before it is signed.
func certified(t *testing.T, permit string) []byte {
	t.Helper()
	p := people()
	u, err := newUpdate(paper("x"))
	must(err)
	sig := u.next()
	must(u.place(Signing{By: p.officer}, sig))
	wide := number("0000000000")
	u.put(sig, dict{"Type": name("Sig"), "Filter": name("Adobe.PPKLite"), "SubFilter": name("ETSI.CAdES.detached"), "ByteRange": array{wide, wide, wide, wide},
		"Contents": text(make([]byte, 9000)), "Reference": array{dict{"TransformMethod": name("DocMDP"), "TransformParams": dict{"P": number(permit)}}}})
	return fill(t, u.finish(), func(parts ...[]byte) []byte {
		raw, err := p.officer.makeCMS(day, nil, parts...)
		must(err)
		return raw
	})
}

// fill puts what sign makes into the last hole of a file.
func fill(t *testing.T, out []byte, sign func(parts ...[]byte) []byte) []byte {
	t.Helper()
	start := bytes.LastIndex(out, []byte("/Contents <")) + len("/Contents ")
	end := start + bytes.IndexByte(out[start:], '>') + 1
	at := bytes.LastIndex(out, []byte("/ByteRange [")) + len("/ByteRange [")
	copy(out[at:], fmt.Sprintf("%010d %010d %010d %010d", 0, start, end, len(out)-end))
	raw := sign(out[:start], out[end:])
	if 2*len(raw) > end-start-2 {
		t.Fatalf("%d bytes do not fit", len(raw))
	}
	copy(out[start+1:], fmt.Sprintf("%x", raw))
	return out
}

func openssl(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("skipped: no openssl")
	}
	return path
}

// files writes an identity as PEM.
func files(t *testing.T, dir, as string, i Identity) (cert, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(i.Key)
	must(err)
	cert, key = filepath.Join(dir, as+".crt"), filepath.Join(dir, as+".key")
	must(os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	must(os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Chain[0].Raw}), 0o600))
	return cert, key
}

// OpenSSL makes what our reader reads: plain, CAdES, PSS, BER, by key id, old.
func TestSignaturesOfOpenSSL(t *testing.T) {
	t.Parallel()
	bin, p := openssl(t), people()
	for what, c := range map[string]struct {
		by   Identity
		args []string
		want State
	}{
		"plain":              {p.officer, nil, Valid},
		"with CAdES":         {p.officer, []string{"-cades"}, Valid},
		"by ECDSA":           {p.clerk, []string{"-md", "sha384"}, Valid},
		"by RSA-PSS":         {p.officer, []string{"-keyopt", "rsa_padding_mode:pss"}, Valid},
		"as BER":             {p.officer, []string{"ber"}, Valid},
		"BER, not detached":  {p.officer, []string{"-stream"}, Broken},
		"by key id":          {p.officer, []string{"-keyid"}, Valid},
		"without attributes": {p.officer, []string{"-noattr"}, Valid},
		"by SHA-1":           {p.officer, []string{"-md", "sha1"}, Weak},
		"not detached":       {p.officer, []string{"-nodetach"}, Broken},
		"of another file":    {p.officer, []string{"other"}, Broken},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cert, key := files(t, dir, "who", c.by)
			data := fill(t, prepared(t), func(parts ...[]byte) []byte {
				in, args, loose := filepath.Join(dir, "in"), c.args, false
				if slices.Contains(args, "ber") {
					args, loose = nil, true
				}
				if slices.Contains(args, "other") {
					parts, args = [][]byte{[]byte("other")}, nil
				}
				must(os.WriteFile(in, bytes.Join(parts, nil), 0o600))
				cmd := exec.CommandContext(t.Context(), bin, append([]string{"cms", "-sign", "-binary", "-outform", "DER", "-in", in, "-signer", cert, "-inkey", key}, args...)...)
				var bad bytes.Buffer
				cmd.Stderr = &bad
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("openssl: %v: %s", err, &bad)
				}
				if loose {
					return berOf(out)
				}
				return out
			})
			now := time.Now()
			trust := p.trust
			r := checked(t, data, trust, now)
			if s := r.Signatures[0]; s.State != c.want {
				t.Errorf("%s, want %s: %+v", s.State, c.want, s)
			}
		})
	}
}

// berOf gives composed values of DER lengths that are not said beforehand.
func berOf(der []byte) (out []byte) {
	for len(der) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		must(err)
		if der = rest; !v.IsCompound {
			out = append(out, v.FullBytes...)
			continue
		}
		out = append(append(append(out, v.FullBytes[0], 0x80), berOf(v.Bytes)...), 0, 0)
	}
	return out
}

// prepared has a hole for a signature.
func prepared(t *testing.T) []byte {
	t.Helper()
	u, err := newUpdate(paper("Cong van"))
	must(err)
	sig := u.next()
	must(u.place(Signing{}, sig))
	wide := number("0000000000")
	u.put(sig, dict{"Type": name("Sig"), "Filter": name("Adobe.PPKLite"), "SubFilter": name("ETSI.CAdES.detached"), "ByteRange": array{wide, wide, wide, wide}, "Contents": text(make([]byte, 30000))})
	return u.finish()
}

func TestTimeStamps(t *testing.T) {
	t.Parallel()
	bin, p := openssl(t), people()
	dir := t.TempDir()
	cert, key := files(t, dir, "tsa", p.stamper)
	conf := filepath.Join(dir, "tsa.cnf")
	must(os.WriteFile(filepath.Join(dir, "serial"), []byte("01\n"), 0o600))
	must(os.WriteFile(conf, []byte("[tsa]\ndefault_tsa=t\n[t]\nserial="+filepath.Join(dir, "serial")+"\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\naccuracy=secs:1\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n"), 0o600))
	stamp := func(what []byte) ([]byte, error) {
		in, q, out := filepath.Join(dir, "sig"), filepath.Join(dir, "q"), filepath.Join(dir, "token")
		must(os.WriteFile(in, what, 0o600))
		if msg, err := exec.CommandContext(t.Context(), bin, "ts", "-query", "-data", in, "-sha256", "-cert", "-out", q).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%w: %s", err, msg)
		}
		if msg, err := exec.CommandContext(t.Context(), bin, "ts", "-reply", "-config", conf, "-queryfile", q, "-signer", cert, "-inkey", key, "-token_out", "-out", out).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%w: %s", err, msg)
		}
		return os.ReadFile(out)
	}
	now := time.Now().UTC()
	claimed := now.Add(-100 * 24 * time.Hour)
	data := signed(t, paper("x"), Signing{By: p.officer, At: claimed, Stamp: stamp})
	s := checked(t, data, p.trust, now).Signatures[0]
	if s.State != Valid || s.Clock != Attested || s.At.Sub(now).Abs() > time.Hour {
		t.Errorf("%s %s %s", s.State, s.Clock, s.At)
	}
	if s = checked(t, data, p.trust, now.Add(5*year)).Signatures[0]; s.State != Valid {
		t.Errorf("after the certificate ended: %s", s.State) // it was there before
	}
	only := Trust{Roots: p.officer.Chain[:1]}
	if s = checked(t, data, only, now).Signatures[0]; s.State != Valid || s.Clock != Untested {
		t.Errorf("a stamp by whom nobody knows: %s %s", s.State, s.Clock)
	}
	if _, err := readStamp([]byte{0x30, 0x80, 0, 0}, nil); err == nil {
		t.Error("a stamp of nothing was read")
	}
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	p := people()
	list := func(entries ...x509.RevocationListEntry) evidence {
		raw, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: day.Add(-time.Hour), NextUpdate: day.Add(time.Hour), RevokedCertificateEntries: entries}, p.root.Chain[0], p.root.Key)
		must(err)
		return evidence{crls: [][]byte{raw}}
	}
	leaf, ca := p.officer.Chain[0], p.root.Chain[0]
	if got, _ := list().revoked(leaf, ca, day); got != NotThen {
		t.Errorf("%q", got)
	}
	if got, at := list(x509.RevocationListEntry{SerialNumber: leaf.SerialNumber, RevocationTime: day.Add(-time.Minute)}).revoked(leaf, ca, day); got != Revoked || !at.Equal(day.Add(-time.Minute)) {
		t.Errorf("%q %s", got, at)
	}
	if got, _ := list().revoked(leaf, ca, day.Add(year)); got != Unchecked {
		t.Errorf("a list that is too old says %q", got)
	}
	if got, _ := list().revoked(leaf, p.old.Chain[0], day); got != Unchecked {
		t.Errorf("a list of somebody else says %q", got)
	}
}

func TestWhatIsNoPDF(t *testing.T) {
	t.Parallel()
	data := paper("x")
	for what, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":         {nil, ErrNotPDF},
		"a picture":       {blue, ErrNotPDF},
		"half a file":     {data[:len(data)/2], ErrDamaged},
		"encrypted":       {bytes.Replace(data, []byte("/Root"), []byte("/Encrypt 1 0 R\n/Root"), 1), ErrEncrypted},
		"no startxref":    {[]byte("%PDF-1.4\n"), ErrDamaged},
		"a loop of xrefs": {[]byte("%PDF-1.4\nxref\n0 0\ntrailer\n<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF"), ErrDamaged},
	} {
		if _, err := VerifyPDF(c.data, Trust{}, day); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if r, err := VerifyPDF(data, Trust{}, day); err != nil || len(r.Signatures) != 0 || r.State() != "" {
		t.Errorf("unsigned: %v %v", r, err)
	}
}

func TestLooksAreChecked(t *testing.T) {
	t.Parallel()
	p := people()
	opaque := image.NewGray(image.Rect(0, 0, 3, 3))
	var flat bytes.Buffer
	must(png.Encode(&flat, opaque))
	for what, l := range map[string]Look{
		"no such page":    {Page: 3, Rect: Rect{1, 1, 50, 50}, Image: blue},
		"opaque":          {Page: 1, Rect: Rect{1, 1, 50, 50}, Image: flat.Bytes()},
		"no picture":      {Page: 1, Rect: Rect{1, 1, 50, 50}, Image: []byte("GIF89a")},
		"nothing":         {Page: 1, Rect: Rect{1, 1, 50, 50}},
		"no place":        {Page: 1, Image: blue},
		"words and image": {Page: 1, Rect: Rect{1, 1, 50, 50}, Image: blue, Lines: []string{"x"}},
	} {
		if _, err := SignPDF(paper("x"), Signing{By: p.officer, At: day, Look: &l}); !errors.Is(err, ErrLook) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestSealCoversAThirdOfTheSigner(t *testing.T) {
	t.Parallel()
	signer := Centred(400, 150, 230, 160, 160)
	if signer != (Rect{360, 150, 80, 80}) {
		t.Errorf("%+v", signer)
	}
	seal := Beside(signer, 102, 102)
	if covered := (seal.X + seal.W - signer.X) / signer.W; covered < 0.33 || covered > 0.34 || seal.X > signer.X {
		t.Errorf("covers %.2f: %+v", covered, seal)
	}
	l := OnAnnex("15/KH-UBND", day, 595, 842)
	if l.Lines[1] != "2026-11-21T08:05:00+07:00" || l.Image != nil || l.Rect.X+l.Rect.W > 595 || l.Rect.Y+l.Rect.H > 842 || l.Page != 1 {
		t.Errorf("%+v", l)
	}
}

// TestNotesGoWithTheSignatureThatCoversThem: number and day are written when the
// body signs, and the signer's signature before still holds.
func TestNotesGoWithTheSignatureThatCoversThem(t *testing.T) {
	t.Parallel()
	p := people()
	first := signed(t, paper("Cong van"), Signing{By: p.officer, Look: &Look{Page: 2, Rect: Rect{330, 200, 120, 60}, Image: blue}})
	notes := []Look{{Page: 1, Rect: Rect{90, 740, 30, 18}, Lines: []string{"07"}, Size: 13}, {Page: 1, Rect: Rect{390, 740, 30, 18}, Lines: []string{"05"}, Size: 14, Italic: true}}
	second := signed(t, first, Signing{By: p.clerk, Look: &Look{Page: 2, Rect: Beside(Rect{330, 200, 120, 60}, 100, 100), Image: red}, Notes: notes})
	r := checked(t, second, p.trust, day)
	if r.State() != Valid || len(r.Signatures) != 2 || len(r.Signatures[0].Changes) != 2 || r.Signatures[0].Changes[0].Kind != Stamped || r.Signatures[0].Changes[0].By != r.Signatures[1].Field {
		t.Errorf("%+v", r.Signatures[0])
	}
	if same, err := SamePDF(paper("Cong van"), second, p.trust, day); err != nil || !same.Same {
		t.Errorf("%+v %v", same, err)
	}
	onPage := signed(t, paper("x"), Signing{By: p.clerk, Look: &Look{Page: 1, Rect: Rect{300, 100, 50, 50}, Image: red}, Notes: notes})
	if r := checked(t, onPage, p.trust, day); r.State() != Valid || r.Signatures[0].Page != 1 {
		t.Errorf("all on one page: %+v", r.Signatures)
	}
	if out := pdfsig(t, second); strings.Count(out, "Signature is Valid") != 2 {
		t.Error(out)
	}
	if _, err := SignPDF(first, Signing{By: p.clerk, At: day, Notes: []Look{{Page: 9, Rect: Rect{1, 1, 9, 9}, Lines: []string{"x"}}}}); !errors.Is(err, ErrLook) {
		t.Errorf("on a page there is not: %v", err)
	}
}

func TestWhereASignatureIsDrawnIsTold(t *testing.T) {
	t.Parallel()
	p := people()
	at := Rect{330, 200, 120, 60}
	one := signed(t, paper("x"), Signing{By: p.officer, Look: &Look{Page: 2, Rect: at, Image: blue}})
	r := checked(t, signed(t, one, Signing{By: p.clerk}), p.trust, day)
	if s := r.Signatures[0]; s.Page != 2 || s.Rect != at {
		t.Errorf("%d %+v", s.Page, s.Rect)
	}
	if s := r.Signatures[1]; s.Page != 0 || s.Rect != (Rect{}) {
		t.Errorf("one that draws nothing: %d %+v", s.Page, s.Rect)
	}
	sheets, err := Pages(one)
	if err != nil || len(sheets) != 2 || math.Abs(sheets[1].W-595.28) > 0.01 || math.Abs(sheets[1].H-841.89) > 0.01 {
		t.Errorf("%+v %v", sheets, err)
	}
	u, err := newUpdate(one)
	must(err)
	pages, err := u.pages()
	must(err)
	pages[0].dict["Rotate"] = number("90")
	u.put(pages[0].ref, pages[0].dict)
	if _, err := Pages(u.finish()); !errors.Is(err, ErrLook) {
		t.Errorf("a turned page: %v", err)
	}
}

func TestNoKeyIsPrinted(t *testing.T) {
	t.Parallel()
	i := people().officer
	d := i.Key.(*rsa.PrivateKey).D.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(verb, i); strings.Contains(s, d[:20]) || !strings.Contains(s, "Nguyễn Văn An") {
			t.Errorf("%s prints %.100s", verb, s)
		}
	}
}
