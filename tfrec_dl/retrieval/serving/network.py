"""The trained part of a retrieval model as TensorFlow functions."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import tensorflow as tf

from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.retrieval.tables import Tables
from tfrec_dl.retrieval.towers.feature_tower import FeatureTower
from tfrec_dl.serving.features import feature_inputs
from tfrec_dl.serving.weights import lookup_tables, traced, variables_read


class ServableModel(Protocol):
    """The part of a `RetrievalModel` that is exported."""

    vocabulary: Vocabulary
    max_length: int
    item_tower: tf.keras.layers.Layer | None
    user_tower: FeatureTower | None

    def encode(self, history: tf.Tensor, embedded: tf.Tensor, user: tf.Tensor | None = None) -> tf.Tensor:
        """Computes query vectors after the last item, [B, D]."""

    def tables(self) -> Tables:
        """Computes the vectors of every vocabulary row."""


class Network(tf.Module):
    """The part of a retrieval model that stays the same when items are added; it does not depend on their number.

    Its functions survive saving and loading, and can be saved again after loading.

    Args:
        encode: function, (history [B, L] int32, embedded [B, L, E] float32) -> queries [B, D]; if users have features,
            it also takes their vectors [B or 1, D - 1].
        owned: variables and tables that the functions read.
        item_kinds: item feature -> kind; empty if the model represents items by their ids.
        embed_item: function, raw features {input name: [N, ...]} -> item vectors [N, D]; None without features.
        user_kinds: user feature -> kind.
        embed_user: function, raw features {input name: [B, ...]} -> user vectors [B, D - 1]; None without features.
        no_user: variable [1, D - 1], the vector of a user without features; None if users have none.
        keep_seen: whether items in the history can be recommended again; stored here so that a loaded network knows it.
    """

    def __init__(
        self,
        encode: Callable[..., tf.Tensor],
        owned: Iterable[Any],
        item_kinds: Mapping[str, Kind] | None = None,
        embed_item: Any = None,
        user_kinds: Mapping[str, Kind] | None = None,
        embed_user: Any = None,
        no_user: tf.Variable | None = None,
        keep_seen: bool = False,
    ) -> None:
        super().__init__(name="network")
        self.encode = encode
        self.owned = list(owned)
        self.item_features = feature_inputs(item_kinds or {})
        self.embed_item = embed_item
        self.user_features = feature_inputs(user_kinds or {}, reserved=("history",))
        self.embed_user = embed_user
        self.no_user = no_user
        self.keep_seen = keep_seen
        kinds = {"item_kinds": dict(item_kinds or {}), "user_kinds": dict(user_kinds or {})}
        description = json.dumps({**kinds, "keep_seen": keep_seen})
        self.describe = tf.function(lambda: tf.constant(description), input_signature=[])

    def queries(self, history: tf.Tensor, embedded: tf.Tensor, user: tf.Tensor | None = None) -> tf.Tensor:
        """Query vectors [B, D]; `user` [B, D - 1] is from `embed_user`, None for users without features."""
        if self.no_user is None:
            return self.encode(history, embedded)
        return self.encode(history, embedded, self.no_user if user is None else user)


def network_of(model: ServableModel, history_width: int, keep_seen: bool = False) -> Network:
    """Returns the network of a trained model; its variables are shared, not copied.

    Args:
        model: the model.
        history_width: width E of what the encoder reads of an item.
        keep_seen: whether items in the history can be recommended again.

    Raises:
        InputError: if a weight is not finite.
    """
    signature = [
        tf.TensorSpec([None, None], tf.int32, "history"),
        tf.TensorSpec([None, None, history_width], tf.float32, "embedded"),
    ]
    # Outside the trace, so that a subclass can create variables late.
    model.encode(tf.zeros([1, 1], tf.int32), tf.zeros([1, 1, history_width]))
    item_kinds, embed_item, owned = _tower_parts(model.item_tower)
    user_kinds, embed_user, owned_by_users = _tower_parts(model.user_tower)
    no_user = None
    if model.user_tower is not None:
        # Computed once, because the tower would bring the table of all users into the graph.
        no_user = tf.Variable(model.user_tower.missing(), trainable=False, name="no_user")
        signature.append(tf.TensorSpec([None, no_user.shape[1]], tf.float32, "user"))
    encode = traced(lambda *inputs: model.encode(*inputs), signature)
    return Network(
        encode,
        _distinct([*variables_read(encode), *owned, *owned_by_users]),
        item_kinds,
        embed_item,
        user_kinds,
        embed_user,
        no_user,
        keep_seen,
    )


def restored_network(saved: Any) -> Network:
    """Returns the network of a loaded export.

    Args:
        saved: the `network` of the loaded SavedModel.
    """
    kinds = json.loads(saved.describe().numpy())
    parts = {}  # a SavedModel stores nothing for None
    if kinds["item_kinds"]:
        parts["embed_item"] = saved.embed_item
    if kinds["user_kinds"]:
        parts |= {"embed_user": saved.embed_user, "no_user": saved.no_user}
    return Network(saved.encode, saved.owned, **kinds, **parts)


def _tower_parts(tower: tf.keras.layers.Layer | None) -> tuple[dict[str, Kind], Any, list[Any]]:
    """Returns kinds, the function of raw features, and what it reads; nothing for a tower without features."""
    if not isinstance(tower, FeatureTower):
        return {}, None, []
    inputs = feature_inputs(tower.kinds)

    def embed(raw: dict[str, tf.Tensor]) -> tf.Tensor:
        return tower.vectors_of({each.feature: raw[each.name] for each in inputs})

    function = traced(embed, [{each.name: each.spec for each in inputs}])
    return tower.kinds, function, [*variables_read(function), *lookup_tables(tower.preparation)]


def _distinct(values: list[Any]) -> list[Any]:
    """Returns each object once; variables have no truth value to compare by."""
    return list({id(value): value for value in values}.values())
