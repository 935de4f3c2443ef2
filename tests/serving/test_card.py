import json

import numpy as np
import pydantic
import pytest
import tensorflow as tf

from tfrec_dl.serving.card import LIMITS, ModelCard
from tfrec_dl.serving.card_markdown import card_markdown
from tfrec_dl.serving.features import feature_inputs
from tfrec_dl.serving.signature import Signature, TensorInfo, ids, raw_features

METRICS = {"test/ndcg@10": 0.1234, "test/ndcg@10/low": 0.1, "test/ndcg@10/high": 0.15, "test/mrr@10": 0.2}


def test_markdown_shows_metrics_with_their_intervals():
    text = card_markdown(ModelCard(metrics=METRICS), {})
    assert "| test/ndcg@10 | 0.1234 | 0.1000 to 0.1500 |" in text
    assert "| test/mrr@10 | 0.2000 | unknown |" in text
    assert "/low" not in text


def test_markdown_names_data_terms_split_and_limits():
    card = ModelCard(data="100,004 ratings", data_terms="non-commercial", split="leave-last-out")
    text = card_markdown(card, {"items": 7})
    assert "- Data: 100,004 ratings\n- Terms of the data: non-commercial\n" in text
    assert "- Split: leave-last-out\n" in text
    assert "- items: 7\n" in text
    assert all(limit in text for limit in LIMITS)


def test_markdown_holds_the_configuration_as_json():
    configuration = {"name": "gru", "model": {"body": {"units": 100}}}
    block = card_markdown(ModelCard(configuration=configuration), {}).split("```json")[1].split("```")[0]
    assert json.loads(block) == configuration


def test_metrics_may_be_numpy_numbers():
    card = ModelCard(metrics={"test/ndcg@10": np.float32(0.25), "test/mrr@10": np.float64(0.5)})
    assert json.loads(card.to_json({}))["metrics"] == {"test/ndcg@10": 0.25, "test/mrr@10": 0.5}


def test_what_is_not_given_is_called_unknown():
    text = card_markdown(ModelCard(), {})
    assert text.count("unknown") >= 4
    assert "exported without an evaluation" in text


def test_json_is_strict_even_when_a_metric_is_nan():
    text = ModelCard(metrics={"test/auc": float("nan"), **METRICS}).to_json({})

    def refuse(constant):
        raise AssertionError(constant)

    card = json.loads(text, parse_constant=refuse)
    assert card["metrics"]["test/auc"] is None
    assert card["metrics"]["test/ndcg@10/low"] == 0.1


def test_json_names_the_versions_that_made_the_model():
    versions = json.loads(ModelCard().to_json({}))["versions"]
    assert versions["tensorflow"].startswith("2.")
    assert "python" in versions


def test_a_card_is_read_back_as_it_was_written(tmp_path):
    card = ModelCard(name="π", data="x", metrics={**METRICS, "test/auc": float("nan")}, limits=("none",))
    card = card.with_added(["a", "b"]).with_added([str(item) for item in range(30)])
    (tmp_path / "assets.extra").mkdir()
    (tmp_path / "assets.extra" / "model_card.json").write_text(card.to_json({"items": 3}), encoding="utf-8")
    read = ModelCard.read(tmp_path, "unused")
    assert read.to_json({}) == card.to_json({})
    assert [(addition.items, len(addition.ids)) for addition in read.additions] == [(2, 2), (30, 20)]
    assert "18, 19 and 10 more)" in card_markdown(read, {})


def test_features_are_a_table_only_where_there_are_some():
    inputs = raw_features(feature_inputs({"a|b": "text"}), "N")
    signatures = [Signature("embed_item_features", "Embeds.", inputs, {}, lambda **features: {})]
    assert "| a\\|b | text | `a_b` | `embed_item_features` |" in card_markdown(ModelCard(), {}, signatures)
    assert "## Features" not in card_markdown(ModelCard(), {})


def test_signatures_are_listed_with_inputs_outputs_and_descriptions():
    score = TensorInfo(tf.float32, {"B": None, "k_max": 7})
    double = Signature(
        "double", "Doubles.", {"history": ids("B", "L")}, {"scores": score}, lambda history: {}, ("two",)
    )
    text = card_markdown(ModelCard(), {}, [double])
    row = "| `double` or `two` | `history` string [B, L] | `scores` float32 [B, k_max] | Doubles. |\n"
    assert f"\n\n## Signatures\n\n| signature | inputs | outputs | what it does |\n|---|---|---|---|\n{row}" in text
    assert json.loads(ModelCard().to_json({}, [double]))["signatures"] == [
        {
            "name": "double",
            "also": ["two"],
            "description": "Doubles.",
            "inputs": {"history": "string [B, L]"},
            "outputs": {"scores": "float32 [B, k_max]"},
        }
    ]
    assert "## Signatures" not in card_markdown(ModelCard(), {})


def test_card_cannot_be_changed():
    with pytest.raises((AttributeError, pydantic.ValidationError)):
        ModelCard().name = "other"
