"""What a model card says of the users whose ids an export holds."""

USER_IDS = "personal data"
NONE_HELD = "none: no id of a user, and nothing of any one user"


def user_ids_held(count: int, what: str = "their ids") -> str:
    """The fact about an export of a model that knows users.

    Args:
        count: users that it knows.
        what: it holds of each.
    """
    if not count:
        return NONE_HELD
    return f"{count:,} users of the training, {what} in clear; export with --anonymous-users for a model without"
