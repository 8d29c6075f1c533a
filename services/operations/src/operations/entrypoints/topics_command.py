"""`licensingctl topics`: what the brokers have, beside what is declared."""

from argparse import Namespace
from dataclasses import asdict

from operations.application.topic_diff import Difference, differences
from operations.entrypoints.settings import OperationsSettings
from runtime.answers import Answer, Exit, table
from runtime.kafka import BrokerState, Connection

_TITLES = ("WHAT", "OF", "DECLARED", "FOUND")


async def diff(_: Namespace, settings: OperationsSettings) -> Answer:
    """Topics, their partitions and settings, and who may do what with them."""
    prefix = settings.topic_prefix
    async with BrokerState.of(Connection.from_settings(settings)) as brokers:
        topics, rights = await brokers.topics(prefix), await brokers.rights()
    found = differences(
        topics,
        rights,
        prefix=prefix,
        users=settings.kafka_user_prefix,
        ledgers=settings.ledgers,
    )
    lines = table([_TITLES, *map(_row, found)]) if found else [f"{len(topics)} topics and all rights are as declared."]
    return Answer({"differences": [asdict(one) for one in found]}, lines, Exit.NOT_WELL if found else Exit.WELL)


def _row(one: Difference) -> tuple[str, ...]:
    return one.kind, one.what, one.declared or "-", one.found or "-"
