"""Continues a training with a perturbation."""

from dataclasses import replace

from tfrec_dl.retrieval.configuration import TrainingConfig


def with_perturbation(config: TrainingConfig) -> TrainingConfig:
    """Returns the training configuration for the perturbed epochs, after the training without perturbation."""
    perturbation = config.perturbation
    assert perturbation is not None
    return replace(config, epochs=perturbation.perturbed_epochs, learning_rate=perturbation.perturbed_learning_rate)
