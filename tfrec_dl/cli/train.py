"""`tfrec-dl train`."""

from pathlib import Path
from typing import Annotated

import typer

from tfrec_dl.cli.console import console, keras_verbosity, metric_table, say
from tfrec_dl.cli.folders import require_unfinished, require_writable
from tfrec_dl.cli.options import (
    BatchSize,
    Data,
    Epochs,
    ItemColumn,
    ItemFeature,
    Items,
    KindOption,
    MaxLength,
    RatingColumn,
    Seed,
    Settings,
    SplitName,
    SplitOption,
    TimeColumn,
    UserColumn,
    UserFeature,
    Users,
    parse_kinds,
    parse_settings,
    settled,
)
from tfrec_dl.cli.quiet import quiet_tensorflow

# Parts of metrics.json -> heading.
SHOWN = {"test": "test", "test_start": "before the game", "test_warm": "warm items", "test_cold": "cold items"}


def train(
    data: Data,
    model: Annotated[str, typer.Option(metavar="NAME", show_default=False, help="A recipe of `tfrec-dl models`.")],
    out: Annotated[Path, typer.Option(metavar="RUN", show_default=False, help="Folder of the run.")],
    user_column: UserColumn = "user_id",
    item_column: ItemColumn = "item_id",
    time_column: TimeColumn = None,
    rating_column: RatingColumn = None,
    items: Items = None,
    item_feature: ItemFeature = None,
    users: Users = None,
    user_feature: UserFeature = None,
    kind: KindOption = None,
    split: SplitOption = SplitName.LEAVE_LAST_OUT,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    max_length: MaxLength = None,
    seed: Seed = None,
    set_: Settings = None,
) -> None:
    """Train a model on a table of interactions.

    RUN gets config.json, metrics.json, history.csv, checkpoints and TensorBoard logs; that of a stack a run of each
    member, that of a game one of its generator before the game. Interrupted at any moment, the same command continues
    it. A finished RUN is never overwritten.
    """
    require_writable(out)
    require_unfinished(out)
    item_kinds = parse_kinds("--item-feature", item_feature, items)
    user_kinds = parse_kinds("--user-feature", user_feature, users)
    settings = parse_settings(set_, epochs=epochs, batch_size=batch_size, max_length=max_length, seed=seed)
    quiet_tensorflow()
    from tfrec_dl.cli.narration import NarratedSource, Narrator
    from tfrec_dl.recipes import StackedConfig, get_recipe
    from tfrec_dl.training.compare import refuse_other_recipe
    from tfrec_dl.training.run_config import read_json
    from tfrec_dl.training.train import train

    recipe = settled(get_recipe(model), settings, kind, items)
    refuse_other_recipe(recipe, out)
    source = NarratedSource(
        data,
        user_column,
        item_column,
        time_column,
        rating_column,
        split=split.value,
        items=items,
        item_kinds=item_kinds,
        users=users,
        user_kinds=user_kinds,
    )
    run = train(recipe, source, out, [Narrator()], keras_verbosity())

    metrics = run.metrics()
    shown = {part: title for part, title in SHOWN.items() if f"{part}/ndcg@10" in metrics}
    console().print(metric_table(metrics, shown, f"{recipe.name}, items of the history left out"))
    if isinstance(recipe.model, StackedConfig):
        shares = ", ".join(f"{name} {weight:.2f}" for name, weight in run.stacked_model().weights().items())
        say(f"weights of the members' standardised scores: {shares}")
        kept = f"runs of the members: {out / 'members'}; curves: tensorboard --logdir {out}"
    else:
        if "test_gain/ndcg@10" in metrics:
            gain, low, high, p = (metrics[f"test_gain/ndcg@10{part}"] for part in ("", "/low", "/high", "/p"))
            covered = metrics["test_gain/coverage@10"]
            kept = read_json(out / "game.json")["kept_epoch"]
            say(f"kept: the generator {f'after epoch {kept} of' if kept else 'as it was before'} the game")
            say(f"the game added {gain:+.4f} to ndcg@10 ({low:+.4f} to {high:+.4f}, p = {p:.2g})")
            say(f"and {covered:+.4f} to coverage@10")
        kept = f"epochs: {out / 'history.csv'}; curves: tensorboard --logdir {out / 'logs'}"
    say(f"figures: {out / 'metrics.json'}; {kept}")
    say(f"next: tfrec-dl export {out} DEST")
