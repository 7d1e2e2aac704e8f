// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// vectorscan LIST LOG prints every line of LOG that holds a line of LIST
// somewhere, whatever the case, as "grep -iF -f LIST LOG" does: all names are one
// database of literals, and the log is one block. It says nothing of where a name
// begins or ends: the library finds strings.

#include <fcntl.h>
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct text {
	char *at;
	size_t size;
};

static void fail(const char *what, const char *why) {
	fprintf(stderr, "vectorscan: %s: %s\n", what, why);
	exit(1);
}

static struct text map(const char *path) {
	struct text t;
	struct stat s;
	int fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &s) < 0)
		fail(path, "cannot be read");
	t.size = s.st_size;
	t.at = mmap(NULL, t.size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (t.at == MAP_FAILED)
		fail(path, "cannot be mapped");
	return t;
}

// log is the text that is scanned, and where the line after the last one
// printed begins.
static struct text log_;
static size_t next;

static int hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx) {
	(void)id, (void)from, (void)flags, (void)ctx;
	if (to <= next)
		return 0; // of a line that is printed
	char *start = memrchr(log_.at, '\n', to - 1);
	char *end = memchr(log_.at + to - 1, '\n', log_.size - (to - 1));
	start = start ? start + 1 : log_.at;
	end = end ? end + 1 : log_.at + log_.size;
	fwrite(start, 1, end - start, stdout);
	next = end - log_.at;
	return 0;
}

int main(int argc, char **argv) {
	if (argc != 3)
		fail("usage", "vectorscan LIST LOG");
	struct text list = map(argv[1]);
	log_ = map(argv[2]);
	size_t count = 0, most = 1024;
	const char **names = malloc(most * sizeof *names);
	size_t *sizes = malloc(most * sizeof *sizes);
	unsigned *flags = malloc(most * sizeof *flags), *ids = malloc(most * sizeof *ids);
	for (char *p = list.at, *end = list.at + list.size; p < end;) {
		char *stop = memchr(p, '\n', end - p);
		if (!stop)
			stop = end;
		if (stop > p) {
			if (count == most) {
				most *= 2;
				names = realloc(names, most * sizeof *names);
				sizes = realloc(sizes, most * sizeof *sizes);
				flags = realloc(flags, most * sizeof *flags);
				ids = realloc(ids, most * sizeof *ids);
			}
			if (!names || !sizes || !flags || !ids)
				fail(argv[1], "no memory");
			names[count] = p;
			sizes[count] = stop - p;
			flags[count] = HS_FLAG_CASELESS;
			ids[count] = count;
			count++;
		}
		p = stop + 1;
	}
	hs_database_t *db;
	hs_compile_error_t *bad;
	if (hs_compile_lit_multi(names, flags, ids, sizes, count, HS_MODE_BLOCK, NULL, &db, &bad) != HS_SUCCESS)
		fail(argv[1], bad->message);
	hs_scratch_t *scratch = NULL;
	if (hs_alloc_scratch(db, &scratch) != HS_SUCCESS)
		fail(argv[1], "no memory to scan with");
	if (log_.size > 0xffffffffu)
		fail(argv[2], "over 4 GB");
	if (hs_scan(db, log_.at, log_.size, 0, scratch, hit, NULL) != HS_SUCCESS)
		fail(argv[2], "cannot be scanned");
	return fflush(stdout) == 0 ? 0 : 1;
}
