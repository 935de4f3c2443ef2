"""Generative adversarial networks for pictures: DCGAN, its training and its monitor."""
