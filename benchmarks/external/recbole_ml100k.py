"""RecBole 1.2.1's GRU4Rec or NextItNet on ml-100k, on our split: seconds per pass, and validation NDCG@10 after each.

    python benchmarks/external/recbole_ml100k.py GRU4Rec --threads 2 --out results/recbole_gru4rec.json

`--data .../ml-1m/ratings.csv.gz` trains on another table. Training ends when it reaches `--target`, or when it has
taken `--seconds`.

The last item of each user is the test item, and the one before it is the validation item. Ranking is over the full
catalogue, with the user's earlier items masked. RecBole's own classes train and rank, with three corrections:
- RecBole sorts by time with an unstable sort, and half of ml-100k's neighbors share a second. Its file therefore holds
  the rank.
- RecBole masks no earlier items for sequential models. `MaskingTrainer` does.
- RecBole's `sine.py` switches autograd's anomaly detection on for every sequential model. It is switched off, and this
  is checked after each pass.

If interrupted, the same command continues after the last finished pass.
"""

import contextlib
import os
import platform
import sys
import warnings
from pathlib import Path

import command
from environment import enter

COMMON = {
    "embedding_size": 64,
    "loss_type": "CE",
    "MAX_ITEM_LIST_LENGTH": 50,
    "train_batch_size": 512,
    "learning_rate": 0.002,
}
MODELS = {
    "GRU4Rec": {**COMMON, "hidden_size": 64, "num_layers": 1, "dropout_prob": 0.3},
    "NextItNet": {**COMMON, "kernel_size": 3, "block_num": 5, "dilations": [1, 4], "reg_weight": 1e-5},
}
TEST_NAMES = {"ndcg@10": "test/ndcg@10", "hit@10": "test/hit_rate@10", "mrr@10": "test/mrr@10"}


def write_interactions(ratings: Path, folder: Path) -> None:
    """RecBole's atomic file, sorted by time with ties in file order; the rank stands in for the time."""
    import pandas as pd

    table = pd.read_csv(ratings).sort_values("timestamp", kind="stable").reset_index(drop=True)
    columns = {"user_id:token": table["user_id"], "item_id:token": table["item_id"], "timestamp:float": table.index}
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(columns).to_csv(folder / f"{folder.name}.inter", sep="\t", index=False)


def main() -> None:
    parser = command.parser(__doc__, command.SHARED_DATA / "ml-100k" / "ratings.csv.gz", ".venv-recbole")
    parser.add_argument("model", choices=sorted(MODELS))
    options = command.parse(parser)
    enter(options.venv, command.HERE / "recbole_requirements.txt", without_dependencies=("recbole==1.2.1",))
    warnings.simplefilter("ignore", FutureWarning)

    import numpy as np
    import torch
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.utils import get_model, init_seed
    from recbole_trainer import Enough, MaskingTrainer, TrainingEnded

    torch.set_num_threads(options.threads)
    work = options.out.with_suffix("")  # the converted data, RecBole's logs, the checkpoint
    name = options.data.parent.name
    write_interactions(options.data, work / "dataset" / name)
    os.chdir(work)
    settings = {
        **MODELS[options.model],
        "data_path": "dataset",
        "load_col": {"inter": ["user_id", "item_id", "timestamp"]},
        "eval_args": {"split": {"LS": "valid_and_test"}, "order": "TO", "group_by": "user", "mode": "full"},
        "metrics": ["NDCG", "Hit", "MRR"],
        "topk": [10],
        "valid_metric": "NDCG@10",
        "metric_decimal_place": 6,
        "train_neg_sample_args": None,
        "epochs": options.epochs,
        "stopping_step": options.patience,
        "use_gpu": False,
        "show_progress": False,
        "seed": options.seed,
    }
    sys.argv = sys.argv[:1]  # RecBole would read our command line, too
    config = Config(model=options.model, dataset=name, config_dict=settings)
    init_seed(config["seed"], config["reproducibility"])
    dataset = create_dataset(config)
    users, items = (np.asarray(dataset.inter_feat[field]) for field in (dataset.uid_field, dataset.iid_field))
    train_data, valid_data, test_data = data_preparation(config, dataset)

    seen_at_test = torch.zeros(dataset.user_num, dataset.item_num, dtype=torch.bool)
    seen_at_test[users, items] = True
    test_pairs, validation_pairs = (
        (part.dataset[config["USER_ID_FIELD"]], part.dataset[config["ITEM_ID_FIELD"]])
        for part in (test_data, valid_data)
    )
    seen_at_test[test_pairs] = False
    seen = seen_at_test.clone()
    seen[validation_pairs] = False

    init_seed(config["seed"], config["reproducibility"])
    model = get_model(options.model)(config, train_data.dataset)
    torch.autograd.set_detect_anomaly(False)

    def report() -> dict:
        best = max(trainer.passes, key=lambda row: row["validation/ndcg@10"])
        return {
            "library": "RecBole 1.2.1",
            "model": options.model,
            "data": f"{name}, leave-last-out, full ranking, seen items masked",
            "training_samples": len(train_data.dataset),
            "candidates": dataset.item_num - 1,
            "settings": MODELS[options.model],
            "seed": options.seed,
            "threads": torch.get_num_threads(),
            "batches_per_pass": options.batches or len(train_data),
            "versions": {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()},
            "anomaly_detection": torch.is_anomaly_enabled(),
            "best_epoch": best["epoch"],
            "best_validation/ndcg@10": best["validation/ndcg@10"],
            "training_seconds_to_best": best["training_seconds"],
            "seconds_per_pass": sum(row["seconds"] for row in trainer.passes) / len(trainer.passes),
            "passes": trainer.passes,
        }

    enough = Enough(options.target, options.seconds)
    trainer = MaskingTrainer(
        config, model, seen, lambda: command.write_json(options.out, report()), options.batches, enough
    )
    if trainer.resume():
        print(f"continuing after pass {trainer.start_epoch}")
    if trainer.cur_step <= options.patience and not (trainer.passes and enough.reached(trainer.passes[-1])):
        with contextlib.suppress(TrainingEnded):
            trainer.fit(train_data, valid_data, verbose=False, saved=False, callback_fn=trainer.record)

    model.load_state_dict(trainer.best_state)
    trainer.seen = seen_at_test
    measured = trainer.evaluate(test_data, load_best_model=False)
    test = {ours: float(measured[theirs]) for theirs, ours in TEST_NAMES.items()}
    command.write_json(options.out, {**report(), **test})
    print(test, "->", options.out)


if __name__ == "__main__":
    main()
