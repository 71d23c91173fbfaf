/* bank.h - a bank with two mistakes, for docs/simulator.md. Compiled with BANK_FIXED it has none. */
#ifndef BANK_H
#define BANK_H

#include <thrum/thrum.h>

enum { ACCOUNTS = 2 };

struct account {
  thrum_lock lock;       /* guards the balance */
  thrum_event deposited; /* money has come since somebody waited for some */
  long balance;
};

struct bank {
  struct account accounts[ACCOUNTS];
};

/* Opens the bank with so much on each account. */
void bank_open(struct bank* bank, long balance);
void bank_close(struct bank* bank);

/* Moves the amount, which may leave less than nothing. */
void bank_transfer(struct bank* bank, int from, int to, long amount);

/* All the money there is. */
long bank_audit(struct bank* bank);

void bank_deposit(struct bank* bank, int to, long amount);

/* Takes the amount out, once it is there. */
void bank_withdraw(struct bank* bank, int from, long amount);

#endif
