/* exit_ways.c - ways for exit_program to end that Windows alone has. */
#include <windows.h>

#include <stdlib.h>
#include <wchar.h>

#include "process/exit_program.h"

static int leave_main(void) {
  prepare();
  launch(wait_for_main, NULL, THRUM_DAEMON_NO);
  say("end of main\n");
  ExitThread(0);
}

static void wait_for_main_and_exit(void* unused) {
  wait_for_main(unused);
  exit(8);
}

static int leave_main_to_thread(void) {
  prepare();
  launch(wait_for_main_and_exit, NULL, THRUM_DAEMON_NO);
  say("end of main\n");
  ExitThread(0);
}

static int exit_process(void) {
  prepare();
  start_waiting_for_ever(THRUM_DAEMON_NO);
  ExitProcess(6);
}

static int terminate_process(void) {
  prepare();
  start_waiting_for_ever(THRUM_DAEMON_NO);
  TerminateProcess(GetCurrentProcess(), 9);
  return 1;
}

/* What a library would do in its DllMain when a thread ends. */
static volatile LONG tells_ends;

static void NTAPI handle_thread(void* image, DWORD reason, void* unused) {
  (void)image;
  (void)unused;
  if (reason != DLL_THREAD_DETACH || InterlockedExchange(&tells_ends, 0) == 0) return;
  REQUIRE(thrum_event_wait(never, 0.02) == THRUM_TIMEOUT);
  say("destructor\n");
}

__attribute__((section(".CRT$XLY"), used)) static const PIMAGE_TLS_CALLBACK callback = handle_thread;

static void end_after_main(void* unused) {
  (void)unused;
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  InterlockedExchange(&tells_ends, 1);
}

static void say_end_of_process(void) { say("end of process\n"); }

static int thread_ends_during_exit(void) {
  prepare();
  at_the_very_end = say_end_of_process;
  launch(end_after_main, NULL, THRUM_DAEMON_NO);
  return 0;
}

static int name_main_at_first(void) {
  typedef HRESULT(WINAPI * getter)(HANDLE, PWSTR*);
  getter get =
      (getter)(void (*)(void))GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "GetThreadDescription");
  thrum_thread self = {0};
  PWSTR name = NULL;
  REQUIRE(thrum_main_thread(&self) == THRUM_OK);
  REQUIRE(thrum_thread_set_name(self, "director") == THRUM_OK);
  REQUIRE(thrum_get_ident() != 0);
  if (get == NULL) return 0;
  REQUIRE(get(GetCurrentThread(), &name) >= 0);
  REQUIRE(wcscmp(name, L"director") == 0);
  LocalFree(name);
  return 0;
}

const struct way ways_of_system[] = {
    WAY(leave_main),        WAY(leave_main_to_thread),    WAY(exit_process),
    WAY(terminate_process), WAY(thread_ends_during_exit), WAY(name_main_at_first),
    {NULL, NULL},
};
