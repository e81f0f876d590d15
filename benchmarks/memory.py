"""Memory of a node, ours and PyPI's micrograd: what a chain of additions adds to the process.

python benchmarks/memory.py [--quick] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

from peers import pypi_micrograd
from table import markdown

BAR = 128
OURS, THEIRS = 5_000_000, 200_000


def grown(kind: type, nodes: int) -> float:
    """Return by how many bytes a node the process grows when a chain of additions is built."""
    a = b = kind(1.0)
    for _ in range(10_000):  # so that the allocator has its first blocks
        a = a + b
    before = resident_bytes()
    for _ in range(nodes):
        a = a + b
    return (resident_bytes() - before) / nodes


def resident_bytes() -> int:
    """Return the memory that the process occupies: on Linux now, elsewhere at the most so far."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            import resource

            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def in_a_process_of_its_own(who: str, nodes: int) -> float:
    """Return what ``grown`` measures there."""
    command = [sys.executable, __file__, "--grow", who, "--nodes", str(nodes)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    """Print the table; write the figures where the user asks for it."""
    parser = argparse.ArgumentParser(description="Bytes a node, ours and micrograd's.")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--grow", help=argparse.SUPPRESS)
    parser.add_argument("--nodes", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    peer = pypi_micrograd()
    if arguments.grow:
        from micrograd.engine import Value

        assert peer is not None or arguments.grow == "ours"
        print(grown(Value if arguments.grow == "ours" else peer.Value, arguments.nodes))
        return
    if sys.platform == "win32":
        print("Not measured on Windows, which has no such figure of a process in Python's own library.")
        return
    figures = {"ours": in_a_process_of_its_own("ours", OURS)}
    if peer:
        figures["micrograd"] = in_a_process_of_its_own("micrograd", THEIRS)
    ours = figures["ours"]
    mark = f"{ours:.0f} bytes ({'at most' if ours <= BAR else 'ABOVE'} {BAR})"
    others = f"{figures['micrograd']:.0f} bytes" if peer else "-"
    print(
        markdown(
            ["memory of a node", "ours", "micrograd"], [[f"chain of additions ({OURS:,})", mark, others]]
        )
    )
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=1)


if __name__ == "__main__":
    main()
