#!/usr/bin/env bash
# Copyright 2026 The Vọng Gác Authors
# SPDX-License-Identifier: Apache-2.0

# Installs the Debian packages that tests use, when it may; names what stays
# missing and which tests are skipped for it. Always succeeds: a missing
# package costs its own tests only.
set -euo pipefail

# have_* report whether what a package brings is here, however it came.
have_postgresql() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; }
have_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
have_libreoffice_writer() { [[ -e /usr/lib/libreoffice/program/libswlo.so ]] || command -v soffice >/dev/null; }
have_poppler_utils() { command -v pdftoppm >/dev/null; }

declare -A serves=(
	[postgresql]="everything on PostgreSQL"
	[chromium]="the walk through the pages in a browser"
	[libreoffice-writer]="how printed DOCX look"
	[poppler-utils]="how printed PDF look"
)
packages=(postgresql chromium libreoffice-writer poppler-utils)

missing() {
	local p
	for p in "${packages[@]}"; do
		"have_${p//-/_}" || echo "$p"
	done
}

mapfile -t want < <(missing)
[[ ${#want[@]} -gt 0 ]] || exit 0

as_root=()
why=""
if ! command -v apt-get >/dev/null; then
	why="this system has no apt-get"
elif [[ $(id -u) != 0 ]]; then
	if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		as_root=(sudo -n)
	else
		why="this user may not install packages"
	fi
fi

if [[ -z $why ]]; then
	echo "installing ${want[*]}"
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get)
	if ! { "${install[@]}" -qq update && "${install[@]}" -qq -y install "${want[@]}"; } >"$log" 2>&1; then
		tail -n 20 "$log"
		why="apt-get could not install it (above)"
	fi
fi

for p in $(missing); do
	echo "skipped: ${serves[$p]}: $p is missing, ${why:-it was installed but is not found}"
done
