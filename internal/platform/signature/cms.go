// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha1" // of old signatures, which are then called weak
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/subtle"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// This file reads CMS (RFC 5652) as PDF signatures and time stamps carry it: one
// signer, detached or around its content.

var (
	oidSignedData  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidData        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidTSTInfo     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidDigest      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidStamp       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
	oidSignCert1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSignCert2   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidAdobeRevoke = asn1.ObjectIdentifier{1, 2, 840, 113583, 1, 1, 8}

	oidRSA = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidPSS = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
)

// hashes are the digest algorithms, alone and as part of a signature algorithm.
var hashes = map[string]crypto.Hash{
	"1.3.14.3.2.26": crypto.SHA1, "1.2.840.113549.1.1.5": crypto.SHA1, "1.2.840.10045.4.1": crypto.SHA1,
	"2.16.840.1.101.3.4.2.1": crypto.SHA256, "1.2.840.113549.1.1.11": crypto.SHA256, "1.2.840.10045.4.3.2": crypto.SHA256,
	"2.16.840.1.101.3.4.2.2": crypto.SHA384, "1.2.840.113549.1.1.12": crypto.SHA384, "1.2.840.10045.4.3.3": crypto.SHA384,
	"2.16.840.1.101.3.4.2.3": crypto.SHA512, "1.2.840.113549.1.1.13": crypto.SHA512, "1.2.840.10045.4.3.4": crypto.SHA512,
}

// What is wrong with a signature itself.
var (
	errBroken      = errors.New("the signature does not fit what it signs")
	errUnsupported = errors.New("a kind of signature that is not read")
)

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
}

type signedData struct {
	Version int
	Digests []pkix.AlgorithmIdentifier `asn1:"set"`
	Content contentInfo
	Certs   asn1.RawValue `asn1:"optional,tag:0"`
	CRLs    asn1.RawValue `asn1:"optional,tag:1"`
	Signers []signerInfo  `asn1:"set"`
}

type signerInfo struct {
	Version   int
	ID        asn1.RawValue
	Digest    pkix.AlgorithmIdentifier
	Signed    asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
	Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

type issuerSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

// cms is a signature taken apart.
type cms struct {
	certs    []*x509.Certificate
	signer   *x509.Certificate // nil when it does not bring its certificate
	crls     [][]byte
	hash     crypto.Hash
	info     signerInfo
	signed   []attribute
	unsigned []attribute
	content  []byte // what it stands around; nil when detached
	kind     asn1.ObjectIdentifier
}

// readCMS takes DER or BER apart; what stands behind it is left out.
func readCMS(raw []byte) (*cms, error) {
	raw, err := derOf(raw)
	if err != nil {
		return nil, err
	}
	var outer contentInfo
	if _, err := asn1.Unmarshal(raw, &outer); err != nil {
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	if !outer.Type.Equal(oidSignedData) {
		return nil, errUnsupported
	}
	var sd signedData
	if _, err := asn1.Unmarshal(outer.Content.Bytes, &sd); err != nil {
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	if len(sd.Signers) != 1 { // PDF knows one (ISO 32000-1 §12.8.3.3)
		return nil, errUnsupported
	}
	c := &cms{info: sd.Signers[0], kind: sd.Content.Type}
	if len(sd.Content.Content.Bytes) > 0 {
		var octets []byte
		if _, err := asn1.Unmarshal(sd.Content.Content.Bytes, &octets); err != nil {
			return nil, fmt.Errorf("%w: %w", errBroken, err)
		}
		c.content = octets
	}
	for rest := sd.Certs.Bytes; len(rest) > 0; {
		var one asn1.RawValue
		if rest, err = asn1.Unmarshal(rest, &one); err != nil {
			return nil, fmt.Errorf("%w: %w", errBroken, err)
		}
		if cert, err := x509.ParseCertificate(one.FullBytes); err == nil { // others may be of another kind
			c.certs = append(c.certs, cert)
		}
	}
	for rest := sd.CRLs.Bytes; len(rest) > 0; {
		var one asn1.RawValue
		if rest, err = asn1.Unmarshal(rest, &one); err != nil {
			return nil, fmt.Errorf("%w: %w", errBroken, err)
		}
		c.crls = append(c.crls, one.FullBytes)
	}
	if c.signed, err = attributes(c.info.Signed.Bytes); err != nil {
		return nil, err
	}
	if c.unsigned, err = attributes(c.info.Unsigned.Bytes); err != nil {
		return nil, err
	}
	c.hash = hashes[c.info.Digest.Algorithm.String()]
	c.signer = c.find()
	return c, nil
}

func attributes(raw []byte) (out []attribute, err error) {
	for len(raw) > 0 {
		var a attribute
		if raw, err = asn1.Unmarshal(raw, &a); err != nil {
			return nil, fmt.Errorf("%w: %w", errBroken, err)
		}
		out = append(out, a)
	}
	return out, nil
}

// only is the value of an attribute that may stand once; nil without it.
func only(list []attribute, kind asn1.ObjectIdentifier) (*asn1.RawValue, error) {
	var out *asn1.RawValue
	for _, a := range list {
		if !a.Type.Equal(kind) {
			continue
		}
		if out != nil || len(a.Values) != 1 {
			return nil, errBroken
		}
		out = &a.Values[0]
	}
	return out, nil
}

// find is the certificate that the signer's id names.
func (c *cms) find() *x509.Certificate {
	var by issuerSerial
	_, err := asn1.Unmarshal(c.info.ID.FullBytes, &by)
	for _, cert := range c.certs {
		switch {
		case c.info.ID.Class == asn1.ClassContextSpecific && c.info.ID.Tag == 0:
			if len(cert.SubjectKeyId) > 0 && bytes.Equal(cert.SubjectKeyId, c.info.ID.Bytes) {
				return cert
			}
		case err == nil && by.Serial != nil && cert.SerialNumber.Cmp(by.Serial) == 0 && bytes.Equal(cert.RawIssuer, by.Issuer.FullBytes):
			return cert
		}
	}
	return nil
}

// verify says whether the signature fits content and its signer's key; the time
// and who vouches for the certificate are asked elsewhere.
func (c *cms) verify(content ...[]byte) error {
	if c.signer == nil || c.hash == 0 {
		return errUnsupported
	}
	h := c.hash.New()
	for _, part := range content {
		h.Write(part)
	}
	sum := h.Sum(nil)
	hash := c.hash
	if len(c.signed) > 0 {
		if err := c.checkAttributes(sum); err != nil {
			return err
		}
		set := bytes.Clone(c.info.Signed.FullBytes)
		set[0] = 0x31 // signed as a SET OF (RFC 5652 §5.4)
		h := hash.New()
		h.Write(set)
		sum = h.Sum(nil)
	}
	return checkSignature(c.signer.PublicKey, c.info.Algorithm, hash, sum, c.info.Signature)
}

func (c *cms) checkAttributes(sum []byte) error {
	v, err := only(c.signed, oidDigest)
	if err != nil || v == nil {
		return errBroken
	}
	var digest []byte
	if _, err := asn1.Unmarshal(v.FullBytes, &digest); err != nil || subtle.ConstantTimeCompare(digest, sum) != 1 {
		return errBroken
	}
	if v, err = only(c.signed, oidContentType); err != nil || v == nil {
		return errBroken
	}
	var kind asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(v.FullBytes, &kind); err != nil || !kind.Equal(c.kind) {
		return errBroken
	}
	return c.checkSigningCertificate()
}

// checkSigningCertificate compares the signer's certificate with the one that
// the signed attributes name, if they do (RFC 5035): another with the same key
// and number is not the one that signed.
func (c *cms) checkSigningCertificate() error {
	for _, kind := range []asn1.ObjectIdentifier{oidSignCert2, oidSignCert1} {
		v, err := only(c.signed, kind)
		if err != nil {
			return err
		}
		if v == nil {
			continue
		}
		var list struct {
			Certs    []asn1.RawValue
			Policies asn1.RawValue `asn1:"optional"`
		}
		if _, err := asn1.Unmarshal(v.FullBytes, &list); err != nil || len(list.Certs) == 0 {
			return errBroken
		}
		hash, rest := crypto.SHA256, list.Certs[0].Bytes
		if kind.Equal(oidSignCert1) {
			hash = crypto.SHA1
		}
		var first asn1.RawValue
		if rest, err = asn1.Unmarshal(rest, &first); err != nil {
			return errBroken
		}
		if first.Tag == asn1.TagSequence { // the algorithm, left out when SHA-256
			var algorithm pkix.AlgorithmIdentifier
			if _, err := asn1.Unmarshal(first.FullBytes, &algorithm); err != nil {
				return errBroken
			}
			if hash = hashes[algorithm.Algorithm.String()]; hash == 0 {
				return errUnsupported
			}
			if _, err = asn1.Unmarshal(rest, &first); err != nil {
				return errBroken
			}
		}
		h := hash.New()
		h.Write(c.signer.Raw)
		if first.Tag != asn1.TagOctetString || subtle.ConstantTimeCompare(first.Bytes, h.Sum(nil)) != 1 {
			return errBroken
		}
	}
	return nil
}

func checkSignature(key crypto.PublicKey, algorithm pkix.AlgorithmIdentifier, hash crypto.Hash, sum, sig []byte) error {
	if h, ok := hashes[algorithm.Algorithm.String()]; ok && h != hash {
		return errBroken
	}
	ok := false
	switch k := key.(type) {
	case *rsa.PublicKey:
		if algorithm.Algorithm.Equal(oidPSS) {
			ok = rsa.VerifyPSS(k, hash, sum, sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}) == nil
			break
		}
		if !algorithm.Algorithm.Equal(oidRSA) && hashes[algorithm.Algorithm.String()] == 0 {
			return errUnsupported
		}
		ok = rsa.VerifyPKCS1v15(k, hash, sum, sig) == nil
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(k, sum, sig)
	case ed25519.PublicKey:
		return errUnsupported // RFC 8419 signs what is not hashed; no authority here issues it
	default:
		return errUnsupported
	}
	if !ok {
		return errBroken
	}
	return nil
}

// claimed is the time the signer says; zero when it says none.
func (c *cms) claimed() time.Time {
	v, err := only(c.signed, oidSigningTime)
	if err != nil || v == nil {
		return time.Time{}
	}
	var t time.Time
	if _, err := asn1.Unmarshal(v.FullBytes, &t); err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// weak reports whether the digest is one that can be forged.
func (c *cms) weak() bool { return c.hash == crypto.SHA1 }

// stamp is what a time stamp says (RFC 3161 §2.4.2).
type stamp struct {
	token *cms
	at    time.Time
}

type tstInfo struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	Serial   *big.Int
	At       time.Time     `asn1:"generalized"`
	Accuracy asn1.RawValue `asn1:"optional,tag:16"`
	Ordering bool          `asn1:"optional"`
	Nonce    *big.Int      `asn1:"optional"`
	TSA      asn1.RawValue `asn1:"optional,explicit,tag:0"`
	More     asn1.RawValue `asn1:"optional,tag:1"`
}

// readStamp reads a time stamp of content and checks all but who vouches for it.
func readStamp(raw []byte, content ...[]byte) (*stamp, error) {
	token, err := readCMS(raw)
	if err != nil {
		return nil, err
	}
	if !token.kind.Equal(oidTSTInfo) || token.content == nil {
		return nil, errUnsupported
	}
	if err := token.verify(token.content); err != nil {
		return nil, err
	}
	var info tstInfo
	if _, err := asn1.Unmarshal(token.content, &info); err != nil {
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	hash := hashes[info.Imprint.Algorithm.Algorithm.String()]
	if hash == 0 {
		return nil, errUnsupported
	}
	h := hash.New()
	for _, part := range content {
		h.Write(part)
	}
	if subtle.ConstantTimeCompare(h.Sum(nil), info.Imprint.Digest) != 1 {
		return nil, errBroken
	}
	return &stamp{token, info.At.UTC()}, nil
}

// timestamp is the time stamp of c's own signature; nil without one.
func (c *cms) timestamp() (*stamp, error) {
	v, err := only(c.unsigned, oidStamp)
	if err != nil || v == nil {
		return nil, err
	}
	return readStamp(v.FullBytes, c.info.Signature)
}
