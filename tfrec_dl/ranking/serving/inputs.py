"""Names and shapes of the inputs of an exported ranking model."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter

from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.ranking.data.feedback import CONVERSION, RATING
from tfrec_dl.ranking.serving.servable import ServableRanker
from tfrec_dl.serving.features import FeatureInput, feature_inputs
from tfrec_dl.serving.signature import TensorInfo, ids, numbers, raw_features

AGE = "history_age"
# Candidate features that a retrieval stage fills in: score, and rank from 0.
FROM_RETRIEVAL = RETRIEVAL_SCORE, RETRIEVAL_RANK = ("retrieval_score", "retrieval_rank")


@dataclass(frozen=True)
class RankingInputs:
    """Names and shapes of the inputs, for B requests of N candidates with L past items each.

    Attributes:
        kinds: maps raw context features to kinds.
        request_features: features that belong to the request; the others belong to the candidate. None if unknown.
        compared: context numbers that are compared with those of past items.
        timed: whether the age of past interactions is used.
        label: "rating" or "conversion" if the model reads the user's feedback on past items, otherwise None.
    """

    kinds: Mapping[str, Kind]
    request_features: tuple[str, ...] | None
    compared: tuple[str, ...]
    timed: bool
    label: str | None

    @classmethod
    def of(cls, model: ServableRanker) -> "RankingInputs":
        """Returns the inputs of a model."""
        fitted_state = model.fitted_state
        context = fitted_state.context
        comparisons = None if context is None else context.comparisons
        label = CONVERSION if CONVERSION in model.objectives else None
        return cls(
            {} if context is None else context.kinds,
            fitted_state.request_features,
            () if comparisons is None else (*comparisons.differences, *comparisons.ratios),
            comparisons is not None and comparisons.timed,
            RATING if fitted_state.levels.limits else label,
        )

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "RankingInputs":
        """Restores the result of `to_dict`, also after a conversion to JSON."""
        return TypeAdapter(cls).validate_python(values)

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values for JSON."""
        return asdict(self)

    @cached_property
    def context(self) -> tuple[FeatureInput, ...]:
        """The context features."""
        others = ("user_id", "history", "item_ids", "exclude", *self._past_without_numbers)
        return feature_inputs(self.kinds, others)

    @property
    def request(self) -> tuple[FeatureInput, ...]:
        """Features for which `rank` takes one value per request, [B]."""
        asked = set(self.request_features or ()) - set(FROM_RETRIEVAL)
        return tuple(each for each in self.context if each.feature in asked)

    @property
    def candidate(self) -> tuple[FeatureInput, ...]:
        """Features for which `rank` takes one value per candidate, [B, N]."""
        return tuple(each for each in self.context if each not in self.request)

    @property
    def asked(self) -> tuple[FeatureInput, ...]:
        """Features that `recommend_ranked` takes, [B]; all if it is unknown which belong to the request."""
        known = self.context if self.request_features is None else self.request
        return tuple(each for each in known if each.feature not in FROM_RETRIEVAL)

    @cached_property
    def past_numbers(self) -> dict[str, str]:
        """Maps each compared number to the input [B, L] with its values when the past items were shown."""
        found: dict[str, str] = {}
        names = {each.feature: each.name for each in self.context}
        taken = {name.lower() for name in (*names.values(), *self._past_without_numbers)}
        for number in self.compared:
            name = f"history_{names[number]}"
            while name.lower() in taken:
                name += "_"
            taken.add(name.lower())
            found[number] = name
        return found

    @property
    def past(self) -> tuple[str, ...]:
        """All inputs that describe past items, apart from ids: [B, L] float32, NaN for missing values."""
        return (*self.past_numbers.values(), *self._past_without_numbers)

    @property
    def past_of_two_stages(self) -> tuple[str, ...]:
        """Those of `past` that `recommend_ranked` takes: the retrieval scores of past items are unknown."""
        unknown = {self.past_numbers.get(feature) for feature in FROM_RETRIEVAL}
        return tuple(name for name in self.past if name not in unknown)

    def of_rank(self, examples: tuple[str, ...] = ()) -> dict[str, TensorInfo]:
        """Returns the inputs of `rank`; `examples` are some item ids."""
        found = {"user_id": ids("B", sample=("",)), "history": ids("B", "L", sample=examples)}
        found["item_ids"] = ids("B", "N", sample=examples)
        found |= raw_features(self.request, "B") | raw_features(self.candidate, "B", "N")
        return found | {name: numbers("B", "L") for name in self.past}

    def of_recommend_ranked(self, examples: tuple[str, ...] = ()) -> dict[str, TensorInfo]:
        """Returns the inputs of `recommend_ranked`; `examples` are some item ids."""
        found = {"user_id": ids("B", sample=("",)), "history": ids("B", "L", sample=examples)}
        found["exclude"] = ids("B", "E", sample=examples)
        found |= raw_features(self.asked, "B")
        return found | {name: numbers("B", "L") for name in self.past_of_two_stages}

    @property
    def label_input(self) -> str | None:
        """The input with the user's feedback on past items."""
        return None if self.label is None else f"history_{self.label}"

    @property
    def _past_without_numbers(self) -> tuple[str, ...]:
        found = (AGE if self.timed else None, self.label_input)
        return tuple(name for name in found if name is not None)
