"""One way of logging for all processes: structured lines on standard error, at the level of the settings."""

import logging
import sys

import structlog

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure_logs(level: str) -> None:
    """Send structlog's and the standard library's records of at least ``level`` to standard error."""
    number = _LEVELS.get(level.lower(), logging.WARNING)
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(number)  # Scrapy sets its own loggers to DEBUG: the handler decides
    logging.basicConfig(level=number, handlers=[handler], format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
