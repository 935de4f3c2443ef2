"""A separate ranker for each head, over shared vectors.

Source: Ma et al., Entire Space Multi-Task Model: An Effective Approach for Estimating Post-Click Conversion Rate,
SIGIR 2018, figure 2.
"""

from collections.abc import Sequence

import tensorflow as tf

from tfrec_dl.configurations import configuration
from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.ranking.rankers.ranker import Ranker
from tfrec_dl.ranking.sharing.sharing import SHARING, Sharing


@SHARING.register("shared_embeddings")
@configuration
class SharedEmbeddings(Sharing):
    """Shares the vectors of the fields, as in ESMM. What one head learns reaches the others through them."""

    def hidden(self, fields: Fields, ranker: Ranker, heads: Sequence[str]) -> dict[str, tf.Tensor]:
        """Builds the networks.

        Args:
            fields: fields of the impressions.
            ranker: settings of each head's ranker.
            heads: names of the heads.

        Returns:
            Maps each head to [R, D].
        """
        return {head: ranker.representation(fields) for head in heads}
