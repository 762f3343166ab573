"""For every test of the actions: no proxy of whoever runs them, and a port where nobody listens."""

import os
import socket

import pytest


@pytest.fixture(autouse=True)
def no_proxy_of_ours(monkeypatch):
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]
