// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Preferences are how one person wants to hear. Times of day are "07:30" in
// Asia/Ho_Chi_Minh.
type Preferences struct {
	Kinds       map[string]How `json:"kinds"`        // by kind; absent is the default of the person's roles
	Hours       []string       `json:"hours"`        // of digests, sorted; 1..6
	WorkingDays bool           `json:"working_days"` // digests on working days alone
	Quiet       bool           `json:"quiet"`        // nothing but urgent mail between the two
	QuietFrom   string         `json:"quiet_from"`
	QuietTo     string         `json:"quiet_to"`
	Version     int64          `json:"-"` // 0 while nothing was chosen
}

// Usual are the preferences of somebody who chose nothing: digests in the
// morning and after lunch of working days, quiet nights. Who is on duty works
// at night and on holidays.
func Usual(roles []auth.Role) Preferences {
	duty := slices.Contains(roles, auth.Duty)
	return Preferences{Hours: []string{"07:30", "13:30"}, WorkingDays: !duty, Quiet: !duty, QuietFrom: "21:00", QuietTo: "06:00"}
}

// How is how p wants to hear of k: as chosen, else by urgency and roles. What
// is urgent comes at once, and to whoever is on duty the usual too; what is
// merely good to know stays in the product.
func (p Preferences) How(k Kind, roles []auth.Role) How {
	if h, ok := p.Kinds[k.ID]; ok {
		return h
	}
	switch {
	case k.Urgency == Urgent, k.Urgency == Normal && slices.Contains(roles, auth.Duty):
		return AtOnce
	case k.Urgency == Normal:
		return Digest
	}
	return AppOnly
}

const mostHours = 6

var timeOfDay = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)

// ParseHours reads times of day separated by commas or spaces; single-digit
// hours ("7:30") and the Vietnamese "7h30" are taken. ok is false on anything
// else. The result is sorted and without repetition.
func ParseHours(typed string) (hours []string, ok bool) {
	for _, w := range strings.FieldsFunc(typed, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' || r == '\n' || r == '\r' }) {
		h, ok := parseTime(w)
		if !ok {
			return nil, false
		}
		hours = append(hours, h)
	}
	slices.Sort(hours)
	hours = slices.Compact(hours)
	return hours, len(hours) >= 1 && len(hours) <= mostHours
}

func parseTime(w string) (string, bool) {
	w = strings.ToLower(strings.TrimSpace(w))
	if hour, rest, found := strings.Cut(w, "h"); found && !strings.Contains(w, ":") {
		w = hour + ":" + cmp.Or(rest, "00")
	}
	if len(w) == 4 {
		w = "0" + w
	}
	return w, timeOfDay.MatchString(w)
}

// Check cleans p and reports what cannot be kept, by form field.
func (p *Preferences) Check() error {
	bad := map[string]string{}
	hours, ok := ParseHours(strings.Join(p.Hours, " "))
	if !ok {
		bad["hours"] = "notice.bad.hours"
	}
	from, fromOK := parseTime(p.QuietFrom)
	to, toOK := parseTime(p.QuietTo)
	if p.Quiet && !fromOK {
		bad["quiet_from"] = "notice.bad.time"
	}
	if p.Quiet && (!toOK || from == to) {
		bad["quiet_to"] = "notice.bad.time"
	}
	for id, h := range p.Kinds {
		if _, known := KindOf(id); !known || !slices.Contains(Hows(), h) {
			bad["kind."+id] = "notice.bad.how"
		}
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "notice.Check", Fields: bad}
	}
	p.Hours = hours
	if fromOK && toOK {
		p.QuietFrom, p.QuietTo = from, to
	}
	return nil
}

// Due is when a notice posted at now goes by mail. ok is false when it does not
// go by mail at all.
func (p Preferences) Due(now time.Time, h How, u Urgency, days *calendar.Calendar) (at time.Time, ok bool) {
	switch h {
	case AtOnce:
		return p.afterQuiet(now, u), true
	case Digest:
		return p.nextDigest(now, days), true
	}
	return time.Time{}, false
}

// nextDigest is the first chosen hour at or after now, on a day that counts.
func (p Preferences) nextDigest(now time.Time, days *calendar.Calendar) time.Time {
	day := calendar.DateOf(now)
	for range 400 { // no calendar rests that long
		if !p.WorkingDays || days.IsWorkingDay(day) {
			for _, h := range p.Hours {
				if at := moment(day, h); !at.Before(now) {
					return at
				}
			}
		}
		day = day.AddDays(1)
	}
	return now
}

// afterQuiet is now, or the end of the quiet hours that now lies in.
func (p Preferences) afterQuiet(now time.Time, u Urgency) time.Time {
	if !p.Quiet || u == Urgent {
		return now
	}
	today := calendar.DateOf(now)
	from, to := moment(today, p.QuietFrom), moment(today, p.QuietTo)
	switch {
	case from.Before(to) && !now.Before(from) && now.Before(to):
		return to
	case to.Before(from) && now.Before(to):
		return to
	case to.Before(from) && !now.Before(from):
		return moment(today.AddDays(1), p.QuietTo)
	}
	return now
}

// moment is a time of day on a day. The text was checked.
func moment(d calendar.Date, h string) time.Time {
	t, err := time.Parse("15:04", h)
	if err != nil {
		return d.Start()
	}
	return d.Start().Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
}
