"""Settings of the blender, which combines the scores of a stack's members."""

from pydantic import Field

from tfrec_dl.configurations import configuration


@configuration
class BlenderConfig:
    """Settings of the fit of a blender.

    Chosen by cross-fitted NDCG@10 on validation. Of regularizations 0.0001, 0.001 and 0.01 it differed by less than
    0.001 on ml-1m. With 1,000 candidates, 500 a network and 500 its counts, it was on amazon-beauty 1 to 3 % above
    that of blenders that learn from all users, by a sample of all items, and level with it on ml-1m; with 100
    candidates it was above on the one and 1.5 % below on the other.

    Attributes:
        cases: validation users to look at at most. Those are learned from whose target is among the candidates.
        candidates: items that a user's list has beside the target at most. Each member adds as many, its highest that
            are not among them yet.
        regularization: L2 penalty on the blender's numbers, beside the mean loss of a case.
        folds: parts of the users in cross-fitting, which the validation metrics come from.
        seed: of the samples and folds.
    """

    cases: int = Field(default=10_000, ge=1)
    candidates: int = Field(default=1_000, ge=1)
    regularization: float = Field(default=1e-3, ge=0, allow_inf_nan=False)
    folds: int = Field(default=5, ge=2)
    seed: int = Field(default=0, ge=0, lt=2**31)
