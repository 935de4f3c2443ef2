"""Training on with a perturbation."""

from dataclasses import replace

from tfrec_dl.retrieval.configuration import TrainingConfig


def with_perturbation(config: TrainingConfig) -> TrainingConfig:
    """How a network is trained on with its perturbation, once it is trained without."""
    perturbation = config.perturbation
    assert perturbation is not None
    return replace(config, epochs=perturbation.perturbed_epochs, learning_rate=perturbation.perturbed_learning_rate)
