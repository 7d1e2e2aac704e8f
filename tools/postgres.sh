#!/usr/bin/env bash
# Copyright 2026 The Vọng Gác Authors
# SPDX-License-Identifier: Apache-2.0

# Runs a command with VONGGAC_TEST_POSTGRES naming a PostgreSQL server that
# lives as long as the command. A server already named is used; without
# PostgreSQL the command runs without. The server forgets everything and syncs
# nothing: it is for tests.
set -euo pipefail

bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1) || bin=""
[[ -n $bin ]] || bin=$(dirname "$(command -v initdb || echo /absent/initdb)")
if [[ -n ${VONGGAC_TEST_POSTGRES:-} || ! -x $bin/initdb ]]; then
	exec "$@"
fi

dir=$(mktemp -d)
as=()
if [[ $(id -u) == 0 ]]; then # PostgreSQL refuses to run as root
	user=nobody
	! id postgres >/dev/null 2>&1 || user=postgres
	chown "$user" "$dir"
	as=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups env HOME="$dir")
fi

server() { (cd "$dir" && "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w "$@" >>"$dir/ctl.log" 2>&1); }
finish() {
	server -m immediate stop || true # it may never have started
	rm -rf "$dir"
}
trap finish EXIT

if ! (cd "$dir" && "${as[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >"$dir/initdb.log" 2>&1); then
	cat "$dir/initdb.log" >&2
	exit 1
fi

# Another program may take a port between choosing and listening: try again.
for try in 1 2 3 4 5; do
	port=$((20000 + RANDOM % 12000))
	options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$dir'"
	options+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
	options+=" -c max_connections=400 -c max_pred_locks_per_transaction=512 -c max_locks_per_transaction=256"
	if server -o "$options" start; then
		export VONGGAC_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
		break
	fi
	if [[ $try == 5 ]]; then
		cat "$dir/log" >&2
		exit 1
	fi
done

"$@"
