// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// bill is the bill of materials of the program whose SHA-256 is sum: CycloneDX
// 1.6, JSON. Its serial number comes from sum, so that the same program has
// the same bill.
func (r release) bill(t target, sum string, parts []part) ([]byte, error) {
	bom := cdx.NewBOM()
	bom.SerialNumber = "urn:uuid:" + serial(sum)
	main := cdx.Component{BOMRef: "vonggac", Type: cdx.ComponentTypeApplication, Name: "vonggac", Version: r.version,
		Description: "Vọng Gác, " + t.String(), PackageURL: "pkg:golang/github.com/vonggac/vonggac@" + r.version,
		Hashes:   &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: sum}},
		Licenses: &cdx.Licenses{{License: &cdx.License{ID: "Apache-2.0"}}}}
	bom.Metadata = &cdx.Metadata{Timestamp: r.at.Format(time.RFC3339), Component: &main}
	var components []cdx.Component
	var refs []string
	for _, p := range parts {
		c := cdx.Component{BOMRef: p.purl, Type: cdx.ComponentTypeLibrary, Name: p.name, Version: p.version, PackageURL: p.purl}
		if l := licences(p); len(l) > 0 {
			c.Licenses = &l
		}
		switch kind, value, ok := strings.Cut(p.sum, "-"); {
		case ok && kind == "sha512":
			raw, err := base64.StdEncoding.DecodeString(value)
			if err != nil {
				return nil, fmt.Errorf("hash of %s: %w", p.name, err)
			}
			c.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA512, Value: hex.EncodeToString(raw)}}
		case p.sum != "": // Go's hash is of a list of hashes: no hash of one file
			c.Properties = &[]cdx.Property{{Name: "go:sum", Value: p.sum}}
		}
		components = append(components, c)
		refs = append(refs, p.purl)
	}
	bom.Components = &components
	bom.Dependencies = &[]cdx.Dependency{{Ref: "vonggac", Dependencies: &refs}}
	var b bytes.Buffer
	err := cdx.NewBOMEncoder(&b, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cdx.SpecVersion1_6)
	return b.Bytes(), err
}

// serial is a version 8 UUID (RFC 9562 §5.8) of the first bytes of sum.
func serial(sum string) string {
	b := []byte(sum[:32])
	b[12], b[16] = '8', 'a'
	return fmt.Sprintf("%s-%s-%s-%s-%s", b[:8], b[8:12], b[12:16], b[16:20], b[20:32])
}

// known are sentences by which a licence is told, with its SPDX identifier. The
// first that fits counts: longer licences stand before those they contain.
var known = []struct{ id, has string }{
	{"Apache-2.0", "Apache License"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License, version 2.0"},
	{"OFL-1.1", "SIL OPEN FONT LICENSE Version 1.1"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided"},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted, provided"},
	{"0BSD", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted."},
	{"BSD-3-Clause", "Neither the name of"},
	{"BSD-3-Clause", "names of its contributors may be used to endorse"},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms"},
	{"Unlicense", "This is free and unencumbered software released into the public domain"},
}

// licences are the identifiers of p's licences; a text nobody knows stands by
// the name of its file.
func licences(p part) cdx.Licenses {
	var list cdx.Licenses
	seen := map[string]bool{}
	for _, l := range p.texts {
		text := strings.Join(strings.Fields(l.text), " ")
		id := ""
		for _, k := range known {
			if id == "" && strings.Contains(text, k.has) {
				id = k.id
			}
		}
		switch {
		case id != "" && !seen[id]:
			list = append(list, cdx.LicenseChoice{License: &cdx.License{ID: id}})
		case id == "" && !strings.HasPrefix(strings.ToLower(l.file), "notice") && !strings.HasPrefix(strings.ToLower(l.file), "patents"):
			list = append(list, cdx.LicenseChoice{License: &cdx.License{Name: l.file}})
		}
		seen[id] = true
	}
	return list
}
