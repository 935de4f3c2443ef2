"""Estimate of the memory and disk that a training takes, before it starts."""

from dataclasses import dataclass

from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.evaluation.ranks import users_at_once
from tfrec_dl.evaluation.scorer import QUERY_CHUNK
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.model_shape import ModelShape, model_shape
from tfrec_dl.retrieval.scorer import QUERY_TOKENS
from tfrec_dl.runs.memory import available_memory, used_memory

FLOAT = 4  # bytes
SLOTS = {"adam": 2, "adagrad": 1}  # numbers that the optimiser keeps beside each weight
LOGITS = 4  # arrays of the logits' size at once: they, which of them are hits, the softmax, its gradient
READ = 4  # arrays of the rows that a step reads: they, their gradients, the sums by row, the update
LAYERS = 3  # of an encoder that is not trained, held at once
KEPT = 2  # checkpoints with the optimiser; the best weights are kept once, without
TEXTS = 10_000  # ids whose length is looked at


@dataclass(frozen=True)
class SizeEstimate:
    """Bytes, about. What is left out: features of items and users, and what reads them.

    Attributes:
        items: in the vocabulary.
        rows: of a table of items; fewer than items where they share rows.
        loaded: in memory already: TensorFlow and the data.
        tables: tables of items.
        biases: of the items.
        network: the other weights.
        slots: what the optimiser keeps of all these.
        step: activations, logits and gradients of the largest batch.
        evaluation: the vectors of all items, and a block of scores.
        checkpoints: on disk.
        export: on disk.
        available: memory that processes can still take; None where unknown.
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
        """Of the process at its peak."""
        kept = self.loaded + self.tables + self.biases + self.network + self.slots
        return kept + self.step + self.evaluation

    @property
    def limit(self) -> int | None:
        """The most memory that the process can have; None where unknown."""
        return None if self.available is None else self.available + self.loaded

    @property
    def fits(self) -> bool:
        """Whether that is enough, as far as is known."""
        return self.limit is None or self.memory <= self.limit


def estimate_size(
    recipe: Recipe,
    vocabulary: Vocabulary,
    targets: int | None = None,
    replicas: int = 1,
    shape: ModelShape | None = None,
) -> SizeEstimate:
    """Estimates what training a recipe will take, without building the model.

    Args:
        recipe: of one network.
        vocabulary: the items.
        targets: training targets in all, which a step cannot have more of; None for no such bound.
        replicas: copies of the weights in this process's memory: its devices, where these are CPUs. What parameter
            servers will hold is counted as if this process held it.
        shape: of the model; by default as `model_shape` finds it.
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
    """Numbers of the largest step: of the encoder, of the rows read, of the logits."""
    positions = recipe.training.batch_size * recipe.training.max_length
    encoder = positions * (shape.history_width + 2 * shape.activations)  # forwards and backwards
    encoder *= recipe.family.encoder_passes(recipe)
    read, logits = recipe.family.step_size(recipe, vocabulary, targets)
    return encoder + READ * read * shape.vector_width + LOGITS * logits


def _evaluation(vocabulary: Vocabulary, shape: ModelShape) -> int:
    """Numbers of an evaluation: every item's vectors, the queries of a chunk of users."""
    vectors = vocabulary.size * (shape.vector_width + 2 * shape.history_width)  # those of the history put together
    return vectors + QUERY_CHUNK * shape.vector_width + QUERY_TOKENS * LAYERS * shape.widest
