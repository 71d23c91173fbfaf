/* ordered_tasks.c - orders plain memory by the queues, threads and tasks of thrum. With an argument it has a
 * race, which has to be reported. */
#include "ordered.h"

/* -------------------------------------------------------------------------------------- queues -- */

static thrum_queue queue;
static int queue_kind;
static int64_t queue_size;
static int compare(const void* a, const void* b, void* arg) {
  (void)arg;
  return (int)(*(const long*)a - *(const long*)b);
}
static void make_queue(void) {
  thrum_queue_options options = THRUM_QUEUE_OPTIONS_INIT;
  options.compare = compare;
  check(thrum_queue_create(&queue, queue_kind, queue_size, &options));
}
static void end_queue(void) { check(thrum_queue_destroy(queue)); }
static void put_one(void) {
  long* item = malloc(sizeof *item);
  if (item == NULL) _Exit(2);
  *item = ++value;
  check(thrum_queue_put(queue, item, THRUM_FOREVER));
}
static void get_one(void) {
  void* item = NULL;
  check(thrum_queue_get(queue, &item, THRUM_FOREVER));
  value += *(long*)item;
  free(item);
}
static void put_three(void) {
  int i;
  for (i = 0; i < 3; ++i) {
    long* item = malloc(sizeof *item);
    if (item == NULL) _Exit(2);
    *item = i;
    check(thrum_queue_put(queue, item, THRUM_FOREVER));
  }
}
static void get_three(void) {
  int i;
  for (i = 0; i < 3; ++i) {
    void* item = NULL;
    check(thrum_queue_get(queue, &item, THRUM_FOREVER));
    ++*(long*)item;
    free(item);
  }
}
static void make_queue_with_task(void) {
  make_queue();
  put_one();
}
static void get_and_tell(void) {
  get_one();
  check(thrum_queue_task_done(queue));
}
static void join_and_add(void) {
  check(thrum_queue_join(queue, THRUM_FOREVER));
  ++value;
}

/* ----------------------------------------------------------------------- threads and their tasks -- */

static void add(void* arg) { ++*(long*)arg; }
static void add_after(thrum_future future, void* arg) {
  (void)future;
  ++*(long*)arg;
}

static void try_threads(void) {
  int alive = 1;
  thrum_thread thread;
  ++value;
  check(thrum_thread_create(&thread, NULL, add, &value));
  ++value;
  check(thrum_thread_start(thread));
  check(thrum_thread_join(thread, THRUM_FOREVER));
  ++value;
  check(thrum_thread_destroy(thread));
  check(thrum_thread_create(&thread, NULL, add, &value));
  check(thrum_thread_start(thread));
  while (alive) check(thrum_thread_is_alive(thread, &alive));
  ++value;
  check(thrum_thread_destroy(thread));
}

static void try_timers(void) {
  thrum_timer timer;
  ++value;
  check(thrum_timer_create(&timer, 0, add, &value));
  check(thrum_timer_start(timer));
  check(thrum_timer_join(timer, THRUM_FOREVER));
  ++value;
  check(thrum_timer_destroy(timer));
}

static void try_pools(void) {
  int is_done = 0;
  long after;
  thrum_pool pool;
  thrum_future future;
  check(thrum_pool_create(&pool, 2, NULL));
  ++value;
  check(thrum_pool_submit(pool, add, &value, &future));
  check(thrum_future_wait(future, THRUM_FOREVER));
  ++value;
  check(thrum_future_destroy(future));
  check(thrum_pool_submit(pool, add, &value, &future));
  while (!is_done) check(thrum_future_done(future, &is_done));
  ++value;
  after = 0;
  check(thrum_future_add_done_callback(future, add_after, &after));
  check(thrum_future_destroy(future));
  check(thrum_pool_submit(pool, add, &value, &future));
  check(thrum_future_add_done_callback(future, add_after, &value));
  check(thrum_future_destroy(future));
  check(thrum_pool_shutdown(pool, 1, 0));
  ++value;
  check(thrum_pool_destroy(pool));
}

static void add_and_free(void* item) {
  ++*(long*)item;
  free(item);
}
static thrum_local local;
static void make_local(void) { check(thrum_local_create(&local, add_and_free)); }
static void set_local(void) {
  int i;
  for (i = 0; i < 3; ++i) {
    void* old = NULL;
    long* item = malloc(sizeof *item);
    if (item == NULL) _Exit(2);
    *item = i;
    check(thrum_local_get(local, &old));
    check(thrum_local_set(local, item));
    free(old);
  }
}
static void end_local(void) { check(thrum_local_destroy(local)); }

static thrum_lock lock;
static long begun;
static void hook(void* arg) {
  check(thrum_lock_acquire(lock, THRUM_FOREVER));
  ++*(long*)arg;
  check(thrum_lock_release(lock));
}
static void try_hooks(void) {
  thrum_thread_hooks hooks = THRUM_THREAD_HOOKS_INIT;
  check(thrum_lock_create(&lock));
  ++begun;
  hooks.start = hook;
  hooks.exit = hook;
  hooks.arg = &begun;
  check(thrum_set_thread_hooks(&hooks));
  try_threads();
  check(thrum_set_thread_hooks(NULL));
  check(thrum_lock_acquire(lock, THRUM_FOREVER));
  ++begun;
  check(thrum_lock_release(lock));
}

static void register_add(void) {
  static long registered;
  ++registered;
  check(thrum_register_atexit(add, &registered));
}

static void add_racing(void) { ++value; }
static void nothing(void) {}

int main(int argc, char** argv) {
  int round;
  (void)argv;
  if (argc > 1) {
    try_both(nothing, add_racing, add_racing, nothing, IN_TURN);
    return 0;
  }
  for (queue_kind = THRUM_QUEUE_FIFO; queue_kind <= THRUM_QUEUE_SIMPLE; ++queue_kind) {
    for (queue_size = 0; queue_size < 3; ++queue_size) {
      if (queue_kind == THRUM_QUEUE_SIMPLE && queue_size != 0) continue;
      try_both(make_queue, put_one, get_one, end_queue, EITHER);
      try_both(make_queue, put_three, get_three, end_queue, MEET);
      if (queue_kind != THRUM_QUEUE_SIMPLE)
        try_both(make_queue_with_task, get_and_tell, join_and_add, end_queue, EITHER);
    }
  }
  try_both(make_local, set_local, set_local, end_local, EITHER);
  try_both(make_local, set_local, end_local, nothing, IN_TURN);
  try_both(nothing, register_add, nothing, nothing, EITHER);
  for (round = 0; round < ROUNDS; ++round) {
    try_threads();
    try_timers();
    try_pools();
  }
  try_hooks();
  check(thrum_shutdown());
  puts("well");
  return 0;
}
