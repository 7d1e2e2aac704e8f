// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/intake/lake/engine"
)

const (
	body       = 4 << 20 // bytes sent at once
	insertTime = time.Minute
	insertPath = "/insert/jsonline?_stream_fields=" + FieldOwner + "," + FieldSource + "," + FieldClass + "&_time_field=" + fieldTime
	// Any other content type may be answered 200 and stored nowhere.
	insertKind = "application/stream+json"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Insert implements Store. What it began to send it sends to the end even when
// ctx ends, so that only an engine that died leaves a doubt.
func (c *Client) Insert(ctx context.Context, rows []Row) (Refused, error) {
	const op = "lake.Insert"
	if err := ctx.Err(); err != nil {
		return Refused{}, fmt.Errorf("%s: %w", op, err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), insertTime)
	defer cancel()
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	var refused Refused
	send := func() error {
		_, err := c.call(ctx, op, insertPath, insertKind, bytes.NewReader(buf.Bytes()))
		buf.Reset()
		c.mu.Lock()
		c.lastInsert = time.Now() // also of one that failed: it may have arrived
		c.mu.Unlock()
		return err
	}
	window := keptAt(c.now(), c.o.RetentionDays)
	for i := range rows {
		c.write(buf, &rows[i], window, &refused)
		if buf.Len() >= body {
			if err := send(); err != nil {
				return refused, err
			}
		}
	}
	if buf.Len() > 0 {
		if err := send(); err != nil {
			return refused, err
		}
	}
	return refused, nil
}

// kept is the time of rows that are taken: from on and before to.
type kept struct{ from, to time.Time }

func keptAt(now time.Time, days int) kept {
	return kept{now.AddDate(0, 0, -days), now.AddDate(0, 0, 1)}
}

// write appends r to buf as one line, or counts why not.
func (c *Client) write(buf *bytes.Buffer, r *Row, window kept, refused *Refused) {
	if !r.valid() {
		refused.Bad++
		return
	}
	if r.Time.Before(window.from) {
		refused.Early++
		return
	}
	if !r.Time.Before(window.to) {
		refused.Late++
		return
	}
	before := buf.Len()
	line := appendRow(buf.AvailableBuffer(), r)
	if len(line) > engine.MaxRow {
		refused.Long++
		return
	}
	buf.Write(line)
	if buf.Len()-before != len(line) {
		panic("lake: a buffer took less than it was given")
	}
}

// valid reports whether r has what every row needs.
func (r *Row) valid() bool {
	if r.Block == "" || len(r.Block) > 200 || r.Line < 0 || r.Source == "" || r.Owner == "" || r.Class == "" || r.Time.IsZero() {
		return false
	}
	if !utf8.ValidString(r.Block) || !utf8.ValidString(r.Source) || !utf8.ValidString(r.Owner) {
		return false
	}
	for _, f := range r.Fields {
		if !FieldName(f.Name) || reserved(f.Name) {
			return false
		}
	}
	return len(r.Fields) <= 500
}

func reserved(name string) bool {
	switch name {
	case FieldBlock, FieldLine, FieldSource, FieldOwner, FieldClass, FieldClassUID:
		return true
	}
	return false
}

func appendRow(b []byte, r *Row) []byte {
	b = append(b, `{"_time":"`...)
	b = r.Time.UTC().AppendFormat(b, stamp)
	b = append(b, `","owner":`...)
	b = appendString(b, r.Owner)
	b = append(b, `,"source":`...)
	b = appendString(b, r.Source)
	b = append(b, `,"class":`...)
	b = appendString(b, string(r.Class))
	b = append(b, `,"class_uid":"`...)
	b = strconv.AppendInt(b, int64(r.Class.UID()), 10)
	b = append(b, `","block":`...)
	b = appendString(b, r.Block)
	b = append(b, `,"line":"`...)
	b = strconv.AppendInt(b, r.Line, 10)
	b = append(b, '"')
	for _, f := range r.Fields {
		b = append(b, ',', '"')
		b = append(b, f.Name...)
		b = append(b, '"', ':')
		b = appendString(b, f.Value)
	}
	b = append(b, `,"_msg":`...)
	b = appendString(b, r.Raw)
	return append(b, '}', '\n')
}

// appendString writes s as JSON does, but for bytes that are no UTF-8: they
// stay as they are, and the engine gives them back so.
func appendString(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		ch := s[i]
		if ch >= ' ' && ch != '"' && ch != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		switch ch {
		case '"', '\\':
			b = append(b, '\\', ch)
		default:
			b = append(b, '\\', 'u', '0', '0', digits[ch>>4], digits[ch&15])
		}
		from = i + 1
	}
	return append(append(b, s[from:]...), '"')
}

// Flush implements Store.
func (c *Client) Flush(ctx context.Context) error {
	const op = "lake.Flush"
	if !c.place.own() {
		// A front spreads what it took within a second, a node shows it a second
		// later, and neither can be asked: wait that out.
		c.mu.Lock()
		rest := c.o.Settle - time.Since(c.lastInsert)
		c.mu.Unlock()
		if rest > 0 {
			timer := time.NewTimer(rest)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-ctx.Done():
				return fmt.Errorf("%s: %w", op, ctx.Err())
			}
		}
	}
	limited, cancel := context.WithTimeout(ctx, insertTime)
	defer cancel()
	_, err := c.call(limited, op, "/internal/force_flush", insertKind, nil)
	if no, ok := errors.AsType[*answered](err); ok && !c.place.own() {
		// One that is no cluster shows at once what it took, which on a busy machine
		// it does by itself only after longer; a front has nothing to show.
		switch no.status {
		case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed:
			return nil
		case http.StatusUnauthorized, http.StatusForbidden: // or it takes no word from us at all, which other calls tell
			c.shut.Do(func() {
				c.log.Warn("the server of searches may not be asked to show what it took; it is given time instead", "address", c.o.Address, "err", no)
			})
			return nil
		}
	}
	return err
}
