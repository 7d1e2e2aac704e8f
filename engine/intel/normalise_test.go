// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/intel"
)

func TestNormalise(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"case is lowered":                         {"WWW.Evil.COM", "www.evil.com"},
		"the dot at the end goes":                 {"evil.com.", "evil.com"},
		"the root stays":                          {".", "."},
		"nothing stays nothing":                   {"", ""},
		"underscores stay":                        {"_dmarc.Evil.com", "_dmarc.evil.com"},
		"Vietnamese becomes an A-label":           {"Mã-Độc.vn", "xn--m-c-mla5uu74n.vn"},
		"decomposed letters are the same name":    {"ma\u0303-đo\u0323\u0302c.vn", "xn--m-c-mla5uu74n.vn"},
		"an A-label in capitals is lowered":       {"XN--M-C-MLA5UU74N.vn", "xn--m-c-mla5uu74n.vn"},
		"ideographic dots part labels":            {"evil。com", "evil.com"},
		"full-width letters become narrow":        {"ｅｖｉｌ.com", "evil.com"},
		"a bad label does not hide its parent":    {"\xff\xfe.Độc.vn", "\xff\xfe.xn--c-kia689t.vn"},
		"an underscore beside letters of Vietnam": {"_a.độc.vn", "_a.xn--c-kia689t.vn"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := intel.Normalise(c.in); got != c.want {
				t.Errorf("Normalise(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

// FuzzNormalise holds that normalising twice changes nothing more, and that
// what stands left of a parent never changes the parent.
func FuzzNormalise(f *testing.F) {
	f.Add("www", "Evil.COM.")
	f.Add("\xff", "mã-độc.vn")
	f.Add("a。b", "xn--zzzz.example")
	f.Add("⒈", "..")
	f.Fuzz(func(t *testing.T, child, parent string) {
		once := intel.Normalise(parent)
		if twice := intel.Normalise(once); twice != once {
			t.Errorf("%q -> %q -> %q", parent, once, twice)
		}
		if once == "" || once == "." {
			return
		}
		if whole := intel.Normalise(child + "." + parent); !strings.HasSuffix(whole, "."+once) {
			t.Errorf("%q under %q is %q, whose parent is not %q", child, parent, whole, once)
		}
	})
}
