"""A family of models: one object that knows how its recipes are configured, trained, opened and exported."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import tensorflow as tf

from tfrec_dl.data.dataset import Dataset, Source
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.report_blocks import Section
from tfrec_dl.families.export_options import DEFAULT_EXPORT, ExportOptions
from tfrec_dl.families.second_stage import CHOSEN, REFIT, SecondStage, gain_lines, gain_section, runs_of_stages
from tfrec_dl.families.task import Task
from tfrec_dl.families.training_profile import profile_of
from tfrec_dl.layers.global_policy import require_float32
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.history import HISTORY
from tfrec_dl.runs.run_config import flat_settings
from tfrec_dl.runs.run_folder import RunFolder
from tfrec_dl.runs.strategies import one_device
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.export import export_saved_model


class Family(ABC):
    """Base class of families, which `train`, `compare`, `evaluate`, `export` and `models` call.

    A family is registered under the name in its configurations: `@FAMILIES.register("retrieval")`.

    Attributes:
        name: name of the family, set by `register`.
        config: class of a recipe's `model`; its field `name` is the name of the family.
        training: class of a recipe's `training`.
        task: task of its models.
        is_network: whether a model of it is a single network that recommends, which can be a member of a stack or a
            generator.
        needs_table: whether it needs the table in memory, so that it cannot use a prepared folder.
        is_adversarial: whether a model of it is trained against another.
        has_strategies: whether it trains under a `tf.distribute` strategy.
        goes_on: whether training can start from a finished run (`training.warm_start`).
        refits: whether a model of it can be trained again on the training and validation parts (`training.refit`).
        settings_note: a line of `tfrec-dl models` on its settings; "" for none.
    """

    name: ClassVar[str]
    config: ClassVar[type]
    training: ClassVar[type]
    task: ClassVar[Task]
    is_network: ClassVar[bool] = False
    needs_table: ClassVar[bool] = True
    is_adversarial: ClassVar[bool] = False
    has_strategies: ClassVar[bool] = False
    goes_on: ClassVar[bool] = False
    refits: ClassVar[bool] = False
    settings_note: ClassVar[str] = ""

    @abstractmethod
    def recipes(self) -> Iterable[Recipe]:
        """Returns its recipes, with their default settings."""

    def check(self, recipe: Recipe, source: Source, strategy: tf.distribute.Strategy | None = None) -> None:
        """Refuses what cannot be trained, before anything is read.

        Args:
            recipe: recipe of this family.
            source: source of the data.
            strategy: strategy to train under; None for one device.

        Raises:
            InputError: if recipe, source and strategy do not fit together, or Keras's global policy is not float32.
        """
        require_float32()
        for path, value in flat_settings({"model": recipe.to_dict()["model"]}).items():
            if path.endswith(".counts") and value:
                raise InputError(
                    f"{path} is {value}, but counts are only for a network that is trained on its own: leave it out; a "
                    "stack has transitions among its baselines."
                )
        for path, value in flat_settings({"training": recipe.to_dict()["training"]}).items():
            if path.endswith(".refit") and value and not self.refits:
                raise InputError(
                    f"{path} is {value}, and {recipe.name!r} cannot be trained once more on the validation part: "
                    "leave it out, or choose a network, a stack or a ranker."
                )
        if self.needs_table and not source.in_memory:
            raise InputError(
                f"{recipe.name!r} needs the table in memory, and {source.path} is a prepared folder: give the table "
                "itself, or choose a single network."
            )
        if not self.has_strategies and strategy not in (None, one_device()):
            raise InputError(
                f"{recipe.name!r} trains on one device: leave the strategy out, or choose a single network."
            )

    @abstractmethod
    def train(
        self,
        recipe: Recipe,
        dataset: Any,
        folder: Path,
        callbacks: Sequence[tf.keras.callbacks.Callback] = (),
        verbose: str | int = "auto",
        strategy: tf.distribute.Strategy | None = None,
    ) -> None:
        """Trains a recipe into a folder; if killed at any moment and called again, resumes after the last full epoch.

        Args:
            recipe: recipe of this family, checked.
            dataset: dataset of the source.
            folder: folder of the run: new, or that of the same unfinished run.
            callbacks: further Keras callbacks; the logs contain the validation metrics.
            verbose: as in `model.fit`.
            strategy: devices to train on; None for one.

        Raises:
            InputError: if the data are bad, or the folder contains something else or another process trains into it;
                before anything is written.
        """

    @abstractmethod
    def model(self, run: RunFolder) -> Any:
        """Returns the trained model of a run, with its best weights.

        Raises:
            InputError: if it is not trained yet, or cannot be read.
        """

    def export(self, run: RunFolder, dest: Path, card: ModelCard, options: ExportOptions = DEFAULT_EXPORT) -> Path:
        """Exports a finished run's model to DEST/<next free version>/; returns the version's folder.

        By default it exports a recommender.

        Args:
            run: the run.
            dest: folder of the versions.
            card: model card of the run.
            options: options of the export.

        Raises:
            InputError: if `keep_seen`, attributes or an index are set and the model makes no recommendations; if the
                table of items, or for an index the run's data, cannot be read.
        """
        keep_seen = run.recipe.training.keep_seen if options.keep_seen is None else options.keep_seen
        attributes, shown = options.attribute_source(run.source), options.shown_source(run.source)
        card = card if card.profile else replace(card, profile=profile_of(run))
        index = options.index_request(run)
        model, card = self.model_to_export(run, card, options)
        return export_saved_model(model, dest, options.k_max, card, keep_seen, attributes, shown, index)

    def model_to_export(self, run: RunFolder, card: ModelCard, options: ExportOptions) -> tuple[Any, ModelCard]:
        """Returns the run's model and card, with new counts if the options name them; by default these are refused.

        Raises:
            InputError: if counts are requested, and the model has none or they cannot be computed.
        """
        options.refuse_counts(run.folder)
        return run.model(), card

    def filled_in(self, recipe: Recipe, dataset: Dataset) -> Recipe:
        """Returns a recipe with its open settings filled in from the data; training it gives the same model.

        By default returns the recipe unchanged.

        Args:
            recipe: recipe of this family.
            dataset: dataset of the source.
        """
        return recipe

    def is_refitted(self, recipe: Recipe) -> bool:
        """Whether a recipe's model has also learned from the validation part after training."""
        return self.refits and bool(recipe.training.refit)

    def second_stage(self, recipe: Recipe) -> SecondStage | None:
        """Returns the second of a recipe's two trainings; None if it has only one."""
        return REFIT if self.is_refitted(recipe) else None

    def counts(self, recipe: Recipe) -> bool | None:
        """Whether a recipe's model is blended with transition counts; None if the data decide."""
        return False

    def reads_item_features(self, recipe: Recipe) -> bool:
        """Whether a model of the recipe can represent items by their features."""
        return any(name.endswith("kind") for name in flat_settings(recipe.to_dict()["model"]))

    def lines(self, run: RunFolder) -> list[RunFolder]:
        """Returns the runs with a line in a leaderboard: the run, and its parts that are models of their own."""
        return runs_of_stages(run, self.second_stage(run.recipe))

    def why_not_measured(self, run: RunFolder, part: str) -> str | None:
        """Returns why a model cannot be evaluated on the "validation" or "test" part; None if it can."""
        if part != "validation" or not self.is_refitted(run.recipe):
            return None
        return (
            f"{run.folder} has learned from the validation targets too: the run that was chosen on them is "
            f"{run.folder / CHOSEN}."
        )

    def outcome(self, run: RunFolder) -> list[str]:
        """Returns lines on the result of a training besides the metrics; by default the gain of a second stage."""
        second = self.second_stage(run.recipe)
        return [] if second is None else gain_lines(run.metrics(), second.what)

    def sections(self, run: RunFolder) -> list[Section]:
        """Returns report sections that only the run's family knows; by default the effect of a second stage."""
        second = self.second_stage(run.recipe)
        return [] if second is None else [gain_section(run.metrics(), f"What {second.what} changed")]

    def where(self, run: RunFolder) -> str:
        """Names the files with the results of a run's epochs; the first training's if this one has none."""
        if not (run.folder / HISTORY).exists():
            run = runs_of_stages(run, self.second_stage(run.recipe))[-1]
        return f"epochs: {run.folder / HISTORY}; curves: tensorboard --logdir {run.folder / 'logs'}"

    def settings(self, recipe: Recipe) -> dict[str, Any]:
        """Returns the settings of a recipe that `tfrec-dl models` lists: path -> value."""
        hidden = ("model.body.name", "model.ranker.name", "model.name")  # they are in the recipe's own name
        settings = flat_settings({"model": recipe.to_dict()["model"], "training": recipe.to_dict()["training"]})
        return {name.removesuffix(".name"): value for name, value in settings.items() if name not in hidden}
