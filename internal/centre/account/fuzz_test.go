// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"strings"
	"testing"
	"unicode"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// The fuzz targets stand inside the package to read lists without records,
// thousands a second.

// FuzzReadList holds that any table is a list or refused for a reason, and that
// every row gives roles or says why not.
func FuzzReadList(f *testing.F) {
	f.Add("Họ và tên;Đơn vị;Vai trò\n(1);(2);(3)\nI;;\nAn;Xã A;xem, trực ban\n")
	f.Add("name;unit;role\nAn;a;kiểm tra, thanh tra\n;;+\n")
	f.Add("STT\n;;;\nTên đăng nhập;Họ tên\n\x00;;|\n")
	f.Fuzz(func(t *testing.T, text string) {
		var rows [][]string
		for line := range strings.SplitSeq(text, "\n") {
			rows = append(rows, strings.Split(line, ";"))
		}
		list, err := findTable([][][]string{nil, rows})
		if err != nil {
			if e := fault.Of(err); e.Kind != fault.Invalid || e.Fields["file"] == "" {
				t.Fatalf("refused without reason: %v", err)
			}
			return
		}
		for i := list.first; i < len(list.rows); i++ {
			list.skips(i)
			roles, cells := list.roles(i)
			if len(roles) == 0 && (len(cells) == 0 || cells[0].Warn) {
				t.Errorf("row %d has no role and no reason", i+1)
			}
			for _, r := range roles {
				if auth.Cell(auth.Units, r) == "" {
					t.Errorf("row %d gives %q, which is no role", i+1, r)
				}
			}
		}
	})
}

// FuzzProposeLogin holds that a login made of a name can be stored and is free.
func FuzzProposeLogin(f *testing.F) {
	for _, name := range []string{"Nguyễn Văn An", "Y", "Đỗ", "Lò Thị Mai 2", "...", "H'Hen Niê", strings.Repeat("Nguyễn ", 40)} {
		f.Add(name, 0)
	}
	f.Fuzz(func(t *testing.T, name string, taken int) {
		n := taken & 7
		login := ProposeLogin(name, func(string) bool { n--; return n >= 0 })
		if login != "" && !loginForm.MatchString(login) {
			t.Errorf("%q gives %q", name, login)
		}
		if strings.ContainsAny(name, "abcdefghijklmnopqrstuvwxyz") && login == "" {
			t.Errorf("%q gives nothing", name)
		}
	})
}

// FuzzTypedCode holds that a code is the same however it is typed, and that a
// link's secret is never taken for one.
func FuzzTypedCode(f *testing.F) {
	f.Add("an.nv", "K7QD-M2PX-9RTF-41ZB")
	f.Fuzz(func(t *testing.T, login, code string) {
		if strings.ContainsFunc(code, func(r rune) bool { return r > unicode.MaxASCII }) {
			return // letters of other scripts have no one upper case
		}
		if TypedSecret(login, code) != TypedSecret(" "+login+" ", strings.ToLower(strings.ToUpper(code))+" -") {
			t.Errorf("%q is not itself when typed otherwise", code)
		}
		secret, _ := newToken()
		if _, _, typed := typedCode(secret); typed {
			t.Errorf("a link is taken for a code: %s", secret)
		}
	})
}
