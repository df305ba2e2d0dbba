"""Somebody who logs in with a browser: follows addresses, keeps cookies, fills forms in."""

import http.cookiejar
import urllib.request
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit


class _LastForm(HTMLParser):
    """The fields of a page's last form; of buttons, the last one."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action, self.fields = given.get("action", ""), {}
        elif tag in ("input", "button") and "name" in given:
            self.fields[given["name"]] = given.get("value", "")


def log_in(address: str, answers: dict[str, str]) -> str:
    """Fill in every form that comes with these answers; return the address that it ends at."""
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    opener = urllib.request.build_opener(cookies)
    began = urlsplit(address).netloc
    page = opener.open(address, timeout=60)
    for _ in range(10):
        if urlsplit(str(page.url)).netloc != began:
            return str(page.url)
        form = _LastForm(page.read().decode())
        fields = {name: answers.get(name, value) for name, value in form.fields.items()}
        target = urljoin(page.url, form.action)
        page = opener.open(target, urlencode(fields).encode(), timeout=60)
    raise AssertionError(f"still at {page.url}")
