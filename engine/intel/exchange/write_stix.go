// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange/pattern"
)

var (
	// ownSpace is the name space of the ids that Write makes: the UUIDv5 of
	// "https://vonggac.vn/stix" in that of URLs.
	ownSpace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://vonggac.vn/stix"))
	// observableSpace is that of observables (STIX 2.1 §2.9).
	observableSpace = uuid.MustParse("00abedb4-aa42-466c-9c01-fed23315a9b7")
)

// stixLines writes a STIX 2.1 bundle. Ids come from the content, so that the
// same indicator has the same id in every export.
type stixLines struct {
	o         WriteOptions
	publisher string
	marked    map[string]bool // TLP marks whose definition is written
	started   bool
}

func newSTIX(o WriteOptions) (layout, error) {
	if o.Now.IsZero() {
		return nil, errors.New("a STIX bundle is dated; give the time of writing")
	}
	name := printable(label(o.Title))
	if name == "" {
		name = "Vọng Gác"
	}
	o.Title = name
	return &stixLines{o: o, publisher: "identity--" + uuid.NewSHA1(ownSpace, []byte("identity "+name)).String(), marked: map[string]bool{}}, nil
}

// header is the properties of every object that is dated.
type header struct {
	Type     string   `json:"type"`
	Spec     string   `json:"spec_version"`
	ID       string   `json:"id"`
	Author   string   `json:"created_by_ref,omitempty"`
	Created  string   `json:"created"`
	Modified string   `json:"modified,omitempty"`
	Marking  []string `json:"object_marking_refs,omitempty"`
}

// indicatorObject is STIX 2.1 §4.7; pattern, pattern_type and valid_from are
// required.
type indicatorObject struct {
	header
	Types      []string            `json:"indicator_types,omitempty"`
	Labels     []string            `json:"labels,omitempty"`
	Confidence uint8               `json:"confidence,omitempty"`
	Pattern    string              `json:"pattern"`
	Kind       string              `json:"pattern_type"`
	From       string              `json:"valid_from"`
	Until      string              `json:"valid_until,omitempty"`
	References []externalReference `json:"external_references,omitempty"`
}

type externalReference struct {
	Source string `json:"source_name"`
	URL    string `json:"url,omitempty"`
	ID     string `json:"external_id,omitempty"`
}

// firstExport dates what says no date of its own: an object keeps the time of
// its making through all its versions (STIX 2.1 §3.6.1).
var firstExport = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// common heads an object that was made at since and is as it is now.
func (l *stixLines) common(kind, id string, since time.Time) header {
	if since.IsZero() {
		since = firstExport
	}
	if since.After(l.o.Now) {
		since = l.o.Now
	}
	return header{Type: kind, Spec: "2.1", ID: kind + "--" + id, Author: l.publisher, Created: stamped(since), Modified: stamped(l.o.Now)}
}

func (l *stixLines) head(w *bufio.Writer) error {
	id := uuid.NewSHA1(ownSpace, []byte("bundle "+l.o.Title+stamped(l.o.Now)))
	_, err := w.WriteString(`{"type":"bundle","id":"bundle--` + id.String() + `","objects":[` + "\n")
	if err != nil {
		return err
	}
	own := l.common("identity", strings.TrimPrefix(l.publisher, "identity--"), time.Time{})
	own.Author = ""
	_, err = w.Write(l.object(nil, struct {
		header
		Name  string `json:"name"`
		Class string `json:"identity_class"`
	}{own, l.o.Title, "organization"}))
	l.started = true
	return err
}

func (*stixLines) tail(w *bufio.Writer) error {
	_, err := w.WriteString("\n]}\n")
	return err
}

// object appends one object of the bundle.
func (l *stixLines) object(dst []byte, v any) []byte {
	if l.started || len(dst) > 0 {
		dst = append(dst, ",\n"...)
	}
	return append(dst, marshal(v)...)
}

// marshal writes JSON without escaping what only web pages must escape.
func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("exchange: " + err.Error()) // structs of strings always encode
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func (l *stixLines) line(dst []byte, i intel.Indicator) ([]byte, bool, intel.Reason) {
	text := patternOf(i)
	name := strings.Join([]string{i.Type.String(), text, stamped(i.From), stamped(i.Until)}, "\n")
	o := indicatorObject{header: l.common("indicator", uuid.NewSHA1(ownSpace, []byte(name)).String(), i.From), Types: []string{"malicious-activity"},
		Confidence: i.Confidence, Pattern: text, Kind: "stix", From: stamped(i.From), Until: stamped(i.Until)}
	if l.o.Kind == intel.Allow {
		o.Types = []string{"benign"}
	}
	if o.From == "" {
		o.From = stamped(time.Unix(0, 0)) // always
	}
	if t := printable(label(i.Threat)); t != "" {
		o.Labels = []string{t}
	}
	if i.Reference != "" {
		o.References = []externalReference{referenceOf(printable(i.Reference))}
	}
	if tlp := tlpName(i.TLP); tlp != "" {
		o.Marking = []string{markID(tlp)}
		dst = l.mark(dst, tlp)
	}
	dst = l.object(dst, o)
	if l.o.Observables {
		dst = l.observable(dst, o, i)
	}
	return dst, false, ""
}

func referenceOf(s string) externalReference {
	if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
		return externalReference{Source: "reference", URL: s}
	}
	return externalReference{Source: "reference", ID: s}
}

// markID is the id of a mark's definition in TLP 2.0.
func markID(tlp string) string {
	for id, m := range markIDs {
		if m == tlp && !tlpOne[id] {
			return id
		}
	}
	return ""
}

// tlpOne are the definitions of TLP 1.0.
var tlpOne = map[string]bool{
	"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": true, "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": true,
	"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": true, "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": true,
}

// mark writes the definition of a mark before its first use, as OASIS fixed
// it.
func (l *stixLines) mark(dst []byte, tlp string) []byte {
	if l.marked[tlp] {
		return dst
	}
	l.marked[tlp] = true
	o := header{Type: "marking-definition", Spec: "2.1", ID: markID(tlp), Created: "2022-10-01T00:00:00.000Z"}
	level := strings.ToLower(strings.TrimPrefix(tlp, "TLP:"))
	return l.object(dst, struct {
		header
		Name       string         `json:"name"`
		Extensions map[string]any `json:"extensions"`
	}{o, tlp, map[string]any{tlpExtension: map[string]string{"extension_type": "property-extension", "tlp_2_0": level}}})
}

// patternOf writes the pattern of an indicator.
func patternOf(i intel.Indicator) string {
	v := pattern.Quote(i.Value)
	switch i.Type {
	case intel.Domain:
		if i.Scope == intel.ExactOnly {
			return "[domain-name:value = " + v + "]"
		}
		return "[domain-name:value = " + v + " OR domain-name:value LIKE " + pattern.Quote("%."+i.Value) + "]"
	case intel.Address, intel.Network:
		return "[" + family(i.Value) + ":value = " + v + "]"
	case intel.Endpoint:
		p := netip.MustParseAddrPort(i.Value)
		addr := p.Addr().String()
		return "[network-traffic:dst_ref.type = '" + family(addr) + "' AND network-traffic:dst_ref.value = '" + addr +
			"' AND network-traffic:dst_port = " + i.Value[strings.LastIndexByte(i.Value, ':')+1:] + "]"
	case intel.URL:
		if schemeEnd(i.Value) == 0 {
			return "[url:value IN (" + pattern.Quote("http://"+i.Value) + ", " + pattern.Quote("https://"+i.Value) + ")]"
		}
		return "[url:value = " + v + "]"
	case intel.Email:
		return "[email-addr:value = " + v + "]"
	case intel.JA3, intel.JA4:
		return "[network-traffic:x_" + i.Type.String() + " = " + v + "]"
	}
	return "[file:hashes." + hashName(i.Type) + " = " + v + "]"
}

func hashName(t intel.Type) string {
	switch t {
	case intel.SHA1:
		return "'SHA-1'"
	case intel.SHA256:
		return "'SHA-256'"
	}
	return "MD5"
}

// family is the observable of an address or a network.
func family(v string) string {
	if strings.Contains(v, ":") {
		return "ipv6-addr"
	}
	return "ipv4-addr"
}

// observable appends what the indicator is based on, with the id that STIX 2.1
// §2.9 makes of its contributing properties, and their relationship. Types that
// the standard has no observable for have none here.
func (l *stixLines) observable(dst []byte, of indicatorObject, i intel.Indicator) []byte {
	type observable struct {
		Type   string            `json:"type"`
		Spec   string            `json:"spec_version"`
		ID     string            `json:"id"`
		Value  string            `json:"value,omitempty"`
		Hashes map[string]string `json:"hashes,omitempty"`
	}
	o := observable{Spec: "2.1", Value: i.Value}
	switch i.Type {
	case intel.Domain:
		o.Type = "domain-name"
	case intel.Address, intel.Network:
		o.Type = family(i.Value)
	case intel.URL:
		if o.Type = "url"; schemeEnd(i.Value) == 0 {
			return dst
		}
	case intel.Email:
		o.Type = "email-addr"
	case intel.MD5, intel.SHA1, intel.SHA256:
		o.Type, o.Value = "file", ""
		o.Hashes = map[string]string{strings.Trim(hashName(i.Type), "'"): i.Value}
	default:
		return dst
	}
	o.ID = ObservableID(o.Type, o.Value, o.Hashes)
	link := l.common("relationship", uuid.NewSHA1(ownSpace, []byte(of.ID+" "+o.ID)).String(), i.From)
	dst = l.object(dst, o)
	return l.object(dst, struct {
		header
		Kind   string `json:"relationship_type"`
		Source string `json:"source_ref"`
		Target string `json:"target_ref"`
	}{link, "based-on", of.ID, o.ID})
}

// ObservableID returns the deterministic id of an observable whose
// contributing property is its value, or for a file its hash (STIX 2.1 §2.9:
// UUIDv5 over the properties as RFC 8785 JSON). Of several hashes the standard
// takes one; give that one.
func ObservableID(kind, value string, hashes map[string]string) string {
	name := marshal(map[string]string{"value": value})
	if len(hashes) > 0 {
		name = marshal(map[string]any{"hashes": hashes})
	}
	return kind + "--" + uuid.NewSHA1(observableSpace, name).String()
}
