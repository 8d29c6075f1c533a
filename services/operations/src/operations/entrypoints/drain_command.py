"""`licensingctl drain`."""

from argparse import Namespace
from typing import Any

from contracts.handovers import Writer
from operations.adapters.live_log import KafkaLog
from operations.adapters.progress import to_stderr
from operations.application.drain import Drain, Drained, Plan
from operations.entrypoints.settings import OperationsSettings
from runtime.answers import Answer, Exit
from runtime.kafka import BrokerState, Connection, Member

WRITERS: dict[str, Writer] = {"ledger": "ledger-writer", "rma": "rma-writer"}


async def drain(arguments: Namespace, settings: OperationsSettings) -> Answer:
    """The process that leads the log hands it over, and stays as a standby."""
    connection = Connection.from_settings(settings)
    async with BrokerState.of(connection) as group, KafkaLog.of(connection) as live:
        wanted = Drain(group, live, settings.topic_prefix, WRITERS[arguments.writer], arguments.ledger)
        plan = await wanted.plan(force=arguments.force)
        if arguments.dry_run:
            return _planned(wanted, plan)
        to_stderr(f"{plan.leader.client} is asked to hand ledger {wanted.number} over: up to {arguments.seconds:.0f} s")
        return _done(wanted, await wanted.carry_out(plan, by=arguments.by, within_seconds=arguments.seconds))


def _planned(drain: Drain, plan: Plan) -> Answer:
    facts = _facts(drain) | {
        "leader": _process(plan.leader),
        "standbys": [_process(one) for one in plan.standbys],
        "dry_run": True,
    }
    others = ", ".join(one.client for one in plan.standbys) or "nobody else"
    return Answer(facts, [f"{plan.leader.client} leads ledger {drain.number} and would hand it over to {others}."])


def _done(drain: Drain, done: Drained) -> Answer:
    facts = _facts(drain) | {
        "before": _process(done.before),
        "now": None if done.now is None else _process(done.now),
        "is_taken_over": done.is_taken_over,
        "seconds": round(done.seconds, 1),
        "dry_run": False,
    }
    ledger, code = f"ledger {drain.number}", Exit.WELL if done.is_taken_over else Exit.NOT_WELL
    if done.now is None:
        said = f"{ledger} is nobody else's after {done.seconds:.1f} s: see the log of {done.before.client}."
    elif not done.is_taken_over:
        said = f"{done.before.client} leads {ledger} again after {done.seconds:.1f} s: nobody else took it."
    else:
        said = f"{done.now.client} leads {ledger} after {done.seconds:.1f} s; {done.before.client} follows it."
    return Answer(facts, [said], code)


def _facts(drain: Drain) -> dict[str, Any]:
    return {"writer": drain.writer, "ledger": drain.number}


def _process(member: Member) -> dict[str, str]:
    return {"process": member.client, "host": member.host.lstrip("/"), "member": member.member}
