// explorer/signals.cpp - what would end the process ends a run.
#include "explorer/signals.hpp"

#include <cstring>

#include "engine/image.hpp"
#include "explorer/explorer.hpp"

namespace thrum::sim {

namespace {

void crash(int signal, siginfo_t* info, void* /*context*/) {
  if (signal == SIGSEGV && Image::active()->admit(info->si_addr)) return;
  if (signal == SIGSEGV) Explorer::active()->skip_object();
  char message[64];
  std::strcpy(message, signal == SIGABRT ? "abort was called: " : "the signal ");
  std::strcat(message, sigdescr_np(signal));
  Explorer::active()->finish(signal == SIGABRT ? THRUM_SIM_FAILURE : THRUM_SIM_CRASH, message);
}

}  // namespace

Signals::Signals() noexcept {
  stack_t stack{};
  stack.ss_size = sizeof stack_;
  stack.ss_sp = stack_;
  sigaltstack(&stack, &stack_before_);
  struct sigaction action {};
  action.sa_sigaction = crash;
  // Not blocked in the handler, which need not come back.
  action.sa_flags = SA_ONSTACK | SA_NODEFER | SA_SIGINFO;
  for (std::size_t i = 0; i < kCount; ++i) sigaction(kSignals[i], &action, &before_[i]);
}

Signals::~Signals() {
  for (std::size_t i = 0; i < kCount; ++i) sigaction(kSignals[i], &before_[i], nullptr);
  if (stack_before_.ss_sp == nullptr) stack_before_.ss_flags = SS_DISABLE;
  sigaltstack(&stack_before_, nullptr);
}

}  // namespace thrum::sim
