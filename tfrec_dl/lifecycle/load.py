"""Loading of an export that recommends."""

from os import PathLike

from tfrec_dl.serving.loaded_export import open_export
from tfrec_dl.serving.names import RECOMMEND_RANKED
from tfrec_dl.serving.recommender import Recommender


def load(dest: str | PathLike[str]) -> Recommender:
    """Loads the newest version in `dest`, or `dest` itself if it is a version folder.

    Raises:
        InputError: if there is no version, it is damaged, or it is not a tfrec_dl export.
    """
    export = open_export(dest)
    if RECOMMEND_RANKED in export.signatures:
        # Imported here, because the ranking stage needs modules that no other export needs.
        from tfrec_dl.two_stage.recommender import TwoStageRecommender

        return TwoStageRecommender(export)
    return Recommender(export)
