//! crossbeam's channels.

use crate::queues::{queue_table, Queue, QueueTable};
use crossbeam_channel::{bounded, unbounded, Receiver, Sender};

struct Channel {
    sender: Sender<usize>,
    receiver: Receiver<usize>,
}

impl Queue for Channel {
    fn new(capacity: usize) -> Self {
        let (sender, receiver) = if capacity == 0 { unbounded() } else { bounded(capacity) };
        Channel { sender, receiver }
    }
    fn put(&self, item: usize) {
        self.sender.send(item).unwrap();
    }
    fn get(&self) -> usize {
        self.receiver.recv().unwrap()
    }
}

#[no_mangle]
pub static peer_crossbeam_queue: QueueTable = queue_table::<Channel>();
