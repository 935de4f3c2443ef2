"""Command line of the benchmark, which the package's docstring describes."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import endurance
from benchmarks.endurance import inputs, kills, threads
from benchmarks.endurance.commands import COMMANDS
from benchmarks.endurance.forked import import_everything


def main() -> int:
    """The status: 1 where something did not hold."""
    parser = argparse.ArgumentParser(
        description=endurance.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0, help="seed for all random draws")
    parser.add_argument("--folder", type=Path, help="working folder (default: a temporary one)")
    parts = parser.add_subparsers(dest="part", required=True)
    killing = parts.add_parser("kills", help="kill commands at random moments and repeat them")
    killing.add_argument("--kills", type=int, default=1000)
    killing.add_argument("--only", default=",".join(COMMANDS), help="comma-separated commands (default: %(default)s)")
    hostile = parts.add_parser("inputs", help="send hostile requests, tables, features and run folders")
    hostile.add_argument("--requests", type=int, default=6000)
    hostile.add_argument("--tables", type=int, default=3500)
    hostile.add_argument("--run-folders", type=int, default=500)
    hostile.add_argument(
        "--chunk", type=int, default=50, help="run folders per process; other inputs use a multiple of it"
    )
    many = parts.add_parser("threads", help="query one export from many threads while versions are added and loaded")
    many.add_argument("--threads", type=int, default=8)
    many.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    if options.folder is not None:
        options.folder.mkdir(parents=True, exist_ok=True)
    import_everything()
    home = Path(tempfile.mkdtemp(prefix="endurance-", dir=options.folder))
    if options.part == "kills":
        held = kills.run(options.kills, options.seed, options.only.split(","), home)
    elif options.part == "inputs":
        counts = (options.requests, options.tables, options.run_folders, options.chunk)
        held = inputs.run(*counts, options.seed, home)
    else:
        held = threads.run(options.threads, options.minutes, options.seed, home)
    if held:
        shutil.rmtree(home)
    else:
        print(f"what went wrong is in {home}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
