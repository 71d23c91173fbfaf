"""The headers, and what of the library is built for Windows, keep to what Visual C++ takes, as far as that can be
seen without it.

    compilers.py CLANG++

What is checked: no extension of GNU's stands outside the files that are there for such things; clang in the mode
that is compatible with Visual C++ takes all headers and sources without a warning; where a file has other words for
Visual C++, it takes those too; and src/win32 compiles without a warning for the oldest Windows and for the newest.
The headers of MinGW-w64 and of its libstdc++ stand in for those of Visual Studio. They know clang as a GCC alone, so
the first two are checked with a compiler that says it is one.
"""

import configparser
import re
import sys
import tempfile
from pathlib import Path

import checking

(CLANG,) = sys.argv[1:]
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")
COMPATIBLE = ("-fms-compatibility", "-fms-extensions", "-Wgnu", "-Wvla", "-nostdinc")

# Words of GNU's, and where they may be: each in a branch that Visual C++ does not see.
GNU_WORD = (
    r"\b(__attribute__|__builtin_\w+|__extension__|__typeof__|typeof|__asm__|asm|__thread|__int128|__label__|__auto_type"
    r"|__restrict__|__alignof__|__PRETTY_FUNCTION__|__GNUC__)\b|\[\[gnu::|#\s*(warning|include_next|ident|assert)\b|##\s*__VA_ARGS__|\?:"
)
GNU_FILES = {"include/thrum/detail/layout.hpp", "include/thrum/thrum.h", "src/compiler.hpp"}
GNU_FOLDERS = ("src/posix/", "src/sim/")

C_MODES = ("c89", "c99", "c11", "c2x")
CPP_MODES = ("c++17", "c++20")

# What has other words for Visual C++, and a declaration of each that clang knows without its intrin.h, for which
# the headers of MinGW-w64 do not do.
OTHER_WORDS = ("include/thrum/thrum.h", "include/thrum/detail/word.hpp", "src/compiler.hpp")
INTRINSICS = """
extern "C" long long _InterlockedCompareExchange64(long long volatile*, long long, long long);
extern "C" void _mm_pause(void);
"""

# _WIN32_WINNT of Windows 7 and of Windows 10 and later.
WINDOWS = ("0x0601", "0x0A00")


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", lambda comment: re.sub(r"[^\n]", " ", comment[0]), text, flags=re.DOTALL)


def word_faults():
    for path in checking.code_files("include", "src"):
        name = path.relative_to(checking.ROOT).as_posix()
        if name in GNU_FILES or name.startswith(GNU_FOLDERS):
            continue
        for line, text in enumerate(without_comments(path.read_text()).splitlines(), 1):
            for match in re.finditer(GNU_WORD, text):
                yield f"{checking.at(path, line)}: {match[0]} is GNU's"


class Target:
    """One processor of Windows, by the cross file of MinGW-w64's compiler for it."""

    def __init__(self, cross_file):
        settings = configparser.ConfigParser()
        settings.read(cross_file)
        self.cpu = settings["host_machine"]["cpu"].strip("'")
        self.gnu_compiler = settings["binaries"]["cpp"].strip("'")
        listed = checking.output(self.gnu_compiler, "-E", "-v", "-x", "c++", "-", input="")
        listed = re.search(r"search starts here:\n((?: /.*\n)+)", listed)[1].split()
        folders = [Path(folder).resolve() for folder in listed]
        libstdcpp = [folder for folder in folders if "c++" in folder.parts]
        system = [folder for folder in folders if "gcc" not in folder.parts]
        # In place of the compiler's own headers those of clang.
        resources = Path(checking.output(CLANG, "-print-resource-dir").strip(), "include")
        self.c_folders = [resources, *system]
        self.cpp_folders = [*libstdcpp, resources, *system]

    def clang(self, folders):
        # What MinGW-w64's compilers define and its headers go by.
        if self.cpu == "i686":
            folders = ["-D_X86_", *folders]
        return [CLANG, f"--target={self.cpu}-pc-windows-msvc", *COMPATIBLE, *WARNINGS, "-D__STRICT_ANSI__", *folders]


def folder_options(folders):
    return [option for folder in folders for option in ("-isystem", str(folder))]


def project_options(atomic_ops):
    include = [f"-I{checking.ROOT / folder}" for folder in ("include", "src", "src/win32")]
    return [*include, "-isystem", atomic_ops]


def as_gnu(target, folders):
    """clang that is compatible with Visual C++ and says that it is a GCC."""
    return [*target.clang(folder_options(folders)), "-U_MSC_VER", "-fgnuc-version=12.2", "-D__declspec=__declspec"]


def as_visual(target, folders):
    """clang that says that it is Visual C++ and nothing else."""
    return [*target.clang(folder_options(folders)), "-fms-compatibility-version=19.29", "-U__clang__"]


def modes_of(path):
    """The languages and modes in which a file is to be compiled: those of its users, or of the library."""
    c_modes = C_MODES if path.suffix == ".h" else ()
    # thrum.hpp has all classes.
    cpp_modes = CPP_MODES if path.stem == "thrum" else CPP_MODES[:1]
    return [("c", mode) for mode in c_modes] + [("c++", mode) for mode in cpp_modes]


def sources(cpu):
    """What a build for Windows is made of: the sources, with the library's own headers, and each public header. On
    32 bits, where MinGW-w64's compiler has compiled the rest, those that ask for the system or hold its words."""
    for path in checking.code_files("include", "src"):
        own_header = checking.ROOT / "src" in path.parents and path.suffix != ".cpp"
        if own_header or {"posix", "sim"} & set(path.parts):
            continue
        if cpu == "x86_64" or path.stem == "thrum" or {"win32", "word", "park"} & set(path.parts):
            yield path


def cases(target, atomic_ops, intrinsics):
    options = [*project_options(atomic_ops), "-fsyntax-only"]
    for path in sources(target.cpu):
        text = f'#include "{path}"\n'
        for language, mode in modes_of(path):
            command = as_gnu(target, target.cpp_folders if language == "c++" else target.c_folders)
            yield [*command, "-x", language, f"-std={mode}", *options, "-D_WIN32_WINNT=0x0601", "-"], text
    for name in OTHER_WORDS:
        path = checking.ROOT / name
        for language, mode in modes_of(path):
            # libstdc++'s math.h is more than the header needs, and takes no compiler for Visual C++.
            folders = target.c_folders if path.suffix == ".h" else target.cpp_folders
            command = as_visual(target, [intrinsics, *folders])
            yield [*command, "-x", language, f"-std={mode}", *options, "-"], f'#include "{path}"\n'
    for path in checking.code_files("src/win32"):
        for windows in WINDOWS:
            command = [target.gnu_compiler, "-x", "c++", "-std=c++17", *WARNINGS, "-Wconversion", "-Wshadow"]
            yield [*command, *options, f"-D_WIN32_WINNT={windows}", "-"], f'#include "{path}"\n'


def fault(case):
    command, text = case
    result = checking.run(*command, input=text)
    if result.returncode == 0:
        return None
    return f"{' '.join(map(str, command))}\nfor {text}{result.stdout}"


with tempfile.TemporaryDirectory() as directory:
    places = [*checking.ROOT.glob("subprojects/libatomic_ops-*/src"), Path("/usr/include")]
    (found, *_) = [place for place in places if (place / "atomic_ops.h").exists()]
    # By itself: the system's other headers are not those of Windows.
    atomic_ops = Path(directory, "atomic_ops")
    atomic_ops.mkdir()
    for name in ("atomic_ops.h", "atomic_ops"):
        (atomic_ops / name).symlink_to(found / name)
    intrinsics = Path(directory, "intrinsics")
    intrinsics.mkdir()
    (intrinsics / "intrin.h").write_text(INTRINSICS)

    faults = list(word_faults())
    targets = [Target(path) for path in sorted((checking.ROOT / "cross").glob("*-w64-mingw32.ini"))]
    all_cases = [case for target in targets for case in cases(target, atomic_ops, intrinsics)]
    faults.extend(filter(None, checking.in_parallel(fault, all_cases)))
    checking.finish(faults, len(all_cases))
