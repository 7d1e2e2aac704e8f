// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import "time"

// Paper is what one official paper says. Strings may hold anything: they are
// cleaned when printed. Only Issuer is needed for a sensible paper; everything
// that is empty is left out or, where the decree wants it, printed as a blank to
// fill in. Parent, Issuer, Subject and Annex.Title are centred: lines in them
// ("\n") are kept, else a long text is broken into lines of about equal length.
// The "Ô" numbers are the places of Nghị định 30/2020/NĐ-CP, Phụ lục I.
type Paper struct {
	Parent    string    // Ô 2: body directly above the issuer; printed in capitals, may be empty
	Issuer    string    // Ô 2: issuing body; printed in capitals, bold
	Number    string    // Ô 3: "5" prints as 05; empty leaves a blank for the clerk
	Symbol    string    // Ô 3: after the slash, "BC-SKHCN"; empty prints "…"
	Place     string    // Ô 4: "Lai Châu"
	Date      time.Time // Ô 4: zero leaves blanks
	OpenDay   bool      // Ô 4: the day is left blank, month and year of Date stand
	Kind      string    // Ô 5a: "Báo cáo", printed in capitals; empty is a công văn (Ô 5b)
	Subject   string    // Ô 5a, 5b: trích yếu; a công văn prints "V/v " before it
	Urgency   Urgency   // Ô 10b
	Mark      string    // boxed under the number and repeated at the foot: "Dự thảo", "Diễn tập"; printed in capitals
	To        []string  // Ô 9a: recipients, without "Kính gửi"
	Basis     []string  // căn cứ, one each, without the closing ";"
	Body      []Block   // Ô 6
	Sign      Signature // Ô 7
	Copies    []string  // Ô 9b: nơi nhận, without "- " and ";", the last one "Lưu: VT, …"
	Annexes   []Annex   // phụ lục, each with its own page numbers
	Limits    string    // Ô 11: who may read it, "Lưu hành nội bộ", "Xem xong trả lại"; boxed, in capitals
	Drafter   string    // Ô 12: initials of who drafted it, "NVA"; printed in capitals
	Prints    int       // Ô 12: how many copies are issued; 0 prints none
	Address   []string  // Ô 13: address, telephone, e-mail of the issuer; at the foot of page 1 under a full rule
	Copy      *Copy     // the form of a certified copy below the paper; nil prints none
	Code      string    // small line at the foot of every page: a case number, a hash
	PrintedAt time.Time // written as creation time into both files; zero takes Date, then 2000-01-01
}

// Urgency is the mark of haste, Ô 10b (levels of Nghị định 30/2020/NĐ-CP, Điều 12).
type Urgency uint8

// The levels in growing haste; the zero value prints no mark.
const (
	Ordinary   Urgency = iota
	Urgent             // KHẨN
	VeryUrgent         // THƯỢNG KHẨN
	MostUrgent         // HỎA TỐC
)

// Copy is what stands below a paper that is copied (Nghị định 30/2020/NĐ-CP,
// Phụ lục I, phần II): the kind of copy, who made it, under which number, and
// who signed for it.
type Copy struct {
	Form      CopyForm
	Issuer    string // who copies; printed in capitals
	Number    string // as Paper.Number
	Symbol    string // "SY-UBND"
	Place     string
	Date      time.Time
	Sign      Signature
	Receivers []string // nơi nhận, as Paper.Copies
}

// CopyForm is the kind of a copy (Nghị định 30/2020/NĐ-CP, Điều 25).
type CopyForm uint8

// The kinds; the zero value is the usual one.
const (
	TrueCopy CopyForm = iota // SAO Y: the whole paper, from the original
	FromCopy                 // SAO LỤC: the whole paper, from a true copy
	Extract                  // TRÍCH SAO: a part of it
)

// Authority is the mark before a title in the signature (Ô 7a).
type Authority uint8

// The marks of Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.7; the zero value
// prints none.
const (
	InOwnName    Authority = iota
	ForCollege             // TM. thay mặt: on behalf of a collective body
	Acting                 // Q. quyền: acting head
	ForHead                // KT. ký thay: a deputy for the head
	ByOrder                // TL. thừa lệnh
	ByDelegation           // TUQ. thừa ủy quyền
)

// Capacity is one line of a signature: {ForHead, "Chủ tịch"} prints "KT. CHỦ TỊCH".
type Capacity struct {
	Mark  Authority
	Title string
}

// Signature is the block at the lower right. The usual deputy's signature is
//
//	Signature{
//		As:   []Capacity{{ForCollege, "Ủy ban nhân dân"}, {ForHead, "Chủ tịch"}, {InOwnName, "Phó Chủ tịch"}},
//		Name: "Nguyễn Văn An",
//	}
//
// The zero value leaves the block out.
type Signature struct {
	As   []Capacity
	Hint string // italic line under the titles, "(Ký, ghi rõ họ tên, đóng dấu)"; may be empty
	Name string // empty leaves the place blank
}

// Annex is one phụ lục. It starts on a new page and numbers its pages from 1.
// When a paper has two or more they are numbered in Roman numerals.
type Annex struct {
	Title     string
	Landscape bool // for wide tables
	Body      []Block
}
