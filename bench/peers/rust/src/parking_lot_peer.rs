//! parking_lot's locks and conditions.

use crate::locks::{lock_table, rwlock_table, Lock, LockTable, RwLock, RwLockTable};
use crate::monitors::{monitor_table, Monitor, MonitorTable};
use std::mem::{forget, size_of};
use std::time::{Duration, Instant};

impl Lock for parking_lot::Mutex<()> {
    fn new() -> Self {
        parking_lot::Mutex::new(())
    }
    fn acquire(&self) {
        forget(self.lock());
    }
    unsafe fn release(&self) {
        self.force_unlock();
    }
    fn pair(&self) {
        drop(std::hint::black_box(self.lock()));
    }
}

impl Lock for parking_lot::ReentrantMutex<()> {
    fn new() -> Self {
        parking_lot::ReentrantMutex::new(())
    }
    fn acquire(&self) {
        forget(self.lock());
    }
    unsafe fn release(&self) {
        self.force_unlock();
    }
    fn pair(&self) {
        drop(std::hint::black_box(self.lock()));
    }
}

impl RwLock for parking_lot::RwLock<()> {
    fn new() -> Self {
        parking_lot::RwLock::new(())
    }
    fn read(&self) {
        drop(std::hint::black_box(self.read()));
    }
    fn write(&self) {
        drop(std::hint::black_box(self.write()));
    }
}

struct Conditions {
    mutex: parking_lot::Mutex<()>,
    conditions: [parking_lot::Condvar; 2],
}

impl Monitor for Conditions {
    fn new() -> Self {
        Conditions {
            mutex: parking_lot::Mutex::new(()),
            conditions: [parking_lot::Condvar::new(), parking_lot::Condvar::new()],
        }
    }
    fn acquire(&self) {
        forget(self.mutex.lock());
    }
    unsafe fn release(&self) {
        self.mutex.force_unlock();
    }
    unsafe fn wait(&self, side: usize) {
        let mut guard = self.mutex.make_guard_unchecked();
        self.conditions[side].wait(&mut guard);
        forget(guard);
    }
    fn notify(&self, side: usize) {
        self.conditions[side].notify_one();
    }
    fn notify_all(&self, side: usize) {
        self.conditions[side].notify_all();
    }
    unsafe fn time_out(&self, time: Duration) {
        let mut guard = self.mutex.make_guard_unchecked();
        let deadline = Instant::now() + time;
        while !self.conditions[0].wait_until(&mut guard, deadline).timed_out() {}
        forget(guard);
    }
}

#[no_mangle]
pub static peer_parking_lot_lock: LockTable =
    lock_table::<parking_lot::Mutex<()>>(size_of::<parking_lot::Mutex<()>>());
#[no_mangle]
pub static peer_parking_lot_rlock: LockTable =
    lock_table::<parking_lot::ReentrantMutex<()>>(size_of::<parking_lot::ReentrantMutex<()>>());
#[no_mangle]
pub static peer_parking_lot_rwlock: RwLockTable = rwlock_table::<parking_lot::RwLock<()>>();
#[no_mangle]
pub static peer_parking_lot_monitor: MonitorTable = monitor_table::<Conditions>(
    size_of::<parking_lot::Mutex<()>>() + size_of::<parking_lot::Condvar>(),
);
