"""Construction of a ranking model from its configuration and its fitted state."""

from collections.abc import Mapping

import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING, Vocabulary
from tfrec_dl.features.content import Content, feature_vectors
from tfrec_dl.features.fitted import FittedFeatures
from tfrec_dl.features.prepared import Features
from tfrec_dl.layers.dropout import ResumableDropout
from tfrec_dl.layers.global_policy import require_float32
from tfrec_dl.ranking.configuration import RankingConfig
from tfrec_dl.ranking.data.feedback import CLICK, RATING
from tfrec_dl.ranking.defaults import impressions, model_filled_in
from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.ranking.features.impression_features import ImpressionFeatures
from tfrec_dl.ranking.features.recency import Recency
from tfrec_dl.ranking.features.unknown_ids import UnknownIdMasking
from tfrec_dl.ranking.fitted_state import FittedState
from tfrec_dl.ranking.l2_penalty import L2Penalty
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.position_bias import PositionBias
from tfrec_dl.ranking.ranking_data import RankingData


def build_ranking_model(config: RankingConfig, data: RankingData, max_length: int) -> RankingModel:
    """Builds the model without compiling it.

    Args:
        config: configuration of the network.
        data: fitted state and objectives.
        max_length: number of past items of a user to read.

    Raises:
        InputError: if the ranker's settings do not fit, the ratings do not suit the output, or Keras's global policy is
            not float32.
    """
    require_float32()
    count = impressions(data.users) if data.settled_by is None else data.settled_by
    config = model_filled_in(config, count, data.objectives, data.unknown)
    fitted_state = fitted_state_of(data, config.content, max_length)
    tables = {
        name: _table(size, config.dimension, f"{name}_embedding")
        for name, size in (
            ("user", data.users.trained_size),
            ("item", data.items.trained_size),
            ("level", data.levels.size),
        )
    }
    network = _network(config, data, fitted_state, tables)
    bias = PositionBias(data.positions) if data.positions is not None and CLICK in data.objectives else None
    model = RankingModel(_history_reader(config, tables), network, data.objectives, fitted_state, bias)
    model.starts_fitted = bool(data.linear)
    return model


def fitted_state_of(data: RankingData, content: Content, max_length: int) -> FittedState:
    """Returns the state that a model knows before its weights are trained, with prepared features.

    Args:
        data: data with fitted features.
        content: readers of the features.
        max_length: number of past items of a user to read.
    """
    context = None
    if data.context is not None:
        context = ImpressionFeatures(content, data.context, data.context_kinds, data.comparisons)
    return FittedState(
        users=data.users,
        items=data.items,
        levels=data.levels,
        context=context,
        item_features=_features(content, data.fitted_items, data.item_features, data.items),
        user_features=_features(content, data.fitted_users, data.user_features, data.users),
        max_length=max_length,
        request_features=data.request_features,
    )


def _history_reader(config: RankingConfig, tables: Mapping[str, tf.keras.layers.Embedding]) -> tf.keras.Model:
    """Returns a functional model: history and level [B, L] int32 -> embedded [B, L, K]."""
    history = tf.keras.Input([None], dtype=tf.int32, name="history")
    level = tf.keras.Input([None], dtype=tf.int32, name="level")
    item = tables["item"](UnknownIdMasking(tables["item"].input_dim, config.id_dropout or 0.0)(history))
    if config.regularization:
        item = L2Penalty(config.regularization)(item, read=history > PADDING)
    parts = [item, tables["level"](level)]
    if config.recency:
        recency = _table(config.recency + 1, config.dimension, "recency_embedding")
        parts.append(recency(Recency(config.recency)(history)))
    embedded = tf.keras.layers.Add()(parts)
    return tf.keras.Model({"history": history, "level": level}, embedded, name="history_reader")


def _network(
    config: RankingConfig,
    data: RankingData,
    fitted_state: FittedState,
    tables: Mapping[str, tf.keras.layers.Embedding],
) -> tf.keras.Model:
    """Returns a functional model: the inputs of each row -> {head: outputs}; see `RankingModel`."""
    width, objectives = config.dimension, data.objectives
    ids = {name: tf.keras.Input([], dtype=tf.int32, name=name) for name in ("user", "item")}
    known = {
        name: UnknownIdMasking(tables[name].input_dim, config.id_dropout or 0.0)(value) for name, value in ids.items()
    }
    history = tf.keras.Input([None, width], name="history")
    mask = tf.keras.Input([None], dtype=tf.bool, name="mask")
    inputs = {**ids, "history": history, "mask": mask}
    vectors = []
    for name, kinds, prepared in fitted_state.prepared_features():
        features, found = feature_vectors(config.content, kinds, prepared)
        # Flat, because Keras mistakes a dictionary of single-feature dictionaries for one that is not nested.
        inputs |= {f"{name}/{feature}": tensor for feature, tensor in features.items()}
        vectors += found
    kept = [_dropped(_projected(vector, width), config.embedding_dropout) for vector in vectors]
    user, item = (_regularised(tables[name](known[name]), config.regularization) for name in ("user", "item"))
    user, item, past = (_dropped(vector, config.embedding_dropout) for vector in (user, item, history))
    fields = Fields(user, item, tuple(kept), past, mask)
    hidden = config.sharing.hidden(fields, config.ranker, tuple(objectives))
    outputs = {}
    for head, representation in hidden.items():
        linear = data.linear.get(head)
        # With a linear part fitted in advance, it alone makes the first score.
        initial = "glorot_uniform" if linear is None else "zeros"
        score = tf.keras.layers.Dense(1, kernel_initializer=initial, name=f"{head}_score")(representation)
        if linear is None:
            others = _first_order(known, tables, kept, head)
        else:
            unmasked = {name: UnknownIdMasking(tables[name].input_dim, 0.0)(value) for name, value in ids.items()}
            others = [linear.score({**inputs, **unmasked})]
        score = tf.keras.layers.Add()([score, *others])
        outputs[head] = objectives[head].outputs(score, data.ratings if head == RATING else None)
    return tf.keras.Model(inputs, outputs, name=config.ranker.name)


def _first_order(
    known: Mapping[str, tf.Tensor],
    tables: Mapping[str, tf.keras.layers.Embedding],
    features: list[tf.Tensor],
    head: str,
) -> list[tf.Tensor]:
    """Returns the first-order terms of user, item and features for a head, [R, 1] each: the wide part."""
    found = []
    for name in ("user", "item"):
        bias = tf.keras.layers.Embedding(tables[name].input_dim, 1, "zeros", name=f"{head}_{name}_bias")
        found.append(bias(known[name]))
    if features:
        joined = features[0] if len(features) == 1 else tf.keras.layers.Concatenate()(features)
        found.append(tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros", name=f"{head}_wide")(joined))
    return found


def _features(
    content: Content, fitted: FittedFeatures | None, catalogue: Catalogue | None, vocabulary: Vocabulary
) -> Features | None:
    """Returns the prepared features of every row of a vocabulary."""
    if fitted is None or catalogue is None:
        return None
    return Features.of(fitted, content, catalogue.take(vocabulary.ids), FIRST_ITEM)


def _projected(vector: tf.Tensor, width: int) -> tf.Tensor:
    return vector if vector.shape[-1] == width else tf.keras.layers.Dense(width, use_bias=False)(vector)


def _regularised(vector: tf.Tensor, regularization: float | None) -> tf.Tensor:
    return L2Penalty(regularization)(vector) if regularization else vector


def _dropped(vector: tf.Tensor, rate: float | None) -> tf.Tensor:
    return ResumableDropout(rate)(vector) if rate else vector


def _table(rows: int, width: int, name: str) -> tf.keras.layers.Embedding:
    initial = tf.keras.initializers.RandomNormal(stddev=0.05)
    table = tf.keras.layers.Embedding(rows, width, initial, name=name)
    table.build(None)
    return table
