// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
)

// surroundings is what the engine gets of our environment: nothing that may be a secret.
func surroundings() []string {
	var list []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot", "GOMAXPROCS", "GOMEMLIMIT", "GOCOVERDIR"} {
		if v, ok := os.LookupEnv(name); ok {
			list = append(list, name+"="+v)
		}
	}
	return list
}

// journal writes the engine's log into ours, shortened: it may quote what was received.
type journal struct {
	log  *slog.Logger
	rest []byte
}

const (
	maxMessage = 400     // bytes of a message kept
	maxPending = 1 << 16 // bytes without a newline
)

func (j *journal) Write(b []byte) (int, error) {
	j.rest = append(j.rest, b...)
	for {
		line, rest, ok := bytes.Cut(j.rest, []byte("\n"))
		if !ok {
			break
		}
		j.line(line)
		j.rest = rest
	}
	if len(j.rest) > maxPending {
		j.rest = nil
	}
	return len(b), nil
}

func (j *journal) line(b []byte) {
	var said struct{ Level, Caller, Msg string }
	level, message := slog.LevelWarn, string(b) // the words of a process that dies
	if err := json.Unmarshal(b, &said); err == nil && said.Msg != "" {
		message = said.Msg
		switch strings.ToLower(said.Level) {
		case "info":
			level = slog.LevelDebug
		case "error", "panic", "fatal":
			level = slog.LevelError
		}
	}
	message = strings.ToValidUTF8(message[:min(len(message), maxMessage)], "?")
	j.log.Log(context.Background(), level, "lake engine says", "words", message, "caller", said.Caller)
}
