// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var at = time.Date(2026, 11, 22, 4, 0, 0, 500, time.UTC)

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	entries := []entry{{"LICENSE", 0o644, []byte("text")}, {"guide/bắt đầu.md", 0o644, []byte("# Bắt đầu")}, {"vonggac", 0o755, bytes.Repeat([]byte("x"), 1<<16)}}
	var first, second, zipped, again bytes.Buffer
	for _, err := range []error{packTar(&first, "v", entries, at), packTar(&second, "v", entries, at.In(time.FixedZone("", 7*3600))),
		packZip(&zipped, "v", entries, at), packZip(&again, "v", entries, at.In(time.FixedZone("", 7*3600)))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) || !bytes.Equal(zipped.Bytes(), again.Bytes()) {
		t.Error("the same entries gave other bytes")
	}
}

func TestBill(t *testing.T) {
	t.Parallel()
	r := release{version: "1.2.0", at: at}
	parts := []part{{name: "example.org/a", version: "v1.0.0", purl: "pkg:golang/example.org/a@v1.0.0", sum: "h1:abc=",
		texts: []licence{{"LICENSE", "Permission is hereby granted, free of charge,\nto any person obtaining a copy"}, {"NOTICE", "x"}}},
		{name: "@x/y", version: "2.0.0", purl: "pkg:npm/%40x/y@2.0.0", sum: "sha512-AAECAw==", texts: []licence{{"LICENSE-ODD", "do what you like"}}}}
	sum := strings.Repeat("ab", 32)
	raw, err := r.bill(targets[0], sum, parts)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.bill(targets[0], sum, parts)
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("the bill changes by itself, %v", err)
	}
	var bom struct {
		BomFormat, SpecVersion, SerialNumber string
		Components                           []struct {
			Name, Purl string
			Licenses   []struct{ License struct{ ID, Name string } }
			Hashes     []struct{ Alg, Content string }
		}
	}
	if err := json.Unmarshal(raw, &bom); err != nil {
		t.Fatal(err)
	}
	// The pattern of serialNumber in the schema of CycloneDX 1.6.
	uuid := regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	if bom.BomFormat != "CycloneDX" || bom.SpecVersion != "1.6" || !uuid.MatchString(bom.SerialNumber) || len(bom.Components) != 2 {
		t.Fatalf("bill %s", raw)
	}
	if c := bom.Components[0]; len(c.Licenses) != 1 || c.Licenses[0].License.ID != "MIT" {
		t.Errorf("licences of a: %+v", c.Licenses)
	}
	if c := bom.Components[1]; c.Licenses[0].License.Name != "LICENSE-ODD" || c.Hashes[0].Content != "00010203" {
		t.Errorf("y is %+v", c)
	}
}

func TestAMissingLicenceStopsTheRelease(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("package-lock.json", `{"packages": {"": {}, "node_modules/htmx.org": {"version": "4.0.1", "integrity": "sha512-AA=="}, "node_modules/esbuild": {"version": "1"}}}`)
	put("node_modules/htmx.org/htmx.js", "")
	if _, err := npmParts(dir, t.TempDir()); err == nil || !strings.Contains(err.Error(), "htmx.org: no licence file") {
		t.Errorf("without licence: %v", err)
	}
	put("node_modules/htmx.org/LICENSE", "Zero-Clause BSD")
	if parts, err := npmParts(dir, t.TempDir()); err != nil || len(parts) != 1 || !strings.Contains(string(notices(parts)), "Zero-Clause BSD") {
		t.Errorf("with licence: %v, %v", parts, err)
	}
	put("package-lock.json", `{"packages": {"node_modules/new-thing": {"version": "1"}}}`)
	if _, err := npmParts(dir, t.TempDir()); err == nil || !strings.Contains(err.Error(), "new-thing") {
		t.Errorf("an unknown package: %v", err)
	}
}
