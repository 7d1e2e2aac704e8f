// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
)

// What a connection to SQLite keeps prepared. SQLite takes longer to read a
// short statement than to do it, and its driver reads every one anew; that of
// PostgreSQL keeps those with arguments by itself.
const (
	mostKept     = 128  // statements; then the one unused for longest goes
	mostKeptArgs = 1100 // of one statement: a long one holds much memory
)

// keeping opens connections that keep prepared what they are asked with
// arguments. Statements without arguments, which have their values in their
// text, rarely come again and are not kept.
type keeping struct{ driver.Connector }

// Connect implements driver.Connector.
func (k keeping) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	able, ok := c.(ableConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("connection of SQLite: %T cannot do what is needed", c), c.Close())
	}
	return &keepingConn{ableConn: able, kept: map[string]*keptStmt{}}, nil
}

// ableConn is all that database/sql asks a connection of SQLite for.
type ableConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type ableStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type keptStmt struct {
	ableStmt
	used uint64 // number of the use that was its latest
}

// keepingConn is used by one goroutine at a time, as every driver.Conn.
type keepingConn struct {
	ableConn
	kept map[string]*keptStmt // those not in use
	uses uint64
}

// ExecContext implements driver.ExecerContext.
func (c *keepingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 0 {
		return c.ableConn.ExecContext(ctx, query, args)
	}
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	res, err := s.ExecContext(ctx, args)
	return res, errors.Join(err, c.give(query, s, len(args), err))
}

// QueryContext implements driver.QueryerContext. Its rows are closed before the
// statement is used again: until then it is not among those kept.
func (c *keepingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if len(args) == 0 {
		return c.ableConn.QueryContext(ctx, query, args)
	}
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, c.give(query, s, len(args), err))
	}
	return &keptRows{Rows: rows, give: func() error { return c.give(query, s, len(args), nil) }}, nil
}

// take gives a statement to use, which is given back.
func (c *keepingConn) take(ctx context.Context, query string) (*keptStmt, error) {
	if s := c.kept[query]; s != nil {
		delete(c.kept, query)
		return s, nil
	}
	made, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	able, ok := made.(ableStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("statement of SQLite: %T cannot do what is needed", made), made.Close())
	}
	return &keptStmt{ableStmt: able}, nil
}

// give keeps a statement that was used, or closes it: when it failed, is long, or
// another of its text is kept already.
func (c *keepingConn) give(query string, s *keptStmt, args int, failed error) error {
	if failed != nil || args > mostKeptArgs || c.kept[query] != nil {
		return s.Close()
	}
	c.uses++
	s.used = c.uses
	c.kept[query] = s
	if len(c.kept) <= mostKept {
		return nil
	}
	oldest := query
	for text, o := range c.kept {
		if o.used < c.kept[oldest].used {
			oldest = text
		}
	}
	s = c.kept[oldest]
	delete(c.kept, oldest)
	return s.Close()
}

// Close implements driver.Conn.
func (c *keepingConn) Close() error {
	var err error
	for _, s := range c.kept {
		err = errors.Join(err, s.Close())
	}
	clear(c.kept)
	return errors.Join(err, c.ableConn.Close())
}

// keptRows give their statement back when they are closed.
type keptRows struct {
	driver.Rows
	give func() error
}

// Close implements driver.Rows.
func (r *keptRows) Close() error {
	err := r.Rows.Close()
	if r.give != nil {
		err = errors.Join(err, r.give())
		r.give = nil
	}
	return err
}
