// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
	"time"
)

// part is one file of the package; tree is set where placeholders may stand.
type part struct {
	name    string
	data    []byte
	tree    *node
	tracked []int // numbers of the paragraphs with tracked changes, from 1
}

var (
	textPart = regexp.MustCompile(`^word/(document|header\w*|footer\w*|footnotes|endnotes)\.xml$`)
	// Marks of tracked changes (ECMA-376 part 1, §17.13.5).
	tracking = regexp.MustCompile(`^(ins|del|moveFrom|moveTo|cellIns|cellDel|cellMerge|\w+Change)$`)
	// A link that a reader may follow and nothing does by itself.
	harmless = regexp.MustCompile(`(?i)^(https?://|mailto:)`)
	// Fields that fetch from elsewhere (ECMA-376 part 1, §17.16.5).
	fetching = regexp.MustCompile(`(?i)^\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE|MACROBUTTON|HYPERLINK\s+"?(file|\\\\))\b`)
)

// wordSpace is the namespace of WordprocessingML, transitional.
const wordSpace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

// open reads and checks a template.
func open(raw []byte) ([]part, error) {
	switch {
	case len(raw) > maxFile:
		return nil, ErrTooLarge
	case bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0")):
		if bytes.Contains(raw, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00i\x00o\x00n\x00I\x00n\x00f\x00o\x00")) {
			return nil, ErrEncrypted
		}
		return nil, ErrFormat
	case !bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return nil, ErrFormat
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if len(z.File) > maxParts {
		return nil, ErrTooLarge
	}
	var out []part
	room, found, seen := int64(maxOutput), false, map[string]bool{}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if seen[strings.ToLower(f.Name)] || f.Name != path.Clean(f.Name) || strings.HasPrefix(f.Name, "/") || strings.HasPrefix(f.Name, "..") {
			return nil, fmt.Errorf("%w: part %q", ErrBroken, f.Name)
		}
		seen[strings.ToLower(f.Name)] = true
		if err := forbidden(f.Name); err != nil {
			return nil, err
		}
		data, err := readPart(f, room)
		if err != nil {
			return nil, err
		}
		room -= int64(len(data))
		p := part{name: f.Name, data: data}
		found = found || f.Name == "word/document.xml"
		if err := p.inspect(); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	if !found {
		return nil, ErrFormat
	}
	return out, nil
}

func readPart(f *zip.File, room int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	data, err := io.ReadAll(io.LimitReader(r, room+1))
	if closing := r.Close(); err == nil {
		err = closing
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %s: %w", ErrBroken, f.Name, err)
	case int64(len(data)) > room:
		return nil, ErrTooLarge
	}
	return data, nil
}

// forbidden refuses parts by their name.
func forbidden(name string) error {
	low := strings.ToLower(name)
	switch {
	case strings.Contains(low, "vbaproject") || strings.Contains(low, "vbadata") || strings.HasPrefix(low, "word/macros"):
		return fmt.Errorf("%w: %s", ErrMacro, name)
	case strings.HasPrefix(low, "word/embeddings/") || strings.HasPrefix(low, "word/activex/") || strings.HasSuffix(low, ".bin") && !strings.Contains(low, "printersettings") || strings.Contains(low, "oleobject"):
		return fmt.Errorf("%w: %s", ErrEmbedded, name)
	}
	return nil
}

// inspect walks an XML part once: it must be well-formed, and nothing in it may
// reach out of the file. Text parts get their tree.
func (p *part) inspect() error {
	if !strings.HasSuffix(p.name, ".xml") && !strings.HasSuffix(p.name, ".rels") {
		return nil
	}
	d := xml.NewDecoder(bytes.NewReader(p.data))
	depth, paragraphs := 0, 0
	text := textPart.MatchString(p.name)
	var instruction strings.Builder
	inside := false
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrBroken, p.name, err)
		}
		switch tok := tok.(type) {
		case xml.Directive:
			return fmt.Errorf("%w: %s has a document type", ErrBroken, p.name)
		case xml.StartElement:
			if depth++; depth > 200 {
				return ErrTooLarge
			}
			inside = tok.Name.Local == "instrText"
			switch {
			case !text:
			case tok.Name.Local == "p" && tok.Name.Space == wordSpace:
				paragraphs++
			case tracking.MatchString(tok.Name.Local) && tok.Name.Space == wordSpace:
				p.tracked = append(p.tracked, max(paragraphs, 1))
			}
			if err := outward(p.name, tok); err != nil {
				return err
			}
			if tok.Name.Local == "fldChar" { // an instruction may be torn into runs
				if fetching.MatchString(instruction.String()) {
					return fmt.Errorf("%w: field %s", ErrOutside, strings.TrimSpace(instruction.String()))
				}
				instruction.Reset()
			}
		case xml.EndElement:
			depth--
			inside = false
		case xml.CharData:
			if inside {
				instruction.Write(tok)
			}
		}
	}
	if fetching.MatchString(instruction.String()) {
		return fmt.Errorf("%w: field %s", ErrOutside, strings.TrimSpace(instruction.String()))
	}
	if text {
		p.tree = parse(p.data)
	}
	return nil
}

// outward refuses elements that bring something in.
func outward(name string, e xml.StartElement) error {
	switch e.Name.Local {
	case "altChunk", "subDoc":
		return fmt.Errorf("%w: %s", ErrOutside, e.Name.Local)
	case "OLEObject", "objectEmbed", "control":
		return fmt.Errorf("%w: %s", ErrEmbedded, e.Name.Local)
	}
	for _, a := range e.Attr {
		switch {
		case a.Name.Local == "TargetMode" && strings.EqualFold(a.Value, "External"):
			target, kind := "", ""
			for _, b := range e.Attr {
				switch b.Name.Local {
				case "Target":
					target = b.Value
				case "Type":
					kind = b.Value
				}
			}
			if strings.HasSuffix(kind, "/hyperlink") && harmless.MatchString(target) {
				continue
			}
			return fmt.Errorf("%w: %s", ErrOutside, target)
		case a.Name.Local == "ContentType" && strings.Contains(strings.ToLower(a.Value), "macroenabled"):
			return fmt.Errorf("%w: %s", ErrMacro, a.Value)
		case e.Name.Local == "fldSimple" && a.Name.Local == "instr" && fetching.MatchString(a.Value):
			return fmt.Errorf("%w: field %s", ErrOutside, a.Value)
		case e.Name.Local == "Relationship" && a.Name.Local == "Type" && (strings.HasSuffix(a.Value, "/vbaProject") || strings.HasSuffix(a.Value, "/keyMapCustomizations")):
			return fmt.Errorf("%w: %s", ErrMacro, name)
		case e.Name.Local == "Relationship" && a.Name.Local == "Type" && (strings.HasSuffix(a.Value, "/oleObject") || strings.HasSuffix(a.Value, "/package") || strings.HasSuffix(a.Value, "/control") || strings.HasSuffix(a.Value, "/aFChunk")):
			return fmt.Errorf("%w: %s", ErrEmbedded, name)
		}
	}
	return nil
}

var packed = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func pack(parts []part) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range parts {
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: packed})
		if err == nil {
			_, err = w.Write(p.data)
		}
		if err != nil {
			return nil, fmt.Errorf("template: %s: %w", p.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	return out.Bytes(), nil
}
