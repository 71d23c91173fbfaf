"""Every public header compiles without a warning by itself, those of C in every mode and those of classes together in
every mode of theirs, after others that define common words as macros, and before and after the headers of widespread
libraries that are here.

    headers.py C-COMPILER C++-COMPILER [beside]

`beside`: only the last of these. Libraries that are not here are named, and counted as left out.
"""

import re
import shlex
import shutil
import sys

import checking

C_COMPILER, CPP_COMPILER, *BESIDE = sys.argv[1:]
# Where numbers of 64 bits are aligned to 4 bytes; looked at if it is there.
SMALL_COMPILERS = ("i686-linux-gnu-gcc", "i686-linux-gnu-g++")
INCLUDE = checking.ROOT / "include"
C_MODES = ("c89", "c99", "c11", "c17", "c2x")
CPP_MODES = ("c++98", "c++11", "c++14", "c++17", "c++20", "c++2b")
CLASS_MODES = ("c++17", "c++20", "c++2b")  # all headers together; each by itself in the first
WARNINGS = (
    *("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wundef", "-Wredundant-decls"),
    *("-Wcast-align", "-Wcast-qual", "-Wdouble-promotion", "-Wformat=2", "-Werror"),
)
CPP_WARNINGS = (
    *("-Wold-style-cast", "-Wnon-virtual-dtor", "-Woverloaded-virtual", "-Wextra-semi", "-Wmissing-declarations"),
)
# Of gcc alone.
GCC_WARNINGS = ("-Wuseless-cast", "-Wlogical-op", "-Wduplicated-cond", "-Wsuggest-override")

# A macro is compiled where it is used.
USES_OF_THE_C_HEADER = """
int numbers[2] = {THRUM_VERSION_NUMBER, THRUM_SEMAPHORE_MAX};
double seconds[2] = {THRUM_FOREVER, THRUM_TIMEOUT_MAX};
size_t keep = THRUM_STACK_SIZE_KEEP;
thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
thrum_once_flag flag = THRUM_ONCE_FLAG_INIT;
struct unaligned { char before; thrum_once_flag flag; };
typedef char flag_is_aligned[offsetof(struct unaligned, flag) == 8 ? 1 : -1];
"""

# What is a range of C++20, too.
USES_OF_CLASSES = """
#if defined(__cpp_lib_ranges)
#include <ranges>
static_assert(std::ranges::input_range<thrum::AsCompleted<int>>, "for views");
#endif
"""

# Words that widespread code bases define as macros, in the way in which they do.
MACROS = {
    "Qt": ("forever for (;;)", "foreach(variable, container) for (variable : container)", "emit", "slots", "signals public"),
    "Microsoft's headers": (
        *("min(a, b) (((a) < (b)) ? (a) : (b))", "max(a, b) (((a) > (b)) ? (a) : (b))", "near", "far", "small char"),
        *("hyper __int64", "interface struct", "pascal", "cdecl", "IN", "OUT", "OPTIONAL", "TRUE 1", "FALSE 0"),
        *("CONST const", "VOID void", "ERROR 0", "NO_ERROR 0", "STRICT 1", "DELETE 0x10000", "IGNORE 0", "INFINITE ~0u"),
        *("Yield()", "GetObject GetObjectA", "GetMessage GetMessageA", "CreateEvent CreateEventA"),
    ),
    "X11": (
        *("None 0L", "Status int", "Bool int", "True 1", "False 0", "Always 2", "Success 0", "Complex 0", "Convex 2"),
        *("Unsorted 0", "Above 0", "Below 1", "Expose 12", "KeyPress 2", "FocusIn 9", "CursorShape 0", "Never 0"),
        "index(s, c) (strchr((s), (c)))",
    ),
    "Apple's headers": (
        *("check(assertion) do {} while (0)", "verify(assertion) do {} while (0)"),
        *("require(assertion, label) do {} while (0)", "nil 0", "YES 1", "NO 0"),
    ),
    "Unreal": ("check(expression) {}", "verify(expression) {}", "ensure(expression) (true)", "TEXT(text) L##text", "PI 3"),
    "lwIP's sockets": (
        *("accept(s, a, l) lwip_accept(s, a, l)", "bind(s, n, l) lwip_bind(s, n, l)", "close(s) lwip_close(s)"),
        *("connect(s, n, l) lwip_connect(s, n, l)", "listen(s, b) lwip_listen(s, b)", "ioctl(s, c, a) lwip_ioctl(s, c, a)"),
        *("poll(f, n, t) lwip_poll(f, n, t)", "select(n, r, w, e, t) lwip_select(n, r, w, e, t)", "fcntl(s, c, v) lwip_fcntl(s, c, v)"),
        *("read(s, m, l) lwip_read(s, m, l)", "write(s, d, l) lwip_write(s, d, l)", "shutdown(s, h) lwip_shutdown(s, h)"),
        *("recv(s, m, l, f) lwip_recv(s, m, l, f)", "send(s, d, l, f) lwip_send(s, d, l, f)", "socket(d, t, p) lwip_socket(d, t, p)"),
    ),
    # In C++ it takes clear, erase and move back.
    "curses": ("timeout(delay) wtimeout(stdscr, delay)", "getch() wgetch(stdscr)", "filter() nofilter()", "OK (0)", "ERR (-1)"),
    "C libraries and small machines": (
        *("major(device) ((device) >> 8)", "minor(device) ((device) & 255)", "unix 1", "linux 1", "bit(b) (1UL << (b))"),
        *("abs(x) ((x) > 0 ? (x) : -(x))", "round(x) ((long)((x) + 0.5))", "word(...) make_word(__VA_ARGS__)"),
        *("likely(x) (x)", "unlikely(x) (x)", "assert(x)", "F(text) (text)", "I 1i", "B1 1", "interrupts() sei()", "sq(x) ((x) * (x))"),
        *("constrain(x, low, high) ((x) < (low) ? (low) : (x) > (high) ? (high) : (x))", "DOMAIN 1", "OVERFLOW 3", "PAGE_SIZE 4096"),
        *("container_of(p, type, member) (p)", "ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))", "barrier() asm volatile(\"\")"),
    ),
}


# The headers of widespread libraries: for what language, what pkg-config calls the libraries, what is included of them.
QT = ("QtCore/QtCore", "QtGui/QtGui", "QtWidgets/QtWidgets", "QtNetwork/QtNetwork", "QtConcurrent/QtConcurrent")
OTHERS = {
    "Qt 5": ("c++", ("Qt5Core", "Qt5Gui", "Qt5Widgets", "Qt5Network", "Qt5Concurrent"), QT),
    "Qt 6": ("c++", ("Qt6Core", "Qt6Gui", "Qt6Widgets", "Qt6Network", "Qt6Concurrent"), QT),
    "Xlib": (None, ("x11",), ("X11/Xlib.h", "X11/Xutil.h", "X11/Xos.h", "X11/Xatom.h", "X11/keysym.h")),
    "curses": (None, ("ncurses",), ("curses.h", "term.h")),
    "Boost": ("c++", (), ("boost/asio.hpp", "boost/foreach.hpp", "boost/optional.hpp", "boost/intrusive/list.hpp")),
    "the system": (None, (), ("pthread.h", "sys/socket.h", "sys/param.h", "sys/sysmacros.h", "signal.h", "assert.h", "complex.h")),
    "Windows": (
        None,
        (),
        ("winsock2.h", "ws2tcpip.h", "windows.h", "objbase.h", "ole2.h", "shlobj.h", "commctrl.h", "rpc.h", "mmsystem.h"),
    ),
}


def name_of(macro):
    return re.match(r"\w+", macro)[0]


def includes(names, brackets='""'):
    return "".join(f"#include {brackets[0]}{name}{brackets[1]}\n" for name in names)


def after_macros(headers):
    """The source that includes the headers after the macros, and before these what the headers include of others'."""
    names = {match[1] for name in headers for _, match in checking.matches("^#include <(.+)>", INCLUDE / name)}
    macros = [macro for some in MACROS.values() for macro in some]
    # Some of the words are macros of compilers and of libraries of C already.
    defined = "".join(f"#undef {name_of(macro)}\n#define {macro}\n" for macro in macros)
    return includes(sorted(names - {"intrin.h"}), "<>") + defined + includes(headers)


def preprocessed(compiler, language, options, names):
    """Whether the compiler has these headers."""
    command = (compiler, "-x", language, *options, "-E", "-o", "/dev/null", "-")
    return checking.run(*command, input=includes(names, "<>")).returncode == 0


def others(of_c, headers):
    """The cases with the headers of other libraries. Yields the names of those that are not here, too."""
    # A compiler for Windows has nothing else, and the others have all but that.
    for_windows = "mingw" in CPP_COMPILER
    for name, (only, packages, names) in OTHERS.items():
        if (name == "Windows") != for_windows:
            continue
        options = ["-fPIC"]
        for package in packages:
            found = checking.run("pkg-config", "--cflags", package)
            # What they warn of is theirs.
            options += shlex.split(found.stdout.replace("-I", "-isystem ")) if found.returncode == 0 else []
        for compiler, language, mode, ours in ((C_COMPILER, "c", "c11", of_c), (CPP_COMPILER, "c++", "c++17", headers)):
            if only not in (None, language):
                continue
            if not preprocessed(compiler, language, [*options, f"-std={mode}"], names):
                yield f"{name} ({language})"
                continue
            theirs = includes(names, "<>")
            yield compiler, language, mode, f"after {name}", theirs + includes(ours), options
            yield compiler, language, mode, f"before {name}", includes(ours) + theirs, options


def by_itself(of_c, headers):
    """The cases without others' headers."""
    for header in headers:
        # Twice: its guard is checked too.
        twice = includes([header, header])
        if header in of_c:
            for c_compiler, cpp_compiler in ((C_COMPILER, CPP_COMPILER), SMALL_COMPILERS):
                if shutil.which(cpp_compiler):
                    yield from ((c_compiler, "c", mode, header, twice + USES_OF_THE_C_HEADER) for mode in C_MODES)
                    yield from ((cpp_compiler, "c++", mode, header, twice + USES_OF_THE_C_HEADER) for mode in CPP_MODES)
        else:
            yield CPP_COMPILER, "c++", CLASS_MODES[0], header, twice
    for mode in CLASS_MODES:
        yield CPP_COMPILER, "c++", mode, "headers of classes", includes(headers) + USES_OF_CLASSES
    yield C_COMPILER, "c", "c11", "after macros, a header of C", after_macros(of_c)
    yield CPP_COMPILER, "c++", "c++17", "after macros, a header of C++", after_macros(headers)

HEADERS = [path.relative_to(INCLUDE).as_posix() for path in checking.code_files("include")]
OF_C = [header for header in HEADERS if header.endswith(".h")]



def fault(case):
    compiler, language, mode, header, source, *more = case
    warnings = list(WARNINGS)
    if language == "c++":
        warnings += CPP_WARNINGS
        warnings += [] if "clang" in compiler else GCC_WARNINGS
        warnings += [] if mode == "c++98" else ["-Wzero-as-null-pointer-constant"]
    command = [compiler, "-x", language, f"-std={mode}", *warnings, *sum(more, []), "-fsyntax-only", f"-I{INCLUDE}", "-"]
    result = checking.run(*command, input=source)
    if result.returncode != 0:
        return f"{header} with {compiler} -std={mode}:\n{result.stdout}"
    return None


ALL = [*([] if BESIDE else by_itself(OF_C, HEADERS)), *others(OF_C, HEADERS)]
CASES = [case for case in ALL if isinstance(case, tuple)]
LEFT_OUT = [case for case in ALL if isinstance(case, str)]
if LEFT_OUT:
    print(f"{len(LEFT_OUT)} left out, not here: {', '.join(LEFT_OUT)}")
checking.finish(filter(None, checking.in_parallel(fault, CASES)), len(CASES))
