//! Rust's standard library, parking_lot, crossbeam and rayon behind functions of C.
//!
//! What the benchmarks call is in tables, one for each kind of object and library: see peers/rust.hpp, which has the
//! same structures. A loop that a Rust program would have in line is here too, as `pairs`.

#![allow(non_upper_case_globals)] // they are named as functions of C are

mod crossbeam;
mod locks;
mod monitors;
mod parking_lot_peer;
mod programs;
mod queues;
mod rayon_peer;
mod standard;

use std::ffi::c_void;

/// An object on the heap, in cache lines of its own.
#[repr(align(128))]
struct Apart<T>(T);

fn boxed<T>(value: T) -> *mut c_void {
    Box::into_raw(Box::new(Apart(value))).cast()
}

/// # Safety
/// `object` comes from boxed::<T>, and nobody uses it any more.
unsafe extern "C" fn destroy<T>(object: *mut c_void) {
    drop(Box::from_raw(object.cast::<Apart<T>>()));
}

/// # Safety
/// `object` comes from boxed::<T> and has not been destroyed.
unsafe fn at<'a, T>(object: *mut c_void) -> &'a T {
    &(*object.cast::<Apart<T>>()).0
}
