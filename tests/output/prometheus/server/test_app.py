"""The paths and what they answer, without a network."""

import base64
from types import SimpleNamespace

import pytest

from mnemo_cli.errors import NoMomentError
from mnemo_cli.output.prometheus.families import families
from mnemo_cli.output.prometheus.server.app import App
from mnemo_cli.output.prometheus.server.pages import Pages
from mnemo_cli.output.prometheus.server.password import Credentials
from mnemo_cli.output.prometheus.text import openmetrics_text, plain_text
from tests.output.prometheus.rich import moment

MOMENT = moment()
OPENMETRICS = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"  # noqa: E501


class Asker:
    """Gives the same moment to everybody; notes how long each says that he waits."""

    def __init__(self, found=MOMENT):
        self.found, self.waits = found, []

    def moment(self, timeout_seconds):
        self.waits.append(timeout_seconds)
        if self.found is None:
            raise NoMomentError("no sample was taken in 1 s")
        return self.found


@pytest.fixture
def asked():
    return Asker()


@pytest.fixture
def ask(asked):
    def send(path="/metrics", method="GET", *, query="", health="", is_ready=True, credentials=None, **headers):
        pages = Pages(asked, families, timeout_seconds=10.0)
        app = App(pages, health=lambda: health, is_ready=lambda: is_ready, credentials=credentials)
        environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "QUERY_STRING": query}
        told = []
        body = app(environ | {f"HTTP_{name}": text for name, text in headers.items()}, lambda *line: told.append(line))
        (status, pairs) = told[0]
        return SimpleNamespace(code=int(status[:3]), headers=dict(pairs), body=b"".join(body))

    return send


def test_metrics_are_text_for_who_wants_nothing_special(ask):
    for accept in ({}, {"ACCEPT": "*/*"}, {"ACCEPT": "text/html"}):
        answer = ask(**accept)
        assert (answer.code, answer.body) == (200, plain_text(families(MOMENT)))
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert answer.headers["Content-Length"] == str(len(answer.body))


def test_metrics_are_openmetrics_for_who_prefers_it(ask):
    answer = ask(ACCEPT=OPENMETRICS)
    assert (answer.code, answer.body) == (200, openmetrics_text(families(MOMENT)))
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0; charset=utf-8")


def test_a_format_that_nobody_asks_for_is_what_prometheus_client_makes_of_it(ask):
    answer = ask(ACCEPT="text/plain;version=1.0.0;escaping=dots")
    assert answer.code == 200 and b"\n# TYPE mnemo__level gauge\n" in answer.body


def test_only_the_names_that_are_asked_for_are_given(ask):
    answer = ask(query="name[]=mnemo_level&name[]=mnemo_gaps")
    names = [line.split()[0] for line in answer.body.decode().splitlines() if not line.startswith("#")]
    assert sorted(names) == ["mnemo_gaps", "mnemo_level"]
    assert ask(query="name[]=nothing").body == b""


def test_one_page_is_made_for_all_who_share_a_moment(asked):
    filled = []
    pages = Pages(asked, lambda found: filled.append(found) or families(found), timeout_seconds=10.0)
    assert pages.text(plain_text, 1.0) == pages.text(plain_text, 1.0)
    asked.found = moment(level=None)
    pages.text(plain_text, 1.0)
    assert len(filled) == 2


def test_head_is_get_without_its_body(ask):
    whole, head = ask(), ask(method="HEAD")
    assert (head.code, head.headers, head.body) == (200, whole.headers, b"")


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "get", "NONSENSE"])
def test_nothing_else_than_get_and_head_is_allowed(ask, asked, path, method):
    answer = ask(path, method)
    assert (answer.code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert not asked.waits


@pytest.mark.parametrize(
    "path", ["/", "", "/metrics/", "/metrics/x", "//metrics", "/../metrics", "/METRICS", "/favicon.ico"]
)
def test_there_is_nothing_at_other_paths(ask, asked, path):
    assert ask(path).code == 404 and not asked.waits


def test_health_says_what_is_wrong(ask):
    assert (ask("/healthz").code, ask("/healthz").body) == (200, b"ok\n")
    sick = ask("/healthz", health="the last sample hangs for 99 s")
    assert (sick.code, sick.body) == (503, b"the last sample hangs for 99 s\n")


def test_it_is_ready_once_a_sample_was_taken(ask):
    assert (ask("/readyz").code, ask("/readyz", is_ready=False).code) == (200, 503)


def test_a_scrape_waits_as_long_as_the_scraper_and_never_longer_than_we_say(ask, asked):
    for header in ("2.5", "99", "0", "-1", "nan", "inf", "soon"):
        ask(X_PROMETHEUS_SCRAPE_TIMEOUT_SECONDS=header)
    assert asked.waits == [2.5, 10, 10, 10, 10, 10, 10]


@pytest.mark.parametrize("query", ["", "name[]=mnemo_level"])
def test_a_scrape_without_a_sample_in_time_is_unavailable(ask, asked, query):
    asked.found = None
    answer = ask(query=query)
    assert (answer.code, answer.body) == (503, b"no sample was taken in 1 s\n")


def test_a_password_guards_the_metrics_and_not_the_health(ask, asked):
    credentials = Credentials("mnemo", b"secret")
    refused = ask(credentials=credentials)
    assert (refused.code, refused.headers["WWW-Authenticate"]) == (401, 'Basic realm="mnemo"') and not asked.waits
    right = base64.b64encode(b"mnemo:secret").decode()
    assert ask(credentials=credentials, AUTHORIZATION=f"Basic {right}").code == 200
    assert ask("/healthz", credentials=credentials).code == ask("/readyz", credentials=credentials).code == 200
