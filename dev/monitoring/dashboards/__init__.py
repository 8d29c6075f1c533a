"""Grafana's dashboards, one for each audience."""

from dev.monitoring.dashboards import ledger_owners, operators, partner_desk
from dev.monitoring.dashboards.model import Dashboard

__all__ = ["DASHBOARDS", "Dashboard"]

DASHBOARDS: tuple[Dashboard, ...] = (operators.DASHBOARD, ledger_owners.DASHBOARD, partner_desk.DASHBOARD)
