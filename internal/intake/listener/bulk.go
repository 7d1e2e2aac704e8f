// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/valyala/fastjson"
)

// bulkAnswer is what Elasticsearch answers to _bulk (its REST API, "Bulk API",
// response body). Clients look at errors, items.*.status and items.*.error.
type bulkAnswer struct {
	Took   int                   `json:"took"`
	Errors bool                  `json:"errors"`
	Items  []map[string]bulkItem `json:"items"`
}

type bulkItem struct {
	Index   string      `json:"_index"`
	ID      string      `json:"_id,omitempty"`
	Version int         `json:"_version,omitempty"`
	Result  string      `json:"result,omitempty"`
	Status  int         `json:"status"`
	Error   *bulkReason `json:"error,omitempty"`

	action string
	block  int // -1: in none
}

type bulkReason struct {
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

// bulk takes Elasticsearch's _bulk as Filebeat, Winlogbeat, Logstash, Vector
// and Fluent Bit send it. Only what creates is taken: create and index. What
// becomes a line says lineOf. An item is answered 201 once its block is stored,
// 429 when the stream did not take it, which clients send again, and 400 when
// it never can be taken. index is that of the path, "" for none.
func (q *request) bulk(index string) {
	r, done, err := q.body()
	if err != nil {
		q.unread(err)
		return
	}
	defer done()
	g := q.gather()
	defer g.release()
	b := bulkReader{g: g, index: index}
	if err := eachLine(r, b.line); err != nil {
		q.unread(err)
		return
	}
	if b.action != "" {
		b.bad.add(BadItem, nil)
		b.refuse("validation_exception", "the last action has no document")
	}
	if len(b.items) == 0 {
		q.refuse(BadRequest, http.StatusBadRequest, 0, "request body is required")
		return
	}
	stored, err := g.store()
	if err != nil && stored == 0 {
		q.unstored(err)
		return
	}
	q.lane.tally.add(b.bad, q.d.s.now())
	q.answer(http.StatusOK, b.answer(stored, q))
}

// bulkReader reads actions and documents in turn.
type bulkReader struct {
	g      *gathering
	index  string // of the path
	parser fastjson.Parser
	action string // whose document comes next
	target string // index of it
	id     string
	number int
	items  []bulkItem
	bad    notes
}

func (b *bulkReader) line(line []byte, cut bool) error {
	b.number++
	if b.action == "" {
		if len(line) == 0 {
			return nil
		}
		return b.begin(line)
	}
	if b.action != "create" && b.action != "index" {
		b.bad.add(BadItem, line)
		b.refuse("illegal_argument_exception", "only create and index are taken here")
		return nil
	}
	text := line
	if !cut {
		v, err := b.parser.ParseBytes(line)
		if err != nil || v.Type() != fastjson.TypeObject {
			b.bad.add(BadItem, line)
			b.refuse("document_parsing_exception", "the document is no JSON object")
			return nil
		}
		text = lineOf(v, line)
	}
	block, err := b.g.line(text, cut)
	if err != nil {
		return err
	}
	b.add(bulkItem{block: block, Status: http.StatusCreated, Result: "created", Version: 1})
	return nil
}

// begin reads an action.
func (b *bulkReader) begin(line []byte) error {
	malformed := fmt.Errorf("malformed action/metadata line [%d]", b.number)
	v, err := b.parser.ParseBytes(line)
	if err != nil {
		return malformed
	}
	o, err := v.Object()
	if err != nil || o.Len() != 1 {
		return malformed
	}
	o.Visit(func(key []byte, meta *fastjson.Value) {
		b.action = string(key)
		b.target, b.id = b.index, string(meta.GetStringBytes("_id"))
		if name := meta.GetStringBytes("_index"); len(name) > 0 {
			b.target = string(name)
		}
	})
	switch b.action {
	case "create", "index", "update":
		return nil
	case "delete": // has no document
		b.bad.add(BadItem, line)
		b.refuse("illegal_argument_exception", "only create and index are taken here")
		return nil
	}
	return malformed
}

func (b *bulkReader) refuse(kind, why string) {
	b.add(bulkItem{block: -1, Status: http.StatusBadRequest, Error: &bulkReason{kind, why}})
}

func (b *bulkReader) add(i bulkItem) {
	i.action, i.Index, i.ID = b.action, b.target, b.id
	b.items = append(b.items, i)
	b.action = ""
}

// answer tells of each item, those in blocks beyond the stored ones as
// rejected.
func (b *bulkReader) answer(stored int, q *request) bulkAnswer {
	a := bulkAnswer{Items: make([]map[string]bulkItem, 0, len(b.items))}
	var late notes
	for _, i := range b.items {
		if i.block >= stored {
			late.add(Busy, nil)
			i.Status, i.Result, i.Version = http.StatusTooManyRequests, "", 0
			i.Error = &bulkReason{"es_rejected_execution_exception", "not stored; send it again"}
		}
		a.Errors = a.Errors || i.Error != nil
		a.Items = append(a.Items, map[string]bulkItem{i.action: i})
	}
	q.lane.tally.add(late, q.d.s.now())
	return a
}

// carriers are the keys of a document that say how a message came, not what it
// says: of Beats, Elastic Agent, Logstash and Fluent Bit (Elastic Common Schema
// 8, field sets base, agent, container, data_stream, ecs, host, log,
// orchestrator, service).
var carriers = map[string]bool{
	"message": true, "@timestamp": true, "@version": true, "host": true, "agent": true, "log": true, "ecs": true,
	"input": true, "tags": true, "fields": true, "type": true, "beat": true, "offset": true, "prospector": true,
	"source": true, "data_stream": true, "fileset": true, "service": true, "cloud": true, "container": true,
	"docker": true, "kubernetes": true, "orchestrator": true, "stream": true, "hostname": true, "path": true, "elastic_agent": true,
}

// carriedEvent are the keys of "event" that do not make a document more than a
// carrier.
var carriedEvent = map[string]bool{"dataset": true, "module": true, "original": true, "ingested": true, "created": true, "timezone": true}

// lineOf is the line a document becomes: the whole document, as it came, for
// its fields may say more than its message does (Winlogbeat, Suricata through
// Filebeat). Only when it is nothing but a carrier, a message with the time of
// reading and where it was read, the line is the message, as if it had been
// sent by syslog.
func lineOf(v *fastjson.Value, whole []byte) []byte {
	message := v.Get("message")
	if message == nil || message.Type() != fastjson.TypeString {
		return whole
	}
	o, err := v.Object()
	if err != nil {
		return whole
	}
	only := true
	o.Visit(func(key []byte, inner *fastjson.Value) {
		switch {
		case string(key) == "event":
			only = only && onlyCarried(inner)
		case !carriers[string(key)]:
			only = false
		}
	})
	text, err := message.StringBytes()
	if err != nil || !only || len(text) == 0 {
		return whole
	}
	return text
}

func onlyCarried(v *fastjson.Value) bool {
	o, err := v.Object()
	if err != nil {
		return false
	}
	only := true
	o.Visit(func(key []byte, _ *fastjson.Value) { only = only && carriedEvent[string(key)] })
	return only
}

// elasticError is an error as Elasticsearch writes it.
func elasticError(status int, text string) any {
	kind := map[int]string{http.StatusUnauthorized: "security_exception", http.StatusTooManyRequests: "es_rejected_execution_exception",
		http.StatusServiceUnavailable: "cluster_block_exception", http.StatusRequestEntityTooLarge: "content_too_long_exception"}[status]
	if kind == "" {
		kind = "illegal_argument_exception"
	}
	reason := bulkReason{kind, text}
	type body struct {
		RootCause []bulkReason `json:"root_cause"`
		bulkReason
	}
	return struct {
		Error  body `json:"error"`
		Status int  `json:"status"`
	}{body{[]bulkReason{reason}, reason}, status}
}

// elasticVersion is the version of the interface that is spoken. Beats 7 and 8
// send to it; they refuse to start on one they do not know.
const elasticVersion = "8.17.0"

// elasticRoot answers GET / and HEAD /.
func (q *request) elasticRoot() {
	q.answer(http.StatusOK, json.RawMessage(`{"name":"vonggac","cluster_name":"vonggac","cluster_uuid":"vonggac0000000000000000","version":{"number":"`+elasticVersion+
		`","build_flavor":"default","build_type":"tar","build_hash":"0000000000000000000000000000000000000000","build_date":"2024-12-01T00:00:00.000Z","build_snapshot":false,`+
		`"lucene_version":"9.12.0","minimum_wire_compatibility_version":"7.17.0","minimum_index_compatibility_version":"7.0.0"},"tagline":"You Know, for Search"}`))
}

// elasticLicense answers GET /_license and GET /_xpack, by which Beats and
// Logstash learn that a basic licence is active.
func (q *request) elasticLicense() {
	q.answer(http.StatusOK, json.RawMessage(`{"license":{"status":"active","uid":"00000000-0000-0000-0000-000000000000","type":"basic","mode":"basic","issued_to":"vonggac"},`+
		`"features":{"ilm":{"available":false,"enabled":false},"security":{"available":true,"enabled":true}}}`))
}

// elasticHealth answers GET /_cluster/health, which Vector asks at start.
func (q *request) elasticHealth() {
	q.answer(http.StatusOK, json.RawMessage(`{"cluster_name":"vonggac","status":"green","timed_out":false,"number_of_nodes":1,"number_of_data_nodes":1}`))
}

// elasticSetup answers what clients ask about templates and life cycles before
// they send: what they look for is there, what they bring is taken note of. None
// of it means anything here.
func (q *request) elasticSetup() {
	if q.r.Method == http.MethodGet || q.r.Method == http.MethodHead {
		q.answer(http.StatusOK, struct{}{})
		return
	}
	q.answer(http.StatusOK, json.RawMessage(`{"acknowledged":true}`))
}
