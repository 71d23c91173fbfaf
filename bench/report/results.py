"""What a run of thrum_benchmarks --json wrote: rows in their order, with a result for each peer."""

import json
from dataclasses import dataclass, field

C = "thrum C"
CPP = "thrum C++"
FLOOR = "floor"


@dataclass
class Row:
    name: str
    unit: str
    results: dict = field(default_factory=dict)  # by peer

    @property
    def group(self):
        return self.name.split("/")[0]

    @property
    def rivals(self):
        """Those to be ahead of, the best first."""
        return sorted((r for r in self.results.values() if r["rival"]), key=lambda result: result["value"])

    @property
    def best(self):
        return self.rivals[0] if self.rivals else None

    @property
    def peers(self):
        """All of others, the best first."""
        others = (r for peer, r in self.results.items() if peer not in (C, CPP, FLOOR))
        return sorted(others, key=lambda result: result["value"])

    @property
    def is_judged(self):
        return any(result["verdict"] for result in self.results.values())


class Results:
    def __init__(self, path):
        self.rows = []
        self.missing = []
        self.sizes = {}  # of each kind, of each peer
        by_name = {}
        with open(path) as file:
            for line in file:
                if not line.endswith("}\n"):
                    continue  # where the run was stopped
                entry = json.loads(line)
                if "missing" in entry:
                    self.missing.append(entry["missing"])
                elif "size" in entry:
                    self.sizes.setdefault(entry["size"], {})[entry["peer"]] = entry["bytes"]
                else:
                    if entry["row"] not in by_name:
                        by_name[entry["row"]] = Row(entry["row"], entry["unit"])
                        self.rows.append(by_name[entry["row"]])
                    by_name[entry["row"]].results[entry["peer"]] = entry

    @property
    def usual(self):
        return [row for row in self.rows if row.group != "growth"]

    @property
    def growth(self):
        """Of each row of growth its points, in their order: [(size, Row)]."""
        rows = {}
        for row in self.rows:
            if row.group == "growth":
                _, name, size = row.name.split("/")
                rows.setdefault(name, []).append((int(size), row))
        return rows

    @property
    def blocks(self):
        """How many blocks were kept, dropped as disturbed, and kept although they were."""
        results = [result for row in self.rows if row.is_judged for result in row.results.values()]
        return tuple(sum(result[what] for result in results) for what in ("blocks", "dropped", "disturbed"))

    def count(self, peer):
        """How often thrum is ahead, level and behind."""
        verdicts = [row.results[peer]["verdict"] for row in self.rows if peer in row.results]
        return tuple(verdicts.count(verdict) for verdict in ("ahead", "tie", "behind"))


def number(value):
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def scale(nanoseconds):
    """The unit that suits them, and how many of them it has."""
    return next((of for of in (("ms", 1e6), ("us", 1e3)) if nanoseconds >= of[1]), ("ns", 1))


def time(nanoseconds):
    unit, size = scale(nanoseconds)
    return f"{number(nanoseconds / size)} {unit}"


def text(value, unit):
    return time(value) if unit == "ns" else number(value)
