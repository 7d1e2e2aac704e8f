// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command duck asks DuckDB what vonggac scan answers: which names of a BIND 9
// query log are listed, and the roll-up day x client x name with that verdict,
// as CSV. It needs cgo and is no part of the product.
//
//	duck LIST LOG OUT THREADS
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2"
)

// queries fold first and look up each name once, as a person who knows the
// database would write it.
const queries = `
SET threads = @threads;
SET preserve_insertion_order = false;
CREATE TABLE bad AS SELECT name FROM read_csv(@list, header = false, delim = '\t', quote = '', escape = '', columns = {'name': 'VARCHAR'});
CREATE TABLE rolled AS
  SELECT column0 AS day, split_part(column6, '#', 1) AS client, lower(rtrim(column9, '.')) AS name,
    count(*) AS count, min(column1) AS first, max(column1) AS last
  FROM read_csv(@log, header = false, delim = ' ', quote = '', escape = '', all_varchar = true, auto_detect = false,
    columns = {'column0': 'VARCHAR', 'column1': 'VARCHAR', 'column2': 'VARCHAR', 'column3': 'VARCHAR', 'column4': 'VARCHAR', 'column5': 'VARCHAR', 'column6': 'VARCHAR',
      'column7': 'VARCHAR', 'column8': 'VARCHAR', 'column9': 'VARCHAR', 'column10': 'VARCHAR', 'column11': 'VARCHAR', 'column12': 'VARCHAR', 'column13': 'VARCHAR'})
  GROUP BY ALL;
CREATE TABLE hit AS
  SELECT DISTINCT asked.name FROM (
    SELECT name, unnest(list_transform(range(1, len(string_split(name, '.')) + 1), i -> array_to_string(string_split(name, '.')[i:], '.'))) AS parent
    FROM (SELECT DISTINCT name FROM rolled)) asked JOIN bad ON bad.name = parent;
COPY (
  SELECT strftime(strptime(day, '%d-%b-%Y'), '%Y-%m-%d') AS day, client, r.name, count, first, last,
    CASE WHEN hit.name IS NULL THEN 'none' ELSE 'hit' END AS verdict
  FROM rolled r LEFT JOIN hit ON hit.name = r.name ORDER BY ALL) TO @out (HEADER);
`

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: duck LIST LOG OUT THREADS")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, "duck:", err)
		os.Exit(1)
	}
}

func run(list, log, out, threads string) (err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	put := strings.NewReplacer("@threads", threads, "@list", quote(list), "@log", quote(log), "@out", quote(out))
	_, err = db.Exec(put.Replace(queries))
	return err
}
