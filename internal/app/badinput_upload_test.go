// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/config"
)

// largeUpload in the environment is how many MiB the large upload has; 64 unless
// given.
const largeUpload = "VONGGAC_TEST_UPLOAD_MIB"

// door is a centre that listens, with one source, a key and somebody signed in.
type door struct {
	*house
	dir    string
	server *httptest.Server
	src    source.Source
	key    string
	cookie string
	ctx    context.Context
}

func openDoor(t *testing.T, limit string) *door {
	t.Helper()
	d := &door{dir: t.TempDir()}
	flags := map[string]string{"data": d.dir, "listen": "127.0.0.1:0", "upload.limit": limit}
	cfg := must(config.Load(config.Sources{Flags: flags, Hostname: "test"}))(t)
	a := must(app.Open(t.Context(), app.Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return t0 }, Version: "test",
		PasswordCost: account.Cost{Memory: 64, Passes: 1, Threads: 1}}))(t)
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	d.house = &house{App: a}
	d.ctx = d.found(t)
	d.src = d.source(t, d.ctx, "DNS", "")
	var err error
	if _, d.key, err = a.Rooms.Accounts.NewKey(d.ctx, "dns-01", d.root, auth.Centre, source.Feeding); err != nil {
		t.Fatal(err)
	}
	v := &visitor{handler: a.Handler()}
	res := v.send(t, http.MethodPost, "/sign-in", "application/x-www-form-urlencoded", "login=mai&password="+strings.ReplaceAll(phrase, " ", "+"))
	d.cookie, _, _ = strings.Cut(res.Header().Get("Set-Cookie"), ";")
	d.server = httptest.NewServer(a.Handler())
	t.Cleanup(d.server.Close)
	return d
}

// lines is an endless log, seed apart from any other.
type lines struct {
	seed, n int
	rest    []byte
}

func (l *lines) Read(p []byte) (int, error) {
	for len(l.rest) < len(p) {
		l.n++
		l.rest = fmt.Appendf(l.rest, "Nov 20 08:00:00 dnsmasq[9]: query[A] h%d-%d.example from 10.1.%d.6\n", l.seed, l.n, l.n%250)
	}
	n := copy(p, l.rest)
	l.rest = append(l.rest[:0], l.rest[n:]...)
	return n, nil
}

// log is size bytes of a log.
func log(seed int, size int64) io.Reader { return io.LimitReader(&lines{seed: seed}, size) }

// byKey posts a log as a program does, byForm as the page does.
func (d *door) byKey(t *testing.T, body io.Reader) (int, string) {
	t.Helper()
	req := must(http.NewRequestWithContext(t.Context(), http.MethodPost, d.server.URL+"/api/v1/ingest/"+string(d.src.ID), body))(t)
	req.Header.Set("Authorization", "Bearer "+d.key)
	return d.ask(t, req)
}

func (d *door) byForm(t *testing.T, body io.Reader) (int, string) {
	t.Helper()
	form := io.MultiReader(strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.log\"\r\n\r\n"), body, strings.NewReader("\r\n--x--\r\n"))
	req := must(http.NewRequestWithContext(t.Context(), http.MethodPost, d.server.URL+"/sources/"+string(d.src.ID)+"/upload", form))(t)
	req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	req.Header.Set("Cookie", d.cookie)
	return d.ask(t, req)
}

func (d *door) ask(t *testing.T, req *http.Request) (int, string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res := must(client.Do(req))(t)
	defer res.Body.Close()
	return res.StatusCode, string(must(io.ReadAll(res.Body))(t))
}

// rows is how many files are known, kept the bytes that lie in the folder of
// files, and half the temporary ones.
func (d *door) rows(t *testing.T) (rows int) {
	t.Helper()
	if err := d.Records.Read().NewRaw("SELECT count(*) FROM source_file").Scan(t.Context(), &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func (d *door) kept(t *testing.T) (files []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(d.dir, "files"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

// TestLargeUploadStreams sends a log of many megabytes by both doors: memory
// stays far below its size, and it is one file.
func TestLargeUploadStreams(t *testing.T) {
	mib, err := strconv.ParseInt(os.Getenv(largeUpload), 10, 64)
	if err != nil {
		mib = 64
	}
	d := openDoor(t, "1GiB")
	peak := watchMemory(t)
	began := time.Now()
	if status, body := d.byKey(t, log(1, mib<<20)); status != http.StatusAccepted {
		t.Fatalf("by key: %d %s", status, body)
	}
	byKey := time.Since(began)
	if status, body := d.byForm(t, log(2, mib<<20)); status != http.StatusSeeOther {
		t.Fatalf("by form: %d %s", status, body)
	}
	took := time.Since(began)
	if status, _ := d.byKey(t, log(1, mib<<20)); status != http.StatusOK || d.rows(t) != 2 || len(d.kept(t)) != 2 {
		t.Errorf("the same again: %d, %d rows, files %v", status, d.rows(t), d.kept(t))
	}
	heap := peak()
	t.Logf("%d MiB by key in %.1f s, by form in %.1f s; heap grew by %.1f MiB at most", mib, byKey.Seconds(), (took - byKey).Seconds(), float64(heap)/(1<<20))
	if heap > 16<<20 {
		t.Errorf("an upload of %d MiB took %d MiB of memory", mib, heap>>20)
	}
}

// watchMemory samples what the heap holds until its result is asked for: the
// growth in bytes over what is in use now. What a collection found in use counts,
// since how much waste lies beside it depends on when the collector comes.
func watchMemory(t *testing.T) func() uint64 {
	t.Helper()
	held := func() uint64 {
		now := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(now)
		return now[0].Value.Uint64()
	}
	runtime.GC()
	before := held()
	var most atomic.Uint64
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		beat := time.NewTicker(20 * time.Millisecond)
		defer beat.Stop()
		for {
			most.Store(max(most.Load(), held()))
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
			}
		}
	}()
	return func() uint64 {
		stop()
		<-over
		return most.Load() - min(most.Load(), before)
	}
}

// TestUploadOverTheLimitIsRefused tells both the program and the person how much
// is allowed, and keeps nothing.
func TestUploadOverTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	d := openDoor(t, "2MB")
	for name, send := range map[string]func(*testing.T, io.Reader) (int, string){"key": d.byKey, "form": d.byForm} {
		status, body := send(t, log(3, 2_100_000))
		if status != http.StatusRequestEntityTooLarge || !strings.Contains(body, "2,0 MB") {
			t.Errorf("by %s: %d %.400s", name, status, body)
		}
	}
	if d.rows(t) != 0 || len(d.kept(t)) != 0 {
		t.Errorf("kept of what was refused: %d rows, %v", d.rows(t), d.kept(t))
	}
	if status, body := d.byKey(t, log(3, 1_000_000)); status != http.StatusAccepted {
		t.Errorf("within the limit: %d %s", status, body)
	}
}

// TestUploadCutOffLeavesNothing cuts the connection in the middle, and lies about
// the length both ways: no file is known, none lies half on the disk, and sending
// it again works.
func TestUploadCutOffLeavesNothing(t *testing.T) {
	t.Parallel()
	d := openDoor(t, "64MiB")
	whole := string(must(io.ReadAll(log(4, 300_000)))(t))
	form := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.log\"\r\n\r\n" + whole
	for name, half := range map[string]string{
		"key, length given": "POST /api/v1/ingest/" + string(d.src.ID) + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + d.key + "\r\nContent-Length: 600000\r\n\r\n" + whole,
		"key, in chunks": "POST /api/v1/ingest/" + string(d.src.ID) + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + d.key +
			"\r\nTransfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n%s\r\n", len(whole), whole),
		"form": "POST /sources/" + string(d.src.ID) + "/upload HTTP/1.1\r\nHost: x\r\nCookie: " + d.cookie +
			"\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 600000\r\n\r\n" + form,
	} {
		conn := must(net.Dial("tcp", d.server.Listener.Addr().String()))(t)
		must(io.WriteString(conn, half))(t)
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil { // the sender is gone; the answer can still be read
			t.Fatal(err)
		}
		answer := string(must(io.ReadAll(conn))(t))
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		if strings.HasPrefix(answer, "HTTP/1.1 202") || strings.HasPrefix(answer, "HTTP/1.1 303") {
			t.Errorf("%s: answered %.200s", name, answer)
		}
		if d.rows(t) != 0 || len(d.kept(t)) != 0 {
			t.Errorf("%s: %d rows, files %v", name, d.rows(t), d.kept(t))
		}
	}
	req := must(http.NewRequestWithContext(t.Context(), http.MethodPost, d.server.URL+"/sources/"+string(d.src.ID)+"/upload", strings.NewReader(form)))(t)
	req.Header.Set("Content-Type", "multipart/form-data; boundary=x") // whole by its length, without its end
	req.Header.Set("Cookie", d.cookie)
	if status, body := d.ask(t, req); status != http.StatusUnprocessableEntity || !strings.Contains(body, "đứt giữa chừng") {
		t.Errorf("a form without its end: %d %.300s", status, body)
	}
	if d.rows(t) != 0 || len(d.kept(t)) != 0 {
		t.Errorf("a form without its end: %d rows, files %v", d.rows(t), d.kept(t))
	}
	if status, body := d.byForm(t, strings.NewReader(whole)); status != http.StatusSeeOther || d.rows(t) != 1 {
		t.Errorf("sent again: %d, %d rows, %.300s", status, d.rows(t), body)
	}
	// Less is announced than sent: what was announced is the log, the rest is no request.
	conn := must(net.Dial("tcp", d.server.Listener.Addr().String()))(t)
	must(io.WriteString(conn, "POST /api/v1/ingest/"+string(d.src.ID)+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+d.key+"\r\nConnection: close\r\nContent-Length: 70\r\n\r\n"+whole[:200]))(t)
	if answer := string(must(io.ReadAll(conn))(t)); !strings.HasPrefix(answer, "HTTP/1.1 202") || strings.Count(answer, "HTTP/1.1 2") != 1 {
		t.Errorf("more than was announced: %.400s", answer)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}

// TestPackedBombIsTold packs 320 MiB of nothing into a small file: it is
// received, read within bounds, and its page says what is wrong with it.
func TestPackedBombIsTold(t *testing.T) {
	t.Parallel()
	d := openDoor(t, "64MiB")
	var packed bytes.Buffer
	z := must(zstd.NewWriter(&packed))(t)
	same := make([]byte, 1<<20)
	for range 320 {
		must(z.Write(same))(t)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if status, body := d.byKey(t, &packed); status != http.StatusAccepted {
		t.Fatalf("%d %s", status, body)
	}
	d.work(t)
	if !d.idle(t) {
		t.Error("the file waits still")
	}
	files, _, err := d.Rooms.Sources.Files(d.ctx, d.src.ID, "", 5)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	if f := files[0]; f.State != source.Broken || f.Problem != "source.problem.bomb" {
		t.Errorf("the bomb ended %q, %q, %d lines", f.State, f.Problem, f.Account.Lines)
	}
	page := (&visitor{handler: d.Handler(), cookie: d.cookie}).get(t, "/files/"+string(files[0].ID))
	if page.Code != http.StatusOK || strings.Contains(page.Body.String(), "source.problem") {
		t.Errorf("its page: %d", page.Code)
	}
}
