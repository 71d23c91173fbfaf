"""The second table of a page: programs, with how much of their work they get done in a second."""

from results import C, CPP, number, text

# What a program's time is of, by how its row begins, and how many of that the unit of the table has.
RATES = {
    "program/wordcount": ("MB/s", 1e6),
    "program/pipeline": ("thousand items/s", 1e3),
    "program/cache/": ("million calls/s", 1e6),
    "program/timers": ("million packets/s", 1e6),
}
VERDICTS = {"ahead": "ahead", "tie": "tie", "behind": "**behind**", "": ""}
WORDS = (
    "Programs of which a library is only a part, each written as the library's user would: `wordcount` hands 2 MB in 100 "
    "files to the workers of a pool, or to threads, and merges what they have counted; `pipeline` has five stages with a "
    "queue of 64 items before each, and a worker for each stage; `cache` is a map of 1,000 entries behind a read-write "
    "lock that four threads read and write; `timers` sets one of 1,000 timeouts anew at every packet. oneTBB counts in a "
    "parallel loop and has a pipeline without queues. libuv and Boost have their timers in a loop that the thread with "
    "the packets runs; `glibc` and `std` have a thread that waits beside an ordered map; `timer_settime` has the "
    "system's timers. Every result is checked. More in a second is better here; `processor` is the time for each byte, "
    "item, call or packet, of all threads together, and the chart has the times."
)


def is_rate(row):
    """Not the second figure of a program, which has a word after the name: what one of its operations takes, or is."""
    return " " not in row.name


def rate_of(name):
    return next(rate for begin, rate in RATES.items() if name.startswith(begin))


def rates(row, result, with_range=True):
    """How much in a second, the quartiles in brackets."""
    if not is_rate(row):
        return text(result["value"], row.unit)
    each = rate_of(row.name)[1]
    rate = {what: 1e9 / result[what] / each for what in ("value", "lower", "upper")}
    words = number(rate["value"])
    return words + (f" ({number(rate['upper'])}..{number(rate['lower'])})" if with_range else "")


def cell(row, peer):
    if peer not in row.results:
        return "-"
    result = row.results[peer]
    return f"{rates(row, result)} {VERDICTS[result['verdict']]}".strip()


def table(rows):
    yield WORDS
    yield ""
    yield "| program | in a second | thrum C | thrum C++ | best peer | the others |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        first = row.best if is_rate(row) else None
        others = []
        for result in row.peers:
            if result is not first:
                starves = ", starves" if is_rate(row) and not result["rival"] else ""
                others.append(f"{result['peer']} {rates(row, result, with_range=False)}{starves}")
        best = f"{first['peer']} {rates(row, first)}" if first else "-"
        unit = rate_of(row.name)[0] if is_rate(row) else "each"
        yield (
            f"| {row.name.partition('/')[2]} | {unit} | {cell(row, C)} | {cell(row, CPP)} | {best} | "
            f"{', '.join(others) or '-'} |"
        )
