// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/config"
)

// running is a centre with commands "echo", which gives back its arguments
// after two steps, "fail", and "hang", which ends with its context.
func running(t *testing.T) (dir string, hung <-chan error) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "Dữ liệu của Trung tâm giám sát an ninh mạng tỉnh", strings.Repeat("thư mục lồng nhau ", 8))
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": dir, "listen": "127.0.0.1:0"}, Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	a.command("echo", func(_ context.Context, args json.RawMessage, say func(Step)) (any, error) {
		say(Step{Done: 1, Total: 2, Note: "a"})
		say(Step{Done: 2, Total: 2, Note: "b"})
		return args, nil
	})
	a.command("fail", func(context.Context, json.RawMessage, func(Step)) (any, error) {
		return nil, errors.New("no room left")
	})
	ended := make(chan error, 1)
	a.command("hang", func(ctx context.Context, _ json.RawMessage, say func(Step)) (any, error) {
		say(Step{})
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	})
	if _, err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		if _, err := Ask(context.WithoutCancel(t.Context()), dir, "echo", nil, nil); !errors.Is(err, ErrNotRunning) {
			t.Errorf("asked after the stop: %v, want ErrNotRunning", err)
		}
	})
	return dir, ended
}

func TestARunningCentreDoesWhatTheCommandLineAsks(t *testing.T) {
	t.Parallel()
	dir, _ := running(t)
	var steps []Step
	got, err := Ask(t.Context(), dir, "echo", map[string]string{"to": "ổ đĩa 2"}, func(s Step) { steps = append(steps, s) })
	if err != nil || string(got) != `{"to":"ổ đĩa 2"}` || len(steps) != 2 || steps[1] != (Step{2, 2, "b"}) {
		t.Errorf("echo = %s, %v, steps %v", got, err, steps)
	}
	if _, err := Ask(t.Context(), dir, "fail", nil, nil); err == nil || err.Error() != "no room left" {
		t.Errorf("fail = %v", err)
	}
	if _, err := Ask(t.Context(), dir, "nonsense", nil, nil); err == nil || !strings.Contains(err.Error(), `no command "nonsense"`) {
		t.Errorf("an unknown command = %v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, controlFile)); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("the place of the socket is %v, %v: others may read it", info.Mode(), err)
	}
}

func TestHangingUpCancelsTheCommand(t *testing.T) {
	t.Parallel()
	dir, hung := running(t)
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Ask(ctx, dir, "hang", nil, func(Step) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("Ask = %v, want Canceled", err)
	}
	if err := <-hung; !errors.Is(err, context.Canceled) {
		t.Errorf("the command ended with %v", err)
	}
}

func TestACallerWithoutTheTokenIsNotAnswered(t *testing.T) {
	t.Parallel()
	dir, _ := running(t)
	place, err := controlAt(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{`{"token":"","command":"echo"}`, `{"token":"` + place.Token[1:] + `","command":"echo"}`, "GET / HTTP/1.1", ""} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", place.Address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(line + "\n")); err != nil {
			t.Fatal(err)
		}
		var b [1]byte
		if n, err := conn.Read(b[:]); n != 0 || err == nil {
			t.Errorf("%q was answered", line)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}
