// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import "fmt"

// Role says what a [Spot] is kept for.
type Role string

// The roles.
const (
	SignerSpot Role = "signer" // Ô 7c: the signer's image, blue, between title and name
	SealSpot   Role = "seal"   // Ô 8: the body's seal, red, over the left third of the signer's image
	CopySpot   Role = "copy"   // Ô 14: the body's signature on an electronic copy or an annex in a file of its own, top right of page 1
)

// Spot is a rectangle on a page of the PDF in millimetres from the upper left
// corner of the page; pages count from 1 over the whole file.
type Spot struct {
	Role                Role
	Page                int
	X, Y, Width, Height float64
}

// Sizes of the spots in millimetres. A seal is 36 across, that of a circle with
// the national emblem; the decree wants it in its own size.
const (
	signerWidth  = 50.0
	sealSize     = 36.0
	copyWidth    = 80.0
	copyHeight   = 14.0
	copyFromTop  = 4.0
	overlapShare = 1.0 / 3
)

// Spots tells where signatures and seals belong on the PDF that [WritePDF] makes
// of p (Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.7, II.8 and the place of Ô
// 14): always the corner for copies, and a signer and a seal for each block of
// signature, in the order of the paper. It fails as WritePDF does.
func Spots(p Paper) ([]Spot, error) {
	b, err := compile(p)
	if err != nil {
		return nil, err
	}
	d := newPDF(b)
	d.draw(b)
	if err := d.pdf.Error(); err != nil {
		return nil, fmt.Errorf("officedoc: spots: %w", err)
	}
	corner := Spot{Role: CopySpot, Page: 1, X: (pageWidth-marginRight)/mm - copyWidth, Y: copyFromTop, Width: copyWidth, Height: copyHeight}
	return append([]Spot{corner}, d.spots...), nil
}

// spot keeps clear space and remembers where it lies.
func (d *pdfDoc) spot(s spot, width float64) item {
	return item{height: s.height, draw: func(x, y float64) {
		left, top, high := (x+width/2)/mm-signerWidth/2, y/mm, s.height/mm
		page := d.pdf.PageNo()
		d.spots = append(d.spots,
			Spot{Role: s.role, Page: page, X: left, Y: top, Width: signerWidth, Height: high},
			Spot{Role: SealSpot, Page: page, X: left + signerWidth*overlapShare - sealSize, Y: top + (high-sealSize)/2, Width: sealSize, Height: sealSize})
	}}
}
