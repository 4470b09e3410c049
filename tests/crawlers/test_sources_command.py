import os
import subprocess
import sys
from pathlib import Path

from tests.crawlers.collecting import Rig, page, rig


def _run(world: Rig, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ) | {
        "FACTDESK_DATA": str(world.settings.data),
        "FACTDESK_COLLECTOR__CONTACT": world.settings.collector.contact,
        "FACTDESK_COLLECTOR__DELAY_S": "0",
        "FACTDESK_COLLECTOR__ALLOW_PRIVATE_HOSTS": '["*.localhost"]',
    }
    code = "import factdesk.cli; factdesk.cli.main()"
    command = [sys.executable, "-c", code, "sources", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_add_list_poll_import_switch_and_remove(tmp_path: Path) -> None:
    with rig(tmp_path / "desk") as world:
        world.feed("courier", "/a")
        world.put("courier", "/a", page("a"))
        done = _run(world, "add", world.url("courier", "/feed.xml"), "--kind", "feed", "--name", "Courier", "--event", "flood")
        assert done.returncode == 0, done.stderr
        opml = tmp_path / "list.opml"
        opml.write_text(
            f'<opml><body><outline type="rss" text="X" xmlUrl="{world.url("herald", "/feed.xml")}"/>'
            f'<outline type="rss" text="Y" xmlUrl="{world.url("courier", "/feed.xml")}"/>'
            '<outline type="rss" text="Z"/></body></opml>'
        )
        done = _run(world, "import", str(opml))
        assert "1 sources added, 2 entries left out." in done.stdout
        assert "has no xmlUrl" in done.stderr
        assert _run(world, "disable", "2").returncode == 0
        done = _run(world, "poll")
        assert "Courier: polled, 1 listed, 1 new." in done.stdout
        assert "1 archived" in done.stdout
        lines = _run(world, "list").stdout.splitlines()
        assert [line.split("\t")[2] for line in lines] == ["Courier", "X"]
        assert "polled" in lines[0]
        assert "switched off" in lines[1]
        assert _run(world, "remove", "1").returncode == 0
        for arguments in (("remove", "1"), ("poll", "9"), ("add", "ftp://x"), ("add", "x.example", "--kind", "gopher")):
            done = _run(world, *arguments)
            assert done.returncode == 1
            assert len(done.stderr.strip().splitlines()) == 1
