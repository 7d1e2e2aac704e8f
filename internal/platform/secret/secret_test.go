// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package secret_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/secret"
)

func TestSealedOpensAgainWithTheSameKeyAndPurposeOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := secret.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	sealed := first.Seal("mail.password", "mật khẩu")
	again, err := secret.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open("mail.password", sealed); err != nil || got != "mật khẩu" {
		t.Errorf("opened %q, %v", got, err)
	}
	if got, err := again.Open("other", sealed); err == nil {
		t.Errorf("opened %q under another purpose", got)
	}
	other, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := other.Open("mail.password", sealed); err == nil {
		t.Errorf("opened %q with another key", got)
	}
	a, err := first.Derive("audit")
	if err != nil {
		t.Fatal(err)
	}
	b, err := again.Derive("audit")
	if err != nil || !bytes.Equal(a, b) || len(a) != 32 {
		t.Errorf("derived %x and %x, %v", a, b, err)
	}
	if c, err := first.Derive("other"); err != nil || bytes.Equal(a, c) {
		t.Errorf("derived the same for another purpose, %v", err)
	}
	once, twice := first.Seal("p", "x"), first.Seal("p", "x")
	if once == twice {
		t.Error("the same text sealed twice looks the same")
	}
}

func TestShortKeyIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, secret.FileName), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Open(dir); err == nil {
		t.Error("a key of five bytes was taken")
	}
}
