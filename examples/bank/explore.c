/* explore.c - the same bank in every order: two threads, a call each. */
#include <stdio.h>
#include <thrum/sim.h>

#include "bank.h"

static struct bank bank;

static void transfer(void* arg) {
  (void)arg;
  bank_transfer(&bank, 0, 1, 10);
}

static void deposit(void* arg) {
  (void)arg;
  bank_deposit(&bank, 0, 5);
}

/* Runs a function in a thread of its own. */
static thrum_thread start(void (*target)(void*)) {
  thrum_thread thread;
  thrum_thread_create(&thread, NULL, target, NULL);
  thrum_thread_start(thread);
  return thread;
}

static void finish(thrum_thread thread) {
  thrum_thread_join(thread, THRUM_FOREVER);
  thrum_thread_destroy(thread);
}

static void test_audit(void* arg) {
  thrum_thread teller;
  (void)arg;
  bank_open(&bank, 100);
  teller = start(transfer);
  THRUM_SIM_ASSERT(bank_audit(&bank) == 200);
  finish(teller);
  bank_close(&bank);
}

static void test_withdrawal(void* arg) {
  thrum_thread customer;
  (void)arg;
  bank_open(&bank, 0);
  customer = start(deposit);
  bank_withdraw(&bank, 0, 5);
  THRUM_SIM_ASSERT(bank.accounts[0].balance == 0);
  finish(customer);
  bank_close(&bank);
}

/* 1 if there is a fault. */
static int explore(const char* name, void (*test)(void*)) {
  thrum_sim_report report;
  if (thrum_sim_explore(NULL, test, NULL, &report) != THRUM_OK) return 1;
  printf("%s: %s", name, report.text);
  return report.outcome != THRUM_SIM_CLEAN;
}

int main(void) {
  int faults = explore("audit", test_audit);
  faults += explore("withdrawal", test_withdrawal);
  return faults;
}
