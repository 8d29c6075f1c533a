"""The table of walks: each alert, how it is made true on a running stack, and what its page says that ends it.

A walk breaks something, sees the alert's expression true in a real Prometheus, does what the page says, and sees the
expression false again. It runs the page's own commands (`runs`), each known by how it begins. What only a cluster can
do stands in `instead`, beside what is done here in its place.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dev.stack.parts import Kit
from tests.support.prometheus import Prometheus, Sample, alert
from tests.support.runbooks import Walker, only

OURS = "our processes"
KUBELET = "an exporter of the tests, from the stack's own disks"
CERT_MANAGER = "an exporter of the tests, from the certificate that the listener shows"
KUBE_STATE = "an exporter of the tests, from the exit codes of real runs of licensingctl"
_PROCESSES, _RECORDS, _PLATFORM = (
    f"tests/faults/test_runbooks{room}.py" for room in ("_processes", "_records", "_platform")
)
_STATUS = "licensingctl status pods"
_LOGS = "its log, in the state folder"


@dataclass(frozen=True, slots=True)
class Row:
    """One walk. `test` has it, and `measured` says who exposes what the alert is on."""

    test: str
    broken: str
    runs: tuple[str, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict[str, str])
    measured: str = OURS

    @property
    def begins(self) -> tuple[str, ...]:
        return (*self.runs, *self.instead)


_DISK = {
    "kubectl get pvc -n": "the size of the small disk",
    "kubectl patch kafkatopic": "nothing: the disk can be widened",
}
_CERTIFICATE = {
    "kubectl get certificate -A": "the next line, which asks the listener itself",
    "kubectl describe certificate": "nothing: the tests are who has not renewed it",
    "kubectl delete secret": "another certificate of the same authority",
}
_BACKUP = {
    "kubectl get cronjob,job": "the exit code of the run",
    "kubectl logs -n licensing-data job/JOB": "what the run has said",
    "kubectl create job": "`licensingctl backup`, which the Job runs",
    "kubectl wait": "the end of that run",
}

WALKS: dict[str, Row] = {
    "LicensingLedgerStopped": Row(
        f"{_RECORDS}::test_an_entry_that_stops_the_signer_is_set_aside_by_two",
        "an entry that only the signer's laws refuse is appended",
        runs=("curl -X POST $API/v1/ledger/set-asides -H", "curl -X POST $API/v1/ledger/set-asides/$DECISION"),
        instead={"kubectl logs -n licensing-signer": _LOGS},
    ),
    "LicensingWriterClockBehind": Row(
        f"{_PROCESSES}::test_a_writer_whose_clock_is_behind_is_named_until_it_is_right",
        "the clock of ledger-writer is set back by three minutes",
        runs=(_STATUS,),
    ),
    "LicensingProcessAway": Row(
        "tests/faults/test_runbooks.py::test_a_projector_that_ends_is_missed_until_it_is_back",
        "rma-projector ends",
        runs=(_STATUS,),
        instead={
            "kubectl get deployment,pods": "the state of the process, in the next line",
            "kubectl describe pods": "the same",
            "kubectl logs -n licensing -l": _LOGS,
        },
    ),
    "LicensingProcessNotReady": Row(
        f"{_PROCESSES}::test_a_process_without_its_database_says_so_until_there_is_one",
        "PostgreSQL ends",
        runs=("curl localhost:8082/readyz", "make up PARTS=postgres"),
        instead={"kubectl port-forward": "the admin port, which is on loopback here"},
    ),
    "LicensingDeadLetters": Row(
        f"{_RECORDS}::test_a_record_that_nobody_can_read_is_looked_at_and_discarded",
        "a record without a proof is put on ledger.commands",
        runs=("licensingctl dead-letters list", "licensingctl dead-letters show", "licensingctl dead-letters discard"),
    ),
    "LicensingForeignSignerRecords": Row(
        f"{_RECORDS}::test_a_stranger_on_a_topic_of_the_signer_is_found_and_loses_his_right",
        "a user that is not declared may write license files, and does",
        runs=("licensingctl topics diff",),
        instead={
            "kubectl get kafkauser": "the line above, which names the right itself",
            "kubectl delete kafkauser": "the right is taken away at the broker",
        },
    ),
    "LicensingProcessOfRegionAway": Row(
        "tests/faults/test_runbooks.py::test_a_process_that_one_region_lacks_is_missed_though_another_one_has_it",
        "Prometheus, which finds the stack's processes in two regions, finds no rma-projector in one of them",
        runs=(_STATUS,),
    ),
    "LicensingBalancesDiffer": Row(
        f"{_PROCESSES}::test_a_balance_that_somebody_changed_is_found_and_made_again",
        "a balance is changed in PostgreSQL",
        runs=("licensingctl rebuild ledger",),
        instead={"kubectl logs -n licensing deployment/ledger-projector": _LOGS},
    ),
    "LicensingDocumentsNotGenuine": Row(
        f"{_RECORDS}::test_a_document_that_somebody_changed_is_made_again",
        "a license file is changed in PostgreSQL, and asked for",
        runs=("SELECT DISTINCT grantee", "SELECT usename", "licensingctl rebuild ledger"),
        instead={"kubectl logs -n licensing deployment/ledger-api": _LOGS},
    ),
    "LicensingCertificateEnds": Row(
        f"{_PLATFORM}::test_a_certificate_of_device_sync_that_ends_soon_is_renewed",
        "device-sync has a certificate that ends in two days",
        runs=("openssl s_client",),
        instead=_CERTIFICATE,
    ),
    "LicensingCertificateNotRenewed": Row(
        f"{_PLATFORM}::test_a_certificate_of_the_broker_that_was_not_renewed_is_renewed",
        "the broker shows a certificate that ends in two days",
        runs=("openssl s_client",),
        instead=_CERTIFICATE,
        measured=CERT_MANAGER,
    ),
    "LicensingDevicesCannotConnect": Row(
        f"{_PROCESSES}::test_boxes_of_an_authority_that_is_not_known_connect_when_it_is",
        "boxes show certificates of an authority that device-sync does not know",
        runs=("openssl crl2pkcs7",),
        instead={
            "kubectl logs -n licensing deployment/device-sync": _LOGS,
            "kubectl rollout restart -n licensing deployment/device-sync": "device-sync is started again",
            "kubectl rollout restart -n licensing-signer": "nothing: no box of that authority is delivered here",
        },
    ),
    "LicensingAudioWaits": Row(
        f"{_PROCESSES}::test_conversions_wait_for_a_program_that_hangs_until_the_worker_is_ended",
        "the worker's program of G.729 hangs",
        runs=("SELECT company, count(*)", "SELECT worker, count(*)"),
        instead={"kubectl rollout restart -n licensing deployment/audio-worker": "the worker is started again"},
    ),
    "LicensingAudioProgramsFail": Row(
        f"{_PROCESSES}::test_a_program_of_the_worker_that_fails_is_named_by_its_last_words",
        "the worker's program of G.729 fails",
        instead={"kubectl logs -n licensing deployment/audio-worker": _LOGS},
    ),
    "LicensingSupportWebhooksRefused": Row(
        f"{_RECORDS}::test_a_help_desk_with_another_key_is_refused_until_it_has_ours",
        "the help desk signs with another key",
        instead={"kubectl logs -n licensing deployment/ledger-api": _LOGS},
    ),
    "LicensingLettersWait": Row(
        f"{_PROCESSES}::test_letters_wait_for_a_mail_server_without_room_until_it_has_some",
        "the mail server has no room, and then is away",
        runs=("curl --max-time 10 smtp:", "SELECT count(*), min(written)", "UPDATE portal.outbox"),
        instead={"kubectl logs -n licensing deployment/portal": _LOGS},
    ),
    "LicensingErrorBudgetBurnsFast": Row(
        f"{_PROCESSES}::test_a_budget_that_burns_is_explained_by_what_its_page_asks",
        "rma-projector ends, so that rows are stale",
    ),
    "LicensingErrorBudgetBurns": Row(
        f"{_PROCESSES}::test_a_budget_that_burns_is_explained_by_what_its_page_asks",
        "rma-projector ends, so that rows are stale",
    ),
    "LicensingBackupLate": Row(
        f"{_PLATFORM}::test_a_backup_that_is_late_is_made_by_hand",
        "nobody runs the backup",
        runs=("licensingctl backup PLACE --dry-run", "licensingctl backup PLACE\n", "licensingctl verify PLACE"),
        instead=_BACKUP,
        measured=KUBE_STATE,
    ),
    "LicensingBackupMissing": Row(
        f"{_PLATFORM}::test_a_backup_that_nobody_makes_is_missed_until_there_is_one",
        "nobody has ever run the backup, as far as Kubernetes knows",
        runs=("licensingctl backup PLACE\n", "licensingctl verify PLACE"),
        instead=_BACKUP,
        measured=KUBE_STATE,
    ),
    "LicensingBackupJobFailed": Row(
        f"{_PLATFORM}::test_a_backup_without_room_fails_until_there_is_some",
        "the disk of the backup is full",
        runs=("licensingctl backup PLACE\n", "licensingctl verify PLACE"),
        instead=_BACKUP | {"kubectl delete job": "the exporter no longer names the Job"},
        measured=KUBE_STATE,
    ),
    "LicensingVolumeFills": Row(
        f"{_PLATFORM}::test_a_disk_of_the_database_with_little_room_is_widened",
        "the database's disk is made so small that an eighth of it is free",
        runs=("make up PARTS=postgres",),
        instead=_DISK | {"kubectl apply --server-side -k deploy/k8s/overlays/production -l app": "the disk is widened"},
        measured=KUBELET,
    ),
    "LicensingVolumeFull": Row(
        f"{_PLATFORM}::test_a_broker_that_ended_at_a_full_disk_is_started_when_there_is_room",
        "the broker's disk has no room, and partners work until it ends",
        runs=("make up PARTS=kafka",),
        instead=_DISK
        | {
            "kubectl apply --server-side -k deploy/k8s/overlays/production -l strimzi": "the disk is widened",
            "kubectl delete pod": "nothing: nobody starts the broker meanwhile",
            "kubectl wait": "`make up` returns when the broker is ready",
        },
        measured=KUBELET,
    ),
}

NOT_WALKED: dict[str, str] = {
    "LicensingSnapshotLate": "only CloudNativePG makes snapshots of volumes, and measures when",
    "LicensingBrokerReplicasLost": "one broker runs here, without copies elsewhere; Strimzi's reporter measures it",
    "LicensingDatabaseReplicaLost": "CloudNativePG's exporter measures it, and its operator makes a replica anew",
}
"""Alerts on what cannot run here: promtool shows when they fire, `make check-cluster` runs their pages' commands."""

ELSEWHERE: dict[str, str] = {
    "kubectl describe scheduledbackup,cluster": "make check-cluster, for a snapshot of the database",
    "kubectl delete scheduledbackup": "the same",
    "kubectl apply --server-side -k deploy/k8s/overlays/production -l app.kubernetes.io/name=postgres": "the same",
    "LICENSING_KAFKA_BOOTSTRAP=... LICENSING_KAFKA_CA_FILE=ca.pem LICENSING_KAFKA_USERNAME=replay": (
        "tests/integration/operations/test_dead_letters.py"
    ),
    "kubectl rollout restart -n licensing-signer deployment/signer": "for a stolen account, after its new password",
    "kubectl apply -f deploy/k8s/replay": "tests/integration/operations/test_dead_letters.py, with such a user",
    "kubectl get secret -n licensing-data": "the same",
    "kubectl delete -f deploy/k8s/replay": "the same",
    "kubectl wait -n licensing-data --for=condition=Ready --timeout=5m kafkauser/replay": "make check-cluster",
    "kubectl apply --server-side --force-conflicts -k deploy/k8s/overlays/production -l strimzi.io/cluster": (
        "make check-cluster"
    ),
}
"""Commands of these pages for another case than that of the alert, and who shows them."""


class Walk(Walker):
    """One walk on the running stack."""

    def __init__(self, kit: Kit, prometheus: Prometheus, name: str, folder: Path) -> None:
        rule = alert(name)
        super().__init__(kit, rule["annotations"]["runbook"], folder)
        self.prometheus = prometheus
        self.expression: str = rule["expr"]
        self.was_true = False

    def until_true(self, is_it: Callable[[dict[str, str]], bool] = lambda _: True) -> None:
        """Return when the expression has a result with such labels."""
        self.prometheus.until(self.expression, lambda said: any(is_it(labels) for labels, _ in said))
        self.was_true = True

    def until_well(self) -> None:
        self.prometheus.until(self.expression, _is_nothing)


Walking = Callable[[str], AbstractContextManager[Walk]]
"""`with walk("LicensingProcessAway") as walk:`, as the fixture `walk` gives it."""


@contextmanager
def walked(kit: Kit, prometheus: Prometheus, name: str, folder: Path) -> Generator[Walk]:
    """The walk of an alert, which is false before and afterwards; the block makes it true and ends it."""
    walk, row = Walk(kit, prometheus, name, folder), WALKS[name]
    walk.until_well()
    yield walk
    assert walk.was_true, f"{name} was never true"
    walk.until_well()
    assert walk.ran == {only(walk.runbook, begins) for begins in row.runs}


def _is_nothing(said: list[Sample]) -> bool:
    return said == []
