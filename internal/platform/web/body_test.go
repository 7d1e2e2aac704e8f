// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestASenderWhoFallsSilentIsGivenUp(t *testing.T) {
	t.Parallel()
	srv, _ := siteThatWaits(t, 100*time.Millisecond)
	at, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The body ends after three of eight bytes, and the connection stays.
	if _, err := fmt.Fprintf(conn, "POST /read HTTP/1.1\r\nHost: %s\r\nContent-Length: 8\r\n\r\nabc", at.Host); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("answer to half a body = %s, want that nothing was written", res.Status)
	}
}

func TestWorkMayTakeLongerThanABody(t *testing.T) {
	t.Parallel()
	srv, _ := siteThatWaits(t, 100*time.Millisecond)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/work", strings.NewReader("all"))
	if err != nil {
		t.Fatal(err)
	}
	if status, _, _ := do(t, srv.Client(), r); status != http.StatusOK {
		t.Errorf("answer to work that outlasts the wait for a body = %d", status)
	}
}
