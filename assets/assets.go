// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package assets embeds the bundled front end and serves it under /assets/.
// The sources beside it are bundled by "make assets" into dist; on a bare
// clone dist holds only .keep, and Missing says so. Start at Load.
package assets

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// Prefix is where the files are served.
const Prefix = "/assets/"

// File is one bundled file as manifest.json lists it. Sizes are bytes.
type File struct {
	File   string `json:"file"` // name with the content's hash
	Bytes  int64  `json:"bytes"`
	Gzip   int64  `json:"gzip"`
	Brotli int64  `json:"brotli"`
}

// Set is the bundled front end. It is read-only and safe for concurrent use.
type Set struct {
	byName map[string]File // logical name -> file
	blobs  map[string]blob // served name -> content
}

type blob struct{ raw, gzip, brotli []byte }

// Load reads the embedded bundle. It fails only when the bundle is damaged; an
// absent one loads as a Set whose Missing is true.
func Load() (*Set, error) { return load(dist) }

func load(fsys fs.FS) (*Set, error) {
	s := &Set{byName: map[string]File{}, blobs: map[string]blob{}}
	raw, err := fs.ReadFile(fsys, "dist/manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read asset manifest: %w", err)
	}
	if err := json.Unmarshal(raw, &s.byName); err != nil {
		return nil, fmt.Errorf("decode asset manifest: %w", err)
	}
	for name, f := range s.byName {
		var b blob
		for suffix, into := range map[string]*[]byte{"": &b.raw, ".gz": &b.gzip, ".br": &b.brotli} {
			if *into, err = fs.ReadFile(fsys, path.Join("dist", f.File+suffix)); err != nil {
				return nil, fmt.Errorf("read asset %s: %w", name, err)
			}
		}
		s.blobs[f.File] = b
	}
	return s, nil
}

// Missing reports whether the front end was not bundled into this binary.
func (s *Set) Missing() bool { return len(s.byName) == 0 }

// Path returns the address of a logical name: "app.css" gives
// "/assets/app.<hash>.css". An unknown name comes back under the prefix as it
// is, where it answers 404.
func (s *Set) Path(name string) string {
	if f, ok := s.byName[name]; ok {
		return Prefix + f.File
	}
	return Prefix + name
}

// Files returns the bundled files by logical name, for size checks.
func (s *Set) Files() map[string]File {
	out := make(map[string]File, len(s.byName))
	maps.Copy(out, s.byName)
	return out
}

// Handler serves the files below Prefix. Names carry their content's hash, so
// answers may be kept for ever (RFC 8246).
func (s *Set) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(r.URL.Path, Prefix)
		b, ok := s.blobs[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		body, encoding := b.accepted(r.Header.Get("Accept-Encoding"))
		h := w.Header()
		h.Set("Content-Type", contentType(name))
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if encoding != "" {
			h.Set("Content-Encoding", encoding)
		}
		if r.Method == http.MethodHead {
			return
		}
		// An error here means the reader went away; there is nobody to tell.
		_, _ = w.Write(body)
	})
}

// accepted picks the smallest form the reader takes (RFC 9110 §12.5.3).
func (b blob) accepted(header string) (body []byte, encoding string) {
	takes := map[string]bool{}
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q, weighted := strings.CutPrefix(strings.TrimSpace(params), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		takes[strings.ToLower(strings.TrimSpace(coding))] = !weighted || err == nil && weight > 0
	}
	switch {
	case takes["br"]:
		return b.brotli, "br"
	case takes["gzip"]:
		return b.gzip, "gzip"
	}
	return b.raw, ""
}

// contentType does not ask the machine's registry, which differs on Windows.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}
