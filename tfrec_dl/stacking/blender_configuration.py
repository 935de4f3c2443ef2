"""Settings of the blender, which combines the scores of a stack's members."""

from pydantic import Field

from tfrec_dl.configurations import configuration


@configuration
class BlenderConfig:
    """Settings of the fit of a blender.

    Of regularizations 0.0001, 0.001 and 0.01 the cross-fitted validation NDCG@10 on ml-1m differed by less than
    0.001; the other settings were not searched.

    Attributes:
        cases: validation users to learn from at most.
        best: items that each member adds to a user's candidates: its highest that are not among them yet. A target
            among so many is found.
        sampled: candidates sampled from all other items, which count for those that were not sampled.
        regularization: L2 penalty on the blender's numbers, beside the mean loss of a case.
        folds: parts of the users in cross-fitting, which the validation metrics come from.
        seed: of the samples and folds.
    """

    cases: int = Field(default=10_000, ge=1)
    best: int = Field(default=50, ge=1)
    sampled: int = Field(default=200, ge=1)
    regularization: float = Field(default=1e-3, ge=0, allow_inf_nan=False)
    folds: int = Field(default=5, ge=2)
    seed: int = Field(default=0, ge=0, lt=2**31)
