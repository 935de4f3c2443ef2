"""Stacked model: members and a blender of their scores."""

import numpy as np
import tensorflow as tf

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import PADDING, Vocabulary
from tfrec_dl.serving.module import ServingModule
from tfrec_dl.stacking.members import Members
from tfrec_dl.stacking.serving import StackedModule


class StackedModel(tf.Module):
    """Scores every item by the weighted scores of its members.

    Args:
        members: recommenders that share one vocabulary.
        blender: blender from `build_blender`, for the same number of members.
    """

    def __init__(self, members: Members, blender: tf.keras.Model) -> None:
        super().__init__()
        self.members = members
        self.blender = blender
        self.popularity = tf.Variable(members.vocabulary.item_counts.astype(np.float32), trainable=False)

    @property
    def vocabulary(self) -> Vocabulary:
        """The items."""
        return self.members.vocabulary

    def catalogue_scores(self, history: tf.Tensor) -> tf.Tensor:
        """Scores the whole catalogue, in the graph; new users get the popular items.

        Args:
            history: [B, L] int32 complete histories, right-padded with 0.

        Returns:
            [B, vocabulary.size] float32; columns 0 and 1 are meaningless.
        """
        blended = self.blender(self.members.member_scores(history)._asdict())
        is_new_user = tf.reduce_all(history == PADDING, axis=1, keepdims=True)
        return tf.where(is_new_user, self.popularity, blended)

    def scores(self, histories: Histories) -> np.ndarray:
        """Computes `catalogue_scores` for H histories, in blocks: [H, vocabulary.size] float32."""
        scores = np.tile(self.popularity.numpy(), (len(histories), 1))
        for rows, member_scores in self.members.blocks(histories):
            scores[rows] = self.blender(member_scores._asdict()).numpy()
        return scores

    def serving_module(self, k_max: int = 100, keep_seen: bool = False) -> ServingModule:
        """Returns the module to export; see `RetrievalModel`."""
        return StackedModule(self, k_max, keep_seen)

    def weights(self) -> dict[str, float]:
        """Maps members to the weights of their standardized scores, for a history and a spread of average size."""
        kernel = self.blender.get_layer("member_weights").kernel.numpy()
        return dict(zip(self.members.names, (kernel[0] + kernel[2]).tolist(), strict=True))
