// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// keycloak reads the log-ins that Keycloak writes by its listener jboss-logging
// (Server Administration Guide, "Auditing and events"):
//
//	2026-05-06 20:40:16,353 WARN  [org.keycloak.events] (thread) type=LOGIN_ERROR, clientId=web, ipAddress=203.0.113.5, error=user_not_found, username=a
//
// Values stand bare or, since Keycloak 24, in quotes. Its other lines and events
// are other events. Successes are written once the listener's level asks for it.
type keycloak struct{ clock clock }

func newKeycloak(opt Options) ActivityReader { return activityTextGuard(&keycloak{newClock(opt)}, opt) }

func (r *keycloak) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	at, rest, state := r.clock.scan(s)
	level, rest, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	logger, rest, ok := strings.Cut(strings.TrimLeft(rest, " "), "] (")
	_, msg, ok2 := strings.Cut(rest, ") ")
	if state == noTime || !ok || !ok2 || !isLevel(strings.ToLower(level)) || !strings.HasPrefix(logger, "[org.key") {
		return into, reject(NotFormat)
	}
	if state == badTime {
		return into, reject(BadTime)
	}
	kind := keycloakField(msg, "type")
	name, failed := strings.CutSuffix(kind, "_ERROR")
	if !strings.HasSuffix(logger, ".events") || !strings.HasPrefix(msg, "type=") || name != "LOGIN" && !strings.HasSuffix(name, "_LOGIN") {
		return into, skip(OtherEvent)
	}
	d := draft{clock: &r.clock}
	d.a.Time, d.a.Class, d.a.Status = at, event.Authentication, event.Success
	if failed {
		d.a.Status = event.Failure
	}
	d.take(IsSrc, keycloakField(msg, "ipAddress"))
	d.take(IsUser, keycloakField(msg, "username"))
	d.take(IsUser, keycloakField(msg, "userId"))
	d.take(IsTitle, firstSet(keycloakField(msg, "error"), kind))
	setText(&d.a.Service, keycloakField(msg, "clientId"))
	return d.finish(into)
}

// keycloakField gives the value of a field, bare or in quotes; "" when it is not
// there.
func keycloakField(s, key string) string {
	_, rest, ok := strings.Cut(", "+s, ", "+key+"=")
	if quoted, is := strings.CutPrefix(rest, `"`); is {
		rest, _, _ = strings.Cut(quoted, `"`)
	} else {
		rest, _, _ = strings.Cut(rest, ", ")
	}
	if !ok {
		return ""
	}
	return rest
}
