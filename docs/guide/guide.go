// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package guide holds the guide to the product as Markdown, in Vietnamese and
// English, with its pictures. internal/centre/guide shows it. Headings carry
// their anchor, the same in both languages: "## Giải nén {#giai-nen}". Pictures
// are made by `go test ./internal/app/ -run Screenshots -screenshots`.
package guide

import "embed"

// FS is the tree: vi/<page>.md, en/<page>.md, images/<name>.<language>.webp.
//
//go:embed vi en images
var FS embed.FS
