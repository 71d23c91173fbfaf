#include "bank.h"

void bank_open(struct bank* bank, long balance) {
  int i;
  for (i = 0; i < ACCOUNTS; ++i) {
    thrum_lock_create(&bank->accounts[i].lock);
    thrum_event_create(&bank->accounts[i].deposited);
    bank->accounts[i].balance = balance;
  }
}

void bank_close(struct bank* bank) {
  int i;
  for (i = 0; i < ACCOUNTS; ++i) {
    thrum_event_destroy(bank->accounts[i].deposited);
    thrum_lock_destroy(bank->accounts[i].lock);
  }
}

void bank_transfer(struct bank* bank, int from, int to, long amount) {
  /* The account with the lower number is locked first, so that no two transfers wait for each other. */
  int first = from < to ? from : to;
  int second = from < to ? to : from;
  thrum_lock_acquire(bank->accounts[first].lock, THRUM_FOREVER);
  thrum_lock_acquire(bank->accounts[second].lock, THRUM_FOREVER);
  bank->accounts[from].balance -= amount;
  bank->accounts[to].balance += amount;
  thrum_event_set(bank->accounts[to].deposited);
  thrum_lock_release(bank->accounts[second].lock);
  thrum_lock_release(bank->accounts[first].lock);
}

long bank_audit(struct bank* bank) {
  long sum = 0;
  int i;
#ifdef BANK_FIXED
  for (i = 0; i < ACCOUNTS; ++i) thrum_lock_acquire(bank->accounts[i].lock, THRUM_FOREVER);
#else
  /* The first mistake: the other way round. */
  for (i = ACCOUNTS; i-- > 0;) thrum_lock_acquire(bank->accounts[i].lock, THRUM_FOREVER);
#endif
  for (i = 0; i < ACCOUNTS; ++i) sum += bank->accounts[i].balance;
  for (i = 0; i < ACCOUNTS; ++i) thrum_lock_release(bank->accounts[i].lock);
  return sum;
}

void bank_deposit(struct bank* bank, int to, long amount) {
  struct account* account = &bank->accounts[to];
  thrum_lock_acquire(account->lock, THRUM_FOREVER);
  account->balance += amount;
  thrum_event_set(account->deposited);
  thrum_lock_release(account->lock);
}

void bank_withdraw(struct bank* bank, int from, long amount) {
  struct account* account = &bank->accounts[from];
  thrum_lock_acquire(account->lock, THRUM_FOREVER);
  while (account->balance < amount) {
#ifdef BANK_FIXED
    thrum_event_clear(account->deposited);
    thrum_lock_release(account->lock);
#else
    /* The second mistake: a deposit that comes between these two is forgotten. */
    thrum_lock_release(account->lock);
    thrum_event_clear(account->deposited);
#endif
    thrum_event_wait(account->deposited, THRUM_FOREVER);
    thrum_lock_acquire(account->lock, THRUM_FOREVER);
  }
  account->balance -= amount;
  thrum_lock_release(account->lock);
}
