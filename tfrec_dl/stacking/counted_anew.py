"""Recounting of a trained stack's transitions from current interactions."""

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.stacking.members import Members
from tfrec_dl.stacking.model import StackedModel


def counted_anew(stack: StackedModel, histories: Histories) -> StackedModel:
    """Returns the same stack with transitions counted in other histories, such as newer and held-out interactions.

    Networks and weights do not change.

    Args:
        stack: stack with transitions among its members.
        histories: all histories to count, over the stack's vocabulary; unknown items are not counted.

    Raises:
        InputError: if no member is based on counts, or an earlier version trained the stack.
    """
    members = {
        name: member.counted_anew(histories)
        for name, member in zip(stack.members.names, stack.members.members, strict=True)
    }
    if all(new is old for new, old in zip(members.values(), stack.members.members, strict=True)):
        raise InputError(f"none of {', '.join(members)} uses transitions: there is nothing to count again.")
    return StackedModel(Members(members, stack.vocabulary), stack.blender)


def histories_over(vocabulary: Vocabulary, interactions: Interactions) -> Histories:
    """Returns the histories of a table over another vocabulary; items outside of it become unknown.

    Raises:
        InputError: if no item is known.
    """
    order, indices = interactions.order, vocabulary.encode(interactions.item_ids)
    if (indices < FIRST_ITEM).all():
        raise InputError(
            f"none of the {len(indices):,} items of the interactions, such as {interactions.item_ids[0]!r}, is among "
            f"the {len(vocabulary.ids):,} of the model: nothing can be counted."
        )
    return Histories.from_rows(interactions.users[order], indices[interactions.items[order]], interactions.user_ids)
