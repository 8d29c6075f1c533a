"""Many things at once: each line says what it will do, is sent once, and comes back with why if it failed."""

import base64
import html
import re
from typing import Any

import pytest

from contracts.codes.activation_key import digest, normalise
from contracts.codes.code_hint import hint_of
from portal.entrypoints.web.forms import FORM_TOKEN
from tests.support.portal_bulk import (
    BAD_KEY,
    CLOSED,
    HERE,
    KEY,
    KLINIK,
    NEW,
    NEWEST,
    THERE,
    ULM,
    Ledger,
    Portal,
    download,
    kept,
    rows,
)
from tests.support.portal_pages import AnsweringApis, OneSession, pages


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    ledger, sessions = Ledger(), OneSession(company_kind="reseller")
    browser = pages(tmp_path_factory.mktemp("pages"), AnsweringApis(ledger.answer), sessions)
    return Portal(browser, ledger, sessions)


@pytest.fixture
def portal(built: Portal) -> Portal:
    built.ledger.refuses.clear()
    built.ledger.sent.clear()
    built.ledger.entries.clear()
    built.ledger.is_away = False
    built.sessions.reached.clear()
    return built


async def test_each_line_says_what_it_will_do_or_what_is_wrong(portal: Portal) -> None:
    table = (
        f"serial;project;Port11;Channel\n{HERE};;20;\n{NEW};Klinik am See;8;1\n{THERE};;1;\n04a1;;1;\n"
        f"{HERE};Nowhere;1;\n{HERE};Weingut;1;\n{HERE};;ten;\n{HERE};;;\n{HERE};;20;\n9033010205;;5;\n"
    )
    page = await portal.preview("allocate", table)
    said = rows(page)

    assert page.status_code == 200
    assert "Ready" in said[2]
    assert "It is added to the project first. Ready" in said[3]
    for line, why in {
        4: "The device is in «Stadtwerke Ulm». device_not_in_project",
        5: "«04a1» is no whole serial.",
        6: "There is no project «Nowhere».",
        7: "You may not do this in «Weingut». Ask an administrator for the right. no_right",
        8: "«ten» is no number of licenses up to 9999.",
        9: "It has no count.",
        10: "It says the same as line 2.",
    }.items():
        assert f"Wrong {why}" in said[line]
    assert "Doubtful 5 Port11 are asked for, 2 are there." in said[11]
    assert "wrong and will not be sent: 7" in page.text
    assert "Do 3 lines" in page.text
    assert re.search(r"Port11</td><td class=\"number\">30 .*?2</span>", page.text)
    assert "confirm_final" in page.text
    assert portal.ledger.sent == []


async def test_only_lines_that_are_not_wrong_are_sent_and_a_new_device_is_added_first(portal: Portal) -> None:
    table = f"serial,Port11\n{HERE},2\n{NEW},3\n04a1,1\n"
    page = await portal.do("allocate", table)

    assert [(one["name"], one["serial"]) for one in portal.ledger.sent] == [
        ("add-device", NEW),
        ("allocate-licenses", HERE),
        ("allocate-licenses", NEW),
    ]
    assert portal.ledger.sent[1]["licenses"] == [{"license_type": "Port11", "count": 2}]
    assert portal.sessions.reached == [43]
    assert ("Lines done: 2" in page.text, "Lines that failed: 1" in page.text) == (True, True)


async def test_the_same_table_again_is_done_once_and_says_so(portal: Portal) -> None:
    table = f"serial,Port11\n{HERE},2\n"
    await portal.do("allocate", table)
    before, portal.ledger.entries = dict(portal.ledger.entries), dict.fromkeys(portal.ledger.entries, NEWEST)
    page = await portal.do("allocate", f"Serial;Port11;batch\n{HERE};2;\n")

    assert list(portal.ledger.entries) == list(before)
    assert "Done before entry 40" in rows(page)[2]
    await portal.do("allocate", f"serial,Port11,batch\n{HERE},2,Tuesday\n")
    assert len(portal.ledger.entries) == 2


async def test_a_line_that_a_colleague_has_done_is_done(portal: Portal) -> None:
    portal.ledger.refuses[HERE] = {"code": "idempotency_key_reused", "detail": "It was used before."}
    page = await portal.do("allocate", f"serial,Port11\n{HERE},2\n")
    assert "Done before by a colleague" in rows(page)[2]
    assert "Lines that failed" not in page.text


async def test_what_failed_is_downloaded_mended_and_sent_under_the_same_keys(portal: Portal) -> None:
    portal.ledger.refuses[HERE] = {"code": "device_blocked", "detail": '=HYPERLINK("x") is blocked.', "rule": "X5"}
    page = await portal.do("allocate", f"serial;Port11;batch\n{HERE};2;\n04a1;1;Monday\n{NEW};3;\n")
    assert rows(page)[2].endswith("device_blocked · Rule X5")
    assert page.headers["x-correlation-id"] in page.text

    file = await portal.send("allocate/failed.csv", failed=download(page))
    assert file.headers["content-disposition"].startswith('attachment; filename="allocate-failed.csv"')
    assert file.content.startswith("\ufeffserial;Port11;batch;problem;why\r\n".lower().encode())
    assert b";\"'=HYPERLINK(" in file.content
    assert NEW not in file.text

    portal.ledger.refuses.clear()
    mended = file.content.replace(b"04a1;", b"0102aa;")
    again = await portal.send("allocate/preview", mended, project=KLINIK, batch="2026-12-24")
    assert list(rows(again)) == [2, 3]
    assert "Wrong" not in " ".join(rows(again).values())
    await portal.do("allocate", mended.decode("utf-8-sig"))
    entries = dict(portal.ledger.entries)
    await portal.do("allocate", f"serial;Port11\n{HERE};2\n")
    assert portal.ledger.entries == entries


async def test_a_line_whose_device_can_not_be_added_is_not_tried(portal: Portal) -> None:
    portal.ledger.refuses[NEW] = {"code": "device_known_elsewhere", "detail": "Another company has it."}
    page = await portal.do("allocate", f"serial,Port11\n{NEW},3\n")
    assert [one["name"] for one in portal.ledger.sent] == ["add-device"]
    assert "Another company has it." in rows(page)[2]


async def test_gateway_licenses_want_a_tick_before_they_are_sent(portal: Portal) -> None:
    table = f"serial,Channel\n{HERE},1\n"
    page = await portal.do("allocate", table)
    assert (page.status_code, portal.ledger.sent) == (422, [])
    await portal.do("allocate", table, confirm_final="yes")
    assert portal.ledger.sent[0]["confirm_final"] is True


async def test_keys_are_previewed_in_one_request_and_shown_by_their_hints(portal: Portal) -> None:
    page = await portal.preview("redeem", f"activation_key\n{KEY}\n{BAD_KEY}\n{KEY}\n")
    said = rows(page)

    assert said[2].startswith(f"{hint_of(digest(normalise(KEY)))} Klinik am See 25 Port11 5 of them are held")
    assert "Wrong The key is mistyped. key_checksum" in said[3]
    assert "It says the same as line 2." in said[4]
    assert re.search(r"Port11</td><td class=\"number\">30 .*?50</span>", page.text)
    await portal.do("redeem", f"activation_key\n{KEY}\n")
    assert portal.ledger.sent == [{"name": "redeem-activation-key", "activation_key": KEY, "project": KLINIK}]


@pytest.mark.parametrize(
    ("job", "table", "said", "command"),
    [
        (
            "transfer",
            "target,Port11\nStadtwerke Ulm,4\n",
            "Klinik am See → to Stadtwerke Ulm 4 Port11 Ready",
            {"name": "move-licenses", "project": KLINIK, "target": ULM},
        ),
        (
            "move",
            f"serial\n{THERE}\n",
            "Stadtwerke Ulm → to Klinik am See Ready",
            {"name": "move-device", "serial": THERE, "project": KLINIK},
        ),
        (
            "take-back",
            f"serial,Port10\n{HERE},4\n",
            "4 Port10 Ready",
            {"name": "deallocate-licenses", "project": KLINIK, "serial": HERE},
        ),
        (
            "upgrade",
            f"serial,version\n{THERE},11\n",
            "to version 11 Stadtwerke Ulm 5 Port10 Ready",
            {"name": "upgrade-licenses", "project": ULM, "serial": THERE, "version": 11},
        ),
        (
            "label",
            f"serial,name,place,reference\n{THERE},Empfang,,I-7\n",
            "Stadtwerke Ulm Empfang · I-7 Ready",
            {"name": "label-device", "serial": THERE, "own_name": "Empfang", "reference": "I-7"},
        ),
    ],
)
async def test_each_job_has_its_command(
    portal: Portal, job: str, table: str, said: str, command: dict[str, Any]
) -> None:
    page = await portal.preview(job, table)
    assert said in rows(page)[2]
    await portal.do(job, table, confirm_final="yes")
    (sent,) = portal.ledger.sent
    assert sent == {**command, **({"licenses": sent["licenses"]} if "licenses" in sent else {})}


@pytest.mark.parametrize(
    ("job", "table", "why"),
    [
        ("move", f"serial\n{HERE}\n", "Doubtful It is in this project already."),
        ("move", f"serial\n{NEW}\n", "Wrong There is no such device in your projects. device_unknown"),
        ("take-back", f"serial,Port10\n{CLOSED},1\n", "Wrong You may not do this in «Weingut»."),
        ("take-back", f"serial,Port10\n{HERE},6\n", "Doubtful 6 Port10 are asked for, 5 are there."),
        ("upgrade", f"serial,version\n{HERE},12\n", "Wrong There are no licenses of version 12. version_unreleased"),
        ("upgrade", f"serial,version\n{HERE},10\n", "Doubtful Nothing older than version 10 is on it."),
        ("upgrade", f"serial,version\n{HERE},v11\n", "Wrong «v11» is no version, such as 11."),
        ("label", f"serial,name,place,reference\n{HERE},,,\n", "Doubtful It says nothing: what the device was called"),
        ("transfer", "target,Port11\nKlinik am See,1\n", "Wrong It names one project twice."),
        ("transfer", "target,Port11\n,1\n", "Wrong It names no project where they go."),
        ("redeem", f"activation_key,project\n,{ULM}\n", "Wrong It has no key."),
    ],
)
async def test_what_speaks_against_a_line_is_said_before(portal: Portal, job: str, table: str, why: str) -> None:
    assert why in rows(await portal.preview(job, table))[2]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("project,Port11\nx,1\n", "The column «serial» is missing."),
        ("serial,Ports\n04a1c7,1\n", "«ports» is neither a column of this job nor a license type."),
        ("serial,SSC\n04a1c7,1\n", "SSC is of a class with which this can't be done."),
        ("serial,project\n04a1c7,x\n", "There is no column with a license type"),
        ("", "The first line has to name the columns."),
    ],
)
async def test_a_table_that_can_not_be_used_is_kept_in_the_form(portal: Portal, table: str, said: str) -> None:
    page = await portal.preview("allocate", table)
    assert (page.status_code, said in html.unescape(page.text)) == (422, True)
    assert table.strip() in page.text


async def test_a_ledger_that_is_away_keeps_the_table_for_another_try(portal: Portal) -> None:
    portal.ledger.is_away = True
    page = await portal.do("allocate", f"serial,Port11\n{HERE},2\n")
    assert (page.status_code, "Send it again" in page.text, f"{HERE},2" in page.text) == (503, True, True)


async def test_lines_that_the_ledger_left_out_are_failed_and_may_be_sent_again(portal: Portal) -> None:
    portal.ledger.refuses[HERE] = {"code": "service_unavailable", "detail": "Try again later.", "status": 503}
    page = await portal.do("allocate", f"serial,Port11\n{HERE},2\n")
    assert "Try again later. service_unavailable" in rows(page)[2]


def document(serial: str) -> bytes:
    """What a box saves, as far as a page reads it."""
    return f'<license-return xmlns="urn:licensing:license-return:1" serial="{serial}" generation="1"/>'.encode()


async def test_the_documents_of_many_boxes_become_a_table_and_each_box_gets_its_receipt(portal: Portal) -> None:
    page = await portal.send("return/preview", document(HERE), document(THERE), document(NEW), batch="2026-11-29")
    said = rows(page)
    assert "5 Port10 Ready" in said[2]
    assert "You may not do this in «Stadtwerke Ulm»" in said[3]
    assert "There is no such device in your projects" in said[4]
    table = kept(page, "csv")

    unticked = await portal.do("return", table)
    assert (unticked.status_code, portal.ledger.sent) == (422, [])
    receipt = await portal.do("return", table, confirm_final="yes")
    said_of_it = {"name": "return-licenses", "serial": HERE, "document": base64.b64encode(document(HERE)).decode()}
    assert (portal.ledger.sent, portal.sessions.reached) == ([said_of_it], [41])
    assert f'href="/devices/{HERE}/return/receipt"' in receipt.text


async def test_a_file_that_is_no_return_document_is_named(portal: Portal) -> None:
    page = await portal.send("return/preview", document(HERE), b"<html/>", batch="2026-11-29")
    assert (page.status_code, "«file-1» is no return document." in page.text) == (422, True)
    other = base64.b64encode(document(THERE)).decode()
    page = await portal.preview("return", f"serial,document\n{HERE},{other}\n{HERE},\n")
    assert ("This is no return document of this device." in rows(page)[2], "It has no return" in rows(page)[3]) == (
        True,
        True,
    )


@pytest.mark.parametrize("job", ["allocate", "redeem", "transfer", "move", "take-back", "return", "upgrade", "label"])
async def test_the_example_of_each_job_is_a_table_that_it_takes(portal: Portal, job: str) -> None:
    portal.sessions.language = "de"
    try:
        file = await portal.browser.get(f"/bulk/{job}/example.csv")
    finally:
        portal.sessions.language = "en"
    table = file.content.decode("utf-8-sig").replace("Voicemail11", "Port10")
    assert (await portal.preview(job, table)).status_code == 200


@pytest.mark.parametrize("path", ["/preview", "", "/failed.csv"])
async def test_no_table_is_taken_from_another_site(portal: Portal, path: str) -> None:
    for job in ("allocate", "release"):
        forged = await portal.browser.post(f"/bulk/{job}{path}", data={FORM_TOKEN: "0" * 64, "csv": "serial"})
        assert forged.status_code == 403


async def test_there_are_no_other_jobs(portal: Portal) -> None:
    assert (await portal.browser.get("/bulk/release")).status_code == 404
    assert "/bulk/allocate?project=p" in (await portal.browser.get("/bulk?project=p")).text
