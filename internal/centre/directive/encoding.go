// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"strings"
	"unicode"
)

// TCVN3 (TCVN 5712:1993, VN3, the ".Vn" fonts) as it shows when its bytes are
// taken for Windows-1252.
var tcvn3 = table("¸áµà¶ả·ã¹ạ¨ă¾ắ»ằ¼ẳ½ẵÆặ©âÊấÇầÈẩÉẫËậÐéÌèÎẻÏẽÑẹªêÕếÒềÓểÔễÖệÝí×ìØỉÜĩÞịãóßòáỏâõäọ«ôèốåồæổçỗéộ¬ơíớêờëởìỡîợóúïùñủòũôụ\u00adưøứõừöử÷ữùựýýúỳûỷüỹþỵ®đ" +
	"¡Ă¢Â£Ê¤Ô¥Ơ¦Ư§Đ")

// VNI (VNI-Windows): a vowel, or o and u with a horn, and a letter for its marks.
var vni = func() *strings.Replacer {
	marks := map[string]string{
		"a": "ùáøàûảõãïạêăéắèằúẳüẵëặââáấàầåẩãẫäậ",
		"e": "ùéøèûẻõẽïẹâêáếàềåểãễäệ",
		"o": "ùóøòûỏõõïọâôáốàồåổãỗäộ",
		"u": "ùúøùûủõũïụ",
		"y": "ùýøỳûỷõỹ",
		"ô": "ùớøờûởõỡïợ",
		"ö": "ùứøừûửõữïự",
	}
	var pairs []string
	for base, list := range marks {
		runes := []rune(list)
		for i := 0; i+1 < len(runes); i += 2 {
			from, to := base+string(runes[i]), string(runes[i+1])
			pairs = append(pairs, from, to, strings.ToUpper(base)+strings.ToUpper(string(runes[i])), strings.ToUpper(to))
			pairs = append(pairs, strings.ToUpper(base)+string(runes[i]), strings.ToUpper(to))
		}
	}
	single := []string{"æ", "ỉ", "ó", "ĩ", "ò", "ị", "ô", "ơ", "ö", "ư", "ñ", "đ", "î", "ỵ", "Æ", "Ỉ", "Ó", "Ĩ", "Ò", "Ị", "Ô", "Ơ", "Ö", "Ư", "Ñ", "Đ", "Î", "Ỵ"}
	return strings.NewReplacer(append(pairs, single...)...)
}()

func table(pairs string) map[rune]rune {
	out := map[rune]rune{}
	runes := []rune(pairs)
	for i := 0; i+1 < len(runes); i += 2 {
		out[runes[i]] = runes[i+1]
	}
	return out
}

// recodeLeast is by how much a line must read better to be taken for another
// encoding: a raised figure, or one foreign name, is none.
const recodeLeast = 6

// recode reads lines that are in TCVN3 or VNI, and says how many there were. A
// line is one of them when more of its words can be Vietnamese so than as they
// stand.
func recode(text string) (out string, lines int) {
	all := strings.Split(text, "\n")
	for i, l := range all {
		if !strings.ContainsFunc(l, foreign) {
			continue
		}
		best, score := l, goodWords(l)+recodeLeast
		for _, try := range []string{fromTCVN3(l), vni.Replace(l)} {
			if s := goodWords(try); s > score {
				best, score = try, s
			}
		}
		if best != l {
			all[i] = best
			lines++
		}
	}
	return strings.Join(all, "\n"), lines
}

// foreign reports whether c is a letter or sign of Latin-1 that Vietnamese does
// not use, as lines in the old encodings are full of.
func foreign(c rune) bool {
	return c >= 0xA1 && c <= 0xBF && c != 0xB0 && c != 0xA7 || c >= 0xC0 && c <= 0xFF && !strings.ContainsRune("ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúý", c)
}

func fromTCVN3(l string) string {
	return strings.Map(func(c rune) rune {
		if to, ok := tcvn3[c]; ok {
			return to
		}
		return c
	}, l)
}

// goodWords is how many words of l can be Vietnamese, those that cannot counted
// against it.
func goodWords(l string) int {
	n := 0
	for w := range strings.FieldsFuncSeq(l, func(c rune) bool { return !unicode.IsLetter(c) && !(c >= 0xA1 && c <= 0xBF) }) {
		_, marked := toneless(w)
		switch {
		case !marked && isASCII(w):
		case spoken(w):
			n += 2
		default:
			n -= 2
		}
	}
	return n
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
