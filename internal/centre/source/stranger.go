// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
)

// Stranger is a sender that no way in fits: what it sends is not taken.
type Stranger struct {
	Kind        WayKind
	Listener    string // its name in the configuration
	Addr        string // IP address; empty for files
	Host        string // of the syslog header; may be empty
	Certificate string // SHA-256 of the client certificate, hexadecimal; may be empty
	Path        string // of a tailed file
	Count       int64  // lines, since the listener started
	First       time.Time
	Last        time.Time
	Sample      string // the beginning of a line
}

// way is the way in by which st would be known, and false when there is none:
// who sends by HTTP without a certificate needs a token first.
func (st Stranger) way() (Way, bool) {
	switch {
	case st.Kind == Tail:
		return Way{Kind: Tail, Path: st.Path}, st.Path != ""
	case st.Kind == Dnstap && st.Addr == "": // by a socket of this machine
		return Way{Kind: Dnstap, Listener: st.Listener, Host: st.Host}, true
	case st.Certificate != "":
		return Way{Kind: st.Kind, Certificate: st.Certificate}, true
	}
	return Way{Kind: st.Kind, Network: st.Addr, Host: st.Host}, st.Kind != HTTP && st.Addr != ""
}

// MayMeet reports whether the context's actor may see senders that nobody
// knows: whoever may change every source, since a stranger may be anyone's.
func (s *Service) MayMeet(ctx context.Context, root string) (bool, error) {
	if root == "" || !auth.May(ctx, mayWrite) {
		return false, nil
	}
	_, scope, err := auth.Need(auth.Wide(ctx), "source.MayMeet", mayWrite)
	if err != nil {
		return false, err
	}
	return scope.Holds(ctx, s.Records.Read(), root)
}
