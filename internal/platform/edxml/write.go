// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edxml

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

const (
	xlink = "http://www.w3.org/1999/xlink"
	actor = "http://schemas.xmlsoap.org/soap/actor/next"
)

// Write prints the message in its dialect. The same message gives the same bytes.
// Errors: ErrNotEdXML for what no axis takes.
func (m Message) Write() ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	w := &writer{prefix: "edXML:"}
	w.out.WriteString(xml.Header)
	if m.Dialect == EDoc {
		w.prefix = ""
		w.eDoc(m)
	} else {
		w.national(m)
	}
	return w.out.Bytes(), w.err
}

type writer struct {
	out    bytes.Buffer
	prefix string
	err    error
}

// in prints an element with what fn prints; attrs are names and values.
func (w *writer) in(name string, fn func(), attrs ...string) {
	w.out.WriteString("<" + w.prefix + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		w.out.WriteString(" " + attrs[i] + `="`)
		w.escape(attrs[i+1])
		w.out.WriteString(`"`)
	}
	w.out.WriteString(">")
	tag := w.prefix + name
	fn()
	w.out.WriteString("</" + tag + ">")
}

func (w *writer) escape(s string) {
	if !utf8.ValidString(s) {
		w.err = cmp.Or(w.err, fmt.Errorf("%w: a text is not UTF-8", ErrNotEdXML))
	}
	for _, r := range s {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			w.err = cmp.Or(w.err, fmt.Errorf("%w: control character U+%04X", ErrNotEdXML, r))
		}
	}
	if err := xml.EscapeText(&w.out, []byte(s)); err != nil {
		w.err = cmp.Or(w.err, err)
	}
}

// text prints an element with a text, nothing for an empty one.
func (w *writer) text(name, s string) {
	if s != "" {
		w.in(name, func() { w.escape(s) })
	}
}

func (w *writer) date(name string, d calendar.Date) {
	if !d.IsZero() {
		w.text(name, fmt.Sprintf("%04d/%02d/%02d", d.Year, d.Month, d.Day))
	}
}

func (w *writer) moment(name string, t time.Time) {
	if !t.IsZero() {
		w.text(name, t.In(i18n.Hanoi).Format("2006/01/02 15:04:05"))
	}
}

func (w *writer) organ(name string, o Organ) {
	w.in(name, func() {
		w.text("OrganId", o.ID)
		w.text("OrganizationInCharge", o.InCharge)
		w.text("OrganName", o.Name)
		w.text("OrganAdd", o.Address)
		w.text("Email", o.Email)
		w.text("Telephone", o.Telephone)
		w.text("Fax", o.Fax)
		w.text("Website", o.Website)
	})
}

func (w *writer) staff(s Staff) {
	if s == (Staff{}) {
		return
	}
	w.in("StaffInfo", func() {
		w.text("Department", s.Department)
		w.text("Staff", s.Name)
		w.text("Mobile", s.Mobile)
		w.text("Email", s.Email)
	})
}

func (w *writer) answers(list []Answer) {
	for _, a := range list {
		w.in("ResponseFor", func() {
			w.text("OrganId", a.OrganID)
			w.text("Code", a.Code)
			w.date("PromulgationDate", a.Date)
			w.text("DocumentId", a.DocumentID)
		})
	}
}

// header prints what the dialects have in common, in the order of the axis.
func (w *writer) header(m Message) {
	w.organ("From", m.From)
	for _, o := range m.To {
		w.organ("To", o)
	}
	w.in("Code", func() { w.text("CodeNumber", m.Number); w.text("CodeNotation", m.Notation) })
	w.in("PromulgationInfo", func() { w.text("Place", m.Place); w.date("PromulgationDate", m.Date) })
	w.in("DocumentType", func() {
		w.text("Type", m.Kind.Type)
		w.text("TypeName", m.Kind.Name)
		w.text("TypeDetail", m.Kind.Detail)
	})
	w.text("Subject", m.Subject)
	w.text("Content", m.Content)
	w.in("SignerInfo", func() {
		w.text("Competence", m.Signer.Competence)
		w.text("Position", m.Signer.Position)
		w.text("FullName", m.Signer.Name)
	})
	w.date("DueDate", m.Due)
	if len(m.ToPlaces) > 0 {
		w.in("ToPlaces", func() {
			for _, p := range m.ToPlaces {
				w.text("Place", p)
			}
		})
	}
	w.in("OtherInfo", func() {
		w.text("Priority", m.Other.Priority)
		w.text("SphereOfPromulgation", m.Other.Sphere)
		w.text("TyperNotation", m.Other.Typist)
		w.text("PromulgationAmount", m.Other.Copies)
		w.text("PageAmount", m.Other.Pages)
		if len(m.Other.Appendixes) > 0 {
			w.in("Appendixes", func() {
				for _, a := range m.Other.Appendixes {
					w.text("Appendix", a)
				}
			})
		}
	})
	w.answers(m.Answers)
	w.text("SteeringType", m.Steering)
	w.text("DocumentId", m.DocumentID)
}

func (w *writer) traces(m Message, attrs ...string) {
	if len(m.Traces) == 0 && m.Business == (Business{}) {
		return
	}
	w.in("TraceHeaderList", func() {
		for _, t := range m.Traces {
			w.in("TraceHeader", func() { w.text("OrganId", t.OrganID); w.moment("Timestamp", t.At) })
		}
		if b := m.Business; b != (Business{}) {
			w.in("Bussiness", func() {
				w.text("BussinessDocType", b.Type)
				w.text("BussinessDocReason", b.Reason)
				w.text("DocumentId", b.DocumentID)
				w.staff(b.Staff)
				w.text("Paper", b.Paper)
			})
		}
	}, attrs...)
}

func (w *writer) status(m Message, whole bool) {
	w.in("Status", func() {
		if whole {
			w.answers(m.Answers)
			w.organ("From", m.From)
		}
		w.text("StatusCode", string(m.Status.Code))
		w.text("Description", m.Status.Description)
		w.moment("Timestamp", m.Status.At)
		w.staff(m.Status.Staff)
	})
}

func (w *writer) national(m Message) {
	fmt.Fprintf(&w.out, `<edXML xmlns="%s">`, National)
	w.in("edXMLEnvelope", func() {
		w.in("edXMLHeader", func() {
			if m.Status != nil {
				w.status(m, true)
				return
			}
			w.in("MessageHeader", func() { w.header(m) })
			w.traces(m, "version", "1.0", "mustUnderstand", "1", "actor", actor)
		})
		w.in("edXMLBody", func() {
			if len(m.Attachments) == 0 || m.Status != nil {
				return
			}
			w.in("edXMLManifest", func() {
				for i, a := range m.Attachments {
					w.in("Reference", func() {
						w.text("Description", a.Description)
						w.text("AttachmentName", a.Name)
						w.text("ContentType", a.Type)
						w.text("ContentId", "cid:"+idOf(a, i))
					}, "xmlns:xlink", xlink, "xlink:href", "cid:"+idOf(a, i), "xlink:type", "simple")
				}
			}, "version", "1.0")
		})
	}, "xmlns:edXML", string(National))
	w.prefix = ""
	if len(m.Attachments) > 0 && m.Status == nil {
		w.in("AttachmentEncoded", func() {
			for i, a := range m.Attachments {
				w.in("Attachment", func() {
					w.text("ContentType", a.Type)
					w.text("ContentId", idOf(a, i))
					w.text("Description", a.Description)
					w.body("ContentTransferEncoded", a)
					w.text("AttachmentName", a.Name)
				})
			}
		})
	}
	w.out.WriteString("</edXML>\n")
}

func (w *writer) eDoc(m Message) {
	w.in("EdXMLEnvelope", func() {
		w.in("MessageHeader", func() {
			w.header(m)
			if m.Status != nil {
				w.status(m, false)
			}
			w.traces(m)
		})
		if len(m.Attachments) > 0 {
			w.in("Manifest", func() {
				for _, a := range m.Attachments {
					w.in("Attachment", func() {
						w.text("ContentId", a.ID)
						w.text("Description", a.Description)
						w.body("Content", a)
						w.text("FileName", a.Name)
						w.text("FileType", a.Type)
					})
				}
			})
		}
	}, "xmlns", string(EDoc))
	w.out.WriteByte('\n')
}

// idOf names an attachment within its message.
func idOf(a Attachment, i int) string { return cmp.Or(a.ID, "file-"+strconv.Itoa(i+1)) }

// body prints the bytes of an attachment. What would be read as an archive
// around one file stands in one.
func (w *writer) body(name string, a Attachment) {
	if a.Name == "" || strings.ContainsAny(a.Name, "/\\\x00") {
		w.err = cmp.Or(w.err, fmt.Errorf("%w: attachment has the name %q", ErrNotEdXML, a.Name))
		return
	}
	data := a.Data
	if !strings.EqualFold(ext(a.Name), ".zip") && (a.Zipped || single(data) != nil) {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		f, err := z.Create("content" + ext(a.Name))
		if err == nil {
			_, err = f.Write(data)
		}
		if err == nil {
			err = z.Close()
		}
		if err != nil {
			w.err = cmp.Or(w.err, err)
			return
		}
		data = out.Bytes()
	}
	w.in(name, func() { w.out.WriteString(base64.StdEncoding.EncodeToString(data)) })
}
