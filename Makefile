# Copyright 2026 The Vọng Gác Authors
# SPDX-License-Identifier: Apache-2.0
#
# make run    builds all and starts the centre on ./data
# make demo   the same with a fictitious province
# make test   all tests, both databases; sets up what it needs
# make check  everything a change must satisfy besides tests
# make chaos  breaks what receives, reads and keeps lines, a hundred times and more, and cuts the link of a collector a thousand times: some 20 minutes (CHAOS_MINUTES=10 of them measure memory)
# make fuzz   long fuzz runs (FUZZTIME=10m each)
# make bench  scans beside other tools; the parts of the engine; memory of a scan at 200 MB and 2 GB; pages at a million findings
#             (MATCH='-peers plain,mawk,grep' leaves out what is not installed); received lines beside rsyslog, and 60 million
#             of them (SYSLOG='-events 0' leaves out these); searching a hundred million (LAKE="-dir ../lake" fills a folder
#             once; LAKE='-events 5000000' is quicker); the scoreboard of 150 units by 60 requirements with a year of figures
#             (BOARD='-days 40' is quicker)
# make build  the program for each platform, in dist/
# make release  the release archives, with checksums and bills of materials, in dist/

SHELL    := /bin/bash
FUZZTIME ?= 10m
CHAOS_MINUTES ?= 10
VERSION  ?= $(shell git describe --tags --dirty 2>/dev/null || echo 0.0.0-dev)
PLATFORMS = linux-amd64 linux-arm64 windows-amd64.exe

asset_sources = $(shell find assets -type f -not -path 'assets/dist/*' -not -path 'assets/node_modules/*' -not -name '*.go')

.PHONY: run demo test chaos check bench fuzz assets build release clean binary
.DEFAULT_GOAL := run

run: assets binary
	bin/vonggac serve --data ./data

demo: assets binary
	bin/vonggac demo --data ./demo-data

binary:
	CGO_ENABLED=0 go build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/vonggac ./cmd/vonggac

assets: assets/dist/manifest.json

assets/dist/manifest.json: $(asset_sources)
	@tools/assets.sh

test:
	@tools/test.sh

check:
	@tools/check.sh

bench:
	@mkdir -p bench/out
	go run ./bench/match -json bench/out/match.json $(MATCH)
	go run ./bench/parts -json bench/out/parts.json
	go run ./bench/syslog -json bench/out/syslog.json $(SYSLOG)
	go run ./bench/scanmem
	go run ./bench/lake -json bench/out/lake.json $(LAKE)
	tools/postgres.sh go run ./bench/pages
	tools/postgres.sh go run ./bench/board -json bench/out/board.json $(BOARD)

chaos:
	@set -o pipefail; VONGGAC_CHAOS=1 VONGGAC_CHAOS_MINUTES=$(CHAOS_MINUTES) tools/postgres.sh go test -count=1 -parallel 4 -timeout 60m -v \
		-run '^Test(KilledAt|KilledWhileReceiving|BlocksThatCome|OnePoison|AClockThat|AnEngine|AFullDisk|SeveralProcesses|TwoWorkers|MemoryStays|ALinkThatIsCut|AKilledCollector)' \
		./internal/app ./internal/centre/collector | grep -v 'level='

fuzz:
	@set -o pipefail; tools/fuzz.sh $(FUZZTIME) | tools/tally.sh

build: assets $(PLATFORMS:%=dist/vonggac-%)

dist/vonggac-%: FORCE
	@mkdir -p dist; target='$(basename $*)'; set -x; CGO_ENABLED=0 GOOS="$${target%-*}" GOARCH="$${target#*-}" \
		go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o '$@' ./cmd/vonggac

release: assets
	go -C tools run ./release -version '$(VERSION)' -out ../dist

FORCE:

clean:
	rm -rf bin dist bench/out assets/node_modules
	find assets/dist -mindepth 1 -not -name .keep -delete
