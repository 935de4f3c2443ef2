"""Splits ids in one text, separated by commas."""

import csv
import io

from tfrec_dl.errors import InputError

LONGEST_ID = 2**30  # characters; csv's own limit is 131,072


def parse_ids(text: str, option: str) -> list[str]:
    """Splits ids at commas, as CSV does: `a,"b,c"` is two ids; empty ones are left out.

    Args:
        text: the ids.
        option: option that they were given with, or column that they are in, for errors.

    Raises:
        InputError: if a quote is not closed.
    """
    csv.field_size_limit(LONGEST_ID)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True))
    except csv.Error as error:
        raise InputError(f"{option} {text!r:.80} cannot be read ({error}): close every quote.") from error
    return [item for record in records for item in record if item]
