import json

from tfrec_dl.ranking.serving.inputs import RankingInputs


def test_a_number_called_age_is_told_from_how_long_ago_it_was():
    inputs = RankingInputs({"age": "number"}, (), ("age",), timed=True, label=None)
    assert inputs.past == ("history_age_", "history_age")
    assert RankingInputs.from_dict(json.loads(json.dumps(inputs.to_dict()))) == inputs


def test_a_feature_with_the_name_of_another_input_gets_one_of_its_own():
    inputs = RankingInputs({"history": "number", "item_ids": "text"}, None, ("history",), timed=False, label=None)
    assert [each.name for each in inputs.context] == ["history_2", "item_ids_2"]
    assert inputs.past == ("history_history_2",)


def test_where_nobody_can_tell_a_request_has_all_features_but_those_of_the_retrieval():
    kinds = {"device": "category", "hour": "number", "retrieval_score": "number"}
    inputs = RankingInputs(kinds, None, ("hour", "retrieval_score"), timed=False, label=None)
    assert [each.feature for each in inputs.candidate] == list(kinds)
    assert [each.feature for each in inputs.asked] == ["device", "hour"]
    assert inputs.past == ("history_hour", "history_retrieval_score")
    assert inputs.past_of_two_stages == ("history_hour",)
