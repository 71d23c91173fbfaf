/* system.h - what wordcount asks of the operating system. system_posix.c and system_win32.c do it: the same
 * functions in the same order.
 *
 * A path is a string of bytes, on Windows of UTF-8, with '/' between the names. Where a function fails, errno
 * says why.
 */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/* ---------------------------------------------------------------------------------------- the program -- */

/* To be called first, while there is one thread. From then on standard output takes bytes as they are, and
 * Ctrl-C no longer ends the program but has `interrupted` called, in a thread of the system's. Returns the
 * arguments. */
char** begin_program(char** argv, void (*interrupted)(void));

int count_processors(void);

/* Seconds on a clock that only goes forward. */
double now(void);

/* Whether standard error is a terminal, on which the codes for wiping a line work. */
int has_terminal(void);

/* ----------------------------------------------------------------------------------- files to be read -- */

/* -1: it cannot be opened, or is no file by now. */
int open_file(const char* path);

/* As POSIX has read: how many bytes there were, 0 at the end, -1 for a failure. */
ptrdiff_t read_file(int file, char* buffer, size_t size);

/* Leaves errno alone. */
void close_file(int file);

/* How many files may be open at the same time. */
long most_open_files(void);

/* --------------------------------------------------------------------------- directories to be listed -- */

enum kind { KIND_FILE, KIND_DIRECTORY, KIND_LINK, KIND_SPECIAL };

struct entry {
  const char* name; /* until the next call */
  enum kind kind;
  uint64_t bytes; /* of a file */
  int error;      /* 0, or why nothing but the name is known */
};

struct directory;

/* The path of a tree's root, to which the names below it are added, to be freed. NULL: it cannot be told. */
char* path_of_root(const char* root);

/* NULL: it cannot be opened, or is no directory. The root may be a link. */
struct directory* open_directory(const char* path, int is_root);

/* 1 for an entry, 0 at the end, -1 for a failure. */
int read_directory(struct directory* directory, struct entry* entry);

void close_directory(struct directory* directory);

#endif
