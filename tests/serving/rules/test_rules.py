"""Rules as a user writes them: what is read, and mistakes in one line."""

import math

import numpy as np
import pytest

from tfrec_dl import InputError, Rules


def test_texts_and_dictionaries_say_the_same():
    texts = Rules(boost=["year>=2000:0.5", "a:b=c:-1"], at_most=["genres=3"], pin=["a@b@2", "318@1"])
    pairs = Rules(boost={"year>=2000": 0.5, "a:b=c": -1}, at_most={"genres": 3}, pin={"a@b": 2, 318: 1})
    assert texts == pairs
    assert Rules(must="genres=War", only="a") == Rules(must=["genres=War"], only=np.array(["a"], object))


def test_ids_are_read_as_in_training():
    assert Rules(only=[318, 296.0, "007", b"x"]).only == ("318", "296", "007", "x")


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        ({"only": []}, "only is empty"),
        ({"only": ["a", ""]}, "only has ''"),
        ({"only": [3.5]}, "only has 3.5"),
        ({"only": 318}, "only is 318"),
        ({"only": [b"\xff\xfe"]}, "only has '"),
        ({"must": [None]}, "must has None"),
        ({"must": {"genres": "War"}}, "must is {'genres': 'War'}, but must be a list of conditions"),
        ({"must_not": ["\ud800"]}, "must_not has"),
        ({"boost": ["year>=2000"]}, "boost has"),
        ({"boost": {"year>=2000": math.nan}}, "boost has 'year>=2000' with nan"),
        ({"boost": {"year>=2000": math.inf}}, "boost has 'year>=2000' with inf"),
        ({"boost": {"year>=2000": 1e7}}, "boost has 'year>=2000' with 10000000.0"),
        ({"boost": {"year>=2000": True}}, "boost has 'year>=2000' with True"),
        ({"boost": {"": 1}}, "boost has ''"),
        ({"boost": 0.5}, "boost is 0.5"),
        ({"diversity": -0.1}, "diversity is -0.1, but must be a number from 0 to 1"),
        ({"diversity": 1.1}, "diversity is 1.1"),
        ({"diversity": math.nan}, "diversity is nan"),
        ({"diversity": "much"}, "diversity is 'much'"),
        ({"at_most": {"genres": 0}}, "at_most has 'genres' with 0"),
        ({"at_most": {"genres": 1.5}}, "at_most has 'genres' with 1.5"),
        ({"at_most": ["genres=3", "genres=2"]}, "at_most has 'genres' with '2'"),
        ({"pin": {"318": 0}}, "pin has '318' with 0"),
        ({"pin": ["318"]}, "pin has ''"),
        ({"pin": {"318": 1, "296": 1}}, "two items cannot have the same place"),
        ({"keep_seen": "yes"}, "keep_seen is 'yes'"),
        ({"min_score": math.nan}, "min_score is nan"),
    ],
)
def test_mistakes_are_named_in_one_line(rules, line):
    with pytest.raises(InputError) as refused:
        Rules(**rules)
    assert str(refused.value).startswith(line) or line in str(refused.value)
    assert "\n" not in str(refused.value)
