// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package engine runs VictoriaLogs, the engine that keeps and searches events,
// as a process of its own. It ends its process when its disk fails it, so it
// must not live in the one that receives events. Package lake starts that
// process, hands it what it must know through a pipe, and talks HTTP to it.
//
// The engine's settings are flags of the whole process; only Run sets them, so
// they are no part of any command line.
package engine

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/VictoriaMetrics/VictoriaMetrics/app/vlinsert"
	"github.com/VictoriaMetrics/VictoriaMetrics/app/vlinsert/insertutil"
	"github.com/VictoriaMetrics/VictoriaMetrics/app/vlselect"
	"github.com/VictoriaMetrics/VictoriaMetrics/app/vlstorage"
	"github.com/VictoriaMetrics/VictoriaMetrics/lib/logger"
	"github.com/VictoriaMetrics/metrics"

	"github.com/vonggac/vonggac/internal/intake/lake/hush"
)

var _ = hush.Over()

// Config is what the process is told, as one line of JSON on its standard input.
type Config struct {
	Dir           string   // folder of the data; unused by a front
	Listen        string   // "127.0.0.1:0": the port is chosen and told in Ready
	Token         string   // that a caller must show as a bearer (RFC 6750 §2.1)
	RetentionDays int      // days kept; older rows are dropped in silence
	MemoryBytes   int64    // for caches and the state of queries
	MinFreeBytes  int64    // of disk; below it rows are refused with status 429
	FlushSeconds  int      // what came within so many seconds is lost by a kill
	Nodes         []string // addresses of storage nodes: then this one is a front and keeps nothing itself
	NodeToken     string   // that Nodes want
}

// Ready is what the process says, as one line of JSON on its standard output,
// once it answers.
type Ready struct {
	Address string // host and port
}

// MaxRow is the length in bytes of one row, written as JSON, that the engine takes.
const MaxRow = 2 << 20

// Run serves until in ends, which is how the parent's death is seen, then stops
// in good order. One process can Run once: the engine keeps its state in
// package variables. Signals that end a process are ignored, as they reach the
// parent too, and the parent is the one to say when.
func Run(in io.Reader, out io.Writer) error {
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	lines := bufio.NewReader(in)
	raw, err := lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	var cfg Config
	if err := json.Unmarshal(raw, &cfg); err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	if cfg.Token == "" {
		return errors.New("no token is set: run by itself, this command serves nobody")
	}
	if err := settings(cfg); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return err
	}
	logger.InitNoLogFlags()
	vlstorage.Init()
	vlselect.Init()
	insertutil.SetLogRowsStorage(&vlstorage.Storage{})
	vlinsert.Init()
	server := &http.Server{Handler: guarded(cfg.Token), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if err := json.NewEncoder(out).Encode(Ready{Address: listener.Addr().String()}); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, lines) // however it ends, the parent is gone
	}()
	select {
	case <-ended:
	case err = <-failed:
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if stop := server.Shutdown(ctx); stop != nil {
		_ = server.Close() // queries that would not end are cut
	}
	vlinsert.Stop()
	vlselect.Stop()
	vlstorage.Stop()
	return err
}

// settings puts cfg into the engine's flags.
func settings(cfg Config) error {
	set := map[string]string{
		"loggerFormat":                  "json",
		"loggerMaxArgLen":               "200", // what was received is no matter for a log
		"loggerErrorsPerSecondLimit":    "10",
		"loggerWarnsPerSecondLimit":     "10",
		"defaultMsgValue":               "", // an empty line stays one
		"insert.maxLineSizeBytes":       strconv.Itoa(MaxRow + 1024),
		"storageDataPath":               cfg.Dir,
		"retentionPeriod":               strconv.Itoa(cfg.RetentionDays) + "d",
		"memory.allowedBytes":           strconv.FormatInt(cfg.MemoryBytes, 10),
		"storage.minFreeDiskSpaceBytes": strconv.FormatInt(cfg.MinFreeBytes, 10),
		"inmemoryDataFlushInterval":     strconv.Itoa(cfg.FlushSeconds) + "s",
		"search.maxQueryDuration":       "10m", // each query brings its own
	}
	if len(cfg.Nodes) > 0 {
		set["storageNode"] = strings.Join(cfg.Nodes, ",") // an empty one would be a node too
		set["storageNode.bearerToken"] = cfg.NodeToken
	}
	for name, value := range set {
		if err := flag.CommandLine.Set(name, value); err != nil {
			return fmt.Errorf("engine setting %s: %w", name, err)
		}
	}
	return flag.CommandLine.Parse(nil) // the engine asks whether this was done
}

// guarded answers those who show token, and only what the lake asks for.
func guarded(token string) http.Handler {
	want := sha256.Sum256([]byte("Bearer " + token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := sha256.Sum256([]byte(r.Header.Get("Authorization")))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		switch p := r.URL.Path; {
		case p == "/health":
			_, _ = io.WriteString(w, "OK") // a caller that went away needs no answer
		case p == "/metrics":
			metrics.WritePrometheus(w, false)
		case p == "/insert/jsonline", p == "/internal/insert":
			vlinsert.RequestHandler(w, r)
		case strings.HasPrefix(p, "/select/logsql/"), strings.HasPrefix(p, "/internal/select/"):
			vlselect.RequestHandler(w, r)
		case p == "/internal/force_flush":
			if !vlstorage.RequestHandler(w, r) {
				http.NotFound(w, r)
			}
		default:
			http.NotFound(w, r)
		}
	})
}
