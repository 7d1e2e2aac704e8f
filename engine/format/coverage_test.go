// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/scan"
)

// figure is what became of the lines of one part of a set.
type figure struct {
	Part     string                  `json:"part"` // "crowdsec-logs/sshd-logs"
	Format   string                  `json:"format"`
	Lines    int64                   `json:"lines"`
	Read     int64                   `json:"read"`
	Skipped  map[format.Reason]int64 `json:"skipped,omitempty"`
	Rejected map[format.Reason]int64 `json:"rejected,omitempty"`
}

// sets are the sets of the shared data that the table holds formats against.
var sets = []string{"dns-logs", "crowdsec-logs", "sekoia-parser-cases", "proxy-logs", "netflow-ipfix", "dns-wire", "zeek", "suricata-eve"}

const setsFile = "testdata/coverage/sets.json"

// The figures that the guide prints are those of the sets as they are. A change
// of them is written by go test -update, and read by whoever reviews it.
func TestFiguresOfTheTableAreThoseOfTheSets(t *testing.T) {
	t.Parallel()
	var got []figure
	for _, set := range sets {
		if _, err := os.Stat(filepath.Join(shared, set)); err != nil {
			t.Skip("shared data absent: " + set)
		}
		got = append(got, figuresOf(t, set)...)
	}
	text, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if text = append(text, '\n'); *update {
		if err := os.WriteFile(setsFile, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(setsFile)
	if err != nil || !bytes.Equal(text, want) {
		t.Errorf("%s is not what the sets give: %v\n%s", setsFile, err, firstDifference(string(text), string(want)))
	}
}

// figuresOf reads every file of a set as a file that is sent, and adds up by
// part and format: a part is a file, of large sets a folder.
func figuresOf(t *testing.T, set string) []figure {
	t.Helper()
	sum := map[[2]string]*figure{}
	err := fs.WalkDir(os.DirFS(filepath.Join(shared, set)), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(name, "README") || name == "record-counts.json" || name == "expected.json" || name == "cases.jsonl" {
			return err
		}
		b, err := os.ReadFile(filepath.Join(shared, set, name))
		if err != nil {
			return err
		}
		part := set
		switch set {
		case "crowdsec-logs", "zeek", "dns-wire":
			if part = filepath.ToSlash(filepath.Join(set, filepath.Dir(name))); filepath.Dir(name) == "." {
				part = set + "/" + name
			}
		case "sekoia-parser-cases", "suricata-eve", "proxy-logs", "dns-logs":
			part = set + "/" + strings.TrimSuffix(filepath.ToSlash(name), ".jsonl")
		}
		for _, stream := range streamsOf(t, set, b) {
			addFigure(t, sum, part, stream)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if set == "netflow-ipfix" { // one message needs those before it: cases say which
		clear(sum)
		for _, stream := range flowCases(t) {
			addFigure(t, sum, set, stream)
		}
	}
	var out []figure
	for _, key := range slices.SortedFunc(maps.Keys(sum), func(a, b [2]string) int { return strings.Compare(a[0]+" "+a[1], b[0]+" "+b[1]) }) {
		out = append(out, *sum[key])
	}
	return out
}

// streamsOf gives what is one log each: a file, of the parser cases a message.
func streamsOf(t *testing.T, set string, b []byte) [][]byte {
	t.Helper()
	if set != "sekoia-parser-cases" {
		return [][]byte{b}
	}
	var out [][]byte
	for _, line := range cutLines(b) {
		var c sekoiaTraffic
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		one := strings.TrimSpace(c.Message)
		if !strings.Contains(one, "\t") {
			one = strings.Join(strings.Fields(one), " ")
		}
		out = append(out, []byte(one))
	}
	return out
}

func flowCases(t *testing.T) (out [][]byte) {
	t.Helper()
	for _, line := range sharedLines(t, "netflow-ipfix/cases.jsonl") {
		var c struct {
			Packets []string `json:"packets_in_order"`
		}
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		var dump []byte
		for _, name := range c.Packets {
			b, err := os.ReadFile(filepath.Join(shared, "netflow-ipfix", name))
			if err != nil {
				t.Fatal(err)
			}
			dump = append(dump, b...)
		}
		out = append(out, dump)
	}
	return out
}

func addFigure(t *testing.T, sum map[[2]string]*figure, part string, stream []byte) {
	t.Helper()
	s, err := scan.Stream(t.Context(), bytes.NewReader(stream), scan.Options{Lines: format.Options{At: received}, Workers: 1}, func(scan.Block) error { return nil })
	if s.Format == "" {
		s.Format = "-" // known to no format
	}
	var broken *scan.Error
	if err != nil && !errors.As(err, &broken) {
		t.Fatal(err)
	}
	key := [2]string{part, s.Format}
	if sum[key] == nil {
		sum[key] = &figure{Part: part, Format: s.Format, Skipped: map[format.Reason]int64{}, Rejected: map[format.Reason]int64{}}
	}
	f := sum[key]
	f.Lines += s.Lines
	f.Read += s.Parsed
	for why, n := range s.Skipped {
		f.Skipped[why] += n
	}
	for why, n := range s.Rejected {
		f.Rejected[why] += n
	}
}

// about is what only a person can say of a format.
type about struct {
	Product string
	Unread  map[string]string // by language
}

// sample is what a format's own samples give.
type sample struct {
	files                 int
	lines, read           int
	skipped, rejected     int
	classes, fields, seen []string
}

// The pages of the guide are made of the code, the samples and the figures of
// the sets: a format that is added or reads another field makes them stale.
func TestTheGuidesTableOfFormatsIsNotStale(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/coverage/about.yaml")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]about{}
	if err := yaml.Unmarshal(raw, &known); err != nil {
		t.Fatal(err)
	}
	raw, err = os.ReadFile(setsFile)
	if err != nil {
		t.Fatal(err)
	}
	var figures []figure
	if err := json.Unmarshal(raw, &figures); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"vi", "en"} {
		checkGolden(t, "../../docs/guide/"+lang+"/dinh-dang.md", tablePage(t, words[lang], lang, known, figures))
	}
}

func sampleOf(t *testing.T, l format.Log) sample {
	t.Helper()
	var s sample
	classes, fields, kinds := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, file := range samplesOf(t, l.Name) {
		s.files++
		for _, k := range readLog(l, readLines(t, file), "") {
			s.lines++
			switch k.verdict.Outcome {
			case format.Parsed:
				s.read++
			case format.Skipped:
				s.skipped++
			case format.Rejected:
				s.rejected++
			}
			for _, e := range k.dns {
				classes["dns (4003)"] = true
				for name, is := range map[string]bool{"time": !e.Time.IsZero(), "src": e.Client.IsValid(), "dst": e.Server.IsValid(), "query": e.Name != "", "type": e.Type != "", "rcode": e.RCode != ""} {
					fields[name] = fields[name] || is
				}
				kinds["domain"] = true
			}
			for _, a := range k.acts {
				classes[fmt.Sprintf("%s (%d)", a.Class, a.Class)] = true
				for name, is := range saidBy(a) {
					fields[name] = fields[name] || is
				}
				for _, o := range a.Observables(nil) {
					kinds[string(o.Kind)] = true
				}
			}
		}
	}
	s.classes, s.fields, s.seen = trueKeys(classes), trueKeys(fields), trueKeys(kinds)
	return s
}

// saidBy tells which fields of an activity are set, by the words of mapping files.
func saidBy(a event.Activity) map[string]bool {
	return map[string]bool{
		"time": !a.Time.IsZero(), "src": a.Src.Addr.IsValid(), "src_port": a.Src.Port != 0, "src_host": a.Src.Host != "",
		"dst": a.Dst.Addr.IsValid(), "dst_port": a.Dst.Port != 0, "dst_host": a.Dst.Host != "", "protocol": a.Protocol != "",
		"action": a.Action != event.Unsaid, "outcome": a.Status != event.Unknown, "service": a.Service != "",
		"sent": a.Sent != 0, "received": a.Received != 0, "user": a.User != "", "title": a.Title != "", "query": a.Query != "",
		"method": a.HTTP.Method != "", "url": a.HTTP.URL != "", "user_agent": a.HTTP.UserAgent != "", "status": a.HTTP.Status != 0,
		"sni": a.TLS.SNI != "", "tls_version": a.TLS.Version != "", "ja3": a.TLS.JA3 != "", "ja3s": a.TLS.JA3S != "", "ja4": a.TLS.JA4 != "",
		"file_name": a.File.Name != "", "file_type": a.File.Type != "", "file_size": a.File.Size != 0,
		"md5": a.File.MD5 != "", "sha1": a.File.SHA1 != "", "sha256": a.File.SHA256 != "", "email_from": a.Email.From != "", "email_to": len(a.Email.To) > 0,
	}
}

func trueKeys(m map[string]bool) []string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if m[k] {
			out = append(out, k)
		}
	}
	return out
}

// words are the texts of the page.
var words = map[string]map[string]string{
	"vi": {
		"title":  "# Bảng định dạng nhật ký\n\nTrang này do phép thử của chương trình lập từ mã nguồn, các dòng mẫu và các bộ dữ liệu thật; định dạng thêm vào hay đọc khác đi mà trang chưa đổi thì phép thử báo lỗi.\n",
		"wrap":   "## Đi qua mạng {#vo-boc}\n\nMọi định dạng đều đọc được dòng trần và dòng nằm sau:\n",
		"wrap2":  "Dòng nằm trong một đối tượng JSON (`message`, `log`, `msg`, `MESSAGE`, `event.original`: Filebeat, Fluent Bit, Docker, journald) cũng đọc được. Dòng không ghi thời gian lấy thời gian của lớp bọc. Mỗi dòng mẫu được thử với mọi kiểu trên và phải cho đúng sự kiện như dòng trần.\n",
		"table":  "## Các định dạng {#cac-dinh-dang}\n\n| Tên | Sản phẩm | Lớp OCSF | Dòng mẫu: đọc / bỏ qua / từ chối |\n|---|---|---|---|\n",
		"each":   "## Từng định dạng {#tung-dinh-dang}\n\n",
		"fields": "Trường đọc được", "seen": "Đem so với danh sách chỉ dấu", "none": "không có", "sets": "Bộ dữ liệu đã thử", "unread": "Chưa đọc",
		"read": "đọc", "skipped": "bỏ qua", "rejected": "từ chối", "of": "dòng",
		"other":  "## Chưa nhận là đọc được {#chua-nhan}\n\nKhông định dạng nào nhận những phần này của các bộ dữ liệu: mọi dòng được giữ nguyên, đếm là bị từ chối kèm mẫu, và vẫn tra được bằng chữ.\n\n| Phần | Dòng |\n|---|---|\n",
		"legend": "Bỏ qua là dòng đã hiểu nhưng không có gì để đối chiếu (câu trả lời của truy vấn đã đếm, tiêu đề, việc khác của cùng chương trình). Từ chối là dòng không đọc được; lý do và mẫu hiện ở trang của nguồn.\n",
	},
	"en": {
		"title":  "# Table of log formats\n\nThis page is made by a test of the program from its code, its sample lines and sets of real data; when a format is added or reads differently and the page has not changed, the test fails.\n",
		"wrap":   "## Over the network {#vo-boc}\n\nEvery format is read bare and behind:\n",
		"wrap2":  "A line inside a JSON object (`message`, `log`, `msg`, `MESSAGE`, `event.original`: Filebeat, Fluent Bit, Docker, journald) is read too. A line that tells no time takes that of what is around it. Each sample line is tried behind each of these and must give the events that it gives bare.\n",
		"table":  "## The formats {#cac-dinh-dang}\n\n| Name | Product | OCSF class | Sample lines: read / skipped / rejected |\n|---|---|---|---|\n",
		"each":   "## One by one {#tung-dinh-dang}\n\n",
		"fields": "Fields read", "seen": "Compared with indicators", "none": "nothing", "sets": "Sets it was held against", "unread": "Not read",
		"read": "read", "skipped": "skipped", "rejected": "rejected", "of": "lines",
		"other":  "## Not claimed {#chua-nhan}\n\nNo format claims these parts of the sets: each line is kept as it is, counted as rejected with samples, and found by its text.\n\n| Part | Lines |\n|---|---|\n",
		"legend": "Skipped is a line that was understood and holds nothing to compare (an answer to a query already counted, a header, another matter of the same program). Rejected is a line that could not be read; reasons and samples stand on the page of the source.\n",
	},
}

func tablePage(t *testing.T, say map[string]string, lang string, known map[string]about, figures []figure) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(say["title"] + "\n" + say["legend"] + "\n" + say["wrap"] + "\n")
	for _, w := range wrappings {
		fmt.Fprintf(&b, " - %s: `%s…`\n", w.name, strings.ReplaceAll(w.before, "\uFEFF", "BOM"))
	}
	b.WriteString("\n" + say["wrap2"] + "\n" + say["table"])
	var each strings.Builder
	for _, l := range format.Logs() {
		a, ok := known[l.Name]
		if !ok || a.Product == "" || a.Unread[lang] == "" {
			t.Errorf("testdata/coverage/about.yaml says nothing of %s", l.Name)
		}
		s := sampleOf(t, l)
		fmt.Fprintf(&b, "| `%s` | %s | %s | %d / %d / %d |\n", l.Name, a.Product, strings.Join(s.classes, ", "), s.read, s.skipped, s.rejected)
		fmt.Fprintf(&each, "### %s: %s\n\n - %s: `%s`.\n - %s: %s.\n", l.Name, a.Product, say["fields"], strings.Join(s.fields, "`, `"), say["seen"], strings.Join(s.seen, ", "))
		fmt.Fprintf(&each, " - %s: %s.\n - %s: %s.\n\n", say["sets"], setsOf(say, l.Name, figures), say["unread"], a.Unread[lang])
	}
	b.WriteString("\n" + say["each"] + each.String() + say["other"])
	for _, f := range figures {
		if f.Format == "-" {
			fmt.Fprintf(&b, "| %s | %d |\n", f.Part, f.Lines)
		}
	}
	return b.String()
}

// setsOf writes the figures of one format.
func setsOf(say map[string]string, name string, figures []figure) string {
	var out []string
	for _, f := range figures {
		if f.Format == name {
			out = append(out, fmt.Sprintf("%s (%d %s: %s %d, %s %s, %s %s)", f.Part, f.Lines, say["of"], say["read"], f.Read, say["skipped"], reasons(f.Skipped), say["rejected"], reasons(f.Rejected)))
		}
	}
	if len(out) == 0 {
		return say["none"]
	}
	return strings.Join(out, "; ")
}

// reasons writes counts by reason, "7 other_event, 1 blank".
func reasons(m map[format.Reason]int64) string {
	var out []string
	for _, why := range slices.Sorted(maps.Keys(m)) {
		out = append(out, fmt.Sprintf("%d %s", m[why], why))
	}
	if len(out) == 0 {
		return "0"
	}
	return strings.Join(out, ", ")
}
