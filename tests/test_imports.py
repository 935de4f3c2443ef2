"""How much of the package is loaded for what."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def modules_of_the_package(program: str) -> list[str]:
    """The modules of tfrec_dl that a program has loaded at its end."""
    ending = "import json, sys; print(json.dumps([name for name in sys.modules if name.startswith('tfrec_dl')]))"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\n{ending}"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_an_export_answers_without_what_trains_or_ranks():
    loaded = modules_of_the_package("import tfrec_dl; tfrec_dl.load('saved_models/gru').recommend([['1']], k=3)")
    assert len(loaded) <= 60, loaded
    assert not {name.split(".")[1] for name in loaded if "." in name} & {"retrieval", "ranking", "two_stage", "runs"}


def test_fitting_a_model_loads_no_other_task_and_no_command():
    loaded = modules_of_the_package("from tfrec_dl import fit")
    assert len(loaded) <= 110, loaded
    assert not {name.split(".")[1] for name in loaded if "." in name} & {"ranking", "reviews", "adversarial", "cli"}
