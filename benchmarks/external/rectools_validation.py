"""Full ranking with seen items masked, and the callback that times, validates, stops and resumes RecTools' training."""

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from pytorch_lightning import Callback, LightningModule, Trainer


@dataclass(frozen=True)
class Cases:
    """A history and one target for each user, as the model's item numbers; target -1: not in the model's catalogue."""

    histories: list[np.ndarray]
    targets: np.ndarray

    @classmethod
    def build(cls, history: pd.DataFrame, targets: pd.DataFrame, item_ids: np.ndarray) -> "Cases":
        """From tables with user_id and item_id, the history in order of time; `item_ids` by the model's item number."""
        number = pd.Series(np.arange(len(item_ids)), index=item_ids)
        known = history.assign(number=history["item_id"].map(number)).dropna(subset="number")
        rows = {user: numbers.to_numpy(np.int64) for user, numbers in known.groupby("user_id")["number"]}
        empty = np.zeros(0, np.int64)
        histories = [rows.get(user, empty) for user in targets["user_id"]]
        return cls(histories, targets["item_id"].map(number).fillna(-1).to_numpy(np.int64))

    @torch.no_grad()
    def measure(self, module: LightningModule, length: int, batch_size: int = 256) -> dict[str, float]:
        """NDCG@10 and hit rate@10: ties count against the model, and so does a target that it does not know."""
        network = module.torch_model.eval()
        items = network.item_model.get_all_embeddings()
        ranks = []
        for start in range(0, len(self.targets), batch_size):
            histories, targets = self.histories[start : start + batch_size], self.targets[start : start + batch_size]
            batch = torch.zeros(len(histories), length, dtype=torch.long)
            for row, history in enumerate(histories):
                if len(history):
                    batch[row, -len(history[-length:]) :] = torch.as_tensor(history[-length:])
            scores = network.encode_sessions({"x": batch}, items)[:, -1] @ items.T
            target_scores = scores[torch.arange(len(targets)), torch.as_tensor(targets)].clone()
            scores[:, 0] = -float("inf")
            for row, history in enumerate(histories):
                scores[row, history] = -float("inf")
            scores[torch.arange(len(targets)), torch.as_tensor(targets)] = target_scores
            rank = (scores >= target_scores[:, None]).sum(dim=1).double()
            rank[torch.as_tensor(targets) < 0] = float("inf")
            ranks.append(rank)
        rank = torch.cat(ranks).numpy()
        gains = np.where(rank <= 10, 1 / np.log2(rank + 1), 0.0)
        return {"ndcg@10": float(gains.mean()), "hit_rate@10": float((rank <= 10).mean())}


@dataclass(frozen=True)
class Limits:
    """When training ends.

    Attributes:
        epochs: passes at most.
        patience: passes without a better validation NDCG@10.
        target: validation NDCG@10 that is enough.
        seconds: of training, validation apart, after which no further pass begins.
    """

    epochs: int
    patience: int
    target: float = math.inf
    seconds: float = math.inf

    def reached(self, passes: list[dict], best: dict) -> bool:
        last = passes[-1]
        return (
            len(passes) >= self.epochs
            or last["epoch"] - best["epoch"] >= self.patience
            or last["validation/ndcg@10"] >= self.target
            or last["training_seconds"] >= self.seconds
        )


class Validation(Callback):
    """Keeps a row a pass in `passes` and the weights of the best pass in `best_state`; stops when patience is spent.

    Args:
        validate: the trained module -> metrics with "ndcg@10".
        on_pass: called after each pass.
        checkpoint: where the state after each pass is kept; read when it exists.
        limits: when training ends.
    """

    def __init__(
        self,
        validate: Callable[[LightningModule], dict[str, float]],
        on_pass: Callable[[], None],
        checkpoint: Path,
        limits: Limits,
    ) -> None:
        self.validate, self.on_pass, self.checkpoint, self.limits = validate, on_pass, checkpoint, limits
        self.passes: list[dict] = []
        self.best_state: dict[str, torch.Tensor] = {}

    def __deepcopy__(self, memo: dict) -> "Validation":
        """RecTools fits a copy of its trainer; this stays the one to read."""
        return self

    @property
    def best(self) -> dict:
        return max(self.passes, key=lambda row: row["validation/ndcg@10"])

    @property
    def finished(self) -> bool:
        return bool(self.passes) and self.limits.reached(self.passes, self.best)

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        if not self.checkpoint.is_file():
            return
        state = torch.load(self.checkpoint)
        self.passes, self.best_state = state["passes"], state["best_state"]
        module.load_state_dict(state["model"])
        trainer.optimizers[0].load_state_dict(state["optimizer"])
        module.is_fitted = True  # or RecTools would initialise the weights again
        trainer.should_stop = self.finished
        print(f"continuing after pass {len(self.passes)}")

    def on_train_epoch_start(self, trainer: Trainer, module: LightningModule) -> None:
        self.start = time.perf_counter()

    def on_train_epoch_end(self, trainer: Trainer, module: LightningModule) -> None:
        seconds = time.perf_counter() - self.start
        row = {
            "epoch": len(self.passes) + 1,
            "seconds": seconds,
            "training_seconds": seconds + (self.passes[-1]["training_seconds"] if self.passes else 0.0),
            "loss": float(trainer.callback_metrics.get("train_loss", float("nan"))),
            **{f"validation/{name}": value for name, value in self.validate(module).items()},
        }
        module.train()
        self.passes.append(row)
        print(
            f"pass {row['epoch']:3}  {seconds:7.1f} s  validation NDCG@10 {row['validation/ndcg@10']:.4f}", flush=True
        )
        if self.best is row:
            self.best_state = {name: value.clone() for name, value in module.state_dict().items()}
        trainer.should_stop = self.finished
        part = self.checkpoint.with_suffix(".part")
        state = {"passes": self.passes, "best_state": self.best_state, "model": module.state_dict()}
        torch.save({**state, "optimizer": trainer.optimizers[0].state_dict()}, part)
        os.replace(part, self.checkpoint)
        self.on_pass()
