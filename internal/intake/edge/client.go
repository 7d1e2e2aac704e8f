// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Refusal is a no of the centre.
type Refusal struct {
	Problem
	Status int
}

// Error says what the centre said.
func (r *Refusal) Error() string {
	return fmt.Sprintf("the centre answers %d %s: %s", r.Status, r.Code, cmp.Or(r.Text, http.StatusText(r.Status)))
}

// Is reports whether target is ErrRefused and the centre knows no such
// collector.
func (r *Refusal) Is(target error) bool { return target == ErrRefused && r.Code == CodeRefused }

// client talks to one centre.
type client struct {
	base string
	http *http.Client
	pace *Pace // of blocks; nil: none
}

const (
	dialTime   = 20 * time.Second
	saidTime   = 90 * time.Second // for a question without blocks
	answerTime = 2 * time.Minute  // for an answer, once all is sent
	blocksTime = 30 * time.Minute // for blocks, over a line that is slow
)

func newClient(base string, secure *tls.Config, pace *Pace) *client {
	t := &http.Transport{TLSClientConfig: secure, TLSHandshakeTimeout: dialTime, ResponseHeaderTimeout: answerTime, IdleConnTimeout: 90 * time.Second,
		MaxIdleConns: 2, DisableCompression: true, Proxy: http.ProxyFromEnvironment}
	return &client{base: strings.TrimRight(base, "/"), http: &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error {
		return errors.New("the centre does not send collectors elsewhere")
	}}, pace: pace}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// ask sends JSON and reads JSON.
func (c *client) ask(ctx context.Context, path string, question, answer any) error {
	raw, err := json.Marshal(question)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, saidTime)
	defer cancel()
	return c.post(ctx, path, "application/json", bytes.NewReader(raw), int64(len(raw)), answer)
}

// send brings frames, not faster than the pace.
func (c *client) send(ctx context.Context, frames [][]byte) (Welcome, error) {
	var w Welcome
	body := bytes.Join(frames, nil)
	ctx, cancel := context.WithTimeout(ctx, blocksTime)
	defer cancel()
	err := c.post(ctx, PathBlocks, TypeBlocks, &paced{ctx: ctx, pace: c.pace, rest: body}, int64(len(body)), &w)
	return w, err
}

func (c *client) post(ctx context.Context, path, kind string, body io.Reader, size int64, answer any) (err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, io.NopCloser(body))
	if err != nil {
		return err
	}
	r.ContentLength = size
	r.Header.Set("Content-Type", kind)
	res, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, MostSaid+1))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		no := &Refusal{Status: res.StatusCode}
		if json.Unmarshal(raw, &no.Problem) != nil { // not of the centre itself
			no.Text = http.StatusText(res.StatusCode)
		}
		return no
	}
	if err := json.Unmarshal(raw, answer); err != nil || len(raw) > MostSaid {
		return errors.New("the answer is none of a centre: is this the address for collectors?")
	}
	return nil
}

// paced is a body that is read at a pace.
type paced struct {
	ctx  context.Context
	pace *Pace
	rest []byte
}

const sip = 16 << 10

// Read implements io.Reader.
func (p *paced) Read(into []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(into[:min(len(into), sip)], p.rest)
	if p.pace != nil {
		if err := p.pace.Take(p.ctx, n); err != nil {
			return 0, err
		}
	}
	p.rest = p.rest[n:]
	return n, nil
}

// Enrolment is what Enrol needs.
type Enrolment struct {
	Dir         string
	Centre      string // https://host:port
	Code        string
	Fingerprint string // SHA-256 of the centre's authority, hexadecimal; "" when the code alone tells
	Version     string
	Now         func() time.Time // time.Now
}

// Enrol makes a key in the folder, has the centre certify it, and keeps what it
// says. The same call may be repeated until it is answered. A spool that is in
// the folder already stays and goes to this centre.
func Enrol(ctx context.Context, e Enrolment) (*Identity, error) {
	if e.Now == nil {
		e.Now = time.Now
	}
	code, pin, err := parseCode(e.Code)
	if err != nil {
		return nil, err
	}
	if e.Fingerprint != "" {
		full, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(e.Fingerprint))
		if err != nil || len(full) != 32 || !bytes.HasPrefix(full, pin) {
			return nil, errors.New("the fingerprint is not that of the centre that gave the code")
		}
		pin = full
	}
	u, err := url.Parse(e.Centre)
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("%q: the centre's address is https://host:port, as its page of collectors says", e.Centre)
	}
	if err := os.MkdirAll(e.Dir, 0o700); err != nil {
		return nil, err
	}
	text, key, err := pendingKey(e.Dir)
	if err != nil {
		return nil, err
	}
	ask := EnrolAsk{Code: code, Version: e.Version, Now: e.Now().UTC()}
	if ask.Request, err = request(key); err != nil {
		return nil, err
	}
	if ask.Host, err = os.Hostname(); err != nil {
		return nil, err
	}
	t := &trust{pin: pin, now: e.Now}
	c := newClient("https://"+u.Host, t.config(nil), nil)
	defer c.close()
	id := &Identity{Centre: "https://" + u.Host, Key: string(text)}
	if err := c.ask(ctx, PathEnrol, ask, &id.Enrolled); err != nil {
		return nil, fmt.Errorf("enrol at %s: %w", u.Host, err)
	}
	if t.authority != nil { // what the connection proved, whatever the answer says
		id.Authority = string(pem.EncodeToMemory(&pem.Block{Type: pemCert, Bytes: t.authority.Raw}))
	}
	if _, err := tls.X509KeyPair([]byte(id.Certificate), text); err != nil {
		return nil, fmt.Errorf("the certificate the centre gave: %w", err)
	}
	if err := saveWays(e.Dir, id.Ways, id.WaysAt); err != nil {
		return nil, err
	}
	if err := id.save(e.Dir); err != nil {
		return nil, err
	}
	return id, os.Remove(filepath.Join(e.Dir, pendingFile))
}

// connect makes the client of an enrolled collector.
func (i *Identity) connect(pace *Pace, now func() time.Time) (*client, error) {
	own, err := tls.X509KeyPair([]byte(i.Certificate), []byte(i.Key))
	if err != nil {
		return nil, fmt.Errorf("certificate of the collector: %w", err)
	}
	authority, err := i.authorityOf()
	if err != nil {
		return nil, err
	}
	return newClient(i.Centre, (&trust{authority: authority, now: now}).config(&own), pace), nil
}

// keptWays is ways.json.
type keptWays struct {
	At   int64 `json:"at"`
	Ways []Way `json:"ways"`
}

func saveWays(dir string, ways []Way, at int64) error {
	raw, err := json.MarshalIndent(keptWays{at, ways}, "", "  ")
	if err != nil {
		return err
	}
	return writeIn(dir, waysFile, append(raw, '\n'))
}

func loadWays(dir string) (keptWays, error) {
	var k keptWays
	raw, err := os.ReadFile(filepath.Join(dir, waysFile))
	if err == nil {
		err = json.Unmarshal(raw, &k)
	}
	return k, err
}
