"""Measures the parts of judgement on labelled data."""
