//! The standard library's locks, conditions, barrier, threads and channels.

use crate::locks::{lock_table, rwlock_table, Lock, LockTable, RwLock, RwLockTable};
use crate::monitors::{monitor_table, Monitor, MonitorTable};
use crate::queues::{queue_table, Queue, QueueTable};
use crate::{at, boxed, destroy};
use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::mem::size_of;
use std::sync::mpsc::{channel, sync_channel, Receiver, Sender, SyncSender};
use std::sync::{Barrier, Condvar, Mutex, MutexGuard, RwLock as StdRwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A guard cannot be made of nothing, as C's release() would have it: it is kept beside the lock by who holds it.
struct Held {
    mutex: Mutex<()>,
    guard: UnsafeCell<Option<MutexGuard<'static, ()>>>,
}
unsafe impl Sync for Held {}

impl Held {
    /// # Safety
    /// The calling thread holds the lock.
    unsafe fn take(&self) -> MutexGuard<'static, ()> {
        (*self.guard.get()).take().unwrap()
    }
    fn keep(&self, guard: MutexGuard<'_, ()>) {
        // The guard lives in the object that it borrows, and goes before that does.
        unsafe { *self.guard.get() = Some(std::mem::transmute::<MutexGuard<'_, ()>, MutexGuard<'static, ()>>(guard)) }
    }
}

impl Lock for Held {
    fn new() -> Self {
        Held { mutex: Mutex::new(()), guard: UnsafeCell::new(None) }
    }
    fn acquire(&self) {
        self.keep(self.mutex.lock().unwrap());
    }
    unsafe fn release(&self) {
        drop(self.take());
    }
    fn pair(&self) {
        drop(std::hint::black_box(self.mutex.lock().unwrap()));
    }
}

impl RwLock for StdRwLock<()> {
    fn new() -> Self {
        StdRwLock::new(())
    }
    fn read(&self) {
        drop(std::hint::black_box(self.read().unwrap()));
    }
    fn write(&self) {
        drop(std::hint::black_box(self.write().unwrap()));
    }
}

struct Conditions {
    lock: Held,
    conditions: [Condvar; 2],
}

impl Monitor for Conditions {
    fn new() -> Self {
        Conditions { lock: Held::new(), conditions: [Condvar::new(), Condvar::new()] }
    }
    fn acquire(&self) {
        self.lock.acquire();
    }
    unsafe fn release(&self) {
        self.lock.release();
    }
    unsafe fn wait(&self, side: usize) {
        let guard = self.lock.take();
        self.lock.keep(self.conditions[side].wait(guard).unwrap());
    }
    fn notify(&self, side: usize) {
        self.conditions[side].notify_one();
    }
    fn notify_all(&self, side: usize) {
        self.conditions[side].notify_all();
    }
    unsafe fn time_out(&self, time: Duration) {
        let mut guard = self.lock.take();
        let deadline = Instant::now() + time;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            guard = self.conditions[0].wait_timeout(guard, left).unwrap().0;
        }
        self.lock.keep(guard);
    }
}

enum Ends {
    Bounded(SyncSender<usize>, Receiver<usize>),
    Unbounded(Sender<usize>, Receiver<usize>),
}

/// Which one thread at a time may get from.
struct Channel(Ends);
unsafe impl Sync for Channel {}

impl Queue for Channel {
    fn new(capacity: usize) -> Self {
        Channel(if capacity == 0 {
            let (sender, receiver) = channel();
            Ends::Unbounded(sender, receiver)
        } else {
            let (sender, receiver) = sync_channel(capacity);
            Ends::Bounded(sender, receiver)
        })
    }
    fn put(&self, item: usize) {
        match &self.0 {
            Ends::Bounded(sender, _) => sender.send(item).unwrap(),
            Ends::Unbounded(sender, _) => sender.send(item).unwrap(),
        }
    }
    fn get(&self) -> usize {
        match &self.0 {
            Ends::Bounded(_, receiver) => receiver.recv().unwrap(),
            Ends::Unbounded(_, receiver) => receiver.recv().unwrap(),
        }
    }
}

#[repr(C)]
pub struct BarrierTable {
    create: extern "C" fn(usize) -> *mut c_void,
    destroy: unsafe extern "C" fn(*mut c_void),
    wait: unsafe extern "C" fn(*mut c_void),
}

extern "C" fn create_barrier(parties: usize) -> *mut c_void {
    boxed(Barrier::new(parties))
}
unsafe extern "C" fn wait(barrier: *mut c_void) {
    at::<Barrier>(barrier).wait();
}

struct Argument(*mut c_void);
unsafe impl Send for Argument {}

#[repr(C)]
pub struct ThreadTable {
    start: extern "C" fn(extern "C" fn(*mut c_void), *mut c_void) -> *mut c_void,
    join: unsafe extern "C" fn(*mut c_void),
}

extern "C" fn start(body: extern "C" fn(*mut c_void), argument: *mut c_void) -> *mut c_void {
    let argument = Argument(argument);
    let thread = std::thread::spawn(move || {
        let argument = argument;
        body(argument.0)
    });
    Box::into_raw(Box::new(thread)).cast()
}
unsafe extern "C" fn join(thread: *mut c_void) {
    Box::from_raw(thread.cast::<JoinHandle<()>>()).join().unwrap();
}

#[no_mangle]
pub static peer_rust_lock: LockTable = lock_table::<Held>(size_of::<Mutex<()>>());
#[no_mangle]
pub static peer_rust_rwlock: RwLockTable = rwlock_table::<StdRwLock<()>>();
#[no_mangle]
pub static peer_rust_monitor: MonitorTable =
    monitor_table::<Conditions>(size_of::<Mutex<()>>() + size_of::<Condvar>());
#[no_mangle]
pub static peer_rust_queue: QueueTable = queue_table::<Channel>();
#[no_mangle]
pub static peer_rust_barrier: BarrierTable =
    BarrierTable { create: create_barrier, destroy: destroy::<Barrier>, wait };
#[no_mangle]
pub static peer_rust_thread: ThreadTable = ThreadTable { start, join };
