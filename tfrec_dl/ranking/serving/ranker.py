"""Python access to ranking with an export."""

import json
import logging
from collections.abc import Sequence
from os import PathLike

import numpy as np
import pandas as pd

from tfrec_dl.arguments import names_given, require_type
from tfrec_dl.data.tables.checks import checked_ids, show
from tfrec_dl.data.tables.columns import MissingColumnError
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.serving.inputs import AGE, RankingInputs
from tfrec_dl.ranking.serving.requests import Requests, rank_requests
from tfrec_dl.serving.loaded_export import LoadedExport, open_export
from tfrec_dl.serving.names import RANK, RECOMMEND_RANKED
from tfrec_dl.serving.request_rows import Context, Pairs, Past, pairs

SCORE = "score"

logger = logging.getLogger(__name__)


class Ranker:
    """A loaded ranking export; also used for the second stage of a two-stage export.

    Args:
        export: loaded export.

    Attributes:
        folder: the version folder it was loaded from.
        inputs: inputs of the export: `inputs.request` and `inputs.candidate` name the context features, `inputs.past`
            the numbers that describe past items.
        predictions: names of the predictions for a candidate.
        orders_by: the prediction that is used as the score.

    Raises:
        InputError: if the export does not rank candidates.
    """

    def __init__(self, export: LoadedExport) -> None:
        self.folder = export.folder
        if RANK not in export.signatures:
            raise InputError(f"{self.folder} does not rank candidates: name a folder that export_ranking_model wrote.")
        self._export = export  # keeps alive what the signature reads
        self._signature = export.signatures[RANK]
        saved = export.saved_model
        stage = saved.ranking if RECOMMEND_RANKED in export.signatures else saved
        description = json.loads(stage.describe().numpy())
        self.inputs = RankingInputs.from_dict(description["inputs"])
        self.predictions = tuple(description["predictions"])
        self.orders_by: str = description["orders_by"]

    def __repr__(self) -> str:
        """Describes the export in one line."""
        return f"Ranker({str(self.folder)!r}, orders by {self.orders_by!r})"

    def rank(
        self,
        user_ids: Sequence[str],
        histories: Sequence[Sequence[str]],
        candidates: Sequence[Sequence[str]],
        context: Context | None = None,
        past: Past | None = None,
    ) -> list[Pairs]:
        """Orders the candidates of each request.

        Args:
            user_ids: one user id per request; "" and unknown ids are new users.
            histories: one row of item ids per request, oldest first.
            candidates: one row of item ids per request; unknown items are ranked too.
            context: maps features to values, None if missing: one per request for `inputs.request`, one row per request
                with one value per candidate for `inputs.candidate`.
            past: for each of `inputs.past`, one row per request with a number for every history item, None if missing:
                a feature's value when the item was shown ("history_price"), how long ago that was in the time unit of
                the training data ("history_age"), its "history_rating", or whether it converted ("history_conversion").
                By default all are missing, and the model uses only the ids.

        Returns:
            For each request, the pairs (item id, score), best first.

        Raises:
            InputError: if a feature is missing, is not an input, or has the wrong number of values.
        """
        requests = rank_requests(self.inputs, user_ids, histories, candidates, context, past)
        parts = self._answers(requests)
        return [row for part in parts for row in pairs(part["item_ids"], part["scores"])]

    def rank_table(
        self,
        candidates: pd.DataFrame,
        histories: pd.DataFrame | None = None,
        user_column: str = "user_id",
        item_column: str = "item_id",
        list_columns: Sequence[str] = (),
    ) -> pd.DataFrame:
        """Orders the candidates of a table, with every prediction.

        Args:
            candidates: one row per candidate, with a column for each context feature; other columns are ignored. Ids
                are text or integers, including integers that pandas turned into floats; a missing user is a new user.
            histories: one row per past item, oldest first, with the columns of user and item, and those of
                `inputs.past` as far as known. The others count as missing, with a warning. None if nobody has a
                history.
            user_column: column of user ids.
            item_column: column of item ids.
            list_columns: column or columns that together identify the request of a candidate; by default the user
                column.

        Returns:
            The columns of user, list and item, "score" and each of `predictions`; requests in the order of the table,
            best candidates first.

        Raises:
            InputError: if a column or an item id is missing, an id is neither text nor integer, or a request has
                several users or several values of a feature that belongs to the request.
        """
        require_type(candidates, pd.DataFrame, "candidates", "give a frame, as by pandas.read_csv(path)")
        list_columns = names_given(list_columns, "list_columns")
        names = list(dict.fromkeys([user_column, *list_columns]))
        features = [each.feature for each in self.inputs.context]
        _require_columns(candidates, [*names, item_column, *features], "candidates")
        if (missing := candidates[item_column].isna() | (candidates[item_column] == "")).any():
            raise InputError(f"{missing.sum()} of the {len(candidates)} candidates have no id: leave them out.")
        ids = {name: _ids(candidates[name], "candidates") for name in (user_column, item_column)}
        keys = list(list_columns) or [user_column]
        requests = candidates.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
        order = np.argsort(requests, kind="stable")
        table = candidates.iloc[order]
        starts = np.flatnonzero(np.diff(requests[order], prepend=-1))

        def rows(column: str) -> list[list]:
            values = ids[column] if column in ids else candidates[column].to_numpy(dtype=object)
            return [part.tolist() for part in np.split(values[order], starts[1:])] if len(order) else []

        def one(column: str) -> list:
            for row in (found := rows(column)):
                if len(pd.unique(pd.Series(row, dtype=object))) > 1:
                    raise InputError(
                        f"column {column!r} belongs to the request, but one request has {show(row[0])} and others: "
                        "give one value, or name list columns that distinguish requests."
                    )
            return [row[0] for row in found]

        users = one(user_column)
        context = {each.feature: one(each.feature) for each in self.inputs.request}
        context |= {each.feature: rows(each.feature) for each in self.inputs.candidate}
        history, past = self._histories(histories, users, user_column, item_column)
        answers = self._answers(rank_requests(self.inputs, users, history, rows(item_column), context, past))
        is_candidate = [part["item_ids"] != b"" for part in answers]
        found = {
            name: np.concatenate([part[name][kept] for part, kept in zip(answers, is_candidate, strict=True)])
            for name in ("item_ids", "scores", *self.predictions)
        }
        result = table[names].reset_index(drop=True)  # the candidates of a request share these values
        result[item_column] = [item.decode() for item in found.pop("item_ids")]
        return result.assign(**{SCORE: found.pop("scores")}, **found)

    def _histories(
        self, table: pd.DataFrame | None, users: list[str], user_column: str, item_column: str
    ) -> tuple[list[list[str]], Past]:
        """Returns the past of each request's user, oldest first."""
        if table is None:
            return [[] for _ in users], {}
        require_type(table, pd.DataFrame, "histories", "give a frame, as by pandas.read_csv(path)")
        _require_columns(table, [user_column, item_column], "histories")
        known = [name for name in self.inputs.past if name in table.columns]
        if unknown := [name for name in self.inputs.past if name not in known]:
            logger.warning(
                "the histories have no column %s: its values are unknown%s", ", ".join(unknown), _how(unknown)
            )
        places = table.groupby(_ids(table[user_column], "histories")).indices
        nothing = np.empty(0, dtype=np.int64)
        rows = [places.get(user, nothing) if user else nothing for user in users]
        columns = {name: table[name].to_numpy(dtype=object) for name in known}
        columns |= {name: np.full(len(table), None, dtype=object) for name in unknown}
        columns[item_column] = _ids(table[item_column], "histories")
        found = {name: [values[row].tolist() for row in rows] for name, values in columns.items()}
        return found.pop(item_column), found

    def _answers(self, requests: Requests) -> list[dict[str, np.ndarray]]:
        return [{name: values.numpy() for name, values in self._signature(**part).items()} for part in requests.parts()]


def load_ranker(dest: str | PathLike[str]) -> Ranker:
    """Loads the newest version in `dest`, or `dest` itself if it is a version folder.

    Raises:
        InputError: if there is no version, it is damaged, or it does not rank candidates.
    """
    return Ranker(open_export(dest))


def _how(unknown: Sequence[str]) -> str:
    if AGE not in unknown:
        return ""
    return f" ({AGE} is the time of the request less that of the past item, in the unit of the training's times)"


def _ids(column: pd.Series, called: str) -> np.ndarray:
    """Returns [n] ids as text, as in training; "" for missing ones."""
    ids = np.full(len(column), "", dtype=object)
    given = np.flatnonzero(column.notna() & (column != ""))
    if len(given):
        codes, distinct = checked_ids(
            column.iloc[given], column.name, lambda row: f"row {given[row] + 1} of the table of {called}"
        )
        ids[given] = distinct[codes]
    return ids


def _require_columns(table: pd.DataFrame, names: Sequence[str], called: str) -> None:
    header = [str(name) for name in table.columns]
    for name in names:
        if name not in header:
            raise MissingColumnError(name, header, f"the table of {called}")
