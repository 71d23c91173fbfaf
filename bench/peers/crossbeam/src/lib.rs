//! crossbeam's bounded channel of one word for each item, as functions of C.

use crossbeam_channel::{bounded, Receiver, Sender};

pub struct Channel {
    sender: Sender<usize>,
    receiver: Receiver<usize>,
}

#[no_mangle]
pub extern "C" fn peer_crossbeam_create(capacity: usize) -> *mut Channel {
    let (sender, receiver) = bounded(capacity);
    Box::into_raw(Box::new(Channel { sender, receiver }))
}

/// # Safety
/// `channel` comes from peer_crossbeam_create, and nobody uses it any more.
#[no_mangle]
pub unsafe extern "C" fn peer_crossbeam_destroy(channel: *mut Channel) {
    drop(Box::from_raw(channel));
}

/// 0: sent.
///
/// # Safety
/// `channel` comes from peer_crossbeam_create and has not been destroyed.
#[no_mangle]
pub unsafe extern "C" fn peer_crossbeam_put(channel: *const Channel, item: usize) -> i32 {
    i32::from((*channel).sender.send(item).is_err())
}

/// 0: received.
///
/// # Safety
/// `channel` comes from peer_crossbeam_create and has not been destroyed.
#[no_mangle]
pub unsafe extern "C" fn peer_crossbeam_get(channel: *const Channel, item: *mut usize) -> i32 {
    match (*channel).receiver.recv() {
        Ok(received) => {
            *item = received;
            0
        }
        Err(_) => 1,
    }
}
