//! Locks and read-write locks.

use crate::{at, boxed, destroy};
use std::ffi::c_void;

pub trait Lock {
    fn new() -> Self;
    fn acquire(&self);
    /// # Safety
    /// The calling thread has acquired it.
    unsafe fn release(&self);
    /// As a program in Rust does it.
    fn pair(&self);
}

#[repr(C)]
pub struct LockTable {
    size: usize,
    create: extern "C" fn() -> *mut c_void,
    destroy: unsafe extern "C" fn(*mut c_void),
    acquire: unsafe extern "C" fn(*mut c_void),
    release: unsafe extern "C" fn(*mut c_void),
    pairs: unsafe extern "C" fn(*mut c_void, i64),
}

pub const fn lock_table<L: Lock>(size: usize) -> LockTable {
    LockTable {
        size,
        create: create_lock::<L>,
        destroy: destroy::<L>,
        acquire: acquire::<L>,
        release: release::<L>,
        pairs: pairs::<L>,
    }
}

extern "C" fn create_lock<L: Lock>() -> *mut c_void {
    boxed(L::new())
}
unsafe extern "C" fn acquire<L: Lock>(lock: *mut c_void) {
    at::<L>(lock).acquire();
}
unsafe extern "C" fn release<L: Lock>(lock: *mut c_void) {
    at::<L>(lock).release();
}
unsafe extern "C" fn pairs<L: Lock>(lock: *mut c_void, count: i64) {
    let lock = at::<L>(lock);
    for _ in 0..count {
        std::hint::black_box(lock).pair();
    }
}

pub trait RwLock {
    fn new() -> Self;
    /// Acquires and releases.
    fn read(&self);
    fn write(&self);
}

#[repr(C)]
pub struct RwLockTable {
    size: usize,
    create: extern "C" fn() -> *mut c_void,
    destroy: unsafe extern "C" fn(*mut c_void),
    reads: unsafe extern "C" fn(*mut c_void, i64),
    writes: unsafe extern "C" fn(*mut c_void, i64),
}

pub const fn rwlock_table<L: RwLock>() -> RwLockTable {
    RwLockTable {
        size: std::mem::size_of::<L>(),
        create: create_rwlock::<L>,
        destroy: destroy::<L>,
        reads: reads::<L>,
        writes: writes::<L>,
    }
}

extern "C" fn create_rwlock<L: RwLock>() -> *mut c_void {
    boxed(L::new())
}
unsafe extern "C" fn reads<L: RwLock>(lock: *mut c_void, count: i64) {
    let lock = at::<L>(lock);
    for _ in 0..count {
        std::hint::black_box(lock).read();
    }
}
unsafe extern "C" fn writes<L: RwLock>(lock: *mut c_void, count: i64) {
    let lock = at::<L>(lock);
    for _ in 0..count {
        std::hint::black_box(lock).write();
    }
}
