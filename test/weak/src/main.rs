// main.rs - the pairs of docs/words.md that are on more than one word, and the token, with the memory orders that the
// sources have; and the same without what orders them, which has to be found wrong.
//
// `change` and `add` of the core are read-modify-writes, which loom takes for acquire and release and no more, as Arm
// and POWER may; load_ordered is a full fence and a load.
use loom::sync::atomic::{fence, AtomicU64, Ordering, Ordering::*};
use loom::sync::{Arc, Mutex};
use loom::thread;

/// Explores all executions of `run`, which says whether one has gone wrong. Returns whether it is as expected.
fn explore(name: &str, ordered: bool, run: impl Fn() -> bool + Send + Sync + 'static) -> bool {
    let counts = std::sync::Arc::new(std::sync::Mutex::new((0, 0)));
    let counted = counts.clone();
    loom::model(move || {
        let wrong = run();
        let mut counts = counted.lock().unwrap();
        counts.0 += 1;
        counts.1 += u64::from(wrong);
    });
    let (all, wrong) = *counts.lock().unwrap();
    println!("{name}, {}: {wrong} of {all} executions wrong", if ordered { "as it is" } else { "without its order" });
    ordered == (wrong == 0)
}

fn word(value: u64) -> Arc<AtomicU64> {
    Arc::new(AtomicU64::new(value))
}

fn load_ordered(word: &AtomicU64, ordered: bool) -> u64 {
    if ordered {
        fence(SeqCst);
    }
    word.load(Acquire)
}

/// A task is brought while the last worker leaves its search: nobody sees it.
fn search(ordered: bool) -> bool {
    explore("search", ordered, move || {
        let (searching, tail) = (word(1), word(0));
        let (of_worker, seen_by_worker) = (searching.clone(), tail.clone());
        let worker = thread::spawn(move || {
            of_worker.fetch_sub(1, SeqCst);
            load_ordered(&seen_by_worker, ordered) != 0
        });
        tail.fetch_add(1, SeqCst);
        let relies = load_ordered(&searching, ordered) != 0;
        !worker.join().unwrap() && relies
    })
}

/// One worker goes to rest, a task is brought that relies on another, and that one, which knows of tasks and does not
/// look at tail, leaves its search and finds nobody at rest.
fn reserves(ordered: bool) -> bool {
    explore("reserves", ordered, move || {
        let (searching, reserves, submit_lock) = (word(1), word(0), Arc::new(Mutex::new(false)));
        let (of_resting, lock_of_resting) = (reserves.clone(), submit_lock.clone());
        let resting = thread::spawn(move || {
            let mut rests = lock_of_resting.lock().unwrap();
            of_resting.fetch_add(1, SeqCst);
            *rests = true;
        });
        let (of_leaving, seen_by_leaving) = (searching.clone(), reserves.clone());
        let leaving = thread::spawn(move || {
            of_leaving.fetch_sub(1, SeqCst);
            load_ordered(&of_leaving, ordered) == 0 && seen_by_leaving.load(Acquire) != 0
        });
        let rests = *submit_lock.lock().unwrap();
        let relies = rests && load_ordered(&searching, ordered) != 0;
        resting.join().unwrap();
        !leaving.join().unwrap() && relies
    })
}

/// A slot goes from one object to the next while a call with the past handle reads a field: the next one's, and the
/// past generation after it.
fn life(ordered: bool) -> bool {
    explore("life", ordered, move || {
        let (generation, field, table) = (word(1), word(10), Arc::new(Mutex::new(false)));
        let store: Ordering = if ordered { Release } else { Relaxed };
        let (ended, table_of_end) = (generation.clone(), table.clone());
        let end = thread::spawn(move || {
            ended.compare_exchange(1, 2, SeqCst, SeqCst).unwrap();
            *table_of_end.lock().unwrap() = true;
        });
        let (begun, filled, table_of_create) = (generation.clone(), field.clone(), table.clone());
        let create = thread::spawn(move || {
            let free = *table_of_create.lock().unwrap();
            if free {
                filled.store(11, store);
                begun.store(3, Release);
            }
        });
        let found = field.load(Acquire);
        let is_past = generation.load(Acquire) == 1;
        end.join().unwrap();
        create.join().unwrap();
        found == 11 && is_past
    })
}

/// A token is given while its thread goes to sleep: the waker does not see that it sleeps, or it what was handed over.
fn token(ordered: bool) -> bool {
    explore("token", ordered, move || {
        let (state, handed, posted) = (word(0), word(0), word(0));
        let release: Ordering = if ordered { Release } else { Relaxed };
        let (of_waker, by_waker, post) = (state.clone(), handed.clone(), posted.clone());
        let waker = thread::spawn(move || {
            by_waker.store(1, Relaxed);
            let mut found = 0;
            while let Err(other) = of_waker.compare_exchange(found, 2, release, Relaxed) {
                found = other;
            }
            if found == 1 {
                post.store(1, Release);
            }
        });
        let asleep = state.compare_exchange(0, 1, Acquire, Relaxed).is_ok();
        let missed = !asleep && (state.load(Acquire) != 2 || handed.load(Relaxed) != 1);
        waker.join().unwrap();
        missed || (asleep && posted.load(Acquire) != 1)
    })
}

fn main() {
    let as_expected = [search, reserves, life, token].map(|pair| [pair(true), pair(false)]);
    if as_expected.concat().contains(&false) {
        std::process::exit(1);
    }
}
