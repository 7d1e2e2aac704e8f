// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// startServer starts JetStream in this process over dir. It opens no port:
// only connections made inside the process reach it.
func startServer(dir string, log *slog.Logger) (*server.Server, error) {
	notes := &notes{log: log}
	s, err := server.NewServer(&server.Options{
		ServerName:         "vonggac",
		DontListen:         true,
		NoSigs:             true,
		JetStream:          true,
		StoreDir:           dir,
		SyncAlways:         true,
		JetStreamMaxMemory: 64 << 20, // nothing is kept in memory but passing readers
		JetStreamMaxStore:  1 << 60,  // the guard of Append watches the disk itself
		MaxPayload:         2 * MaxBody,
	})
	if err != nil {
		return nil, err
	}
	s.SetLoggerV2(notes, false, false, false)
	s.Start()
	if err := notes.fatal(); err != nil || !s.ReadyForConnections(starting) || !s.JetStreamEnabled() {
		s.Shutdown()
		s.WaitForShutdown()
		return nil, errors.Join(fmt.Errorf("JetStream in %s does not start", dir), err)
	}
	return s, nil
}

// notes takes what the server says into the log and keeps what it could not
// get over.
type notes struct {
	log *slog.Logger

	mu  sync.Mutex
	err error
}

func (n *notes) fatal() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.err
}

func (n *notes) Fatalf(format string, args ...any) {
	n.mu.Lock()
	n.err = fmt.Errorf(format, args...)
	n.mu.Unlock()
	n.Errorf(format, args...)
}

func (n *notes) Errorf(format string, args ...any) {
	n.log.Error("stream server", "note", fmt.Sprintf(format, args...))
}

func (n *notes) Warnf(format string, args ...any) {
	n.log.Warn("stream server", "note", fmt.Sprintf(format, args...))
}

func (n *notes) Noticef(format string, args ...any) {
	n.log.Debug("stream server", "note", fmt.Sprintf(format, args...))
}

func (n *notes) Debugf(string, ...any) {}
func (n *notes) Tracef(string, ...any) {}

// ensure makes the stream of c or finds it: on three peers where a cluster has
// them, else on one. What exists is never kept on fewer than it was.
func (s *Stream) ensure(ctx context.Context, c jetstream.StreamConfig) (jetstream.Stream, error) {
	c.Storage, c.MaxMsgs, c.MaxBytes = jetstream.FileStorage, -1, -1
	c.Replicas = 1
	if s.server == nil {
		c.Replicas = 3
	}
	var made jetstream.Stream
	err := s.patiently(ctx, func(ctx context.Context) (err error) {
		made, err = s.js.CreateOrUpdateStream(ctx, c)
		if refused, ok := errors.AsType[*jetstream.APIError](err); !ok || c.Replicas == 1 || !fewPeers(refused) {
			return err
		}
		s.o.Log.Warn("stream is not kept three times: the cluster has fewer than three peers", "stream", c.Name, "err", err)
		fewer := c
		fewer.Replicas = 1
		if old, absent := s.js.Stream(ctx, c.Name); absent == nil {
			fewer.Replicas = old.CachedInfo().Config.Replicas
		}
		made, err = s.js.CreateOrUpdateStream(ctx, fewer)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", c.Name, err)
	}
	return made, nil
}

// fewPeers reports whether the server said that it cannot keep three copies:
// too few peers, or no cluster at all.
func fewPeers(err *jetstream.APIError) bool {
	const noPeers, notClustered = 10005, 10074
	return err.ErrorCode == noPeers || err.ErrorCode == notClustered
}

// credentials are the options for the three forms that Options allows.
func credentials(text string) []nats.Option {
	switch user, password, pair := strings.Cut(text, ":"); {
	case text == "":
		return nil
	case strings.Contains(text, "-----BEGIN"):
		return []nats.Option{nats.UserCredentialBytes([]byte(text))}
	case pair:
		return []nats.Option{nats.UserInfo(user, password)}
	default:
		return []nats.Option{nats.Token(text)}
	}
}

// redacted are addresses without the passwords that may stand in them.
func redacted(addresses string) string {
	list := strings.Split(addresses, ",")
	for i, a := range list {
		if u, err := url.Parse(strings.TrimSpace(a)); err == nil {
			list[i] = u.Redacted()
		} else {
			list[i] = "(an address that cannot be read)"
		}
	}
	return strings.Join(list, ",")
}
