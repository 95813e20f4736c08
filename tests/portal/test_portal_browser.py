"""The portal in a real browser: by the mailed link to a request that is solved; on a telephone and a desk, with scripts
allowed and not; and what a screen reader would stumble over."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from portal_stage import Stage, opened, sent
from smtp import Post, server_at

from sdesk.desk.satisfaction import ask_due
from sdesk.domain.outgoing import MailKind

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("chromium")]

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
TELEPHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f0003010100c9fe92ef"
    "0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the module."""
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("SDESK_REQUIRE_SERVERS") == "1":
            pytest.fail("no Chromium here: apt-get install chromium")
        pytest.skip("no Chromium here: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def mailed(_desk_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Post]]:
    """A portal that sends its links by a mail server."""
    path = tmp_path_factory.mktemp("portal") / "desk.db"
    shutil.copy(_desk_template, path)
    with Post() as post, opened(path, smtp=server_at(post.port)) as stage:
        yield stage, post


def links(post: Post) -> list[str]:
    """The links that were mailed so far: each mail has one, and no other."""
    mails = [taken for taken in post.taken if str(taken.mail["Subject"]).startswith("Sign in")]
    return [word for taken in mails for word in taken.text.split() if word.startswith("http")]


def here(stage: Stage, link: str) -> str:
    """A mailed link, which leads to where the desk file says that the portal is, at the port where it is."""
    return f"http://127.0.0.1:{stage.port}{urlsplit(link).path}"


def see(found: Locator) -> None:
    """Wait until it is there to be seen: a page comes in pieces."""
    from playwright.sync_api import expect

    expect(found).to_be_visible(timeout=20_000)


def faults(page: Page) -> list[str]:
    """What axe finds on a page that is serious or worse."""
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {each['id']}: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


def sign_in(stage: Stage, post: Post, page: Page, address: str) -> None:
    """By the link in the mail."""
    known = len(links(post))
    page.goto(f"http://127.0.0.1:{stage.port}/")
    page.get_by_label("Mail address").fill(address)
    page.get_by_role("button", name="Send me a link").click()
    see(page.get_by_role("heading", name="Look into your mail"))
    deadline = 200
    while len(links(post)) == known and deadline:
        page.wait_for_timeout(25)
        deadline -= 1
    page.goto(here(stage, links(post)[known]))
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    see(page.get_by_role("heading", name="How can we help?"))


@pytest.mark.parametrize(
    ("size", "scripts"), [(TELEPHONE, True), (DESK, True), (DESK, False)], ids=["telephone", "desk", "no scripts"]
)
def test_the_flagships_manager_gets_her_till_repaired(
    mailed: tuple[Stage, Post], chromium: Browser, size: dict[str, int], scripts: bool
) -> None:
    stage, post = mailed
    stage.later(hours=1)
    mails = stage.mails()
    context = chromium.new_context(viewport=size, java_script_enabled=scripts)  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    wrong: list[str] = []

    def look() -> None:
        # Once is enough: it is the same page everywhere. (And axe is a script itself.)
        wrong.extend(faults(page) if size is TELEPHONE else [])

    try:
        page.goto(f"http://127.0.0.1:{stage.port}/sign-in")
        look()
        sign_in(stage, post, page, "irina@shop.example")
        look()
        page.get_by_role("link", name="Till").click()
        assert "Done by today" in page.get_by_role("main").inner_text()
        page.get_by_role("button", name="Send the request").click()
        see(page.get_by_role("alert"))
        look()
        page.get_by_label("What is it about?").fill("The till at the door is dead")
        page.get_by_label("Tell us more").fill("Nobody can pay.")
        page.get_by_role("button", name="Send the request").click()
        see(page.get_by_text("Your request is with us."))
        see(page.get_by_text("by today"))
        look()
        number = int(page.url.split("/")[4].partition("?")[0])
        mails.do("anna", "reply", number, at=stage.now, text="Which light is on?\nPlease send a picture.")
        stage.later(seconds=30)
        page.get_by_role("link", name="My requests").first.click()
        look()
        page.get_by_role("link", name="The till at the door is dead").first.click()
        see(page.get_by_text("Which light is on?"))
        page.get_by_label("Your words").fill("The red one.")
        page.set_input_files("#f-files", {"name": "till.png", "mimeType": "image/png", "buffer": PICTURE})
        page.get_by_role("button", name="Send", exact=True).click()
        see(page.get_by_role("link", name="till.png"))
        with page.expect_download() as loading:
            page.get_by_role("link", name="till.png").click()
        assert Path(loading.value.path()).read_bytes() == PICTURE
        mails.do("anna", "close", number, at=stage.now, text="A new cable.")
        stage.later(seconds=30)
        page.reload()
        see(page.get_by_role("heading", name="Is it solved?"))
        look()
        page.get_by_role("button", name="Yes, it is solved").click()
        see(page.get_by_text("Closed"))
        assert mails.ticket(number, at=stage.now).status == "closed"
        if size is TELEPHONE:  # once a month
            stage.later(days=2)
            assert ask_due(mails.desk, now=stage.now) == 1
            stage.later(hours=1)
            asked = re.search(r"https?://\S+/rate/\S+\?score=5", sent(stage, MailKind.RATING))
            assert asked is not None
            page.goto(f"{here(stage, asked[0])}?score=5")
            look()
            page.get_by_label("Why?").fill("So quick!")
            page.get_by_role("button", name="Send", exact=True).click()
            see(page.get_by_text("Thank you."))
            look()
            told = mails.rows("SELECT score, comment FROM rating WHERE ticket_id = ?", number)
            assert told == [(5, "So quick!")]
        for path in ("units/flagship", "status", "services/door", "nowhere"):
            page.goto(f"http://127.0.0.1:{stage.port}/{path}")
            look()
            # Nothing is wider than the screen.
            if scripts:
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    finally:
        mails.desk.close()
        context.close()
    assert wrong == []
    assert said == []


def test_a_head_decides_on_a_telephone_and_loses_no_word(mailed: tuple[Stage, Post], chromium: Browser) -> None:
    stage, post = mailed
    stage.later(hours=1)
    mails = stage.mails()
    number = mails.new(
        "anna", at=stage.now, subject="A chair for the new one", text="He stands all day.",
        requester="Kim <kim@kiosk.example>", service="chair", unit="kiosk",
    )  # fmt: skip
    context = chromium.new_context(viewport=TELEPHONE)  # type: ignore[arg-type]
    page = context.new_page()
    wrong: list[str] = []

    def look() -> None:
        wrong.extend(faults(page))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url

    try:
        sign_in(stage, post, page, "olga@kiosk.example")
        see(page.get_by_role("heading", name="Waits for your decision"))
        look()
        page.goto(f"http://127.0.0.1:{stage.port}/units/kiosk")
        see(page.get_by_role("link", name="Decide about"))
        look()
        page.get_by_role("link", name="A chair for the new one").click()
        look()
        page.get_by_role("link", name="Decide about").click()
        see(page.get_by_text("He stands all day."))
        page.get_by_label("What you say to it").fill("A plain one.")
        look()
        # Signed out in another window: what was typed stays, and is sent once she is back.
        other = context.new_page()
        other.goto(f"http://127.0.0.1:{stage.port}/requests")
        other.get_by_role("button", name="Sign out", exact=True).click()
        page.get_by_role("button", name="Yes, do it").click()
        see(page.get_by_text("A plain one."))
        see(page.get_by_role("heading", name="You are not signed in any more"))
        look()
        sign_in(stage, post, other, "olga@kiosk.example")
        page.get_by_role("button", name="I am signed in, go on").click()
        see(page.get_by_role("alert"))
        assert page.get_by_label("What you say to it").input_value() == "A plain one."
        look()
        page.get_by_role("button", name="Yes, do it").click()
        see(page.get_by_text("It is approved, and goes on."))
        look()
        page.get_by_role("link", name="To the first page").click()
        see(page.get_by_role("heading", name="How can we help?"))
        assert page.get_by_text("Waits for your decision").count() == 0
        told = mails.rows("SELECT state, how, comment FROM approval WHERE ticket_id = ?", number)
        assert told == [("approved", "portal", "A plain one.")]
    finally:
        mails.desk.close()
        context.close()
    assert wrong == []


def test_somebody_else_sees_none_of_it(mailed: tuple[Stage, Post], chromium: Browser) -> None:
    stage, post = mailed
    stage.later(hours=1)
    context = chromium.new_context(color_scheme="dark")
    page = context.new_page()
    try:
        sign_in(stage, post, page, "karl@acc.shop.example")
        # In the dark it can be read as well.
        assert faults(page) == []
        page.goto(f"http://127.0.0.1:{stage.port}/requests")
        see(page.get_by_text("Nothing of yours is at work."))
        assert faults(page) == []
        for number in range(1, 5):
            page.goto(f"http://127.0.0.1:{stage.port}/requests/{number}")
            see(page.get_by_role("heading", name="There is nothing here"))
        # The link of somebody else, once more.
        page.goto(here(stage, links(post)[0]))
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        see(page.get_by_role("heading", name="This link works no more"))
    finally:
        context.close()
