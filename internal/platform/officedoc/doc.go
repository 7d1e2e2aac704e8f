// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package officedoc prints Vietnamese official papers (Nghị định 30/2020/NĐ-CP,
// Phụ lục I: thể thức văn bản hành chính) as DOCX and as PDF.
//
// It owns the look of a paper: where the head, the number, the title, the body,
// the signature and the annexes stand, in which size, and how dates and numbers
// are written. It knows nothing of incidents, units or rule packs: callers build
// a [Paper] from their records and call [WriteDOCX] and [WritePDF].
//
// Both writers print the same compiled layout (layout.go), so a date, a number
// or a total cannot differ between the two files. The same Paper always gives
// the same bytes.
//
// Page: A4 portrait, margins top 20, bottom 20, left 30, right 15 mm (the decree
// allows 20–25, 20–25, 30–35, 15–20; the widest text area is chosen because the
// forms are mostly tables). An annex may lie on its side. Body 14 pt, everything
// else in step with it.
//
// Text is made NFC, control characters are removed, and any rune the printing
// font lacks is printed by its code, as in "[U+4E2D]", in both files; [Missing]
// lists them so that the caller can warn before the paper is signed. The same is
// done to right-to-left letters and to bidirectional controls, which would
// otherwise let a quoted file name or domain read differently than it is.
//
// Refused with an error: a table whose rows and columns do not agree, a chart
// whose figures and labels do not, a list deeper than four levels, and a paper
// that bears a mark of secrecy ([ErrSecret]).
//
// A mark of haste has the single frame the decree asks for, thick, with bold
// capitals, so that it stays plain on a printer of one colour. Where a signature
// and a seal go on the finished PDF is told by [Spots].
//
// Start at paper.go (what a paper says), then layout.go (where it stands).
package officedoc
