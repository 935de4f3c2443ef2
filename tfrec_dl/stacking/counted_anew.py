"""A trained stack whose transitions are counted anew, from interactions as they are now."""

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.stacking.members import Members
from tfrec_dl.stacking.model import StackedModel


def counted_anew(stack: StackedModel, histories: Histories) -> StackedModel:
    """The same stack with transitions of other histories: those since the training, and those held out of it.

    Networks and weights stay as they are.

    Args:
        stack: with transitions among its members.
        histories: all that are to count, over the stack's vocabulary; unknown items count nowhere.

    Raises:
        InputError: if no member is made of counts, or an earlier version has trained it.
    """
    members = {
        name: member.counted_anew(histories)
        for name, member in zip(stack.members.names, stack.members.members, strict=True)
    }
    if all(new is old for new, old in zip(members.values(), stack.members.members, strict=True)):
        raise InputError(f"none of {', '.join(members)} is made of transitions: there is nothing to count anew.")
    return StackedModel(Members(members, stack.vocabulary), stack.blender)


def histories_over(vocabulary: Vocabulary, interactions: Interactions) -> Histories:
    """The histories of a table over a vocabulary that is not the table's own; items outside of it are unknown.

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
