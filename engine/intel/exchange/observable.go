// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"net/netip"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange/pattern"
)

// part is what one test contributes to an alternative.
type part uint8

const (
	unreadable   part = iota
	anObservable      // on its own an indicator
	aHash             // the same, and of a file that has several
	aPort             // of an address beside it
	aFileFact         // says more of a file whose hash stands beside it
	anImplied         // follows from the observable beside it
	aProtocol         // of a connection; an indicator has none
)

// piece is one test read.
type piece struct {
	part
	found
	why  intel.Reason // when it is no indicator by itself
	text string
}

// readAtom reads one test.
func readAtom(t atom) piece {
	p := observable(t)
	p.text = t.Path.String()
	switch {
	case p.part == unreadable, p.part >= aFileFact:
		return p
	case t.Not || t.Test == "!=":
		return piece{why: Negation, text: p.text}
	case t.Test == "=", t.Test == "IN":
	case t.Test == "LIKE":
		return like(p)
	case t.Test == "ISSUBSET" && p.Type == intel.Address, t.Test == "ISSUBSET" && p.Type == intel.Network:
	default:
		return piece{why: Comparison, text: p.text + " " + t.Test}
	}
	if p.part == aPort {
		if t.value.Kind != pattern.Integer || len(t.value.Text) > 5 {
			return piece{why: BadValue, text: p.text}
		}
	} else if t.value.Kind != pattern.Text {
		return piece{why: BadValue, text: p.text}
	}
	return p
}

// like takes the two forms of LIKE that mean one name: no wildcard at all, and
// "%." before a name. The second does not match the name itself, but whoever
// controls the one controls the other.
func like(p piece) piece {
	if p.Type == intel.Domain && p.part == anObservable {
		if rest, ok := strings.CutPrefix(p.Value, "%."); ok {
			p.Value, p.widened, p.below = rest, true, true
		}
	}
	if strings.ContainsAny(p.Value, "%_") {
		return piece{why: Comparison, text: p.text + " LIKE"}
	}
	return p
}

// observable reads the path of one test (STIX 2.1 §6, and §7 of the patterning
// paths commonly published).
func observable(t atom) piece {
	steps := names(t.Path)
	last := steps[len(steps)-1]
	is := func(kind intel.Type) piece {
		return piece{part: anObservable, found: found{Indicator: intel.Indicator{Type: kind, Value: t.value.Text}}}
	}
	switch path := t.Path.Object + ":" + strings.Join(steps, "."); path {
	case "domain-name:value", "hostname:value", "x-opencti-hostname:value":
		return is(intel.Domain)
	case "ipv4-addr:value", "ipv6-addr:value":
		return is(intel.Address)
	case "url:value":
		return is(intel.URL)
	case "email-addr:value", "email-message:from_ref.value", "email-message:sender_ref.value":
		return is(intel.Email)
	case "network-traffic:dst_ref.value", "network-traffic:src_ref.value", "network-traffic:extensions.http-request-ext.request_header.Host":
		return onNetwork(t.value.Text)
	case "network-traffic:dst_port":
		return piece{part: aPort, found: found{Indicator: intel.Indicator{Value: strings.TrimPrefix(t.value.Text, "+")}}, why: unfit(unmatched, path)}
	case "network-traffic:dst_ref.type", "network-traffic:src_ref.type", "network-traffic:protocols":
		if t.Test == "=" && !t.Not {
			p := piece{part: anImplied, why: unfit(unmatched, path)}
			if last == "protocols" {
				p.part = aProtocol
			}
			return p
		}
	case "file:name", "file:size", "file:mime_type", "file:name_enc", "file:parent_directory_ref.path":
		return piece{part: aFileFact, why: unfit(unmatched, path)}
	}
	if alg, ok := hashOf(t.Path.Object, steps); ok {
		return hashPiece(alg, t.value.Text)
	}
	if t.Path.Object == "network-traffic" || strings.HasPrefix(t.Path.Object, "x-") {
		switch fingerprints[strings.TrimPrefix(underscores.Replace(strings.ToLower(last)), "x_")] {
		case 3:
			return is(intel.JA3)
		case 4:
			return is(intel.JA4)
		}
	}
	return piece{why: unfit(unmatched, t.Path.Object+":"+strings.Join(steps, "."))}
}

// names are the properties of a path; indices say only that one of a list is
// meant.
func names(p pattern.Path) []string {
	all := make([]string, 0, len(p.Steps))
	for _, s := range p.Steps {
		if s.Name != "" {
			all = append(all, s.Name)
		}
	}
	return all
}

// onNetwork tells names from addresses where a path takes both.
func onNetwork(v string) piece {
	p := piece{part: anObservable, found: found{Indicator: intel.Indicator{Value: v}}}
	if _, err := netip.ParseAddr(v); err == nil || strings.Contains(v, "/") {
		p.Type = intel.Address
	}
	return p
}

// fingerprints are the names that publishers give to a property for which the
// standard has none.
var fingerprints = map[string]int{"ja3": 3, "ja3_hash": 3, "ja3_md5": 3, "ja3_digest": 3, "ja3_fingerprint": 3, "ja3_fingerprint_md5": 3,
	"ja4": 4, "ja4_hash": 4, "ja4_fingerprint": 4}

// hashOf returns the algorithm of a path that names the hash of a whole file or
// certificate; "" stands for any.
func hashOf(object string, steps []string) (string, bool) {
	switch {
	case object == "process" && len(steps) > 1 && (steps[0] == "image_ref" || steps[0] == "binary_ref"),
		object == "file" && len(steps) > 1 && steps[0] == "content_ref":
		steps = steps[1:]
	case object != "file" && object != "artifact" && object != "x509-certificate":
		return "", false
	}
	if steps[0] != "hashes" || len(steps) > 2 {
		return "", false
	}
	if len(steps) == 1 {
		return "", true
	}
	return strings.ReplaceAll(strings.ToUpper(steps[1]), "-", ""), true
}

func hashPiece(alg, v string) piece {
	p := piece{part: aHash, found: found{Indicator: intel.Indicator{Value: v}}}
	switch {
	case alg == "MD5", alg == "" && len(v) == 32:
		p.Type = intel.MD5
	case alg == "SHA1", alg == "" && len(v) == 40:
		p.Type = intel.SHA1
	case alg == "SHA256", alg == "" && len(v) == 64:
		p.Type = intel.SHA256
	default:
		return piece{why: unfit(unmatched, strings.ToLower(alg))}
	}
	return p
}
