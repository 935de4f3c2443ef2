"""Says what a training reads, splits and chooses."""

import numpy as np
import tensorflow as tf

from tfrec_dl.adversarial.model import AdversarialModel
from tfrec_dl.cli.console import say
from tfrec_dl.cli.reports.features import NarratedFeatures
from tfrec_dl.cli.reports.memory import show_size
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.prepared.folder import PreparedFolder
from tfrec_dl.data.prepared.source import PreparedSource, PreparedSplit
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.split import EvaluationCases, Split
from tfrec_dl.data.vocabulary import FIRST_ITEM, UNKNOWN
from tfrec_dl.errors import InputError
from tfrec_dl.retrieval.build import FULL_SOFTMAX_LIMIT, default_loss
from tfrec_dl.retrieval.memory_estimate import SizeEstimate
from tfrec_dl.runs.optimisers import optimizer_title

PARTS = ("user", "item", "time", "rating")


class NarratedSource(NarratedFeatures, DataSource):
    """A source that says what it holds; a missing column's error names the option that chooses another."""

    def read(self) -> Interactions:
        """Reads and checks the table."""
        say(f"reading {self.path}")
        try:
            interactions = super().read()
        except InputError as error:
            for part in PARTS:
                if str(error).startswith(f"no column {getattr(self, part)!r} "):
                    raise InputError(f"{error} (--{part}-column names the {part}s' column)") from error
            raise
        order = "" if interactions.times is not None else "; no times: the table's order is the order in time"
        say(
            f"{len(interactions):,} interactions of {len(interactions.user_ids):,} users "
            f"with {len(interactions.item_ids):,} items{order}"
        )
        if interactions.weights is not None:
            say(f"weights: an interaction counts in the loss as column {self.weight or 'weight'!r} says")
        return interactions

    def divide(self, interactions: Interactions, items: Catalogue | None = None) -> Split:
        """Splits the interactions."""
        split = super().divide(interactions, items)
        say(
            f"split {self.split}: {len(split.train.items):,} interactions of {len(split.train):,} users to train on, "
            f"{len(split.vocabulary.ids):,} items; {len(split.validation):,} users to validate on, "
            f"{len(split.test):,} to test on"
        )
        if self.min_count > 1:
            say(_left_out(self.min_count, interactions, split))
        met_before = _met_before(split.test, split.vocabulary.size)
        if met_before:
            say(
                f"{met_before:,} of {len(split.test.targets.items):,} items to find in the test were met before by the "
                "same user: misses while seen items are masked (`tfrec-dl evaluate RUN --keep-seen` lets them compete)"
            )
        return split


class NarratedPrepared(PreparedSource):
    """A prepared folder that says what it holds."""

    def read(self) -> PreparedFolder:
        """Opens the folder."""
        folder = super().read()
        size, evaluated = folder.size, folder.manifest["evaluation"]
        say(f"prepared folder {self.path}: {len(folder.shards)} shards, read again each pass")
        say(
            f"{size['interactions']:,} interactions of {size['users']:,} users with {size['items']:,} items; "
            f"{evaluated['drawn']:,} of {evaluated['of']:,} users to validate and test on"
        )
        return folder

    def divide(self, folder: PreparedFolder, items: Catalogue | None = None) -> PreparedSplit:
        """The split."""
        split = super().divide(folder, items)
        say(
            f"split {self.split}: {folder.manifest['counts']['trained']:,} interactions to train on, "
            f"{len(split.vocabulary.ids):,} items"
        )
        return split


def _left_out(min_count: int, interactions: Interactions, split: Split) -> str:
    """What falls under `min_count`."""
    rare = len(interactions.item_ids) - (split.vocabulary.trained_size - FIRST_ITEM)
    held_out = len(split.validation.targets.items) + len(split.test.targets.items)
    dropped = len(interactions) - held_out - len(split.train.items)
    missed = np.count_nonzero(split.test.targets.items == UNKNOWN)
    return (
        f"{rare:,} items have fewer than {min_count:,} training interactions: their {dropped:,} are left out, and "
        f"{missed:,} of {len(split.test.targets.items):,} items to find in the test, being of them, are misses"
    )


def _met_before(cases: EvaluationCases, vocabulary_size: int) -> int:
    """How many targets are in the history they follow."""
    met, wanted = (
        np.repeat(np.arange(len(part), dtype=np.int64), part.lengths) * vocabulary_size + part.items
        for part in (cases.histories, cases.targets)
    )
    return int(np.isin(wanted, met).sum())


class Narrator(tf.keras.callbacks.Callback):
    """Says what a training will take, which network, loss and optimiser it uses, and why."""

    def on_size_estimate(self, estimate: SizeEstimate) -> None:
        """Shows it, before anything is built."""
        show_size(estimate)

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Says it."""
        if isinstance(self.model, AdversarialModel):
            say(f"the game: {_game(self.model)}")
            return
        items = self.model.vocabulary.trained_size - FIRST_ITEM
        loss, few = self.model.retrieval_loss, items <= FULL_SOFTMAX_LIMIT
        if loss != default_loss(items):
            why = "as set"
        elif few:
            why = f"exact, and cheap enough for {items:,} items (up to {FULL_SOFTMAX_LIMIT:,})"
        else:
            why = f"because a softmax over all {items:,} items costs too much (beyond {FULL_SOFTMAX_LIMIT:,})"
        say(f"network: {self.model.encoder.name}")
        say(f"loss: {loss.name}, {why}")
        if loss.reads_every_item() and self.model.history_embedding is None:
            rows = "with this loss the features of every item are read at every step"
        elif loss.reads_every_item():
            rows = "with this loss every item has a gradient, so all rows of the item table are updated"
        else:
            rows = "only the rows that a batch touches are updated, whatever the size of the catalogue"
        say(f"optimiser: {optimizer_title(self.model.optimizer)}; {rows}")

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Says where an interrupted training goes on."""
        if epoch and not self.model.history.epoch:
            say(f"continuing after epoch {epoch}")


def _game(game: AdversarialModel) -> str:
    """Who plays whom, for what, by which steps."""
    settings = game.settings
    turns = f"{settings.discriminator_steps} to 1" if settings.discriminator_steps > 1 else "by turns"
    return (
        f"{game.encoder.name} against a discriminator, {settings.adversarial_loss.name}, steps {turns}, "
        f"held to the data with weight {settings.likelihood:g}; row-sparse Adam for each side"
    )
