"""Pydantic settings of every configuration."""

from pydantic import ConfigDict

STRICT = ConfigDict(extra="forbid")
