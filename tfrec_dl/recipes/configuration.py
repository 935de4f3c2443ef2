"""What a recipe says of its model and of its training."""

from tfrec_dl.adversarial.configuration import CFGANConfig, IRGANConfig
from tfrec_dl.errors import InputError
from tfrec_dl.retrieval.configuration import AutoencoderConfig, ModelConfig
from tfrec_dl.stacking.configuration import StackedConfig

AnyConfig = ModelConfig | AutoencoderConfig | StackedConfig | IRGANConfig | CFGANConfig


def check_kind(config: AnyConfig, items: object) -> None:
    """Raises InputError where the kind and the items' features, or None, or the networks of a game, do not fit."""
    if isinstance(config, StackedConfig):
        for member in config.members.values():
            check_kind(member.model, items)
        return
    if isinstance(config, IRGANConfig):
        check_kind(config.generator, items)
        check_kind(config.discriminator, items)
        if config.generator.name != config.discriminator.name:
            raise InputError(
                f"the generator is of family {config.generator.name!r}, the discriminator of "
                f"{config.discriminator.name!r}: choose an autoencoder for both, or for none."
            )
        return
    if isinstance(config, AutoencoderConfig | CFGANConfig):
        if items is not None:
            raise InputError(
                "features of items are given, but an autoencoder knows items by their ids: leave them out."
            )
        return
    if config.kind != "behaviour" and items is None:
        raise InputError(f"kind is {config.kind!r}, which needs the items' features: give a catalogue of items.")
    if config.kind == "behaviour" and items is not None:
        raise InputError("features of items are given, but kind is 'behaviour': choose 'content' or 'hybrid'.")
    if config.kind != "behaviour" and config.markov_order:
        raise InputError(f"markov_order is {config.markov_order}, but goes by ids: kind must be 'behaviour', or it 0.")
    if config.kind != "behaviour" and not config.tied:
        raise InputError(f"tied is False, but kind {config.kind!r} reads and scores an item by the same vector.")
