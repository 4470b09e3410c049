"""A supervisor to end in every way: ``python -m tests.flow.crewed FOLDER JOB…`` runs a crew and prints its children's ids."""

import sys
import threading
from pathlib import Path

from factdesk.serve import crew, start_all, with_free_port
from factdesk.settings import Settings, load_settings
from factdesk.stop import Stop


def polite(settings: Settings, stop: Stop) -> None:
    """A child that ends when it is asked to."""
    del settings
    stop.wait()


def stubborn(settings: Settings, stop: Stop) -> None:
    """A child that never looks."""
    del settings, stop
    threading.Event().wait()


def main() -> None:
    settings = load_settings(data=Path(sys.argv[1]), store="", index="")
    settings = with_free_port(settings.model_copy(update={"desk": settings.desk.model_copy(update={"port": 0})}))
    with crew(settings) as hands:
        for number, name in enumerate(sys.argv[2:]):
            if name == "all":
                start_all(hands)
            else:
                hands.start(f"{name}-{number}", {"polite": polite, "stubborn": stubborn}[name])
        print(*(child.pid for child in hands.members.values()), flush=True)
        while not hands.stop.wait(0.5):
            pass
    print("stopped", flush=True)


if __name__ == "__main__":
    main()
