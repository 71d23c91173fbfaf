/* wordcount.c - counts the words in every file under a directory, on all processors.
 *
 *   cc wordcount.c system_posix.c -lthrum -pthread
 *   x86_64-w64-mingw32-gcc wordcount.c system_win32.c -lthrum
 *
 * The result is what `LC_ALL=C tr -cs A-Za-z '\n' | LC_ALL=C tr A-Z a-z | sort | uniq -c` gives for the
 * files, each taken by itself. words.h has what is done to one file, and knows nothing of threads; system.h
 * has what each system does in its own way; options.h has the command line, and report.h what is printed in
 * the end. What the classes of thrum do here:
 *
 *   Thread      a walker finds the files; a daemon measures the tree for the progress bar
 *   ThreadPool  its workers count the words of the files, and then merge what each has counted, in parts
 *   Queue       hands the paths from the walker to the workers, so many at a time; Ctrl-C shuts it down
 *   Latch       tells when all have counted
 *   Lock        guards the counts that have been handed in; another one what the progress bar shows
 *   Semaphore   bounds the files that are open at once
 *   Timer       starts the progress bar, unless the count is over before anybody could read it
 *   Event       carries Ctrl-C to everybody; another one ends the progress bar
 */
#include <inttypes.h>
#include <thrum/thrum.h>

#include "options.h"
#include "report.h"
#include "system.h"
#include "words.h"

enum { EXIT_INTERRUPTED = 130, MOST_PATHS = 1024 };

/* ---------------------------------------------------------------------------------------- foundations -- */

/* Misuse and failure end the program; an outcome is returned: 1 for done, 0 for a timeout. */
static int check(thrum_status status, const char* call) {
  if (status < 0) die(call, thrum_strerror(status));
  return status == THRUM_OK;
}

#define CHECK(call) check(call, #call)

static int is_set(thrum_event event) {
  int set = 0;
  CHECK(thrum_event_is_set(event, &set));
  return set;
}

static thrum_event
    stop; /* what has been begun is to end; static, as threads may look at it to the very end */

/* A first Ctrl-C stops the count, a second one ends the program. */
static void interrupted(void) {
  if (is_set(stop)) _Exit(EXIT_INTERRUPTED);
  CHECK(thrum_event_set(stop));
}

/* ------------------------------------------------------------------- a job and the threads that do it -- */

struct progress {
  thrum_lock lock; /* guards the rest */
  uint64_t files;
  uint64_t bytes;
  uint64_t all_bytes; /* of the tree; 0 until that is known */
};

struct job {
  const char* root;
  thrum_queue paths;
  thrum_semaphore open_files;
  thrum_lock counts_lock;
  struct count* counts; /* that have been handed in; guarded by the lock */
  thrum_latch all_counted;
  struct progress progress;
  thrum_timer bar;
  thrum_event finished;
  double start;
  uint64_t measured_bytes; /* the surveyor's */
};

static thrum_thread start_thread(const char* name, int daemon, void (*target)(void*), void* arg) {
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  thrum_thread thread;
  options.name = name;
  options.daemon = daemon;
  CHECK(thrum_thread_create(&thread, &options, target, arg));
  CHECK(thrum_thread_start(thread));
  return thread;
}

static void join_thread(thrum_thread thread) {
  CHECK(thrum_thread_join(thread, THRUM_FOREVER));
  CHECK(thrum_thread_destroy(thread));
}

static void hand_in(struct job* job, struct count* count) {
  CHECK(thrum_lock_acquire(job->counts_lock, THRUM_FOREVER));
  count->next = job->counts;
  job->counts = count;
  CHECK(thrum_lock_release(job->counts_lock));
  CHECK(thrum_latch_count_down(job->all_counted, 1));
}

static void merge_rest(struct count* total) {
  for (struct count *next, *count = total->next; count != NULL; count = next) {
    next = count->next;
    count_merge_rest(total, count);
    count_destroy(count);
  }
}

static int feed_path(void* arg, char* path, uint64_t bytes) {
  const struct job* job = arg;
  (void)bytes;
  if (CHECK(thrum_queue_put(job->paths, path, THRUM_FOREVER))) return 1;
  free(path); /* the queue has been shut down */
  return 0;
}

static void walker(void* arg) {
  struct job* job = arg;
  struct count* count = count_create();
  walk_tree(job->root, feed_path, job, count);
  hand_in(job, count);
  CHECK(thrum_queue_shutdown(job->paths, 0));
}

static void add_progress(struct progress* progress, uint64_t files, uint64_t bytes) {
  CHECK(thrum_lock_acquire(progress->lock, THRUM_FOREVER));
  progress->files += files;
  progress->bytes += bytes;
  CHECK(thrum_lock_release(progress->lock));
}

static int advance(void* arg, uint64_t bytes) {
  struct job* job = arg;
  add_progress(&job->progress, 0, bytes);
  return !is_set(stop);
}

static void worker(void* arg) {
  struct job* job = arg;
  struct count* count = count_create();
  for (void* path; CHECK(thrum_queue_get(job->paths, &path, THRUM_FOREVER));) {
    CHECK(thrum_semaphore_acquire(job->open_files, THRUM_FOREVER));
    count_file(count, path, advance, job);
    CHECK(thrum_semaphore_release(job->open_files, 1));
    add_progress(&job->progress, 1, 0);
    if (is_set(stop)) CHECK(thrum_queue_shutdown(job->paths, 1));
  }
  hand_in(job, count);
}

static void draw_progress(struct job* job) {
  CHECK(thrum_lock_acquire(job->progress.lock, THRUM_FOREVER));
  const struct progress progress = job->progress;
  CHECK(thrum_lock_release(job->progress.lock));
  const double elapsed = now() - job->start;
  const double bytes = (double)progress.bytes;
  fprintf(stderr, "\r%" PRIu64 " files  %.1f MB  %.1f MB/s  ", progress.files, bytes / 1e6,
          bytes / 1e6 / elapsed);
  if (progress.all_bytes == 0 || progress.bytes == 0) {
    fputs("measuring\033[K", stderr);
  } else {
    /* Files may have grown since they were measured. */
    const double part = progress.bytes < progress.all_bytes ? bytes / (double)progress.all_bytes : 1.0;
    const long left = (long)(elapsed / part - elapsed);
    fprintf(stderr, "[%-20.*s] %3.0f%%  %ld:%02ld left\033[K", (int)(part * 20), "####################",
            part * 100, left / 60, left % 60);
  }
}

static void progress_bar(void* arg) {
  struct job* job = arg;
  do {
    draw_progress(job);
  } while (!CHECK(thrum_event_wait(job->finished, 0.1)));
  fputs("\r\033[K", stderr);
}

static void start_progress_bar(struct job* job) {
  CHECK(thrum_timer_create(&job->bar, 0.1, progress_bar, job));
  CHECK(thrum_timer_set_daemon(job->bar, 1));
  CHECK(thrum_timer_start(job->bar));
}

static void end_progress_bar(struct job* job) {
  CHECK(thrum_timer_cancel(job->bar));
  CHECK(thrum_timer_join(job->bar, THRUM_FOREVER));
  CHECK(thrum_timer_destroy(job->bar));
}

static int measure_file(void* arg, char* path, uint64_t bytes) {
  struct job* job = arg;
  free(path);
  job->measured_bytes += bytes;
  return !is_set(job->finished);
}

static void surveyor(void* arg) {
  struct job* job = arg;
  struct count* passed_over = count_create();
  walk_tree(job->root, measure_file, job, passed_over);
  count_destroy(passed_over);
  CHECK(thrum_lock_acquire(job->progress.lock, THRUM_FOREVER));
  job->progress.all_bytes = job->measured_bytes;
  CHECK(thrum_lock_release(job->progress.lock));
}

static int64_t open_files_bound(void) {
  const long bound = most_open_files();
  if (bound < 1) return 1;
  return bound < MOST_WORKERS ? bound : MOST_WORKERS;
}

struct part {
  struct count* counts;
  int number;
};

/* Merges one part of the words of all counts into the first of them. */
static void merge_part(void* arg) {
  const struct part* part = arg;
  struct table* total = &part->counts->words[part->number];
  for (struct count* count = part->counts->next; count != NULL; count = count->next) {
    table_merge(total, &count->words[part->number]);
  }
}

static void count_together(struct job* job, int workers) {
  thrum_pool_options options = THRUM_POOL_OPTIONS_INIT;
  thrum_pool pool;
  struct part parts[PARTS];
  options.thread_name_prefix = "worker";
  CHECK(thrum_pool_create(&pool, (size_t)workers, &options));
  CHECK(thrum_latch_create(&job->all_counted, workers + 1));
  const thrum_thread finder = start_thread("walker", THRUM_DAEMON_NO, walker, job);
  for (int i = 0; i < workers; i++) CHECK(thrum_pool_submit(pool, worker, job, NULL));
  CHECK(thrum_latch_wait(job->all_counted, THRUM_FOREVER));
  join_thread(finder);
  for (int i = 0; i < PARTS; i++) {
    parts[i] = (struct part){job->counts, i};
    CHECK(thrum_pool_submit(pool, merge_part, &parts[i], NULL));
  }
  CHECK(thrum_pool_shutdown(pool, 1, 0));
  merge_rest(job->counts);
  CHECK(thrum_latch_destroy(job->all_counted));
  CHECK(thrum_pool_destroy(pool));
}

static int count_in_turn(void* arg, char* path, uint64_t bytes) {
  struct job* job = arg;
  (void)bytes;
  count_file(job->counts, path, advance, job);
  add_progress(&job->progress, 1, 0);
  return !is_set(stop);
}

/* In this thread; thrum does no more than show the progress and tell of Ctrl-C. */
static void count_alone(struct job* job) {
  job->counts = count_create();
  walk_tree(job->root, count_in_turn, job, job->counts);
}

static void free_path(void* path, void* arg) {
  (void)arg;
  free(path);
}

static void job_create(struct job* job) {
  thrum_queue_options options = THRUM_QUEUE_OPTIONS_INIT;
  options.destroy = free_path;
  CHECK(thrum_queue_create(&job->paths, THRUM_QUEUE_FIFO, MOST_PATHS, &options));
  CHECK(thrum_semaphore_create_bounded(&job->open_files, open_files_bound()));
  CHECK(thrum_lock_create(&job->counts_lock));
  CHECK(thrum_lock_create(&job->progress.lock));
  CHECK(thrum_event_create(&job->finished));
}

static void job_destroy(struct job* job) {
  CHECK(thrum_event_destroy(job->finished));
  CHECK(thrum_lock_destroy(job->progress.lock));
  CHECK(thrum_lock_destroy(job->counts_lock));
  CHECK(thrum_semaphore_destroy(job->open_files));
  CHECK(thrum_queue_destroy(job->paths));
}

/* Counts with so many workers, with 0 in this thread alone. `all_bytes` is the size of the tree if known. */
static struct result run(const char* root, int workers, uint64_t all_bytes) {
  struct job job = {.root = root, .progress.all_bytes = all_bytes};
  thrum_thread measurer = {0};
  const int shown = has_terminal();
  job_create(&job);
  job.start = now();
  if (shown) start_progress_bar(&job);
  if (shown && all_bytes == 0) measurer = start_thread("surveyor", THRUM_DAEMON_YES, surveyor, &job);
  if (workers > 0) {
    count_together(&job, workers);
  } else {
    count_alone(&job);
  }
  const struct result result = {job.counts, now() - job.start};
  CHECK(thrum_event_set(job.finished));
  if (shown) end_progress_bar(&job);
  if (measurer.id != 0) join_thread(measurer);
  job_destroy(&job);
  return result;
}

/* ---------------------------------------------------------------------------------------- the program -- */

/* Counts in one thread, to compare the result, and together again, to compare the time with the files in the
 * system's cache for both. Returns 0 where the result is to be verified and is another. */
static int count_again(const struct options* options, const struct result* first, FILE* out) {
  int same = 1;
  if (!options->compare && !options->verify) return same;
  const struct result alone = run(options->root, 0, first->count->bytes);
  if (options->verify && !is_set(stop)) {
    same = count_equal(first->count, alone.count);
    fputs(same ? "verified: a sequential count gives the same\n"
               : "NOT VERIFIED: a sequential count gives another result; has the tree changed?\n",
          out);
  }
  if (options->compare && !is_set(stop)) {
    const struct result together = run(options->root, options->workers, first->count->bytes);
    if (!is_set(stop)) {
      fprintf(out, "compared, all in the cache: one thread %.2f s, %d workers %.2f s, %.2f times as fast\n",
              alone.seconds, options->workers, together.seconds, alone.seconds / together.seconds);
    }
    count_destroy(together.count);
  }
  count_destroy(alone.count);
  return same;
}

int main(int argc, char** argv) {
  CHECK(thrum_event_create(&stop));
  argv = begin_program(argv, interrupted);
  const struct options options = parse_arguments(argc > 0 ? argv + 1 : argv);
  FILE* const out = options.all_words ? stderr : stdout;
  if (!is_directory(options.root)) {
    fprintf(stderr, "wordcount: %s: %s\n", options.root, strerror(errno));
    return EXIT_USAGE;
  }
  fprintf(out, "counting the words under %s, threads: %d\n", options.root, options.workers);
  fflush(out);

  const struct result result = run(options.root, options.workers, 0);
  const int partial = is_set(stop);
  if (partial) fputs("INTERRUPTED: a partial result, of what had been counted by then\n", out);
  struct ranked* ranked = rank_words(result.count, options.all_words ? by_text : by_count);
  print_words(ranked, options.all_words ? SIZE_MAX : (size_t)options.top);
  print_summary(out, &result, ranked);
  print_failures(result.count);
  fflush(out);
  free(ranked);

  const int same = partial || count_again(&options, &result, out);
  if (is_set(stop) && !partial) fputs("interrupted; the result above is whole\n", out);
  count_destroy(result.count);
  if (fflush(stdout) != 0 || ferror(stdout)) die("standard output", "not all could be written");
  if (is_set(stop)) return EXIT_INTERRUPTED;
  return same ? EXIT_SUCCESS : EXIT_FAILURE;
}
