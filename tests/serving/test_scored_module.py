"""Models that score the catalogue by themselves."""

import json

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.paths import EVERY_PATH
from tests.serving.stand_in import vocabulary_of
from tests.synthetic import cyclic_interactions
from tfrec_dl.baselines.fit import fit_baselines
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.load import load
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.serving.add_items import add_items
from tfrec_dl.serving.export import export_saved_model
from tfrec_dl.serving.scored_module import ScoredModule
from tfrec_dl.serving.verify import verify_export
from tfrec_dl.stacking.blender_configuration import BlenderConfig
from tfrec_dl.stacking.fit import fit_stack
from tfrec_dl.stacking.members import Members, RetrievalMember


class Longest(tf.Module):
    """Scores item i by how far from the history's end it is named last, plus 0.1 i; 100 where it is not named."""

    def __init__(self) -> None:
        super().__init__()
        self.vocabulary = vocabulary_of(list("abcde"))
        self.step = tf.Variable(1.0)
        self.slot = tf.Variable(tf.zeros([1000]))

    def serving_module(self, k_max=100):
        return ScoredModule(self, k_max)

    def catalogue_scores(self, history):
        length = tf.math.count_nonzero(history, axis=1, keepdims=True, dtype=tf.int32)
        age = tf.where(history > 0, length - tf.range(tf.shape(history)[1]), 100)
        items = tf.range(self.vocabulary.size)
        named = tf.where(history[:, :, None] == items, age[:, :, None], 100)
        youngest = tf.reduce_min(tf.concat([named, tf.fill([tf.shape(history)[0], 1, 7], 100)], 1), axis=1)
        return self.step * tf.cast(youngest, tf.float32) + 0.1 * tf.cast(items, tf.float32)


def test_the_whole_history_is_scored_without_what_is_unknown(tmp_path):
    version = export_saved_model(Longest(), tmp_path)
    outputs = tf.saved_model.load(str(version)).signatures["serving_default"](
        history=tf.constant([["a", "nobody", "", *["b"] * 200, ""]])
    )
    assert outputs["item_ids"].numpy()[0].tolist() == [b"e", b"d", b"c", b"", b""]
    np.testing.assert_allclose(outputs["scores"][0, :3], [100.6, 100.5, 100.4], rtol=1e-6)


def test_it_has_the_signatures_of_ids_and_no_vectors(tmp_path):
    version = export_saved_model(Longest(), tmp_path)
    names = {"serving_default", "recommend_excluding", "recommend_with_rules", "similar_items", "explain"}
    assert set(tf.saved_model.load(str(version)).signatures) == {*names, "similar_items_with_rules"}
    (found,) = load(version).recommend([["a"]], k=2, exclude=[["e"]])
    assert [item for item, _ in found] == ["d", "c"]
    assert [item for item, _ in load(version).recommend([[]], k=5)[0]] == list("abcde")
    card = json.loads((version / "assets.extra" / "model_card.json").read_text())
    assert card["model"]["items of a history that are read"] == "all"
    assert "new items need a new training" in card["limits"][0]
    stored = tf.train.list_variables(str(version / "variables" / "variables"))
    assert [1000] not in [shape for _, shape in stored]
    with pytest.raises(InputError, match="takes no new items"):
        add_items(tmp_path, "unused.csv")


def test_diverged_weights_are_refused(tmp_path):
    model = Longest()
    model.step.assign(np.nan)
    with pytest.raises(InputError, match="diverged"):
        export_saved_model(model, tmp_path)


def explained_as_scored(stack, version, ids):
    """A contribution is what the blended score loses; alike is what the members agree on."""
    recommender, history = load(version), [*ids[2:9], "nobody", ids[3]]
    known = [item for item in history if item in ids]

    def score(row):
        return stack.catalogue_scores(tf.constant([[ids.index(item) + 2 for item in row]])).numpy()[0, 2 + 15]

    ((found,),) = recommender.explain([history], [[ids[15]]])
    assert found.score == pytest.approx(score(known), rel=1e-4)
    lost = [score(known) - score(known[:place] + known[place + 1 :]) for place in range(len(known))]
    assert [value for _, value in found.because] == pytest.approx(sorted(lost, reverse=True), rel=1e-3, abs=1e-3)
    (alike,) = recommender.similar_items([ids[4]], k=len(ids))
    assert len(alike) == len(ids) - 1
    means = [each.similarities(tf.constant([6])).numpy()[0, 2:] for each in stack.members.members]
    means = np.mean([(mean - mean.mean()) / (mean.std() or 1) for mean in means], axis=0)
    assert [value for _, value in alike] == pytest.approx(sorted(np.delete(means, 4), reverse=True), abs=1e-3)


@pytest.mark.process
def test_a_stack_of_a_network_and_baselines_is_served_as_it_scores(tmp_path):
    split = leave_last_out(Interactions.from_frame(cyclic_interactions(users=60, items=20, length=11, noise=0.2)))
    network = build_model(
        RECIPES["simple_rnn"].with_settings({"dimension": 8, "units": 8, "max_length": 5}), split.vocabulary
    )
    baselines = {name: baseline.graph() for name, baseline, _ in fit_baselines(split)}
    members = Members({"gru": RetrievalMember(network), **baselines}, split.vocabulary)
    stack, _ = fit_stack(members, split.validation, BlenderConfig(folds=2))
    version = export_saved_model(stack, tmp_path)
    ids = list(split.vocabulary.ids)
    explained_as_scored(stack, version, ids)
    of_network = RetrievalMember(network).items[2:, :-1].numpy()
    assert np.array_equal(stack.serving_module().item_vectors(tf.range(2, 22)[None])[0], of_network)
    verify_export(stack, version, [ids[:1], ids[2:12], [], ["nobody", ids[3]], [*ids[:7], *ids[:7]]], EVERY_PATH)


def test_retrieval_models_keep_their_own_way(version):
    assert "embed_items" in tf.saved_model.load(str(version)).signatures
