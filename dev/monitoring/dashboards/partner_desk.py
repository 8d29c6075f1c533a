"""For the partner desk: what partners and devices do, and what they are refused."""

from dev.monitoring.dashboards.model import TOO_SLOW_SECONDS, Dashboard, Panel, quantile


def _most(by: str, counter: str) -> str:
    return f"topk(10, sum by ({by}) (increase({counter}[1d])))"


DASHBOARD = Dashboard(
    name="licensing-partner-desk",
    title="Licensing: partner desk",
    says="What partners and their devices do, and what they are refused.",
    since="now-7d",
    panels=(
        Panel(
            1,
            "Commands in a day",
            "Accepted, by ledger.",
            "short",
            (
                (
                    'sum by (ledger) (increase(licensing_writer_commands_total{outcome="accepted"}[1d]))',
                    "ledger {{ledger}}",
                ),
            ),
        ),
        Panel(
            2,
            "Refusals in a day",
            "The ten codes that are answered most; the reference of refusals says what they mean.",
            "short",
            (
                (
                    _most("outcome", 'licensing_writer_commands_total{outcome!~"accepted|repeated"}'),
                    "{{outcome}}",
                ),
            ),
            "bargauge",
        ),
        Panel(
            3,
            "What is done",
            "Commands by route, in a day.",
            "short",
            ((_most("route", 'licensing_api_requests_total{method="POST", status=~"2.."}'), "{{route}}"),),
            "bargauge",
        ),
        Panel(
            4,
            "What is asked",
            "Queries by route, in a day.",
            "short",
            ((_most("route", 'licensing_api_requests_total{method="GET", status=~"2.."}'), "{{route}}"),),
            "bargauge",
        ),
        Panel(
            5,
            "Pages",
            "Of the portal, an hour.",
            "short",
            (('sum(increase(licensing_portal_requests_total{method="GET", status=~"2.."}[1h]))', "pages"),),
        ),
        Panel(
            6,
            "How long people wait",
            "Half of the pages, and 99 of 100, are there within.",
            "s",
            tuple((quantile(share, "licensing_portal_seconds_bucket"), f"{share:g}") for share in (0.5, 0.99)),
            high=TOO_SLOW_SECONDS,
        ),
        Panel(
            7,
            "Devices",
            "Answers in an hour, by what became of them.",
            "short",
            (("sum by (route, answer) (increase(licensing_device_requests_total[1h]))", "{{route}} {{answer}}"),),
        ),
        Panel(
            8,
            "From an order to a file",
            "How long a device waits for a file after an allocation.",
            "s",
            (("max by (ledger) (licensing_signer_delay_seconds)", "ledger {{ledger}}"),),
        ),
        Panel(
            9,
            "RMA cases",
            "Steps of people in a day, by route.",
            "short",
            (
                (
                    'sum by (route) (increase(licensing_rma_api_requests_total{method="POST", status=~"2.."}[1d]))',
                    "{{route}}",
                ),
            ),
        ),
        Panel(
            10,
            "RMA duties",
            "Swaps, reminders and deadlines that fell due, in a day, by what became of them.",
            "short",
            (("sum by (command, outcome) (increase(licensing_rma_duties_total[1d]))", "{{command}} {{outcome}}"),),
        ),
        Panel(
            11,
            "Announcements",
            "Conversions in a day, by what became of them.",
            "short",
            (("sum by (outcome) (increase(licensing_audio_conversions_total[1d]))", "{{outcome}}"),),
        ),
        Panel(
            12,
            "Announcements that wait",
            "Of them the oldest, by its age.",
            "s",
            (("max(licensing_audio_oldest_seconds)", "oldest"),),
            high=300,
        ),
        Panel(
            13,
            "Devices that are owed",
            "Replaced in advance and not back yet, by the state of the case.",
            "short",
            (("max by (state) (licensing_rma_owed_devices)", "{{state}}"),),
        ),
    ),
)
