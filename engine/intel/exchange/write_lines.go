// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
)

// plainLines writes one value a line.
type plainLines struct{ title string }

func (l plainLines) head(w *bufio.Writer) error { return comment(w, "#", l.title) }
func (plainLines) tail(*bufio.Writer) error     { return nil }

func (plainLines) line(dst []byte, i intel.Indicator) ([]byte, bool, intel.Reason) {
	switch {
	case i.Type == intel.Domain && i.Scope == intel.ExactOnly:
		return dst, false, Scopeless // readers would take the names below it too
	case !plainly(i):
		return dst, false, unsaid(i.Type)
	}
	return append(append(dst, i.Value...), '\n'), false, ""
}

// plainly reports whether a line that holds nothing but the value of i means i to
// who reads it: a JA3 looks like an MD5, a URL without a path like a name, and
// "a.com/x|y" like a filter.
func plainly(i intel.Indicator) bool {
	v := []byte(i.Value)
	if intel.IsComment(v) || len(intel.Uncomment(v)) < len(v) || strings.ContainsAny(i.Value, " \t,;") && !strings.Contains(i.Value, "://") {
		return false
	}
	f, why := bare(i.Value)
	if why != "" || f.allow {
		return false
	}
	same, why := Canonical(f.Indicator)
	return why == "" && same.Type == i.Type && same.Value == i.Value
}

// hostsLines writes hosts(5), which knows names by themselves only.
type hostsLines struct{ title string }

func (l hostsLines) head(w *bufio.Writer) error { return comment(w, "#", l.title) }
func (hostsLines) tail(*bufio.Writer) error     { return nil }

func (hostsLines) line(dst []byte, i intel.Indicator) ([]byte, bool, intel.Reason) {
	if i.Type != intel.Domain {
		return dst, false, unsaid(i.Type)
	}
	dst = append(append(dst, "0.0.0.0 "...), i.Value...)
	return append(dst, '\n'), i.Scope == intel.WithSubdomains, ""
}

// csvLines writes every field of an indicator (RFC 4180).
type csvLines struct{}

func (*csvLines) head(w *bufio.Writer) error {
	_, err := w.WriteString("indicator,type,threat,tlp,confidence,valid_from,valid_until,reference,scope\r\n")
	return err
}

func (*csvLines) tail(*bufio.Writer) error { return nil }

func (*csvLines) line(dst []byte, i intel.Indicator) ([]byte, bool, intel.Reason) {
	confidence, scope := "", ""
	if i.Confidence > 0 {
		confidence = strconv.Itoa(int(i.Confidence))
	}
	if i.Type == intel.Domain {
		if scope = belowWord; i.Scope == intel.ExactOnly {
			scope = exactWord
		}
	}
	for n, field := range []string{i.Value, i.Type.String(), label(i.Threat), tlpName(i.TLP), confidence, stamped(i.From), stamped(i.Until),
		label(i.Reference), scope} {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = appendField(dst, field)
	}
	return append(dst, "\r\n"...), false, ""
}

// appendField quotes a field where it must be, and puts an apostrophe before
// what a spreadsheet would run as a formula.
func appendField(dst []byte, s string) []byte {
	s = printable(s)
	if s != "" && strings.IndexByte(formulas, s[0]) >= 0 {
		s = "'" + s
	}
	if !strings.ContainsAny(s, ",;\"\t| #") {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(s, `"`, `""`)...)
	return append(dst, '"')
}

// stamped writes a time as STIX does, nothing for the zero time.
func stamped(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// datasetLines writes a Suricata dataset of one type.
type datasetLines struct{ set string }

func newDataset(o WriteOptions) (layout, error) {
	if o.Set == "" {
		o.Set = Sets[0]
	}
	if !slices.Contains(Sets[:], o.Set) {
		return nil, fmt.Errorf("a dataset of type %q is not written; choose one of %s", o.Set, strings.Join(Sets[:], ", "))
	}
	return datasetLines{o.Set}, nil
}

func (datasetLines) head(*bufio.Writer) error { return nil } // Suricata knows no comments
func (datasetLines) tail(*bufio.Writer) error { return nil }

func (l datasetLines) line(dst []byte, i intel.Indicator) ([]byte, bool, intel.Reason) {
	switch {
	case l.set == "md5" && i.Type == intel.MD5, l.set == "sha256" && i.Type == intel.SHA256, l.set == "ip" && i.Type == intel.Address:
		return append(append(dst, i.Value...), '\n'), false, ""
	case l.set == "string" && (i.Type == intel.Domain || i.Type == intel.URL || i.Type == intel.Email || i.Type == intel.JA3 || i.Type == intel.JA4):
		dst = base64.StdEncoding.AppendEncode(dst, []byte(i.Value))
		return append(dst, '\n'), i.Type == intel.Domain && i.Scope == intel.WithSubdomains, ""
	}
	return dst, false, unsaid(i.Type)
}

// rpzLines writes a response policy zone. A name is answered NXDOMAIN, and by a
// wildcard so are those below it.
type rpzLines struct {
	title, zone string
	serial      uint32
	policy      string
}

func newRPZ(o WriteOptions) (layout, error) {
	zone := intel.Normalise(o.Zone)
	if o.Zone != "" {
		if _, why := intel.Judge(zone); why == intel.BadName {
			return nil, fmt.Errorf("%q cannot be the name of a zone", o.Zone)
		}
	} else {
		zone = ""
	}
	l := rpzLines{title: label(o.Title), zone: zone, serial: 1, policy: "."}
	if !o.Now.IsZero() {
		l.serial = uint32(o.Now.Unix()) // RFC 1982: it may go round
	}
	if o.Kind == intel.Allow {
		l.policy = "rpz-passthru."
	}
	return l, nil
}

func (l rpzLines) head(w *bufio.Writer) error {
	if err := comment(w, ";", l.title); err != nil {
		return err
	}
	if l.zone != "" {
		if _, err := fmt.Fprintf(w, "$ORIGIN %s.\n", l.zone); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "$TTL 300\n@ IN SOA localhost. hostmaster.localhost. %d 3600 600 604800 300\n@ IN NS localhost.\n", l.serial)
	return err
}

func (rpzLines) tail(*bufio.Writer) error { return nil }

func (l rpzLines) line(dst []byte, i intel.Indicator) ([]byte, bool, intel.Reason) {
	owner, wildcard := i.Value, false
	switch i.Type {
	case intel.Domain:
		wildcard = i.Scope == intel.WithSubdomains
	case intel.Address:
		addr := netip.MustParseAddr(i.Value)
		owner = toTrigger(netip.PrefixFrom(addr, addr.BitLen())) + ".rpz-ip"
	case intel.Network:
		owner = toTrigger(netip.MustParsePrefix(i.Value)) + ".rpz-ip"
	default:
		return dst, false, unsaid(i.Type)
	}
	if len("*.")+len(owner)+len(".")+len(l.zone) > 253 { // RFC 1035 §2.3.4
		return dst, false, intel.TooLong
	}
	if i.Type == intel.Domain && strings.Contains(owner[strings.LastIndexByte(owner, '.')+1:], "rpz-") {
		return dst, false, intel.BadName
	}
	dst = append(append(append(dst, owner...), " CNAME "...), l.policy...)
	dst = append(dst, '\n')
	if wildcard {
		dst = append(append(append(append(dst, "*."...), owner...), " CNAME "...), l.policy...)
		dst = append(dst, '\n')
	}
	return dst, false, ""
}

// unboundLines writes settings of Unbound's server section.
type unboundLines struct {
	title string
	kind  intel.Kind
}

func (l unboundLines) head(w *bufio.Writer) error {
	if err := comment(w, "#", l.title); err != nil {
		return err
	}
	_, err := w.WriteString("server:\n")
	return err
}

func (unboundLines) tail(*bufio.Writer) error { return nil }

func (l unboundLines) line(dst []byte, i intel.Indicator) ([]byte, bool, intel.Reason) {
	switch {
	case i.Type != intel.Domain:
		return dst, false, unsaid(i.Type)
	case i.Scope == intel.WithSubdomains && l.kind == intel.Allow:
		return fmt.Appendf(dst, "local-zone: \"%s.\" always_transparent\n", i.Value), false, ""
	case i.Scope == intel.WithSubdomains:
		return fmt.Appendf(dst, "local-zone: \"%s.\" always_nxdomain\n", i.Value), false, ""
	case l.kind == intel.Allow:
		return dst, false, Scopeless
	}
	return fmt.Appendf(dst, "local-data: \"%s. A 0.0.0.0\"\n", i.Value), false, ""
}

// dnsmasqLines writes settings of dnsmasq.
type dnsmasqLines struct {
	title string
	kind  intel.Kind
}

func (l dnsmasqLines) head(w *bufio.Writer) error { return comment(w, "#", l.title) }
func (dnsmasqLines) tail(*bufio.Writer) error     { return nil }

func (l dnsmasqLines) line(dst []byte, i intel.Indicator) ([]byte, bool, intel.Reason) {
	switch {
	case i.Type != intel.Domain:
		return dst, false, unsaid(i.Type)
	case i.Scope == intel.WithSubdomains && l.kind == intel.Allow:
		return fmt.Appendf(dst, "server=/%s/#\n", i.Value), false, ""
	case i.Scope == intel.WithSubdomains:
		return fmt.Appendf(dst, "address=/%s/\n", i.Value), false, ""
	case l.kind == intel.Allow:
		return dst, false, Scopeless
	}
	return fmt.Appendf(dst, "host-record=%s,0.0.0.0\n", i.Value), false, ""
}
