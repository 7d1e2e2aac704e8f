// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edxml

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

const (
	maxDepth = 40
	maxNodes = 200_000
)

// node is an element of a message. Namespaces but that of the root say nothing:
// axes mix them.
type node struct {
	name string
	href string // xlink
	text []byte
	kids []*node
}

// Read reads a message. Errors: ErrNotEdXML, ErrTooMuch.
func Read(data []byte, l Limits) (Message, error) {
	l.Bytes, l.Attachments, l.Unpacked = cmp.Or(l.Bytes, 200<<20), cmp.Or(l.Attachments, 100), cmp.Or(l.Unpacked, 200<<20)
	if len(data) > l.Bytes {
		return Message{}, ErrTooMuch
	}
	root, space, err := tree(data)
	if err != nil {
		return Message{}, err
	}
	r := reader{limits: l}
	var m Message
	switch {
	case root.name == "edXML" && space == string(National):
		m = r.national(r.one(root, "edXMLEnvelope"), root)
	case root.name == "edXMLEnvelope" && space == string(National):
		m = r.national(root, root)
	case (root.name == "EdXMLEnvelope" || root.name == "edXMLEnvelope") && space == string(EDoc):
		m = r.eDoc(root)
	default:
		return Message{}, fmt.Errorf("%w: root %s of %q", ErrNotEdXML, root.name, space)
	}
	if r.err != nil {
		return Message{}, r.err
	}
	return m, m.check()
}

// tree reads the elements.
func tree(data []byte) (*node, string, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	var root *node
	var open []*node
	space := ""
	for n := 0; ; n++ {
		if n > maxNodes {
			return nil, "", ErrTooMuch
		}
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, "", fmt.Errorf("%w: %w", ErrNotEdXML, err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, "", fmt.Errorf("%w: a document type", ErrNotEdXML)
		case xml.StartElement:
			e := &node{name: t.Name.Local}
			for _, a := range t.Attr {
				if a.Name.Local == "href" {
					e.href = a.Value
				}
			}
			switch {
			case len(open) > maxDepth:
				return nil, "", ErrTooMuch
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.kids = append(parent.kids, e)
			case root != nil:
				return nil, "", fmt.Errorf("%w: two roots", ErrNotEdXML)
			default:
				root, space = e, t.Name.Space
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				e := open[len(open)-1]
				e.text = append(e.text, t...)
			}
		}
	}
	if root == nil {
		return nil, "", fmt.Errorf("%w: empty", ErrNotEdXML)
	}
	return root, space, nil
}

// reader keeps the first thing that is wrong.
type reader struct {
	limits   Limits
	unpacked int
	err      error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: "+format, append([]any{ErrNotEdXML}, args...)...)
	}
}

// lacks is fail for what is wrong with an attachment.
func (r *reader) lacks(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w "+format, append([]any{ErrAttachment}, args...)...)
	}
}

// one is the child of that name; an empty one without it.
func (r *reader) one(n *node, name string) *node {
	out := &node{name: name}
	found := false
	for _, k := range n.kids {
		if k.name != name {
			continue
		}
		if found {
			r.fail("%s twice in %s", name, n.name)
		}
		out, found = k, true
	}
	return out
}

func (n *node) all(name string) (out []*node) {
	for _, k := range n.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

// words is the text of a child. "N/A" is what senders write for nothing.
func (r *reader) words(n *node, name string) string {
	s := i18n.NFC(string(r.one(n, name).text))
	if s == "N/A" {
		return ""
	}
	return s
}

func (r *reader) date(n *node, name string) calendar.Date {
	s := r.words(n, name)
	if s == "" {
		return calendar.Date{}
	}
	for _, layout := range []string{"2006/01/02", "2006-01-02", "02/01/2006", "2006/01/02 15:04:05", time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 0 {
			if layout == time.RFC3339 {
				return calendar.DateOf(t)
			}
			y, m, d := t.Date() // a day is no moment
			return calendar.Date{Year: y, Month: m, Day: d}
		}
	}
	r.fail("%s %q is no date", name, s)
	return calendar.Date{}
}

func (r *reader) moment(n *node, name string) time.Time {
	s := r.words(n, name)
	if s == "" {
		return time.Time{}
	}
	for _, layout := range []string{"2006/01/02 15:04:05", "2006-01-02 15:04:05", "02/01/2006 15:04:05", time.RFC3339, "2006/01/02"} {
		if t, err := time.ParseInLocation(layout, s, i18n.Hanoi); err == nil && t.Year() > 0 {
			return t.UTC().Truncate(time.Second)
		}
	}
	r.fail("%s %q is no time", name, s)
	return time.Time{}
}

func (r *reader) organ(n *node) Organ {
	return Organ{ID: r.words(n, "OrganId"), InCharge: r.words(n, "OrganizationInCharge"), Name: r.words(n, "OrganName"), Address: r.words(n, "OrganAdd"),
		Email: r.words(n, "Email"), Telephone: r.words(n, "Telephone"), Fax: r.words(n, "Fax"), Website: r.words(n, "Website")}
}

func (r *reader) staff(n *node) Staff {
	return Staff{Department: r.words(n, "Department"), Name: r.words(n, "Staff"), Mobile: r.words(n, "Mobile"), Email: r.words(n, "Email")}
}

func (r *reader) answer(n *node) Answer {
	return Answer{OrganID: r.words(n, "OrganId"), Code: r.words(n, "Code"), Date: r.date(n, "PromulgationDate"), DocumentID: r.words(n, "DocumentId")}
}

// message reads what the dialects have in common.
func (r *reader) message(h *node) Message {
	m := Message{From: r.organ(r.one(h, "From")), DocumentID: r.words(h, "DocumentId"), Subject: r.words(h, "Subject"), Content: r.words(h, "Content"),
		Due: r.date(h, "DueDate"), Steering: r.words(h, "SteeringType")}
	for _, to := range h.all("To") {
		m.To = append(m.To, r.organ(to))
	}
	code := r.one(h, "Code")
	m.Number, m.Notation = r.words(code, "CodeNumber"), r.words(code, "CodeNotation")
	issued := r.one(h, "PromulgationInfo")
	m.Place, m.Date = r.words(issued, "Place"), r.date(issued, "PromulgationDate")
	kind := r.one(h, "DocumentType")
	if m.Kind = (Kind{Type: r.words(kind, "Type"), Detail: r.words(kind, "TypeDetail"), Name: r.words(kind, "TypeName")}); m.Kind == (Kind{}) {
		m.Kind.Name = r.words(h, "DocumentType")
	}
	by := r.one(h, "SignerInfo")
	m.Signer = Signer{Competence: r.words(by, "Competence"), Position: r.words(by, "Position"), Name: cmp.Or(r.words(by, "FullName"), r.words(by, "Signer"))}
	for _, p := range r.one(h, "ToPlaces").all("Place") {
		if s := i18n.NFC(string(p.text)); s != "" {
			m.ToPlaces = append(m.ToPlaces, s)
		}
	}
	o := r.one(h, "OtherInfo")
	m.Other = Other{Priority: r.words(o, "Priority"), Sphere: r.words(o, "SphereOfPromulgation"), Typist: r.words(o, "TyperNotation"),
		Copies: r.words(o, "PromulgationAmount"), Pages: r.words(o, "PageAmount")}
	for _, a := range r.one(o, "Appendixes").all("Appendix") {
		if s := i18n.NFC(string(a.text)); s != "" {
			m.Other.Appendixes = append(m.Other.Appendixes, s)
		}
	}
	for _, a := range h.all("ResponseFor") {
		m.Answers = append(m.Answers, r.answer(a))
	}
	return m
}

func (r *reader) traces(m *Message, list *node) {
	for _, t := range list.all("TraceHeader") {
		m.Traces = append(m.Traces, Trace{OrganID: cmp.Or(r.words(t, "OrganId"), r.words(r.one(t, "Path"), "From")), At: later(r.moment(t, "Timestamp"), r.moment(t, "Time"))})
	}
	b := r.one(list, "Bussiness") // as the axis spells it
	m.Business = Business{Type: r.words(b, "BussinessDocType"), Reason: r.words(b, "BussinessDocReason"), DocumentID: r.words(b, "DocumentId"), Paper: r.words(b, "Paper"),
		Staff: r.staff(r.one(b, "StaffInfo"))}
}

func later(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

func (r *reader) national(env, root *node) Message {
	head := r.one(env, "edXMLHeader")
	var m Message
	if status := head.all("Status"); len(status) > 0 {
		s := r.one(head, "Status")
		m = Message{From: r.organ(r.one(s, "From")), Status: &Status{Code: Code(r.words(s, "StatusCode")), Description: r.words(s, "Description"),
			At: r.moment(s, "Timestamp"), Staff: r.staff(r.one(s, "StaffInfo"))}}
		for _, a := range s.all("ResponseFor") {
			m.Answers = append(m.Answers, r.answer(a))
		}
		m.Dialect = National
		return m
	}
	m = r.message(r.one(head, "MessageHeader"))
	m.Dialect = National
	r.traces(&m, r.one(head, "TraceHeaderList"))
	stored := map[string]*node{}
	for _, a := range r.one(root, "AttachmentEncoded").all("Attachment") {
		id := cid(r.words(a, "ContentId"))
		if stored[id] != nil {
			r.lacks("%q twice", id)
		}
		stored[id] = a
	}
	for _, ref := range r.one(r.one(env, "edXMLBody"), "edXMLManifest").all("Reference") {
		id := cid(cmp.Or(r.words(ref, "ContentId"), ref.href))
		a := stored[id]
		if a == nil {
			r.lacks("%q is named and not there", id)
			return m
		}
		delete(stored, id)
		r.attach(&m, Attachment{Name: cmp.Or(r.words(ref, "AttachmentName"), r.words(a, "AttachmentName")), Type: cmp.Or(r.words(ref, "ContentType"), r.words(a, "ContentType")),
			ID: id, Description: cmp.Or(r.words(ref, "Description"), r.words(a, "Description"))}, r.one(a, "ContentTransferEncoded"))
	}
	if len(stored) > 0 {
		r.lacks("that nothing names")
	}
	return m
}

func cid(s string) string { return strings.TrimPrefix(s, "cid:") }

func (r *reader) eDoc(root *node) Message {
	h := r.one(root, "MessageHeader")
	m := r.message(h)
	m.Dialect = EDoc
	m.Place = cmp.Or(m.Place, r.words(r.one(h, "PromulgationInfo"), "Promulgator"))
	r.traces(&m, r.one(h, "TraceHeaderList"))
	if s := r.one(h, "Status"); len(s.kids) > 0 {
		m.Status = &Status{Code: Code(r.words(s, "StatusCode")), Description: r.words(s, "Description"), At: r.moment(s, "Timestamp"), Staff: r.staff(r.one(s, "StaffInfo"))}
	}
	for _, a := range r.one(root, "Manifest").all("Attachment") {
		r.attach(&m, Attachment{Name: r.words(a, "FileName"), Type: r.words(a, "FileType"), ID: r.words(a, "ContentId"), Description: r.words(a, "Description")}, r.one(a, "Content"))
	}
	return m
}

// attach undoes base64 and the archive around one file.
func (r *reader) attach(m *Message, a Attachment, body *node) {
	if r.err != nil {
		return
	}
	if len(m.Attachments) >= r.limits.Attachments {
		r.err = ErrTooMuch
		return
	}
	if a.Name == "" || strings.ContainsAny(a.Name, "/\\\x00") {
		r.lacks("has the name %q", a.Name)
		return
	}
	raw := make([]byte, 0, len(body.text))
	for _, c := range body.text {
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			raw = append(raw, c)
		}
	}
	data, err := base64.StdEncoding.DecodeString(string(raw))
	if err != nil {
		r.lacks("%q is no base64", a.Name)
		return
	}
	a.Data = data
	if f := single(data); f != nil && !strings.EqualFold(ext(a.Name), ".zip") {
		if a.Data, err = r.unzip(f); err != nil {
			if r.err == nil {
				r.err = fmt.Errorf("attachment %q: %w", a.Name, err)
			}
			return
		}
		a.Zipped = true
	}
	if r.unpacked += len(a.Data); r.unpacked > r.limits.Unpacked {
		r.err = ErrTooMuch
		return
	}
	m.Attachments = append(m.Attachments, a)
}

func ext(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[i:]
	}
	return ""
}

// single is the one file of an archive; nil for what is none, or holds several.
func single(data []byte) *zip.File {
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return nil
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) != 1 || z.File[0].FileInfo().IsDir() {
		return nil
	}
	return z.File[0]
}

func (r *reader) unzip(f *zip.File) ([]byte, error) {
	in, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAttachment, err)
	}
	left := r.limits.Unpacked - r.unpacked
	out, err := io.ReadAll(io.LimitReader(in, int64(left)+1))
	if err = errors.Join(err, in.Close()); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotEdXML, err)
	}
	if len(out) > left {
		return nil, ErrTooMuch
	}
	return out, nil
}
