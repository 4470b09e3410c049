"""The demo: an invented event in an invented country, served over real HTTP, so that the whole line runs without the web."""
