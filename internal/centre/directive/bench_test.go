// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkRead reads a letter, and a decree of three hundred pages.
func BenchmarkRead(b *testing.B) {
	x := lexicon(b)
	letter := text(b, "cong-dien.txt")
	var decree strings.Builder
	decree.WriteString(letter[:strings.Index(letter, "1. Cập nhật")])
	for n := 1; decree.Len() < 300*2500; n++ {
		fmt.Fprintf(&decree, "%d. Cập nhật bản vá cho mọi thiết bị tường lửa, chậm nhất 12 giờ ngày 13/02/2026 theo Công văn số %d/CAT-ANM ngày 9/2/2026.\n\na) Cử cán bộ kỹ thuật trực giám sát.\n\n", n%99+1, n)
	}
	for name, text := range map[string]string{"letter": letter, "decree": decree.String()} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				x.Read(text, today)
			}
		})
	}
}
