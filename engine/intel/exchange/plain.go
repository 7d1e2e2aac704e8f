// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bytes"
	"net/netip"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
)

// readPlain reads one value of any type a line, comments behind it allowed, or
// AdBlock filters that mean a name and what is below it.
func readPlain(a *account, in source) error {
	return a.lines(in, func(no int64, text []byte) error { return a.plain(no, text) })
}

func (a *account) plain(no int64, text []byte) error {
	v := bytes.TrimSpace(text)
	if intel.IsComment(v) {
		return nil
	}
	v = bytes.TrimSpace(intel.Uncomment(v))
	r := row{no: no, line: text}
	if bytes.ContainsAny(v, " \t,;") && !bytes.Contains(v, []byte("://")) {
		if addressed(v) { // a hosts line among plain ones
			return a.hosts(no, text)
		}
		a.refuse(r, intel.Columns)
		return nil
	}
	f, why := bare(string(v))
	if why != "" {
		a.refuse(r, why)
		return nil
	}
	if f.Type == intel.Domain {
		f.Scope = a.o.Scope
	}
	return a.take(r, f)
}

// bare reads a value in the dress of a plain list. "||name^", "*.name" and
// ".name" all mean the name and what is below it, as intel.Builder.Load has it.
func bare(v string) (found, intel.Reason) {
	rest, exception := strings.CutPrefix(v, "@@")
	if name, ok := strings.CutPrefix(rest, "||"); ok {
		name, option, _ := strings.Cut(name, "^")
		if option != "" && option != "$important" || strings.Contains(name, "/") {
			return found{}, intel.FilterOption
		}
		rest = name
	} else if exception || schemeEnd(refang(v)) == 0 && (strings.ContainsAny(v, "|^$") || strings.Contains(v, "##")) {
		return found{}, intel.FilterOption
	}
	if !strings.HasPrefix(rest, "*/") {
		rest = strings.TrimPrefix(rest, "*")
	}
	rest = strings.TrimPrefix(rest, ".")
	f, why := typed(rest, byLooks)
	f.allow = exception
	if f.Type == intel.Domain && strings.Contains(f.Value, "*") {
		why = intel.Wildcard
	}
	return f, why
}

// readHosts reads hosts(5) files that lead bad names nowhere.
func readHosts(a *account, in source) error {
	return a.lines(in, a.hosts)
}

func (a *account) hosts(no int64, text []byte) error {
	v, _, _ := bytes.Cut(text, []byte("#"))
	fields := bytes.Fields(v)
	if len(fields) == 0 || intel.IsComment(fields[0]) {
		return nil
	}
	r := row{no: no, line: text}
	addr, err := netip.ParseAddr(string(fields[0]))
	switch {
	case err != nil && len(fields) == 1:
		return a.plain(no, text)
	case err != nil:
		a.refuse(r, intel.Columns)
		return nil
	case len(fields) == 1:
		a.refuse(r, intel.NoName)
		return nil
	}
	for _, name := range fields[1:] {
		n := string(bytes.ToLower(name))
		switch {
		case localNames[n]:
			a.pass("local name", 1)
		case !addr.IsUnspecified() && !addr.IsLoopback():
			a.refuse(r, intel.RealAddress)
		default:
			if err := a.host(r, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// host takes a name of a hosts file, which cannot name anything else.
func (a *account) host(r row, name string) error {
	if _, err := netip.ParseAddr(name); err == nil {
		a.refuse(r, unfit(unmatched, "ip")) // "0.0.0.0 0.0.0.0" leads nowhere already
		return nil
	}
	return a.take(r, found{Indicator: intel.Indicator{Value: refang(name), Scope: a.o.Scope}})
}

// addressed reports whether a line starts with an address and goes on after
// white space.
func addressed(line []byte) bool {
	end := bytes.IndexAny(line, " \t")
	if end < 0 {
		return false
	}
	_, err := netip.ParseAddr(string(line[:end]))
	return err == nil
}

// localNames stand in every system's own hosts file.
var localNames = map[string]bool{
	"localhost": true, "localhost.localdomain": true, "local": true, "broadcasthost": true,
	"localhost4": true, "localhost4.localdomain4": true, "localhost6": true, "localhost6.localdomain6": true,
	"ip6-localhost": true, "ip6-loopback": true, "ip6-localnet": true, "ip6-mcastprefix": true,
	"ip6-allnodes": true, "ip6-allrouters": true, "ip6-allhosts": true,
}
