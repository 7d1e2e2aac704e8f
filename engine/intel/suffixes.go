// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// open says how far everyone may register names beside or below a name.
type open uint8

const (
	owned  open = iota // somebody's own
	unsure             // a name under a rule such as *.mm, which nobody listed
	public             // everyone's
)

// openness tells public suffixes: top-level labels and entries of the ICANN
// part of the Public Suffix List such as com.vn. The private part (duckdns.org)
// is left to the list's author, who may mean it. A rule such as *.mm makes
// every name of two labels a suffix, though some are sold as names.
func openness(name []byte) open {
	dot := bytes.LastIndexByte(name, '.')
	if dot < 0 {
		return public
	}
	if flat(name[dot+1:]) {
		return owned
	}
	top := name[dot+1:]
	if dot = bytes.LastIndexByte(name[:dot], '.'); dot >= 0 && flat(name[dot+1:]) {
		return owned
	}
	if string(top) == "vn" {
		if _, ok := underVN[string(name[:len(name)-len(".vn")])]; ok {
			return public
		}
		return owned
	}
	return wholeOpenness(string(name))
}

// wholeOpenness is openness of a name of two labels or more by the whole list.
func wholeOpenness(s string) open {
	_, parent, _ := strings.Cut(s, ".")
	suffix, icann := publicsuffix.PublicSuffix(s)
	if !icann || suffix != s {
		return owned
	}
	// No entry starts with an underscore, so that only a rule fits this name.
	if byRule, _ := publicsuffix.PublicSuffix("_." + parent); byRule == "_."+parent {
		return unsure
	}
	return public
}

// flats are the suffixes that fill lists of indicators and below which no name
// is a suffix of ICANN's too; none is longer than eight bytes. A look at the whole
// list costs more than all else that is done with a name.
var flats = strings.Fields(`com net org info biz xyz top online site shop club icu vip app dev store live
	ru su de nl eu cc tk ga cf gq
	com.vn net.vn org.vn edu.vn gov.vn com.br com.cn net.cn org.cn com.au co.uk org.uk co.in
	com.tr com.ua com.tw com.mx com.ar com.my com.sg co.za co.kr co.jp com.pl com.hk co.id`)

// underVN are all public suffixes below .vn, which have none below them: half of
// what Vietnamese lists name stands there, and the whole list is slow to say so.
var underVN = func() map[string]struct{} {
	to := map[string]struct{}{}
	for s := range strings.FieldsSeq(vnSuffixes) {
		to[s] = struct{}{}
	}
	return to
}()

const vnSuffixes = `ac ai biz com edu gov health id info int io name net org pro
	angiang bacgiang backan baclieu bacninh baria-vungtau bentre binhdinh binhduong binhphuoc binhthuan camau
	cantho caobang daklak daknong danang dienbien dongnai dongthap gialai hagiang haiduong haiphong hanam hanoi
	hatinh haugiang hoabinh hungyen khanhhoa kiengiang kontum laichau lamdong langson laocai longan namdinh nghean
	ninhbinh ninhthuan phutho phuyen quangbinh quangnam quangngai quangninh quangtri soctrang sonla tayninh
	thaibinh thainguyen thanhhoa thanhphohochiminh thuathienhue tiengiang travinh tuyenquang vinhlong vinhphuc yenbai`

// flatWords holds flats as words, each behind the place of its hash.
var flatWords = func() (to [256]uint64) {
	for _, s := range flats {
		w := wordOf([]byte(s))
		at := flatPlace(w)
		for to[at] != 0 {
			at++
		}
		to[at] = w
	}
	return to
}()

func flatPlace(w uint64) uint8 { return uint8(w * 0x9e3779b97f4a7c15 >> 56) }

// flat reports whether suffix is one of flats.
func flat(suffix []byte) bool { return len(suffix) <= 8 && flatWord(wordOf(suffix)) }

// flatWord is flat of a suffix of up to eight bytes as a number, the first byte
// lowest.
func flatWord(w uint64) bool {
	for at := flatPlace(w); flatWords[at] != 0; at++ {
		if flatWords[at] == w {
			return true
		}
	}
	return false
}

func wordOf(b []byte) (w uint64) {
	for i, c := range b {
		w |= uint64(c) << (8 * i)
	}
	return w
}
