// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
)

// Head is the end of the chain at some time: whoever noted one can tell later
// that nothing before it was changed or taken away.
type Head struct {
	Seq       int64  `json:"seq"`       // entries sealed so far; the chain starts at 1
	Hash      string `json:"hash"`      // hex SHA-256 of the last one
	Signature string `json:"signature"` // base64 Ed25519 over Seq and Hash
}

// link is the hash of an entry in its place: the SHA-256, in hexadecimal, of its
// number, the hash before it and all its fields, each as a netstring
// ("5:hello,") so that nothing can move from one field to the next.
func link(seq int64, prev string, r Row) string {
	h := sha256.New()
	for _, part := range []string{"vonggac-audit-1", strconv.FormatInt(seq, 10), prev, r.ID, strconv.FormatInt(r.At.UnixMilli(), 10),
		r.ActorID, r.ActorName, r.Action, r.Kind, r.Object, r.UnitID, r.Detail, r.Elevated} {
		fmt.Fprintf(h, "%d:%s,", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func statement(seq int64, hash string) []byte {
	return fmt.Appendf(nil, "vonggac-audit-head-1\n%d\n%s\n", seq, hash)
}

func sign(key ed25519.PrivateKey, seq int64, hash string) string {
	return base64.StdEncoding.EncodeToString(ed25519.Sign(key, statement(seq, hash)))
}

// signed reports whether h was signed with the key whose public half is given.
func (h Head) signed(public ed25519.PublicKey) bool {
	sig, err := base64.StdEncoding.DecodeString(h.Signature)
	return err == nil && ed25519.Verify(public, statement(h.Seq, h.Hash), sig)
}
