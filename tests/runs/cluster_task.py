"""A task of a cluster, as `tfrec-dl train --strategy` starts it; what it trains on has a known best answer.

python -m tests.runs.cluster_task STRATEGY FOLDER [EPOCH]: killed in the middle of that epoch, counted from 1.
"""

import os
import signal
import sys
from pathlib import Path

import tfrec_dl
from tests.runs.runs import Interrupts
from tfrec_dl.cli.options.devices import DeviceOptions, StrategyChoice, open_devices, restarting

SETTINGS = {
    "epochs": 4,
    "patience": 4,
    "batch_size": 16,
    "units": 16,
    "dimension": 16,
    "learning_rate": 0.03,
    "max_length": 8,
}


class Killed(Interrupts):
    """Ends the process as SIGKILL does."""

    def interrupt(self):
        os.kill(os.getpid(), signal.SIGKILL)


def main(name: str, folder: str, *epoch: str) -> None:
    out = Path(folder) / "run"
    strategy = open_devices(DeviceOptions(StrategyChoice(name)), out)
    if strategy is None:
        return
    recipe = tfrec_dl.get_recipe("simple_rnn").with_settings(SETTINGS)
    source = tfrec_dl.DataSource(str(Path(folder) / "table.csv"))
    with restarting(out):
        tfrec_dl.train(recipe, source, out, [Killed(int(each)) for each in epoch], 2, strategy)


if __name__ == "__main__":
    main(*sys.argv[1:])
