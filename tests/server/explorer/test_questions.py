"""What the explorer's page asks, over HTTP."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.server.explorer.catalogue import ShownColumn
from tfrec_dl.server.explorer.search import ItemSearch, folded
from tfrec_dl.server.explorer.users import UserHistories


def ask(client, what, **asked):
    answer = client.post(f"/explorer/{what}", json={"model": "films", "version": 1} | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def titles(found):
    return [item["shown"]["title"] for item in found["items"]]


def test_models_say_what_they_can_be_asked_for(client):
    (model,) = ask(client, "models")["models"]
    assert model["name"] == "films"
    two, one = model["versions"]
    assert [(each["number"], each["labels"]) for each in (one, two)] == [(1, ["stable"]), (2, ["canary"])]
    assert (one["items"], one["k_max"], one["shown"]) == (12, 12, ["title", "year"])
    genres, year = one["attributes"]
    assert genres["values"][:2] == [["Sci-Fi", 4], ["Comedy", 3]]
    assert year == {"name": "year", "kind": "number", "range": [1966, 2009]}
    assert "explain" in one["signatures"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("star", ["Star Wars", "Stargate"]),
        ("STAR w", ["Star Wars"]),
        ("amelie", ["Amélie"]),
        ("man", ["Spider-Man"]),
        ("boot das", ["Das Boot"]),
        ("tar", ["Star Wars", "Stargate"]),
        ("1995", ["Toy Story", "Heat"]),
        ("11", ["Heat"]),
        ("genres=Crime", ["The Sting", "Heat"]),
        ("GENRES=war", ["Das Boot"]),
        ("<b>", ["<b>Bold</b> & 'quoted'", "Das Boot"]),
        ("nothing", []),
        ("?!", []),
    ],
)
def test_items_are_found_by_title_id_and_attribute(client, query, found):
    assert titles(ask(client, "search", query=query)) == found


def test_without_a_query_the_popular_items_are_found(client):
    assert titles(ask(client, "search", query=" ", most=2)) == ["Toy Story", "Star Wars"]
    assert titles(ask(client, "search", query="", most=2, version=2)) == ["Up", "Heat"]


def test_values_of_attributes_are_found(client):
    assert ask(client, "search", query="war")["values"] == [{"attribute": "genres", "value": "War", "count": 1}]
    assert ask(client, "values", attribute="genres", query="a") == {
        "values": [["Drama", 3], ["Adventure", 2], ["Animation", 2], ["Romance", 1], ["War", 1]],
        "distinct": 5,
    }


def test_items_are_described(client):
    (item,) = ask(client, "items", ids=["3", "unknown"])["items"]
    assert item == {
        "id": "3",
        "shown": {"title": "Amélie", "year": "2001"},
        "attributes": {"genres": ["Comedy", "Romance"], "year": 2001.0},
    }


@pytest.mark.parametrize(
    ("what", "asked", "status"),
    [
        ("items", {"ids": "3"}, 400),
        ("items", {"ids": [3]}, 400),
        ("items", {"ids": ["3"] * 501}, 400),
        ("search", {"query": "x", "most": -1}, 400),
        ("search", {"query": "x", "most": 10**6}, 400),
        ("search", {"query": "x", "version": "1"}, 400),
        ("search", {"query": "x", "version": 9}, 404),
        ("search", {"query": "x", "model": "none"}, 404),
    ],
)
def test_what_cannot_be_answered_is_said(client, what, asked, status):
    answer = client.post(f"/explorer/{what}", json={"model": "films", "version": 1} | asked)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_model_that_recommends_nothing_has_no_items(half):
    (model,) = half.post("/explorer/models", json={}).json()["models"]
    assert model["versions"][0]["items"] == 0
    assert half.post("/explorer/search", json={"model": "half", "query": ""}).status_code == 400


def test_the_page_takes_nothing_from_elsewhere(client):
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert "http" not in page.text.replace("http-equiv", "")
    assert client.get("/explorer/main.js").headers["content-type"].startswith("text/javascript")
    assert client.get("/explorer/../questions.py").status_code == 404
    assert client.get("/explorer/%2e%2e/questions.py").status_code == 404


def test_histories_of_a_tables_users():
    frame = pd.DataFrame(
        [("ann", "b", 3), ("bob", "x", 1), ("ann", "a", 1), ("annie", "y", 5), ("ann", "c", 3)],
        columns=["user_id", "item_id", "timestamp"],
    )
    users = UserHistories(Interactions.from_frame(frame))
    assert users.history("ann") == ["a", "b", "c"]
    assert users.history("nobody") is None
    assert users.find("an", 10) == [("ann", 3), ("annie", 1)]
    assert users.find("annie", 10) == [("annie", 1)]
    assert users.find("", 1) == [("ann", 3)]


def test_without_a_table_there_are_no_users(client):
    assert ask(client, "users", query="ann") == {"count": 0, "users": [], "history": None}


def catalogue(number):
    """What a search reads of a catalogue of any size."""
    texts = np.array(["", *(f"Title {place} of many" for place in range(number))], dtype=object)
    codes = np.concatenate([[0, 0], np.arange(1, number + 1)])
    ids = [f"id{place}" for place in range(number)]
    order = np.arange(number)
    return SimpleNamespace(shown=[ShownColumn("title", texts, codes)], ids=ids, order=order, values=[])


def test_a_large_catalogue_is_searched_to_its_end():
    search = ItemSearch(catalogue(50_000))
    assert search.items("title 49999", 20) == [49_999]
    assert search.items("49999", 20) == [49_999]
    assert search.items("many", 3) == [0, 1, 2]
    assert search.items("absent words", 20) == []
    assert search.items("t", 20) == list(range(20))


def test_folded_texts():
    assert folded("  Ça—ira! (L'Été) ") == "ca—ira l ete"
