// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/config"
)

// node is a NATS server as somebody else runs it, on a port of this machine.
type node struct {
	options server.Options
	*server.Server
}

func (n *node) start(t *testing.T) {
	t.Helper()
	options := n.options
	s, err := server.NewServer(&options)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("server not ready")
	}
	n.Server = s
}

func (n *node) stop() {
	n.Shutdown()
	n.WaitForShutdown()
}

func startNode(t *testing.T, change func(*server.Options)) *node {
	t.Helper()
	n := &node{options: server.Options{
		ServerName: fmt.Sprint("n-", t.Name()), Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(),
		SyncAlways: true, NoSigs: true, NoLog: true, MaxPayload: 4 << 20,
	}}
	if change != nil {
		change(&n.options)
	}
	n.start(t)
	t.Cleanup(func() { n.stop() })
	return n
}

// outside are the options for a cluster at addresses.
func outside(t *testing.T, nodes ...*node) stream.Options {
	o := options(t)
	o.Dir = ""
	var list []string
	for _, n := range nodes {
		list = append(list, n.ClientURL())
	}
	o.Address = strings.Join(list, ",")
	return o
}

func TestAServerByAddressKeepsBlocksAsTheOneInsideDoes(t *testing.T) {
	t.Parallel()
	n := startNode(t, func(o *server.Options) { o.Username, o.Password = "vg", "a long secret" })
	o := outside(t, n)
	if _, err := stream.Open(t.Context(), o); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("without a password: %v", err)
	}
	o.Credentials = config.NewSecret("vg:a long secret")
	s := open(t, o)
	const blocks = 50
	for i := range blocks {
		add(t, s, block(i))
	}
	add(t, s, block(1))
	if f := figures(t, s); f.Duplicates != 1 || f.Replicas != 1 || !f.Leader {
		t.Errorf("figures %+v", f)
	}
	other := open(t, o) // a second process works on the same blocks
	got := &seen{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	for _, s := range []*stream.Stream{s, other} {
		wg.Go(func() {
			err := s.Consume(ctx, stream.Reading, 2, func(_ context.Context, b stream.Block, attempt int) error {
				if got.note(b) == blocks {
					cancel()
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range blocks {
		same(t, got.blocks[block(i).ID], block(i))
		if got.times[block(i).ID] != 1 {
			t.Errorf("block %d came %d times", i, got.times[block(i).ID])
		}
	}
	healthy(t, s, "stream.health.ok")
}

func TestAClusterThatCannotTakeBlocksIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	small := outside(t, startNode(t, func(o *server.Options) { o.MaxPayload = 1 << 20 }))
	if _, err := stream.Open(t.Context(), small); err == nil || !strings.Contains(err.Error(), "max_payload") {
		t.Errorf("small messages: %v", err)
	}
	without := outside(t, startNode(t, func(o *server.Options) { o.JetStream = false }))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second) // it could still be starting
	defer cancel()
	if _, err := stream.Open(ctx, without); err == nil {
		t.Error("a server without JetStream was taken")
	}
	gone := outside(t, startNode(t, nil))
	gone.Address = "nats://somebody:secret@127.0.0.1:1"
	if _, err := stream.Open(t.Context(), gone); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("nobody there: %v", err)
	}
	if _, err := stream.Open(t.Context(), stream.Options{}); err == nil {
		t.Error("neither folder nor address, no error")
	}
	o := options(t)
	o.Dir = filepath.Join("/dev/null", "x")
	if _, err := stream.Open(t.Context(), o); err == nil {
		t.Error("a folder that cannot be was opened")
	}
}

// TestALongWorkKeepsItsBlock sees the lease extended on the wire for more than
// twice its length, while a second consumer would take the block if it could.
func TestALongWorkKeepsItsBlock(t *testing.T) {
	t.Parallel()
	n := startNode(t, nil)
	o := outside(t, n)
	o.Lease = 300 * time.Millisecond
	s := open(t, o)
	wire, err := nats.Connect(n.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer wire.Close()
	extended := make(chan struct{}, 1000)
	_, err = wire.Subscribe("$JS.ACK.>", func(m *nats.Msg) {
		if string(m.Data) == "+WPI" {
			extended <- struct{}{}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := wire.Flush(); err != nil {
		t.Fatal(err)
	}
	add(t, s, block(1))
	got := take(t, s, 3, 1, func(context.Context, stream.Block, int) error {
		for range 9 { // three leases
			<-extended
		}
		return nil
	})
	if f := figures(t, s); got.times[block(1).ID] != 1 || f.Again != 0 {
		t.Errorf("came %d times, %d again", got.times[block(1).ID], f.Again)
	}
}

// TestABlockNobodyCouldRead is put there past Append, as damage would be.
func TestABlockThatCannotBeReadIsADeadLetterOfItsOwn(t *testing.T) {
	t.Parallel()
	n := startNode(t, nil)
	s := open(t, outside(t, n))
	wire, err := nats.Connect(n.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer wire.Close()
	if _, err := wire.Request("vonggac.blocks.0", []byte("no block at all"), 5*time.Second); err != nil {
		t.Fatal(err)
	}
	if _, err := wire.Request("vonggac.blocks.0", nil, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	add(t, s, block(1), block(2), block(3))
	take(t, s, 4, 3, func(context.Context, stream.Block, int) error {
		return awaitDead(t, s, 2)
	})
	list := letters(t, s)
	if len(list) != 2 || !list[0].Damaged || !list[1].Damaged || list[0].ID == list[1].ID {
		t.Fatalf("letters %+v", list)
	}
	if _, err := s.Replay(t.Context(), list[0].ID); err == nil {
		t.Error("a damaged block was sent again")
	}
	if _, err := s.Discard(t.Context(), list[0].ID, "a"); err != nil {
		t.Error(err)
	}
	if kept := recent(t, s, time.Time{}); len(kept) != 3 {
		t.Errorf("%d recent blocks, want the 3 that can be read", len(kept))
	}
}

func TestThreeNodesGoOnWithTwoAndWaitWithOne(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t)
	o := outside(t, nodes...)
	s := open(t, o)
	const part = 20
	for i := range part {
		add(t, s, block(i))
	}
	if f := figures(t, s); f.Replicas != 3 || !f.Leader {
		t.Fatalf("figures %+v", f)
	}

	nodes[0].stop()
	for i := part; i < 2*part; i++ {
		add(t, s, block(i))
	}
	got := take(t, s, 4, part, nil)
	keep(t, s, 2*part)
	healthy(t, s, "stream.health.replica")

	nodes[1].stop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := s.Append(ctx, block(2*part)); err == nil {
		t.Error("one node of three said that a block is stored")
	}
	short, done := context.WithTimeout(t.Context(), time.Second)
	defer done()
	if r, err := s.Health(short); err != nil || r.Seen.Key != "stream.health.quorum" {
		t.Errorf("health without quorum %+v, %v", r, err)
	}

	nodes[0].start(t)
	add(t, s, block(2*part)) // goes through as soon as there is a quorum
	rest := take(t, s, 4, 2*part+1-len(got.ids()), nil)
	for i := range 2*part + 1 {
		b, there := got.blocks[block(i).ID]
		if !there {
			b = rest.blocks[block(i).ID]
		}
		same(t, b, block(i))
	}
}

// startCluster starts three servers that know each other.
func startCluster(t *testing.T) []*node {
	t.Helper()
	ports := freePorts(t, 6)
	var routes []string
	for _, p := range ports[:3] {
		routes = append(routes, fmt.Sprint("nats://127.0.0.1:", p))
	}
	var nodes []*node
	for i := range 3 {
		nodes = append(nodes, startNode(t, func(o *server.Options) {
			o.ServerName, o.Port = fmt.Sprint("n", i), ports[3+i]
			o.Cluster = server.ClusterOpts{Name: "c", Host: "127.0.0.1", Port: ports[i]}
			o.Routes = server.RoutesFromStr(strings.Join(routes, ","))
		}))
	}
	return nodes
}

// freePorts are ports nobody listens on; the nodes must know them beforehand.
func freePorts(t *testing.T, n int) (ports []int) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}
