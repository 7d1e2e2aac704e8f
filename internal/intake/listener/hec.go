// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// hecAnswer is what Splunk's HTTP Event Collector answers ("Troubleshoot HTTP
// Event Collector", possible error codes).
type hecAnswer struct {
	Text    string `json:"text"`
	Code    int    `json:"code"`
	Invalid *int   `json:"invalid-event-number,omitempty"`
	AckID   *int64 `json:"ackId,omitempty"`
}

// hecEvents takes JSON objects one after the other, each with the key "event":
// a string is a line, anything else a line of JSON. When one is wrong none is
// taken.
func (q *request) hecEvents() {
	r, done, err := q.body()
	if err != nil {
		q.unread(err)
		return
	}
	defer done()
	g := q.gather()
	defer g.release()
	d := json.NewDecoder(r)
	for n := 0; ; n++ {
		err := hecNext(d, g)
		if errors.Is(err, io.EOF) {
			break
		}
		if bad, ok := errors.AsType[*hecBad](err); ok {
			q.hecRefuse(bad.answer, &n)
			return
		}
		if err != nil {
			q.unread(err)
			return
		}
	}
	q.hecStore(g)
}

// hecBad is an event that is not one.
type hecBad struct{ answer hecAnswer }

func (b *hecBad) Error() string { return b.answer.Text }

// hecNext reads one event, io.EOF after the last.
func hecNext(d *json.Decoder, g *gathering) error {
	var e struct {
		Event json.RawMessage `json:"event"`
	}
	err := d.Decode(&e)
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, kind := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case syntax, kind, errors.Is(err, io.ErrUnexpectedEOF):
		return &hecBad{hecAnswer{Text: "Invalid data format", Code: 6}}
	case err != nil:
		return err
	case len(e.Event) == 0 || string(e.Event) == "null":
		return &hecBad{hecAnswer{Text: "Event field is required", Code: 12}}
	}
	line := oneLine(e.Event)
	if line[0] == '"' {
		var s string
		if err := json.Unmarshal(line, &s); err != nil {
			return &hecBad{hecAnswer{Text: "Invalid data format", Code: 6}}
		}
		line = bytes.TrimRight([]byte(s), "\r\n")
	}
	if len(bytes.TrimSpace(line)) == 0 {
		return &hecBad{hecAnswer{Text: "Event field cannot be blank", Code: 13}}
	}
	_, err = g.line(line, false)
	return err
}

// hecRaw takes lines of text.
func (q *request) hecRaw() {
	r, done, err := q.body()
	if err != nil {
		q.unread(err)
		return
	}
	defer done()
	g := q.gather()
	defer g.release()
	if err := eachLine(r, func(line []byte, cut bool) error {
		_, err := g.line(line, cut)
		return err
	}); err != nil {
		q.unread(err)
		return
	}
	q.hecStore(g)
}

// hecStore stores and answers. A sender that names a channel gets the number to
// ask acknowledgement by; its events are stored before it learns the number.
func (q *request) hecStore(g *gathering) {
	if g.lines() == 0 {
		q.hecRefuse(hecAnswer{Text: "No data", Code: 5}, nil)
		return
	}
	if _, err := g.store(); err != nil {
		q.unstored(err)
		return
	}
	a := hecAnswer{Text: "Success"}
	if q.channel() != "" {
		id := q.d.s.acks.Add(1)
		a.AckID = &id
	}
	q.answer(http.StatusOK, a)
}

func (q *request) channel() string {
	if c := q.r.Header.Get("X-Splunk-Request-Channel"); c != "" {
		return c
	}
	return q.r.URL.Query().Get("channel")
}

// hecAcks tells which numbers are acknowledged: all that were given out, also
// by earlier runs of the server, for numbers begin at the time of the start.
func (q *request) hecAcks() {
	if q.channel() == "" {
		q.hecRefuse(hecAnswer{Text: "Data channel is missing", Code: 10}, nil)
		return
	}
	var in struct {
		Acks []int64 `json:"acks"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(q.w, q.r.Body, 1<<20)).Decode(&in); err != nil {
		q.hecRefuse(hecAnswer{Text: "Invalid data format", Code: 6}, nil)
		return
	}
	out := struct {
		Acks map[string]bool `json:"acks"`
	}{map[string]bool{}}
	last := q.d.s.acks.Load()
	for _, id := range in.Acks {
		out.Acks[strconv.FormatInt(id, 10)] = id <= last
	}
	q.answer(http.StatusOK, out)
}

// hecRefuse counts and answers a request that cannot be taken.
func (q *request) hecRefuse(a hecAnswer, event *int) {
	q.lane.tally.one(BadRequest, []byte(a.Text), q.d.s.now())
	a.Invalid = event
	q.answer(http.StatusBadRequest, a)
}

func (q *request) hecUnauthorized(shown bool) {
	if shown {
		q.answer(http.StatusForbidden, hecAnswer{Text: "Invalid token", Code: 4})
		return
	}
	q.w.Header().Set("WWW-Authenticate", "Splunk")
	q.answer(http.StatusUnauthorized, hecAnswer{Text: "Token is required", Code: 2})
}

// hecError is an error of any status.
func hecError(status int, text string) hecAnswer {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return hecAnswer{Text: "Server is busy", Code: 9}
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		return hecAnswer{Text: text, Code: 6}
	}
	return hecAnswer{Text: text, Code: 8}
}

// hecHealth answers whether events can be sent, which needs no token.
func hecHealth(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, hecAnswer{Text: "HEC is healthy", Code: 17})
}
