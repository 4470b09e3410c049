"""Official statements: drafted with citations, approved by a second person, published, corrected, withdrawn."""
