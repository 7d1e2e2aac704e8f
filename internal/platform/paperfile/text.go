// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package paperfile

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// headLines are the lines at the top of a paper where its marks stand: Decree
// 30/2020 Annex I, boxes 10a and 10b.
const headLines = 60

// Decode reads text in UTF-8, UTF-16 with a mark, or one byte a letter as old
// Vietnamese files have it. It reports false for what is no text.
func Decode(data []byte) (string, bool) {
	var text string
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		raw, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		if err != nil {
			return "", false
		}
		text = string(raw)
	case utf8.Valid(data):
		text = string(bytes.TrimPrefix(data, []byte("\ufeff")))
	default:
		raw, err := charmap.Windows1252.NewDecoder().Bytes(data)
		if err != nil {
			return "", false
		}
		text = string(raw)
	}
	junk, n := 0, 0
	for _, r := range text {
		if n++; r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' || r == utf8.RuneError || r == 0x7f {
			junk++
		}
	}
	return text, junk*100 <= n
}

// lines takes plain text.
func (w *words) lines(text string) {
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '\f' }) {
		if len(w.head) < headLines {
			w.add(&w.head, line)
		} else {
			w.add(&w.body, line)
		}
	}
}

// xmlFile takes the text and the values of an XML file.
func (w *words) xmlFile(data []byte, l Limits) error {
	return walk(bytes.NewReader(data), l, func(t xml.Token) {
		switch t := t.(type) {
		case xml.CharData:
			if len(t) < 4096 { // longer ones are files within
				w.lines(string(t))
			}
		case xml.StartElement:
			for _, a := range t.Attr {
				if len(a.Value) < 4096 && a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					w.add(&w.body, a.Value)
				}
			}
		}
	})
}

// walk reads XML token by token. A document type, which may unfold without end,
// is refused, and so are elements deeper than l.Depth.
func walk(r io.Reader, l Limits, see func(xml.Token)) error {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // decoded before
	depth := 0
	for {
		t, err := d.RawToken() // names as written: prefixes of Office are always the same
		if errors.Is(err, io.EOF) {
			if depth != 0 {
				return refuse(Broken)
			}
			return nil
		}
		if errors.Is(err, errTooMuch) {
			return refuse(Bomb)
		}
		if err != nil {
			return refuse(Broken)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > l.Depth {
				return refuse(Bomb)
			}
		case xml.EndElement:
			depth--
		case xml.Directive:
			if bytes.HasPrefix(bytes.ToUpper(t), []byte("DOCTYPE")) {
				return refuse(Bomb)
			}
		}
		see(t)
	}
}
