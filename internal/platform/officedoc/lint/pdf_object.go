// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// Objects of ISO 32000-1 §7.3. Numbers are float64, booleans bool, null nil.
type (
	pdfName   string
	pdfRef    int
	pdfString string
	pdfArray  []any
	pdfDict   map[pdfName]any
	pdfStream struct {
		dict pdfDict
		raw  []byte
	}
	pdfOp string // an operator of a content stream
)

const (
	maxObjects  = 300_000
	pdfDeepest  = 60
	maxElements = 3_000_000 // of all content streams
)

// pdfFile is a file's objects, the newest of each number. It reads them in the
// order of the file instead of by its cross-reference table: the later revision
// stands later, and a broken or lying table does no harm.
type pdfFile struct {
	objects map[int]any
	root    any
	room    int // bytes that may still be unpacked
}

var objectHead = regexp.MustCompile(`(\d{1,7})[\s\x00]+\d{1,5}[\s\x00]+obj\b`)

func openPDF(raw []byte) (*pdfFile, error) {
	f := &pdfFile{objects: map[int]any{}, room: maxUnpacked}
	for at := 0; at < len(raw); {
		head := objectHead.FindSubmatchIndex(raw[at:])
		trailer := bytes.Index(raw[at:], []byte("trailer"))
		if trailer >= 0 && (head == nil || trailer < head[0]) {
			lx := &lexer{b: raw, at: at + trailer + len("trailer")}
			if err := f.trailer(lx.value(0)); err != nil {
				return nil, err
			}
			at = max(lx.at, at+trailer+len("trailer"))
			continue
		}
		if head == nil {
			break
		}
		n, err := strconv.Atoi(string(raw[at+head[2] : at+head[3]]))
		if err != nil || len(f.objects) > maxObjects {
			return nil, fmt.Errorf("%w: too many objects", ErrTooLarge)
		}
		lx := &lexer{b: raw, at: at + head[1]}
		v := lx.value(0)
		next := max(lx.at, at+head[1])
		if d, ok := v.(pdfDict); ok {
			if s, end, ok := lx.stream(d); ok {
				v, next = s, end
			}
		}
		f.objects[n] = v
		at = next
		s, ok := v.(pdfStream)
		if !ok {
			continue
		}
		switch s.dict["Type"] {
		case pdfName("XRef"):
			if err := f.trailer(s.dict); err != nil {
				return nil, err
			}
		case pdfName("ObjStm"):
			if err := f.unpack(s); err != nil {
				return nil, err
			}
		}
	}
	if f.root == nil {
		return nil, fmt.Errorf("%w: no catalogue", ErrBroken)
	}
	return f, nil
}

func (f *pdfFile) trailer(v any) error {
	d, ok := v.(pdfDict)
	if !ok {
		return nil
	}
	if d["Encrypt"] != nil {
		return ErrEncrypted
	}
	if d["Root"] != nil {
		f.root = d["Root"]
	}
	return nil
}

// unpack reads the objects of an object stream (§7.5.7).
func (f *pdfFile) unpack(s pdfStream) error {
	data, err := f.data(s)
	if errors.Is(err, ErrTooLarge) {
		return err
	}
	if err != nil {
		return nil // what it holds is missing, and is missed where it is used
	}
	first, _ := f.number(s.dict["First"])
	count, _ := f.number(s.dict["N"])
	if first < 0 || int(first) > len(data) {
		return nil
	}
	index := &lexer{b: data[:int(first)]}
	for range int(min(max(count, 0), maxObjects)) {
		n, ok1 := index.value(0).(float64)
		at, ok2 := index.value(0).(float64)
		if !ok1 || !ok2 || at < 0 || int(first+at) > len(data) || len(f.objects) > maxObjects {
			break
		}
		f.objects[int(n)] = (&lexer{b: data, at: int(first + at)}).value(0)
	}
	return nil
}

// get follows references.
func (f *pdfFile) get(v any) any {
	for range pdfDeepest {
		r, ok := v.(pdfRef)
		if !ok {
			return v
		}
		v = f.objects[int(r)]
	}
	return nil
}

func (f *pdfFile) dict(v any) pdfDict {
	switch v := f.get(v).(type) {
	case pdfDict:
		return v
	case pdfStream:
		return v.dict
	}
	return nil
}

func (f *pdfFile) array(v any) pdfArray { a, _ := f.get(v).(pdfArray); return a }

func (f *pdfFile) name(v any) string { n, _ := f.get(v).(pdfName); return string(n) }

func (f *pdfFile) number(v any) (float64, bool) { n, ok := f.get(v).(float64); return n, ok }

// errFilter is returned for a stream packed in a way that is not read here.
var errFilter = errors.New("unknown filter")

// data unpacks a stream, within the file's room.
func (f *pdfFile) data(s pdfStream) ([]byte, error) {
	filters := f.array(s.dict["Filter"])
	if n := f.name(s.dict["Filter"]); n != "" {
		filters = pdfArray{pdfName(n)}
	}
	data := s.raw
	for _, filter := range filters {
		var r io.Reader
		switch f.name(filter) {
		case "FlateDecode", "Fl":
			if p := f.dict(s.dict["DecodeParms"]); p != nil {
				if n, _ := f.number(p["Predictor"]); n > 1 {
					return nil, errFilter
				}
			}
			z, err := zlib.NewReader(bytes.NewReader(data))
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrBroken, err)
			}
			r = z
		case "ASCII85Decode", "A85":
			r = ascii85.NewDecoder(bytes.NewReader(bytes.TrimSuffix(bytes.TrimSpace(data), []byte("~>"))))
		case "ASCIIHexDecode", "AHx":
			clean := bytes.TrimRight(bytes.Join(bytes.Fields(data), nil), ">")
			r = hex.NewDecoder(bytes.NewReader(clean))
		default:
			return nil, errFilter
		}
		out, err := io.ReadAll(io.LimitReader(r, int64(f.room)+1))
		if f.room -= len(out); f.room < 0 {
			return nil, fmt.Errorf("%w: more than %d MiB unpacked", ErrTooLarge, maxUnpacked>>20)
		}
		if err != nil && len(out) == 0 {
			return nil, fmt.Errorf("%w: %w", ErrBroken, err)
		}
		data = out
	}
	return data, nil
}
