"""Alerts on their way out: composed, signed, sent by mail or webhook, and retried until they arrive or are given up."""
