"""Statement in model cards about the user ids that an export holds."""

USER_IDS = "personal data"
NONE_HELD = "none: no id of a user, and nothing of any one user"


def user_ids_held(count: int, what: str = "their ids") -> str:
    """Returns the fact for an export of a model that knows users.

    Args:
        count: number of known users.
        what: what the export holds for each user.
    """
    if not count:
        return NONE_HELD
    return f"{count:,} users of the training, {what} in clear; export with --anonymous-users for a model without"
