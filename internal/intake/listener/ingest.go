// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
)

// ingested answers the own push.
type ingested struct {
	Lines  int `json:"lines"`
	Blocks int `json:"blocks"`
}

// ingest takes POST /ingest: text, a line each. With the type application/json
// the body is one JSON array, whose elements are lines, or JSON values one after
// the other. 200 means that all is stored; on any other answer the sender
// sends it again, with the same Idempotency-Key if it has one.
func (q *request) ingest() {
	r, done, err := q.body()
	if err != nil {
		q.unread(err)
		return
	}
	defer done()
	g := q.gather()
	defer g.release()
	add := func(line []byte, cut bool) error {
		_, err := g.line(line, cut)
		return err
	}
	if kind, _, _ := mime.ParseMediaType(q.r.Header.Get("Content-Type")); kind == "application/json" {
		err = eachValue(r, add)
	} else {
		err = eachLine(r, add)
	}
	if err != nil {
		q.unread(err)
		return
	}
	if _, err := g.store(); err != nil {
		q.unstored(err)
		return
	}
	q.answer(http.StatusOK, ingested{Lines: g.lines(), Blocks: len(g.blocks)})
}

// eachValue calls fn for each element of the JSON array r holds, or for each
// value when it is none. A value that spans lines is made one line, all others
// stay as they are.
func eachValue(r io.Reader, fn func(line []byte, cut bool) error) error {
	in := bufio.NewReader(r)
	array, err := inArray(in)
	if err != nil {
		return err
	}
	d := json.NewDecoder(in)
	if array {
		if _, err := d.Token(); err != nil {
			return err
		}
	}
	for !array || d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); errors.Is(err, io.EOF) && !array {
			return nil
		} else if err != nil {
			return err
		}
		if err := fn(oneLine(raw), false); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more behind the array")
	}
	return nil
}

// inArray looks for the bracket without taking it.
func inArray(in *bufio.Reader) (bool, error) {
	for {
		c, err := in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return false, nil
		case err != nil:
			return false, err
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			return c == '[', in.UnreadByte()
		}
	}
}

// oneLine gives valid JSON without line breaks. In JSON they stand between
// values only.
func oneLine(raw []byte) []byte {
	if bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}
