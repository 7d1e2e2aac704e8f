// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"strconv"
	"strings"
	"time"

	"github.com/go-fonts/liberation/liberationserifitalic"
	"github.com/go-fonts/liberation/liberationserifregular"
	"github.com/go-pdf/fpdf"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ErrLook says that what is to be drawn cannot be, or not there.
var ErrLook = errors.New("the signature cannot be drawn so")

// Rect is a place on a page, in points (1/72 inch) from its lower left corner.
type Rect struct{ X, Y, W, H float64 }

func (r Rect) array() array {
	out := array{}
	for _, n := range []float64{r.X, r.Y, r.X + r.W, r.Y + r.H} {
		out = append(out, number(strconv.FormatFloat(n, 'f', 2, 64)))
	}
	return out
}

// Look is what a signature draws: an image or lines of text, not both.
type Look struct {
	Page  int // from 1
	Rect  Rect
	Image []byte   // PNG with transparent ground, fitted into the place
	Lines []string // Times-like letters, black, from the top, at the right
	// Size of the letters in points, 10 when zero; Italic makes them lean.
	Size   float64
	Italic bool
}

const (
	maxImage  = 4 << 20 // bytes
	maxPixels = 16 << 20
	fontSize  = 10.0 // NĐ 30/2020/NĐ-CP, Phụ lục I, of signatures on annexes
)

// Millimetre is a millimetre in points.
const Millimetre = 72 / 25.4

// Beside is where a body's seal goes: as large as size, covering about a third of
// the signer's image on its left (NĐ 30/2020/NĐ-CP, Phụ lục I, phần I.II.8).
func Beside(signer Rect, w, h float64) Rect {
	return Rect{X: signer.X + signer.W/3 - w, Y: signer.Y + signer.H/2 - h/2, W: w, H: h}
}

// Centred is where an image of w by h goes between the title of a signer, whose
// lower edge is at top, and the name, whose upper edge is at bottom, both centred
// on x: as large as fits, never larger than it is.
func Centred(x, bottom, top, w, h float64) Rect {
	if room := top - bottom; h > room && h > 0 {
		w, h = w*room/h, room
	}
	return Rect{X: x - w/2, Y: (bottom+top)/2 - h/2, W: w, H: h}
}

// OnAnnex is what a body's signature draws on an annex in a file of its own: no
// image, number and symbol of the paper and the time in Vietnam's zone (ISO
// 8601), at the top right of its first page, which is width by height.
func OnAnnex(code string, at time.Time, width, height float64) Look {
	const w, h = 170, 30
	return Look{Page: 1, Rect: Rect{X: width - 15*Millimetre - w, Y: height - 8*Millimetre - h, W: w, H: h},
		Lines: []string{code, at.In(i18n.Hanoi).Format("2006-01-02T15:04:05-07:00")}}
}

// Fit is an image of raw as large as the box holds, in its proportions and centred.
// Errors: ErrLook.
func Fit(raw []byte, box Rect) (Rect, error) {
	img, err := readImage(raw)
	if err != nil {
		return Rect{}, err
	}
	w, h := float64(img.Bounds().Dx()), float64(img.Bounds().Dy())
	scale := min(box.W/w, box.H/h)
	return Centred(box.X+box.W/2, box.Y, box.Y+box.H, w*scale, h*scale), nil
}

// CheckImage fails with ErrLook for what is no PNG with a transparent ground.
func CheckImage(raw []byte) error {
	_, err := readImage(raw)
	return err
}

// readImage reads a PNG anew as 8 bits a channel: the printer knows no other.
func readImage(raw []byte) (*image.NRGBA, error) {
	if len(raw) > maxImage {
		return nil, fmt.Errorf("%w: image of %d bytes", ErrLook, len(raw))
	}
	c, err := png.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: no PNG image: %w", ErrLook, err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width*c.Height > maxPixels {
		return nil, fmt.Errorf("%w: image of %d by %d", ErrLook, c.Width, c.Height)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: no PNG image: %w", ErrLook, err)
	}
	out := image.NewNRGBA(img.Bounds())
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
	if out.Opaque() {
		return nil, fmt.Errorf("%w: the ground of the image is not transparent", ErrLook)
	}
	return out, nil
}

// draw makes the appearance of a signature: a page is printed as papers are, and
// taken over as a form (ISO 32000-1 §8.10).
func (u *update) draw(l Look) (ref, error) {
	if l.Rect.W <= 0 || l.Rect.H <= 0 || l.Rect.W > 14400 || l.Rect.H > 14400 || (len(l.Image) > 0) == (len(l.Lines) > 0) {
		return ref{}, fmt.Errorf("%w: %v", ErrLook, l.Rect)
	}
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", OrientationStr: "P", Size: fpdf.SizeType{Wd: l.Rect.W, Ht: l.Rect.H}})
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.SetCatalogSort(true)
	doc.SetCreationDate(time.Unix(0, 0))
	doc.AddPageFormat("P", fpdf.SizeType{Wd: l.Rect.W, Ht: l.Rect.H})
	if len(l.Image) > 0 {
		img, err := readImage(l.Image)
		if err != nil {
			return ref{}, err
		}
		var again bytes.Buffer
		if err := png.Encode(&again, img); err != nil {
			return ref{}, err
		}
		w, h := float64(img.Bounds().Dx()), float64(img.Bounds().Dy())
		scale := min(l.Rect.W/w, l.Rect.H/h)
		doc.RegisterImageOptionsReader("look", fpdf.ImageOptions{ImageType: "PNG"}, &again)
		doc.ImageOptions("look", (l.Rect.W-w*scale)/2, (l.Rect.H-h*scale)/2, w*scale, h*scale, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
	} else {
		face, size := liberationserifregular.TTF, cmp.Or(l.Size, fontSize)
		if l.Italic {
			face = liberationserifitalic.TTF
		}
		doc.AddUTF8FontFromBytes("serif", "", face)
		doc.SetFont("serif", "", size)
		doc.SetTextColor(0, 0, 0)
		for i, line := range l.Lines {
			line = i18n.NFC(strings.Map(func(r rune) rune {
				if r < ' ' || r == 127 {
					return ' '
				}
				return r
			}, line))
			doc.Text(max(0, l.Rect.W-doc.GetStringWidth(line)-1), size*(1+1.2*float64(i)), line)
		}
	}
	var printed bytes.Buffer
	if err := doc.Output(&printed); err != nil {
		return ref{}, fmt.Errorf("%w: %w", ErrLook, err)
	}
	return u.adopt(printed.Bytes(), l.Rect)
}

// adopt takes the first page of another file over as a form.
func (u *update) adopt(data []byte, r Rect) (ref, error) {
	from, err := readPDF(data)
	if err != nil {
		return ref{}, err
	}
	pages, err := from.pages()
	if err != nil {
		return ref{}, err
	}
	body, err := from.resolve(pages[0].dict["Contents"])
	if err != nil {
		return ref{}, err
	}
	s, ok := body.(*stream)
	if !ok {
		return ref{}, ErrDamaged
	}
	moved := map[ref]ref{}
	resources, err := u.bring(from, pages[0].dict["Resources"], moved, 0)
	if err != nil {
		return ref{}, err
	}
	at := u.next()
	d := dict{"Type": name("XObject"), "Subtype": name("Form"), "Resources": resources,
		"BBox": array{number("0"), number("0"), number(strconv.FormatFloat(r.W, 'f', 2, 64)), number(strconv.FormatFloat(r.H, 'f', 2, 64))}}
	if f, ok := s.dict["Filter"]; ok {
		d["Filter"] = f
	}
	u.put(at, &stream{d, s.raw})
	return at, nil
}

// bring copies an object of another file with all it refers to.
func (u *update) bring(from *pdf, o object, moved map[ref]ref, depth int) (object, error) {
	if depth > maxDepth {
		return nil, ErrTooMuch
	}
	switch v := o.(type) {
	case ref:
		if to, ok := moved[v]; ok {
			return to, nil
		}
		to := u.next()
		moved[v] = to
		body, err := from.get(v)
		if err != nil {
			return nil, err
		}
		body, err = u.bring(from, body, moved, depth+1)
		u.put(to, body)
		return to, err
	case array:
		out := make(array, len(v))
		for i := range v {
			var err error
			if out[i], err = u.bring(from, v[i], moved, depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	case dict:
		return u.bringDict(from, v, moved, depth)
	case *stream:
		d, err := u.bringDict(from, v.dict, moved, depth)
		return &stream{d, v.raw}, err
	}
	return o, nil
}

func (u *update) bringDict(from *pdf, d dict, moved map[ref]ref, depth int) (dict, error) {
	out := dict{}
	for k, v := range d {
		var err error
		if out[k], err = u.bring(from, v, moved, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}
