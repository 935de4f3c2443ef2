"""RecTools 0.19.0's SASRec on ml-1m, on our split: seconds per pass, validation NDCG@10 after each, test of the best.

    python benchmarks/external/rectools_sasrec.py --threads 2 --out results/rectools_sasrec.json

The model has a softmax loss over the catalogue, width 64, L = 200 (`--width`, `--length`) and two blocks. Everything
else is the library's default: four heads, dropout 0.2, Adam at 0.001, batches of 128 users, and the last L + 1 training
items of each user.

The last item of each user is the test item, and the one before it is the validation item. Ranking is over the full
catalogue, with the user's earlier items masked and ties counted against the model. Training stops after `--patience`
passes without a better validation NDCG@10, when it reaches `--target`, or when it has taken `--seconds`.

If interrupted, the same command continues after the last finished pass.
"""

import platform
import warnings

import command
from environment import enter


def main() -> None:
    parser = command.parser(__doc__, command.SHARED_DATA / "ml-1m" / "ratings.csv.gz", ".venv-rectools")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--length", type=int, default=200, help="items of a history that the model reads")
    parser.add_argument("--users", type=int, help="use only the first users, for a smoke test")
    options = command.parse(parser)
    settings = {"n_blocks": 2, "n_factors": options.width, "session_max_len": options.length, "loss": "softmax"}
    enter(options.venv, command.HERE / "rectools_requirements.txt")
    warnings.simplefilter("ignore")

    import numpy as np
    import pandas as pd
    import torch
    from pytorch_lightning import LightningModule, Trainer, seed_everything
    from rectools import Columns
    from rectools.dataset import Dataset
    from rectools.models import SASRecModel
    from rectools_validation import Cases, Limits, Validation

    torch.set_num_threads(options.threads)
    seed_everything(options.seed)

    table = pd.read_csv(options.data).sort_values("timestamp", kind="stable")
    if options.users:
        table = table[table["user_id"].isin(table["user_id"].unique()[: options.users])]
    from_end = table.groupby("user_id").cumcount(ascending=False)
    evaluated = table.groupby("user_id")["item_id"].transform("size") >= 3
    test, validation = table[evaluated & (from_end == 0)], table[evaluated & (from_end == 1)]
    train = table.drop(index=test.index).drop(index=validation.index)
    dataset = Dataset.construct(
        pd.DataFrame(
            {
                Columns.User: train["user_id"],
                Columns.Item: train["item_id"],
                Columns.Weight: 1.0,
                Columns.Datetime: pd.to_datetime(train["timestamp"], unit="s"),
            }
        )
    )

    def report() -> dict:
        return {
            "library": "RecTools 0.19.0",
            "model": "SASRec",
            "data": f"{options.data.parent.name}, leave-last-out, full ranking, seen items masked",
            "training_interactions": len(train),
            "settings": settings,
            "seed": options.seed,
            "threads": torch.get_num_threads(),
            "batches_per_pass": options.batches,
            "versions": {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()},
            "best_epoch": watch.best["epoch"],
            "best_validation/ndcg@10": watch.best["validation/ndcg@10"],
            "training_seconds_to_best": watch.best["training_seconds"],
            "seconds_per_pass": sum(row["seconds"] for row in watch.passes) / len(watch.passes),
            "passes": watch.passes,
        }

    def item_ids() -> np.ndarray:
        return model.data_preparator.item_id_map.external_ids

    def validate(module: LightningModule) -> dict[str, float]:
        return Cases.build(train, validation, item_ids()).measure(module, options.length)

    checkpoint = options.out.with_suffix(".checkpoint.pt")
    limits = Limits(options.epochs, options.patience, options.target, options.seconds)
    watch = Validation(validate, lambda: command.write_json(options.out, report()), checkpoint, limits)
    model = SASRecModel(**settings)
    model._trainer = Trainer(  # the library documents this as the way to another trainer
        max_epochs=options.epochs,
        limit_train_batches=options.batches,
        callbacks=[watch],
        accelerator="cpu",
        devices=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    model.fit(dataset)

    module = model.lightning_model
    module.load_state_dict(watch.best_state)
    history = pd.concat([train, validation]).sort_values("timestamp", kind="stable")
    figures = Cases.build(history, test, item_ids()).measure(module, options.length)
    measured = {f"test/{name}": value for name, value in figures.items()}
    command.write_json(options.out, {**report(), **measured})
    print(measured, "->", options.out)


if __name__ == "__main__":
    main()
