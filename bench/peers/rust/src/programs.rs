//! parking_lot's read-write lock, held by code of C++.

use crate::{at, boxed, destroy};
use parking_lot::RwLock;
use std::ffi::c_void;
use std::mem::forget;

#[repr(C)]
pub struct HeldRwLockTable {
    create: extern "C" fn() -> *mut c_void,
    destroy: unsafe extern "C" fn(*mut c_void),
    acquire_read: unsafe extern "C" fn(*mut c_void),
    release_read: unsafe extern "C" fn(*mut c_void),
    acquire_write: unsafe extern "C" fn(*mut c_void),
    release_write: unsafe extern "C" fn(*mut c_void),
}

extern "C" fn create() -> *mut c_void {
    boxed(RwLock::new(()))
}
unsafe extern "C" fn acquire_read(lock: *mut c_void) {
    forget(at::<RwLock<()>>(lock).read());
}
unsafe extern "C" fn release_read(lock: *mut c_void) {
    at::<RwLock<()>>(lock).force_unlock_read();
}
unsafe extern "C" fn acquire_write(lock: *mut c_void) {
    forget(at::<RwLock<()>>(lock).write());
}
unsafe extern "C" fn release_write(lock: *mut c_void) {
    at::<RwLock<()>>(lock).force_unlock_write();
}

#[no_mangle]
pub static peer_parking_lot_held_rwlock: HeldRwLockTable = HeldRwLockTable {
    create,
    destroy: destroy::<RwLock<()>>,
    acquire_read,
    release_read,
    acquire_write,
    release_write,
};
