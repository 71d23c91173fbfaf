// thrum.hpp - all of thrum's classes; each also has a header of its own.
//
// The classes are laid out in the program, and do in line what is quick. So a program in C++ goes with a
// library that lays everything out as the headers do with which it was compiled, as a rule one of the same
// version: with another it does not link, and does not load. (One that uses thrum.h alone goes with all later
// ones.)
#ifndef THRUM_THRUM_HPP
#define THRUM_THRUM_HPP

#include "thrum/barrier.hpp"
#include "thrum/condition.hpp"
#include "thrum/error.hpp"
#include "thrum/event.hpp"
#include "thrum/future.hpp"
#include "thrum/hooks.hpp"
#include "thrum/latch.hpp"
#include "thrum/local.hpp"
#include "thrum/lock.hpp"
#include "thrum/once.hpp"
#include "thrum/queue.hpp"
#include "thrum/rlock.hpp"
#include "thrum/rwlock.hpp"
#include "thrum/semaphore.hpp"
#include "thrum/thread.hpp"
#include "thrum/thread_pool.hpp"
#include "thrum/timer.hpp"

#endif
