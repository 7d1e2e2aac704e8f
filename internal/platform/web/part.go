// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"io"
	"net/url"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/fault"
)

// PartText reads a text field of a multipart form that is read as it comes, at
// most limit bytes of it. A NUL character is fault.Invalid, as it is in any other
// form; the reader's own errors come as they are.
func PartText(part io.Reader, limit int64) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(part, limit))
	if err != nil {
		return "", err
	}
	return string(raw), RefuseNUL(url.Values{"": {string(raw)}})
}

// RefuseNUL fails with fault.Invalid when a value has a NUL character, which no
// database keeps: for forms read by the handler itself, and names of files.
func RefuseNUL(values url.Values) error {
	if hasNUL(values) {
		return &fault.Error{Kind: fault.Invalid, Op: "web", Msg: "web.bad_text"}
	}
	return nil
}

// PartName is the name of the file in a part, or fault.Invalid as RefuseNUL says.
func PartName(part interface{ FileName() string }) (string, error) {
	name := part.FileName()
	if strings.Contains(name, "\x00") {
		return "", RefuseNUL(url.Values{"": {name}})
	}
	return name, nil
}
