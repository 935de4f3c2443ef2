"""The request that a batch job makes for every user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tfrec_dl.errors import InputError
from tfrec_dl.serving.rules.rules import Rules

if TYPE_CHECKING:
    from tfrec_dl.lifecycle.batch.user_rules import UserRules
    from tfrec_dl.serving.recommendations import Recommendations
    from tfrec_dl.serving.recommender import Recommender


@dataclass(frozen=True)
class Request:
    """The request that a batch job makes for every user.

    Attributes:
        k: number of recommendations per user.
        exclude: ids that are recommended to nobody.
        rules: rules for all users; None for none.
        context: maps features to values for every request to a ranking stage; other features count as missing.
    """

    k: int
    exclude: tuple[str, ...] = ()
    rules: Rules | None = None
    context: Mapping[str, Any] = field(default_factory=dict)

    def answers(
        self,
        recommender: "Recommender",
        users: Sequence[str],
        histories: Sequence[Sequence[str]],
        own: "Sequence[UserRules]" = (),
    ) -> "list[Recommendations]":
        """Returns the recommendations, ranked if the export has a ranking stage.

        Args:
            recommender: loaded export.
            users: user ids.
            histories: items of each user, oldest first.
            own: rules of each user, which override those for all users; empty if no user has any.

        Returns:
            For each user, pairs (item id, score), best first, with the id of the list.

        Raises:
            InputError: as in `Recommender.recommend` and `recommend_ranked`, or for a context without a ranking stage.
        """
        exclude = [self.exclude] * len(users) if self.exclude else None
        rules: Rules | Sequence[Rules] | None = self.rules
        if own:
            rules, excluded = zip(*(each.over(self.rules) for each in own), strict=True)
            exclude = [(*self.exclude, *ids) for ids in excluded]
        if not recommender.ranks:
            if self.context:
                name = next(iter(self.context))
                raise InputError(f"context has {name!r}, but {recommender.folder} has no ranking stage: leave it out.")
            return recommender.recommend(histories, self.k, exclude, rules)
        values = {**{each.feature: None for each in recommender.request_features}, **self.context}
        context = {name: [value] * len(users) for name, value in values.items()}
        return recommender.recommend_ranked(users, histories, self.k, context, exclude=exclude, rules=rules)
