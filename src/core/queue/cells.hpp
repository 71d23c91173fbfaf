// core/queue/cells.hpp - the memory of rings, whose addresses are never returned to the system for handles.
//
// A call with a stale handle may still look at the cells of a ring that has gone, or has become another
// queue's. So they stay cells: arrays of each power of two are kept in a list of their own for the next
// queue of that size. Their pages go back to the system, all but the first and the last of an array, which
// others may share: what a stale call finds in a cell decides nothing. It writes to one only after it has
// changed tail or head, and these have not had its ticket since the queue's end (queue.hpp). A queue of C++
// has no stale callers, and its cells are freed with it.
#ifndef THRUM_CORE_QUEUE_CELLS_HPP
#define THRUM_CORE_QUEUE_CELLS_HPP

#include <cstddef>

#include "core/word/atomic.hpp"
#include "core/word/participant.hpp"

namespace thrum {

/// A place in a ring. Ticket t goes to cell t modulo the ring's size.
///
///   sequence   meaning                                       moved on by
///     2t       free for ticket t                             who has put it: 2t + 1
///     2t + 1   holds the item of ticket t                    who has got it: 2(t + size), free for the next
///     any      its queue has ended                           the next queue with this ring, as it begins: 2t
struct Cell {
  detail::Word sequence;
  detail::Word item;
};

namespace cells {

/// 2^bits cells, with anything in them, or null: no memory.
Cell* take(unsigned bits) noexcept;
/// Those of a queue whose life has ended, and where no put or get is under way: nobody writes to them.
void put_back(Cell* cells, unsigned bits) noexcept;

/// Around a fork it holds the lists' mutex.
extern const fork::Participant participant;

}  // namespace cells
}  // namespace thrum

#endif
