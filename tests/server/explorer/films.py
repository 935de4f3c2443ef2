"""An export of twelve films with titles and attributes, and a second version in which other ones are popular."""

from pathlib import Path

import numpy as np
import pandas as pd

from tests.serving.stand_in import chain_model
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.serving.attributes.shown_source import ShownSource
from tfrec_dl.serving.attributes.source import AttributeSource
from tfrec_dl.serving.publishing import publish_module
from tfrec_dl.serving.variable_values import copy_with_values
from tfrec_dl.serving.version_labels import label_versions

FILMS = pd.DataFrame(
    [
        ("1", "Toy Story", "Animation|Comedy", 1995),
        ("2", "Star Wars", "Sci-Fi|Adventure", 1977),
        ("3", "Amélie", "Comedy|Romance", 2001),
        ("4", "Spider-Man", "Sci-Fi", 2002),
        ("5", "Das Boot", "War|Drama", 1981),
        ("6", "Alien", "Horror|Sci-Fi", 1979),
        ("7", "The Sting", "Comedy|Crime", 1973),
        ("8", "Stargate", "Sci-Fi|Adventure", 1994),
        ("9", "War and Peace", "Drama", 1966),
        ("10", "<b>Bold</b> & 'quoted'", "", 1990),
        ("11", "Heat", "Crime|Drama", 1995),
        ("12", "Up", "Animation", 2009),
    ],
    columns=["item_id", "title", "genres", "year"],
)


def export_films(dest: Path) -> None:
    """Writes versions 1, which is stable, and 2, the canary.

    After each film the next one scores 10 and the one after it 5; "Up" is a little like "Star Wars".
    """
    model = chain_model(tuple(FILMS["item_id"]), max_length=5)
    items = model.items.numpy()
    items[FIRST_ITEM + 11, 1] = 0.3
    model.items.assign(items)
    module = model.serving_module()
    module.describe_items(AttributeSource(FILMS, ("genres", "year")))
    module.show(ShownSource(FILMS, ("title", "year")))
    version = publish_module(module, dest)
    counts = np.concatenate([[0, 0], np.arange(1, 13)]).astype(np.float32)
    (dest / "2").mkdir()
    copy_with_values(version, dest / "2", {("_popularity",): counts})
    label_versions(dest, {"stable": 1, "canary": 2})
