// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import "time"

// Dates dates lines of which nothing else is read, such as answers and notes of
// a program: by the innermost time of the syslog head or of the program that the
// line begins with, the zero time where it begins with none. What such a time
// leaves unsaid opt says. Lines of the Windows DNS debug log, whose dates follow
// regional settings, are known by what stands behind the date.
func Dates(opt Options) func(line []byte) time.Time {
	c := newClock(opt)
	w := &windns{days: dayOrders{clock: c}}
	return func(line []byte) time.Time {
		s, v := lineText(line)
		if v != parsed || s[0] == '{' {
			return time.Time{}
		}
		h := c.head(s)
		if h.bad {
			return time.Time{}
		}
		if at, own := w.begun(h.rest); own {
			return at
		}
		return h.at
	}
}
