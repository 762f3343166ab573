"""What other monitoring systems read: metrics for Prometheus, and the files that go with them.

families    a moment as prometheus_client's metric families: the one list of what is exported
  machine   of the machine, the limits on the path, the level, the forecast, the largest processes
  programs  of trackers, their components, and sums over them
  alerting  of alerts, what they ask for, and what was sent
  own       of mnemo itself and of the settings
family      the noun: a family, its label sets, and the sheet that one scrape fills
text        metrics as text, quickly
textfile    that text in a folder of node_exporter
register    a program's own tracker in its own registry
server      metrics over HTTP
rules, alertmanager, dashboard    the files for Prometheus, Alertmanager and Grafana
"""
