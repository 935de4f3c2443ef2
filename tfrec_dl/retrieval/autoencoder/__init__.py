"""Autoencoders over purchase vectors (Mult-DAE)."""
