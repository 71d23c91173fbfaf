/* words.h - counts the words of files, in the calling thread; wordcount.c does so in many.
 *
 * A word is a run of the letters A-Z and a-z, as long as it goes, taken in small letters.
 */
#ifndef WORDS_H
#define WORDS_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"

/* _Exit, as exit would wait for the program's threads, which may be waiting for this one. */
static void die(const char* what, const char* why) {
  fprintf(stderr, "wordcount: %s: %s\n", what, why);
  _Exit(EXIT_FAILURE);
}

static void* resize(void* block, size_t count, size_t size) {
  void* resized = count <= SIZE_MAX / size ? realloc(block, count * size) : NULL;
  if (resized == NULL) die("memory", strerror(ENOMEM));
  return resized;
}

static void* allocate_zeroed(size_t count, size_t size) {
  void* block = calloc(count, size);
  if (block == NULL) die("memory", strerror(ENOMEM));
  return block;
}

/* ----------------------------------------------------------------------------------- a table of words -- */

struct word {
  size_t text; /* where in the table's letters it begins; it ends with a zero */
  size_t length;
  uint64_t hash;
  uint64_t count; /* 0: the slot is empty */
};

/* Open addressing, linear probing; the capacity is a power of two, and at least half of it is empty. */
struct table {
  struct word* slots;
  size_t capacity;
  size_t used;
  char* letters;
  size_t letters_capacity;
  size_t letters_used;
};

/* FNV-1a. */
static const uint64_t hash_start = UINT64_C(14695981039346656037);
static const uint64_t hash_prime = UINT64_C(1099511628211);

static struct word* table_find(const struct table* table, const char* text, size_t length, uint64_t hash) {
  const size_t mask = table->capacity - 1;
  for (size_t i = (size_t)(hash ^ hash >> 32) & mask;; i = (i + 1) & mask) {
    struct word* word = &table->slots[i];
    if (word->count == 0) return word;
    if (word->hash != hash || word->length != length) continue;
    if (memcmp(table->letters + word->text, text, length) == 0) return word;
  }
}

static void table_grow(struct table* table) {
  struct table larger = *table;
  larger.capacity = table->capacity == 0 ? 1024 : table->capacity * 2;
  larger.slots = allocate_zeroed(larger.capacity, sizeof(struct word));
  for (size_t i = 0; i < table->capacity; i++) {
    const struct word* word = &table->slots[i];
    const char* text = table->letters + word->text;
    if (word->count != 0) *table_find(&larger, text, word->length, word->hash) = *word;
  }
  free(table->slots);
  *table = larger;
}

static size_t table_keep_text(struct table* table, const char* text, size_t length) {
  const size_t kept = table->letters_used;
  if (table->letters_capacity - kept <= length) {
    table->letters_capacity = (kept + length + 4096) * 2;
    table->letters = resize(table->letters, table->letters_capacity, 1);
  }
  memcpy(table->letters + kept, text, length);
  table->letters[kept + length] = '\0';
  table->letters_used += length + 1;
  return kept;
}

static void table_add(struct table* table, const char* text, size_t length, uint64_t hash, uint64_t count) {
  if (table->used * 2 >= table->capacity) table_grow(table);
  struct word* word = table_find(table, text, length, hash);
  if (word->count == 0) {
    *word = (struct word){table_keep_text(table, text, length), length, hash, 0};
    table->used++;
  }
  word->count += count;
}

static void table_merge(struct table* total, const struct table* table) {
  for (size_t i = 0; i < table->capacity; i++) {
    const struct word* word = &table->slots[i];
    const char* text = table->letters + word->text;
    if (word->count != 0) table_add(total, text, word->length, word->hash, word->count);
  }
}

/* Whether every word of the one table is as frequent in the other, which has as many. */
static int table_equal(const struct table* a, const struct table* b) {
  if (a->used != b->used) return 0;
  for (size_t i = 0; i < a->capacity; i++) {
    const struct word* word = &a->slots[i];
    const char* text = a->letters + word->text;
    if (word->count == 0) continue;
    if (table_find(b, text, word->length, word->hash)->count != word->count) return 0;
  }
  return 1;
}

/* -------------------------------------------------------------------------- what a thread has counted -- */

enum { BUFFER_SIZE = 131072, NAMED_FAILURES = 10, PARTS = 16 };

struct count {
  struct count* next;        /* in a list */
  struct table words[PARTS]; /* by the top bits of the hash, so that counts can be merged part by part */
  uint64_t files;
  uint64_t bytes;
  uint64_t links;   /* symbolic links, which are not followed */
  uint64_t special; /* fifos, sockets and devices, which are not opened */
  uint64_t unreadable;
  struct {
    char* path;
    int error;
  } failures[NAMED_FAILURES]; /* the first of the unreadable */

  /* The buffer begins with the word that the last read ended in, for the next may go on with it. */
  char* buffer;
  size_t buffer_size;
  size_t held;
  uint64_t held_hash;
};

static struct count* count_create(void) {
  struct count* count = allocate_zeroed(1, sizeof(struct count));
  count->buffer_size = BUFFER_SIZE;
  count->buffer = resize(NULL, BUFFER_SIZE, 1);
  return count;
}

static void count_destroy(struct count* count) {
  for (size_t i = 0; i < NAMED_FAILURES; i++) free(count->failures[i].path);
  for (size_t i = 0; i < PARTS; i++) {
    free(count->words[i].slots);
    free(count->words[i].letters);
  }
  free(count->buffer);
  free(count);
}

/* Takes the path over. */
static void count_failure(struct count* count, char* path, int error) {
  if (count->unreadable < NAMED_FAILURES) {
    count->failures[count->unreadable].path = path;
    count->failures[count->unreadable].error = error;
  } else {
    free(path);
  }
  count->unreadable++;
}

static void count_word(struct count* count, const char* text, size_t length, uint64_t hash) {
  table_add(&count->words[hash >> 60], text, length, hash, 1);
}

/* Moves all but the words from `part` to `total`. */
static void count_merge_rest(struct count* total, struct count* part) {
  total->files += part->files;
  total->bytes += part->bytes;
  total->links += part->links;
  total->special += part->special;
  const uint64_t named = part->unreadable < NAMED_FAILURES ? part->unreadable : NAMED_FAILURES;
  for (uint64_t i = 0; i < named; i++) {
    count_failure(total, part->failures[i].path, part->failures[i].error);
    part->failures[i].path = NULL;
  }
  total->unreadable += part->unreadable - named;
}

static int count_equal(const struct count* a, const struct count* b) {
  int equal = a->files == b->files && a->bytes == b->bytes;
  for (size_t i = 0; i < PARTS && equal; i++) equal = table_equal(&a->words[i], &b->words[i]);
  return equal;
}

/* ------------------------------------------------------------------------------------- reading a file -- */

static char small_letter(char c) {
  const unsigned char small = (unsigned char)c | 0x20;
  return small >= 'a' && small <= 'z' ? (char)small : '\0';
}

/* Reads once and counts the words that end there; returns what read_file returned. */
static ptrdiff_t count_read(struct count* count, int file) {
  char* const text = count->buffer;
  const ptrdiff_t got = read_file(file, text + count->held, count->buffer_size - count->held);
  const int error = errno;
  const size_t end = count->held + (got > 0 ? (size_t)got : 0);
  uint64_t hash = count->held == 0 ? hash_start : count->held_hash;
  size_t start = 0;
  for (size_t i = count->held; i < end; i++) {
    const char letter = small_letter(text[i]);
    if (letter != '\0') {
      text[i] = letter;
      hash = (hash ^ (unsigned char)letter) * hash_prime;
    } else {
      if (i > start) count_word(count, text + start, i - start, hash);
      start = i + 1;
      hash = hash_start;
    }
  }
  if (got <= 0 && end > start) count_word(count, text + start, end - start, hash);
  count->held = got > 0 ? end - start : 0;
  count->held_hash = hash;
  memmove(text, text + start, count->held);
  if (count->held > count->buffer_size / 2) {
    count->buffer_size *= 2;
    count->buffer = resize(count->buffer, count->buffer_size, 1);
  }
  errno = error;
  return got;
}

/* Called with the bytes of each read; 0 ends the reading. */
typedef int advance_function(void* context, uint64_t bytes);

/* Takes the path over. */
static void count_file(struct count* count, char* path, advance_function* advance, void* context) {
  const int file = open_file(path);
  ptrdiff_t got = -1;
  while (file >= 0 && (got = count_read(count, file)) > 0) {
    count->bytes += (uint64_t)got;
    if (!advance(context, (uint64_t)got)) break;
  }
  const int error = errno;
  if (file >= 0) close_file(file);
  if (got == 0) count->files++;
  if (got < 0) {
    count_failure(count, path, error);
  } else {
    free(path);
  }
}

/* ------------------------------------------------------------------------------------- walking a tree -- */

/* Called with each file, whose path it takes over; 0 ends the walk. */
typedef int visit_function(void* context, char* path, uint64_t bytes);

/* The directories to come are kept by name, so that one at a time is open, however deep the tree. */
struct walk {
  visit_function* visit;
  void* context;
  struct count* count; /* of what is not visited */
  char** pending;
  size_t pending_count;
  size_t pending_capacity;
};

static void walk_later(struct walk* walk, char* path) {
  if (walk->pending_count == walk->pending_capacity) {
    walk->pending_capacity = walk->pending_capacity * 2 + 16;
    walk->pending = resize(walk->pending, walk->pending_capacity, sizeof(char*));
  }
  walk->pending[walk->pending_count++] = path;
}

static int walk_entry(struct walk* walk, const char* directory_path, const struct entry* entry) {
  const size_t length = strlen(directory_path);
  const size_t size = length + strlen(entry->name) + 2;
  char* path = resize(NULL, size, 1);
  snprintf(path, size, "%s%s%s", directory_path, directory_path[length - 1] == '/' ? "" : "/", entry->name);
  if (entry->error != 0) {
    count_failure(walk->count, path, entry->error);
  } else if (entry->kind == KIND_FILE) {
    return walk->visit(walk->context, path, entry->bytes);
  } else if (entry->kind == KIND_DIRECTORY) {
    walk_later(walk, path);
  } else {
    *(entry->kind == KIND_LINK ? &walk->count->links : &walk->count->special) += 1;
    free(path);
  }
  return 1;
}

/* Takes the path over. */
static int walk_directory(struct walk* walk, char* path, int is_root) {
  struct directory* directory = open_directory(path, is_root);
  struct entry entry;
  int got = -1;
  int going = 1;
  while (directory != NULL && going && (got = read_directory(directory, &entry)) > 0) {
    going = walk_entry(walk, path, &entry);
  }
  const int error = errno;
  if (directory != NULL) close_directory(directory);
  if (got < 0) {
    count_failure(walk->count, path, error);
  } else {
    free(path);
  }
  return going;
}

static int is_directory(const char* root) {
  char* path = path_of_root(root);
  struct directory* directory = path != NULL ? open_directory(path, 1) : NULL;
  if (directory != NULL) close_directory(directory);
  free(path);
  return directory != NULL;
}

/* The root may be a symbolic link; those below it are not followed. */
static void walk_tree(const char* root, visit_function* visit, void* context, struct count* count) {
  struct walk walk = {visit, context, count, NULL, 0, 0};
  char* path = path_of_root(root);
  if (path == NULL) die(root, strerror(errno));
  int going = walk_directory(&walk, path, 1);
  while (walk.pending_count > 0) {
    path = walk.pending[--walk.pending_count];
    if (going) {
      going = walk_directory(&walk, path, 0);
    } else {
      free(path);
    }
  }
  free(walk.pending);
}

#endif
