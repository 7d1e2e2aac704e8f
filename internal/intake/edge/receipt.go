// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"time"
)

// Receipt is what the centre says of a bundle it took.
type Receipt struct {
	Collector string    `json:"collector"`
	Bundle    uint64    `json:"bundle"` // its number
	Sum       string    `json:"sum"`    // SHA-256 of the file, hexadecimal
	First     uint64    `json:"first"`
	Last      uint64    `json:"last"`
	Taken     int64     `json:"taken"`    // blocks that were new
	Repeated  int64     `json:"repeated"` // blocks the centre had
	Refused   int64     `json:"refused"`  // blocks of a way the centre does not know
	Next      uint64    `json:"next"`     // number the centre wants: it has all before
	Missing   string    `json:"missing"`  // numbers below its highest that it has not got
	At        time.Time `json:"at"`
	Ways      []Way     `json:"ways"`
	WaysAt    int64     `json:"ways_at"`
}

// signedReceipt is the file.
type signedReceipt struct {
	Receipt   json.RawMessage `json:"receipt"`
	Signature []byte          `json:"signature"`
}

const receiptContext = "vonggac collector receipt 1\n"

// ErrReceipt means that a file is no receipt for this collector.
var ErrReceipt = errors.New("this is no receipt of the centre for this collector")

// Sign writes r as a file that only the centre can make.
func (r Receipt) Sign(key ed25519.PrivateKey) ([]byte, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return json.Marshal(signedReceipt{body, ed25519.Sign(key, append([]byte(receiptContext), body...))})
}

// ReadReceipt reads what Sign wrote. It fails with ErrReceipt.
func ReadReceipt(text, key []byte, collector string) (Receipt, error) {
	var s signedReceipt
	var r Receipt
	if json.Unmarshal(text, &s) != nil || len(key) != ed25519.PublicKeySize ||
		!ed25519.Verify(key, append([]byte(receiptContext), s.Receipt...), s.Signature) {
		return r, ErrReceipt
	}
	if json.Unmarshal(s.Receipt, &r) != nil || r.Collector != collector {
		return r, ErrReceipt
	}
	return r, nil
}
