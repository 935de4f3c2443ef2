"""What is numbered by another vocabulary than a model's is refused wherever both meet."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate


def vocabulary(ids):
    return Vocabulary(np.array(list(ids), dtype=object), np.ones(len(ids), dtype=np.int64))


class Scores:
    """A scorer that knows its items."""

    def __init__(self, ids):
        self.vocabulary = vocabulary(ids)

    def scores(self, histories):
        return np.zeros((len(histories), self.vocabulary.size), np.float32)


@pytest.mark.parametrize(
    ("of_cases", "of_model", "message"),
    [
        ("abc", "acb", "the cases' index 3 is item 'b', the model's 'c': encode the histories with model.vocabulary"),
        ("abcd", "abc", "the cases' index 5 is item 'd', the model's no item"),
        ("ab", "xyz", "the cases' index 2 is item 'a', the model's 'x'"),
    ],
)
def test_first_id_that_differs_is_named(cases, of_cases, of_model, message):
    with pytest.raises(InputError, match=message):
        evaluate(Scores(of_model), cases([[2]], [[3]]), vocabulary(of_cases))


def test_cases_that_know_their_numbers_are_refused_whatever_vocabulary_is_claimed(cases):
    found = cases([[2]], [[3]])
    marked = type(found)(found.histories, found.targets.numbered_by(vocabulary("bca")))
    with pytest.raises(InputError, match="the cases' index 2 is item 'b', the model's 'a'"):
        evaluate(Scores("abc"), marked, vocabulary("abc"))


def test_same_ids_in_the_same_order_are_the_same_vocabulary(cases):
    found = cases([[2]], [[3]])
    marked = type(found)(found.histories.numbered_by(vocabulary("abc")), found.targets)
    assert evaluate(Scores("abc"), marked, vocabulary("abc"), metrics=["hit_rate@10"]).means() == {"hit_rate@10": 1.0}


def test_member_of_a_stack_with_other_numbers_is_refused():
    from tfrec_dl.stacking.members import Members

    with pytest.raises(InputError, match="the stack's index 2 is item 'a', the model's 'b'"):
        Members({"one": Scores("ba")}, vocabulary("ab"))


def test_rows_of_another_ranking_model_are_refused():
    from tfrec_dl.ranking.rows import require_rows_of

    table = SimpleNamespace(user_ids=np.array(["u"], object), item_ids=np.array(["a", "b"], object))
    rows = SimpleNamespace(impressions=table, users=np.array([2]), items=np.array([2, 3]))
    require_rows_of(SimpleNamespace(users=vocabulary("u"), items=vocabulary("ab")), rows)
    with pytest.raises(InputError, match="the rows have index 2 for item 'a', the model 3"):
        require_rows_of(SimpleNamespace(users=vocabulary("u"), items=vocabulary("ba")), rows)
