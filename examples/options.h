/* options.h - the command line of wordcount. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"

enum { EXIT_USAGE = 2, MOST_WORKERS = 1000 };

struct options {
  const char* root;
  int workers;
  int top;
  int all_words;
  int compare;
  int verify;
};

static const char help[] =
    "usage: wordcount [OPTION]... DIR\n"
    "Counts the words (runs of the letters A-Z, a-z) in every file under DIR.\n"
    "\n"
    "  --threads N   count with N threads, 1 to 1000 (default: one for each processor)\n"
    "  --top N       print the N most frequent words (default: 10)\n"
    "  --all-words   print every word as `uniq -c` does, in order of the alphabet, and nothing else on\n"
    "                standard output; implies --no-compare\n"
    "  --no-compare  do not count again, once in one thread and once as before, to compare the times\n"
    "  --verify      check the result against a count in one thread\n"
    "  --help        print this\n"
    "\n"
    "Symbolic links are not followed. Exit status: 0 done, 1 failed or not verified, 2 bad arguments,\n"
    "130 interrupted by Ctrl-C, which prints the words so far; a second Ctrl-C ends at once.\n";

static void refuse(const char* what, const char* argument) {
  fprintf(stderr, "wordcount: %s%s\nTry wordcount --help.\n", what, argument);
  exit(EXIT_USAGE);
}

/* The value of the option, "" where it is missing, NULL where the argument is another. */
static const char* value_of(const char* option, char*** argument) {
  const char* rest = **argument;
  const size_t length = strlen(option);
  if (strncmp(rest, option, length) != 0) return NULL;
  rest += length;
  if (*rest == '=') return rest + 1;
  if (*rest != '\0') return NULL;
  return (*argument)[1] != NULL ? *++*argument : "";
}

static int parse_number(const char* option, const char* text, long least, long most) {
  char* end = NULL;
  errno = 0;
  const long number = strtol(text, &end, 10);
  if (end == text || *end != '\0' || errno != 0 || number < least || number > most) {
    refuse("no number that it takes for ", option);
  }
  return (int)number;
}

static struct options parse_arguments(char** argument) {
  struct options options = {.workers = count_processors(), .top = 10, .compare = 1};
  for (; *argument != NULL; argument++) {
    const char* value = NULL;
    if (strcmp(*argument, "--help") == 0) {
      fputs(help, stdout);
      exit(EXIT_SUCCESS);
    } else if ((value = value_of("--threads", &argument)) != NULL) {
      options.workers = parse_number("--threads", value, 1, MOST_WORKERS);
    } else if ((value = value_of("--top", &argument)) != NULL) {
      options.top = parse_number("--top", value, 0, 1000000);
    } else if (strcmp(*argument, "--all-words") == 0) {
      options.all_words = 1;
      options.compare = 0;
    } else if (strcmp(*argument, "--no-compare") == 0) {
      options.compare = 0;
    } else if (strcmp(*argument, "--verify") == 0) {
      options.verify = 1;
    } else if (**argument == '-') {
      refuse("no such option: ", *argument);
    } else if (options.root != NULL) {
      refuse("more than one directory: ", *argument);
    } else {
      options.root = *argument;
    }
  }
  if (options.root == NULL) refuse("which directory?", "");
  return options;
}

#endif
