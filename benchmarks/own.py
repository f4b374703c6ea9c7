"""`./run bench own [ROWS]`: a curator's file of a million rows, from CSV to a table on the wall: seconds and memory.

Everything happens in a process of its own, whose largest size the system tells; an empty one beside it shows what of that is
Python and its libraries. Seconds on a machine that does other things as well say little: CPU seconds stand beside them.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = 1_000_000
QUERY = "SELECT year, sex, avg(decay) AS decay, count(*) AS people FROM own GROUP BY ALL ORDER BY ALL"
PROGRAM = """
import resource, sys, time
from pathlib import Path
from installation.data.own.load import load_own
from installation.data.tables import Tables
def told(name, work):
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    print(f"    {name:44} {time.perf_counter() - wall:6.2f} s, {time.process_time() - cpu:6.2f} s of CPU")
    return found
path = Path(sys.argv[1])
if path.is_file():
    package = told("read, typed and proved, the first time", lambda: load_own(path, path.name, path.parent))
    told("again, unchanged", lambda: load_own(path, path.name, path.parent))
    with Tables({"own": package}) as tables:
        count = told("aggregated to the rows of a table", lambda: tables.query(sys.argv[2])).count
    print(f"    {count} rows come to the wall")
else:
    with Tables({}) as tables:
        tables.query("SELECT 1 AS one")
print(f"    largest size: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
"""


def write(path: Path, rows: int) -> None:
    """People with a place, a year, and figures; the same each time."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        file.write("id,place,region,year,sex,decay,sugar,weight,note,code\n")
        for i in range(rows):
            figures = f"{chance.random() * 7:.3f},{chance.random() * 200:.2f},{chance.random():.6f}"
            note = "n/a" if i % 50 == 0 else "fine"
            file.write(
                f"{i},place {i % 5000},region {i % 17},{2000 + i % 25},{'fm'[i % 2]},{figures},{note},{i % 999:03d}\n"
            )


def main(rows: int = ROWS) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.csv"
        write(path, rows)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB of CSV", flush=True)
        surroundings = {**os.environ, "INSTALLATION_CACHE": str(Path(folder) / "cache")}
        for name, file in (("nothing, for comparison", Path(folder) / "none"), ("the file", path)):
            print(f"  {name}", flush=True)
            subprocess.run([sys.executable, "-c", PROGRAM, str(file), QUERY], env=surroundings, check=True)
