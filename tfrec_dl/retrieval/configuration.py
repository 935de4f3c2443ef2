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
"""Configurations of single networks that recommend: possible members of a stack, generators and discriminators."""


@NETWORKS.register("retrieval")
@configuration
class ModelConfig:
    """Settings of a retrieval network and its loss.

    Attributes:
        body: the encoder's network.
        kind: how the model represents an item: "behaviour", by its id; "content", by its features, so that it can
            recommend items without interactions; "hybrid", by both. The last two need a catalogue.
        content: how the features of items and users are read.
        id_dropout: share of ids hidden from a hybrid model in training, so that it learns to work without them.
        user_dropout: share of users whose features are hidden in training, so that queries without features work.
        blocks: normalized residual blocks around the body, each followed by a feed-forward network; 0 for the body
            alone.
        dimension: width of item vectors and states, without the bias.
        item_dropout: share of the history's items hidden from the body in training.
        embedding_dropout: share of the embedded history's components set to zero in training; None chooses by the
            number of interactions per item.
        state_dropout: share of the body's outputs set to zero in training; None chooses likewise.
        tied: whether the item vectors are the encoder's input embedding instead of a table of their own; always true if
            items have features.
        hashing: number of rows in the item tables, if fewer than items.
        markov_order: number of last items with a short path to the scores; 0 for none. Only for "behaviour".
        loss: the retrieval loss; None chooses by the size of the catalogue.
        contrastive: a self-supervised term added to the loss, which compares views of histories; None for none.
        counts: whether transition counts are blended with the network, fitted on validation; None blends them if the
            network represents items by their ids and enough users have validation targets.
        name: name of the family.
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
        epochs: maximum number of epochs, each followed by validation and a checkpoint. The learning-rate schedule spans
            all of them.
        steps_per_epoch: training steps per epoch; None for a full pass over the training interactions. With large data,
            set fewer steps, so that less is lost if the training is killed.
        batch_size: windows per step.
        max_length: items that a window holds and a query reads.
        context: items at the start of a long history's later windows that are read but not trained on; None uses half
            of `max_length`.
        learning_rate: peak of the schedule (linear warm-up, cosine decay). The recipes' values are chosen for Adam.
        optimizer: "adam", or "adagrad", which keeps one number per weight where Adam keeps two, and works well with a
            `learning_rate` four to twenty times as high. Both update only the rows of a table that a step uses.
        warm_up: share of the steps used for warm-up.
        weight_decay: weight decay of the dense variables (decoupled, Loshchilov and Hutter, ICLR 2019).
        patience: epochs without a better validation NDCG@10 before training stops.
        perturbation: shifts of the rows that a step reads, as a regularizer; None for none. A run first trains without
            it, then continues with it.
        keep_seen: whether items in the history can be recommended again, for data in which users return to items.
            Applies to validation, metrics and the export.
        refit: whether to train the chosen network again on the training and validation parts, with the same settings
            and the best number of epochs.
        precision: precision of the encoder's body; weights, scores and loss are always float32. "mixed_bfloat16" is for
            GPUs and TPUs, where it halves the memory of a step's activations; it is slower on CPUs.
        seed: seed of initial weights, windows, dropout and negatives.
        warm_start: folder of a finished run of the same network, whose weights training starts from; None starts anew.
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
    """A network that reconstructs a history from part of it, as a set; it represents an item by its id.

    Attributes:
        reads: what is reconstructed: "items", the items of a user; "users", the users of an item. With "users" the
            model only scores users that it was trained on. It is evaluated like any other, but cannot be exported.
        reconstruction: the distribution of what is reconstructed.
        units: width of each hidden layer; that of the last is the width of the item vectors, without the bias.
        activation: activation of the hidden layers.
        item_dropout: share of the history's items hidden in training.
        state_dropout: share of the last hidden layer set to zero in training.
        regularization: weight of the squared weights in the loss, which is summed over the items of a history.
        user_dropout: share of users whose features are hidden in training, so that queries without features work.
        counts: whether transition counts are blended with the network, as in `ModelConfig`.
        name: name of the family.
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


"""Configuration of a single retrieval network."""


WHOLE_HISTORIES = TrainingConfig(epochs=50, batch_size=64, max_length=1_000, learning_rate=3e-3, patience=20)
"""Training settings of networks that read whole histories as sets."""
