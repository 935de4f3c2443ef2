"""Estimates the memory and disk space of a training before it starts."""

from dataclasses import dataclass

from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.evaluation.ranks import users_at_once
from tfrec_dl.evaluation.scorer import QUERY_CHUNK
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.model_shape import ModelShape, model_shape
from tfrec_dl.retrieval.scorer import QUERY_TOKENS
from tfrec_dl.runs.memory import available_memory, used_memory

FLOAT = 4  # bytes
SLOTS = {"adam": 2, "adagrad": 1}  # numbers that the optimizer stores per weight
LOGITS = 4  # arrays of the logits' size at once: the logits, which of them are hits, the softmax, its gradient
READ = 4  # arrays of the rows read in a step: the rows, their gradients, the sums by row, the update
LAYERS = 3  # layers of an encoder held at once outside training
KEPT = 2  # checkpoints with the optimizer; the best weights are kept once, without it
TEXTS = 10_000  # number of ids whose length is sampled


@dataclass(frozen=True)
class SizeEstimate:
    """Approximate sizes in bytes, without the features of items and users and their readers.

    Attributes:
        items: number of items in the vocabulary.
        rows: number of rows in an item table; fewer than items if they share rows.
        loaded: memory already in use by TensorFlow and the data.
        tables: item tables.
        biases: item biases.
        network: the other weights.
        slots: the optimizer's state for all of these.
        step: activations, logits and gradients of the largest batch.
        evaluation: vectors of all items and a block of scores.
        checkpoints: disk space of checkpoints.
        export: disk space of an export.
        available: memory still available to processes; None if unknown.
    """

    items: int
    rows: int
    loaded: int
    tables: int
    biases: int
    network: int
    slots: int
    step: int
    evaluation: int
    checkpoints: int
    export: int
    available: int | None

    @property
    def memory(self) -> int:
        """Peak memory of the process."""
        kept = self.loaded + self.tables + self.biases + self.network + self.slots
        return kept + self.step + self.evaluation

    @property
    def limit(self) -> int | None:
        """Most memory that the process can have; None if unknown."""
        return None if self.available is None else self.available + self.loaded

    @property
    def fits(self) -> bool:
        """Whether the limit suffices, as far as is known."""
        return self.limit is None or self.memory <= self.limit


def estimate_size(
    recipe: Recipe,
    vocabulary: Vocabulary,
    targets: int | None = None,
    replicas: int = 1,
    shape: ModelShape | None = None,
) -> SizeEstimate:
    """Estimates the size of a recipe's training without building the model.

    Args:
        recipe: recipe of one network.
        vocabulary: the items.
        targets: total number of training targets, an upper bound for a step; None for no bound.
        replicas: copies of the weights in this process's memory: the number of its devices, if these are CPUs. What
            parameter servers hold is counted as if this process held it.
        shape: shape of the model; by default the result of `model_shape`.
    """
    training = recipe.training
    shape = shape or model_shape(recipe, vocabulary)
    slots = SLOTS[training.optimizer]
    texts = sum(map(len, vocabulary.ids[:TEXTS])) * len(vocabulary.ids) // min(len(vocabulary.ids), TEXTS)
    exported = vocabulary.size * (shape.history_width + (1 if shape.tied else shape.vector_width) + 1) + shape.network
    return SizeEstimate(
        items=len(vocabulary.ids),
        rows=shape.rows,
        loaded=used_memory(),
        tables=FLOAT * shape.tables * replicas,
        biases=FLOAT * shape.biases * replicas,
        network=FLOAT * shape.network * replicas,
        slots=FLOAT * shape.weights * slots * replicas,
        step=FLOAT * _step(recipe, vocabulary, shape, targets),
        evaluation=FLOAT * _evaluation(vocabulary, shape) + FLOAT * vocabulary.size * users_at_once(vocabulary.size),
        checkpoints=FLOAT * shape.weights * (KEPT * (1 + slots) + 1),
        export=FLOAT * exported + texts,
        available=available_memory(),
    )


def _step(recipe: Recipe, vocabulary: Vocabulary, shape: ModelShape, targets: int | None) -> int:
    """Counts the numbers in the largest step: those of the encoder, of the rows read and of the logits."""
    positions = recipe.training.batch_size * recipe.training.max_length
    encoder = positions * (shape.history_width + 2 * shape.activations)  # forward and backward
    encoder *= recipe.family.encoder_passes(recipe)
    read, logits = recipe.family.step_size(recipe, vocabulary, targets)
    return encoder + READ * read * shape.vector_width + LOGITS * logits


def _evaluation(vocabulary: Vocabulary, shape: ModelShape) -> int:
    """Counts the numbers in an evaluation: every item's vectors, and the queries of a chunk of users."""
    vectors = vocabulary.size * (shape.vector_width + 2 * shape.history_width)  # twice, as the parts are concatenated
    return vectors + QUERY_CHUNK * shape.vector_width + QUERY_TOKENS * LAYERS * shape.widest
