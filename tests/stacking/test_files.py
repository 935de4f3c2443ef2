"""Stacks that are written and read again."""

import numpy as np
import pandas as pd
import pytest

from tests.synthetic import cyclic_interactions
from tfrec_dl.baselines import BASELINES
from tfrec_dl.baselines.fit import fit_baselines
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.stacking.blender_configuration import BlenderConfig
from tfrec_dl.stacking.files import load_stack, save_stack
from tfrec_dl.stacking.fit import fit_stack
from tfrec_dl.stacking.members import Members, RetrievalMember


@pytest.fixture(scope="module")
def split():
    table: pd.DataFrame = cyclic_interactions(users=60, items=20, length=11, noise=0.2)
    return leave_last_out(Interactions.from_frame(table))


@pytest.fixture(scope="module")
def model(split):
    return build_model(
        RECIPES["simple_rnn"].with_settings({"dimension": 8, "units": 8, "max_length": 5}), split.vocabulary
    )


@pytest.fixture(scope="module")
def stack(split, model):
    baselines = {name: baseline.graph() for name, baseline, _ in fit_baselines(split)}
    members = Members({"gru": RetrievalMember(model), **baselines}, split.vocabulary)
    return fit_stack(members, split.validation, BlenderConfig(folds=2))[0]


@pytest.fixture
def saved(stack, tmp_path):
    save_stack(stack, tmp_path)
    return tmp_path


def test_a_stack_has_the_same_scores_when_it_is_read_again(saved, stack, split, model):
    again = load_stack(saved, split.vocabulary, {"gru": model})
    assert again.members.names == ("gru", *BASELINES)
    assert again.weights() == stack.weights()
    np.testing.assert_array_equal(again.scores(split.test.histories), stack.scores(split.test.histories))


def test_the_graph_scores_as_the_blocks_do(stack, split):
    histories = split.test.histories
    in_graph = stack.catalogue_scores(histories.padded(99)).numpy()
    assert in_graph[:, 2:] == pytest.approx(stack.scores(histories)[:, 2:], rel=1e-4, abs=1e-4)


def test_the_folder_holds_whole_files_and_no_leftovers(saved):
    names = {str(path.relative_to(saved)) for path in saved.rglob("*") if path.is_file()}
    assert names == {"blender.npz", *(f"baselines/{name}.npz" for name in BASELINES)}


@pytest.mark.parametrize("name", ["blender.npz", "baselines/ease.npz", "baselines/markov_chain.npz"])
def test_a_damaged_or_missing_file_is_refused_by_name(saved, split, model, name):
    path = saved / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    for _ in range(2):
        with pytest.raises(InputError, match=f"{path.name} cannot be read") as refused:
            load_stack(saved, split.vocabulary, {"gru": model})
        assert "\n" not in str(refused.value)
        path.unlink(missing_ok=True)


@pytest.mark.parametrize("name", ["ease", "ials", "item_knn", "markov_chain"])
def test_a_baseline_of_fewer_items_is_refused_by_name(saved, split, model, name):
    path = saved / "baselines" / f"{name}.npz"
    with np.load(path) as file:
        arrays = dict(file)
    kept = dict.fromkeys(arrays, 5)
    if "splits" in arrays:  # five whole rows, which are a matrix too
        kept = {"splits": 6, "columns": arrays["splits"][5], "values": arrays["splits"][5], "tie_breakers": 5}
    np.savez(path, **{key: value[: kept[key]] if value.ndim else value for key, value in arrays.items()})
    with pytest.raises(InputError, match=f"{path} does not fit the 20 items"):
        load_stack(saved, split.vocabulary, {"gru": model})


def test_a_missing_deep_member_is_refused(saved, split):
    with pytest.raises(InputError, match="'gru', which is neither a baseline nor given"):
        load_stack(saved, split.vocabulary, {})


def test_a_stack_that_an_earlier_version_wrote_is_read(saved, stack, split, model):
    (saved / "baselines").rename(saved / "floors")
    (saved / "blender.npz").rename(saved / "ranker.npz")
    again = load_stack(saved, split.vocabulary, {"gru": model})
    assert again.weights() == stack.weights()
    np.testing.assert_array_equal(again.scores(split.test.histories), stack.scores(split.test.histories))
