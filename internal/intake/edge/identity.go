// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The files in a collector's folder.
const (
	identityFile = "collector.json" // who it is, with its key: for its owner alone
	pendingFile  = "enrolling.pem"  // the key of an enrolment that is not answered yet
	waysFile     = "ways.json"      // what the centre decided last
	statusFile   = "status.json"    // how it is, written each second
	spoolFolder  = "spool"          // blocks
	bundleFolder = "bundles"        // what was written for sticks
	receiptDir   = "receipts"       // of the centre, for the running collector to take
	stateFolder  = "positions"      // how far files were read
	tlsFolder    = "tls"            // what senders by TLS are shown
	pemCert      = "CERTIFICATE"    // RFC 7468 §5.1
	pemRequest   = "CERTIFICATE REQUEST"
	pemKey       = "PRIVATE KEY"
)

// Identity is who a collector is.
type Identity struct {
	Enrolled
	Centre string `json:"centre"` // https://host:port
	Key    string `json:"key"`    // PEM
}

// ErrNotEnrolled means that the folder holds no identity.
var ErrNotEnrolled = errors.New("this collector is not enrolled: vonggac collect enroll --centre URL --code CODE")

// LoadIdentity reads who the collector of a folder is.
func LoadIdentity(dir string) (*Identity, error) {
	raw, err := os.ReadFile(filepath.Join(dir, identityFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotEnrolled
	}
	if err != nil {
		return nil, err
	}
	var id Identity
	if err := json.Unmarshal(raw, &id); err != nil {
		return nil, fmt.Errorf("%s is damaged (enrol again with a new code): %w", identityFile, err)
	}
	if _, err := id.signer(); err != nil {
		return nil, err
	}
	return &id, nil
}

func (i *Identity) save(dir string) error {
	raw, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	return writeIn(dir, identityFile, append(raw, '\n'))
}

// writeIn writes a file of a folder whole or not at all.
func writeIn(dir, name string, text []byte) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	return errors.Join(replaceFile(root, name, text), syncFolder(root), root.Close())
}

func (i *Identity) signer() (crypto.Signer, error) { return parseKey([]byte(i.Key)) }

func parseKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the key of the collector is damaged: enrol again with a new code")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("key of the collector: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("key of the collector: it cannot sign")
	}
	return signer, nil
}

// pendingKey is the key that an enrolment under way is for: the same one until
// it is answered, so that a lost answer can be asked for again.
func pendingKey(dir string) (text []byte, key crypto.Signer, err error) {
	text, err = os.ReadFile(filepath.Join(dir, pendingFile))
	if errors.Is(err, fs.ErrNotExist) {
		var fresh *ecdsa.PrivateKey
		if fresh, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return nil, nil, err
		}
		var der []byte
		if der, err = x509.MarshalPKCS8PrivateKey(fresh); err != nil {
			return nil, nil, err
		}
		text = pem.EncodeToMemory(&pem.Block{Type: pemKey, Bytes: der})
		err = writeIn(dir, pendingFile, text)
	}
	if err != nil {
		return nil, nil, err
	}
	key, err = parseKey(text)
	return text, key, err
}

// request is a certificate request for key. The centre decides the name in it.
func request(key crypto.Signer) (string, error) {
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "collector"}}, key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: pemRequest, Bytes: der})), nil
}

// A code is what a person takes from the centre's page to the collector: 15
// random bytes and the first ten of the SHA-256 of the centre's authority, in
// eight groups of five letters. By the second half the collector knows the
// centre before it says the first.
const (
	secretSize = 15
	pinSize    = 10
)

var letters = base32.NewEncoding("ABCDEFGHJKLMNPQRSTUVWXYZ23456789").WithPadding(base32.NoPadding)

// NewCode makes a code for an authority (DER).
func NewCode(authority []byte) string {
	raw := make([]byte, secretSize, secretSize+pinSize)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails
	sum := sha256.Sum256(authority)
	return grouped(append(raw, sum[:pinSize]...))
}

// grouped writes the bytes of a code as people read them.
func grouped(raw []byte) string {
	var groups []string
	for part := range slices.Chunk([]byte(letters.EncodeToString(raw)), 5) {
		groups = append(groups, string(part))
	}
	return strings.Join(groups, "-")
}

// parseCode reads a code as a person may have typed it, and gives it as NewCode
// wrote it.
func parseCode(text string) (code string, pin []byte, err error) {
	plain := strings.NewReplacer("-", "", " ", "", "\t", "", "\r", "", "\n", "").Replace(strings.ToUpper(text))
	raw, err := letters.DecodeString(plain)
	if err != nil || len(raw) != secretSize+pinSize || len(plain) != letters.EncodedLen(len(raw)) {
		return "", nil, errors.New("the code is eight groups of five letters and digits; one of them is not as it was shown")
	}
	return grouped(raw), raw[secretSize:], nil
}

// HashCode is what a centre keeps of a code; "" when text is none.
func HashCode(text string) string {
	code, _, err := parseCode(text)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte("vonggac collector code\n" + code))
	return hex.EncodeToString(sum[:])
}

// trust is how the centre is known: by an authority that is known already, or
// whose SHA-256 begins with pin.
type trust struct {
	authority *x509.Certificate
	pin       []byte
	now       func() time.Time
}

// config is TLS to the centre. Names are not compared: the authority signs the
// centre's own server and nothing else that may serve, and the centre may be
// reached through translated addresses. A clock that is behind is no reason to
// stop: the certificate is then looked at as of its first day.
func (t *trust) config(own *tls.Certificate) *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true, VerifyConnection: t.verify}
	if own != nil {
		c.Certificates = []tls.Certificate{*own}
	}
	return c
}

func (t *trust) verify(s tls.ConnectionState) error {
	for _, c := range s.PeerCertificates {
		if t.authority != nil && c.Equal(t.authority) || t.authority == nil && t.fits(c) {
			t.authority = c
		}
	}
	if t.authority == nil {
		return errors.New("this is not the centre that gave the code: its authority is another")
	}
	roots := x509.NewCertPool()
	roots.AddCert(t.authority)
	leaf, now := s.PeerCertificates[0], t.now()
	if now.Before(leaf.NotBefore) {
		now = leaf.NotBefore
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}); err != nil {
		return fmt.Errorf("the centre's certificate: %w", err)
	}
	return nil
}

func (t *trust) fits(c *x509.Certificate) bool {
	sum := sha256.Sum256(c.Raw)
	return c.IsCA && len(t.pin) >= pinSize && string(sum[:len(t.pin)]) == string(t.pin)
}

// authorityOf reads the pinned authority of an identity.
func (i *Identity) authorityOf() (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(i.Authority))
	if block == nil {
		return nil, errors.New("the centre's authority is damaged: enrol again with a new code")
	}
	return x509.ParseCertificate(block.Bytes)
}
