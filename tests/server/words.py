"""What stands on the pages of a menu, and that salons and networks are not spoken of as a programme is."""

import re
from html import unescape

from .serving import Client

PROGRAMME = re.compile(r"(?i)\b(hold(et|ets)?|workshop\w*|(gruppe)?kontrakt\w*|forløb\w*|sparringsgruppe\w*)\b")


def menu(page: str) -> dict[str, str]:
    """The addresses in a page's menu, by what they are called."""
    links = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', " ".join(re.findall(r"(?s)<nav.*?</nav>", page)), re.DOTALL)
    return {unescape(re.sub(r"<[^>]+>", "", title)).strip(): path for path, title in links}


def spoken(page: str) -> str:
    """The words of a page, without its markup and scripts."""
    main = re.sub(r"(?s)<(script|style|svg).*?</\1>", " ", page.partition("<main")[2])
    return unescape(re.sub(r"<[^>]+>", " ", main))


def desk_pages(client: Client) -> list[str]:
    """The titles in a facilitator's menu. Every page is there, whole, and has no word of a programme."""
    titles = menu(client.get("/hold/demo/overblik").text)
    for title, path in titles.items():
        answer = client.get(path)
        assert answer.status_code == 200, (title, spoken(answer.text))
        assert not (found := PROGRAMME.findall(spoken(answer.text))), (title, found)
    return list(titles)
