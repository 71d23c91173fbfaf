//! A lock with two conditions.

use crate::{at, boxed, destroy};
use std::ffi::c_void;
use std::time::Duration;

/// The functions of a lock that is held need it held by the calling thread.
pub trait Monitor {
    fn new() -> Self;
    fn acquire(&self);
    /// # Safety
    /// The calling thread has acquired it.
    unsafe fn release(&self);
    /// # Safety
    /// The calling thread has acquired it.
    unsafe fn wait(&self, side: usize);
    fn notify(&self, side: usize);
    fn notify_all(&self, side: usize);
    /// # Safety
    /// The calling thread has acquired it.
    unsafe fn time_out(&self, time: Duration);
}

#[repr(C)]
pub struct MonitorTable {
    size: usize,
    create: extern "C" fn() -> *mut c_void,
    destroy: unsafe extern "C" fn(*mut c_void),
    acquire: unsafe extern "C" fn(*mut c_void),
    release: unsafe extern "C" fn(*mut c_void),
    wait: unsafe extern "C" fn(*mut c_void, usize),
    notify: unsafe extern "C" fn(*mut c_void, usize),
    notify_all: unsafe extern "C" fn(*mut c_void, usize),
    time_out: unsafe extern "C" fn(*mut c_void, u64),
}

/// With the bytes of a lock and one condition.
pub const fn monitor_table<M: Monitor>(size: usize) -> MonitorTable {
    MonitorTable {
        size,
        create: create::<M>,
        destroy: destroy::<M>,
        acquire: acquire::<M>,
        release: release::<M>,
        wait: wait::<M>,
        notify: notify::<M>,
        notify_all: notify_all::<M>,
        time_out: time_out::<M>,
    }
}

extern "C" fn create<M: Monitor>() -> *mut c_void {
    boxed(M::new())
}
unsafe extern "C" fn acquire<M: Monitor>(monitor: *mut c_void) {
    at::<M>(monitor).acquire();
}
unsafe extern "C" fn release<M: Monitor>(monitor: *mut c_void) {
    at::<M>(monitor).release();
}
unsafe extern "C" fn wait<M: Monitor>(monitor: *mut c_void, side: usize) {
    at::<M>(monitor).wait(side);
}
unsafe extern "C" fn notify<M: Monitor>(monitor: *mut c_void, side: usize) {
    at::<M>(monitor).notify(side);
}
unsafe extern "C" fn notify_all<M: Monitor>(monitor: *mut c_void, side: usize) {
    at::<M>(monitor).notify_all(side);
}
unsafe extern "C" fn time_out<M: Monitor>(monitor: *mut c_void, nanoseconds: u64) {
    at::<M>(monitor).time_out(Duration::from_nanos(nanoseconds));
}
