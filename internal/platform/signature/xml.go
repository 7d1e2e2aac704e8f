// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/beevik/etree"
	"github.com/jonboulle/clockwork"
	dsig "github.com/russellhaering/goxmldsig"
)

// ErrNotXML says that a file is no XML that is read: not well formed, not UTF-8,
// with a document type (which could pull in other files or unfold without end),
// or nested too deep.
var ErrNotXML = errors.New("not an XML file that is read")

const (
	maxXMLDepth = 100
	maxXMLNodes = 1_000_000
)

// CheckXML fails with ErrNotXML, or ErrTooMuch for more than is read.
func CheckXML(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	depth, roots := 0, 0
	for n := 0; ; n++ {
		if n > maxXMLNodes {
			return ErrTooMuch
		}
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotXML, err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return fmt.Errorf("%w: a document type", ErrNotXML)
		case xml.StartElement:
			if depth++; depth > maxXMLDepth {
				return fmt.Errorf("%w: nested deeper than %d", ErrNotXML, maxXMLDepth)
			}
			if depth == 1 {
				roots++
			}
			if len(t.Attr) > 1000 {
				return ErrTooMuch
			}
		case xml.EndElement:
			depth--
		}
	}
	if roots != 1 || depth != 0 {
		return fmt.Errorf("%w: %d roots", ErrNotXML, roots)
	}
	return nil
}

// readXML reads a document that CheckXML passes.
func readXML(data []byte) (*etree.Document, error) {
	if err := CheckXML(data); err != nil {
		return nil, err
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(data); err != nil || doc.Root() == nil {
		return nil, fmt.Errorf("%w: %w", ErrNotXML, err)
	}
	return doc, nil
}

// signaturesIn lists the elements Signature of XML-DSig, in the order of the file.
func signaturesIn(e *etree.Element) (out []*etree.Element) {
	if e.Tag == dsig.SignatureTag && e.NamespaceURI() == dsig.Namespace {
		return []*etree.Element{e} // what lies in it is its own
	}
	for _, c := range e.ChildElements() {
		out = append(out, signaturesIn(c)...)
	}
	return out
}

// VerifyXML checks the signature of an XML file as of now. It must cover the
// whole document but for itself: one that covers a part says nothing of the rest
// and is Broken, as it is after wrapping. Several signatures in one file, and
// ECDSA, are Unsupported. Errors: ErrNotXML, ErrTooMuch.
func VerifyXML(data []byte, t Trust, now time.Time) (Report, error) {
	doc, err := readXML(data)
	if err != nil {
		return Report{}, err
	}
	var r Report
	list := signaturesIn(doc.Root())
	if len(list) > maxSignatures {
		return Report{}, ErrTooMuch
	}
	for i, e := range list {
		s := Signature{Field: e.GetPath(), Format: "xmldsig", Kind: Approval, State: Broken, Revision: i + 1, Revisions: len(list)}
		certs := certificatesIn(e)
		if len(certs) > 0 {
			s.about(certs[0])
		}
		method := ""
		if m := e.FindElement("./SignedInfo/SignatureMethod"); m != nil {
			method = m.SelectAttrValue("Algorithm", "")
		}
		switch {
		case len(list) > 1 || strings.Contains(method, "ecdsa") || s.Certificate == nil:
			s.State = Unsupported
		case fitsXML(doc.Root(), s.Certificate):
			s.State, s.Whole = Valid, true
			if strings.HasSuffix(method, "sha1") {
				s.State = Weak
			}
			s.judge(t, certs, evidence{crls: listsIn(e)}, now)
		}
		r.Signatures = append(r.Signatures, s)
	}
	return r, nil
}

// fitsXML reports whether the signature over root was made by the key of c.
func fitsXML(root *etree.Element, c *x509.Certificate) bool {
	// The library asks whether c is valid at the clock it is given. Who vouches
	// for c, and when, is judged by us, so the clock stands within c's own term.
	clock := dsig.NewFakeClock(clockwork.NewFakeClockAt(c.NotBefore))
	for _, id := range []string{"ID", "Id", "id"} {
		v := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{c}})
		v.IdAttribute, v.Clock = id, clock
		if _, err := v.Validate(root.Copy()); err == nil {
			return true
		}
	}
	return false
}

// listsIn are the lists of revoked certificates that a signature brings (X509CRL).
// Who made them signed them, so that they count wherever they stand.
func listsIn(sig *etree.Element) (out [][]byte) {
	for i, e := range sig.FindElements("./KeyInfo/X509Data/X509CRL") {
		if raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(e.Text()), "")); err == nil && i < maxCertificates {
			out = append(out, raw)
		}
	}
	return out
}

// certificatesIn are the certificates that a signature brings, the signer's first.
func certificatesIn(sig *etree.Element) (out []*x509.Certificate) {
	for _, e := range sig.FindElements("./KeyInfo/X509Data/X509Certificate") {
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(e.Text()), ""))
		if err != nil {
			continue
		}
		if c, err := x509.ParseCertificate(raw); err == nil && len(out) < maxCertificates {
			out = append(out, c)
		}
	}
	return out
}

// SignXML signs a document as a whole: exclusive canonical form, SHA-256, RSA
// (Công văn 2290/BTTTT-CATTT). into names the element that takes the signature by
// the local names that lead to it from the root; none is the root. It refuses a
// document that is signed. Errors: ErrNotXML, ErrIdentity.
func SignXML(data []byte, by Identity, into ...string) ([]byte, error) {
	if err := by.Check(); err != nil {
		return nil, err
	}
	if _, ok := by.Key.Public().(*rsa.PublicKey); !ok {
		return nil, fmt.Errorf("%w: XML is signed by RSA", ErrIdentity)
	}
	doc, err := readXML(data)
	if err != nil {
		return nil, err
	}
	root := doc.Root()
	if len(signaturesIn(root)) > 0 {
		return nil, fmt.Errorf("%w: it is signed already", ErrNotXML)
	}
	at := root
	for _, tag := range into {
		var next *etree.Element
		for _, c := range at.ChildElements() {
			if c.Tag == tag {
				next = c
				break
			}
		}
		if at = next; at == nil {
			return nil, fmt.Errorf("%w: no element %s", ErrNotXML, tag)
		}
	}
	var chain [][]byte
	for _, c := range by.Chain {
		chain = append(chain, c.Raw)
	}
	ctx, err := dsig.NewSigningContext(by.Key, chain)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrIdentity, err)
	}
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	ctx.IdAttribute = "" // the whole document, whatever the root is called
	sig, err := ctx.ConstructSignature(root, true)
	if err != nil {
		return nil, fmt.Errorf("sign XML: %w", err)
	}
	if d := sig.FindElement("./KeyInfo/X509Data"); d != nil { // not part of what is signed
		subject := etree.NewElement("X509SubjectName")
		subject.Space = ctx.Prefix
		subject.SetText(by.Chain[0].Subject.String())
		d.InsertChildAt(0, subject)
	}
	at.AddChild(sig)
	doc.WriteSettings = etree.WriteSettings{CanonicalText: true, CanonicalAttrVal: true}
	return doc.WriteToBytes()
}

// SameXML says whether two documents are the same but for signatures: their
// exclusive canonical forms (W3C, 18 July 2002) are equal. where is the first
// element that differs, empty when none does. Errors: ErrNotXML, ErrTooMuch.
func SameXML(original, signed []byte) (same bool, where string, err error) {
	var forms [2][]byte
	var roots [2]*etree.Element
	for i, data := range [][]byte{original, signed} {
		doc, err := readXML(data)
		if err != nil {
			return false, "", err
		}
		roots[i] = doc.Root()
		for _, s := range signaturesIn(roots[i]) {
			if s.Parent() == nil {
				return false, "/", nil
			}
			s.Parent().RemoveChild(s)
		}
		if forms[i], err = canonical(roots[i]); err != nil {
			return false, "", err
		}
	}
	if bytes.Equal(forms[0], forms[1]) {
		return true, "", nil
	}
	return false, firstOther(roots[0], roots[1]), nil
}

func canonical(e *etree.Element) ([]byte, error) {
	out, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(e.Copy())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotXML, err)
	}
	return out, nil
}

// firstOther is the deepest element in which the first difference lies.
func firstOther(a, b *etree.Element) string {
	x, y := a.ChildElements(), b.ChildElements()
	for i := range x {
		if i >= len(y) {
			break
		}
		if written(x[i]) == written(y[i]) {
			continue
		}
		return firstOther(x[i], y[i])
	}
	return a.GetPath()
}

func written(e *etree.Element) string {
	s, err := etree.NewDocumentWithRoot(e.Copy()).WriteToString()
	if err != nil {
		return err.Error()
	}
	return s
}
