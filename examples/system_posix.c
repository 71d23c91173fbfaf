/* system_posix.c - what wordcount asks of a POSIX system. */
#define _XOPEN_SOURCE 700
#define _FILE_OFFSET_BITS 64

#include "system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---------------------------------------------------------------------------------------- the program -- */

static void (*when_interrupted)(void);

/* In a thread of its own, so that no handler has to. */
static void* wait_for_interrupts(void* unused) {
  sigset_t interrupt;
  int signal_number;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  for (;;) {
    if (sigwait(&interrupt, &signal_number) == 0) when_interrupted();
  }
  return unused;
}

char** begin_program(char** argv, void (*interrupted)(void)) {
  sigset_t interrupt;
  pthread_t thread;
  when_interrupted = interrupted;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  /* Every thread inherits the mask of the first. */
  pthread_sigmask(SIG_BLOCK, &interrupt, NULL);
  if (pthread_create(&thread, NULL, wait_for_interrupts, NULL) == 0) {
    pthread_detach(thread);
  } else {
    pthread_sigmask(SIG_UNBLOCK, &interrupt, NULL); /* Ctrl-C ends the program, then */
  }
  return argv;
}

int count_processors(void) {
  const long processors = sysconf(_SC_NPROCESSORS_ONLN);
  return processors > 0 ? (int)processors : 1;
}

double now(void) {
  struct timespec time = {0, 0};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int has_terminal(void) { return isatty(STDERR_FILENO); }

/* ----------------------------------------------------------------------------------- files to be read -- */

/* As open, piece by piece where the path is longer than the system takes at once. */
static int open_path(const char* path, int flags) {
  int directory = AT_FDCWD;
  for (;;) {
    char piece[1024] = "";
    strncat(piece, path, sizeof piece - 1);
    const int last = strlen(piece) == strlen(path);
    char* slash = last ? NULL : strrchr(piece, '/');
    if (slash != NULL) slash[1] = '\0';
    const int file = openat(directory, piece, O_CLOEXEC | (last ? flags : O_RDONLY | O_DIRECTORY));
    if (directory != AT_FDCWD) close_file(directory);
    if (last || file < 0) return file;
    directory = file;
    path += strlen(piece);
    path += strspn(path, "/");
  }
}

/* What was a file may be a fifo by now: O_NONBLOCK. */
int open_file(const char* path) { return open_path(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY); }

ptrdiff_t read_file(int file, char* buffer, size_t size) { return read(file, buffer, size); }

void close_file(int file) {
  const int error = errno;
  close(file);
  errno = error;
}

/* Opening a long path takes two descriptors at a time, and the directories and streams need some too. */
long most_open_files(void) { return (sysconf(_SC_OPEN_MAX) - 16) / 2; }

/* --------------------------------------------------------------------------- directories to be listed -- */

struct directory {
  DIR* stream;
};

char* path_of_root(const char* root) {
  char* path = malloc(strlen(root) + 1);
  return path != NULL ? strcpy(path, root) : NULL;
}

struct directory* open_directory(const char* path, int is_root) {
  struct directory* directory = malloc(sizeof *directory);
  const int file = open_path(path, O_RDONLY | O_DIRECTORY | (is_root ? 0 : O_NOFOLLOW));
  if (file >= 0 && directory != NULL && (directory->stream = fdopendir(file)) != NULL) return directory;
  if (file >= 0) close_file(file);
  free(directory);
  return NULL;
}

int read_directory(struct directory* directory, struct entry* entry) {
  const struct dirent* found = NULL;
  struct stat status;
  do {
    errno = 0;
    found = readdir(directory->stream);
    if (found == NULL) return errno == 0 ? 0 : -1;
  } while (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0);
  *entry = (struct entry){found->d_name, KIND_SPECIAL, 0, 0};
  if (fstatat(dirfd(directory->stream), found->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    entry->error = errno;
  } else if (S_ISREG(status.st_mode)) {
    entry->kind = KIND_FILE;
    entry->bytes = (uint64_t)status.st_size;
  } else if (S_ISDIR(status.st_mode)) {
    entry->kind = KIND_DIRECTORY;
  } else if (S_ISLNK(status.st_mode)) {
    entry->kind = KIND_LINK;
  }
  return 1;
}

void close_directory(struct directory* directory) {
  closedir(directory->stream);
  free(directory);
}
