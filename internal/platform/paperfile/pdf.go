// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package paperfile

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"time"

	"github.com/ledongthuc/pdf"
)

const (
	pdfPages  = 2000
	pdfStream = 64 << 20         // most one stream of words may unfold to
	pdfTime   = 30 * time.Second // most one file may take
)

// pdf takes the words of a PDF file, page by page, and its properties. The reader
// is a library that panics on what it cannot read and does not bound what it
// unfolds: both are caught here.
func (w *words) pdf(ctx context.Context, data []byte) error {
	if err := unfolds(data); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, pdfTime)
	defer cancel()
	type answer struct {
		w   *words
		err error
	}
	got := make(chan answer, 1)
	go func() { // ends by itself at the next page once ctx has
		in := &words{most: w.most}
		err := in.pdfPages(ctx, data)
		got <- answer{in, err}
	}()
	select {
	case a := <-got:
		*w = *a.w
		return a.err
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return refuse(Bomb)
		}
		return ctx.Err()
	}
}

func (w *words) pdfPages(ctx context.Context, data []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = refuse(Broken)
		}
	}()
	r, err := pdf.NewReader(bytes.NewReader(data), int64(len(data)))
	if errors.Is(err, pdf.ErrInvalidPassword) {
		return refuse(Locked)
	}
	if err != nil {
		if bytes.Contains(data, []byte("/Encrypt")) {
			return refuse(Locked)
		}
		return refuse(Broken)
	}
	if r.Trailer().Key("Encrypt").Kind() != pdf.Null {
		return refuse(Locked)
	}
	info := r.Trailer().Key("Info")
	for _, key := range []string{"Title", "Subject", "Keywords"} {
		w.add(&w.meta, info.Key(key).Text())
	}
	pages := r.NumPage()
	if pages <= 0 {
		return refuse(Broken)
	}
	if pages > pdfPages {
		return refuse(Bomb)
	}
	for n := 1; n <= pages && w.size < w.most; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		w.page(r.Page(n), n)
	}
	return nil
}

// page takes the words of a page. One that cannot be read costs itself: what it
// shows may be a picture.
func (w *words) page(p pdf.Page, n int) {
	lines, whole := pageLines(p)
	w.unread = w.unread || !whole
	for _, line := range lines {
		if n == 1 && len(w.head) < headLines {
			w.add(&w.head, line)
		} else {
			w.add(&w.body, line)
		}
	}
}

// unfolds refuses a file one of whose streams of words unfolds to too much.
// Pictures are not unfolded by anybody here.
func unfolds(data []byte) error {
	all := int64(0)
	for rest := data; ; {
		at := bytes.Index(rest, []byte("stream"))
		if at < 0 {
			return nil
		}
		head := rest[max(0, at-2048):at]
		if from := bytes.LastIndex(head, []byte(" obj")); from >= 0 {
			head = head[from:]
		}
		body := bytes.TrimLeft(rest[at+len("stream"):], "\r\n")
		rest = rest[at+len("stream"):]
		if len(body) < 2 || body[0]&0x0f != 8 || bytes.Contains(head, []byte("/Image")) || bytes.HasSuffix(head, []byte("end")) {
			continue
		}
		z, err := zlib.NewReader(bytes.NewReader(body))
		if err != nil {
			continue
		}
		n, err := io.Copy(io.Discard, io.LimitReader(z, pdfStream+1))
		if all += n; n > pdfStream || all > 8*pdfStream {
			return refuse(Bomb)
		}
		if err != nil {
			continue // a stream cut off; the reader says whether it matters
		}
	}
}
