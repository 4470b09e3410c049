"""The desk: the pages that analysts, editors and managers work on."""
