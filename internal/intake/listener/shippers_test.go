// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

// call is one request of a shipper and what it must be answered.
type call struct {
	method, path, body string
	header             []string
	status             int
	says               string
}

// asked is the line that each shipper of this file reads from a file of BIND.
const asked = "22-Nov-2026 10:00:00.125 queries: info: client @0x7f1c08001a58 192.0.2.10#51234 (www.example.vn): query: www.example.vn IN A +E(0)K (192.0.2.53)"

// filebeat is the document that Filebeat 8 makes of a line of a file, winlogbeat
// that which Winlogbeat 8 makes of a failed log-on.
const (
	filebeat = `{"@timestamp":"2026-11-22T03:00:01.002Z","log":{"offset":181,"file":{"path":"/var/log/named/query.log","device_id":"65024","inode":"9175108"}},"message":"` + asked +
		`","input":{"type":"filestream"},"ecs":{"version":"8.0.0"},"host":{"name":"ns1"},"agent":{"version":"8.17.0","ephemeral_id":"6f0d","id":"c1b5","name":"ns1","type":"filebeat"}}`
	winlogbeat = `{"@timestamp":"2026-11-22T03:00:00.125Z","winlog":{"channel":"Security","computer_name":"dc1.example.vn","event_id":"4625","provider_name":"Microsoft-Windows-Security-Auditing",` +
		`"provider_guid":"{54849625-5478-4994-A5BA-3E3B0328C30D}","record_id":815,"task":"Logon","keywords":["Audit Failure"],"opcode":"Info","api":"wineventlog","logon":{"type":"Network"},` +
		`"event_data":{"TargetUserName":"canbo1","TargetDomainName":"EXAMPLE","LogonType":"3","IpAddress":"203.0.113.5","IpPort":"40001","WorkstationName":"KALI","Status":"0xc000006d"}},` +
		`"event":{"code":"4625","kind":"event","provider":"Microsoft-Windows-Security-Auditing","action":"Logon","outcome":"failure","created":"2026-11-22T03:00:01.500Z"},` +
		`"log":{"level":"information"},"message":"An account failed to log on.\n\nSubject:\n\tSecurity ID:\t\tS-1-0-0","host":{"name":"dc1.example.vn"},"ecs":{"version":"8.0.0"},` +
		`"agent":{"version":"8.17.0","ephemeral_id":"6f0d","id":"c1b5","name":"dc1","type":"winlogbeat"}}`
)

// beats are the headers of Beats 8.
func beats(name string) []string {
	return []string{"User-Agent", "Elastic-" + name + "/8.17.0 (linux; amd64; 0; 2024-12-10 00:00:00 +0000 UTC)", "Accept", "application/json",
		"Content-Type", "application/json; charset=UTF-8", "Content-Encoding", "gzip", "Authorization", "ApiKey " + base64.StdEncoding.EncodeToString([]byte("id:"+secret))}
}

// setup is what Beats 8 ask before they send.
func setup(name string) []call {
	key := []string{"Authorization", "ApiKey " + base64.StdEncoding.EncodeToString([]byte("id:"+secret))}
	return []call{
		{"GET", "/", "", key, 200, `"number":"8.`},
		{"GET", "/_license?human=false", "", key, 200, `"status":"active"`},
		{"HEAD", "/_ilm/policy/" + name, "", key, 200, ""},
		{"HEAD", "/_index_template/" + name + "-8.17.0", "", key, 200, ""},
		{"PUT", "/_index_template/" + name + "-8.17.0", `{"index_patterns":["` + name + `-8.17.0"],"data_stream":{}}`, key, 200, `"acknowledged":true`},
		{"HEAD", "/_data_stream/" + name + "-8.17.0", "", key, 200, ""},
	}
}

const beatsBulk = "/_bulk?filter_path=errors%2Citems.%2A.error%2Citems.%2A.status"

// TestShippersAreTakenAsTheySend makes the requests of shippers, in their
// order, and reads what is stored as the centre does: the line that the shipper
// read must give the fields that it gives bare.
func TestShippersAreTakenAsTheySend(t *testing.T) {
	t.Parallel()
	splunk := []string{"Authorization", "Splunk " + secret, "Content-Type", "application/json"}
	packed := append([]string{"Content-Encoding", "gzip"}, splunk...)
	basic := []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("elastic:"+secret)), "Content-Type", "application/x-ndjson", "Content-Encoding", "gzip"}
	const at, channel = "1795316401.002", "0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba"
	const success = `{"text":"Success","code":0`
	for name, tc := range map[string]struct {
		calls []call
		want  func(t *testing.T, dns []event.DNS, acts []event.Activity)
	}{
		"Filebeat 8": {append(setup("filebeat"), call{"POST", beatsBulk, gzipped(t, `{"create":{"_index":"filebeat-8.17.0"}}`+"\n"+filebeat+"\n"), beats("filebeat"), 200, `"errors":false`}), asksOnce},
		"Winlogbeat 8": {append(setup("winlogbeat"), call{"POST", beatsBulk, gzipped(t, `{"create":{"_index":"winlogbeat-8.17.0"}}`+"\n"+winlogbeat+"\n"), beats("winlogbeat"), 200, `"errors":false`}),
			failsOnce},
		"Logstash": {[]call{{"GET", "/_license", "", basic, 200, `"active"`}, {"HEAD", "/", "", basic, 200, ""},
			{"POST", "/_bulk", gzipped(t, `{"index":{"_index":"logs-generic-default","routing":null}}`+"\n"+`{"@version":"1","@timestamp":"2026-11-22T03:00:01Z","message":"`+asked+
				`","host":{"hostname":"ns1"},"event":{"original":"`+asked+`"},"log":{"file":{"path":"/var/log/named/query.log"}}}`+"\n"), basic, 200, `"status":201`}}, asksOnce},
		"Fluent Bit, es": {[]call{{"POST", "/_bulk", `{"create":{"_index":"fluent-bit"}}` + "\n" + `{"@timestamp":"2026-11-22T03:00:01.002Z","log":"` + asked + `"}` + "\n",
			[]string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("any:"+secret)), "Content-Type", "application/x-ndjson", "User-Agent", "Fluent-Bit"}, 200, `"errors":false`}}, asksOnce},
		"Fluent Bit, splunk": {[]call{{"POST", "/services/collector/event", gzipped(t, `{"time":`+at+`,"event":{"log":"`+asked+`"}}`), append(packed, "User-Agent", "Fluent-Bit"), 200, success}}, asksOnce},
		"Fluent Bit, splunk, plain": {[]call{{"POST", "/services/collector/event", `{"time":` + at + `,"event":{"log":"` + asked + `"}}`,
			append(splunk, "User-Agent", "Fluent-Bit"), 200, success}}, asksOnce},
		"Fluent Bit, http": {[]call{{"POST", "/api/v1/ingest", `[{"date":` + at + `,"log":"` + asked + `"}]`, []string{"Content-Type", "application/json"}, 200, `{"lines":1,`}}, asksOnce},
		"Vector, elasticsearch": {[]call{{"GET", "/_cluster/health", "", basic, 200, `"green"`}, {"POST", "/_bulk?timeout=60s",
			gzipped(t, `{"create":{"_index":"vector-2026.11.22","_type":"_doc"}}`+"\n"+`{"@timestamp":"2026-11-22T03:00:01Z","file":"/var/log/named/query.log","host":"ns1","message":"`+asked+`","source_type":"file"}`+"\n"),
			basic, 200, `"errors":false`}}, asksOnce},
		"Vector, splunk_hec_logs": {[]call{{"GET", "/services/collector/health/1.0", "", splunk, 200, `"code":17`},
			{"POST", "/services/collector/event", gzipped(t, `{"event":{"message":"`+asked+`","host":"ns1","source_type":"file"},"fields":{},"host":"ns1","sourcetype":"bind","time":`+at+`}`),
				append(packed, "X-Splunk-Request-Channel", channel), 200, `"ackId":`}}, asksOnce},
		"Vector, splunk_hec_logs, text": {[]call{{"POST", "/services/collector/event", gzipped(t, `{"event":"`+asked+`","fields":{},"host":"ns1","time":`+at+`}`), packed, 200, success}}, asksOnce},
		"Vector, http":                  {[]call{{"POST", "/api/v1/ingest", gzipped(t, `[{"host":"ns1","message":"`+asked+`","timestamp":"2026-11-22T03:00:01Z"}]`), []string{"Content-Type", "application/json", "Content-Encoding", "gzip"}, 200, `{"lines":1,`}}, asksOnce},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sh := newShelf()
			s := start(t, web(sh, directory(holder)))
			for _, c := range tc.calls {
				a, text := push(t, s, c.method, c.path, c.body, c.header...)
				if a.StatusCode != c.status || !strings.Contains(text, c.says) {
					t.Fatalf("%s %s is answered %d %s", c.method, c.path, a.StatusCode, text)
				}
				elastic := !strings.HasPrefix(c.path, "/services") && !strings.HasPrefix(c.path, "/api/")
				if elastic != (a.Header.Get("X-Elastic-Product") == "Elasticsearch") {
					t.Errorf("%s %s is answered with %v", c.method, c.path, a.Header)
				}
			}
			f := s.Figures()
			if sh.count() != 1 || f.Ways[0].StoredLines != 1 || len(f.Ways[0].Counts) != 0 {
				t.Fatalf("stored %q, figures %+v", sh.text(), f)
			}
			dns, acts := readAs(t, sh.lines()[0])
			tc.want(t, dns, acts)
		})
	}
}

// readAs gives the events of one line, in the format that it is told to be.
func readAs(t *testing.T, line string) ([]event.DNS, []event.Activity) {
	t.Helper()
	opt := format.Options{At: time.Date(2026, 11, 22, 3, 0, 2, 0, time.UTC)}
	l, err := format.DetectLog([][]byte{[]byte(line)}, opt)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	dns, acts, v := l.Text(opt).ReadBoth([]byte(line), nil, nil)
	if v.Outcome != format.Parsed {
		t.Fatalf("%s: %+v", line, v)
	}
	return dns, acts
}

// asksOnce holds the events of a line against those of the bare one.
func asksOnce(t *testing.T, dns []event.DNS, acts []event.Activity) {
	t.Helper()
	want, none := readAs(t, asked)
	if len(none) != 0 || len(acts) != 0 || len(dns) != 1 || fmt.Sprintf("%+v", dns) != fmt.Sprintf("%+v", want) {
		t.Errorf("got %+v %+v, want %+v", dns, acts, want)
	}
	if len(dns) == 1 && (dns[0].Client.String() != "192.0.2.10" || dns[0].Name != "www.example.vn" || dns[0].Type != "A") {
		t.Errorf("got %+v", dns[0])
	}
}

// failsOnce holds that a log-on of canbo1 from 203.0.113.5 failed.
func failsOnce(t *testing.T, dns []event.DNS, acts []event.Activity) {
	t.Helper()
	if len(dns) != 0 || len(acts) != 1 {
		t.Fatalf("got %+v %+v", dns, acts)
	}
	a := acts[0]
	if a.Class != event.Authentication || !strings.Contains(a.User, "canbo1") || a.Src.Addr.String() != "203.0.113.5" || a.Status != event.Failure ||
		!a.Time.Equal(time.Date(2026, 11, 22, 3, 0, 0, 125e6, time.UTC)) {
		t.Errorf("got %+v", a)
	}
}

// TestAShipperThatIsRefusedIsToldSoInItsOwnWords gives a wrong key.
func TestAShipperThatIsRefusedIsToldSoInItsOwnWords(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	s := start(t, web(sh, directory(holder)))
	header := beats("filebeat")
	header[len(header)-1] = "ApiKey " + base64.StdEncoding.EncodeToString([]byte("id:another"))
	a, text := push(t, s, "POST", beatsBulk, gzipped(t, "{\"create\":{}}\n"+filebeat+"\n"), header...)
	if a.StatusCode != http.StatusUnauthorized || !strings.Contains(text, "security_exception") || sh.count() != 0 {
		t.Errorf("answered %d %s", a.StatusCode, text)
	}
}
