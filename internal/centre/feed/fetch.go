// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/outgoing"
)

const (
	maxRedirects = 5
	wholeFetch   = 15 * time.Minute
	sniffed      = 512 // bytes looked at before content is taken
)

// ask is one question to the sender of a feed.
type ask struct {
	url            string
	kind           AuthKind
	name, secret   string
	etag, modified string       // of the content in hand; empty asks for all
	limit          int64        // bytes
	client         *http.Client // of several calls in a row; nil makes one for this call
	roads
}

// roads are the ways out of the house: the networks that may be called although
// they are closed, and the proxy through which all calls go, if any.
type roads struct {
	allowed []netip.Prefix
	proxy   *url.URL
}

// answer is what came.
type answer struct {
	status         int64
	same           bool // nothing new: there is no content
	etag, modified string
	kind           string // of the content, as the sender says
	size           int64  // as the sender says; negative when it does not
	name           string // of the file
	body           *body
	done           func()
}

// failure is why nothing usable came, in words for a person. It never holds the
// text of an address or of an error, for these may repeat a secret.
type failure struct {
	key    string
	args   []any
	status int64
	asked  time.Duration // the sender's Retry-After
}

// Error names the failure for the log.
func (f *failure) Error() string { return f.key }

func fail(key string, args ...any) *failure { return &failure{key: key, args: args} }

var (
	errStalled   = errors.New("no byte came for too long")
	errDowngrade = errors.New("redirect from https to http")
	errRedirects = errors.New("too many redirects")
)

// call asks the sender. When the answer has content, the caller reads body and
// calls done. Every failure is a *failure, except that ctx ended.
func (s *Service) call(ctx context.Context, a ask) (answer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	ctx, stop := context.WithTimeoutCause(ctx, wholeFetch, errStalled)
	done := func() { stop(); cancel(nil) }
	req, err := request(ctx, a)
	if err != nil {
		done()
		return answer{}, fail("feed.why.address")
	}
	client := a.client
	if client == nil {
		client = s.client(a, 0)
	}
	res, err := client.Do(req)
	if err != nil {
		why := reasonOf(ctx, err)
		done()
		return answer{}, why
	}
	out := answer{status: int64(res.StatusCode), etag: tidyHeader(res.Header.Get("ETag")), modified: tidyHeader(res.Header.Get("Last-Modified")),
		kind: tidyHeader(res.Header.Get("Content-Type")), size: res.ContentLength, name: fileName(req.URL)}
	over := func() { done(); _ = res.Body.Close() } // what is left unread is nobody's loss
	if res.StatusCode == http.StatusNotModified && a.etag+a.modified != "" {
		over()
		out.same = true
		return out, nil
	}
	if res.StatusCode != http.StatusOK {
		over()
		return out, refusal(res, s.Now())
	}
	if res.ContentLength > a.limit {
		over()
		return out, &failure{key: "feed.why.too_large", args: []any{a.limit >> 20}, status: out.status}
	}
	out.body = &body{in: bufio.NewReaderSize(res.Body, 64<<10), limit: a.limit, status: out.status, ctx: ctx, patience: s.Patience,
		watch: time.AfterFunc(s.Patience, func() { cancel(errStalled) })}
	out.done = func() { out.body.watch.Stop(); over() }
	return out, nil
}

func request(ctx context.Context, a ask) (*http.Request, error) {
	u, err := url.Parse(a.url)
	if err != nil {
		return nil, err
	}
	if a.kind == AuthQuery {
		q := u.Query()
		q.Set(a.name, a.secret)
		u.RawQuery = q.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "VongGac-Feed/1")
	req.Header.Set("Accept", "*/*")
	switch a.kind {
	case AuthBearer:
		req.Header.Set("Authorization", "Bearer "+a.secret)
	case AuthBasic:
		req.SetBasicAuth(a.name, a.secret)
	case AuthHeader:
		req.Header.Set(a.name, a.secret)
	}
	if a.etag != "" {
		req.Header.Set("If-None-Match", a.etag)
	}
	if a.modified != "" {
		req.Header.Set("If-Modified-Since", a.modified)
	}
	return req, nil
}

// client makes a client that keeps so many connections to a host open; 0 is for
// one call. Without proxy the guard looks at every
// address that is really connected to, redirects included. With a proxy names
// are the proxy's to resolve, and only hosts written as numbers can be looked at.
func (s *Service) client(a ask, open int) *http.Client {
	dial := &net.Dialer{Timeout: s.Timeout}
	t := &http.Transport{DialContext: dial.DialContext, DisableKeepAlives: open == 0, MaxConnsPerHost: open,
		MaxIdleConnsPerHost: open, IdleConnTimeout: s.Timeout, TLSHandshakeTimeout: s.Timeout, ResponseHeaderTimeout: s.Timeout,
		MaxResponseHeaderBytes: 64 << 10, TLSClientConfig: &tls.Config{RootCAs: s.Roots, MinVersion: tls.VersionTLS12}}
	if a.proxy != nil {
		t.Proxy = http.ProxyURL(a.proxy)
	} else {
		dial.Control = outgoing.Control(a.allowed, s.Own)
	}
	return &http.Client{Transport: t, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		first, last := via[0].URL, via[len(via)-1].URL
		switch {
		case len(via) > maxRedirects:
			return errRedirects
		case last.Scheme == "https" && req.URL.Scheme != "https":
			return errDowngrade
		case shut(req.URL, a.allowed):
			return outgoing.ErrClosed
		}
		req.Header.Del("Referer") // it may hold a key
		if req.URL.Host != first.Host || req.URL.Scheme != first.Scheme {
			req.Header.Del("Authorization")
			if a.kind == AuthHeader {
				req.Header.Del(a.name)
			}
		}
		return nil
	}}
}

// refusal says what an answer other than content means.
func refusal(res *http.Response, now time.Time) *failure {
	f := &failure{key: "feed.why.status", args: []any{res.StatusCode}, status: int64(res.StatusCode), asked: retryAfter(res.Header.Get("Retry-After"), now)}
	switch res.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		f.key = "feed.why.denied"
	case http.StatusNotFound, http.StatusGone:
		f.key = "feed.why.gone"
	case http.StatusTooManyRequests:
		f.key = "feed.why.often"
	}
	return f
}

// retryAfter reads Retry-After (RFC 9110 §10.2.3): seconds or a date; 0 for
// anything else.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(n, 0), 86400)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// reasonOf says why no answer came, or gives back that ctx ended.
func reasonOf(ctx context.Context, err error) error {
	var timeout net.Error
	var name *net.DNSError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.Is(context.Cause(ctx), errStalled):
		return fail("feed.why.timeout")
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, outgoing.ErrClosed):
		return fail("feed.why.closed")
	case errors.Is(err, errDowngrade):
		return fail("feed.why.downgrade")
	case errors.Is(err, errRedirects):
		return fail("feed.why.redirects", maxRedirects)
	case errors.As(err, &name):
		return fail("feed.why.name")
	case errors.As(err, &timeout) && timeout.Timeout():
		return fail("feed.why.timeout")
	case errors.As(err, &authority), strings.Contains(err.Error(), "tls:"), strings.Contains(err.Error(), "x509:"): // no exported type covers all of them
		return fail("feed.why.tls")
	}
	return fail("feed.why.connect")
}

// body is the content of an answer: bounded, watched, and looked at before it is
// taken.
type body struct {
	in       *bufio.Reader
	limit    int64
	n        int64
	status   int64
	ctx      context.Context
	patience time.Duration
	watch    *time.Timer
	err      error // why reading ended, besides the end
	seen     func(n int64)
}

// sniff fails for content that is no list whatever its layout: a web page, a
// picture, nothing at all.
func (b *body) sniff() error {
	head, err := b.in.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return b.broken(err)
	}
	return noList(head, b.status)
}

// noList is the failure of content that begins with head, nil when it may be a
// list.
func noList(head []byte, status int64) error {
	if len(head) == 0 {
		return &failure{key: "feed.why.empty", status: status}
	}
	kind, _, _ := strings.Cut(http.DetectContentType(head), ";")
	family, _, _ := strings.Cut(kind, "/")
	switch {
	case kind == "text/html":
		return &failure{key: "feed.why.html", status: status}
	case kind == "application/pdf", family == "image", family == "audio", family == "video", family == "font":
		return &failure{key: "feed.why.kind", args: []any{kind}, status: status}
	}
	return nil
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.in.Read(p)
	b.watch.Reset(b.patience)
	b.n += int64(n)
	if b.n > b.limit {
		b.err = &failure{key: "feed.why.too_large", args: []any{b.limit >> 20}, status: b.status}
		return 0, b.err
	}
	if b.seen != nil {
		b.seen(b.n)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = b.broken(err)
		return n, b.err
	}
	return n, err
}

// broken says what an error in the middle of content means.
func (b *body) broken(err error) error {
	switch {
	case errors.Is(context.Cause(b.ctx), errStalled):
		return &failure{key: "feed.why.stalled", status: b.status}
	case b.ctx.Err() != nil:
		return context.Cause(b.ctx)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return &failure{key: "feed.why.cut", status: b.status}
	}
	return &failure{key: "feed.why.broken", status: b.status}
}

// tidyHeader is a header as it may be kept: printable, at most 500 bytes; else
// it is not kept at all.
func tidyHeader(text string) string {
	if len(text) > 500 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return ""
	}
	return text
}

// fileName is what the file of an address is called; "-" when it has no name.
func fileName(u *url.URL) string {
	name := path.Base(u.Path)
	if name == "." || name == "/" || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return "-"
	}
	return name
}
