"""What lies on the signer's own topics, as far as the signer itself signed it.

Only the signer may write there, by the broker's access rights, and yet nothing counts because it lies there. What its
keys did not sign, what lies under another key than it says, and a tombstone are foreign: counted, logged and passed
over. A foreign record under the key of a document of ours displaces it when Kafka compacts the topic, and so does an
older document of ours that somebody sends again: such a document is wanted again (`Place.lacks`).
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from contracts.documents.published import FILE_KEY, RECEIPT_KEY, NotAPublishedDocument
from contracts.log.checkpoint import Checkpoint
from contracts.topics import CHECKPOINTS, LICENSE_FILES, RETURN_RECEIPTS, topic_name
from runtime.kafka import Record, partition_for
from runtime.logs import get_logger
from signer.domain.own_signatures import OwnSignatures

_DECIMAL = re.compile(rb"0|[1-9][0-9]{0,18}")
_FILE_KEY, _RECEIPT_KEY = re.compile(FILE_KEY.encode()), re.compile(RECEIPT_KEY.encode())
_LEDGER = re.compile(rb"0|[1-9][0-9]{0,2}")

_log = get_logger("signer.own_records")


@dataclass(slots=True)
class Place:
    """One key of a compacted topic: of which entry our newest document lies there, and whether it lies last."""

    sequence: int = 0
    is_last: bool = True

    def lacks(self, sequence: int) -> bool:
        """Whether the document of this entry has to be written here, for the first time or again."""
        return sequence > self.sequence or (sequence == self.sequence and not self.is_last)

    @property
    def shown(self) -> int:
        """What readers find here once the topic is compacted, as far as it is ours: 0 for nothing."""
        return self.sequence if self.is_last else 0

    def put(self, sequence: int) -> None:
        """A document of ours comes to lie last."""
        self.is_last = sequence >= self.sequence
        self.sequence = max(sequence, self.sequence)

    def displace(self) -> None:
        """Something else comes to lie last."""
        self.is_last = self.sequence == 0


def _places() -> defaultdict[str, Place]:
    return defaultdict(Place)


@dataclass(slots=True)
class Published:
    """What a reader of the compacted topics finds of one ledger.

    `anchor` is the largest tree that we ever signed, as far as the topics still show it: by a checkpoint, or by the
    proof in a license file. `made_anew` until the documents are made again that lay on a topic which is there no more.
    """

    files: defaultdict[str, Place] = field(default_factory=_places)
    receipts: defaultdict[str, Place] = field(default_factory=_places)
    checkpoint: Place = field(default_factory=Place)
    checkpoint_at: float = 0.0
    anchor: Checkpoint | None = None
    made_anew: bool = False

    def lacks_file(self, serial: str, sequence: int) -> bool:
        return self.files[serial].lacks(sequence)

    def lacks_receipt(self, serial: str, generation: int, sequence: int) -> bool:
        return self.receipts[f"{serial}/{generation}"].lacks(sequence)

    def is_missing_documents(self) -> bool:
        """Whether something else lies over a file or a receipt of ours, or all that lay there is gone."""
        return self.made_anew or not all(
            place.is_last for places in (self.files, self.receipts) for place in places.values()
        )

    def put_file(self, serial: str, sequence: int) -> None:
        self.files[serial].put(sequence)

    def put_receipt(self, serial: str, generation: int, sequence: int) -> None:
        self.receipts[f"{serial}/{generation}"].put(sequence)

    def put_checkpoint(self, size: int, at: float) -> None:
        """One of ours lies last, published at `at`, in seconds since 1970."""
        self.checkpoint.put(size)
        self.checkpoint_at = at

    def has_signed(self, tree: Checkpoint) -> None:
        """The anchor is the largest tree of all."""
        if self.anchor is None or tree.size > self.anchor.size:
            self.anchor = tree


class OwnRecords:
    """Takes the records of the signer's topics in their order, and knows what is published of each ledger."""

    def __init__(self, signatures: OwnSignatures, *, topic_prefix: str) -> None:
        self.foreign: Counter[str] = Counter()
        self._signatures = signatures
        self._published: dict[int, Published] = defaultdict(Published)
        self._checkpoints = topic_name(CHECKPOINTS, topic_prefix)
        self._notice = {
            topic_name(LICENSE_FILES, topic_prefix): self._notice_file,
            topic_name(RETURN_RECEIPTS, topic_prefix): self._notice_receipt,
            self._checkpoints: self._notice_checkpoint,
        }

    def of(self, ledger: int) -> Published:
        return self._published[ledger]

    def begin_again(self) -> None:
        """A topic was made anew: nothing counts that was found before, and all is to be read again."""
        self._published = defaultdict(lambda: Published(made_anew=True))

    def notice(self, record: Record) -> None:
        """Take the next record of one of the topics; what is not ours is counted and displaces what it lies over."""
        try:
            self._notice[record.topic](record)
        except NotAPublishedDocument as reason:
            self.foreign[record.topic] += 1
            where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
            _log.warning("foreign_record", reason=str(reason), **where)
            if place := self._lies_over(record):
                place.displace()

    def _notice_file(self, record: Record) -> None:
        """A file that is ahead of all that we know to have signed has to prove that its entry is on the log."""
        file, whole = self._signatures.license_file(record.key, record.value, record.headers)
        _require_home(record, file.serial)
        published = self._published[file.ledger]
        if published.anchor is None or file.sequence > published.anchor.size:
            published.has_signed(self._signatures.tree_of(whole))
        published.put_file(file.serial, file.sequence)

    def _notice_receipt(self, record: Record) -> None:
        receipt = self._signatures.return_receipt(record.key, record.value, record.headers)
        _require_home(record, receipt.serial)
        self._published[receipt.ledger].put_receipt(receipt.serial, receipt.generation, receipt.sequence)

    def _notice_checkpoint(self, record: Record) -> None:
        key = record.key or b""
        if not _LEDGER.fullmatch(key):
            raise NotAPublishedDocument("its key is no ledger")
        tree = self._signatures.checkpoint(int(key), record.value)
        published = self._published[int(key)]
        published.has_signed(tree)
        published.put_checkpoint(tree.size, record.timestamp / 1000)

    def _lies_over(self, record: Record) -> Place | None:
        """A record lies over what has the same key in the same partition, and over nothing else."""
        key = record.key or b""
        if record.topic == self._checkpoints:
            return self._published[int(key)].checkpoint if _LEDGER.fullmatch(key) else None
        if not (_FILE_KEY.fullmatch(key) or _RECEIPT_KEY.fullmatch(key)):
            return None
        ledger, serial, *generation = key.decode().split("/")
        if record.partition != _home(serial):
            return None
        published = self._published[int(ledger)]
        return (published.receipts if generation else published.files).get("/".join((serial, *generation)))


def _home(serial: str) -> int:
    """The partition of a device's documents, the same number on both topics."""
    return partition_for(serial.encode(), LICENSE_FILES.partitions)


def _require_home(record: Record, serial: str) -> None:
    """A document elsewhere is compacted with no other one, and comes before or after them by chance."""
    if record.partition != _home(serial):
        raise NotAPublishedDocument("it lies in another partition than its serial picks")
