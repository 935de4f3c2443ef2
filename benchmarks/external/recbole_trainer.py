"""RecBole's trainer with timing, masking of the user's earlier items, and resumption after an interruption."""

import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from recbole.trainer import Trainer


class Head:
    """The first batches of a data loader, for a smoke test."""

    def __init__(self, batches, count: int) -> None:
        self.batches, self.count, self.shuffle = batches, count, batches.shuffle

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator:
        for batch, _ in zip(self.batches, range(self.count), strict=False):
            yield batch


class TrainingEnded(Exception):
    """Raised out of RecBole's loop, which has no other way to end before its patience does."""


@dataclass(frozen=True)
class Enough:
    """When training ends before RecBole's own early stopping.

    Attributes:
        target: validation NDCG@10 that is enough.
        seconds: of training, validation apart, after which no further pass begins.
    """

    target: float = math.inf
    seconds: float = math.inf

    def reached(self, row: dict) -> bool:
        return row["validation/ndcg@10"] >= self.target or row["training_seconds"] >= self.seconds


class MaskingTrainer(Trainer):
    """Keeps a row a pass in `passes`, and the weights of the best pass in `best_state`.

    Args:
        seen: [users, items] bool: the items never to recommend to a user. RecBole masks none for sequential models.
        on_pass: called after each pass.
        batches: batches a pass; None: all.
        enough: when to end early.
    """

    CHECKPOINT = Path("checkpoint.pt")

    def __init__(
        self,
        config,
        model,
        seen: torch.Tensor,
        on_pass: Callable[[], None],
        batches: int | None = None,
        enough: Enough = Enough(),  # noqa: B008 (frozen)
    ) -> None:
        super().__init__(config, model)
        self.seen = seen
        self.on_pass = on_pass
        self.batches = batches
        self.enough = enough
        self.passes: list[dict] = []
        self.best_state: dict[str, torch.Tensor] = {}

    def _train_epoch(self, train_data, *args, **kwargs):
        batches = train_data if self.batches is None else Head(train_data, self.batches)
        start = time.perf_counter()
        loss = super()._train_epoch(batches, *args, **kwargs)
        self.seconds = time.perf_counter() - start
        self.loss = loss / len(batches)
        return loss

    def _full_sort_batch_eval(self, batch):
        interaction, scores, rows, targets = super()._full_sort_batch_eval(batch)
        scores[self.seen[interaction[self.config["USER_ID_FIELD"]]]] = -float("inf")
        return interaction, scores, rows, targets

    def _add_hparam_to_tensorboard(self, best_valid_result) -> None:
        """Fails on lists in the configuration, and nobody reads it."""

    def record(self, epoch: int, score: float) -> None:
        """RecBole's `callback_fn`: notes the pass, saves, reports."""
        if torch.is_anomaly_enabled():
            raise RuntimeError("autograd's anomaly detection is on: these seconds would not be RecBole's own")
        earlier = self.passes[-1]["training_seconds"] if self.passes else 0.0
        self.passes.append(
            {
                "epoch": epoch + 1,
                "seconds": self.seconds,
                "training_seconds": earlier + self.seconds,
                "loss": self.loss,
                "validation/ndcg@10": float(score),
            }
        )
        print(
            f"pass {epoch + 1:3}  {self.seconds:7.1f} s  loss {self.loss:.4f}  validation NDCG@10 {score:.4f}",
            flush=True,
        )
        if score >= self.best_valid_score:
            self.best_state = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.save()
        self.on_pass()
        if self.enough.reached(self.passes[-1]):
            raise TrainingEnded

    def save(self) -> None:
        state = {
            "passes": self.passes,
            "cur_step": self.cur_step,
            "best_valid_score": float(self.best_valid_score),
            "best_state": self.best_state,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        part = self.CHECKPOINT.with_suffix(".part")
        torch.save(state, part)
        os.replace(part, self.CHECKPOINT)

    def resume(self) -> bool:
        """Goes back to the last finished pass; False when there is none. The order of the batches is not restored."""
        if not self.CHECKPOINT.is_file():
            return False
        state = torch.load(self.CHECKPOINT)
        self.passes, self.best_state = state["passes"], state["best_state"]
        self.start_epoch, self.cur_step, self.best_valid_score = (
            len(self.passes),
            state["cur_step"],
            state["best_valid_score"],
        )
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        return True
