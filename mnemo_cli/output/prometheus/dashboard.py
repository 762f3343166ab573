"""`mnemo export dashboard`: the panels as the JSON that Grafana imports, with the levels as coloured bands.

https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

import json
from collections.abc import Iterator, Sequence

from mnemo_cli.limits.components import HIGH_RATIO, MODERATE_RATIO
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Json
from mnemo_cli.output.prometheus.panels import ALERT_WORDS, LEVEL_WORDS, NEVER_SECONDS, ROWS, Panel, Row, Scale

_COLUMNS = 24
_SELECTOR = 'job=~"$job",instance=~"$instance"'
_PROMETHEUS: Json = {"type": "prometheus", "uid": "${datasource}"}
_LEVEL_COLORS = ("green", "yellow", "orange", "red")
_ALERT_COLORS = ("green", "yellow", "red", "blue", "purple")
_COMPONENT_EDGES = (MODERATE_RATIO, HIGH_RATIO, 1.0)


def dashboard_json(edges: Edges | None = None) -> str:
    """The dashboard; its bands begin where `edges` have the levels begin."""
    edges = edges or Edges()
    document: Json = {
        "uid": "mnemo",
        "title": "mnemo: memory against its limits",
        "tags": ["mnemo", "memory"],
        "schemaVersion": 39,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [_datasource(), _label("job", ""), _label("instance", 'job=~"$job"')]},
        "annotations": {"list": [_kills()]},
        "panels": list(_panels(ROWS, (edges.moderate_ratio, edges.high_ratio, edges.critical_ratio))),
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def expression(promql: str) -> str:
    """PromQL as Grafana is given it: every selector is of the chosen jobs and instances."""
    return promql.replace("}", f"{_SELECTOR}}}")


def _datasource() -> Json:
    return {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}


def _label(name: str, selector: str) -> Json:
    """A variable with the values of a label: all of them until some are chosen."""
    query = f"label_values(mnemo_build_info{{{selector}}}, {name})"
    return {
        "name": name,
        "label": name.capitalize(),
        "type": "query",
        "datasource": _PROMETHEUS,
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def _kills() -> Json:
    """A mark in every panel where the kernel killed; what is scraped each minute has two samples in five."""
    return {
        "name": "Killed for want of memory",
        "datasource": _PROMETHEUS,
        "enable": True,
        "expr": expression("increase(mnemo_host_oom_kills_total{}[5m]) > 0"),
        "step": "1m",
        "iconColor": "red",
        "titleFormat": "{{instance}}: killed for want of memory",
    }


def _panels(rows: Sequence[Row], level_edges: Sequence[float]) -> Iterator[Json]:
    """Row by row from the top: a headline each, and the panels below it until the width is used up."""
    number, top = 0, 0
    for row in rows:
        number += 1
        place: Json = {"h": 1, "w": _COLUMNS, "x": 0, "y": top}
        yield {"id": number, "type": "row", "title": row.title, "collapsed": False, "gridPos": place, "panels": []}
        top, left = top + 1, 0
        for panel in row.panels:
            if left + panel.width > _COLUMNS:
                top, left = top + row.height, 0
            number += 1
            yield {
                "id": number,
                "gridPos": {"h": row.height, "w": panel.width, "x": left, "y": top},
                **_panel(panel, level_edges),
            }
            left += panel.width
        top += row.height


def _panel(panel: Panel, level_edges: Sequence[float]) -> dict[str, Json]:
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.help,
        "datasource": _PROMETHEUS,
        "targets": [
            {
                "refId": chr(ord("A") + number),
                "datasource": _PROMETHEUS,
                "expr": expression(question.promql),
                "legendFormat": question.legend,
                "instant": panel.kind in ("stat", "gauge", "bargauge"),
                "range": panel.kind not in ("stat", "gauge", "bargauge"),
            }
            for number, question in enumerate(panel.questions)
        ],
        "fieldConfig": {"defaults": _defaults(panel, level_edges), "overrides": []},
        "options": _options(panel),
    }


def _defaults(panel: Panel, level_edges: Sequence[float]) -> Json:
    defaults: dict[str, Json] = {
        "unit": panel.unit,
        "min": 0 if panel.full is not None else None,
        "max": panel.full,
        # No series is a value that is not known, and never 0.
        "noValue": "unknown",
        "mappings": list(_mappings(panel)),
        "thresholds": {"mode": "absolute", "steps": list(_steps(panel.scale, level_edges))},
        "color": {"mode": "palette-classic" if panel.kind == "timeseries" else "thresholds"},
    }
    if panel.kind == "timeseries":
        bands = "area" if panel.scale in ("levels", "components") else "off"
        defaults["custom"] = {"thresholdsStyle": {"mode": bands}, "fillOpacity": 0, "spanNulls": False}
    return {name: value for name, value in defaults.items() if value is not None}


def _steps(scale: Scale, level_edges: Sequence[float]) -> Iterator[Json]:
    """The colour from each number on; the first one has no beginning."""
    edges: Sequence[float] = {
        "levels": level_edges,
        "components": _COMPONENT_EDGES,
        "level words": range(1, len(LEVEL_WORDS)),
        "alert words": range(1, len(ALERT_WORDS)),
        "any is bad": (1,),
        "none": (),
    }[scale]
    colors = {"alert words": _ALERT_COLORS, "any is bad": ("green", "red"), "none": ("blue",)}
    for edge, color in zip((None, *edges), colors.get(scale, _LEVEL_COLORS), strict=True):
        yield {"value": edge, "color": color}


def _mappings(panel: Panel) -> Iterator[Json]:
    """The words for numbers that stand for something."""
    words: dict[int, str] = {}
    if panel.scale in ("level words", "alert words"):
        words = dict(enumerate(LEVEL_WORDS if panel.scale == "level words" else ALERT_WORDS))
    elif panel.unit == "s" and panel.kind == "stat":
        words = {NEVER_SECONDS: "never"}
    if words:
        options: Json = {str(number): {"text": word, "index": at} for at, (number, word) in enumerate(words.items())}
        yield {"type": "value", "options": options}


def _options(panel: Panel) -> Json:
    """Only what differs from Grafana's defaults."""
    last: Json = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    if panel.kind == "timeseries":
        return {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}
    if panel.kind == "state-timeline":
        return {"mergeValues": True, "showValue": "auto"}
    if panel.kind == "stat":
        return {"reduceOptions": last, "colorMode": "background", "graphMode": "none"}
    return {"reduceOptions": last} | ({"orientation": "horizontal"} if panel.kind == "bargauge" else {})
