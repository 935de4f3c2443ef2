"""Configuration of ranking models and of their training."""

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
    """Configuration of the network, of what its heads share, and of their objectives.

    The model has one head for each label in the data; objectives of absent labels are ignored. `embedding_dropout`,
    `regularization` and `linear_part` depend on the data if they are None; see `tfrec_dl.ranking.defaults`.

    Attributes:
        ranker: network over the fields of an impression.
        sharing: what the heads have in common.
        click: objective for clicks. None: a choice within the list if impressions are shown in lists with at most one
            click each, otherwise each impression by itself.
        conversion: objective for conversions.
        rating: objective for ratings.
        dimension: width of the vector of each field.
        content: readers of the features of users, items and context.
        recency: number of most recent past items that are distinguished by their position from the end; 0 for none. For
            histories whose order matters.
        id_dropout: share of user and item ids hidden in training, so that the model handles unknown ids. None: for
            clicks, the share of unknown ids among the validation impressions, limited to between half and nine tenths;
            0 for ratings alone.
        embedding_dropout: share of components set to zero in training, in the vectors of each field and of the history.
        calibration: method that turns click logits into probabilities, fitted on the validation part after the network
            is trained. None: the sigmoid.
        regularization: weight in the loss of the mean squared length of the batch's user vectors, item vectors, and
            history item vectors.
        linear_part: whether a head for ratings, or for clicks learned row by row, starts from a ridge or logistic
            regression on ids, features and feature pairs. It is fitted in advance, stays fixed, and replaces the
            trained first-order terms.
        name: name of the family.
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
    """Configuration of the training of a ranking model.

    `batch_size` and `learning_rate` depend on the data if they are None; see `tfrec_dl.ranking.defaults`.

    Attributes:
        epochs: maximum number of passes over the training impressions; the learning rate schedule spans all of them.
        batch_size: approximate number of impressions per step; batches hold whole lists.
        max_length: number of most recent past items of a user to read.
        drawn: number of past items to read in training, sampled anew for each batch; None takes the most recent ones.
            For histories that are sets rather than sequences, because sampling varies long histories and reduces
            overfitting to them.
        learning_rate: peak of the schedule, which has a linear warm-up and a cosine decay.
        warm_up: share of the steps used for the warm-up.
        weight_decay: decay of the dense variables (decoupled, Loshchilov and Hutter, ICLR 2019).
        weight_average: share of the averaged weights kept at each step. The averaged weights are validated and become
            the result (Polyak and Juditsky, 1992). 0: no averaging.
        patience: number of epochs without a better validation metric after which training stops.
        refit: whether to train the ranker again after choosing it on validation, with the validation part included, the
            same settings, and the best number of epochs.
        seed: seed of the initial weights, the order of lists, and dropout.
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
