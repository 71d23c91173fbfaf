"""Charts of a run: thrum in one colour, all others in grey, on scales of powers of ten."""

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from results import C, CPP, FLOOR

OWN = "#c2410c"
OTHERS = "#9ca3af"
INK = "#1f2937"

plt.rcParams.update(
    {
        "font.family": "sans-serif",
        "font.size": 9,
        "axes.edgecolor": "#d1d5db",
        "axes.labelcolor": INK,
        "axes.titlesize": 9.5,
        "axes.titleweight": "bold",
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        # The same run gives the same file.
        "svg.hashsalt": "thrum",
    }
)
# What the titles of rows of growth count and measure.
GROWTH = {
    "lock-contended": ("one lock, wanted by n threads", "threads"),
    "lock-release-each": ("n locks released, each with a waiter", "locks"),
    "lock-create-destroy": ("a lock made and destroyed beside n", "locks"),
    "lock-random": ("any one of n locks taken", "locks"),
    "condition-signal": ("signal to one of n waiters", "waiters"),
    "condition-broadcast-each": ("broadcast to n, each", "waiters"),
    "event-random": ("round trip to any of n threads", "threads"),
    "event-pair-beside": ("a pair of events beside n waiters", "waiters"),
    "thread-create-join": ("a thread beside n alive", "threads"),
    "queue-put-get-filled": ("a queue filled with n items, each", "items"),
    "pool-round-trip": ("a task's round trip, n workers", "workers"),
    "timer-create-cancel": ("a timer beside n pending", "timers"),
}


def short_time(nanoseconds, _=None):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3), ("ns", 1)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:g} {unit}"
    return f"{nanoseconds:g} ns"


def short_number(value, _=None):
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


def save(figure, path):
    figure.savefig(path, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    plt.close(figure)


def head(figure, title, handles):
    """The title and the legend, above what is drawn."""
    height = figure.get_figheight()
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - 0.55 / height))
    figure.text(0.01, 1 - 0.07 / height, title, ha="left", va="top", fontsize=10.5, fontweight="bold")
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.0, 1 - 0.24 / height), ncols=3, frameon=False,
                  fontsize=8, handletextpad=0.4, columnspacing=1.4, borderaxespad=0.2)


def legend_handles():
    return [
        Line2D([], [], marker="o", linestyle="", color=OWN, markersize=6, label="thrum, C handle"),
        Line2D([], [], marker="o", linestyle="", color=OWN, markerfacecolor="white", markeredgewidth=1.6, markersize=6,
               label="thrum, C++ class"),
        Line2D([], [], marker="|", linestyle="", color=OTHERS, markeredgewidth=2, markersize=9, label="the others, the best by name"),
    ]


def rows_chart(rows, title, path):
    """A line for each row: a mark where each peer is, the best one with its name."""
    figure, axes = plt.subplots(figsize=(8.4, 0.9 + 0.27 * len(rows)), layout="constrained")
    axes.set_xscale("log")
    values = [result["value"] for row in rows for result in row.results.values()]
    axes.set_xlim(min(values) / 8, max(values) * 1.6)
    for height, row in enumerate(reversed(rows)):
        axes.axhline(height, color="#f3f4f6", linewidth=5, zorder=0)
        for result in row.peers:
            axes.plot(result["value"], height, marker="|", color=OTHERS, markersize=9, markeredgewidth=2, zorder=2)
        first = min(result["value"] for peer, result in row.results.items() if peer != FLOOR)
        if row.best:
            axes.annotate(row.best["peer"], (first, height), (-9, 0), textcoords="offset points", ha="right",
                          va="center", fontsize=7.5, color="#6b7280", zorder=4)
        for peer, face in ((C, OWN), (CPP, "white")):
            if peer in row.results:
                axes.plot(row.results[peer]["value"], height, marker="o", color=OWN, markerfacecolor=face,
                          markeredgewidth=1.6, markersize=6, zorder=5 if peer == C else 6)
    axes.set_yticks(range(len(rows)), [row.name for row in reversed(rows)])
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.xaxis.set_major_formatter(FuncFormatter(short_time))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="x", color="#e5e7eb", linewidth=0.8, zorder=0)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    head(figure, title, legend_handles())
    save(figure, path)


def lines_of(points):
    """Of each peer where it is: {peer: ([sizes], [values])}."""
    lines = {}
    for size, row in points:
        for peer, result in row.results.items():
            sizes, values = lines.setdefault(peer, ([], []))
            sizes.append(size)
            values.append(result["value"])
    return lines


def growth_chart(growth, title, path, columns=3):
    """A small chart for each row of growth, with a line for each peer."""
    count = len(growth)
    rows = -(-count // columns)
    figure, grid = plt.subplots(rows, columns, figsize=(2.9 * columns, 0.7 + 2.05 * rows), layout="constrained",
                                squeeze=False)
    for axes in grid.flat[count:]:
        axes.set_visible(False)
    for axes, (name, points) in zip(grid.flat, growth.items()):
        what, unit = GROWTH.get(name, (name, "n"))
        lines = lines_of(points)
        for peer, (sizes, values) in lines.items():
            if peer not in (C, CPP, FLOOR):
                axes.plot(sizes, values, color=OTHERS, linewidth=1, zorder=2)
        for peer, style in ((C, "-"), (CPP, (0, (3, 1.2)))):
            if peer in lines:
                axes.plot(*lines[peer], color=OWN, linewidth=2, linestyle=style, zorder=4)
        best = points[-1][1].best
        if best:
            axes.annotate(best["peer"], (points[-1][0], best["value"]), (-2, -4), textcoords="offset points",
                          ha="right", va="top", fontsize=7, color="#6b7280", zorder=5)
        axes.set_xscale("log")
        axes.set_yscale("log")
        everything = [value for _, values in lines.values() for value in values]
        axes.set_ylim(min(everything) / 2.2, max(everything) * 1.4)
        axes.set_xticks([size for size, _ in points])
        axes.xaxis.set_major_formatter(FuncFormatter(short_number))
        if max(everything) < 30 * min(everything):
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(short_time))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_minor_locator(NullLocator())
        axes.tick_params(labelsize=7.5)
        axes.grid(axis="y", color="#e5e7eb", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_title(what, loc="left", fontsize=8.5)
        axes.set_xlabel(unit, fontsize=7.5, labelpad=1)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    handles = [
        Line2D([], [], color=OWN, linewidth=2, label="thrum, C handle"),
        Line2D([], [], color=OWN, linewidth=2, linestyle=(0, (3, 1.2)), label="thrum, C++ class"),
        Line2D([], [], color=OTHERS, linewidth=1, label="the others, the best at the end by name"),
    ]
    head(figure, title, handles)
    save(figure, path)
