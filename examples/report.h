/* report.h - prints what wordcount has counted. */
#ifndef REPORT_H
#define REPORT_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

struct result {
  struct count* count;
  double seconds;
};

struct ranked {
  const char* text;
  uint64_t count;
};

static int by_text(const void* a, const void* b) {
  return strcmp(((const struct ranked*)a)->text, ((const struct ranked*)b)->text);
}

static int by_count(const void* a, const void* b) {
  const uint64_t left = ((const struct ranked*)a)->count;
  const uint64_t right = ((const struct ranked*)b)->count;
  return left != right ? (left < right ? 1 : -1) : by_text(a, b);
}

/* The list ends with a word that is NULL. */
static struct ranked* rank_words(const struct count* count, int (*order)(const void*, const void*)) {
  size_t length = 0;
  for (int part = 0; part < PARTS; part++) length += count->words[part].used;
  struct ranked* ranked = allocate_zeroed(length + 1, sizeof(struct ranked));
  struct ranked* end = ranked;
  for (int part = 0; part < PARTS; part++) {
    const struct table* words = &count->words[part];
    for (size_t i = 0; i < words->capacity; i++) {
      const struct word* word = &words->slots[i];
      if (word->count != 0) *end++ = (struct ranked){words->letters + word->text, word->count};
    }
  }
  qsort(ranked, length, sizeof(struct ranked), order);
  return ranked;
}

/* In the manner of uniq -c. */
static void print_words(const struct ranked* ranked, size_t most) {
  for (size_t i = 0; i < most && ranked[i].text != NULL; i++) {
    printf("%7" PRIu64 " %s\n", ranked[i].count, ranked[i].text);
  }
}

/* The name of a file may hold anything, line ends and the codes of terminals included. */
static void print_failures(const struct count* count) {
  for (uint64_t i = 0; i < count->unreadable && i < NAMED_FAILURES; i++) {
    fputs("wordcount: cannot read ", stderr);
    for (const char* c = count->failures[i].path; *c != '\0'; c++) {
      const unsigned code = (unsigned char)*c;
      fprintf(stderr, code < ' ' || code == 127 ? "\\%03o" : "%c", code);
    }
    fprintf(stderr, ": %s\n", strerror(count->failures[i].error));
  }
  if (count->unreadable > NAMED_FAILURES) {
    fprintf(stderr, "wordcount: and %" PRIu64 " more\n", count->unreadable - NAMED_FAILURES);
  }
}

static void print_summary(FILE* out, const struct result* result, const struct ranked* ranked) {
  const struct count* count = result->count;
  const double megabytes = (double)count->bytes / 1e6;
  uint64_t words = 0;
  size_t different = 0;
  for (; ranked[different].text != NULL; different++) words += ranked[different].count;
  fprintf(out, "%" PRIu64 " files, %.1f MB, %" PRIu64 " words, %zu different ones\n", count->files, megabytes,
          words, different);
  fprintf(out, "%.2f s, %.0f files/s, %.1f MB/s\n", result->seconds, (double)count->files / result->seconds,
          megabytes / result->seconds);
  if (count->unreadable + count->links + count->special > 0) {
    fprintf(out,
            "not counted: %" PRIu64 " unreadable, %" PRIu64 " symbolic links, %" PRIu64 " special files\n",
            count->unreadable, count->links, count->special);
  }
}

#endif
