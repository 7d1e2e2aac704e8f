// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// record is a row in a Parquet file: OCSF objects as groups, so that DuckDB and
// Spark read src_endpoint.ip by that name. Texts are UTF-8, as readers insist:
// where the raw line is not, raw has U+FFFD for what is none and raw_bytes the
// line itself. Fields without a column of their own are an object of JSON in
// unmapped (OCSF 1.3, base_event.unmapped).
type record struct {
	Time     int64  `parquet:"time,timestamp(nanosecond),delta"`
	Block    string `parquet:"block,dict"`
	Line     int64  `parquet:"line,delta"`
	Source   string `parquet:"source,dict"`
	Owner    string `parquet:"owner,dict"`
	Class    string `parquet:"class_name,dict"`
	ClassUID int32  `parquet:"class_uid,dict"`
	Raw      string `parquet:"raw"`
	RawBytes []byte `parquet:"raw_bytes,optional"`
	Unmapped string `parquet:"unmapped,optional"`

	Src         endpoint   `parquet:"src_endpoint"`
	Dst         endpoint   `parquet:"dst_endpoint"`
	Query       query      `parquet:"query"`
	RCode       string     `parquet:"rcode,optional,dict"`
	Connection  connection `parquet:"connection_info"`
	Disposition string     `parquet:"disposition,optional,dict"`
	Status      string     `parquet:"status,optional,dict"`
	Service     service    `parquet:"service"`
	Traffic     traffic    `parquet:"traffic"`
	Actor       actor      `parquet:"actor"`
	Finding     finding    `parquet:"finding_info"`
	Request     request    `parquet:"http_request"`
	Response    response   `parquet:"http_response"`
	URL         address    `parquet:"url"`
	TLS         handshake  `parquet:"tls"`
	File        file       `parquet:"file"`
	Email       email      `parquet:"email"`
}

type endpoint struct {
	IP   string `parquet:"ip,optional,dict"`
	Port string `parquet:"port,optional,dict"`
	Host string `parquet:"hostname,optional,dict"`
}

type query struct {
	Name string `parquet:"hostname,optional,dict"`
	Type string `parquet:"type,optional,dict"`
}

type connection struct {
	Protocol string `parquet:"protocol_name,optional,dict"`
}

type service struct {
	Name string `parquet:"name,optional,dict"`
}

type traffic struct {
	Out string `parquet:"bytes_out,optional"`
	In  string `parquet:"bytes_in,optional"`
}

type actor struct {
	User user `parquet:"user"`
}

type user struct {
	Name string `parquet:"name,optional,dict"`
}

type finding struct {
	Title string `parquet:"title,optional,dict"`
}

type request struct {
	Method string `parquet:"http_method,optional,dict"`
	Agent  string `parquet:"user_agent,optional,dict"`
}

type response struct {
	Code string `parquet:"code,optional,dict"`
}

type address struct {
	Text string `parquet:"url_string,optional"`
}

type value struct {
	Value string `parquet:"value,optional,dict"`
}

type handshake struct {
	SNI     string `parquet:"sni,optional,dict"`
	Version string `parquet:"version,optional,dict"`
	JA3     value  `parquet:"ja3_hash"`
	JA3S    value  `parquet:"ja3s_hash"`
	JA4     value  `parquet:"ja4_fingerprint"`
}

type file struct {
	Name   string `parquet:"name,optional,dict"`
	Type   string `parquet:"mime_type,optional,dict"`
	Size   string `parquet:"size,optional"`
	Hashes hashes `parquet:"hashes"`
}

type hashes struct {
	MD5    string `parquet:"md5,optional"`
	SHA1   string `parquet:"sha1,optional"`
	SHA256 string `parquet:"sha256,optional"`
}

type email struct {
	From string `parquet:"from,optional,dict"`
	To   string `parquet:"to,optional,dict"`
}

// column is where a field has its place, nil for one without.
func (r *record) column(name string) *string {
	switch name {
	case "src_endpoint.ip":
		return &r.Src.IP
	case "src_endpoint.port":
		return &r.Src.Port
	case "src_endpoint.hostname":
		return &r.Src.Host
	case "dst_endpoint.ip":
		return &r.Dst.IP
	case "dst_endpoint.port":
		return &r.Dst.Port
	case "dst_endpoint.hostname":
		return &r.Dst.Host
	case "query.hostname":
		return &r.Query.Name
	case "query.type":
		return &r.Query.Type
	case "rcode":
		return &r.RCode
	case "connection_info.protocol_name":
		return &r.Connection.Protocol
	case "disposition":
		return &r.Disposition
	case "status":
		return &r.Status
	case "service.name":
		return &r.Service.Name
	case "traffic.bytes_out":
		return &r.Traffic.Out
	case "traffic.bytes_in":
		return &r.Traffic.In
	case "actor.user.name":
		return &r.Actor.User.Name
	case "finding_info.title":
		return &r.Finding.Title
	case "http_request.http_method":
		return &r.Request.Method
	case "http_request.user_agent":
		return &r.Request.Agent
	case "http_response.code":
		return &r.Response.Code
	case "url.url_string":
		return &r.URL.Text
	}
	return r.object(name)
}

// object is column for what a handshake, a file and a message carry.
func (r *record) object(name string) *string {
	switch name {
	case "tls.sni":
		return &r.TLS.SNI
	case "tls.version":
		return &r.TLS.Version
	case "tls.ja3_hash.value":
		return &r.TLS.JA3.Value
	case "tls.ja3s_hash.value":
		return &r.TLS.JA3S.Value
	case "tls.ja4_fingerprint.value":
		return &r.TLS.JA4.Value
	case "file.name":
		return &r.File.Name
	case "file.mime_type":
		return &r.File.Type
	case "file.size":
		return &r.File.Size
	case "file.hashes.md5":
		return &r.File.Hashes.MD5
	case "file.hashes.sha1":
		return &r.File.Hashes.SHA1
	case "file.hashes.sha256":
		return &r.File.Hashes.SHA256
	case "email.from":
		return &r.Email.From
	case "email.to":
		return &r.Email.To
	}
	return nil
}

// columns are the fields with a place of their own.
var columns = []string{"src_endpoint.ip", "src_endpoint.port", "src_endpoint.hostname", "dst_endpoint.ip", "dst_endpoint.port", "dst_endpoint.hostname",
	"query.hostname", "query.type", "rcode", "connection_info.protocol_name", "disposition", "status", "service.name", "traffic.bytes_out", "traffic.bytes_in", "actor.user.name",
	"finding_info.title", "http_request.http_method", "http_request.user_agent", "http_response.code", "url.url_string", "tls.sni", "tls.version",
	"tls.ja3_hash.value", "tls.ja3s_hash.value", "tls.ja4_fingerprint.value", "file.name", "file.mime_type", "file.size", "file.hashes.md5",
	"file.hashes.sha1", "file.hashes.sha256", "email.from", "email.to"}

const unreadable = "\uFFFD"

// fill makes r the record of row.
func (r *record) fill(row *Row) error {
	*r = record{Time: row.Time.UnixNano(), Block: row.Block, Line: row.Line, Source: row.Source, Owner: row.Owner,
		Class: string(row.Class), ClassUID: int32(row.Class.UID()), Raw: strings.ToValidUTF8(row.Raw, unreadable)}
	if r.Raw != row.Raw {
		r.RawBytes = []byte(row.Raw)
	}
	var other map[string]string
	for _, f := range row.Fields {
		if at := r.column(f.Name); at != nil {
			*at = strings.ToValidUTF8(f.Value, unreadable)
			continue
		}
		if other == nil {
			other = map[string]string{}
		}
		other[f.Name] = f.Value
	}
	if other == nil {
		return nil
	}
	raw, err := json.Marshal(other)
	r.Unmapped = string(raw)
	return err
}

// row is what r was made of, fields by name.
func (r *record) row() (Row, error) {
	row := Row{Time: time.Unix(0, r.Time).UTC(), Block: r.Block, Line: r.Line, Source: r.Source, Owner: r.Owner, Class: Class(r.Class), Raw: r.Raw}
	if r.RawBytes != nil {
		row.Raw = string(r.RawBytes)
	}
	for _, name := range columns {
		if v := *r.column(name); v != "" {
			row.Fields = append(row.Fields, Field{name, v})
		}
	}
	if r.Unmapped != "" {
		var other map[string]string
		if err := json.Unmarshal([]byte(r.Unmapped), &other); err != nil {
			return row, err
		}
		for name, v := range other {
			row.Fields = append(row.Fields, Field{name, v})
		}
	}
	slices.SortFunc(row.Fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return row, nil
}

// groupRows is how many rows are compressed together: enough to compress, few
// enough to be held in memory.
const groupRows = 100_000

// pageBytes is how much of a column is packed as one: a page starts without the
// words of the one before it, and raw lines repeat themselves.
const pageBytes = 4 << 20

// packing is how files of rows are written.
func packing() []parquet.WriterOption {
	return []parquet.WriterOption{parquet.Compression(&zstd.Codec{Level: zstd.SpeedBetterCompression}), parquet.PageBufferSize(pageBytes),
		parquet.MaxRowsPerRowGroup(groupRows), parquet.CreatedBy("vonggac", "1", "")}
}

func newParquet(w io.Writer) *parquet.GenericWriter[record] {
	return parquet.NewGenericWriter[record](w, append(packing(), parquet.SortingWriterConfig(parquet.SortingColumns(parquet.Ascending("time"))))...)
}

// readFile gives the rows of a file, the earliest first.
func readFile(path string, take func(Row) error) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return ReadParquetTakeout(f, take)
}

// blocksOf adds the ids of the blocks in a file to ids.
func blocksOf(path string, ids map[string]bool) error {
	return countBlocks(path, func(block string) { ids[block] = true })
}

// countBlocks gives the id of the block of each row of a file.
func countBlocks(path string, take func(block string)) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	type only struct {
		Block string `parquet:"block"`
	}
	r := parquet.NewGenericReader[only](f)
	defer func() { err = errors.Join(err, r.Close()) }()
	list := make([]only, 1024)
	for {
		n, err := r.Read(list)
		for _, b := range list[:n] {
			take(b.Block)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
