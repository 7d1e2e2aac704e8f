// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// Signing is how a PDF is signed.
type Signing struct {
	By       Identity
	At       time.Time // what the signer says
	Field    string    // an empty field of the file, or a new one; empty makes a name
	Reason   string
	Location string
	Look     *Look // what is drawn; nil draws nothing
	// Notes are words laid over pages with the signature, which covers them: number
	// and day of a paper that was signed before it had them.
	Notes []Look
	// Stamp asks an authority for a time stamp (RFC 3161) of the signature; nil
	// asks none.
	Stamp func(signature []byte) (token []byte, err error)
}

// SignPDF adds a signature to a file, which stays as it is up to there: what was
// signed before stays so. Errors: those of VerifyPDF, ErrIdentity, ErrLook.
func SignPDF(data []byte, s Signing) ([]byte, error) {
	if err := s.By.Check(); err != nil {
		return nil, err
	}
	u, err := newUpdate(data)
	if err != nil {
		return nil, err
	}
	room := 6144
	for _, c := range s.By.Chain {
		room += len(c.Raw)
	}
	if s.Stamp != nil {
		room += 16384
	}
	sig := u.next()
	if err := u.place(s, sig); err != nil {
		return nil, err
	}
	for _, n := range s.Notes {
		if err := u.lay(n); err != nil {
			return nil, err
		}
	}
	hole := text(make([]byte, room))
	wide := number("0000000000")
	d := dict{"Type": name("Sig"), "Filter": name("Adobe.PPKLite"), "SubFilter": name("adbe.pkcs7.detached"), "ByteRange": array{wide, wide, wide, wide},
		"Contents": hole, "M": text("D:" + s.At.UTC().Format("20060102150405") + "Z"), "Name": spell(s.By.Chain[0].Subject.CommonName)}
	if s.Reason != "" {
		d["Reason"] = spell(s.Reason)
	}
	if s.Location != "" {
		d["Location"] = spell(s.Location)
	}
	u.put(sig, d)
	out := u.finish()
	from := u.offsets[sig.num]
	start := from + bytes.Index(out[from:], []byte("/Contents <")) + len("/Contents ")
	end := start + 2*room + 2
	span := fmt.Sprintf("[%010d %010d %010d %010d]", 0, start, end, len(out)-end)
	at := from + bytes.Index(out[from:], []byte("/ByteRange ")) + len("/ByteRange ")
	copy(out[at:], span)
	cms, err := s.By.makeCMS(s.At, s.Stamp, out[:start], out[end:])
	if err != nil {
		return nil, err
	}
	if len(cms) > room {
		return nil, fmt.Errorf("signature of %d bytes: %w", len(cms), ErrTooMuch)
	}
	hex.Encode(out[start+1:], cms)
	return out, stands(out)
}

// stands fails for a signed file that could not be checked, for what was odd in
// it before.
func stands(out []byte) error {
	r, err := VerifyPDF(out, Trust{}, time.Time{})
	if err != nil {
		return err
	}
	if n := len(r.Signatures); n == 0 || !r.Signatures[n-1].Whole || r.Signatures[n-1].State == Broken {
		return fmt.Errorf("%w: a signature on it does not hold", ErrDamaged)
	}
	return nil
}

// spell is a text string of PDF: UTF-16 where Latin letters do not suffice.
func spell(s string) text {
	plain := true
	for _, r := range s {
		plain = plain && r >= ' ' && r < 127
	}
	if plain {
		return text(s)
	}
	out := text{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.BigEndian.AppendUint16(out, u)
	}
	return out
}

// update is a revision that is being added to a file (ISO 32000-1 §7.5.6).
type update struct {
	*pdf
	objects map[ref]object
	last    int // highest number in use
	offsets map[int]int
}

func newUpdate(data []byte) (*update, error) {
	f, err := readPDF(data)
	if err != nil {
		return nil, err
	}
	last := 0
	for n := range f.xref {
		last = max(last, n)
	}
	if size, ok := intOf(f.trailer["Size"]); ok {
		last = max(last, size-1)
	}
	return &update{f, map[ref]object{}, last, map[int]int{}}, nil
}

func (u *update) next() ref { u.last++; return ref{u.last, 0} }

func (u *update) put(r ref, o object) { u.objects[r] = o }

// place makes the field of a signature, or takes the one that is there.
func (u *update) place(s Signing, sig ref) error {
	pages, err := u.pages()
	if err != nil {
		return err
	}
	n := 1
	if s.Look != nil {
		n = s.Look.Page
	}
	if n < 1 || n > len(pages) || pages[n-1].ref == (ref{}) {
		return fmt.Errorf("%w: page %d of %d", ErrLook, n, len(pages))
	}
	on := pages[n-1].ref
	fields, err := u.fields()
	if err != nil {
		return err
	}
	if s.Field == "" {
		for i := 1; s.Field == ""; i++ {
			if name := "Signature" + strconv.Itoa(i); fields[name].kind == "" {
				s.Field = name
			}
		}
	}
	widget := dict{"Type": name("Annot"), "Subtype": name("Widget"), "FT": name("Sig"), "T": spell(s.Field), "F": number("132"), "P": on,
		"Rect": array{number("0"), number("0"), number("0"), number("0")}}
	at, known := u.next(), false
	if f, ok := fields[s.Field]; ok {
		if f.kind != "Sig" || f.value != nil || f.ref == (ref{}) || f.dict["Subtype"] != name("Widget") {
			return fmt.Errorf("%w: field %q is taken", ErrLook, s.Field)
		}
		widget, at, known = maps.Clone(f.dict), f.ref, true
	}
	widget["V"] = sig
	if s.Look != nil {
		if !known {
			widget["Rect"] = s.Look.Rect.array()
		}
		form, err := u.draw(*s.Look)
		if err != nil {
			return err
		}
		widget["AP"] = dict{"N": form}
	}
	u.put(at, widget)
	if known {
		return nil
	}
	if err := u.annotate(on, at); err != nil {
		return err
	}
	return u.register(at)
}

// lay writes words over a page, as a stamp (ISO 32000-1 §12.5.6.12).
func (u *update) lay(l Look) error {
	pages, err := u.pages()
	if err != nil {
		return err
	}
	if l.Page < 1 || l.Page > len(pages) || pages[l.Page-1].ref == (ref{}) || len(l.Lines) == 0 {
		return fmt.Errorf("%w: page %d of %d", ErrLook, l.Page, len(pages))
	}
	form, err := u.draw(l)
	if err != nil {
		return err
	}
	at, on := u.next(), pages[l.Page-1].ref
	u.put(at, dict{"Type": name("Annot"), "Subtype": name("Stamp"), "F": number("196"), "P": on, "Rect": l.Rect.array(), // printed, locked, not to be changed
		"Contents": spell(strings.Join(l.Lines, "\n")), "AP": dict{"N": form}})
	return u.annotate(on, at)
}

// annotate lays a widget over a page.
func (u *update) annotate(on, widget ref) error {
	d, err := u.newest(on)
	if err != nil {
		return err
	}
	list, err := u.arrayOf(d["Annots"])
	if err != nil {
		return err
	}
	d = maps.Clone(d)
	d["Annots"] = append(slices.Clone(list), widget)
	u.put(on, d)
	return nil
}

// newest is a dictionary as this revision has it.
func (u *update) newest(r ref) (dict, error) {
	if d, ok := u.objects[r].(dict); ok {
		return d, nil
	}
	return u.dictOf(r)
}

// register makes a field known to the form of the file.
func (u *update) register(widget ref) error {
	c, err := u.catalog()
	if err != nil {
		return err
	}
	form, err := u.dictOf(c["AcroForm"])
	if err != nil {
		return err
	}
	list, err := u.arrayOf(form["Fields"])
	if err != nil {
		return err
	}
	form = maps.Clone(form)
	if form == nil {
		form = dict{}
	}
	form["Fields"], form["SigFlags"] = append(slices.Clone(list), widget), number("3")
	if r, ok := c["AcroForm"].(ref); ok {
		u.put(r, form)
		return nil
	}
	c = maps.Clone(c)
	c["AcroForm"] = form
	u.put(u.trailer["Root"].(ref), c)
	return nil
}

// finish prints the file with its new revision, whose cross-reference is of the
// kind the last one has.
func (u *update) finish() []byte {
	w := bytes.NewBuffer(bytes.Clone(u.data))
	if !bytes.HasSuffix(u.data, []byte("\n")) {
		w.WriteByte('\n')
	}
	order := slices.SortedFunc(maps.Keys(u.objects), func(a, b ref) int { return a.num - b.num })
	for _, r := range order {
		u.offsets[r.num] = w.Len()
		fmt.Fprintf(w, "%d %d obj\n", r.num, r.gen)
		write(w, u.objects[r])
		w.WriteString("\nendobj\n")
	}
	trailer := dict{"Root": u.trailer["Root"], "Prev": number(strconv.Itoa(u.start)), "Size": number(strconv.Itoa(u.last + 1))}
	for _, k := range []name{"Info", "ID"} {
		if v, ok := u.trailer[k]; ok {
			trailer[k] = v
		}
	}
	at := w.Len()
	if u.tables {
		w.WriteString("xref\n")
		for _, r := range order {
			fmt.Fprintf(w, "%d 1\n%010d %05d n\r\n", r.num, u.offsets[r.num], r.gen)
		}
		w.WriteString("trailer\n")
		write(w, trailer)
	} else {
		self := ref{u.last + 1, 0}
		u.offsets[self.num] = at
		trailer["Type"], trailer["Size"] = name("XRef"), number(strconv.Itoa(u.last+2))
		trailer["W"] = array{number("1"), number("8"), number("2")}
		var index array
		var raw []byte
		for _, r := range append(order, self) {
			index = append(index, number(strconv.Itoa(r.num)), number("1"))
			raw = append(raw, 1)
			raw = binary.BigEndian.AppendUint64(raw, uint64(u.offsets[r.num]))
			raw = binary.BigEndian.AppendUint16(raw, uint16(r.gen))
		}
		trailer["Index"] = index
		fmt.Fprintf(w, "%d 0 obj\n", self.num)
		write(w, &stream{trailer, raw})
		w.WriteString("\nendobj")
	}
	fmt.Fprintf(w, "\nstartxref\n%d\n%%%%EOF\n", at)
	return w.Bytes()
}
