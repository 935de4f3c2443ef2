"""DuoRec's contrastive term: views by dropout, and views with the same next item.

Source: Qiu et al., Contrastive Learning for Representation Degeneration Problem in Sequential Recommendation, WSDM
2022.
"""

from collections.abc import Callable
from typing import Annotated, ClassVar

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.recipes.search_space import SearchRange
from tfrec_dl.retrieval.contrastive.contrastive import CONTRASTIVE, Contrastive
from tfrec_dl.retrieval.contrastive.info_nce import info_nce
from tfrec_dl.retrieval.examples import Examples


@CONTRASTIVE.register("duorec")
@configuration
class DuoRec(Contrastive):
    """InfoNCE between states under two dropouts; states before the same next item are positives too (WSDM 2022).

    The batch passes through the encoder a second time. States are compared by their cosine, where the paper uses dot
    products. States of one window, and those with the same next item, are not negatives of each other. Each replica
    compares the states of its own part of a batch.

    Attributes:
        weight: weight of the term, relative to the retrieval loss.
        temperature: divisor of the cosines.
        states: states of a batch that are compared, sampled at each step; a batch has one at each of its positions.
    """

    passes: ClassVar[int] = 1

    weight: Annotated[float, SearchRange(0.01, 1.0, log=True)] = Field(default=0.1, gt=0, allow_inf_nan=False)
    temperature: Annotated[float, SearchRange(0.1, 1.0)] = Field(default=0.5, gt=0, allow_inf_nan=False)
    states: int = Field(default=512, ge=2)

    def term(
        self,
        inputs: dict[str, tf.Tensor],
        examples: Examples,
        again: Callable[[dict[str, tf.Tensor]], Examples],
        seed: tf.Tensor,
    ) -> tf.Tensor:
        """Mean InfoNCE of the sampled states, from the first view to the second and back; a scalar."""
        drawn = tf.random.stateless_uniform(tf.shape(examples.targets), seed)
        chosen = tf.argsort(drawn)[: self.states]
        targets = tf.gather(examples.targets, chosen)
        windows = tf.gather(tf.where(inputs["next_item"] > 0)[:, 0], chosen)
        first, second = (_directions(tf.gather(each, chosen)) for each in (examples.queries, again(inputs).queries))
        same_target, elsewhere = targets[:, None] == targets, windows[:, None] != windows
        positive = (same_target & elsewhere) | tf.eye(tf.shape(targets)[0], dtype=tf.bool)
        negative = ~same_target & elsewhere
        losses = [
            info_nce(one, other, positive, negative, self.temperature)
            for one, other in ((first, second), (second, first))
        ]
        return tf.math.divide_no_nan(tf.reduce_sum(losses), tf.cast(tf.size(losses), tf.float32))

    def scores_computed(self, targets: int) -> int:
        """Counts the scores of the sampled states for each other, in both directions."""
        return 2 * min(targets, self.states) ** 2


def _directions(queries: tf.Tensor) -> tf.Tensor:
    """Queries [N, D] without the 1 for the item bias -> unit vectors [N, D - 1]."""
    return tf.math.l2_normalize(queries[:, :-1], axis=1)
