"""Recipes: a name, a source, and everything needed to build and train the model."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, get_args

import tensorflow as tf
from pydantic import AfterValidator, ConfigDict, Discriminator, Field, Tag, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from tfrec_dl.data.catalogue import Catalogue
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.encoders import GRU, LSTM, Body, Caser, MarkovPath, NextItNet, SimpleRNN, sequence_encoder
from tfrec_dl.errors import InputError
from tfrec_dl.tasks.losses import FullSoftmax, Loss, SampledSoftmax
from tfrec_dl.tasks.retrieval import RetrievalModel
from tfrec_dl.tasks.stacking.config import RankerConfig
from tfrec_dl.towers.content import Content, Fusion, Picture
from tfrec_dl.towers.content_tower import content_tower, hybrid_tower
from tfrec_dl.towers.ids import id_tower
from tfrec_dl.towers.user_tower import user_tower

# Trained items up to which a softmax over all of them is the cheaper way to the same quality.
FULL_SOFTMAX_LIMIT = 20_000
STRICT = ConfigDict(extra="forbid")
MEMBERS = "model.members."
FAMILIES = ("retrieval", "stacked")  # of models: names of the classes that `Recipe.model` is one of
TAGGED = ("body", "loss", "image", "fusion")  # settings that are one of several classes, told apart by their name
NAMED: dict[str, Any] = {"loss": Loss, "image": Picture, "fusion": Fusion}  # those that can be set by that name


@dataclass(frozen=True, config=STRICT)
class ModelConfig:
    """The network and its loss.

    Attributes:
        body: the encoder's network.
        kind: what the model knows an item by: "behaviour", its id; "content", its features, so that it recommends items
            that nobody met yet; "hybrid", both. The last two need a catalogue.
        content: what reads the features, of items and of users.
        user_dropout: share of the users whose features are not read in training, so that a query without them works.
        id_dropout: share of the ids hidden in training from a hybrid model, so that it learns to do without them.
        dimension: width of item vectors and states, the bias apart.
        item_dropout: share of the history's items that the body does not see in training.
        embedding_dropout: share of the embedded history's components set to zero in training.
        state_dropout: share of the body's outputs set to zero in training.
        tied: whether the item vectors are the encoder's input embedding, or a table of their own; always so where items
            have features.
        markov_order: last items with a short path to the scores; 0 for none. For behaviour only.
        loss: the retrieval loss; None chooses by the size of the catalogue.
        name: of the family.
    """

    body: Body
    kind: Literal["behaviour", "content", "hybrid"] = "behaviour"
    content: Content = Content()
    id_dropout: float = Field(default=0.2, ge=0, le=1)
    user_dropout: float = Field(default=0.2, ge=0, le=1)
    dimension: int = Field(default=64, ge=1)
    item_dropout: float = Field(default=0.0, ge=0, lt=1)
    embedding_dropout: float = Field(default=0.2, ge=0, lt=1)
    state_dropout: float = Field(default=0.2, ge=0, lt=1)
    tied: bool = True
    markov_order: int = Field(default=0, ge=0)
    loss: Loss | None = None
    name: Literal["retrieval"] = "retrieval"


@dataclass(frozen=True, config=STRICT)
class TrainingConfig:
    """How a model is trained.

    Attributes:
        epochs: passes over the training interactions at most; the learning rate's schedule spans them.
        batch_size: windows a step.
        max_length: items a window holds, and a query reads.
        context: items at the start of a long history's later windows that are read and not trained on; None
            takes half of `max_length`.
        learning_rate: peak of the schedule: linear warm-up, cosine decay.
        warm_up: share of the steps that the warm-up takes.
        weight_decay: of the dense variables (decoupled, Loshchilov and Hutter, ICLR 2019).
        patience: epochs without a better validation NDCG@10 after which training stops.
        seed: decides initial weights, windows, dropout and negatives.
    """

    epochs: int = Field(default=15, ge=1)
    batch_size: int = Field(default=32, ge=1)
    max_length: int = Field(default=100, ge=1)
    context: int | None = Field(default=None, ge=0)
    learning_rate: float = Field(default=5e-3, gt=0, allow_inf_nan=False)
    warm_up: float = Field(default=0.1, ge=0, lt=1)
    weight_decay: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    patience: int = Field(default=5, ge=1)
    seed: int = Field(default=0, ge=0, lt=2**31)


FloorName = Literal["popularity", "markov_chain", "item_knn", "ials", "ease"]


def _check_member_name(name: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]*", name) or name in get_args(FloorName):
        raise ValueError("a member's name is lower-case letters, digits and _, and no floor's")
    return name


@dataclass(frozen=True, config=STRICT)
class DeepMember:
    """A network as a member of a stack.

    Attributes:
        model: the network and its loss.
        training: how it is trained; None takes the stack's.
    """

    model: ModelConfig
    training: TrainingConfig | None = None


@dataclass(frozen=True, config=STRICT)
class StackedConfig:
    """Networks and floors whose scores a small ranker blends.

    Attributes:
        members: name -> network; trained one after the other.
        floors: names of floors, fitted on the training histories.
        ranker: how the ranker is fitted on the validation cases.
        name: of the family.
    """

    members: dict[Annotated[str, AfterValidator(_check_member_name)], DeepMember]
    floors: tuple[FloorName, ...] = get_args(FloorName)
    ranker: RankerConfig = RankerConfig()
    name: Literal["stacked"] = "stacked"


def _family(config: Any) -> str:
    """The tag of a configuration or of its plain values; those of early runs have none."""
    name = config.get("name") if isinstance(config, Mapping) else getattr(config, "name", None)
    return name if isinstance(name, str) else FAMILIES[0]


@dataclass(frozen=True, config=STRICT)
class Recipe:
    """A named model.

    Attributes:
        name: as given to `train` and `compare`.
        source: the paper.
        model: the network and its loss, or the stack.
        training: how it is trained.
    """

    name: str
    source: str
    model: Annotated[
        Annotated[ModelConfig, Tag("retrieval")] | Annotated[StackedConfig, Tag("stacked")], Discriminator(_family)
    ]
    training: TrainingConfig = TrainingConfig()

    def with_settings(self, settings: Mapping[str, Any]) -> "Recipe":
        """A copy with some settings changed.

        Args:
            settings: setting -> value; a setting is a path such as "model.body.units", or its last part alone where
                that names one setting only (those of `content` aside). Values may be strings, as on the command line; a
                loss, what reads pictures, and the fusion may be given by name, and their own settings beside it. A
                stack's members may be given by the names of recipes; a setting of members holds for all that have it
                unless the path names one.

        Raises:
            InputError: for a setting that does not exist, is ambiguous, or a value out of its bounds.
        """
        values = TypeAdapter(Recipe).dump_python(self)
        # Those set by a name first: another loss has other settings.
        for name, value in sorted(settings.items(), key=lambda setting: _turn(setting[0])):
            for path in _resolve({part: values[part] for part in ("model", "training")}, name):
                *folders, leaf = path.split(".")
                level = values
                for folder in folders:
                    level = level[folder]
                level[leaf] = _parse(leaf, value, level[leaf])
        try:
            return TypeAdapter(Recipe).validate_python(values)
        except ValidationError as error:
            first = error.errors()[0]
            # Pydantic puts the name of the body or loss into the path.
            places = zip(first["loc"], ("", *first["loc"]), strict=False)
            where = ".".join(str(part) for part, parent in places if not _is_tag(part, parent))
            raise InputError(f"setting {where} is {first['input']!r}: {first['msg']}.") from error

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return TypeAdapter(Recipe).dump_python(self, mode="json")

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Recipe":
        """The recipe that `to_dict` wrote.

        Raises:
            InputError: if the values do not describe a recipe.
        """
        try:
            return TypeAdapter(Recipe).validate_python(dict(values))
        except ValidationError as error:
            raise InputError(f"not a recipe: {error.errors()[0]['msg']} at {error.errors()[0]['loc']}.") from error


HIDASI = "Hidasi et al., ICLR 2016; Hidasi and Karatzoglou, CIKM 2018"
RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe("simple_rnn", HIDASI, ModelConfig(SimpleRNN())),
        Recipe("lstm", HIDASI, ModelConfig(LSTM())),
        Recipe("gru", HIDASI, ModelConfig(GRU())),
        Recipe("caser", "Tang and Wang, WSDM 2018", ModelConfig(Caser())),
        Recipe("next_it_net", "Yuan et al., WSDM 2019", ModelConfig(NextItNet())),
        Recipe(
            "stacked",
            "Wolpert, Neural Networks 1992",
            StackedConfig({"gru": DeepMember(ModelConfig(GRU())), "caser": DeepMember(ModelConfig(Caser()))}),
        ),
    )
}


def get_recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        InputError: if there is none; names the nearest.
    """
    if name not in RECIPES:
        near = difflib.get_close_matches(name, RECIPES, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(RECIPES)}."
        raise InputError(f"no recipe is called {name!r}: {hint}")
    return RECIPES[name]


def choose_loss(config: ModelConfig, vocabulary: Vocabulary) -> ModelConfig:
    """Fills in the loss where the configuration leaves it open: full softmax while the trained items are few."""
    if config.loss is not None:
        return config
    items = vocabulary.trained_size - FIRST_ITEM
    return replace(config, loss=FullSoftmax() if items <= FULL_SOFTMAX_LIMIT else SampledSoftmax())


def build_model(
    recipe: Recipe, vocabulary: Vocabulary, items: Catalogue | None = None, users: Catalogue | None = None
) -> RetrievalModel:
    """Builds a recipe's model for a catalogue, not compiled.

    Args:
        recipe: what to build, no stack; a loss left open is chosen by the size of the catalogue.
        vocabulary: the items, with their training counts.
        items: the items' features; None where the recipe's kind is "behaviour".
        users: the users' features, if any: with every kind.

    Raises:
        InputError: if the recipe's kind and the items' features do not go together, or the recipe is a stack.
    """
    if isinstance(recipe.model, StackedConfig):
        raise InputError(f"{recipe.name!r} is a stack, whose members are trained one by one: give it to `train`.")
    config = choose_loss(recipe.model, vocabulary)
    check_kind(config, items)
    embedding = None
    if items is None:
        embedding = _item_table(vocabulary.size, config, "item_embedding")
        output = embedding if config.tied else _item_table(vocabulary.size, config, "output_embedding")
        tower = id_tower(output, vocabulary.item_counts)
    elif config.kind == "content":
        tower = content_tower(config.content, items, vocabulary, config.dimension)
    else:
        ids = _item_table(vocabulary.trained_size, config, "item_embedding")
        tower = hybrid_tower(config.content, items, vocabulary, ids, config.id_dropout)
    short_path = None
    if config.markov_order:
        short_path = MarkovPath(vocabulary.size, config.dimension, config.markov_order, name="markov_path")
    encoder = sequence_encoder(
        config.dimension,
        config.body.states,
        config.dimension,
        config.item_dropout,
        config.embedding_dropout,
        config.state_dropout,
        short_path,
        name=config.body.name,
    )
    user = None if users is None else user_tower(config.content, users, config.dimension, config.user_dropout)
    assert config.loss is not None
    return RetrievalModel(
        encoder, tower, vocabulary, config.loss, recipe.training.max_length, recipe.training.seed, embedding, user
    )


def check_kind(config: ModelConfig | StackedConfig, items: object) -> None:
    """Raises InputError where the kind and the items' features, or None, do not go together."""
    if isinstance(config, StackedConfig):
        for member in config.members.values():
            check_kind(member.model, items)
        return
    if config.kind != "behaviour" and items is None:
        raise InputError(f"kind is {config.kind!r}, which needs the items' features: give a catalogue of items.")
    if config.kind == "behaviour" and items is not None:
        raise InputError("features of items are given, but kind is 'behaviour': choose 'content' or 'hybrid'.")
    if config.kind != "behaviour" and config.markov_order:
        raise InputError(f"markov_order is {config.markov_order}, but goes by ids: kind must be 'behaviour', or it 0.")
    if config.kind != "behaviour" and not config.tied:
        raise InputError(f"tied is False, but kind {config.kind!r} reads and scores an item by the same vector.")


def _item_table(rows: int, config: ModelConfig, name: str) -> tf.keras.layers.Embedding:
    initial = tf.keras.initializers.RandomNormal(stddev=0.05)
    return tf.keras.layers.Embedding(rows, config.dimension, initial, name=name)


def _parse(leaf: str, value: Any, before: Any) -> Any:
    """A setting's value, where it is text: a class from its name, a list from "1,2,4"; pydantic parses the rest."""
    if leaf in NAMED and isinstance(value, str):
        try:
            return TypeAdapter(NAMED[leaf]).dump_python(TypeAdapter(NAMED[leaf]).validate_python({"name": value}))
        except ValidationError:
            return {"name": value}  # refused with all the other settings
    if leaf == "members" and isinstance(value, str | list | tuple):
        chosen = {name: TypeAdapter(Recipe).dump_python(get_recipe(name))["model"] for name in _listed(value)}
        return {name: {"model": model, "training": None} for name, model in chosen.items()}
    if isinstance(before, tuple) and isinstance(value, str):
        return _listed(value)
    return value


def _listed(value: Any) -> list[Any]:
    """The parts of "1,2,4" or "(1, 2, 4)"; anything else than text as it is."""
    return [part.strip() for part in value.strip("()[] ").split(",") if part] if isinstance(value, str) else list(value)


def _turn(setting: str) -> int:
    """When a setting is set: first those that decide which others there are."""
    leaf = setting.rsplit(".", 1)[-1]
    return 0 if leaf == "members" else 1 if leaf in NAMED else 2


def _is_tag(part: Any, parent: Any) -> bool:
    """Whether a part of the place of a pydantic error, after `parent`, is the name of one class of several."""
    return parent in TAGGED or (parent == "model" and part in FAMILIES)


def _resolve(values: Mapping[str, Any], name: str) -> list[str]:
    """The full paths of a setting given by its path or by its last part: several where members of a stack have it."""
    paths = list(_paths(values))
    if name in paths:
        return [name]
    matches = [path for path in paths if path.endswith(f".{name}")]
    # What reads an item's features goes by more than the last part: "text.dropout" beside the body's "dropout".
    matches = [path for path in matches if "model.content." not in path] or matches
    matches = [path for path in matches if not path.startswith(MEMBERS)] or matches
    if len({path.removeprefix(MEMBERS).split(".", 1)[-1] for path in matches if path.startswith(MEMBERS)}) == 1:
        return matches
    if len(matches) == 1:
        return matches
    if matches:
        raise InputError(f"setting {name!r} is ambiguous: choose one of {', '.join(matches)}.")
    leaves = {path.rsplit(".", 1)[-1]: path for path in paths}
    near = difflib.get_close_matches(name, [*paths, *leaves], n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(paths)}."
    raise InputError(f"there is no setting {name!r}: {hint}")


def _paths(values: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Every setting's path; the name of a body or loss says which one it is and is no setting."""
    found = []
    for key, value in values.items():
        if key == "name":
            continue
        found.append(f"{prefix}{key}")
        if isinstance(value, Mapping):
            found += _paths(value, f"{prefix}{key}.")
    return found
