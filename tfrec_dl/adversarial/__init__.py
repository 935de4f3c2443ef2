"""Adversarial recommenders: a generator trained against a discriminator."""
