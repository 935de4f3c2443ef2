"""Generative adversarial networks over pictures: DCGAN, its training and its monitor."""
