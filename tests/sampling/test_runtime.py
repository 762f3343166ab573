"""Heap settings of runtimes: the one that wins, with its place; and who raises its own descriptors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.proc_folder import ProcessFolder
from mnemo_cli.sampling.runtime import heap_settings, read_runtime

MIB, GIB = 1 << 20, 1 << 30


@pytest.mark.parametrize(
    ("argv", "environment", "settings"),
    [
        (["java", "-Xmx512m", "-jar", "a.jar"], {}, [("-Xmx", 512 * MIB, None)]),
        (["/usr/bin/java", "-Xmx1g", "-Xmx2g"], {}, [("-Xmx", 2 * GIB, None)]),
        (["java", "-XX:MaxHeapSize=1024k"], {}, [("-Xmx", MIB, None)]),
        (["java", "-XX:MaxRAMPercentage=75.0"], {}, [("MaxRAMPercentage", None, 0.75)]),
        (
            ["java", "-XX:MaxRAMPercentage=75"],
            {"JAVA_TOOL_OPTIONS": "-Xmx1g"},
            [("-Xmx in JAVA_TOOL_OPTIONS", GIB, None)],
        ),
        (["node", "--max-old-space-size=4096", "a.js"], {}, [("--max-old-space-size", 4 * GIB, None)]),
        (
            ["node", "a.js"],
            {"NODE_OPTIONS": "--max_old_space_size=512"},
            [("--max-old-space-size in NODE_OPTIONS", 512 * MIB, None)],
        ),
        (["prometheus"], {"GOMEMLIMIT": "2GiB"}, [("GOMEMLIMIT", 2 * GIB, None)]),
        (["app"], {"GOMEMLIMIT": "off"}, []),
        (["app", "-Xmx1g"], {}, []),
        (["java", "-Xmx"], {}, []),
        ([], {}, []),
    ],
)
def test_the_setting_that_wins_is_found(argv, environment, settings):
    assert [(found.name, found.heap_bytes, found.share_ratio) for found in heap_settings(argv, environment)] == settings


@given(st.lists(st.text(max_size=20), max_size=5), st.text(max_size=30))
def test_any_words_are_answered(words, options):
    heap_settings(["java", *words], {"JAVA_TOOL_OPTIONS": options, "GOMEMLIMIT": options})
    heap_settings(["node", *words], {"NODE_OPTIONS": options})


@pytest.mark.parametrize(
    ("name", "head", "runtime"),
    [
        ("java", b"", "JVM"),
        ("app", b"\x7fELF" + b"\0" * 100 + b'\xff Go build ID: "x"', "Go"),
        ("app", b"\x7fELF" + b"\0" * 100, None),
        ("app", b"#!/bin/sh Go build ID: ", None),
        ("app", None, None),
    ],
)
def test_runtimes_that_raise_their_own_limit_are_known(fake_host, name, head, runtime):
    folder = ProcessFolder(7, fake_host({"proc/7/exe": head}), live=False)
    try:
        assert read_runtime(folder, name) == runtime
    finally:
        folder.close()
