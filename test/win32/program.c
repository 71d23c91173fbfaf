/* program.c - support/program.h on Windows. */
#include "support/program.h"

#include <windows.h>

#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/require.h"

struct foreign {
  HANDLE thread;
  void (*function)(void*);
  void* arg;
};

static int write_to(DWORD where, const char* text) {
  const DWORD length = (DWORD)strlen(text);
  DWORD written = 0;
  return WriteFile(GetStdHandle(where), text, length, &written, NULL) != 0 && written == length;
}

void require(int holds, int line, const char* condition) {
  char text[512];
  if (holds) return;
  sprintf(text, "line %d: %.400s\n", line, condition);
  complain(text);
  leave_at_once(99);
}

void say(const char* text) { REQUIRE(write_to(STD_OUTPUT_HANDLE, text)); }

void complain(const char* text) { write_to(STD_ERROR_HANDLE, text); }

void leave_at_once(int status) { _exit(status); }

static unsigned __stdcall run(void* arg) {
  const struct foreign* foreign = arg;
  foreign->function(foreign->arg);
  return 0;
}

void* start_foreign(void (*function)(void*), void* arg) {
  struct foreign* foreign = malloc(sizeof *foreign);
  REQUIRE(foreign != NULL);
  foreign->function = function;
  foreign->arg = arg;
  foreign->thread = (HANDLE)_beginthreadex(NULL, 0, run, foreign, 0, NULL);
  REQUIRE(foreign->thread != NULL);
  return foreign;
}

void join_foreign(void* thread) {
  struct foreign* foreign = thread;
  REQUIRE(WaitForSingleObject(foreign->thread, INFINITE) == WAIT_OBJECT_0);
  CloseHandle(foreign->thread);
  free(foreign);
}

void let_others_run(void) { SwitchToThread(); }

uint64_t number_of_thread(void) { return GetCurrentThreadId(); }

double seconds(void) {
  LARGE_INTEGER frequency;
  LARGE_INTEGER counter;
  QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&counter);
  return (double)counter.QuadPart / (double)frequency.QuadPart;
}
