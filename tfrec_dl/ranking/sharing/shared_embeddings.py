"""A ranker of its own for each head, over the same vectors.

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
    """What ESMM shares: the vectors of the fields. What is learnt for one head reaches the others through them."""

    def hidden(self, fields: Fields, ranker: Ranker, heads: Sequence[str]) -> dict[str, tf.Tensor]:
        """Builds the networks.

        Args:
            fields: of the impressions.
            ranker: what each head has one of.
            heads: their names.

        Returns:
            Head -> [R, D].
        """
        return {head: ranker.representation(fields) for head in heads}
