"""Sharing: what the heads of a ranking model have in common, and what is each one's own."""

from typing import Annotated

from pydantic import Field

from tfrec_dl.ranking.sharing.mmoe import MMoE
from tfrec_dl.ranking.sharing.shared_bottom import SharedBottom
from tfrec_dl.ranking.sharing.shared_embeddings import SharedEmbeddings

Sharing = Annotated[SharedBottom | SharedEmbeddings | MMoE, Field(discriminator="name")]

__all__ = ["MMoE", "SharedBottom", "SharedEmbeddings", "Sharing"]
