// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fastjson"
)

// maxAnswer is the size in bytes of an answer that is read.
const maxAnswer = 64 << 20

// call sends one request and returns the whole body of a good answer.
func (c *Client) call(ctx context.Context, op, path, kind string, body io.Reader) ([]byte, error) {
	at, err := c.place.spot(ctx)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.base+path, body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	req.Header.Set("Content-Type", kind)
	if at.token != "" {
		req.Header.Set("Authorization", "Bearer "+at.token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, c.broken(ctx, op, err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, c.broken(ctx, op, err)
	}
	if len(answer) > maxAnswer {
		return nil, bad(op, errors.New("the answer is longer than can be shown"))
	}
	if res.StatusCode/100 != 2 {
		return nil, refusal(op, res.StatusCode, string(answer))
	}
	return answer, nil
}

// broken is a call that met no answer.
func (c *Client) broken(ctx context.Context, op string, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("%s: %w", op, ctx.Err())
	}
	c.place.failed()
	return unavailable(op, err)
}

// answered is the status and the end of an answer that is none.
type answered struct {
	status int
	text   string
}

func (a *answered) Error() string { return fmt.Sprintf("status %d: %s", a.status, a.text) }

// refusal is an answer that is none. The engine tells what is wrong with a
// query and what is wrong with a cluster by the same status, 400.
func refusal(op string, status int, text string) error {
	err := &answered{status, strings.ToValidUTF8(text[max(0, len(text)-500):], "?")} // what is wrong comes last
	switch {
	case status == http.StatusTooManyRequests:
		return unavailable(op, errors.Join(ErrDiskFull, err))
	case strings.Contains(text, "couldn't be executed in"), strings.Contains(text, "of memory"), strings.Contains(text, "couldn't start executing"):
		return unavailable(op, errors.Join(ErrTooSlow, err))
	case status == http.StatusBadRequest && strings.Contains(text, "cannot parse"):
		return bad(op, err)
	}
	return unavailable(op, err)
}

// ask runs a query within s. ok is false when s sees nothing: then nothing was asked.
func (c *Client) ask(ctx context.Context, op, path string, s Scope, from, to time.Time, form url.Values) (answer []byte, ok bool, err error) {
	filters, ok := s.limits(from, to)
	if !ok {
		return nil, false, nil
	}
	form["extra_filters"] = filters
	form.Set("timeout", strconv.FormatInt(c.o.QueryTime.Milliseconds(), 10)+"ms")
	limited, cancel := context.WithTimeout(ctx, c.o.QueryTime+c.o.HealthTime)
	defer cancel()
	answer, err = c.call(limited, op, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err != nil && ctx.Err() != nil {
		return nil, true, fmt.Errorf("%s: %w", op, ctx.Err())
	}
	return answer, true, err
}

// rows runs a query that gives lines of JSON and hands each object to take.
func (c *Client) rows(ctx context.Context, op string, s Scope, from, to time.Time, query string, limit int, take func(*fastjson.Object) error) error {
	form := url.Values{"query": {query}}
	if limit > 0 {
		form.Set("limit", strconv.Itoa(limit))
	}
	answer, ok, err := c.ask(ctx, op, "/select/logsql/query", s, from, to, form)
	if err != nil || !ok {
		return err
	}
	var p fastjson.Parser
	for line := range bytes.Lines(answer) {
		v, err := p.ParseBytes(line)
		if err == nil {
			var o *fastjson.Object
			if o, err = v.Object(); err == nil {
				if err = take(o); err != nil {
					return fmt.Errorf("%s: %w", op, err)
				}
				continue
			}
		}
		// Rows were on their way when it failed: the status had been sent, the reason follows the rows.
		return refusal(op, http.StatusBadGateway, string(line))
	}
	return nil
}

func text(o *fastjson.Object, name string) string {
	v := o.Get(name)
	if v == nil {
		return ""
	}
	return string(v.GetStringBytes())
}

func number(o *fastjson.Object, name string) (int64, error) {
	n, err := strconv.ParseInt(text(o, name), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("field %s is no number: %w", name, err)
	}
	return n, nil
}
