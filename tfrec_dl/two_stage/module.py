"""Exported graph of two stages: takes a history, and returns the best retrieved items in the ranker's order."""

import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.ranking.serving.inputs import RETRIEVAL_RANK, RETRIEVAL_SCORE
from tfrec_dl.ranking.serving.module import RankingModule, Tensors
from tfrec_dl.serving.graphs import traced_once
from tfrec_dl.serving.module import ServingModule
from tfrec_dl.serving.names import RECOMMEND_RANKED, RECOMMEND_RANKED_WITH_RULES, RECOMMENDATION_ID
from tfrec_dl.serving.recommendation_id import recommendation_ids
from tfrec_dl.serving.rules.recommend import inputs_of_rules
from tfrec_dl.serving.signature import Signature, TensorInfo
from tfrec_dl.two_stage.rules import candidates_of, preferred_of_ranked, rule_names

NAN = float("nan")


class TwoStageModule(tf.Module):
    """Combines a retrieval module and a ranking module.

    Args:
        retrieval: module that finds the candidates.
        ranking: module that orders them.
        candidates: number of items to retrieve, at least 1; capped at the number of items.
        k: number of recommendations, at least 1; capped at `candidates`.
    """

    def __init__(self, retrieval: ServingModule, ranking: RankingModule, candidates: int = 100, k: int = 10) -> None:
        super().__init__(name="two_stages")
        self.retrieval = retrieval
        self.ranking = ranking
        self.candidates = min(int(candidates), retrieval.size - FIRST_ITEM)
        self.k = min(int(k), self.candidates)
        self.longest = min(self.k, retrieval.k_max)  # length of the longest list by rules
        self._rules = rule_names(tuple(ranking.inputs.of_recommend_ranked()))
        self._ranked = traced_once(self._ranked_once)
        self.network = retrieval.network  # where a loaded export looks for the item and user features that it takes
        self.shown = retrieval.shown  # and for the item columns that it shows

    @property
    def limit(self) -> str:
        """Returns the note of the model card on new items."""
        return self.ranking.limit

    @property
    def longest_example(self) -> int:
        """Number of items in the longest warm-up history."""
        return max(self.retrieval.longest_example, self.ranking.longest_example)

    def signatures(self) -> list[Signature]:
        """Returns the signatures of the export."""
        axes = {"B": None, "k": self.k}
        inputs = self.ranking.inputs.of_recommend_ranked(self.retrieval.examples)
        outputs = {
            "item_ids": TensorInfo(tf.string, axes),
            **{name: TensorInfo(tf.float32, axes) for name in ("scores", *self.ranking.predictions)},
            RECOMMENDATION_ID: TensorInfo(tf.string, {"B": None}),
            **({} if self.retrieval.shown is None else self.retrieval.shown.infos(axes)),
        }
        rules = {self._rules[rule]: info for rule, info in inputs_of_rules(self.retrieval).items()}
        return [
            *self.retrieval.signatures(),
            self.ranking.rank_signature(),
            Signature(
                RECOMMEND_RANKED,
                "Recommends the best of what is retrieved after each history, in the order of `rank`, without the "
                f"items of {'' if self.retrieval.keep_seen else 'the history and of '}`exclude`.",
                inputs,
                outputs,
                lambda **inputs: self.recommend_ranked(inputs),
            ),
            Signature(
                RECOMMEND_RANKED_WITH_RULES,
                "Recommends as `recommend_ranked`, by the rules of each request.",
                inputs | rules,
                outputs,
                lambda **inputs: self.recommend_ranked_with_rules(inputs),
            ),
        ]

    def facts(self) -> dict[str, object]:
        """Returns facts about the export for the model card."""
        return {
            **{f"retrieval: {name}": value for name, value in self.retrieval.facts().items()},
            **{f"ranking: {name}": value for name, value in self.ranking.facts().items()},
            "candidates that are ranked": self.candidates,
            "longest list of ranked recommendations": self.k,
        }

    def recommend_ranked(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Returns the best retrieved items, in the ranker's order.

        Args:
            inputs: inputs named as in `RankingInputs.of_recommend_ranked`.

        Returns:
            The same as `RankingModule.rank`, [B, k] each.
        """
        found = self.retrieval.recommend(inputs["history"], inputs["exclude"], self.candidates)
        ranked = self._ranked(self._read(inputs), found["item_ids"], found["scores"])
        best = {name: values[:, : self.k] for name, values in ranked.items()}
        return self._answer(best, self.retrieval.lookup(best["item_ids"]))

    def recommend_ranked_with_rules(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Does the same as `recommend_ranked`, with rules for the candidates and for the final list.

        Args:
            inputs: inputs named as in `RankingInputs.of_recommend_ranked` and `rule_names`.
        """
        retrieval = self.retrieval
        request = retrieval.by_rules.read({rule: inputs[name] for rule, name in self._rules.items()}, self.longest)
        with tf.control_dependencies(tf.nest.flatten(request)):  # unreadable inputs are rejected before any work
            seen = retrieval.lookup(inputs["history"])
        found = candidates_of(retrieval.scores_or_popularity(seen), seen, request, self.candidates)
        ranked = self._ranked(self._read(inputs), retrieval.ids_of(found.indices), found.scores)
        places = retrieval.lookup(ranked["item_ids"])
        scores = preferred_of_ranked(ranked["scores"], places, request, retrieval.size)
        chosen = retrieval.by_rules.pick(scores, request.wishes)[:, : self.longest]
        chosen = tf.pad(chosen, [[0, 0], [0, self.k - self.longest]])
        at = tf.argmax(chosen[:, :, None] == places[:, None, :], axis=2, output_type=tf.int32)
        best = {name: tf.gather(ranked[name], at, batch_dims=1) for name in self.ranking.predictions}
        best = {name: tf.where(chosen == PADDING, 0.0, values) for name, values in best.items()}
        best |= {"item_ids": retrieval.ids_of(chosen), "scores": tf.gather(scores, chosen, batch_dims=1)}
        return self._answer(best, chosen)

    def _read(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Returns the ranker's input from the inputs of a request."""
        return {name: inputs[name] for name in self.ranking.inputs.of_recommend_ranked() if name != "exclude"}

    def _ranked_once(self, inputs: Tensors, item_ids: tf.Tensor, scores: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the result of `RankingModule.rank` for candidates [B, C] with retrieval scores, best first."""
        shape = tf.shape(item_ids)
        ranks = tf.broadcast_to(tf.range(self.candidates, dtype=tf.float32), shape)
        known = {RETRIEVAL_SCORE: scores, RETRIEVAL_RANK: ranks}
        asked = {each.feature for each in self.ranking.inputs.asked}
        request = dict(inputs) | {"item_ids": item_ids}
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
        return self.ranking.rank(request)

    def _answer(self, best: dict[str, tf.Tensor], indices: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns a list [B, k] in the form of a signature's answer."""
        shown = {} if self.retrieval.shown is None else self.retrieval.shown.of(indices)
        lists = {name: tf.ensure_shape(values, [None, self.k]) for name, values in (best | shown).items()}
        version_id = tf.convert_to_tensor(self.retrieval.version_id)
        return {**lists, RECOMMENDATION_ID: recommendation_ids(version_id, indices)}
