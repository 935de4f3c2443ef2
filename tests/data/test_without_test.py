"""Data without their test part: the validation part is in its place, and the rest is as it was."""

from tests.impression_log import impression_log
from tests.synthetic import cyclic_interactions
from tfrec_dl.data.source import DataSource
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.source import RankingSource


def test_of_interactions_and_of_items_held_out(tmp_path):
    cyclic_interactions(users=40, items=20, length=8).to_csv(tmp_path / "table.csv", index=False)
    for split in ("leave-last-out", "cold-start"):
        dataset = DataSource(str(tmp_path / "table.csv"), split=split).read()
        found = dataset.without_test()
        assert found.split.test is found.split.validation is dataset.split.validation
        assert found.split.train is dataset.split.train
        assert found.fingerprint == dataset.fingerprint
    assert found.cold_split.split.test is dataset.split.validation
    assert found.cold_split.cold_test is found.cold_split.cold_validation is dataset.cold_split.cold_validation
    assert found.cold_split.test_items is dataset.cold_split.validation_items


def test_of_impressions(tmp_path):
    impression_log().to_csv(tmp_path / "log.csv", index=False)
    dataset = RankingSource(str(tmp_path / "log.csv"), Feedback(click="click"), lists=("request",)).read()
    found = dataset.without_test()
    assert found.split.test is found.split.validation is dataset.split.validation
    assert found.fingerprint == dataset.fingerprint
