"""No file names a machine's own path, or a host other than those that the project's sources come from."""

import checking

# The last is part of the name of SVG, and nobody asks it for anything.
HOSTS = {"github.com", "docs.python.org", "www.w3.org"}
SUFFIXES = checking.CODE_SUFFIXES + ("", ".build", ".in", ".md", ".py", ".sh", ".txt", ".wrap", ".yml")

HOST = r"\b(?:[a-z0-9-]+\.)+(?:com|dev|io|net|org)\b"
MACHINE_PATH = r"(?<![\w.$}])/(?:home|root|tmp|Users|work)/\w"


def faults_of(path):
    for line, match in checking.matches(HOST, path):
        if match[0] not in HOSTS:
            yield f"{checking.at(path, line)}: names the host {match[0]}"
    for line, match in checking.matches(MACHINE_PATH, path):
        yield f"{checking.at(path, line)}: names the machine's path {match[0]}..."


FILES = list(checking.own_files(SUFFIXES))
checking.finish((fault for path in FILES for fault in faults_of(path)), len(FILES))
