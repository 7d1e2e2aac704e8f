// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
	"github.com/vonggac/vonggac/internal/platform/signature"
)

// signerWidth and signerHeight are the room of a signer's image in millimetres.
const signerWidth, signerHeight = 50.0, 25.0

// suggest says where the decree wants an image: a signer's between title and name,
// a seal over the left third of that (Nghị định 30/2020/NĐ-CP, Phụ lục I, phần I,
// mục II.7, II.8).
func suggest(p Paper, report signature.Report, sheets []signature.Rect, kind Kind, image []byte, width int64) (page int, box signature.Rect, ok bool) {
	if kind == Body {
		for _, one := range report.Signatures { // the first is the competent person's
			if one.Page > 0 && one.Kind != signature.TimeStamp {
				box, ok = sealAt(one.Rect, image, width)
				return one.Page, box, ok
			}
		}
	}
	spot, ok, err := lint.SignerSpot(p.Data)
	if err != nil || !ok || spot.Page > len(sheets) {
		return 0, signature.Rect{}, false
	}
	const mm = signature.Millimetre
	sheet := sheets[spot.Page-1]
	signer := signature.Rect{X: sheet.X + spot.X*mm, Y: sheet.Y + sheet.H - (spot.Y+spot.Height)*mm, W: spot.Width * mm, H: spot.Height * mm}
	if kind == Body {
		box, ok = sealAt(signer, image, width)
		return spot.Page, box, ok
	}
	box, err = signature.Fit(image, signer)
	return spot.Page, box, err == nil
}

// notes are number and day of p in the places that its head left open, as the
// clerk's tool writes them (Nghị định 30/2020/NĐ-CP, Phụ lục I, phần I, mục II.3,
// II.4). A day is written only beside its own month and year.
func (p Paper) notes(sheets []signature.Rect) (out []signature.Look) {
	if !p.Body || p.Number == "" {
		return nil
	}
	number, day, month, year, err := lint.Blanks(p.Data)
	if err != nil { // what cannot be read leaves nothing open
		return nil
	}
	write := func(at *lint.Blank, words string) {
		if at == nil || at.Page > len(sheets) {
			return
		}
		sheet, wide := sheets[at.Page-1], officedoc.Width(words, false, at.Italic, at.Size)+2
		if wide > at.Width+4 {
			return
		}
		x := sheet.X + at.X + (at.Width-wide)/2
		y := sheet.Y + sheet.H - at.Baseline - 0.3*at.Size
		out = append(out, signature.Look{Page: at.Page, Rect: signature.Rect{X: x, Y: y, W: wide, H: 1.3 * at.Size}, Lines: []string{words}, Size: at.Size, Italic: at.Italic})
	}
	write(number, p.Number)
	if strings.TrimLeft(month, "0") == strconv.Itoa(int(p.Date.Month)) && year == strconv.Itoa(p.Date.Year) {
		write(day, fmt.Sprintf("%02d", p.Date.Day))
	}
	return out
}

// sealAt is a seal of its own width beside the signer's image.
func sealAt(signer signature.Rect, image []byte, width int64) (signature.Rect, bool) {
	own, err := sized(image, Body, width)
	return signature.Beside(signer, own.W, own.H), err == nil
}

// sized is how large an image is drawn, at the origin.
func sized(image []byte, kind Kind, width int64) (signature.Rect, error) {
	const mm = signature.Millimetre
	box := signature.Rect{W: signerWidth * mm, H: signerHeight * mm}
	if kind == Body {
		box = signature.Rect{W: float64(width) * mm, H: 10 * float64(width) * mm} // its width rules
	}
	fitted, err := signature.Fit(image, box)
	return signature.Rect{W: fitted.W, H: fitted.H}, err
}

// drawing is a key's image at a place of the paper.
func (s *Service) drawing(op string, p Paper, report signature.Report, sheets []signature.Rect, r keyRow, at Place) (*signature.Look, error) {
	const mm = signature.Millimetre
	image, err := s.unseal(r.imagePurpose(), r.Image)
	if err != nil {
		return nil, err
	}
	if at == (Place{}) {
		page, box, ok := suggest(p, report, sheets, Kind(r.Kind), image, r.ImageWidth)
		if !ok {
			return nil, fault.Bad(op, "page", "esign.bad.no_place")
		}
		return &signature.Look{Page: page, Rect: box, Image: image}, nil
	}
	if at.Page < 1 || at.Page > len(sheets) {
		return nil, fault.Bad(op, "page", "esign.bad.page")
	}
	box, err := sized(image, Kind(r.Kind), r.ImageWidth)
	if err != nil {
		return nil, err
	}
	sheet := sheets[at.Page-1]
	box.X, box.Y = sheet.X+at.Left*mm, sheet.Y+sheet.H-at.Top*mm-box.H
	bad := map[string]string{}
	if at.Left < 0 || math.IsNaN(at.Left) || box.X+box.W > sheet.X+sheet.W {
		bad["left"] = "esign.bad.outside"
	}
	if at.Top < 0 || math.IsNaN(at.Top) || box.Y < sheet.Y {
		bad["top"] = "esign.bad.outside"
	}
	if len(bad) > 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return &signature.Look{Page: at.Page, Rect: box, Image: image}, nil
}
