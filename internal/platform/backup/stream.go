// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// A row at rest is one JSON array a line: numbers, true, false, null and
// strings stand as themselves; bytes are {"b":"<base64>"}, and text that is not
// UTF-8 {"t":"<base64>"}, so that nothing is mended on the way.

const longestRow = 256 << 20 // bytes of one line

// AppendRow appends values, as db.Rows gives them, as one line.
func AppendRow(b []byte, values []any) ([]byte, error) {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		switch v := v.(type) {
		case nil:
			b = append(b, "null"...)
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case bool:
			b = strconv.AppendBool(b, v)
		case string:
			if !utf8.ValidString(v) {
				b = appendBytes(b, 't', []byte(v))
				continue
			}
			raw, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			b = append(b, raw...)
		case []byte:
			b = appendBytes(b, 'b', v)
		default:
			return nil, fmt.Errorf("a %T is no value of a record", v)
		}
	}
	return append(b, ']', '\n'), nil
}

func appendBytes(b []byte, name byte, v []byte) []byte {
	b = append(b, '{', '"', name, '"', ':', '"')
	b = base64.StdEncoding.AppendEncode(b, v)
	return append(b, '"', '}')
}

// ParseRow reads one line for columns. It takes only what AppendRow writes,
// byte for byte.
func ParseRow(line []byte, columns []db.Column) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, err
	}
	if len(raw) != len(columns) {
		return nil, fmt.Errorf("%d values for %d columns", len(raw), len(columns))
	}
	values := make([]any, len(columns))
	for i, c := range columns {
		v, err := parseValue(raw[i], c.Kind)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
		values[i] = v
	}
	again, err := AppendRow(nil, values)
	if err == nil && !bytes.Equal(again, line) {
		err = errors.New("the line is not as it was written")
	}
	return values, err
}

func parseValue(raw json.RawMessage, kind db.Kind) (any, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	switch kind {
	case db.Integer:
		return strconv.ParseInt(string(raw), 10, 64)
	case db.Boolean:
		var v bool
		err := json.Unmarshal(raw, &v)
		return v, err
	case db.Bytes:
		return parseBytes(raw, "b")
	case db.Text:
		if raw[0] == '{' {
			v, err := parseBytes(raw, "t")
			return string(v), err
		}
		var v string
		err := json.Unmarshal(raw, &v)
		return v, err
	}
	return nil, fmt.Errorf("kind %q is not known", kind)
}

func parseBytes(raw json.RawMessage, name string) ([]byte, error) {
	var v map[string][]byte
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, err
	}
	b, ok := v[name]
	if !ok || b == nil {
		return nil, fmt.Errorf("no %q in it", name)
	}
	return b, nil
}

// packer writes rows to a file: compressed, hashed before and after.
type packer struct {
	out         *counted
	zip         *zstd.Encoder
	plain, file hash.Hash
	rows        int64
	line        []byte
}

type counted struct {
	io.Writer
	n int64
}

// Write implements io.Writer.
func (c *counted) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	c.n += int64(n)
	return n, err
}

func newPacker(w io.Writer) (*packer, error) {
	p := &packer{plain: sha256.New(), file: sha256.New()}
	p.out = &counted{Writer: io.MultiWriter(w, p.file)}
	var err error
	p.zip, err = zstd.NewWriter(p.out, zstd.WithEncoderConcurrency(1))
	return p, err
}

func (p *packer) add(values []any) (err error) {
	if p.line, err = AppendRow(p.line[:0], values); err != nil {
		return err
	}
	p.rows++
	p.plain.Write(p.line) // a hash never fails
	_, err = p.zip.Write(p.line)
	return err
}

// end completes the file; nothing may be added after it.
func (p *packer) end() (Packed, error) {
	err := p.zip.Close()
	return Packed{Rows: p.rows, SHA256: hex.EncodeToString(p.plain.Sum(nil)), Size: p.out.n, File: hex.EncodeToString(p.file.Sum(nil))}, err
}

// unpacker reads rows back and says at the end whether they are those of want.
type unpacker struct {
	want        Packed
	columns     []db.Column
	in          *counter
	zip         *zstd.Decoder
	lines       *bufio.Reader
	plain, file hash.Hash
	rows        int64
}

type counter struct {
	io.Reader
	n int64
}

// Read implements io.Reader.
func (c *counter) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += int64(n)
	return n, err
}

func newUnpacker(r io.Reader, want Packed, columns []db.Column) (*unpacker, error) {
	u := &unpacker{want: want, columns: columns, plain: sha256.New(), file: sha256.New()}
	u.in = &counter{Reader: io.TeeReader(io.LimitReader(r, want.Size+1), u.file)}
	var err error
	u.zip, err = zstd.NewReader(u.in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(longestRow))
	if err != nil {
		return nil, err
	}
	u.lines = bufio.NewReaderSize(u.zip, 1<<16)
	return u, nil
}

// next gives the next row; after the last it compares everything read with
// what was promised and reports false.
func (u *unpacker) next() (values []any, more bool, err error) {
	line, err := u.line()
	if errors.Is(err, io.EOF) && len(line) == 0 {
		return nil, false, u.compare()
	}
	if err != nil {
		return nil, false, fmt.Errorf("row %d: %w", u.rows+1, err)
	}
	u.plain.Write(line)
	u.rows++
	if values, err = ParseRow(line, u.columns); err != nil {
		return nil, false, fmt.Errorf("row %d: %w", u.rows, err)
	}
	return values, true, nil
}

// line is the next line with its end; a stream that stops inside one is
// io.ErrUnexpectedEOF.
func (u *unpacker) line() ([]byte, error) {
	var whole []byte
	for {
		part, err := u.lines.ReadSlice('\n')
		whole = append(whole, part...)
		switch {
		case err == nil:
			return whole, nil
		case errors.Is(err, io.EOF) && len(whole) > 0:
			return nil, io.ErrUnexpectedEOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(whole) > longestRow:
			return nil, fmt.Errorf("longer than %d bytes", longestRow)
		}
	}
}

func (u *unpacker) compare() error {
	if _, err := io.Copy(io.Discard, u.in); err != nil {
		return err
	}
	got := Packed{Rows: u.rows, SHA256: hex.EncodeToString(u.plain.Sum(nil)), Size: u.in.n, File: hex.EncodeToString(u.file.Sum(nil))}
	if got != u.want {
		return fmt.Errorf("its rows, size or hash are not those of the manifest (%d rows, want %d)", got.Rows, u.want.Rows)
	}
	return nil
}

func (u *unpacker) close() { u.zip.Close() }
