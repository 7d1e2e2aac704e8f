// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/intake/stream"
)

const secret = "t0ken-of-w1"

func holder(p listener.Peer) (listener.Way, bool) { return way, p.Token == secret }

func web(sh *shelf, d listener.Directory) listener.Options {
	return listener.Options{Appender: sh, Directory: d, Limits: quick,
		Listeners: []listener.Listen{{Name: "web", Kind: listener.HTTP, Address: "127.0.0.1:0"}}}
}

// push sends a request with pairs of header names and values.
func push(t testing.TB, s *listener.Server, method, path, body string, header ...string) (*http.Response, string) {
	t.Helper()
	scheme, client := "http", &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	if after, ok := strings.CutPrefix(path, "https:"); ok {
		scheme, path = "https", after
	}
	r, err := http.NewRequestWithContext(t.Context(), method, scheme+"://"+s.Addr("web").String()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	a, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a, string(text)
}

func gzipped(t testing.TB, s string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstandard(t testing.TB, s string) string {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	return string(z.EncodeAll([]byte(s), nil))
}

func TestWhatIsPushedIsStored(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		path, body string
		header     []string
		want       string
		answer     string
	}{
		"text":                        {"/ingest", "one\ntwo\r\nthree", nil, "one\ntwo\nthree\n", `{"lines":3,"blocks":1}`},
		"blank lines":                 {"/ingest", "\n\none\n\n", nil, "one\n", `{"lines":1,"blocks":1}`},
		"nothing":                     {"/ingest", "", nil, "", `{"lines":0,"blocks":0}`},
		"gzip":                        {"/ingest", gzipped(t, "one\ntwo\n"), []string{"Content-Encoding", "gzip"}, "one\ntwo\n", `{"lines":2,"blocks":1}`},
		"zstd":                        {"/api/v1/ingest", zstandard(t, "one\ntwo\n"), []string{"Content-Encoding", "zstd"}, "one\ntwo\n", `{"lines":2,"blocks":1}`},
		"lines of JSON":               {"/ingest", `{"a": 1}` + "\n" + `{"b":2}`, []string{"Content-Type", "application/x-ndjson"}, `{"a": 1}` + "\n" + `{"b":2}` + "\n", `{"lines":2,"blocks":1}`},
		"a JSON array":                {"/ingest", " [{\"a\": 1},\n{\n \"b\":\t2}, \"text\"]\n", []string{"Content-Type", "application/json; charset=utf-8"}, `{"a": 1}` + "\n" + `{"b":2}` + "\n\"text\"\n", `{"lines":3,"blocks":1}`},
		"JSON values":                 {"/ingest", "{\"a\": 1}\n{\"b\": 2}\n", []string{"Content-Type", "application/json"}, "{\"a\": 1}\n{\"b\": 2}\n", `{"lines":2,"blocks":1}`},
		"an empty array":              {"/ingest", "[]", []string{"Content-Type", "application/json"}, "", `{"lines":0,"blocks":0}`},
		"HEC text":                    {"/services/collector/event", `{"event":"one","host":"h"}{"event":"two\n","time":1}`, nil, "one\ntwo\n", `{"text":"Success","code":0}`},
		"HEC objects":                 {"/services/collector", "{\"event\":{\n\"a\": 1}}\n{\"event\": {\"b\": 2}}", nil, `{"a":1}` + "\n" + `{"b": 2}` + "\n", `{"text":"Success","code":0}`},
		"HEC raw":                     {"/services/collector/raw?channel=", "one\ntwo", nil, "one\ntwo\n", `{"text":"Success","code":0}`},
		"HEC gzip":                    {"/services/collector/event/1.0", gzipped(t, `{"event":"one"}`), []string{"Content-Encoding", "gzip"}, "one\n", `{"text":"Success","code":0}`},
		"a line of more than 1 MiB":   {"/ingest", strings.Repeat("x", listener.LongestLine+5) + "\nshort\n", nil, strings.Repeat("x", listener.LongestLine) + "\nshort\n", `{"lines":2,"blocks":1}`},
		"a line of far more":          {"/ingest", strings.Repeat("x", 3*listener.LongestLine) + "\nshort\n", nil, strings.Repeat("x", listener.LongestLine) + "\nshort\n", `{"lines":2,"blocks":1}`},
		"a line of a buffer's length": {"/ingest", strings.Repeat("x", 64<<10) + "\nshort\n", nil, strings.Repeat("x", 64<<10) + "\nshort\n", `{"lines":2,"blocks":1}`},
		"more than a block": {"/ingest", strings.Repeat(strings.Repeat("y", 1023)+"\n", 5000), nil, strings.Repeat(strings.Repeat("y", 1023)+"\n", 5000),
			`{"lines":5000,"blocks":3}`},
		"every way of giving the token": {"/ingest", "one\n", []string{"Authorization", "Splunk " + secret}, "one\n", `{"lines":1,"blocks":1}`},
		"the password of Basic":         {"/ingest", "one\n", []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("anybody:"+secret))}, "one\n", `{"lines":1,"blocks":1}`},
		"ApiKey":                        {"/ingest", "one\n", []string{"Authorization", "ApiKey " + base64.StdEncoding.EncodeToString([]byte("id:"+secret))}, "one\n", `{"lines":1,"blocks":1}`},
		"a bare ApiKey":                 {"/ingest", "one\n", []string{"Authorization", "ApiKey " + secret}, "one\n", `{"lines":1,"blocks":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sh := newShelf()
			s := start(t, web(sh, directory(holder)))
			a, text := push(t, s, "POST", tc.path, tc.body, tc.header...)
			if a.StatusCode != http.StatusOK || strings.TrimSpace(text) != tc.answer {
				t.Errorf("answer %d %s, want %s", a.StatusCode, text, tc.answer)
			}
			if got := sh.text(); got != tc.want {
				t.Errorf("stored %s, want %s", short(got), short(tc.want))
			}
			if f := s.Figures(); len(f.Ways) != 1 || int(f.Ways[0].StoredLines) != sh.count() || f.Ways[0].Lines != f.Ways[0].StoredLines || f.Held != 0 {
				t.Errorf("figures %+v", f)
			}
		})
	}
}

func TestARequestSentAgainIsTheSameBlocks(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	s := start(t, web(sh, directory(holder)))
	body := strings.Repeat(strings.Repeat("y", 1023)+"\n", 3000)
	for range 3 {
		push(t, s, "POST", "/ingest", body, "Idempotency-Key", "order-7")
	}
	push(t, s, "POST", "/ingest", "odd\n", "Idempotency-Key", "a key / of a kind "+strings.Repeat("long", 100))
	push(t, s, "POST", "/ingest", "odd\n", "Idempotency-Key", "a key / of a kind "+strings.Repeat("long", 100))
	push(t, s, "POST", "/ingest", "new\n")
	push(t, s, "POST", "/ingest", "new\n")
	if sh.count() != 3003 || sh.blocks[0].ID != "http/w1/order-7" || sh.blocks[1].ID != "http/w1/order-7/1" {
		t.Errorf("%d lines, first block %q", sh.count(), sh.blocks[0].ID)
	}
}

func TestWhatCannotBeTakenIsRefused(t *testing.T) {
	t.Parallel()
	bomb := gzipped(t, strings.Repeat("x\n", 2<<16))
	for name, tc := range map[string]struct {
		path, body string
		header     []string
		status     int
		says       string
		counted    listener.Reason
	}{
		"no JSON":             {"/ingest", "[{\"a\":1},{]", []string{"Content-Type", "application/json"}, 400, `"status":400`, listener.BadRequest},
		"behind the array":    {"/ingest", "[1] 2", []string{"Content-Type", "application/json"}, 400, `"status":400`, listener.BadRequest},
		"broken gzip":         {"/ingest", "no gzip", []string{"Content-Encoding", "gzip"}, 400, "unpacked", listener.BadRequest},
		"cut gzip":            {"/ingest", gzipped(t, "one\ntwo\n")[:20], []string{"Content-Encoding", "gzip"}, 400, "cannot be read", listener.BadRequest},
		"unknown packing":     {"/ingest", "x", []string{"Content-Encoding", "br"}, 400, "packing", listener.BadRequest},
		"too large":           {"/ingest", strings.Repeat("x\n", 1<<16), nil, 413, "65536", listener.TooLarge},
		"a bomb":              {"/ingest", bomb, []string{"Content-Encoding", "gzip"}, 413, "unpacked", listener.TooLarge},
		"a bomb by zstd":      {"/ingest", zstandard(t, strings.Repeat("x\n", 2<<16)), []string{"Content-Encoding", "zstd"}, 413, "unpacked", listener.TooLarge},
		"a bomb for _bulk":    {"/_bulk", gzipped(t, strings.Repeat("\n", 2<<16)), []string{"Content-Encoding", "gzip"}, 413, "content_too_long_exception", listener.TooLarge},
		"HEC without events":  {"/services/collector", " ", nil, 400, `"code":5`, listener.BadRequest},
		"HEC without event":   {"/services/collector", `{"event":"a"}{"host":"h"}`, nil, 400, `"code":12,"invalid-event-number":1`, listener.BadRequest},
		"HEC blank":           {"/services/collector", `{"event":" "}`, nil, 400, `"code":13,"invalid-event-number":0`, listener.BadRequest},
		"HEC text":            {"/services/collector", `{"event":"a"} what`, nil, 400, `"code":6,"invalid-event-number":1`, listener.BadRequest},
		"HEC number":          {"/services/collector", `7`, nil, 400, `"code":6`, listener.BadRequest},
		"HEC cut":             {"/services/collector", `{"event":"a`, nil, 400, `"code":6`, listener.BadRequest},
		"_bulk of nothing":    {"/_bulk", "\n", nil, 400, "request body is required", listener.BadRequest},
		"_bulk without order": {"/_bulk", "{\"message\":\"x\",\"a\":1}\n", nil, 400, "malformed action/metadata line [1]", listener.BadRequest},
		"acks of no channel":  {"/services/collector/ack", `{"acks":[0]}`, nil, 400, `"code":10`, listener.BadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sh := newShelf()
			o := web(sh, directory(holder))
			o.Limits.Body = 1 << 16
			s := start(t, o)
			a, text := push(t, s, "POST", tc.path, tc.body, tc.header...)
			if a.StatusCode != tc.status || !strings.Contains(text, tc.says) {
				t.Errorf("answer %d %s, want %d %s", a.StatusCode, text, tc.status, tc.says)
			}
			f := s.Figures()
			if sh.count() != 0 || countOf(f.Ways[0].Counts, tc.counted) != 1 || f.Held != 0 {
				t.Errorf("stored %q, figures %+v", sh.text(), f)
			}
		})
	}
}

func TestWithoutATokenNothingIsTaken(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	var log bytes.Buffer
	o := web(sh, directory(holder))
	o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := start(t, o)
	n := int64(0)
	for _, tc := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"POST", "/ingest", 401, `"status":401`},
		{"POST", "/_bulk", 401, "security_exception"},
		{"POST", "/logs/_bulk", 401, "security_exception"},
		{"GET", "/", 401, "security_exception"},
		{"PUT", "/_ilm/policy/x", 401, "security_exception"},
		{"POST", "/services/collector", 403, `"code":4`},
		{"POST", "/services/collector/raw", 403, `"code":4`},
	} {
		a, text := push(t, s, tc.method, tc.path, "line\n", "Authorization", "Bearer wr0ng-token")
		n++
		if a.StatusCode != tc.status || !strings.Contains(text, tc.says) || a.StatusCode == 401 && a.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d %s", tc.path, a.StatusCode, text)
		}
		if strings.Contains(text, "wr0ng") {
			t.Errorf("%s gives the token back: %s", tc.path, text)
		}
	}
	if a, text := push(t, s, "POST", "/services/collector", "x", "Authorization", "none"); a.StatusCode != 401 || !strings.Contains(text, `"code":2`) {
		t.Errorf("without a token: %d %s", a.StatusCode, text)
	}
	f := s.Figures()
	if f.Listeners[0].Unknown != n+1 || len(f.Listeners[0].Senders) != 1 || sh.count() != 0 {
		t.Errorf("figures %+v", f)
	}
	if all := fmt.Sprintf("%+v %s", f, log.String()); strings.Contains(all, "wr0ng") || strings.Contains(all, secret) {
		t.Errorf("a token is told: %s", all)
	}
}

func TestAFullStreamIsSaidSo(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	sh.refuse = func(stream.Block) error { return errRefused }
	s := start(t, web(sh, directory(holder)))
	for path, says := range map[string]string{"/ingest": `"status":503`, "/_bulk": "cluster_block_exception", "/services/collector": `"code":9`} {
		a, text := push(t, s, "POST", path, map[string]string{"/ingest": "x", "/_bulk": "{\"create\":{}}\n{}\n", "/services/collector": `{"event":"x"}`}[path])
		if a.StatusCode != 503 || a.Header.Get("Retry-After") != "5" || !strings.Contains(text, says) {
			t.Errorf("%s: %d %s", path, a.StatusCode, text)
		}
	}
	if f := s.Figures(); countOf(f.Ways[0].Counts, listener.Busy) != 3 || f.Ways[0].Lines != 0 {
		t.Errorf("figures %+v", f)
	}
}

func TestWithoutRoomOnTheDiskHTTPIsToldToSendAgainAndItIsCountedAsThat(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	sh.refuse = func(stream.Block) error { return &stream.Full{Free: 1, Need: 2} }
	s := start(t, web(sh, directory(holder)))
	if a, text := push(t, s, "POST", "/ingest", "x\n"); a.StatusCode != 503 || a.Header.Get("Retry-After") != "5" || !strings.Contains(text, "send it again") {
		t.Errorf("%d %s", a.StatusCode, text)
	}
	if f := s.Figures(); countOf(f.Ways[0].Counts, listener.NoRoom) != 1 || countOf(f.Ways[0].Counts, listener.Busy) != 0 {
		t.Errorf("figures %+v", f)
	}
}

func TestOverItsQuotaHTTPIsToldToWait(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	limited := way
	limited.Quota = listener.Quota{Lines: 10}
	now := time.Unix(1_800_000_000, 0)
	var mu sync.Mutex
	o := web(sh, directory(func(listener.Peer) (listener.Way, bool) { return limited, true }))
	o.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	s := start(t, o)
	if a, _ := push(t, s, "POST", "/ingest", strings.Repeat("x\n", 10*listener.Burst+29)); a.StatusCode != 200 {
		t.Errorf("the first is answered %d", a.StatusCode)
	}
	if a, text := push(t, s, "POST", "/ingest", "x\n"); a.StatusCode != 429 || a.Header.Get("Retry-After") != "3" {
		t.Errorf("the second is answered %d after %s: %s", a.StatusCode, a.Header.Get("Retry-After"), text)
	}
	if f := s.Figures(); countOf(f.Ways[0].Counts, listener.Deferred) != 1 {
		t.Errorf("figures %+v", f)
	}
	mu.Lock()
	now = now.Add(3 * time.Second)
	mu.Unlock()
	if a, _ := push(t, s, "POST", "/ingest", "x\n"); a.StatusCode != 200 {
		t.Errorf("later it is answered %d", a.StatusCode)
	}
}

func TestBulkAnswersEachItem(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	s := start(t, web(sh, directory(holder)))
	body := `{"create":{"_index":"filebeat-8"}}
{"@timestamp":"2026-11-22T10:00:00Z","message":"named[1]: query\ntwo","host":{"name":"h"},"agent":{"type":"filebeat"},"log":{"offset":1},"event":{"dataset":"x"}}
{"index":{"_id":"7"}}
{"@timestamp":"2026-11-22T10:00:00Z","message":"Logon","winlog":{"event_id":4624}}
{"delete":{"_index":"a","_id":"1"}}
{"update":{"_index":"a","_id":"1"}}
{"doc":{}}

{"create":{}}
no json
{"create":{}}
{"dns":{"rrname":"a.example.vn"}}
{"create":{}}
`
	for _, path := range []string{"/_bulk?filter_path=errors,items.*.error,items.*.status", "/_bulk/", "/logs/_bulk", "/logs/_doc/_bulk"} {
		sh.set(func(s *shelf) { s.blocks = nil })
		a, text := push(t, s, "POST", path, body, "Content-Type", "application/x-ndjson")
		var got struct {
			Errors bool
			Items  []map[string]struct {
				Index  string `json:"_index"`
				ID     string `json:"_id"`
				Status int
				Error  *struct{ Type string }
			}
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil || a.StatusCode != 200 || a.Header.Get("X-Elastic-Product") != "Elasticsearch" {
			t.Fatalf("answer %d %s: %v", a.StatusCode, text, err)
		}
		var said []string
		for _, i := range got.Items {
			for action, r := range i {
				said = append(said, fmt.Sprintf("%s %d %t", action, r.Status, r.Error != nil))
			}
		}
		want := "create 201 false,index 201 false,delete 400 true,update 400 true,create 400 true,create 201 false,create 400 true"
		if strings.Join(said, ",") != want || !got.Errors || got.Items[0]["create"].Index != "filebeat-8" || got.Items[1]["index"].ID != "7" {
			t.Errorf("answered %v", said)
		}
		if strings.HasPrefix(path, "/logs") && got.Items[1]["index"].Index != "logs" {
			t.Errorf("the index of the path is lost: %s", text)
		}
		wantText := "named[1]: query#012two\n" + `{"@timestamp":"2026-11-22T10:00:00Z","message":"Logon","winlog":{"event_id":4624}}` + "\n" + `{"dns":{"rrname":"a.example.vn"}}` + "\n"
		if sh.text() != wantText {
			t.Errorf("stored %q", sh.text())
		}
	}
	if f := s.Figures(); countOf(f.Ways[0].Counts, listener.BadItem) != 16 {
		t.Errorf("figures %+v", f.Ways[0].Counts)
	}
}

// TestBulkTellsWhichItemsWereNotStored lets the second block of a request fail.
func TestBulkTellsWhichItemsWereNotStored(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	sh.refuse = func(b stream.Block) error {
		if strings.HasSuffix(b.ID, "/1") {
			return errRefused
		}
		return nil
	}
	s := start(t, web(sh, directory(holder)))
	doc := `{"a":"` + strings.Repeat("y", 1<<20-100) + `"}`
	a, text := push(t, s, "POST", "/_bulk", strings.Repeat("{\"create\":{}}\n"+doc+"\n", 3))
	if a.StatusCode != 200 || strings.Count(text, `"status":201`) != 2 || strings.Count(text, `"status":429`) != 1 || !strings.Contains(text, `"errors":true`) {
		t.Errorf("answer %d %s", a.StatusCode, text)
	}
	if f := s.Figures(); f.Ways[0].StoredLines != 2 || countOf(f.Ways[0].Counts, listener.Busy) != 1 {
		t.Errorf("figures %+v", f)
	}
}

func TestElasticClientsAreAnsweredBeforeTheySend(t *testing.T) {
	t.Parallel()
	s := start(t, web(newShelf(), directory(holder)))
	for _, tc := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"GET", "/", 200, `"number":"8.`},
		{"HEAD", "/", 200, ""},
		{"GET", "/_license", 200, `"status":"active"`},
		{"GET", "/_xpack", 200, `"license"`},
		{"GET", "/_cluster/health", 200, `"status":"green"`},
		{"HEAD", "/_index_template/filebeat-8", 200, ""},
		{"GET", "/_ilm/policy/filebeat", 200, "{}"},
		{"PUT", "/_ilm/policy/filebeat", 200, `"acknowledged":true`},
		{"PUT", "/_template/logstash", 200, `"acknowledged":true`},
		{"PUT", "/_data_stream/filebeat-8", 200, `"acknowledged":true`},
		{"GET", "/_bulk", 405, "illegal_argument_exception"},
		{"GET", "/elsewhere", 404, `"status":404`},
		{"GET", "/services/collector/health", 200, `"code":17`},
	} {
		a, text := push(t, s, tc.method, tc.path, "")
		if a.StatusCode != tc.status || !strings.Contains(text, tc.says) {
			t.Errorf("%s %s: %d %s", tc.method, tc.path, a.StatusCode, text)
		}
	}
}

func TestHECAcknowledgesWhatIsStored(t *testing.T) {
	t.Parallel()
	s := start(t, web(newShelf(), directory(holder)))
	var ids []int64
	for range 2 {
		_, text := push(t, s, "POST", "/services/collector/event", `{"event":"x"}`, "X-Splunk-Request-Channel", "0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba")
		var a struct{ AckID int64 }
		if err := json.Unmarshal([]byte(text), &a); err != nil || a.AckID == 0 {
			t.Fatalf("answer %s: %v", text, err)
		}
		ids = append(ids, a.AckID)
	}
	_, text := push(t, s, "POST", "/services/collector/ack?channel=0aeeac95", fmt.Sprintf(`{"acks":[%d,%d,%d]}`, ids[0], ids[1], ids[1]+100))
	if want := fmt.Sprintf(`{"acks":{"%d":true,"%d":true,"%d":false}}`, ids[0], ids[1], ids[1]+100); strings.TrimSpace(text) != want {
		t.Errorf("answer %s, want %s", text, want)
	}
}

// TestPushOverTLS identifies the sender by certificate as well.
func TestPushOverTLS(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	o := web(sh, directory(holder))
	o.Listeners[0].TLS = &tls.Config{Certificates: []tls.Certificate{issue(t, "server", nil).cert}}
	s := start(t, o)
	if a, text := push(t, s, "POST", "https:/ingest", "over TLS\n"); a.StatusCode != 200 || sh.text() != "over TLS\n" {
		t.Errorf("answer %d %s", a.StatusCode, text)
	}
	c := dial(t, s, "web")
	send(t, c, "no TLS at all\r\n\r\n")
	eventually(t, s, "counted", func(f listener.Figures) bool { return countOf(f.Listeners[0].Counts, listener.Handshake) == 1 })
}

// TestStopLetsARequestEnd stops while a block is being stored.
func TestStopLetsARequestEnd(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	sh.blocked = make(chan struct{})
	s := launch(t, web(sh, directory(holder)))
	answered := make(chan int, 1)
	go func() {
		a, _ := push(t, s, "POST", "/ingest", "last\n")
		answered <- a.StatusCode
	}()
	sh.await(t, "asked to store", func(s *shelf) bool { return s.calls == 1 })
	stopped := make(chan struct{})
	go func() {
		stop(t, s)
		close(stopped)
	}()
	close(sh.blocked)
	if got := <-answered; got != 200 || sh.text() != "last\n" {
		t.Errorf("answered %d, stored %q", got, sh.text())
	}
	<-stopped
}

// TestASlowRequestEnds sends a header and no body.
func TestASlowRequestEnds(t *testing.T) {
	t.Parallel()
	o := web(newShelf(), directory(holder))
	o.Limits.Request = 50 * time.Millisecond
	s := start(t, o)
	c := dial(t, s, "web")
	send(t, c, "POST /ingest HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+secret+"\r\nContent-Length: 100\r\n\r\nbegun")
	if _, err := io.Copy(io.Discard, c); err != nil && !isReset(err) {
		t.Error(err)
	}
	eventually(t, s, "counted", func(f listener.Figures) bool {
		return len(f.Ways) == 1 && len(f.Ways[0].Counts) == 1 && f.Listeners[0].Connections == 0
	})
}

// TestCurlPushes runs curl.
func TestCurlPushes(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed here")
	}
	sh := newShelf()
	s := start(t, web(sh, directory(holder)))
	base := "http://" + s.Addr("web").String()
	for _, args := range [][]string{
		{"-H", "Authorization: Bearer " + secret, "--data-binary", "one\ntwo\n", base + "/api/v1/ingest"},
		{"-H", "Authorization: Splunk " + secret, "-d", `{"event":"three"}`, base + "/services/collector"},
		{"-u", "elastic:" + secret, "-H", "Content-Type: application/x-ndjson", "--data-binary", "{\"create\":{}}\n{\"message\":\"four\"}\n", base + "/logs/_bulk"},
	} {
		if out, err := exec.CommandContext(t.Context(), path, append([]string{"-sS", "--noproxy", "*", "--fail-with-body"}, args...)...).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
	if got := sh.text(); got != "one\ntwo\nthree\nfour\n" {
		t.Errorf("stored %q", got)
	}
}
