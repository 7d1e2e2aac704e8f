// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// Inputs is everything one print was made from, and nothing else: design.md §1,
// "a figure that is printed freezes its inputs". DOCX and PDF follow from it
// alone.
type Inputs struct {
	Format      int              `json:"format"` // 1; 2 with what papers about directives have more
	Paper       ID               `json:"paper"`
	Seq         int              `json:"seq"`
	Form        string           `json:"form"`
	Pack        string           `json:"pack"`
	PackHash    string           `json:"pack_hash"`
	CaseKind    string           `json:"case_kind"`
	Case        string           `json:"case"`
	CaseCode    string           `json:"case_code"`
	CaseVersion int64            `json:"case_version"`
	From        calendar.Date    `json:"from,omitzero"` // of the period
	To          calendar.Date    `json:"to,omitzero"`
	Values      map[string]Value `json:"values"`
	Hand        []string         `json:"hand,omitempty"` // keys a person changed
	Sheet       Sheet            `json:"sheet"`
	Layout      Layout           `json:"layout,omitzero"` // of the DOCX
	At          time.Time        `json:"at"`
	ByID        string           `json:"by_id"`
	By          string           `json:"by"`
	Sources     []Source         `json:"sources,omitempty"` // of what the paper says
	Claims      []Contradiction  `json:"claims,omitempty"`  // what units said otherwise, and who let it pass
}

// formatOf is the format of the inputs of f: what a former release prints stays
// as it was.
func formatOf(f File) int {
	if len(f.Sources)+len(f.Claims)+len(f.annex) > 0 {
		return 2
	}
	return 1
}

// Canonical is the one text of the inputs: JSON (RFC 8259) with the fields in
// the order of the type, maps by key, no blanks, nothing escaped for HTML.
func (in Inputs) Canonical() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(in); err != nil {
		return nil, fmt.Errorf("report inputs: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// Parse reads what Canonical wrote. It refuses fields it does not know and a
// format it does not know, since it could not print them again.
func Parse(raw []byte) (Inputs, error) {
	var in Inputs
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return Inputs{}, fmt.Errorf("report inputs: %w", err)
	}
	if in.Format < 1 || in.Format > 2 {
		return Inputs{}, fmt.Errorf("report inputs: format %d is unknown", in.Format)
	}
	return in, nil
}

// Kind is a kind of file a print comes as.
type Kind string

// The kinds.
const (
	DOCX Kind = "docx"
	PDF  Kind = "pdf"
	XLSX Kind = "xlsx"
	JSON Kind = "json" // the frozen inputs
)

// MIME is the media type of the kind.
func (k Kind) MIME() string {
	switch k {
	case DOCX:
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case PDF:
		return "application/pdf"
	case XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "application/json"
}

// Render prints the inputs in the layout of the product. The same inputs always
// give the same bytes.
func (in Inputs) Render(k Kind) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch p := in.Sheet.Paper(in.At); k {
	case DOCX:
		err = officedoc.WriteDOCX(&b, p)
	case PDF:
		err = officedoc.WritePDF(&b, p)
	case XLSX:
		err = in.Sheet.workbook(&b)
	default:
		return in.Canonical()
	}
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", k, err)
	}
	return b.Bytes(), nil
}

// Hash is the name of kind k of the print in the blob store; empty for a kind
// that does not exist.
func (p Print) Hash(k Kind) string {
	switch k {
	case DOCX:
		return p.DOCX
	case PDF:
		return p.PDF
	case XLSX:
		return p.XLSX
	case JSON:
		return p.Inputs
	}
	return ""
}

// maxPaper bounds one printed file; real ones are below 200 KB.
const maxPaper = 32 << 20

// freeze stores the inputs and both files, and returns their names.
func (s *Service) freeze(ctx context.Context, in Inputs) (Print, error) {
	p := Print{Paper: in.Paper, Seq: in.Seq, At: in.At, By: in.By}
	for k, into := range map[Kind]*string{JSON: &p.Inputs, DOCX: &p.DOCX, PDF: &p.PDF, XLSX: &p.XLSX} {
		raw, err := s.render(ctx, in, k)
		if err != nil {
			return Print{}, err
		}
		ref, err := s.files.Put(ctx, bytes.NewReader(raw), maxPaper)
		if err != nil {
			return Print{}, err
		}
		*into = ref.SHA256
	}
	return p, nil
}

// verified reads a stored file and compares its bytes with its name. Changed
// bytes are an error that says so: a paper that may have been tampered with is
// never handed out.
func verified(ctx context.Context, files *blob.Store, sha string) ([]byte, error) {
	const op = "report.verified"
	f, err := files.Open(ctx, sha)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxPaper+1))
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != sha {
		return nil, &fault.Error{Kind: fault.Internal, Op: op, Msg: "report.err.hash", Err: fmt.Errorf("stored file %s has other bytes", sha)}
	}
	return raw, nil
}
