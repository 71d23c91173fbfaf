"""The wings of src/core, from the lowest up: what each may include besides itself and src/platform.hpp."""

WINGS = {
    "word": (),
    "park": ("word",),
    "handle": ("word", "park"),
    "self": ("word", "park", "handle"),
    "sync": ("word", "park", "handle", "self"),
    "queue": ("word", "park", "handle", "self", "sync"),
    "thread": ("word", "park", "handle", "self", "sync"),
    "task": ("word", "park", "handle", "self", "sync", "queue", "thread"),
    "process": ("word", "park", "handle", "self", "sync", "queue", "thread", "task"),
}
