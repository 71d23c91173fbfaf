//! rayon's pool.

use crate::{at, boxed, destroy};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::ffi::c_void;

#[repr(C)]
pub struct PoolTable {
    create: extern "C" fn(usize) -> *mut c_void,
    destroy: unsafe extern "C" fn(*mut c_void),
    run: unsafe extern "C" fn(*mut c_void, i64),
    round_trip: unsafe extern "C" fn(*mut c_void),
}

extern "C" fn create(workers: usize) -> *mut c_void {
    boxed(ThreadPoolBuilder::new().num_threads(workers).build().unwrap())
}
/// From outside of the pool, whose threads are all for the tasks then.
unsafe extern "C" fn run(pool: *mut c_void, count: i64) {
    at::<ThreadPool>(pool).in_place_scope(|scope| {
        for _ in 0..count {
            scope.spawn(|_| {});
        }
    });
}
unsafe extern "C" fn round_trip(pool: *mut c_void) {
    at::<ThreadPool>(pool).install(|| {});
}

#[no_mangle]
pub static peer_rayon_pool: PoolTable = PoolTable { create, destroy: destroy::<ThreadPool>, run, round_trip };
