// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import "testing"

func TestNumbersInWords(t *testing.T) {
	for said, want := range map[string]int{"7": 7, "03": 3, "một": 1, "năm": 5, "mười": 10, "mười lăm": 15, "hai mươi": 20, "hai mươi mốt": 21, "ba mươi tư": 34, "chín mươi chín": 99, "": 0, "nhiều": 0, "mươi": 0} {
		if got := numberOf(said); got != want {
			t.Errorf("%q is %d, want %d", said, got, want)
		}
	}
}
