// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Identity is who signs: a key, wherever it is kept, and its certificate with
// those that lead to an authority. Printing it shows the certificate alone.
type Identity struct {
	Key   crypto.Signer
	Chain []*x509.Certificate // the signer's first
}

// String names the signer and never the key.
func (i Identity) String() string {
	if len(i.Chain) == 0 {
		return "identity without certificate"
	}
	return "identity " + i.Chain[0].Subject.CommonName + " " + SerialOf(i.Chain[0])
}

// GoString is String, so that %#v shows no key.
func (i Identity) GoString() string { return i.String() }

// ErrIdentity says that a key and a certificate do not belong together, or are
// of a kind that is not used.
var ErrIdentity = errors.New("the key and the certificate do not fit")

// ErrWeakKey says that a key is too short to sign with, or that its certificate is
// signed by a digest that can be forged.
var ErrWeakKey = errors.New("the key is too weak")

// Check fails with ErrIdentity when i cannot sign, and with ErrWeakKey when nobody
// should believe it.
func (i Identity) Check() error {
	if i.Key == nil || len(i.Chain) == 0 || !fits(i.Key.Public(), i.Chain[0].PublicKey) {
		return ErrIdentity
	}
	switch k := i.Key.Public().(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < 2048 {
			return ErrWeakKey
		}
	case *ecdsa.PublicKey:
		if k.Params().BitSize < 256 {
			return ErrWeakKey
		}
	default:
		return ErrIdentity
	}
	switch i.Chain[0].SignatureAlgorithm {
	case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.MD5WithRSA, x509.MD2WithRSA:
		return ErrWeakKey
	}
	return nil
}

// fits reports whether a certificate's key is the public half of a key.
func fits(public, certified crypto.PublicKey) bool {
	k, ok := public.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(certified)
}

var oidECDSA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}

// makeCMS signs parts as one detached content (RFC 5652, with the attributes of
// RFC 5035). stamp, if given, asks an authority for a time stamp of the
// signature.
func (i Identity) makeCMS(at time.Time, stamp func(signature []byte) ([]byte, error), parts ...[]byte) ([]byte, error) {
	if err := i.Check(); err != nil {
		return nil, err
	}
	leaf := i.Chain[0]
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	certSum := sha256.Sum256(leaf.Raw)
	signed, err := attributeSet(map[string]any{
		oidContentType.String(): oidData,
		oidDigest.String():      h.Sum(nil),
		oidSigningTime.String(): at.UTC(),
		oidSignCert2.String():   struct{ Certs []struct{ Hash []byte } }{[]struct{ Hash []byte }{{certSum[:]}}},
	})
	if err != nil {
		return nil, err
	}
	set, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: signed})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(set)
	sig, err := i.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	algorithm := pkix.AlgorithmIdentifier{Algorithm: oidRSA, Parameters: asn1.NullRawValue}
	if _, ok := i.Key.Public().(*ecdsa.PublicKey); ok {
		algorithm = pkix.AlgorithmIdentifier{Algorithm: oidECDSA256}
	}
	digest := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, Parameters: asn1.NullRawValue}
	id, err := asn1.Marshal(issuerSerial{asn1.RawValue{FullBytes: leaf.RawIssuer}, leaf.SerialNumber})
	if err != nil {
		return nil, err
	}
	info := signerInfo{Version: 1, ID: asn1.RawValue{FullBytes: id}, Digest: digest, Algorithm: algorithm, Signature: sig,
		Signed: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: signed}}
	if stamp != nil {
		token, err := stamp(sig)
		if err != nil {
			return nil, fmt.Errorf("time stamp: %w", err)
		}
		unsigned, err := attributeSet(map[string]any{oidStamp.String(): asn1.RawValue{FullBytes: token}})
		if err != nil {
			return nil, err
		}
		info.Unsigned = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, IsCompound: true, Bytes: unsigned}
	}
	var certs []byte
	for _, c := range i.Chain {
		certs = append(certs, c.Raw...)
	}
	sd := signedData{Version: 1, Digests: []pkix.AlgorithmIdentifier{digest}, Content: contentInfo{Type: oidData}, Signers: []signerInfo{info},
		Certs: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: certs}}
	inner, err := asn1.Marshal(sd)
	if err != nil {
		return nil, err
	}
	outer, err := asn1.Marshal(contentInfo{Type: oidSignedData, Content: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}})
	return outer, err
}

// attributeSet is the content of a SET OF attributes, in the order of DER.
func attributeSet(values map[string]any) ([]byte, error) {
	var all [][]byte
	for _, kind := range []asn1.ObjectIdentifier{oidContentType, oidDigest, oidSigningTime, oidSignCert2, oidStamp} {
		v, ok := values[kind.String()]
		if !ok {
			continue
		}
		raw, err := asn1.Marshal(v)
		if err != nil {
			return nil, err
		}
		one, err := asn1.Marshal(attribute{kind, []asn1.RawValue{{FullBytes: raw}}})
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	slices.SortFunc(all, bytes.Compare)
	return bytes.Join(all, nil), nil
}
