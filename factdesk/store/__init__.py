"""The relational store: the truth for sources, the ledger, reviews, statements, users and the audit chain."""
