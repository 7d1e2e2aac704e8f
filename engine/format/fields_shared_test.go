// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

// record is a record of Zeek or Suricata as its own words say it, told by
// nothing that the readers use.
type record map[string]string

// flatten gives the texts and numbers of a JSON object by their path.
func flatten(into record, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			flatten(into, strings.TrimPrefix(path+"."+k, "."), inner)
		}
	case string:
		into[path] = v
	case json.Number:
		into[path] = v.String()
	}
}

func jsonRecord(line []byte) (record, bool) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var v map[string]any
	if d.Decode(&v) != nil {
		return nil, false
	}
	r := record{}
	flatten(r, "", v)
	return r, true
}

// zeekRecords gives the record of each line of a Zeek log, nil for a line that
// is none. A log whose columns were renamed gives nothing.
func zeekRecords(lines [][]byte) []record {
	out := make([]record, len(lines))
	var names []string
	for i, line := range lines {
		text := strings.TrimLeft(strings.TrimSuffix(string(line), "\r"), " ")
		if rest, ok := strings.CutPrefix(text, "#fields\t"); ok {
			names = strings.Split(rest, "\t")
		}
		if strings.HasPrefix(text, "{") {
			out[i], _ = jsonRecord([]byte(text))
		}
		cells := strings.Split(text, "\t")
		if strings.HasPrefix(text, "#") || strings.HasPrefix(text, "{") || len(cells) != len(names) || names[0] != "ts" {
			continue
		}
		out[i] = record{}
		for k, name := range names {
			if cells[k] != "-" && cells[k] != "(empty)" {
				out[i][name] = cells[k]
			}
		}
	}
	return out
}

// held counts fields that were compared, and tells those that differ.
type held struct {
	t      *testing.T
	file   string
	fields map[string]int
	wrong  int
}

func (h *held) same(field, got, want string) {
	if want == "" {
		return
	}
	if h.fields[field]++; got != want {
		if h.wrong++; h.wrong <= 5 {
			h.t.Errorf("%s: %s is %q, want %q", h.file, field, got, want)
		}
	}
}

// when compares a time in seconds since 1970, or as Suricata writes it.
func (h *held) when(got time.Time, want string) {
	if want == "" || strings.HasPrefix(want, "XXX") { // which the upstream project put for times
		return
	}
	at, err := time.Parse("2006-01-02T15:04:05.999999-0700", want)
	if seconds, whole := strconv.ParseFloat(want, 64); err != nil && whole == nil {
		at, err = time.UnixMicro(int64(seconds*1e6+0.5)), nil
	}
	if err != nil {
		if at, err = time.Parse(time.RFC3339Nano, want); err != nil {
			h.t.Fatalf("%s: no time %q", h.file, want)
		}
	}
	if h.fields["time"]++; got.Sub(at).Abs() > 2*time.Microsecond {
		h.t.Errorf("%s: time %s, want %s", h.file, got, want)
	}
}

func port(n uint16) string { return strconv.Itoa(int(n)) }

func (h *held) ends(e event.Activity, src, srcPort, dst, dstPort string) {
	h.same("src", e.Src.Addr.String(), canonical(src))
	h.same("src_port", port(e.Src.Port), srcPort)
	h.same("dst", e.Dst.Addr.String(), canonical(dst))
	h.same("dst_port", port(e.Dst.Port), dstPort)
}

// canonical is an address as netip writes it.
func canonical(s string) string {
	var a struct{ V event.Endpoint }
	if s == "" || a.V.Addr.UnmarshalText([]byte(s)) != nil {
		return ""
	}
	return a.V.Addr.Unmap().WithZone("").String()
}

// zeek compares an activity with its record.
func (h *held) zeek(log string, e event.Activity, r record) {
	h.when(e.Time, r["ts"])
	h.ends(e, r["id.orig_h"], r["id.orig_p"], r["id.resp_h"], r["id.resp_p"])
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	switch log {
	case "conn":
		if p := r["proto"]; p != "unknown_transport" {
			h.same("protocol", e.Protocol, p)
		}
		h.same("sent", n(e.Sent), r["orig_bytes"])
		h.same("received", n(e.Received), r["resp_bytes"])
	case "http":
		h.same("method", e.HTTP.Method, r["method"])
		h.same("status", strconv.Itoa(e.HTTP.Status), r["status_code"])
		if want := r["uri"]; want != "" && !strings.HasSuffix(e.HTTP.URL, want) {
			h.same("url", e.HTTP.URL, want)
		}
	case "ssl":
		h.same("sni", e.TLS.SNI, r["server_name"])
		h.same("tls_version", e.TLS.Version, r["version"])
		h.same("ja3", e.TLS.JA3, r["ja3"])
	case "files":
		h.same("md5", e.File.MD5, r["md5"])
		h.same("sha1", e.File.SHA1, r["sha1"])
		h.same("file_type", e.File.Type, r["mime_type"])
	}
}

// look compares a look-up.
func (h *held) look(e event.DNS, at, client, name, kind, rcode string) {
	h.when(e.Time, at)
	h.same("client", e.Client.String(), canonical(client))
	if plain := strings.TrimSuffix(name, "."); plain != "" && !strings.Contains(plain, `\`) {
		h.same("query", e.Name, plain)
	}
	h.same("type", e.Type, strings.ToUpper(kind))
	h.same("rcode", e.RCode, rcode)
}

// Every field that is read of every record of Zeek's logs is what its own column says.
func TestZeekFieldsAreThoseOfTheRecords(t *testing.T) {
	t.Parallel()
	all := map[string]int{}
	for _, file := range append(sharedGlob(t, "zeek/*/*.log*"), sharedGlob(t, "zeek/*/*.json*")...) {
		base := filepath.Base(file)
		log := ""
		for _, name := range []string{"conn", "http", "ssl", "files", "dns"} {
			if strings.Contains(base, name+".log") || strings.Contains(base, name+".json") || strings.HasPrefix(base, name+".") {
				log = name
			}
		}
		if log == "" || strings.Contains(base, "field_name_map") {
			continue
		}
		h := &held{t: t, file: file, fields: all}
		lines := sharedLines(t, file)
		records := zeekRecords(lines)
		look, _ := format.Lookup("zeek")
		act, _ := format.LookupActivity("zeek")
		dns, acts := look.New(format.Options{At: received}), act.New(format.Options{At: received})
		for i, line := range lines {
			d, _ := dns.Read(line, nil)
			a, _ := acts.Read(line, nil)
			r := records[i]
			switch {
			case r == nil:
			case log == "dns" && len(d) > 0:
				kind := r["qtype_name"]
				if strings.Contains(kind, "-") || strings.Contains(kind, "*") { // Zeek's word for types that it does not know
					kind = ""
				}
				h.look(d[0], r["ts"], r["id.orig_h"], r["query"], kind, r["rcode_name"])
			case log != "dns" && len(a) > 0:
				h.zeek(log, a[0], r)
			}
		}
	}
	t.Log(all)
	for _, f := range []string{"time", "src", "dst_port", "protocol", "sent", "method", "sni", "client", "query", "rcode"} {
		if all[f] == 0 {
			t.Errorf("no %s was compared", f)
		}
	}
}

// Every field that is read of every record of Suricata is what its own key says.
func TestSuricataFieldsAreThoseOfTheRecords(t *testing.T) {
	t.Parallel()
	all := map[string]int{}
	for _, file := range sharedGlob(t, "suricata-eve/*.json*") {
		if strings.HasSuffix(file, "expected.json") {
			continue
		}
		h := &held{t: t, file: file, fields: all}
		look, _ := format.Lookup("eve")
		act, _ := format.LookupActivity("eve")
		dns, acts := look.New(format.Options{At: received}), act.New(format.Options{At: received})
		for _, line := range sharedLines(t, file) {
			r, ok := jsonRecord(line)
			if !ok {
				t.Fatalf("%s: %.80q", file, line)
			}
			if d, _ := dns.Read(line, nil); len(d) > 0 {
				client := r["src_ip"]
				if r["dns.type"] == "answer" {
					client = r["dest_ip"]
				}
				h.look(d[0], r["timestamp"], client, r["dns.rrname"], r["dns.rrtype"], "")
			}
			if a, _ := acts.Read(line, nil); len(a) > 0 {
				h.suricata(a[0], r)
			}
		}
	}
	t.Log(all)
	for _, f := range []string{"time", "src", "dst_port", "protocol", "sent", "method", "title", "client", "query"} {
		if all[f] == 0 {
			t.Errorf("no %s was compared", f)
		}
	}
}

// suricata compares an activity with its record, whose ends may be those of a
// packet on its way back.
func (h *held) suricata(e event.Activity, r record) {
	h.when(e.Time, r["timestamp"])
	forth := [2]string{canonical(r["src_ip"]) + " " + r["src_port"], canonical(r["dest_ip"]) + " " + r["dest_port"]}
	if kind := r["event_type"]; (kind == "alert" || kind == "fileinfo") && fmt.Sprint(e.Src.Addr, " ", e.Src.Port) == forth[1] {
		r = maps.Clone(r)
		r["src_ip"], r["dest_ip"], r["src_port"], r["dest_port"] = r["dest_ip"], r["src_ip"], r["dest_port"], r["src_port"]
	}
	h.ends(e, r["src_ip"], r["src_port"], r["dest_ip"], r["dest_port"])
	h.same("protocol", e.Protocol, strings.ToLower(r["proto"]))
	h.same("title", e.Title, r["alert.signature"])
	h.same("sent", strconv.FormatInt(e.Sent, 10), r["flow.bytes_toserver"])
	h.same("received", strconv.FormatInt(e.Received, 10), r["flow.bytes_toclient"])
	h.same("method", e.HTTP.Method, r["http.http_method"])
	h.same("status", strconv.Itoa(e.HTTP.Status), r["http.status"])
	h.same("user_agent", e.HTTP.UserAgent, r["http.http_user_agent"])
	h.same("sni", e.TLS.SNI, r["tls.sni"])
	h.same("tls_version", e.TLS.Version, r["tls.version"])
}
