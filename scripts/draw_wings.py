"""Draws the storeys of the library, and who includes whom, into docs/wings.svg. With --check: whether that is so still.

Every storey is a bar with its files in it as rooms, and stands out on the right of the one above. Down onto what stands
out runs the storey's shaft, in its colour. Where a storey above includes files of it, the number of those lines is on
the shaft, and the shaft gets wider. An include that ran up would have no place: it is a fault, as in `layers.py`.
The public headers stand apart, as a front to which the storeys have doors.
"""

import colorsys
import math
import sys
from collections import Counter, defaultdict
from html import escape
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "test" / "checks"))

import checking
from wings import WINGS

PICTURE = checking.ROOT / "docs" / "wings.svg"

FRONT = "include/thrum"
BACKENDS = ("posix", "win32", "sim")
# From the top down. The backends are a storey together with the interface that they stand behind.
PARTS = {
    "above the core": ("sim/explorer", "capi", "cxxapi"),
    "src/core": tuple(f"core/{wing}" for wing in reversed(WINGS)),
    "below the core": ("platform", "compiler"),
}
ORDER = [storey for part in PARTS.values() for storey in part]
RANK = {storey: rank for rank, storey in enumerate(ORDER)}
FILE_NOTES = {
    "platform": "the one interface, and behind it one of",
    "compiler": "what compilers have each its own word for",
}
NOTES = {"sim/explorer": "in sim", "capi": "for C", "cxxapi": "for C++"}

# Where a storey includes a header from above since it has its own way to do what that declares.
DEFINED_BELOW = {("platform", "core/word/memory.hpp")}

# ----------------------------------------------------------------------------------- what there is --


def storey_of(name):
    """The storey of a file, which is named from the root of the tree."""
    parts = Path(name).parts
    if parts[0] == "include":
        return FRONT
    if parts[1] in BACKENDS and parts[2] != "explorer" or parts[1] == "platform.hpp":
        return "platform"
    if parts[1] in ("core", "sim"):
        return "/".join(parts[1:3])
    return Path(parts[1]).stem


def included(header):
    """The name of the file, from the root of the tree."""
    for folder in ("include", "src", *(f"src/{backend}" for backend in BACKENDS)):
        if (checking.ROOT / folder / header).exists():
            return f"{folder}/{header}"
    # One of several ways to do a thing, of which the include path chooses.
    for backend in BACKENDS:
        for found in sorted((checking.ROOT / "src" / backend).glob(f"with_*/{header}")):
            return found.relative_to(checking.ROOT).as_posix()
    return None


def look_around():
    """The files of each storey, how many lines of one storey include files of another, and what should not be."""
    files, lines, faults = defaultdict(list), Counter(), []
    for path in checking.code_files("include", "src"):
        name = path.relative_to(checking.ROOT).as_posix()
        storey = storey_of(name)
        files[storey].append(name)
        if storey not in (FRONT, *ORDER):
            faults.append(f"{name}: in no storey that the picture has")
            continue
        for line, match in checking.matches(r'#\s*include\s*"([^"]+)"', path):
            header = match[1]
            found = included(header)
            if found is None:
                faults.append(f"{checking.at(path, line)}: {header} is nowhere")
                continue
            target = storey_of(found)
            if target == storey or (storey, header) in DEFINED_BELOW:
                continue
            if storey == FRONT or target != FRONT and RANK.get(target, -1) < RANK[storey]:
                faults.append(f"{checking.at(path, line)}: {header} is above {storey}")
            lines[storey, target] += 1
    return files, lines, faults


# ------------------------------------------------------------------------------ what it looks like --

WIDTH = 960
EDGE = 16
FRONT_WIDTH = 134
LEFT = EDGE + FRONT_WIDTH + 46  # of the storeys
SHAFT = 29  # from one to the next
LABEL = 84
LETTER = 7.23  # the width of one, in a monospaced font of 12
ROOM, PITCH = 20, 24  # the height of a room, and from one row of them to the next
INSIDE = 8  # from the wall of a storey to its rooms
GAP = 10
CAPTION = 20
GREY = "#5d6e7f"

STYLE = """
text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace }
text { fill: #1f2328 }
.page { fill: #ffffff; stroke: #d1d9e0 }
.tint { fill-opacity: .2 }
.room { fill: #ffffff; stroke: #ffffff; stroke-width: 6; stroke-linejoin: round; opacity: .85 }
.line { stroke: #8c959f }
.head { fill: #8c959f }
.name { font-weight: bold }
.note { fill: #59636e; font-size: 11px }
.count { fill: #ffffff; font-size: 10.5px; font-weight: bold; text-anchor: middle }
""".strip()
# The colours of the storeys are the same in the dark.
DARK_STYLE = """
text { fill: #e6edf3 }
.page { fill: #0d1117; stroke: #30363d }
.tint { fill-opacity: .34 }
.room { fill: #0d1117; stroke: #0d1117; opacity: .6 }
.line { stroke: #7d8590 }
.head { fill: #7d8590 }
.note { fill: #9198a1 }
.count { fill: #ffffff }
""".strip()


def brightness(red, green, blue):
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


def colour(storey):
    """From warm at the top to cool at the bottom, each as bright as white letters on it allow."""
    if storey in PARTS["below the core"]:
        return GREY
    hue = (25 - 215 * RANK[storey] / (len(ORDER) - 1)) / 360 % 1
    shades = [colorsys.hls_to_rgb(hue, percent / 100, 0.5) for percent in range(100)]
    brightest = [shade for shade in shades if brightness(*shade) < 0.16][-1]
    return "#" + "".join(f"{round(255 * part):02x}" for part in brightest)


def number(value):
    return f"{value:.1f}".removesuffix(".0")


class Drawing:
    def __init__(self):
        self.elements = []

    def add(self, name, content=None, **attributes):
        words = [name]
        for key, value in attributes.items():
            value = value if isinstance(value, str) else number(value)
            words.append(f'{key.rstrip("_").replace("_", "-")}="{value}"')
        end = "/>" if content is None else f">{escape(content)}</{name}>"
        self.elements.append(f"<{' '.join(words)}{end}")

    def text(self, x, y, text, **attributes):
        self.add("text", text, x=x, y=y, **attributes)

    def bar(self, x, y, width, height, fill):
        self.add("rect", x=x, y=y, width=width, height=height, rx=6, class_="tint", fill=fill)

    def count(self, x, y, count, fill):
        self.add("circle", cx=x, cy=y, r=9.5, fill=fill)
        self.text(x, y + 3.8, str(count), class_="count")

    def rooms(self, x, y, width, names):
        """Rooms side by side, as many in a row as there is place for; the height of it all."""
        at, top, walls, texts = x, y, "", []
        for name in names:
            wide = len(name) * LETTER + 12
            assert wide <= width, f"{name} does not fit"
            if at > x and at + wide > x + width:
                at, top = x, top + PITCH
            # Half of the line around it, which is round at the corners, belongs to the room.
            walls += f"M{number(at + 3)} {number(top + 3)}h{number(wide - 6)}v{ROOM - 6}h-{number(wide - 6)}z"
            texts.append((at + 6, top + 14, name))
            at += wide + 6
        self.add("path", class_="room", d=walls)
        for text in texts:
            self.text(*text)
        return top + ROOM - y

    def svg(self, height):
        lines = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {number(height)}" role="img">',
            "<title>The storeys of thrum, and who includes whom</title>",
            f"<style>\n{STYLE}\n@media (prefers-color-scheme: dark) {{\n{DARK_STYLE}\n}}\n</style>",
            f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{number(height - 1)}" rx="10" class="page"/>',
            *self.elements,
            "</svg>",
        )
        return "\n".join(lines) + "\n"


# --------------------------------------------------------------------------------------- the house --


def stems(names):
    return sorted({Path(name).stem for name in names})


def draw_backends(drawing, files, x, y, width):
    """Side by side, since a library has one of them; the height of it all."""
    column = (width - 2 * INSIDE) / len(BACKENDS)
    heights = []
    for place, backend in enumerate(BACKENDS):
        left, below = x + place * (column + INSIDE), y
        folders = defaultdict(list)
        for name in files:
            if name.startswith(f"src/{backend}/"):
                folders[Path(name).parent.relative_to("src").as_posix()].append(name)
        for folder, names in sorted(folders.items()):
            drawing.text(left, below + 14, folder, class_="name")
            below += PITCH - 4
            below += drawing.rooms(left, below, column, stems(names)) + 6
        heights.append(below - 6 - y)
    return max(heights)


def draw_inside(drawing, storey, files, x, y, width):
    """What is in a storey; the height of it."""
    if storey in FILE_NOTES:
        drawing.text(x, y + 14, f"{storey}.hpp", class_="name")
        drawing.text(x + 110, y + 14, FILE_NOTES[storey], class_="note")
        if storey == "platform":
            return PITCH + draw_backends(drawing, files, x, y + PITCH, width)
        return ROOM
    drawing.text(x, y + 14, Path(storey).name, class_="name")
    if storey in NOTES:
        drawing.text(x, y + 32, NOTES[storey], class_="note")
    return drawing.rooms(x + LABEL, y, width - LABEL, stems(files))


class House:
    def __init__(self, files, lines):
        self.files = files
        self.lines = lines
        self.storeys = [storey for storey in ORDER if storey in files]
        self.targets = [storey for storey in self.storeys if any(target == storey for _, target in lines)]
        self.middles = {}
        self.tops = {}
        self.drawing = Drawing()

    def shaft(self, target):
        return WIDTH - EDGE - SHAFT * (len(self.targets) - self.targets.index(target) - 0.5)

    def right(self, storey):
        above = sum(RANK[target] <= RANK[storey] for target in self.targets)
        return WIDTH - EDGE - SHAFT * (len(self.targets) - above)

    def draw(self):
        y = EDGE
        for part, members in PARTS.items():
            self.drawing.text(LEFT, y + 12, part, class_="note")
            y += CAPTION
            for storey in members:
                if storey in self.storeys:
                    y += self.draw_storey(storey, y) + GAP
        bottom = y - GAP
        for storey in self.storeys:
            self.draw_branch(storey)
        for target in self.targets:
            self.draw_shaft(target)
        self.draw_front(EDGE + CAPTION, bottom)
        for storey in self.storeys:
            self.draw_door(storey)
        self.draw_legend()
        return self.drawing.svg(bottom + EDGE)

    def draw_storey(self, storey, y):
        width = self.right(storey) - LEFT
        inside = Drawing()
        height = draw_inside(inside, storey, self.files[storey], LEFT + INSIDE, y + INSIDE, width - 2 * INSIDE)
        height += 2 * INSIDE
        self.drawing.bar(LEFT, y, width, height, colour(storey))
        self.drawing.add("rect", x=LEFT, y=y, width=4, height=height, rx=2, fill=colour(storey))
        self.drawing.elements += inside.elements
        self.tops[storey] = y
        self.middles[storey] = y + height / 2
        return height

    def draw_branch(self, storey):
        """From a storey to the shafts of those that it includes."""
        used = [target for target in self.targets if self.lines[storey, target]]
        if used:
            y = self.middles[storey]
            path = f"M{number(self.right(storey))} {number(y)}H{number(self.shaft(used[-1]))}"
            self.drawing.add("path", d=path, class_="line")

    def draw_shaft(self, target):
        x, end, fill = self.shaft(target), self.tops[target], colour(target)
        users = [storey for storey in self.storeys if self.lines[storey, target]]
        stops = [*(self.middles[user] for user in users), end - 5]
        total = 0
        for user, start, stop in zip(users, stops, stops[1:]):
            total += self.lines[user, target]
            path = f"M{number(x)} {number(start)}V{number(stop)}"
            self.drawing.add("path", d=path, stroke=fill, stroke_width=1 + 0.55 * math.sqrt(total))
        self.drawing.add("path", d=f"M{number(x)} {number(end)}l-4.5 -7h9z", fill=fill)
        for user in users:
            self.drawing.count(x, self.middles[user], self.lines[user, target], fill)

    def draw_front(self, top, bottom):
        self.drawing.text(EDGE, EDGE + 12, FRONT, class_="note")
        self.drawing.bar(EDGE, top, FRONT_WIDTH, bottom - top, GREY)
        headers = [Path(name).relative_to(FRONT) for name in self.files[FRONT]]
        groups = {
            "C": [header.name for header in headers if header.suffix == ".h"],
            "C++": [header.name for header in headers if header.suffix != ".h" and len(header.parts) == 1],
            "detail": [header.name for header in headers if len(header.parts) > 1],
        }
        # From the top to the bottom, with an empty place between groups.
        x, y = EDGE + INSIDE, top + INSIDE
        places = len(headers) + 2 * len(groups) - 1
        pitch = (bottom - INSIDE - ROOM - y) / (places - 1)
        for name, members in groups.items():
            self.drawing.text(x, y + 14, name, class_="name")
            for member in sorted(members):
                y += pitch
                self.drawing.rooms(x, y, FRONT_WIDTH - INSIDE, [member])
            y += 2 * pitch

    def draw_door(self, storey):
        """From a storey to the front."""
        count, y, wall = self.lines[storey, FRONT], self.middles[storey], EDGE + FRONT_WIDTH
        if count:
            self.drawing.add("path", d=f"M{wall + 6} {number(y)}H{LEFT}", class_="line")
            self.drawing.add("path", d=f"M{wall + 1} {number(y)}l7 -4.5v9z", class_="head")
            self.drawing.count((wall + LEFT) / 2 + 2, y, count, GREY)

    def draw_legend(self):
        words = "#include lines"
        x = WIDTH - EDGE - len(words) * LETTER * 11 / 12
        self.drawing.text(x, EDGE + 12, words, class_="note")
        self.drawing.count(x - 16, EDGE + 8, "n", GREY)


files, lines, faults = look_around()
# Where an arrow would have to run up there is nothing to draw.
if not faults:
    picture = House(files, lines).draw()
    if "--check" not in sys.argv:
        PICTURE.write_text(picture)
    elif not PICTURE.exists() or PICTURE.read_text() != picture:
        faults.append("docs/wings.svg is not what the includes say now: python3 scripts/draw_wings.py")
checking.finish(faults, sum(map(len, files.values())))
