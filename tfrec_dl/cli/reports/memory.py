"""Shows what a training will take."""

from rich.table import Table

from tfrec_dl.cli.console import console, say
from tfrec_dl.retrieval.memory_estimate import SizeEstimate
from tfrec_dl.retrieval.memory_report import readable

LARGE = 2**30  # bytes to come from which on they are shown in parts


def show_size(estimate: SizeEstimate) -> None:
    """Prints a line where it is little, else a table."""
    of_all = "" if estimate.limit is None else f" of {readable(estimate.limit)}"
    disk = f"{readable(estimate.checkpoints)} of disk for checkpoints, {readable(estimate.export)} for an export"
    if estimate.fits and estimate.memory - estimate.loaded < LARGE:
        say(f"memory: about {readable(estimate.memory)}{of_all}; {disk}")
        return
    table = Table(title="what it will take, about", title_justify="left", show_footer=True)
    table.add_column("memory", footer=f"in all{of_all and ',' + of_all}")
    table.add_column("", justify="right", footer=readable(estimate.memory))
    shared = "" if estimate.rows >= estimate.items else f" for {estimate.items:,} items"
    for what, size in (
        ("TensorFlow and the data, loaded already", estimate.loaded),
        (f"tables of items, {estimate.rows:,} rows{shared}", estimate.tables),
        ("biases of items", estimate.biases),
        ("network", estimate.network),
        ("optimiser's numbers beside the weights", estimate.slots),
        ("activations, logits and gradients of a step", estimate.step),
        ("evaluation: all items' vectors, a block of scores", estimate.evaluation),
    ):
        table.add_row(what, readable(size))
    console().print(table)
    say(disk)
