"""Writes the tables of signatures in docs/serving.md: python -m docs.signature_tables."""

import re
from pathlib import Path

import pandas as pd

from tests.serving.document_models import IDS, films_model, movies_model, shop_ranker
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.serving.module import RankingModule
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.serving.attributes.shown_source import ShownSource
from tfrec_dl.serving.card_markdown import signature_table
from tfrec_dl.serving.signature import Signature
from tfrec_dl.two_stage.module import TwoStageModule

DOCUMENT = Path(__file__).with_name("serving.md")


def with_tables(document: str, films: RetrievalModel, ranker: RankingModel) -> str:
    """The document with its tables as the models have them now; each stands between two comments that name it.

    Args:
        document: Markdown.
        films: a hybrid model with features of users.
        ranker: a ranking model.
    """
    plain = movies_model().serving_module()
    stages = TwoStageModule(plain, RankingModule(ranker))
    showing = movies_model().serving_module()
    showing.show(ShownSource(pd.DataFrame({"item_id": IDS, "title": IDS, "year": IDS}), ("title", "year")))
    tables = {
        "retrieval": plain.signatures(),
        "features": _others(films.serving_module().signatures(), plain.signatures()),
        "shown": _others(showing.signatures(), plain.signatures()),
        "ranking": RankingModule(ranker).signatures(),
        "two stages": _others(stages.signatures(), [*plain.signatures(), *RankingModule(ranker).signatures()]),
    }
    for name, signatures in tables.items():
        marks = [f"<!-- signatures: {name} -->", "<!-- end -->"]
        table = "\n".join([marks[0], "", *signature_table(signatures), "", marks[1]])
        document, count = re.subn(f"{marks[0]}.*?{marks[1]}", lambda _, table=table: table, document, flags=re.DOTALL)
        assert count == 1, f"docs/serving.md lacks {marks[0]}"
    return document


def _others(signatures: list[Signature], known: list[Signature]) -> list[Signature]:
    """The signatures that are not known by name."""
    return [each for each in signatures if each.name not in {other.name for other in known}]


if __name__ == "__main__":
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8"), films_model(), shop_ranker()), "utf-8")
