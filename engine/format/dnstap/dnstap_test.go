// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package dnstap_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/miekg/dns"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/vonggac/vonggac/engine/format/dnstap"
)

// message makes a dnstap message of its fields: numbers, texts, and Fixed for
// the parts of a second.
type message map[protowire.Number]any

type fixed uint32

func (m message) bytes() []byte {
	var b []byte
	for n := protowire.Number(1); n <= 20; n++ {
		switch v := m[n].(type) {
		case int:
			b = protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), uint64(v))
		case fixed:
			b = protowire.AppendFixed32(protowire.AppendTag(b, n, protowire.Fixed32Type), uint32(v))
		case string:
			b = protowire.AppendString(protowire.AppendTag(b, n, protowire.BytesType), v)
		case []byte:
			b = protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), v)
		case message:
			b = protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), v.bytes())
		}
	}
	return b
}

func wire(t testing.TB, m *dns.Msg) []byte {
	t.Helper()
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func query(t testing.TB, name string, kind uint16) []byte {
	m := new(dns.Msg).SetQuestion(name, kind)
	m.Id = 4660
	return wire(t, m)
}

func data(frame []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(frame))), frame...)
}

func control(kind uint32, contents ...string) []byte {
	body := binary.BigEndian.AppendUint32(nil, kind)
	for _, c := range contents {
		body = binary.BigEndian.AppendUint32(body, 1)
		body = append(binary.BigEndian.AppendUint32(body, uint32(len(c))), c...)
	}
	return append([]byte{0, 0, 0, 0}, data(body)...)
}

var (
	start = control(2, dnstap.ContentType)
	stop  = control(3)
)

func asked(t testing.TB, name string) []byte {
	return message{1: "ns1", 15: 1, 14: message{1: 5, 2: 1, 3: 1, 4: []byte{192, 0, 2, 7}, 5: []byte{192, 0, 2, 53}, 6: 40000, 7: 53,
		8: 1_768_352_400, 9: fixed(123456789), 10: query(t, name, dns.TypeA)}}.bytes()
}

func lines(t testing.TB, file []byte) ([]string, error) {
	t.Helper()
	if !dnstap.Sniff(file) {
		t.Fatalf("%x is taken for no Frame Stream", file[:min(len(file), 12)])
	}
	whole, err := io.ReadAll(dnstap.NewReader(bytes.NewReader(file)))
	pieces, again := io.ReadAll(dnstap.NewReader(iotest.OneByteReader(bytes.NewReader(file))))
	if string(whole) != string(pieces) || (err == nil) != (again == nil) {
		t.Fatalf("byte by byte it is\n%s%v, at once\n%s%v", pieces, again, whole, err)
	}
	if len(whole) == 0 {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(whole), "\n"), "\n"), err
}

func TestAMessageIsALine(t *testing.T) {
	t.Parallel()
	answer := new(dns.Msg).SetQuestion(`xấu "\.example.`, dns.TypeAAAA)
	answer.Id, answer.Response, answer.RecursionAvailable, answer.Rcode = 9, true, true, dns.RcodeNameError
	for _, s := range []string{"a.example. 300 IN CNAME b.example.", "b.example. 60 IN A 203.0.113.9", "b.example. 60 IN AAAA 2001:db8::9", `b.example. 5 IN TXT "x y" "z"`} {
		rr, err := dns.NewRR(s)
		if err != nil {
			t.Fatal(err)
		}
		answer.Answer = append(answer.Answer, rr)
	}
	broken := append(query(t, "a.example.", dns.TypeMX), 0xc0, 12, 0)
	broken[7] = 1 // an answer of three bytes
	six := netip.MustParseAddr("2001:db8::7").As16()
	reply := message{1: "ns\x01\xff", 2: "BIND 9", 3: "đài", 15: 1, 14: message{1: 6, 2: 2, 3: 4, 4: six[:], 6: 853, 8: 1_768_352_400, 9: fixed(1),
		12: 1_768_352_401, 13: fixed(999999999), 14: wire(t, answer), 11: "\x07example\x00", 19: "later", 20: 7}}
	for name, c := range map[string]struct {
		frame []byte
		want  string
	}{
		"a client asks": {asked(t, "www.Example.com."), `{"dnstap":"CLIENT_QUERY","identity":"ns1","time":"2026-01-14T01:00:00.123456789Z","query_time":"2026-01-14T01:00:00.123456789Z","protocol":"UDP",` +
			`"query_address":"192.0.2.7","query_port":40000,"response_address":"192.0.2.53","response_port":53,"id":4660,"opcode":"QUERY","flags":"rd","name":"www.Example.com.","type":"A","size":33}`},
		"a client is answered": {reply.bytes(), `{"dnstap":"CLIENT_RESPONSE","identity":"ns\u0001�","version":"BIND 9","extra":"đài","time":"2026-01-14T01:00:01.999999999Z","query_time":"2026-01-14T01:00:00.000000001Z",` +
			`"response_time":"2026-01-14T01:00:01.999999999Z","protocol":"DOH","query_address":"2001:db8::7","query_port":853,"zone":"example.","id":9,"opcode":"QUERY","flags":"qr rd ra",` +
			`"name":"x\\225\\186\\165u\\ \\\"\\.example.","type":"AAAA","rcode":"NXDOMAIN","answers":[{"name":"a.example.","type":"CNAME","ttl":300,"data":"b.example."},` +
			`{"name":"b.example.","type":"A","ttl":60,"data":"203.0.113.9"},{"name":"b.example.","type":"AAAA","ttl":60,"data":"2001:db8::9"},{"name":"b.example.","type":"TXT","ttl":5,"data":"\"x y\" \"z\""}],"size":154}`},
		"a broken DNS message keeps its question": {message{15: 1, 14: message{1: 3, 10: broken}}.bytes(),
			`{"dnstap":"RESOLVER_QUERY","id":4660,"opcode":"QUERY","flags":"rd","name":"a.example.","type":"MX","size":30,"error":"bad_message"}`},
		"a DNS message of nothing": {message{15: 1, 14: message{1: 99, 10: "\x01\x02"}}.bytes(), `{"dnstap":"99","size":2,"error":"bad_message"}`},
		"a time that cannot be":    {message{15: 1, 14: message{1: 5, 8: 1 << 62, 9: fixed(1 << 31), 6: 1 << 40}}.bytes(), `{"dnstap":"CLIENT_QUERY"}`},
	} {
		got, err := dnstap.Line([]byte("before\n"), c.frame)
		if err != nil || string(got) != "before\n"+c.want+"\n" {
			t.Errorf("%s: %v\ngot  %s\nwant %s", name, err, bytes.TrimPrefix(got, []byte("before\n")), c.want)
		}
		var o struct{ Identity string }
		if err := json.Unmarshal([]byte(c.want), &o); err != nil || dnstap.Identity([]byte(c.want)) != o.Identity {
			t.Errorf("%s: identity %q, %v", name, dnstap.Identity([]byte(c.want)), err)
		}
	}
}

func TestAFrameThatIsNoMessageIsSaid(t *testing.T) {
	t.Parallel()
	good := asked(t, "a.example.")
	for name, frame := range map[string][]byte{
		"cut in the middle":   good[:len(good)-3],
		"no type":             message{14: message{1: 5}}.bytes(),
		"another type":        message{15: 2, 14: message{1: 5}}.bytes(),
		"no message":          message{15: 1}.bytes(),
		"a message of no one": message{15: 1, 14: message{2: 1}}.bytes(),
		"text":                []byte("<13>Nov 22 10:00:00 host app: hello"),
	} {
		if got, err := dnstap.Line([]byte("x"), frame); !errors.Is(err, dnstap.ErrFrame) || string(got) != "x" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	file := bytes.Join([][]byte{start, data(good), data([]byte("no")), data(make([]byte, dnstap.MaxFrame+1)), data(good), stop}, nil)
	got, err := lines(t, file)
	if err != nil || len(got) != 4 || got[0] != got[3] || got[1] != `{"dnstap":"","error":"bad_frame","size":2}` ||
		got[2] != `{"dnstap":"","error":"large_frame","size":262145}` {
		t.Errorf("%v, %s", err, strings.Join(got, "\n"))
	}
}

func TestALongAnswerStaysALine(t *testing.T) {
	t.Parallel()
	m := new(dns.Msg).SetQuestion("a.example.", dns.TypeTXT)
	m.Response = true
	for range 240 {
		m.Answer = append(m.Answer, &dns.TXT{Hdr: dns.RR_Header{Name: "a.example.", Rrtype: dns.TypeTXT, Class: 1}, Txt: []string{strings.Repeat("\x01", 240)}})
	}
	m.Compress = true
	got, err := dnstap.Line(nil, message{1: strings.Repeat("\x00", 200_000), 15: 1, 14: message{1: 6, 14: wire(t, m)}}.bytes())
	var o struct {
		Answers []struct{ Data string }
		More    int
	}
	if err != nil || len(got) > 400_000 || json.Unmarshal(got, &o) != nil || len(o.Answers) != 100 || o.More != 140 {
		t.Errorf("%v: %d bytes, %d answers and %d more", err, len(got), len(o.Answers), o.More)
	}
}

// TestStreams holds which order of frames is a stream and which is none.
func TestStreams(t *testing.T) {
	t.Parallel()
	one := data(asked(t, "a.example."))
	for name, c := range map[string]struct {
		frames [][]byte
		lines  int
		err    error
	}{
		"one way":                 {[][]byte{start, one, one, stop}, 2, nil},
		"without its end":         {[][]byte{start, one}, 1, nil},
		"without a content type":  {[][]byte{control(2), one, stop}, 1, nil},
		"with a handshake":        {[][]byte{control(4, "other", dnstap.ContentType), control(1, dnstap.ContentType), start, one, stop, control(5)}, 1, nil},
		"two files, one after":    {[][]byte{start, one, stop, start, one, stop}, 2, nil},
		"of another content":      {[][]byte{control(2, "protobuf:other"), one}, 0, dnstap.ErrContent},
		"offering another":        {[][]byte{control(4, "protobuf:other"), start}, 0, dnstap.ErrContent},
		"data after the end":      {[][]byte{start, one, stop, one}, 1, dnstap.ErrOrder},
		"begun twice":             {[][]byte{start, start}, 0, dnstap.ErrOrder},
		"an unknown control":      {[][]byte{start, control(77)}, 0, dnstap.ErrOrder},
		"a control too long":      {[][]byte{start, {0, 0, 0, 0, 0, 0, 2, 1}}, 0, dnstap.ErrStream},
		"a content type too long": {[][]byte{{0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 9}}, 0, dnstap.ErrStream},
		"text after the start":    {[][]byte{start, []byte("GET / HTTP/1.1\r\n")}, 0, dnstap.ErrStream},
		"cut in a frame":          {[][]byte{start, one, one[:20]}, 1, io.ErrUnexpectedEOF},
		"cut in a length":         {[][]byte{start, one, one[:3]}, 1, io.ErrUnexpectedEOF},
		"cut in a large frame":    {[][]byte{start, one, data(make([]byte, dnstap.MaxFrame+1))[:900]}, 1, io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := lines(t, bytes.Join(c.frames, nil))
			if len(got) != c.lines || !errors.Is(err, c.err) || err != nil && c.err == nil {
				t.Errorf("%d lines, %v; want %d, %v", len(got), err, c.lines, c.err)
			}
		})
	}
	for name, b := range map[string]string{"text": "21-Nov-2026 client", "UTF-16": "\x00a\x00b\x00c\x00d\x00e\x00f", "zeros": strings.Repeat("\x00", 40), "short": "\x00\x00\x00\x00"} {
		if dnstap.Sniff([]byte(b)) {
			t.Errorf("%s is taken for a Frame Stream", name)
		}
	}
}

// TestTheAnswersOfTheHandshake holds the octets that fstrm's readers expect.
func TestTheAnswersOfTheHandshake(t *testing.T) {
	t.Parallel()
	if got := dnstap.Accept(); !bytes.Equal(got, control(1, dnstap.ContentType)) {
		t.Errorf("ACCEPT is %x", got)
	}
	if got := dnstap.Finish(); !bytes.Equal(got, control(5)) {
		t.Errorf("FINISH is %x", got)
	}
}

// TestARecordedStream reads a stream that dnsdist wrote.
func TestARecordedStream(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile(shared + "/dnstap.fstrm")
	if err != nil {
		t.Skip("the shared dnstap file is not here")
	}
	got, err := lines(t, file)
	const who = `"protocol":"UDP","query_address":"172.19.0.1","query_port":46390,"response_address":"172.19.0.2","response_port":53,"id":37578,"opcode":"QUERY",`
	want := []string{
		`{"dnstap":"CLIENT_QUERY","identity":"dnsdist","version":"-","extra":"-","time":"2024-06-05T18:49:49.590209374Z","query_time":"2024-06-05T18:49:49.590209374Z",` + who +
			`"flags":"rd ad","name":"www.google.com.","type":"A","size":55}`,
		`{"dnstap":"CLIENT_RESPONSE","identity":"dnsdist","version":"-","extra":"-","time":"2024-06-05T18:49:49.601953596Z","response_time":"2024-06-05T18:49:49.601953596Z",` + who +
			`"flags":"qr rd ra","name":"www.google.com.","type":"A","rcode":"NOERROR","answers":[{"name":"www.google.com.","type":"A","ttl":273,"data":"216.58.213.68"}],"size":59}`,
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\ngot  %s\nwant %s", err, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// FuzzReader holds for any bytes behind a start: each line is one object of
// known words, however the bytes come in pieces.
func FuzzReader(f *testing.F) {
	one := asked(f, "a.example.")
	f.Add(bytes.Join([][]byte{data(one), stop, start, data(one)}, nil))
	f.Add(data(one[:20]))
	f.Add(append(data(make([]byte, dnstap.MaxFrame+1)), control(3)...))
	f.Add(control(4, dnstap.ContentType))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, _ := lines(t, append(bytes.Clone(start), b...))
		for _, l := range got {
			var o struct {
				Dnstap   *string
				Identity string
				Error    string
			}
			if err := json.Unmarshal([]byte(l), &o); err != nil || o.Dnstap == nil || len(l) > 1<<20 || strings.Contains(l, "\n") {
				t.Fatalf("%q: %v", l, err)
			}
			if dnstap.Identity([]byte(l)) != o.Identity {
				t.Fatalf("%q: identity %q", l, dnstap.Identity([]byte(l)))
			}
		}
	})
}
