"""Options of the benchmark; see the package."""

import argparse
import sys
from pathlib import Path

from benchmarks import endurance
from benchmarks.endurance import kills
from benchmarks.endurance.commands import COMMANDS
from benchmarks.endurance.forked import import_everything


def main() -> int:
    """The status: 1 where something did not hold."""
    parser = argparse.ArgumentParser(
        description=endurance.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0, help="of everything that is sampled")
    parser.add_argument("--folder", type=Path, help="to work in; a temporary one by default")
    parts = parser.add_subparsers(dest="part", required=True)
    killing = parts.add_parser("kills", help="commands killed at random moments and given again")
    killing.add_argument("--kills", type=int, default=1000)
    killing.add_argument("--only", default=",".join(COMMANDS), help="names of commands: %(default)s")
    options = parser.parse_args()
    import_everything()
    held = kills.run(options.kills, options.seed, options.only.split(","), options.folder)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
