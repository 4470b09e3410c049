"""Factdesk: find claims in public press and posts, check them against cited evidence, publish approved corrections."""

__version__ = "0.1.0"
