/* stress.c - a day at the bank, as long as is asked for: `stress SECONDS`. Two tellers make a transfer every
 * millisecond or so, money is paid in and taken out as often, and once a second all of it is counted. */
#include <stdio.h>
#include <stdlib.h>

#include "bank.h"

static struct bank bank;
static thrum_event closing;

/* Waits a moment; 0 once the bank is closing. */
static int moment(double seconds) { return thrum_event_wait(closing, seconds) == THRUM_TIMEOUT; }

static void tell(void* arg) {
  long* transfers = arg;
  for (*transfers = 0; moment(0.001); ++*transfers)
    bank_transfer(&bank, (int)(*transfers % 2), 1 - (int)(*transfers % 2), 10);
}

static void pay_in(void* arg) {
  (void)arg;
  while (moment(0.001)) bank_deposit(&bank, 0, 5);
  /* Enough for whoever still waits, wherever the tellers have left off. */
  bank_deposit(&bank, 0, 100);
}

static void take_out(void* arg) {
  (void)arg;
  while (moment(0.001)) bank_withdraw(&bank, 0, 5);
}

int main(int argc, char** argv) {
  static long transfers[2];
  void (*const targets[4])(void*) = {tell, tell, pay_in, take_out};
  thrum_thread threads[4];
  int seconds = argc > 1 ? atoi(argv[1]) : 60;
  int i;
  thrum_event_create(&closing);
  bank_open(&bank, 0);
  for (i = 0; i < 4; ++i) {
    thrum_thread_create(&threads[i], NULL, targets[i], i < 2 ? &transfers[i] : NULL);
    thrum_thread_start(threads[i]);
  }
  for (i = 0; i < seconds; ++i) {
    thrum_event_wait(closing, 1.0);
    bank_audit(&bank);
  }
  thrum_event_set(closing);
  for (i = 0; i < 4; ++i) thrum_thread_join(threads[i], THRUM_FOREVER);
  for (i = 0; i < 4; ++i) thrum_thread_destroy(threads[i]);
  printf("%d seconds, %ld transfers, nothing wrong\n", seconds, transfers[0] + transfers[1]);
  bank_close(&bank);
  thrum_event_destroy(closing);
  return 0;
}
