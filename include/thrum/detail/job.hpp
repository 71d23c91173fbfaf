// detail/job.hpp - a task of a pool, and what comes of it.
#ifndef THRUM_DETAIL_JOB_HPP
#define THRUM_DETAIL_JOB_HPP

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "thrum/detail/core.hpp"

namespace thrum::detail {

/// What a task has returned or thrown, and what the library keeps beside it.
template <class T>
struct Outcome : FutureState {
  using Stored = std::conditional_t<
      std::is_void_v<T>, std::tuple<>,
      std::conditional_t<std::is_reference_v<T>, std::add_pointer_t<std::remove_reference_t<T>>, T>>;
  std::optional<Stored> value;
  std::exception_ptr exception;
};

/// A task: a callable and its arguments, and room for its outcome, in one block. The callable goes once it
/// has been called, or will not be; the block with the last future.
template <class T, class Function, class... Args>
class Job final : public Outcome<T> {
 public:
  template <class F, class... A>
  explicit Job(F&& function, A&&... args)
      : call_(std::in_place, std::forward<F>(function), std::forward<A>(args)...) {
    this->references.bits = 2;  // the task's and the future's
    this->slow_to_dispose = !std::is_trivially_destructible_v<typename Outcome<T>::Stored>;
    this->dispose = [](FutureState& job) noexcept { delete static_cast<Job*>(&job); };
    this->discard = [](FutureState& job) noexcept { static_cast<Job&>(job).call_.reset(); };
  }

  static void run(void* arg) {
    auto& job = *static_cast<Job*>(arg);
    const Finally finally{job.call_};
    try {
      const auto invoke = [&job]() -> T {
        return std::apply([](auto&... parts) -> T { return std::invoke(std::move(parts)...); }, *job.call_);
      };
      if constexpr (std::is_void_v<T>) {
        invoke();
        job.value.emplace();
      } else if constexpr (std::is_reference_v<T>) {
        auto&& referred = invoke();
        job.value.emplace(std::addressof(referred));
      } else {
        job.value.emplace(invoke());
      }
    } catch (...) {
      job.exception = std::current_exception();
      // What is no exception of C++ is pthread_exit or cancellation, which must reach the end of the stack.
      if (job.exception == nullptr) throw;
      job.slow_to_dispose = true;
    }
  }

 private:
  using Call = std::optional<std::tuple<Function, Args...>>;
  struct Finally {
    Call& call;
    ~Finally() { call.reset(); }
  };

  Call call_;
};

}  // namespace thrum::detail

#endif
