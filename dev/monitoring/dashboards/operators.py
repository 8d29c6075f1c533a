"""For operators: whether it works, and which process does not."""

from collections.abc import Iterator

from dev.monitoring.dashboards.model import TOO_SLOW_SECONDS, Dashboard, Panel, quantile
from dev.monitoring.objective_rules import ALLOWED, BUDGET, ratio

_WEB = ("api", "rma_api", "audio_api", "portal")
_PROJECTORS = ".+-projector"


def _lag(unit: str) -> Iterator[tuple[str, str]]:
    """Projectors take turns on the same rows; every other reader is as far behind as it says."""
    metric, legend = f"licensing_reader_lag_{unit}", "{{process}} {{topic}}"
    yield f'max by (process, topic) ({metric}{{process!~"{_PROJECTORS}"}})', legend
    rows = f'min by (process, topic, partition) ({metric}{{process=~"{_PROJECTORS}"}})'
    yield f"max by (process, topic) ({rows})", legend


DASHBOARD = Dashboard(
    name="licensing-operators",
    title="Licensing: operators",
    says="Whether it works, and which process does not.",
    since="now-6h",
    panels=(
        Panel(
            1,
            "Error budget left",
            "What may still go wrong within 30 days.",
            "percentunit",
            ((BUDGET, "{{namespace}} {{slo}}"),),
            "bargauge",
            low=0.1,
        ),
        Panel(
            2,
            "Burn rate, last hour",
            "1 spends the budget in exactly 30 days; 14.4 wakes somebody.",
            "none",
            ((f"{ratio('1h')} / {ALLOWED}", "{{namespace}} {{slo}}"),),
        ),
        Panel(
            3,
            "Processes that answer",
            "Pods by process; none at all is an alert.",
            "none",
            (('sum by (process) (up{process!=""})', "{{process}}"),),
            "bargauge",
            low=1,
        ),
        Panel(
            4,
            "Not ready",
            "Pods that wait for something; /readyz says for what.",
            "none",
            (("licensing_ready == 0", "{{pod}}"),),
        ),
        Panel(
            5,
            "Requests",
            "By process.",
            "reqps",
            (
                *((f"sum by (process) (rate(licensing_{name}_requests_total[5m]))", "{{process}}") for name in _WEB),
                ("sum by (process) (rate(licensing_device_requests_total[5m]))", "{{process}}"),
            ),
        ),
        Panel(
            6,
            "Failures",
            "Answers of 5xx by process, route and status.",
            "reqps",
            tuple(
                (
                    f'sum by (process, route, status) (rate(licensing_{name}_requests_total{{status=~"5.."}}[5m]))',
                    "{{process}} {{route}} {{status}}",
                )
                for name in _WEB
            ),
        ),
        Panel(
            7,
            "Slowest hundredth of requests",
            "Seconds within which 99 of 100 requests are answered.",
            "s",
            tuple(
                (quantile(0.99, f"licensing_{name}_seconds_bucket"), "{{process}}")
                for name in (*_WEB, "device_request")
            ),
            high=TOO_SLOW_SECONDS,
        ),
        Panel(
            8,
            "Commands",
            "From sending a command to its outcome: median, and 99 of 100.",
            "s",
            tuple(
                (quantile(share, "licensing_command_seconds_bucket"), f"{{{{process}}}} {share:g}")
                for share in (0.5, 0.99)
            ),
            high=TOO_SLOW_SECONDS,
        ),
        Panel(
            9,
            "Lag",
            "Records between what each reader has handled and the end of the log.",
            "short",
            tuple(_lag("records")),
        ),
        Panel(
            10,
            "Entries that wait for the signer",
            "By ledger.",
            "short",
            (
                (
                    "max by (ledger) (licensing_writer_sequence) - max by (ledger) (licensing_signer_sequence)",
                    "ledger {{ledger}}",
                ),
            ),
        ),
        Panel(
            11,
            "Dead letters",
            "Records that nobody can read, in five minutes, by service and topic.",
            "short",
            (("sum by (service, topic) (increase(licensing_dead_letters_total[5m]))", "{{service}} {{topic}}"),),
            high=1,
        ),
        Panel(
            12,
            "Attempts that failed",
            "Because Kafka or PostgreSQL was away, in five minutes.",
            "short",
            (
                ("sum by (process) (increase(licensing_projector_troubles_total[5m]))", "{{process}}"),
                ("sum by (process) (increase(licensing_signer_troubles_total[5m]))", "{{process}}"),
            ),
        ),
        Panel(
            13,
            "Certificates",
            "How long what each setting names is still good.",
            "dtdurations",
            (
                (
                    "min by (process, setting) (licensing_certificate_not_after_seconds) - time()",
                    "{{process}} {{setting}}",
                ),
            ),
            "bargauge",
            low=7 * 86_400,
        ),
        Panel(
            14,
            "Handshakes that failed",
            "Boxes that could not connect, in five minutes, by the reason.",
            "short",
            (("sum by (reason) (increase(licensing_device_failed_handshakes_total[5m]))", "{{reason}}"),),
        ),
        Panel(
            15,
            "Processor",
            "Cores in use.",
            "none",
            (('sum by (process) (rate(process_cpu_seconds_total{process!=""}[5m]))', "{{process}}"),),
        ),
        Panel(
            16,
            "Memory",
            "Largest Pod of each process.",
            "bytes",
            (('max by (process) (process_resident_memory_bytes{process!=""})', "{{process}}"),),
        ),
        Panel(
            17,
            "Oldest letter",
            "How long the portal has been waiting for the mail server to take it.",
            "s",
            (("max by (process) (licensing_portal_oldest_letter_seconds)", "{{process}}"),),
            high=600,
        ),
        Panel(
            18,
            "Letters",
            "Of the portal in five minutes, by what became of them.",
            "short",
            (("sum by (result) (increase(licensing_portal_letters_total[5m]))", "{{result}}"),),
        ),
        Panel(
            19,
            "Lag in seconds",
            "Since the last record that a reader has handled, while there are others.",
            "s",
            tuple(_lag("seconds")),
            high=60,
        ),
        Panel(
            20,
            "Lost terms",
            "Times in a day that another writer's entry voided what one had decided: none, but after a lost lead.",
            "short",
            (
                ("sum by (ledger) (increase(licensing_writer_fenced_total[1d]))", "ledger {{ledger}}"),
                ("sum by (ledger) (increase(licensing_rma_writer_fenced_total[1d]))", "cases {{ledger}}"),
            ),
        ),
    ),
)
