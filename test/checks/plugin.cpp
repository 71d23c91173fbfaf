// plugin.cpp - of which plugins.py makes a program and its plug-ins: each throws all that thrum's headers
// throw, and catches by its type what another one has thrown.
//
// THROWN(do) is do(name) for the name of each such class.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <thrum/thrum.hpp>
#include <type_traits>

namespace {

struct Module {
  void (*raise)(int which);
  bool (*catches)(int which, void (*raise)(int which));
  const std::error_category& (*category)();
  void (*set_hooks)(void (*except)());
  bool (*has_hooks)();
};

template <class Class>
[[noreturn]] void raise_one() {
  if constexpr (std::is_constructible_v<Class, thrum_status>) {
    throw Class(THRUM_E_VALUE);
  } else {
    throw Class();
  }
}

template <class Class>
bool catches_one(int which, void (*raise)(int)) {
  try {
    raise(which);
  } catch (const Class&) {
    return true;
  } catch (...) {
    return false;
  }
  return false;
}

#define RAISE(name) &raise_one<thrum::name>,
#define CATCHES(name) &catches_one<thrum::name>,
#define NAME(name) #name,
void (*const raises[])() = {THROWN(RAISE)};
bool (*const catches[])(int, void (*)(int)) = {THROWN(CATCHES)};
[[maybe_unused]] const char* const names[] = {THROWN(NAME)};

const Module own = {
    [](int which) { raises[which](); },
    [](int which, void (*raise)(int)) { return catches[which](which, raise); },
    thrum::category,
    [](void (*except)()) {
      thrum::set_excepthook([except](const thrum::ExceptHookArgs&) { except(); });
      thrum::ThreadHooks hooks;
      hooks.start = except;
      thrum::set_thread_hooks(hooks);
    },
    [] {
      const bool has = thrum::get_thread_hooks().start != nullptr;
      const thrum::ExceptHook hook = thrum::set_excepthook(nullptr);
      if (hook) hook({});
      return has;
    },
};

}  // namespace

#if defined(PLUGIN)

extern "C" __attribute__((visibility("default"))) const Module* module();
const Module* module() { return &own; }

#else

namespace {

int faults = 0;
int hooks_called = 0;

void check(bool holds, const char* what, const char* of) {
  if (holds) return;
  std::printf("%s: %s\n", of, what);
  ++faults;
}

const Module& load(const char* path) {
  void* plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr) {
    std::puts(dlerror());
    std::exit(1);
  }
  return *reinterpret_cast<const Module* (*)()>(dlsym(plugin, "module"))();
}

void compare(const Module& a, const Module& b, const char* of) {
  for (int which = 0; which < static_cast<int>(std::size(raises)); ++which) {
    check(a.catches(which, b.raise), names[which], of);
  }
  check(a.category() == b.category(), "another category", of);
  hooks_called = 0;
  a.set_hooks([] { ++hooks_called; });
  check(b.has_hooks(), "other hooks", of);
  check(hooks_called == 1, "another excepthook", of);
}

}  // namespace

int main(int, char** arguments) {
  const Module& first = load(arguments[1]);
  const Module& second = load(arguments[2]);
  compare(own, first, "the program of a plug-in's");
  compare(first, own, "a plug-in of the program's");
  compare(first, second, "a plug-in of another's");
  if (faults == 0) std::puts("well");
  return faults;
}

#endif
