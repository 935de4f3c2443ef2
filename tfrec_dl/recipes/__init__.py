"""Recipes: name -> configuration."""
