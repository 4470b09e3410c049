"""Several processes serve one desk: whoever is asked knows what the others were told, and one goes on without the other."""

import re
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from factdesk.serve import crew, desk_address, start_desk, wait_for_desk, with_free_port
from factdesk.settings import DeskSettings, load_settings
from factdesk.store.database import open_store
from factdesk.store.users import add_user

PASSWORD = "two at one door"
PATIENCE_S = 120.0


def test_a_session_of_one_process_holds_in_the_other_when_the_first_is_gone(tmp_path: Path) -> None:
    settings = with_free_port(load_settings(data=tmp_path, desk=DeskSettings(port=0, processes=2)))
    engine = open_store(settings.store)
    add_user(engine, name="ana", display_name="Ana", role="analyst", password=PASSWORD, at=datetime.now(UTC))
    engine.dispose()
    with crew(settings) as hands:
        start_desk(hands)
        assert list(hands.members) == ["desk", "desk-2"]
        assert wait_for_desk(hands, patience_s=PATIENCE_S)
        with httpx2.Client(base_url=desk_address(settings), follow_redirects=True, timeout=30) as browser:
            page = browser.get("/login")
            fields = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', page.text)[0], "name": "ana", "then": "/queue"}
            assert browser.post("/login", data={**fields, "password": PASSWORD}).status_code == 200
            cookies = dict(browser.cookies)
        first = hands.members.pop("desk")
        first.kill()
        first.join(10)
        assert wait_for_desk(hands, patience_s=PATIENCE_S)
        with httpx2.Client(base_url=desk_address(settings), cookies=cookies, timeout=30) as browser:
            page = browser.get("/queue")
        assert (page.status_code, "Ana" in page.text) == (200, True)
