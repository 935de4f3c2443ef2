"""The retrieval model: a query encoder and an item tower, trained on every position at once."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

import tensorflow as tf
import tensorflow_recommenders as tfrs

from tfrec_dl.data.training.training_histories import TrainingHistories
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.layers.at_least_one import at_least_one
from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.loss import Loss
from tfrec_dl.retrieval.contrastive.contrastive import Contrastive
from tfrec_dl.retrieval.examples import Examples, Lookup, with_bias_component, with_embedded
from tfrec_dl.retrieval.perturbation.configuration import Perturbation
from tfrec_dl.retrieval.perturbation.perturbed_loss import perturbed_loss
from tfrec_dl.retrieval.perturbation.reads import AS_THEY_ARE, HISTORY, ITEMS, USERS, Reads, numbers_of_users
from tfrec_dl.retrieval.scorer import ModelScorer
from tfrec_dl.retrieval.tables import Tables
from tfrec_dl.runs.replicas import counted_once, share_of_replicas
from tfrec_dl.runs.trainable_model import TrainableModel

ROWS = 4_096  # item vectors computed at once: limits the memory of towers over texts and pictures

if TYPE_CHECKING:
    from tfrec_dl.serving.module import ServingModule  # its rules and attributes are not needed in training


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class RetrievalModel(TrainableModel, tfrs.Model):
    """Scores items by the dot product of query and item vectors.

    It trains with `model.compile` and `model.fit` on batches of `TrainingWindows`.

    Args:
        encoder: functional model, {"history": [B, L] int32, "embedded": [B, L, E]} -> states [B, L, D - 1] float32,
            causal.
        item_tower: layer or functional model, vocabulary indices [N] int32 -> item vectors [N, D]; the last component
            is the item bias, for which the query has a constant 1.
        vocabulary: the items.
        loss: a retrieval loss.
        max_length: number of last items of a history that a query reads.
        seed: determines the sampled negatives, together with the optimizer's step.
        history_embedding: layer, vocabulary indices [B, L] int32 -> [B, L, E], what the encoder reads of an item; None
            uses the item tower's vectors without the bias.
        user_tower: layer, user ids [B] string -> [B, D - 1], added to the states; None if users have no features.
        perturbation: perturbation of the rows read in training; None for none.
        contrastive: a training term added to the loss and reported as the metric "contrastive"; None for none.

    Attributes:
        batches: class that cuts histories into its training batches.
    """

    batches: ClassVar[type[TrainingWindows] | type[TrainingHistories]] = TrainingWindows

    def __init__(
        self,
        encoder: tf.keras.Model,
        item_tower: tf.keras.layers.Layer,
        vocabulary: Vocabulary,
        loss: Loss,
        max_length: int,
        seed: int = 0,
        history_embedding: tf.keras.layers.Layer | None = None,
        user_tower: tf.keras.layers.Layer | None = None,
        perturbation: Perturbation | None = None,
        contrastive: Contrastive | None = None,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.item_tower = item_tower
        self.history_embedding = history_embedding
        self.user_tower = user_tower
        self.vocabulary = vocabulary
        self.retrieval_loss = loss
        self.max_length = max_length
        self.seed = seed
        self.perturbation = perturbation
        self.loss_mean = tf.keras.metrics.Mean(name="loss")
        self.contrastive = contrastive
        if contrastive is not None:
            self.contrastive_mean = tf.keras.metrics.Mean(name="contrastive")
        self.built = True

    def compute_loss(self, inputs: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Computes the mean loss over a batch's targets.

        Args:
            inputs: a batch of `TrainingWindows`: "history" and "next_item" [B, L] int32, optionally "weight" [B, L],
                and "user_id" [B] string if there is a user tower.
            training: whether dropout is active.

        Returns:
            Scalar; its sum over the replicas is the mean over the global batch.
        """
        self.refuse_xla()
        found = []

        def share_of_loss(reads: Reads) -> tf.Tensor:
            vectors = self.lookup(training, reads)
            examples = self.examples(inputs, vectors, training, reads)
            loss = self.supervised_loss(examples, vectors, self._step_seed())
            weight = self.averaged_over(examples)
            found.append((loss, weight, examples, vectors))
            return loss * share_of_replicas(weight)

        if self.perturbation is None or not training:
            total = share_of_loss(AS_THEY_ARE)
        else:
            total = perturbed_loss(self.perturbation, share_of_loss, self._step_seed())
        loss, weight, examples, vectors = found[0]  # without shifts
        self.loss_mean.update_state(loss, sample_weight=weight)
        if training and self.contrastive is not None:
            term = self._contrastive_term(inputs, examples, vectors)
            total += self.contrastive.weight * term * share_of_replicas(weight)
        return total + counted_once(self.losses)

    def lookup(self, training: bool = False, reads: Reads = AS_THEY_ARE) -> Lookup:
        """Returns a function for one step, vocabulary indices [N] int32 -> item vectors [N, D]; see `Reads`."""
        vectors: Lookup = partial(self._item_vectors, training=training, reads=reads)
        if self.history_embedding is None and self.retrieval_loss.reads_every_item():
            # The loss needs every item, so each is read once for both history and candidates.
            vectors = partial(tf.gather, vectors(tf.range(self.vocabulary.trained_size)))
        return vectors

    def examples(
        self, inputs: dict[str, tf.Tensor], vectors: Lookup, training: bool = False, reads: Reads = AS_THEY_ARE
    ) -> Examples:
        """Makes one query for each target of a batch; the target is the item that came next.

        Args:
            inputs: as for `compute_loss`.
            vectors: the result of `lookup`.
            training: whether dropout is active.
            reads: how rows of the history and of users are read.
        """
        history = inputs["history"]
        states = self.encoder(with_embedded(history, self.embed(history, vectors, reads)), training=training)
        if self.user_tower is not None:
            states += self.user_vectors(inputs["user_id"], training, reads)[:, None]
        is_target = inputs["next_item"] > 0
        # Padding and context positions are removed before any logit is computed.
        queries = with_bias_component(tf.boolean_mask(states, is_target))
        targets = tf.boolean_mask(inputs["next_item"], is_target)
        # A mask rather than as many ones as targets, because under XLA that number is an upper bound.
        weights = tf.cast(is_target, tf.float32) * inputs.get("weight", 1.0)
        weights = tf.boolean_mask(weights, is_target)
        return Examples(queries, tf.range(tf.shape(targets)[0]), targets, weights)

    def supervised_loss(self, examples: Examples, vectors: Lookup, seed: tf.Tensor) -> tf.Tensor:
        """Weighted mean of the retrieval loss over the targets, a scalar; `seed` [2] determines sampled negatives."""
        candidates = Candidates(vectors, self.vocabulary.item_counts, seed)
        losses = self.retrieval_loss.per_target(examples.queries, examples.targets, candidates)
        weights = examples.weights
        return tf.math.divide_no_nan(tf.reduce_sum(losses * weights), tf.reduce_sum(weights))

    def averaged_over(self, examples: Examples) -> tf.Tensor:
        """Returns the total weight of the targets, by which a batch counts in the epoch's mean loss."""
        return tf.reduce_sum(examples.weights)

    def train_step(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Runs one optimizer step; reports the epoch's mean loss, where `tfrs.Model` reports the last batch's."""
        super().train_step(inputs)
        return {metric.name: metric.result() for metric in self.metrics}

    def test_step(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Computes the loss of held-out windows without an update."""
        super().test_step(inputs)
        return {metric.name: metric.result() for metric in self.metrics}

    def states(self, history: tf.Tensor) -> tf.Tensor:
        """Query vectors at every position, without user features: history [B, L] int32 -> [B, L, D]."""
        embedded = self.embed(history, partial(self.item_tower, training=False))
        return with_bias_component(self.encoder(with_embedded(history, embedded), training=False))

    def query(self, history: tf.Tensor) -> tf.Tensor:
        """Computes query vectors after the last item.

        Args:
            history: [B, L] int32, right-padded with 0; an empty row gives the state of a padding item.

        Returns:
            [B, D] float32.
        """
        padded = at_least_one(history, axes=2)
        queries = self.encode(padded, self.embed(padded, partial(self.item_tower, training=False)))
        return queries[: tf.shape(history)[0]]

    def encode(self, history: tf.Tensor, embedded: tf.Tensor, user: tf.Tensor | None = None) -> tf.Tensor:
        """Computes query vectors after the last item from rows of `Tables.history`, so that no item is embedded twice.

        Args:
            history: [B, L] int32, right-padded with 0.
            embedded: [B, L, E] float32, the rows of the history's items.
            user: [B or 1, D - 1] float32, the result of the user tower; None for users without features.

        Returns:
            [B, D] float32.
        """
        rows = tf.shape(history)[0]
        history, embedded = at_least_one(history, axes=2), at_least_one(embedded, axes=2)
        states = self.encoder(with_embedded(history, embedded), training=False)
        last = tf.maximum(tf.math.count_nonzero(history, axis=1, dtype=tf.int32) - 1, 0)
        state = tf.gather(states, last, batch_dims=1)[:rows]
        if self.user_tower is not None:
            state += self.user_tower.missing() if user is None else user
        return with_bias_component(state)

    def tables(self) -> Tables:
        """Reads every item once."""
        rows = [
            tf.range(start, min(start + ROWS, self.vocabulary.size)) for start in range(0, self.vocabulary.size, ROWS)
        ]
        items = tf.concat([self.item_tower(indices, training=False) for indices in rows], axis=0)
        if self.history_embedding is None:
            return Tables(items[:, :-1], items)
        return Tables(tf.concat([self.history_embedding(indices) for indices in rows], axis=0), items)

    def item_vectors(self) -> tf.Tensor:
        """Vectors of every vocabulary row, [vocabulary.size, D]; rows 0 and 1 are no items."""
        return self.tables().items

    def call(self, inputs: dict[str, tf.Tensor]) -> tf.Tensor:
        """Computes the query vectors of a batch's histories, as `query`."""
        return self.query(inputs["history"])

    def parts(self) -> dict[str, tf.keras.layers.Layer]:
        """Returns the layers with trained weights, by name."""
        names = ("encoder", "item_tower", "history_embedding", "user_tower")
        parts = {name: getattr(self, name) for name in names}
        return {name: part for name, part in parts.items() if part is not None}

    def scorer(self) -> ModelScorer:
        """Returns a scorer of the whole catalogue with the current weights."""
        return ModelScorer(self)

    def serving_module(self, k_max: int = 100, keep_seen: bool = False) -> "ServingModule":
        """Returns the graph for export. The weights are read now and shared, not copied.

        Args:
            k_max: length of the recommendation lists; at most the number of items.
            keep_seen: whether items in the history can be recommended again.

        Raises:
            InputError: if `k_max` is below 1, the vocabulary is empty or contains the empty string (which means padding
                in a request), or a weight is not finite.
        """
        # Imported here, because training does not need it.
        from tfrec_dl.retrieval.serving.module import retrieval_module

        return retrieval_module(self, k_max, keep_seen)

    def embed(self, history: tf.Tensor, vectors: Lookup, reads: Reads = AS_THEY_ARE) -> tf.Tensor:
        """Computes what the encoder reads of a history's items: [B, L] int32 -> [B, L, E]."""
        if self.history_embedding is not None:
            tied = self.history_embedding in self.item_tower.submodules
            return reads.rows(ITEMS if tied else HISTORY, history, self.history_embedding(history))
        embedded = vectors(tf.reshape(history, [-1]))[:, :-1]
        return tf.reshape(embedded, tf.concat([tf.shape(history), [embedded.shape[-1]]], axis=0))

    def user_vectors(self, user_ids: tf.Tensor, training: bool, reads: Reads = AS_THEY_ARE) -> tf.Tensor:
        """Computes what a query reads of users, if there is a user tower: ids [B] string -> [B, D - 1]."""
        assert self.user_tower is not None
        return reads.rows(USERS, numbers_of_users(user_ids), self.user_tower(user_ids, training=training))

    def _item_vectors(self, indices: tf.Tensor, training: bool, reads: Reads) -> tf.Tensor:
        vectors = self.item_tower(indices, training=training)
        if reads is AS_THEY_ARE:
            return vectors
        return tf.concat([reads.rows(ITEMS, indices, vectors[:, :-1]), vectors[:, -1:]], axis=1)  # no bias is shifted

    def _contrastive_term(self, inputs: dict[str, tf.Tensor], examples: Examples, vectors: Lookup) -> tf.Tensor:
        """Computes the contrastive term of a training step, without its weight."""
        assert self.contrastive is not None
        again = partial(self.examples, vectors=vectors, training=True)
        seed = tf.random.experimental.stateless_fold_in(self._step_seed(), 1)
        term = self.contrastive.term(inputs, examples, again, seed)
        self.contrastive_mean.update_state(term)
        return term

    def _step_seed(self) -> tf.Tensor:
        step = self.optimizer.iterations if getattr(self, "optimizer", None) else 0
        return tf.stack([tf.constant(self.seed, tf.int32), tf.cast(step, tf.int32)])
