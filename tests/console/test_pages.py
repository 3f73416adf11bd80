"""The console in a real browser: signing in, finding an order by any number, and reading it without JavaScript."""

import http.client
import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from crossdock.console.sessions import Sessions
from tests.support.running import PASSWORD, SESSION_KEY, Running


def enter(context: BrowserContext, hub: Running, path: str = "", name: str = "ada") -> Page:
    """A page as a person sees it who signed in before."""
    person = next(each for each in hub.installation.access.people if each.name == name)
    cookie = Sessions(SESSION_KEY).start(person, hub.installation.now())
    url = f"{hub.address}/console"
    context.add_cookies([{"name": "crossdock_session", "value": cookie, "url": url}])
    page = context.new_page()
    page.set_default_timeout(5000)
    page.goto(f"{url}{path}")
    return page


def sign_in(page: Page, hub: Running, name: str = "ada", password: str = PASSWORD, path: str = "") -> None:
    page.goto(f"{hub.address}/console{path}")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Password").press("Enter")


@pytest.fixture(scope="module")
def page(hub: Running, browser: Browser) -> Iterator[Page]:
    """The page of a signed-in person whose browser runs no scripts."""
    with browser.new_context(java_script_enabled=False) as context:
        yield enter(context, hub)


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:
    """A page of nobody yet, in a browser that runs no scripts."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.set_default_timeout(5000)
        yield page


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(hub: Running, stranger: Page) -> None:
    sign_in(stranger, hub, path="/orders/api/PO-1")
    expect(stranger).to_have_url(f"{hub.address}/console/orders/api/PO-1")
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Order PO-1")
    cookies = {cookie["name"]: cookie for cookie in stranger.context.cookies()}
    session = cookies["crossdock_session"]
    assert session["httpOnly"]
    assert session["sameSite"] == "Lax"
    assert session["expires"] > 0
    assert session["path"] == "/console"


def test_a_wrong_password_says_so_and_keeps_the_name(hub: Running, stranger: Page) -> None:
    sign_in(stranger, hub, password="wrong")
    expect(stranger.get_by_role("alert")).to_have_text("That name and password don't go together.")
    expect(stranger.get_by_label("Name")).to_have_value("ada")
    expect(stranger.get_by_label("Password")).to_have_value("")


def test_signing_out_ends_the_session(hub: Running, stranger: Page) -> None:
    sign_in(stranger, hub)
    stranger.get_by_role("button", name="Sign out ada").click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Sign in")
    stranger.goto(f"{hub.address}/console")
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_the_timeline_says_who_did_what_in_which_system_and_when(hub: Running, page: Page) -> None:
    page.goto(f"{hub.address}/console" + "/orders/api/PO-1")
    rows = page.locator("table.timeline tbody tr:not(.day)")
    text = rows.all_inner_texts()
    said = [re.split(r"\t", line) for line in text]
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d UTC", row[0]) for row in said)
    whole = "\n".join(text)
    for who, what in (
        ("admin (API)", "C-2 ordered 1 line as PO-1 on api, 8.00 USD"),
        ("Crossdock", "promised for"),
        ("erp", "entered as sale SO1001"),
        ("wms_east", "picked at east"),
        ("erp", "invoice INV1001 posted, 8.00 USD"),
    ):
        assert re.search(f"{re.escape(who)}\t{re.escape(what)}", whole), (who, what)
    expect(page.get_by_text("Nothing: it is closed")).to_be_visible()


def test_an_order_says_what_it_waits_for_and_who_must_act(hub: Running, page: Page) -> None:
    page.goto(f"{hub.address}/console" + "/orders/api/PO-2")
    act = page.get_by_role("region", name="Needs a person")
    expect(act).to_contain_text("Sales must act: Line 1: 39.96 for BOLT, but the ERP says 10.")
    expect(act).to_contain_text("May be done: retry, done by hand, dismiss")
    next = page.get_by_role("region", name="What is next")
    expect(next).to_contain_text(re.compile(r"looked at again on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"))


def test_each_unit_of_a_line_stands_in_one_bucket_beside_its_promise(hub: Running, page: Page) -> None:
    page.goto(f"{hub.address}/console" + "/orders/api/PO-3")
    lines = page.get_by_role("region", name="Lines", exact=True).locator("tbody tr")
    cells = lines.locator("td").all_inner_texts()
    assert cells[0] == "BOLT Bolt <b>M8</b>"  # what came from outside stays text
    ordered, *buckets = cells[1:8]
    assert ordered == "250"
    assert sum(int(cell) for cell in buckets if cell.isdigit()) == 250
    assert "from east by" in cells[9]
    assert "(America/New_York)" in cells[9]
    shares = page.get_by_role("region", name="Fulfillments", exact=True).locator("tbody tr")
    expect(shares).to_have_count(2)
    expect(shares.first).to_contain_text("tracking 1ZUPS")


@pytest.mark.parametrize("number", ["SO1001", "INV1001", "api-PO-1-1", "PO-1", "api/PO-1", " PO-1 "])
def test_any_number_finds_its_order(number: str, hub: Running, page: Page) -> None:
    page.goto(f"{hub.address}/console")
    page.get_by_role("searchbox").fill(number)
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(f"{hub.address}/console/orders/api/PO-1")


def test_a_number_that_two_orders_hold_gives_a_choice(hub: Running, page: Page) -> None:
    page.goto(f"{hub.address}/console" + "/search?number=ACME-77")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 objects with the number ACME-77")
    page.get_by_role("link", name="PO-4").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Order PO-4")


def test_a_number_that_nobody_holds_says_so(hub: Running, page: Page) -> None:
    page.goto(f"{hub.address}/console" + "/search?number=%3Cscript%3E")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing has the number <script>")


def test_the_orders_stand_latest_first_with_where_they_stand(hub: Running, page: Page) -> None:
    page.goto(f"{hub.address}/console")
    rows = page.locator("tbody th[scope=row]").all_inner_texts()
    assert sorted(rows) == ["PO-1", "PO-2", "PO-3", "PO-4"]
    assert rows[-1] == "PO-1"
    expect(page.get_by_role("list", name="Orders by where they stand")).to_contain_text("held 2")


def test_exceptions_name_their_object_and_who_must_act(hub: Running, page: Page) -> None:
    page.goto(f"{hub.address}/console" + "/exceptions")
    row = page.locator("tbody tr", has_text="PO-4")
    expect(row).to_contain_text("line 1: unknown item NOPE")
    expect(row).to_contain_text("sales")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Order PO-4")


def test_a_person_sees_only_what_their_scopes_allow(hub: Running, browser: Browser) -> None:
    with browser.new_context() as context:
        page = enter(context, hub, name="bob")
        expect(page.get_by_role("heading", level=1)).to_have_text("Not allowed")
        expect(page.locator("main")).to_contain_text("Bob does not have the scope orders:read")
        page.goto(f"{hub.address}/console/exceptions")
        expect(page.get_by_role("heading", level=1)).to_have_text("Exceptions")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/orders/api/PO-99", "No order has the key api/PO-99"),
        ("/nowhere", "There is no page /console/nowhere"),
        ("/?older=rubbish", "This address is incomplete"),
        ("/exceptions?after=x", "after"),
    ],
)
def test_what_is_not_there_is_said_on_a_page(path: str, says: str, hub: Running, page: Page) -> None:
    page.goto(f"{hub.address}/console" + "/exceptions")
    answer = page.goto(f"{hub.address}/console{path}")
    assert answer is not None
    assert 400 <= answer.status < 500
    assert answer.headers["content-type"].startswith("text/html")
    expect(page.locator("main")).to_contain_text(says)


def test_all_can_be_reached_by_keyboard_and_the_first_stop_skips_to_the_page(hub: Running, page: Page) -> None:
    page.goto(f"{hub.address}/console")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()


def luminance(color: str) -> float:
    red, green, blue = (int(part) / 255 for part in re.findall(r"\d+", color)[:3])
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


_COLOURS = """() => [...document.querySelectorAll('main *, header *, footer')]
    .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
    .map(each => {
        let ground = each, found;
        while (ground && /rgba\\(0, 0, 0, 0\\)/.test(found = getComputedStyle(ground).backgroundColor))
            ground = ground.parentElement;
        return [getComputedStyle(each).color, found, each.textContent.trim().slice(0, 40)];
    })"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_contrasts_with_its_ground_by_wcag_aa(scheme: str, hub: Running, browser: Browser) -> None:
    with browser.new_context(color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = enter(context, hub)
        for path in ("", "/orders/api/PO-2", "/orders/api/PO-3", "/exceptions", "/search?number=none"):
            page.goto(f"{hub.address}/console{path}")
            for color, ground, text in page.evaluate(_COLOURS):
                if "0.1" in ground:  # a tint over the header, where the ground below is dark
                    continue
                dark, light = sorted((luminance(color), luminance(ground)))
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, color, ground)


def test_nothing_on_the_pages_breaks_their_own_policy(hub: Running, browser: Browser) -> None:
    with browser.new_context() as context:
        page = enter(context, hub)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in ("/orders/api/PO-3", "", "/exceptions"):
            page.goto(f"{hub.address}/console{path}")
        assert said == []


# --- the wire ---------------------------------------------------------------------------------------------------------


def post(hub: Running, path: str, fields: dict[str, str], cookie: str = "") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(hub.address).netloc, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    connection.request("POST", path, urlencode(fields), headers)
    return connection.getresponse()


def test_pages_carry_headers_that_let_a_browser_do_nothing_else(hub: Running) -> None:
    answer = hub.get("/console/sign-in", key=None)
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    assert b"<script" not in answer.body
    assert b"style=" not in answer.body


def test_a_form_that_this_site_did_not_draw_is_refused(hub: Running) -> None:
    fields = {"name": "ada", "password": PASSWORD, "token": "x"}
    assert post(hub, "/console/sign-in", fields).status == 403
    assert post(hub, "/console/sign-in", fields, "crossdock_form=abc").status == 403


def test_signing_in_leads_only_to_pages_of_this_console(hub: Running) -> None:
    for back in ("https://elsewhere.example", "//elsewhere.example", "/console\\@elsewhere", "/process", "/consoles"):
        body = hub.get(f"/console/sign-in?{urlencode({'back': back})}", key=None).body.decode()
        assert 'name="back" value="/console"' in body


def test_guessing_is_braked(hub: Running) -> None:
    form = hub.get("/console/sign-in", key=None)
    cookie = form.headers["set-cookie"].partition(";")[0]
    found = re.search(r'name="token" value="(\w+)"', form.body.decode())
    assert found is not None
    fields = {"name": "mallory", "password": "guess", "token": found.group(1)}
    statuses = [post(hub, "/console/sign-in", fields, cookie).status for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2


def test_a_key_opens_no_page_and_a_large_form_is_refused(hub: Running) -> None:
    assert hub.get("/console").status == 303
    assert hub.get("/console/nowhere").status == 303
    assert post(hub, "/console/sign-in", {"name": "x" * 100_000}).status == 413
