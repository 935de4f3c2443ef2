"""Configuration of retrieval networks and of their training."""

from typing import Annotated, Any, Literal

from pydantic import Field, PositiveInt

from tfrec_dl.configurations import configuration
from tfrec_dl.data.training.cuts import LONGEST_HISTORY
from tfrec_dl.encoders.encoder import ENCODERS, Encoder
from tfrec_dl.encoders.precision import Precision
from tfrec_dl.features.content import Content
from tfrec_dl.losses.loss import LOSSES, Loss
from tfrec_dl.recipes.search_space import SearchRange
from tfrec_dl.registered_fields import Registered
from tfrec_dl.registry import Registry
from tfrec_dl.retrieval.autoencoder.reconstruction import RECONSTRUCTIONS, Multinomial, Reconstruction
from tfrec_dl.retrieval.contrastive.contrastive import CONTRASTIVE, Contrastive
from tfrec_dl.retrieval.perturbation.configuration import PERTURBATIONS, Perturbation
from tfrec_dl.retrieval.towers.hashed_ids import Hashing

NETWORKS: Registry[Any] = Registry("family of networks")
"""Configurations of single networks that recommend: what can be a member of a stack, a generator, a discriminator."""


@NETWORKS.register("retrieval")
@configuration
class ModelConfig:
    """The network and its loss.

    Attributes:
        body: the encoder's network.
        kind: what the model knows an item by: "behaviour", its id; "content", its features, so that it recommends items
            that nobody interacted with yet; "hybrid", both. The last two need a catalogue.
        content: what reads the features, of items and of users.
        id_dropout: share of the ids hidden in training from a hybrid model, so that it learns to do without them.
        user_dropout: share of the users whose features are not read in training, so that a query without them works.
        blocks: normalised residual blocks that the body stands in, each followed by a feed-forward network; 0 for the
            body alone.
        dimension: width of item vectors and states, the bias apart.
        item_dropout: share of the history's items that the body does not see in training.
        embedding_dropout: share of the embedded history's components set to zero in training; None chooses by how many
            interactions an item has.
        state_dropout: share of the body's outputs set to zero in training; None likewise.
        tied: whether the item vectors are the encoder's input embedding, or a table of their own; always so where items
            have features.
        hashing: how many rows the tables of items have, where fewer than items.
        markov_order: last items with a short path to the scores; 0 for none. For behaviour only.
        loss: the retrieval loss; None chooses by the size of the catalogue.
        contrastive: a self-supervised term beside it, which compares views of histories; None for none.
        counts: whether counts of transitions stand beside the network, joined with it on validation; None joins them
            where the network knows items by their ids and enough users have validation targets.
        name: of the family.
    """

    body: Annotated[Encoder, Registered(ENCODERS)]
    kind: Literal["behaviour", "content", "hybrid"] = "behaviour"
    content: Content = Content()
    id_dropout: float = Field(default=0.2, ge=0, le=1)
    user_dropout: float = Field(default=0.2, ge=0, le=1)
    blocks: Annotated[int, SearchRange(0, 3)] = Field(default=0, ge=0)
    dimension: Annotated[int, SearchRange(32, 128, log=True)] = Field(default=64, ge=1)
    item_dropout: Annotated[float, SearchRange(0.0, 0.3)] = Field(default=0.0, ge=0, lt=1)
    embedding_dropout: Annotated[float | None, SearchRange(0.0, 0.7)] = Field(default=None, ge=0, lt=1)
    state_dropout: Annotated[float | None, SearchRange(0.0, 0.7)] = Field(default=None, ge=0, lt=1)
    tied: bool = True
    hashing: Hashing = Hashing()
    markov_order: int = Field(default=0, ge=0)
    loss: Annotated[Loss, Registered(LOSSES)] | None = None
    contrastive: Annotated[Contrastive, Registered(CONTRASTIVE)] | None = None
    counts: bool | None = None
    name: Literal["retrieval"] = "retrieval"


@configuration
class TrainingConfig:
    """Training settings of a retrieval model.

    Attributes:
        epochs: at most, each ended by a validation and a checkpoint; the learning rate's schedule spans them.
        steps_per_epoch: None for a pass over the training interactions. Fewer on long data, for less to be lost when a
            training is killed.
        batch_size: windows a step.
        max_length: items a window holds, and a query reads.
        context: items at the start of a long history's later windows that are read and not trained on; None
            takes half of `max_length`.
        learning_rate: peak of the schedule: linear warm-up, cosine decay. The recipes' are chosen for Adam.
        optimizer: "adam", or "adagrad", which keeps one number beside each weight where Adam keeps two, and learns well
            from a `learning_rate` four to twenty times as high. Both update only the rows of a table that a step
            touches.
        warm_up: share of the steps that the warm-up takes.
        weight_decay: of the dense variables (decoupled, Loshchilov and Hutter, ICLR 2019).
        patience: epochs without a better validation NDCG@10 after which training stops.
        perturbation: shifts of the rows that a step reads, as a regulariser; None for none. A run trains without it
            first, and goes on from there with it.
        keep_seen: whether items of the history can be recommended again, for data in which people come back to them: in
            validation, in the metrics, in what the export recommends.
        refit: whether a network that is trained and chosen on validation is trained once more, on the validation part
            too, with the same settings and for as many epochs as were best.
        precision: what the encoder's body computes in; weights, scores and loss are float32 always. "mixed_bfloat16" is
            for GPUs and TPUs, where it halves what a step's activations take; on CPUs it is slower.
        seed: decides initial weights, windows, dropout and negatives.
        warm_start: folder of a finished run of the same network, whose weights training goes on from; None begins anew.
    """

    epochs: int = Field(default=15, ge=1)
    steps_per_epoch: int | None = Field(default=None, ge=1)
    batch_size: int = Field(default=32, ge=1)
    max_length: int = Field(default=100, ge=1, le=LONGEST_HISTORY)
    context: int | None = Field(default=None, ge=0)
    learning_rate: Annotated[float, SearchRange(1e-3, 2e-2, log=True)] = Field(default=5e-3, gt=0, allow_inf_nan=False)
    optimizer: Literal["adam", "adagrad"] = "adam"
    warm_up: float = Field(default=0.1, ge=0, lt=1)
    weight_decay: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    patience: int = Field(default=5, ge=1)
    perturbation: Annotated[Perturbation, Registered(PERTURBATIONS)] | None = None
    keep_seen: bool = False
    refit: bool = False
    precision: Precision = "float32"
    seed: int = Field(default=0, ge=0, lt=2**31)
    warm_start: str | None = None


@NETWORKS.register("autoencoder")
@configuration
class AutoencoderConfig:
    """A network that gives back all of a history from some of it, as a set; it knows an item by its id.

    Attributes:
        reads: what is given back: "items", those of a user; "users", those of an item. The second scores the users that
            it was trained on, is measured as any other, and cannot be exported.
        reconstruction: the distribution of what is given back.
        units: width of each hidden layer, the last one's being that of the item vectors, the bias apart.
        activation: of the hidden layers.
        item_dropout: share of the history's items hidden in training.
        state_dropout: share of the last hidden layer set to zero in training.
        regularization: weight of the squared weights in the loss, which is summed over a history's items.
        user_dropout: share of the users whose features are not read in training, so that a query without them works.
        counts: whether counts of transitions stand beside the network, as in `ModelConfig`.
        name: of the family.
    """

    reads: Literal["items", "users"] = "items"
    reconstruction: Annotated[Reconstruction, Registered(RECONSTRUCTIONS)] = Multinomial()
    units: tuple[PositiveInt, ...] = Field(default=(200,), min_length=1)
    activation: Literal["elu", "linear", "relu", "sigmoid", "tanh"] = "elu"
    item_dropout: Annotated[float, SearchRange(0.1, 0.7)] = Field(default=0.4, ge=0, lt=1)
    state_dropout: Annotated[float, SearchRange(0.0, 0.6)] = Field(default=0.3, ge=0, lt=1)
    regularization: Annotated[float, SearchRange(1e-3, 0.1, log=True)] = Field(default=0.008, ge=0, allow_inf_nan=False)
    user_dropout: float = Field(default=0.2, ge=0, le=1)
    counts: bool | None = None
    name: Literal["autoencoder"] = "autoencoder"


Network = Annotated[ModelConfig | AutoencoderConfig, Registered(NETWORKS)]


"""What one retrieval model is made by."""


WHOLE_HISTORIES = TrainingConfig(epochs=50, batch_size=64, max_length=1_000, learning_rate=3e-3, patience=20)
"""How networks that read whole histories as sets are trained."""
