// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"
)

// maxSignatures is how many signatures of one file are checked.
const maxSignatures = 100

// VerifyPDF checks all signatures of a PDF file as of now. Errors: ErrNotPDF,
// ErrEncrypted, ErrDamaged, ErrTooMuch; a file without signatures is none.
func VerifyPDF(data []byte, t Trust, now time.Time) (Report, error) {
	f, err := readPDF(data)
	if err != nil {
		return Report{}, err
	}
	found, err := f.signed()
	if err != nil {
		return Report{}, err
	}
	if len(found) > maxSignatures {
		return Report{}, ErrTooMuch
	}
	beside, answers, err := f.proofs()
	if err != nil {
		return Report{}, err
	}
	for i := range found {
		found[i].check(data, t, now)
	}
	slices.SortStableFunc(found, func(a, b signedField) int { return cmp.Compare(a.end, b.end) })
	attest(found, t, beside, now)
	for i := range found {
		s := &found[i]
		if s.cms == nil || s.Certificate == nil {
			continue
		}
		e := s.cms.adobeRevocation()
		e.crls = append(append(e.crls, s.cms.crls...), answers.crls...)
		e.ocsps = append(e.ocsps, answers.ocsps...)
		s.judge(t, append(slices.Clone(s.cms.certs), beside...), e, now)
	}
	return trace(f, found)
}

// signedField is a signature with what is needed to check it.
type signedField struct {
	Signature
	cms      *cms
	dict     dict
	end      int // of what it covers
	ranges   [2][]byte
	permit   int // what a certification lets be changed (ISO 32000-1 table 254); 0 for others
	contents hexText
}

// signed lists the signatures of f.
func (f *pdf) signed() ([]signedField, error) {
	fields, err := f.fields()
	if err != nil {
		return nil, err
	}
	numbers, err := f.pageNumbers()
	if err != nil {
		return nil, err
	}
	var out []signedField
	for _, one := range fields {
		if one.kind != "Sig" || one.value == nil {
			continue
		}
		d, err := f.dictOf(one.value)
		if err != nil {
			return nil, err
		}
		s := signedField{dict: d, Signature: Signature{Field: one.name, Kind: Approval, State: Broken}}
		format, _ := d["SubFilter"].(name)
		s.Format = string(format)
		s.Reason, s.Location = f.wordsOf(d["Reason"]), f.wordsOf(d["Location"])
		if format == "ETSI.RFC3161" {
			s.Kind = TimeStamp
		}
		if s.permit, err = f.permit(d); err != nil {
			return nil, err
		}
		if s.permit > 0 {
			s.Kind = Certification
		}
		if err := f.cover(&s); err != nil {
			return nil, err
		}
		s.Page, s.Rect = f.drawn(one, numbers)
		out = append(out, s)
	}
	return out, nil
}

// permit is what a certification lets be changed.
func (f *pdf) permit(sig dict) (int, error) {
	list, err := f.arrayOf(sig["Reference"])
	if err != nil {
		return 0, err
	}
	for _, o := range list {
		d, err := f.dictOf(o)
		if err != nil {
			return 0, err
		}
		if d["TransformMethod"] != name("DocMDP") {
			continue
		}
		params, err := f.dictOf(d["TransformParams"])
		if err != nil {
			return 0, err
		}
		if n, ok := intOf(params["P"]); ok && n >= 1 && n <= 3 {
			return n, nil
		}
		return 2, nil
	}
	return 0, nil
}

// cover reads which bytes a signature covers. They must be the whole file up to
// an end but for the signature itself: what lies in the hole is nothing else.
// One for which that does not hold keeps an end of 0 and stays broken.
func (f *pdf) cover(s *signedField) error {
	hole, ok := s.dict["Contents"].(hexText)
	if !ok {
		return nil
	}
	list, err := f.arrayOf(s.dict["ByteRange"])
	if err != nil {
		return err
	}
	if len(list) != 4 {
		return nil
	}
	var n [4]int
	for i := range n {
		if n[i], ok = intOf(list[i]); !ok || n[i] < 0 || n[i] > len(f.data) {
			return nil
		}
	}
	end := n[2] + n[3]
	if n[0] != 0 || n[1] != hole.at || n[2] != hole.end || end > len(f.data) {
		return nil
	}
	s.contents, s.end = hole, end
	s.ranges = [2][]byte{f.data[:n[1]], f.data[n[2]:end]}
	return nil
}

// check verifies a signature's own cryptography: State stays Broken, or becomes
// Unsupported, Weak or Valid as far as this can tell.
func (s *signedField) check(data []byte, t Trust, now time.Time) {
	if s.end == 0 {
		return
	}
	s.Whole = len(bytes.TrimRight(data[s.end:], "\x00\t\n\f\r ")) == 0
	var err error
	if s.cms, err = readCMS(s.contents.text); err != nil {
		if errors.Is(err, errUnsupported) {
			s.State = Unsupported
		}
		return
	}
	s.about(s.cms.signer)
	switch s.Format {
	case "adbe.pkcs7.detached", "ETSI.CAdES.detached":
		err = s.cms.verify(s.ranges[0], s.ranges[1])
		if s.cms.content != nil { // detached means that it stands around nothing
			err = errBroken
		}
	case "ETSI.RFC3161":
		var st *stamp
		if st, err = readStamp(s.contents.text, s.ranges[0], s.ranges[1]); err == nil {
			s.At, s.Clock = st.at, Attested
		}
	default:
		err = errUnsupported
	}
	switch {
	case errors.Is(err, errUnsupported):
		s.State = Unsupported
		return
	case err != nil:
		return
	}
	s.State = Valid
	if s.cms.weak() {
		s.State = Weak
	}
	if s.Kind == TimeStamp {
		return
	}
	if s.At = s.cms.claimed(); !s.At.IsZero() {
		s.Clock = Claimed
	} else if at, ok := pdfTime(s.dict["M"]); ok {
		s.At, s.Clock = at, Claimed
	}
	st, err := s.cms.timestamp()
	switch {
	case err != nil: // a stamp that does not fit says that something was changed
		s.State = Broken
	case st != nil && st.trusted(t, s.cms.certs):
		s.At, s.Clock = st.at, Attested
	case st != nil:
		s.At, s.Clock = st.at, Untested
	}
}

// trusted reports whether an authority of t vouches for who made the stamp, for
// the purpose of stamping.
func (st *stamp) trusted(t Trust, beside []*x509.Certificate) bool {
	c := st.token.signer
	if c == nil || st.token.weak() || st.at.After(c.NotAfter) || st.at.Before(c.NotBefore) || !slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageTimeStamping) {
		return false
	}
	return t.chain(c, append(slices.Clone(st.token.certs), beside...), st.at) != nil
}

// attest gives signatures without a trusted time that of the first trusted stamp
// of the file after them: they were there by then.
func attest(found []signedField, t Trust, beside []*x509.Certificate, now time.Time) {
	for i := range found {
		s := &found[i]
		if s.Kind == TimeStamp {
			if s.State != Valid || s.cms == nil {
				continue
			}
			if st := (&stamp{s.cms, s.At}); !st.trusted(t, beside) {
				s.Clock = Untested
			}
			continue
		}
		if s.Clock == Attested {
			continue
		}
		for _, later := range found[i+1:] {
			if later.Kind == TimeStamp && later.State == Valid && (&stamp{later.cms, later.At}).trusted(t, beside) {
				s.At, s.Clock = later.At, Attested
				break
			}
		}
	}
}

// proofs are what the file brings for later checks (ISO 32000-2 §12.8.4.3).
func (f *pdf) proofs() (certs []*x509.Certificate, e evidence, err error) {
	c, err := f.catalog()
	if err != nil {
		return nil, e, err
	}
	dss, err := f.dictOf(c["DSS"])
	if err != nil {
		return nil, e, err
	}
	streams := func(key name) (out [][]byte, err error) {
		list, err := f.arrayOf(dss[key])
		for _, o := range list {
			if len(out) >= maxCertificates {
				return nil, ErrTooMuch
			}
			o, err := f.resolve(o)
			if err != nil {
				return nil, err
			}
			if s, ok := o.(*stream); ok {
				raw, err := f.unfold(s)
				if err != nil {
					return nil, err
				}
				out = append(out, raw)
			}
		}
		return out, err
	}
	raw, err := streams("Certs")
	if err != nil {
		return nil, e, err
	}
	for _, one := range raw {
		if c, err := x509.ParseCertificate(one); err == nil { // what is none vouches for nobody
			certs = append(certs, c)
		}
	}
	if e.crls, err = streams("CRLs"); err != nil {
		return nil, e, err
	}
	e.ocsps, err = streams("OCSPs")
	return certs, e, err
}

// trace says of each signature what was changed after it.
func trace(f *pdf, found []signedField) (Report, error) {
	var states []*pdf // as each signature left the file
	var order []int   // the signatures of those states
	for i := range found {
		s := &found[i]
		if s.end == 0 {
			continue
		}
		at, err := readPDF(f.data[:s.end])
		if err == nil {
			err = at.holds(s)
		}
		if err != nil { // what it covers is no file in which it stands
			s.State = Broken
			continue
		}
		states, order = append(states, at), append(order, i)
	}
	var steps [][]Change
	for k, i := range order {
		next, by := f, (*signedField)(nil)
		if k+1 < len(order) {
			next, by = states[k+1], &found[order[k+1]]
		}
		changes, err := step(states[k], next, by, found[i].end)
		if err != nil {
			return Report{}, fmt.Errorf("what was changed after %q: %w", found[i].Field, err)
		}
		steps = append(steps, changes)
	}
	var r Report
	strict := 0 // what the first certification lets be changed
	for k, i := range order {
		s := &found[i]
		if s.permit > 0 && strict == 0 {
			strict = s.permit
		}
		for _, more := range steps[k:] {
			for _, c := range more {
				if c.Lawful && strict > 0 && !allowed(strict, c) {
					c.Lawful = false
				}
				s.Changes = append(s.Changes, c)
			}
		}
		if len(s.Tampered()) > 0 && rank[s.State] > rank[Changed] {
			s.State = Changed
		}
	}
	if len(steps) > 0 {
		r.Loose = steps[len(steps)-1]
	}
	for i := range found {
		found[i].Revision, found[i].Revisions = i+1, len(found)
		r.Signatures = append(r.Signatures, found[i].Signature)
	}
	return r, nil
}

// allowed reports whether a certification lets a lawful change be made.
func allowed(permit int, c Change) bool {
	switch c.Kind {
	case AddedProof:
		return true
	case Stamped:
		return permit == 3
	}
	return permit >= 2
}

// holds fails when the signature does not stand in f as it does in the file.
func (f *pdf) holds(s *signedField) error {
	all, err := f.signed()
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.Field == s.Field && one.contents.at == s.contents.at && one.end == s.end {
			return nil
		}
	}
	return errBroken
}

// step names what was changed from one state to the next, which by covers; end
// is where the first ends.
func step(old, next *pdf, by *signedField, end int) ([]Change, error) {
	if len(bytes.TrimRight(next.data[end:], "\x00\t\n\f\r ")) == 0 {
		return nil, nil
	}
	changes, err := differ(old, next)
	if err != nil {
		return nil, err
	}
	if old.start == next.start { // bytes that no cross-reference knows
		changes = append(changes, Change{Kind: Trailing})
	}
	for i := range changes {
		if by == nil {
			continue
		}
		changes[i].By = by.Field
		if changes[i].Kind == Stamped && (by.State == Valid || by.State == ExpiredNow) {
			changes[i].Lawful = true
		}
	}
	return changes, nil
}

// pdfTime reads a date of PDF (ISO 32000-1 §7.9.4): D:20261121080500+07'00'.
func pdfTime(o object) (time.Time, bool) {
	t, ok := o.(text)
	if !ok {
		if h, hex := o.(hexText); hex {
			t, ok = h.text, true
		}
	}
	s := string(bytes.ReplaceAll(bytes.TrimPrefix(t, []byte("D:")), []byte("'"), nil))
	for _, layout := range []string{"20060102150405-0700", "20060102150405Z0700", "20060102150405Z", "20060102150405"} {
		if at, err := time.Parse(layout, s); ok && err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}
