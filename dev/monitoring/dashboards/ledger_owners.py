"""For who owns a ledger: whether the books are sound."""

from dev.monitoring.dashboards.model import Dashboard, Panel

_LAST_BACKUP = 'kube_cronjob_status_last_successful_time{cronjob="log-backup"}'
DASHBOARD = Dashboard(
    name="licensing-ledger-owners",
    title="Licensing: ledger owners",
    says="Whether the books are sound: one writer, everything signed, nothing foreign.",
    since="now-24h",
    panels=(
        Panel(
            1,
            "Last entry",
            "The sequence of each ledger, and of each log of cases.",
            "none",
            (
                ("max by (ledger) (licensing_writer_sequence)", "ledger {{ledger}}"),
                ("max by (ledger) (licensing_rma_writer_sequence)", "cases {{ledger}}"),
            ),
            "stat",
        ),
        Panel(
            2,
            "Signed up to",
            "The last entry whose documents are published.",
            "none",
            (("max by (ledger) (licensing_signer_sequence)", "ledger {{ledger}}"),),
            "stat",
        ),
        Panel(
            3,
            "Checkpoint",
            "Entries under the last signed tree head.",
            "none",
            (("max by (ledger) (licensing_signer_checkpoint_size)", "ledger {{ledger}}"),),
            "stat",
        ),
        Panel(
            4,
            "Stopped",
            "Ledgers at which somebody does not go on, and the law that was broken.",
            "bool_yes_no",
            tuple(
                (f"max by (ledger, law) (licensing_{name}_stopped) == 1", f"{name} {{{{ledger}}}} {{{{law}}}}")
                for name in ("writer", "rma_writer", "signer", "projector")
            ),
            "stat",
            high=1,
        ),
        Panel(
            5,
            "Entries",
            "A second, by ledger.",
            "reqps",
            (("sum by (ledger) (rate(licensing_signer_entries_total[5m]))", "ledger {{ledger}}"),),
        ),
        Panel(
            6,
            "Orphans",
            "Records that are no next entry, in an hour: some after a change of writers, else none.",
            "short",
            (
                ("sum by (ledger) (increase(licensing_writer_orphans_total[1h]))", "ledger {{ledger}}"),
                ("sum by (ledger) (increase(licensing_rma_writer_orphans_total[1h]))", "cases {{ledger}}"),
                ("sum by (ledger) (increase(licensing_signer_poison_total[1h]))", "no entry at all, ledger {{ledger}}"),
            ),
        ),
        Panel(
            7,
            "Foreign records",
            "What others wrote to the signer's topics, since it started.",
            "none",
            (("sum by (topic) (licensing_signer_foreign_records_total)", "{{topic}}"),),
            "stat",
            high=1,
        ),
        Panel(
            8,
            "Documents that no key signed",
            "Rows of PostgreSQL that somebody changed, in a day.",
            "none",
            (("sum(increase(licensing_api_documents_not_genuine_total[1d]))", "rows"),),
            "stat",
            high=1,
        ),
        Panel(
            9,
            "Signatures",
            "License files and receipts, in an hour.",
            "short",
            (
                ("sum by (ledger) (increase(licensing_signer_license_files_total[1h]))", "license files {{ledger}}"),
                ("sum by (ledger) (increase(licensing_signer_return_receipts_total[1h]))", "receipts {{ledger}}"),
            ),
        ),
        Panel(
            10,
            "Delay of signatures",
            "From an entry to its documents, of the last ones.",
            "s",
            (("max by (ledger) (licensing_signer_delay_seconds)", "ledger {{ledger}}"),),
        ),
        Panel(
            11,
            "Repairs",
            "Times that documents were missing or displaced and are made again, in a day.",
            "short",
            (("sum by (ledger) (increase(licensing_signer_repairs_total[1d]))", "ledger {{ledger}}"),),
        ),
        Panel(
            12,
            "Clock behind the log",
            "Of a writer, where that is too much to decide.",
            "s",
            (
                ("max by (ledger) (licensing_writer_clock_behind_seconds)", "ledger {{ledger}}"),
                ("max by (ledger) (licensing_rma_writer_clock_behind_seconds)", "cases {{ledger}}"),
            ),
            high=1,
        ),
        Panel(
            13,
            "Last backup",
            "How long ago the last one of the logs succeeded.",
            "dtdurations",
            ((f"time() - max({_LAST_BACKUP})", "logs"),),
            "stat",
            high=3_600,
        ),
    ),
)
