"""Retrieval and ranking as one graph: a history in, the best of what was retrieved out, in the ranker's order."""

import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.ranking.serving.module import RankingModule, Tensors
from tfrec_dl.serving.features import FeatureInput
from tfrec_dl.serving.module import ServingModule, Signatures
from tfrec_dl.two_stage.training_table import RETRIEVAL_RANK, RETRIEVAL_SCORE

NAN = float("nan")


class TwoStageModule(tf.Module):
    """Two modules made one.

    Args:
        retrieval: finds the candidates.
        ranking: orders them.
        candidates: how many are found, at least 1; cut to the number of items.
        k: how many are recommended, at least 1; cut to `candidates`.
    """

    def __init__(self, retrieval: ServingModule, ranking: RankingModule, candidates: int = 100, k: int = 10) -> None:
        super().__init__(name="two_stages")
        self.retrieval = retrieval
        self.ranking = ranking
        self.candidates = min(int(candidates), retrieval.size - FIRST_ITEM)
        self.k = min(int(k), self.candidates)
        lengths = (retrieval.max_length, ranking.max_length)
        self.max_length = None if None in lengths else max(length for length in lengths if length is not None)
        if hasattr(retrieval, "network"):
            self.network = retrieval.network  # where a loaded export looks for what it takes of items and users

    @property
    def limit(self) -> str:
        """What the model card says about new items."""
        return self.ranking.limit

    def signatures(self) -> Signatures:
        """The signatures of the SavedModel by name; `docs/serving.md` describes them."""

        def recommend_ranked(**inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            return self.recommend_ranked(inputs)

        return {
            **self.retrieval.signatures(),
            "rank": self.ranking.rank_signature(),
            "recommend_ranked": tf.function(recommend_ranked).get_concrete_function(
                **self.ranking.inputs.specs_of_two_stages()
            ),
        }

    def facts(self) -> dict[str, object]:
        """What the model card says about the export."""
        return {
            **{f"retrieval: {name}": value for name, value in self.retrieval.facts().items()},
            **{f"ranking: {name}": value for name, value in self.ranking.facts().items()},
            "candidates that are ranked": self.candidates,
            "longest list of ranked recommendations": self.k,
        }

    def examples(self) -> list[str]:
        """Some ids, the most popular first."""
        return self.retrieval.examples()

    def raw_features(self) -> dict[str, tuple[FeatureInput, ...]]:
        """The features that signatures take, for the model card."""
        found = {**self.retrieval.raw_features(), **self.ranking.raw_features()}
        return {**found, "recommend_ranked": self.ranking.inputs.asked}

    def recommend_ranked(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """The best of what was retrieved, in the ranker's order.

        Args:
            inputs: as `RankingInputs.specs_of_two_stages` names them.

        Returns:
            As `RankingModule.rank`, [B, k] each.
        """
        found = self.retrieval.recommend(inputs["history"], inputs["exclude"], self.candidates)
        shape = tf.shape(found["item_ids"])
        ranks = tf.broadcast_to(tf.range(self.candidates, dtype=tf.float32), shape)
        known = {RETRIEVAL_SCORE: found["scores"], RETRIEVAL_RANK: ranks}
        asked = {each.feature for each in self.ranking.inputs.asked}
        request = dict(inputs) | {"item_ids": found["item_ids"]}
        for each in self.ranking.inputs.candidate:
            if each.feature in known and each.kind == "number":
                request[each.name] = known[each.feature]
            elif each.feature in asked:
                request[each.name] = tf.repeat(inputs[each.name][:, None], self.candidates, axis=1)
            else:
                request[each.name] = tf.fill(shape, tf.constant(NAN if each.kind == "number" else "", each.spec.dtype))
        for name in self.ranking.inputs.past:
            if name not in request:
                request[name] = tf.fill(tf.shape(inputs["history"]), NAN)
        ranked = self.ranking.rank(request)
        return {name: tf.ensure_shape(values[:, : self.k], [None, self.k]) for name, values in ranked.items()}
