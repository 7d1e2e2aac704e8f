// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/vonggac/vonggac/internal/platform/backup"
	"github.com/vonggac/vonggac/internal/platform/config"
)

// Options are the surroundings of a Stream. Only one of Dir and Address is
// needed; what is zero has the default given.
type Options struct {
	Dir         string        // folder of the stream in this process; made with mode 0700
	Address     string        // of an existing cluster, "nats://a:4222,nats://b:4222"; "": in this process, without any port
	Credentials config.Secret // of the cluster: the text of a .creds file, "user:password" or a token
	Name        string        // prefix of what is made in the cluster; "vonggac"
	Log         *slog.Logger  // slog.Default()

	Now     func() time.Time       // time.Now
	Free    func() (uint64, error) // bytes that may be written; of Dir's disk, of a cluster unknown
	Reserve uint64                 // bytes that stay free; 1 GiB
	Keep    time.Duration          // how long blocks stay past acknowledgement; an hour

	Lease    time.Duration                   // how long a block stays with a worker that is not heard of; 30 s
	Attempts int                             // failures of one block, or deaths of the process over it alone, before it is a dead letter; 8
	Backoff  func(attempt int) time.Duration // wait after failure 1, 2, …; 1 s, 4 s, 16 s … 5 min

	// Known is told of the source of each block that was appended again and
	// known. It may be called by several at once; nil: nobody is told.
	Known func(source string)
}

// lanes is how many streams a block may go to, by its ID: their synced writes
// go on beside each other. Changing it costs the knowledge of duplicates once.
const lanes = 4

const (
	window    = 5 * time.Minute  // in which a second block of one ID is known by the stream itself
	inFlight  = 32               // blocks that are being appended at one time
	answer    = 10 * time.Second // for one request to the server
	patience  = 30 * time.Second // for one block, over requests without answer
	starting  = 30 * time.Second // of the server in this process
	maxHeader = 4 << 10          // of a message, letters' reasons included
	inHand    = 10_000           // blocks of a lane with workers or between two attempts
)

// Stream keeps blocks. It is safe for concurrent use.
type Stream struct {
	o      Options
	server *server.Server // nil with a cluster
	conn   *nats.Conn
	js     jetstream.JetStream
	lane   [lanes]*lane
	dead   jetstream.Stream
	alone  jetstream.Stream // notes of blocks that were begun alone
	gate   gate

	mu      sync.RWMutex // over closed and the start of what Close waits for
	closed  bool
	working sync.WaitGroup
	ctx     context.Context // ends with Close
	stop    context.CancelFunc
	slots   chan struct{} // one for each block being appended
	tally   tally
	opened  time.Time
	held    time.Duration // how long a worker keeps a block for what is away, before it looks at the others
	keeping sync.Mutex    // one sweep at a time
	pressed chan struct{} // a block was refused for want of room: sweep now
	graves  graves
}

// lane is one stream and its consumer.
type lane struct {
	name, subject string
	stream        jetstream.Stream
	consumer      [tasks]jetstream.Consumer

	marks   []mark // these two are guarded by Stream.keeping
	removed uint64 // everything up to this number
}

// Open starts the stream in this process, or joins the cluster at the address,
// and finds again what was stored. It fails with a sentence that says what to
// do when the folder cannot be written, the cluster is not reached, or it does
// not take messages as large as a block.
func Open(ctx context.Context, o Options) (*Stream, error) {
	s := &Stream{o: withDefaults(o), slots: make(chan struct{}, inFlight), pressed: make(chan struct{}, 1), held: 5 * time.Minute,
		gate: gate{wait: 10 * time.Second, most: 30 * time.Second}}
	s.opened = s.o.Now()
	s.ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	if err := s.open(ctx); err != nil {
		return nil, fmt.Errorf("stream: %w", errors.Join(err, s.Close()))
	}
	s.working.Go(s.sweeps)
	return s, nil
}

func withDefaults(o Options) Options {
	if o.Name == "" {
		o.Name = "vonggac"
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Free == nil && o.Address == "" {
		o.Free = func() (uint64, error) {
			n, err := backup.Free(o.Dir)
			return uint64(n), err
		}
	}
	if o.Reserve == 0 {
		o.Reserve = 1 << 30
	}
	if o.Keep == 0 {
		o.Keep = time.Hour
	}
	if o.Lease == 0 {
		o.Lease = 30 * time.Second
	}
	if o.Attempts == 0 {
		o.Attempts = 8
	}
	if o.Backoff == nil {
		o.Backoff = backoff
	}
	return o
}

// backoff is 1 s, 4 s, 16 s, 64 s, 256 s and then five minutes.
func backoff(attempt int) time.Duration {
	return min(time.Second<<min(2*(attempt-1), 20), 5*time.Minute)
}

func (s *Stream) open(ctx context.Context) error {
	var err error
	if s.o.Address == "" {
		if s.o.Dir == "" {
			return errors.New("neither a folder nor the address of a cluster is given")
		}
		if err := os.MkdirAll(s.o.Dir, 0o700); err != nil {
			return err
		}
		if s.server, err = startServer(s.o.Dir, s.o.Log); err != nil {
			return err
		}
	}
	if s.conn, err = s.connect(); err != nil {
		return err
	}
	if had := s.conn.MaxPayload(); had < maxStored+maxHeader {
		return fmt.Errorf("the cluster takes messages of at most %d bytes: set its max_payload to 4MB", had)
	}
	if s.js, err = jetstream.New(s.conn, jetstream.WithDefaultTimeout(answer)); err != nil {
		return err
	}
	for i := range s.lane {
		if s.lane[i], err = s.openLane(ctx, i); err != nil {
			return err
		}
	}
	if err := s.openAlone(ctx); err != nil {
		return err
	}
	return s.openDead(ctx)
}

func (s *Stream) openLane(ctx context.Context, i int) (*lane, error) {
	l := &lane{name: fmt.Sprintf("%s-%d", s.o.Name, i), subject: fmt.Sprintf("%s.blocks.%d", s.o.Name, i)}
	var err error
	l.stream, err = s.ensure(ctx, jetstream.StreamConfig{
		Name:       l.name,
		Subjects:   []string{l.subject},
		Retention:  jetstream.LimitsPolicy, // and no limit: keep.go alone removes
		Discard:    jetstream.DiscardNew,
		Duplicates: window,
	})
	if err != nil {
		return nil, err
	}
	err = s.patiently(ctx, func(ctx context.Context) error {
		for task, name := range durable {
			l.consumer[task], err = l.stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
				Durable:       name,
				AckPolicy:     jetstream.AckExplicitPolicy,
				AckWait:       s.o.Lease,
				MaxDeliver:    -1,
				MaxAckPending: inHand,
			})
			if err != nil {
				return err
			}
		}
		floor, err := l.floor(ctx)
		l.marks = []mark{{s.o.Now(), floor}}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("consumers of %s: %w", l.name, err)
	}
	return l, nil
}

// connect gives the connection to the server in this process or to the
// cluster. What is being sent when a connection breaks is sent again by Append,
// so that the client keeps nothing for later.
func (s *Stream) connect() (*nats.Conn, error) {
	options := []nats.Option{
		nats.Name(s.o.Name), nats.MaxReconnects(-1), nats.ReconnectWait(time.Second), nats.ReconnectBufSize(-1),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				s.o.Log.Warn("stream connection lost", "err", err)
			}
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { s.o.Log.Warn("stream connection", "err", err) }),
	}
	if s.server != nil {
		return nats.Connect("", append(options, nats.InProcessServer(s.server))...)
	}
	conn, err := nats.Connect(s.o.Address, append(options, credentials(s.o.Credentials.Reveal())...)...)
	if err != nil {
		return nil, fmt.Errorf("cluster at %s: %w", redacted(s.o.Address), err)
	}
	return conn, nil
}

// Close ends what is under way, waits for it, and stops the server in this
// process. What was not acknowledged is there at the next Open.
func (s *Stream) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.working.Wait()
	if s.conn != nil {
		s.conn.Close()
	}
	if s.server != nil {
		s.server.Shutdown()
		s.server.WaitForShutdown()
	}
	return nil
}

// begin registers work that Close waits for; it fails with ErrClosed.
func (s *Stream) begin() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return ErrClosed
	}
	s.working.Add(1)
	return nil
}
