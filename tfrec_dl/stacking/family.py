"""The family of stacks: networks and baselines whose scores a blender combines."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.data.dataset import Dataset, Source
from tfrec_dl.encoders.caser import Caser
from tfrec_dl.encoders.gru import GRU
from tfrec_dl.evaluation.report_blocks import Dots, Point, Section, Series
from tfrec_dl.families.export_options import ExportOptions
from tfrec_dl.families.family import Family
from tfrec_dl.recipes.families import FAMILIES, family_named
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.configuration import ModelConfig, TrainingConfig
from tfrec_dl.retrieval.refit import check_refit
from tfrec_dl.retrieval.task import RetrievalTask
from tfrec_dl.retrieval.warm_start.start import start_of
from tfrec_dl.runs.run_folder import RunFolder
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.stacking.configuration import DeepMember, StackedConfig
from tfrec_dl.stacking.counted_anew import counted_anew, histories_over
from tfrec_dl.stacking.files import MEMBERS
from tfrec_dl.stacking.model import StackedModel
from tfrec_dl.stacking.refit import refit_stacked
from tfrec_dl.stacking.stack_run import trained_stack
from tfrec_dl.stacking.train import member_recipe, train_stacked

PREFIX = f"model.{MEMBERS}"


@FAMILIES.register("stacked")
class StackedFamily(Family):
    """Members trained one after the other, and a blender fitted on validation."""

    config = StackedConfig
    training = TrainingConfig
    task = RetrievalTask()
    goes_on = True
    refits = True
    settings_note = "the members are recipes; a setting applies to each member that has it"

    def recipes(self) -> Iterable[Recipe]:
        """Yields a stack of a recurrent and a convolutional network with all baselines."""
        members = {"gru": DeepMember(ModelConfig(GRU())), "caser": DeepMember(ModelConfig(Caser()))}
        yield Recipe("stacked", "Wolpert, Neural Networks 1992", StackedConfig(members))

    def check(self, recipe: Recipe, source: Source, strategy: tf.distribute.Strategy | None = None) -> None:
        """Rejects what cannot be trained, before anything is read."""
        super().check(recipe, source, strategy)
        for member in recipe.model.members.values():
            family_named(member.model).check_features(member.model, source.items)
            family_named(member.model).check_histories(member.model)
        for name, member in recipe.model.members.items():
            own = member_recipe(name, member, recipe)
            check_refit(own, source)
            start_of(own)

    def train(
        self,
        recipe: Recipe,
        dataset: Any,
        folder: Path,
        callbacks: Sequence[tf.keras.callbacks.Callback] = (),
        verbose: str | int = "auto",
        strategy: tf.distribute.Strategy | None = None,
    ) -> None:
        """Trains a recipe into a folder."""
        train = refit_stacked if recipe.training.refit else train_stacked
        train(recipe, dataset, folder, callbacks, verbose)

    def model(self, run: RunFolder) -> StackedModel:
        """Returns the trained stack of a run."""
        return trained_stack(run)

    def model_to_export(
        self, run: RunFolder, card: ModelCard, options: ExportOptions
    ) -> tuple[StackedModel, ModelCard]:
        """Returns the trained stack, with transitions recounted from another table if requested; the card says so."""
        stack = self.model(run)
        if options.counts is None:
            return stack, card
        interactions = replace(run.source, path=str(options.counts)).read_interactions()
        said = (
            f"Its transitions are counted from {options.counts} ({len(interactions):,} interactions), which may "
            "include what the metrics were measured on. The metrics are those of the run, whose transitions are "
            "counted from its training part."
        )
        histories = histories_over(stack.vocabulary, interactions)
        return counted_anew(stack, histories), replace(card, limits=(*card.limits, said))

    def filled_in(self, recipe: Recipe, dataset: Dataset) -> Recipe:
        """Fills in the members' settings, each by its own family."""
        members = {}
        for name, member in recipe.model.members.items():
            own = member_recipe(name, member, recipe)
            members[name] = replace(member, model=own.family.filled_in(own, dataset).model)
        return replace(recipe, model=replace(recipe.model, members=members))

    def why_not_measured(self, run: RunFolder, part: str) -> str | None:
        """Says that the blender was fitted on the validation cases."""
        if part != "validation":
            return None
        return (
            f"{run.folder} is a stack, whose blender learned from the validation cases: its cross-fitted metrics on "
            f"them are in {run.folder / 'metrics.json'}."
        )

    def outcome(self, run: RunFolder) -> list[str]:
        """Returns the weights of the members."""
        shares = ", ".join(f"{name} {weight:.2f}" for name, weight in self.model(run).weights().items())
        return [f"weights of the members' standardised scores: {shares}", *super().outcome(run)]

    def sections(self, run: RunFolder) -> list[Section]:
        """Returns report sections on the weights of the members."""
        weights = self.model(run).weights()
        points = [Point(place, weight) for place, weight in enumerate(weights.values())]
        chart = Dots(
            "Weights of the members", "weight of standardised scores", list(weights), [Series("weight", points)]
        )
        text = "For an average history and average certainty; a member of weight 0 could be left out."
        return [Section("What the stack is made of", [chart], [text]), *super().sections(run)]

    def where(self, run: RunFolder) -> str:
        """Says where the runs of the members are."""
        return f"runs of the members: {run.folder / MEMBERS}; curves: tensorboard --logdir {run.folder}"

    def settings(self, recipe: Recipe) -> dict[str, Any]:
        """Returns the settings of a recipe, with its members by name."""
        others = {name: value for name, value in super().settings(recipe).items() if not name.startswith(f"{PREFIX}.")}
        return {PREFIX: ",".join(recipe.model.members), **others}
