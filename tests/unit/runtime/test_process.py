import asyncio
import json
import signal
import subprocess
import sys
import textwrap

import pytest

from runtime.process import supervise, until_stopped


def _python(code: str, *, signal_after_ready: signal.Signals | None = None) -> tuple[int, list[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    if signal_after_ready is not None:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal_after_ready)
    out, err = process.communicate(timeout=20)
    return process.returncode, out.splitlines(), err


WAITS = """
    import asyncio
    from runtime import logs, process
    async def main(stop):
        print("ready", flush=True)
        await stop.wait()
        print("drained", flush=True)
    logs.configure("example")
    process.run(main)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_main_drain_and_exits_with_0(number: signal.Signals) -> None:
    code, out, _ = _python(WAITS, signal_after_ready=number)

    assert (code, out) == (0, ["drained"])


def test_a_command_that_failed_says_why_in_one_sentence_and_exits_with_1() -> None:
    code, _, err = _python(
        """
        from runtime import logs, process
        async def main(stop):
            raise process.Failed("the ledger could not be founded")
        logs.configure("example")
        process.run(main)
        """
    )

    assert (code, err) == (1, "the ledger could not be founded\n")


def test_a_defect_is_logged_and_exits_with_1() -> None:
    code, _, err = _python(
        """
        from runtime import logs, process
        async def main(stop):
            raise KeyError("lost")
        logs.configure("example")
        process.run(main)
        """
    )

    line = json.loads(err.splitlines()[-1])
    assert code == 1
    assert (line["event"], line["service"], line["level"]) == ("process_defect", "example", "critical")
    assert "KeyError" in json.dumps(line["exception"])


def test_what_the_operator_has_to_settle_is_one_sentence_and_exits_with_2() -> None:
    code, _, err = _python(
        """
        import asyncio, socket
        from runtime import admin, logs, process
        taken = socket.create_server(("127.0.0.1", 0))
        async def main(stop):
            async with admin.Admin("127.0.0.1", taken.getsockname()[1], lambda: (True, "")):
                await stop.wait()
        logs.configure("example")
        process.run(main)
        """
    )

    assert code == 2
    assert err.startswith("can't listen on 127.0.0.1:")
    assert err.endswith(": Address already in use\n")
    assert len(err.splitlines()) == 1


def test_a_main_that_does_not_stop_is_cancelled_and_exits_with_1() -> None:
    code, _, err = _python(
        """
        import asyncio
        from runtime import logs, process
        process.SHUTDOWN_SECONDS = 0.1
        async def main(stop):
            print("ready", flush=True)
            await asyncio.Event().wait()
        logs.configure("example")
        process.run(main)
        """,
        signal_after_ready=signal.SIGTERM,
    )

    assert code == 1
    assert "process_stop_too_slow" in err


def test_what_main_has_left_behind_does_not_keep_the_process() -> None:
    code, out, err = _python(
        """
        import asyncio
        from runtime import logs, process
        process.CANCEL_SECONDS = 0.1
        async def deaf():
            while True:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    print("cancelled", flush=True)
        async def main(stop):
            main.left = asyncio.create_task(deaf(), name="deaf")
            await asyncio.sleep(0)
        logs.configure("example")
        process.run(main)
        """
    )

    line = json.loads(err.splitlines()[-1])
    assert (code, out) == (1, ["cancelled"])
    assert (line["event"], line["tasks"]) == ("process_tasks_stuck", ["deaf"])


async def test_the_first_task_that_fails_ends_the_others() -> None:
    cancelled = asyncio.Event()

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def fails() -> None:
        await asyncio.sleep(0)
        raise KeyError("lost")

    with pytest.raises(ExceptionGroup) as failure:
        await supervise(asyncio.Event(), {"waits": waits(), "fails": fails()})

    assert failure.group_contains(KeyError)
    assert cancelled.is_set()


async def test_a_task_that_just_ends_is_a_failure_too() -> None:
    async def ends() -> None:
        await asyncio.sleep(0)

    with pytest.raises(ExceptionGroup) as failure:
        await supervise(asyncio.Event(), {"ends": ends()})

    assert failure.group_contains(RuntimeError, match="the task ends ended")


async def test_tasks_may_drain_after_stop_and_late_ones_are_cancelled() -> None:
    stop = asyncio.Event()
    drained = asyncio.Event()

    async def drains() -> None:
        await stop.wait()
        drained.set()

    async def sleeps() -> None:
        await asyncio.Event().wait()

    stop.set()
    await supervise(stop, {"drains": drains(), "sleeps": sleeps()}, drain_seconds=0.05)

    assert drained.is_set()


async def test_endless_work_is_cancelled_by_stop() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, stop.set)

    await until_stopped(stop, asyncio.Event().wait())


async def test_the_failure_of_endless_work_comes_out() -> None:
    async def fails() -> None:
        raise KeyError("lost")

    with pytest.raises(KeyError):
        await until_stopped(asyncio.Event(), fails())
