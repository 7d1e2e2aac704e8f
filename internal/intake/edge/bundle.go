// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
)

// A bundle is blocks on the way to the centre by hand: bundleMark, the header as
// JSON, the encapsulated key, and the frames cut into pieces, each encrypted by
// HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305) with the header bound
// to all of them and the last marked as such; then the collector's signature
// (ECDSA, ASN.1) over the SHA-256 of everything before. Each part has its length
// before it, four bytes; the signature has it behind, two bytes, so that it can
// be checked before anything else is believed.
const (
	bundleMark  = "VONGGAC BUNDLE 1\n"
	piece       = 1 << 20
	mostHeader  = MostSaid
	mostSigned  = 512 // bytes of a signature
	signContext = "vonggac collector bundle 1\n"
)

// BundleHeader says what a bundle is, readable by whoever has it.
type BundleHeader struct {
	Collector string    `json:"collector"`
	Number    uint64    `json:"number"` // of the bundle, from 1
	Made      time.Time `json:"made"`
	First     uint64    `json:"first"`
	Last      uint64    `json:"last"`
	Hello     Hello     `json:"hello"` // how the collector was
}

// ErrBundle is anything that no bundle of this collector can be.
var ErrBundle = errors.New("this is no whole bundle of the collector")

func suite() (hpke.KEM, hpke.KDF, hpke.AEAD) {
	return hpke.DHKEM(ecdh.X25519()), hpke.HKDFSHA256(), hpke.ChaCha20Poly1305()
}

// SealKey is the centre's key that bundles are encrypted to, from 32 secret
// bytes.
func SealKey(secret []byte) (hpke.PrivateKey, error) {
	kem, _, _ := suite()
	return kem.DeriveKeyPair(secret)
}

// BundleWriter writes a bundle piece by piece.
type BundleWriter struct {
	to     io.Writer
	sum    hash.Hash
	sealed *hpke.Sender
	signer crypto.Signer
	buf    bytes.Buffer
}

// NewBundle begins a bundle for the holder of seal, signed by signer.
func NewBundle(to io.Writer, h BundleHeader, seal []byte, signer crypto.Signer) (*BundleWriter, error) {
	kem, kdf, aead := suite()
	key, err := kem.NewPublicKey(seal)
	if err != nil {
		return nil, fmt.Errorf("the centre's key for bundles: %w", err)
	}
	head, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	enc, sealed, err := hpke.NewSender(key, kdf, aead, head)
	if err != nil {
		return nil, err
	}
	w := &BundleWriter{sum: sha256.New(), sealed: sealed, signer: signer}
	w.sum.Write([]byte(signContext))
	w.to = io.MultiWriter(to, w.sum)
	if _, err := io.WriteString(w.to, bundleMark); err != nil {
		return nil, err
	}
	return w, errors.Join(w.part(head), w.part(enc))
}

func (w *BundleWriter) part(b []byte) error {
	if _, err := w.to.Write(binary.BigEndian.AppendUint32(nil, uint32(len(b)))); err != nil {
		return err
	}
	_, err := w.to.Write(b)
	return err
}

// Add adds a frame.
func (w *BundleWriter) Add(frame []byte) error {
	w.buf.Write(frame)
	for w.buf.Len() >= piece {
		if err := w.cut(w.buf.Next(piece), 0); err != nil {
			return err
		}
	}
	return nil
}

// cut writes one piece; last is 1 for the one that ends the bundle.
func (w *BundleWriter) cut(plain []byte, last byte) error {
	secret, err := w.sealed.Seal([]byte{last}, plain)
	if err != nil {
		return err
	}
	return w.part(secret)
}

// Close ends the bundle with its last piece and its signature.
func (w *BundleWriter) Close() error {
	if err := w.cut(w.buf.Bytes(), 1); err != nil {
		return err
	}
	if err := w.part(nil); err != nil {
		return err
	}
	sig, err := w.signer.Sign(rand.Reader, w.sum.Sum(nil), crypto.SHA256)
	if err != nil {
		return err
	}
	_, err = w.to.Write(binary.BigEndian.AppendUint16(sig, uint16(len(sig))))
	return err
}

// PeekBundle reads who a bundle says it is of, believing nothing.
func PeekBundle(r io.ReaderAt, size int64) (BundleHeader, error) {
	var h BundleHeader
	p := parts{r: io.NewSectionReader(r, 0, size)}
	p.mark()
	head := p.next(mostHeader)
	if p.err != nil {
		return h, p.err
	}
	if err := json.Unmarshal(head, &h); err != nil || h.Collector == "" || h.Number == 0 {
		return h, ErrBundle
	}
	return h, nil
}

// ReadBundle checks the signature of a bundle by the collector's key, opens it,
// and gives each block to take, in order. sum is the SHA-256 of the whole file,
// hexadecimal. A bundle that is not whole gives ErrBundle, and the one whose
// signature does not hold gives no block at all.
func ReadBundle(r io.ReaderAt, size int64, key *ecdsa.PublicKey, open hpke.PrivateKey, take func(frame []byte, b Block) error) (h BundleHeader, sum string, err error) {
	if h, err = PeekBundle(r, size); err != nil {
		return h, "", err
	}
	signed, sum, err := checkSignature(r, size, key)
	if err != nil {
		return h, sum, err
	}
	p := parts{r: io.NewSectionReader(r, 0, signed)}
	p.mark()
	head, enc := p.next(mostHeader), p.next(1<<10)
	if p.err != nil {
		return h, sum, p.err
	}
	_, kdf, aead := suite()
	opened, err := hpke.NewRecipient(enc, open, kdf, aead, head)
	if err != nil {
		return h, sum, fmt.Errorf("%w: %w", ErrBundle, err)
	}
	pr, pw := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		pw.CloseWithError(p.open(opened, pw))
	}()
	defer func() {
		pr.Close() // ends the goroutine when take fails
		<-done
	}()
	for {
		frame, err := ReadFrame(pr)
		if errors.Is(err, io.EOF) {
			return h, sum, nil
		}
		if err != nil {
			return h, sum, fmt.Errorf("%w: %w", ErrBundle, err)
		}
		b, err := Decode(frame)
		if err != nil {
			return h, sum, fmt.Errorf("%w: %w", ErrBundle, err)
		}
		if err := take(frame, b); err != nil {
			return h, sum, err
		}
	}
}

// open decrypts the pieces that are left into w.
func (p *parts) open(opened *hpke.Recipient, w io.Writer) error {
	ended := false
	for {
		secret := p.next(piece + 1<<10)
		switch {
		case p.err != nil:
			return p.err
		case len(secret) == 0 && ended:
			return nil
		case ended:
			return ErrBundle
		}
		plain, err := opened.Open([]byte{0}, secret)
		if err != nil {
			if plain, err = opened.Open([]byte{1}, secret); err != nil {
				return ErrBundle
			}
			ended = true
		}
		if _, err := w.Write(plain); err != nil {
			return err
		}
	}
}

// checkSignature gives how many bytes are signed, and the sum of the file.
func checkSignature(r io.ReaderAt, size int64, key *ecdsa.PublicKey) (signed int64, sum string, err error) {
	tail := make([]byte, 2)
	if size < int64(len(bundleMark))+2 {
		return 0, "", ErrBundle
	}
	if _, err := r.ReadAt(tail, size-2); err != nil {
		return 0, "", err
	}
	n := int64(binary.BigEndian.Uint16(tail))
	signed = size - 2 - n
	if n > mostSigned || signed < 0 {
		return 0, "", ErrBundle
	}
	sig := make([]byte, n)
	if _, err := r.ReadAt(sig, signed); err != nil {
		return 0, "", err
	}
	context, whole := sha256.New(), sha256.New()
	context.Write([]byte(signContext))
	if _, err := io.Copy(io.MultiWriter(context, whole), io.NewSectionReader(r, 0, signed)); err != nil {
		return 0, "", err
	}
	whole.Write(sig)
	whole.Write(tail)
	sum = hex.EncodeToString(whole.Sum(nil))
	if !ecdsa.VerifyASN1(key, context.Sum(nil), sig) {
		return signed, sum, fmt.Errorf("%w: its signature does not hold", ErrBundle)
	}
	return signed, sum, nil
}

// parts reads the parts of a bundle; after an error it reads nothing more.
type parts struct {
	r   io.Reader
	err error
}

func (p *parts) mark() {
	got := make([]byte, len(bundleMark))
	if _, err := io.ReadFull(p.r, got); err != nil || string(got) != bundleMark {
		p.err = ErrBundle
	}
}

func (p *parts) next(most uint32) []byte {
	if p.err != nil {
		return nil
	}
	var n [4]byte
	if _, err := io.ReadFull(p.r, n[:]); err != nil {
		p.err = ErrBundle
		return nil
	}
	size := binary.BigEndian.Uint32(n[:])
	if size > most {
		p.err = ErrBundle
		return nil
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(p.r, b); err != nil {
		p.err = ErrBundle
		return nil
	}
	return b
}
