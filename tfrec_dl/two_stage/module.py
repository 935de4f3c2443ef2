"""The exported graph of two stages: a history in, the best of what was retrieved out, in the ranker's order."""

import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.ranking.serving.inputs import RETRIEVAL_RANK, RETRIEVAL_SCORE
from tfrec_dl.ranking.serving.module import RankingModule, Tensors
from tfrec_dl.serving.module import ServingModule
from tfrec_dl.serving.names import RECOMMEND_RANKED, RECOMMENDATION_ID
from tfrec_dl.serving.recommendation_id import recommendation_ids
from tfrec_dl.serving.signature import Signature, TensorInfo

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
        self.network = retrieval.network  # where a loaded export looks for what it takes of items and users
        self.shown = retrieval.shown  # and for what it shows of items

    @property
    def limit(self) -> str:
        """Note of the model card on new items."""
        return self.ranking.limit

    @property
    def longest_example(self) -> int:
        """Items in the longest history of the warm-up."""
        return max(self.retrieval.longest_example, self.ranking.longest_example)

    def signatures(self) -> list[Signature]:
        """Signatures of the export."""
        axes = {"B": None, "k": self.k}
        recommend_ranked = Signature(
            RECOMMEND_RANKED,
            "Recommends the best of what is retrieved after each history, in the order of `rank`, without the items of "
            f"{'' if self.retrieval.keep_seen else 'the history and of '}`exclude`.",
            self.ranking.inputs.of_recommend_ranked(self.retrieval.examples),
            {
                "item_ids": TensorInfo(tf.string, axes),
                **{name: TensorInfo(tf.float32, axes) for name in ("scores", *self.ranking.predictions)},
                RECOMMENDATION_ID: TensorInfo(tf.string, {"B": None}),
                **({} if self.retrieval.shown is None else self.retrieval.shown.infos(axes)),
            },
            lambda **inputs: self.recommend_ranked(inputs),
        )
        return [*self.retrieval.signatures(), self.ranking.rank_signature(), recommend_ranked]

    def facts(self) -> dict[str, object]:
        """Facts about the export for the model card."""
        return {
            **{f"retrieval: {name}": value for name, value in self.retrieval.facts().items()},
            **{f"ranking: {name}": value for name, value in self.ranking.facts().items()},
            "candidates that are ranked": self.candidates,
            "longest list of ranked recommendations": self.k,
        }

    def recommend_ranked(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """The best of what was retrieved, in the ranker's order.

        Args:
            inputs: as `RankingInputs.of_recommend_ranked` names them.

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
        best = {name: tf.ensure_shape(values[:, : self.k], [None, self.k]) for name, values in ranked.items()}
        indices = self.retrieval.lookup(best["item_ids"])
        if self.retrieval.shown is not None:
            best |= self.retrieval.shown.of(indices)
        return {**best, RECOMMENDATION_ID: recommendation_ids(tf.convert_to_tensor(self.retrieval.version_id), indices)}
