"""Settings of the blender, which combines the scores of a stack's members."""

from pydantic import Field

from tfrec_dl.configurations import configuration


@configuration
class BlenderConfig:
    """Settings for fitting a blender.

    With regularization 0.0001, 0.001 and 0.01, the cross-fitted validation NDCG@10 on ml-1m differed by less than
    0.001. The other settings were not searched.

    Attributes:
        cases: maximum number of validation users to learn from.
        best: number of items that each member adds to a user's candidates: its highest ones that are not among them
            yet. A target among them counts as found.
        sampled: number of candidates sampled from all other items, which represent those not sampled.
        regularization: L2 penalty on the blender's parameters, added to the mean loss per case.
        folds: number of user folds in cross-fitting, from which the validation metrics come.
        seed: seed of the samples and folds.
    """

    cases: int = Field(default=10_000, ge=1)
    best: int = Field(default=50, ge=1)
    sampled: int = Field(default=200, ge=1)
    regularization: float = Field(default=1e-3, ge=0, allow_inf_nan=False)
    folds: int = Field(default=5, ge=2)
    seed: int = Field(default=0, ge=0, lt=2**31)
