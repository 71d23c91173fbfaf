// semaphore.cpp - a unit given and taken by one thread, and units that two threads give each other.
#include "thrum/semaphore.hpp"

#include <semaphore.h>

#include <semaphore>

#include "team.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

class alignas(cache_line) HandleSemaphore {
 public:
  static constexpr Column column = Column::thrum_c;
  HandleSemaphore() { require(thrum_semaphore_create(&semaphore_, 0), "thrum_semaphore_create"); }
  HandleSemaphore(const HandleSemaphore&) = delete;
  HandleSemaphore& operator=(const HandleSemaphore&) = delete;
  ~HandleSemaphore() { require(thrum_semaphore_destroy(semaphore_), "thrum_semaphore_destroy"); }
  void acquire() { require(thrum_semaphore_acquire(semaphore_, THRUM_FOREVER), "thrum_semaphore_acquire"); }
  void release() { require(thrum_semaphore_release(semaphore_, 1), "thrum_semaphore_release"); }

 private:
  thrum_semaphore semaphore_;
};

class alignas(cache_line) ClassSemaphore {
 public:
  static constexpr Column column = Column::thrum_cpp;
  void acquire() { semaphore_.acquire(); }
  void release() { semaphore_.release(); }

 private:
  thrum::Semaphore semaphore_{0};
};

class alignas(cache_line) PosixSemaphore {
 public:
  static constexpr Column column = Column::glibc;
  PosixSemaphore() { require(sem_init(&semaphore_, 0, 0), "sem_init"); }
  PosixSemaphore(const PosixSemaphore&) = delete;
  PosixSemaphore& operator=(const PosixSemaphore&) = delete;
  ~PosixSemaphore() { require(sem_destroy(&semaphore_), "sem_destroy"); }
  void acquire() { require(sem_wait(&semaphore_), "sem_wait"); }
  void release() { require(sem_post(&semaphore_), "sem_post"); }

 private:
  sem_t semaphore_;
};

class alignas(cache_line) StandardSemaphore {
 public:
  static constexpr Column column = Column::standard;
  void acquire() { semaphore_.acquire(); }
  void release() { semaphore_.release(); }

 private:
  std::counting_semaphore<> semaphore_{0};
};

template <class Semaphore>
struct Both {
  static constexpr Column column = Semaphore::column;
  Semaphore ping;
  Semaphore pong;
};

Workload ping_pong(const char* name, Placement placement) {
  return of_trips<Both<HandleSemaphore>, Both<ClassSemaphore>, Both<PosixSemaphore>, Both<StandardSemaphore>>(
      name, [placement](auto& semaphores, Nanoseconds budget) {
        return round_trips(
            placement, budget,
            [&] {
              semaphores.ping.release();
              semaphores.pong.acquire();
            },
            [&] { semaphores.ping.acquire(); }, [&] { semaphores.pong.release(); });
      });
}

}  // namespace

void add_semaphore_workloads(std::vector<Workload>& workloads) {
  workloads.push_back(of_calls<HandleSemaphore, ClassSemaphore, PosixSemaphore, StandardSemaphore>(
      "semaphore/free", [](auto& semaphore, Nanoseconds budget) {
        return repeat_for(budget, batch_of_calls, [&] {
          semaphore.release();
          semaphore.acquire();
        });
      }));
  workloads.push_back(ping_pong("semaphore/ping-pong/one-cpu", Placement::one_cpu));
  if (processors().size() > 1) {
    workloads.push_back(ping_pong("semaphore/ping-pong/two-cpus", Placement::two_cpus));
  }
}

}  // namespace bench
