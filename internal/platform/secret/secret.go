// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package secret seals what the records must keep but nobody should read in
// them: second factors, passwords of mail servers, keys that sign webhooks.
// The key is a file beside the records, so that a copy of the records alone
// gives nothing away; a backup holds both. Start at Open.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// FileName is the key's file in the data folder.
const FileName = "secret.key"

const keySize = 32 // AES-256

// Box seals and opens texts. It is safe for concurrent use.
type Box struct {
	aead cipher.AEAD
	key  []byte
}

// Open reads the key in dir, or makes one at the first call: 32 random bytes,
// readable by the owner of the process alone. A key of another size is refused.
func Open(dir string) (*Box, error) {
	path := filepath.Join(dir, FileName)
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = create(path)
	}
	if err != nil {
		return nil, fmt.Errorf("key of sealed values: %w", err)
	}
	return New(key)
}

// New makes a box with key, 32 bytes.
func New(key []byte) (*Box, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("key of sealed values: %d bytes, want %d", len(key), keySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("key of sealed values: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("key of sealed values: %w", err)
	}
	return &Box{aead, key}, nil
}

// create writes a new key under another name first, so that a process that
// dies leaves no short key behind.
func create(path string) ([]byte, error) {
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), FileName+".*")
	if err != nil {
		return nil, err
	}
	_, err = tmp.Write(key)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(tmp.Name()))
	}
	return key, nil
}

// Seal gives text as base64 that only Open with the same purpose reads.
// purpose says what the text is for, "account.totp:<id>": a sealed value moved
// to another place does not open there.
func (b *Box) Seal(purpose, text string) string {
	return base64.StdEncoding.EncodeToString(b.aead.Seal(nil, nil, []byte(text), []byte(purpose)))
}

// Open gives what Seal was given. It fails when sealed was changed, moved, or
// sealed with another key.
func (b *Box) Open(purpose, sealed string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", fmt.Errorf("sealed value of %s: %w", purpose, err)
	}
	text, err := b.aead.Open(nil, nil, raw, []byte(purpose))
	if err != nil {
		return "", fmt.Errorf("sealed value of %s does not open with the key in %s", purpose, FileName)
	}
	return string(text), nil
}

// Derive gives 32 bytes that follow from the key and purpose alone (HKDF-SHA256,
// RFC 5869): a key of its own for another use.
func (b *Box) Derive(purpose string) ([]byte, error) {
	out, err := hkdf.Key(sha256.New, b.key, nil, purpose, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive key for %s: %w", purpose, err)
	}
	return out, nil
}
