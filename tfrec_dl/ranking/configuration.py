"""The configuration of ranking models and of their training."""

from typing import Annotated, Literal

from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.data.training.cuts import LONGEST_HISTORY
from tfrec_dl.features.bucketised_numbers import BucketisedNumbers
from tfrec_dl.features.categories import Categories
from tfrec_dl.features.content import Content
from tfrec_dl.ranking.calibration.method import CALIBRATIONS, CalibrationMethod
from tfrec_dl.ranking.calibration.platt import Platt
from tfrec_dl.ranking.objectives.conversion import Conversion
from tfrec_dl.ranking.objectives.objective import (
    CLICK_OBJECTIVES,
    CONVERSION_OBJECTIVES,
    RATING_OBJECTIVES,
    Objective,
)
from tfrec_dl.ranking.objectives.rating import Rating
from tfrec_dl.ranking.rankers.ranker import RANKERS, Ranker
from tfrec_dl.ranking.sharing.shared_bottom import SharedBottom
from tfrec_dl.ranking.sharing.sharing import SHARING, Sharing
from tfrec_dl.recipes.search_space import SearchChoices, SearchRange
from tfrec_dl.registered_fields import Registered


@configuration
class RankingConfig:
    """The network, what its heads share, and what they learn.

    There is a head for each label that the data have; the settings of others are not used. `embedding_dropout`,
    `regularization` and `linear_part` follow from the data where they are None; see `tfrec_dl.ranking.defaults`.

    Attributes:
        ranker: the network.
        sharing: what several heads have in common.
        click: how clicks are learnt; None: as a choice where impressions are shown in lists of which none has more than
            one click, else each by itself.
        conversion: how conversions are learnt.
        rating: how ratings are learnt.
        dimension: width of a field's vector.
        content: what reads the features of users, items and context.
        recency: last past items that are distinguished by how many came after them; 0 for none. For histories whose
            order matters.
        id_dropout: share of the ids of users and items hidden in training, so that unknown ones work. None: where
            clicks are learnt, as many as are unknown among the validation impressions, from half to nine tenths of
            them; none for ratings alone.
        embedding_dropout: share of the components of each field and of the history's vectors set to zero in training.
        calibration: how logits of clicks become probabilities, once the network is trained; fitted on the validation
            part. None: by the sigmoid.
        regularization: weight in the loss of the mean squared length of a batch's user vectors, of its item vectors,
            and of its histories' item vectors.
        linear_part: whether a head of ratings, or of clicks learnt row by row, starts from a ridge or logistic
            regression on ids, features and pairs of features, fitted beforehand and not trained further, in place of
            first-order terms that are trained with the rest.
        name: of the family.
    """

    ranker: Annotated[Ranker, Registered(RANKERS)]
    sharing: Annotated[Sharing, Registered(SHARING)] = SharedBottom()
    click: Annotated[Objective, Registered(CLICK_OBJECTIVES)] | None = None
    conversion: Annotated[Objective, Registered(CONVERSION_OBJECTIVES)] = Conversion()
    rating: Annotated[Objective, Registered(RATING_OBJECTIVES)] = Rating()
    dimension: Annotated[int, SearchChoices((8, 16, 32))] = Field(default=16, ge=1)
    content: Content = Content(categories=Categories(embedding=16), numbers=BucketisedNumbers(units=16))
    recency: int = Field(default=0, ge=0)
    id_dropout: Annotated[float | None, SearchRange(0.0, 0.9)] = Field(default=None, ge=0, lt=1)
    embedding_dropout: Annotated[float | None, SearchRange(0.0, 0.5)] = Field(default=None, ge=0, lt=1)
    regularization: Annotated[float | None, SearchRange(0.0, 0.3)] = Field(default=None, ge=0, allow_inf_nan=False)
    linear_part: bool | None = None
    calibration: Annotated[CalibrationMethod, Registered(CALIBRATIONS)] | None = Platt()
    name: Literal["ranking"] = "ranking"


@configuration
class RankingTraining:
    """How a ranking model is trained.

    `batch_size` and `learning_rate` follow from the data where they are None; see `tfrec_dl.ranking.defaults`.

    Attributes:
        epochs: passes over the training impressions at most; the learning rate's schedule spans them.
        batch_size: impressions a step, about: a batch holds whole lists.
        max_length: past items of a user that are read, the last ones.
        drawn: past items that are read in training instead, sampled anew for each batch; None takes the last
            ones. For histories that are sets rather than sequences: long ones are seen from many sides, and not learnt
            by heart.
        learning_rate: peak of the schedule: linear warm-up, cosine decay.
        warm_up: share of the steps that the warm-up takes.
        weight_decay: of the dense variables (decoupled, Loshchilov and Hutter, ICLR 2019).
        weight_average: share of the averaged weights that a step keeps; validation looks at these, and they stay
            (Polyak and Juditsky, 1992). 0: the weights themselves.
        patience: epochs without a better validation metric after which training stops.
        refit: whether a ranker that is trained and chosen on validation is trained once more, on the validation part
            too, with the same settings and for as many epochs as were best.
        seed: decides initial weights, the order of lists, and dropout.
    """

    epochs: int = Field(default=10, ge=1)
    batch_size: int | None = Field(default=None, ge=1)
    max_length: int = Field(default=50, ge=1, le=LONGEST_HISTORY)
    drawn: int | None = Field(default=None, ge=1)
    learning_rate: Annotated[float | None, SearchRange(2e-4, 1e-2, log=True)] = Field(
        default=None, gt=0, allow_inf_nan=False
    )
    warm_up: float = Field(default=0.05, ge=0, lt=1)
    weight_decay: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    weight_average: float = Field(default=0.99, ge=0, lt=1)
    patience: int = Field(default=3, ge=1)
    refit: bool = False
    seed: int = Field(default=0, ge=0, lt=2**31)
