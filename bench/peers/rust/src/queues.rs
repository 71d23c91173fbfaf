//! Channels of one word for each item.

use crate::{at, boxed, destroy};
use std::ffi::c_void;

pub trait Queue {
    /// 0: without a bound.
    fn new(capacity: usize) -> Self;
    fn put(&self, item: usize);
    fn get(&self) -> usize;
}

#[repr(C)]
pub struct QueueTable {
    create: extern "C" fn(usize) -> *mut c_void,
    destroy: unsafe extern "C" fn(*mut c_void),
    put: unsafe extern "C" fn(*mut c_void, usize),
    get: unsafe extern "C" fn(*mut c_void) -> usize,
    pairs: unsafe extern "C" fn(*mut c_void, i64),
}

pub const fn queue_table<Q: Queue>() -> QueueTable {
    QueueTable {
        create: create::<Q>,
        destroy: destroy::<Q>,
        put: put::<Q>,
        get: get::<Q>,
        pairs: pairs::<Q>,
    }
}

extern "C" fn create<Q: Queue>(capacity: usize) -> *mut c_void {
    boxed(Q::new(capacity))
}
unsafe extern "C" fn put<Q: Queue>(queue: *mut c_void, item: usize) {
    at::<Q>(queue).put(item);
}
unsafe extern "C" fn get<Q: Queue>(queue: *mut c_void) -> usize {
    at::<Q>(queue).get()
}
unsafe extern "C" fn pairs<Q: Queue>(queue: *mut c_void, count: i64) {
    let queue = at::<Q>(queue);
    for _ in 0..count {
        queue.put(1);
        std::hint::black_box(queue.get());
    }
}
