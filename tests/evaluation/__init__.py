"""Tests of factdesk.evaluation."""
