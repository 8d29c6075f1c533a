"""Random histories in which staff acts, too, mixed with all others."""

from hypothesis import strategies as st

from contracts.accounts import project_account
from contracts.actors import Actor
from contracts.commands import Command
from contracts.commands.corrections import WantedLine
from contracts.commands.legacy import ConvertLegacyLicenses
from contracts.identifiers import default_project_of, derived_id
from contracts.legacy import convert, preview_digest
from tests.support.ledger import (
    story,
    story_blocks,
    story_corrections,
    story_legacy,
    story_license_file_downloads,
    story_returns,
    story_test_licenses,
)
from tests.support.ledger.histories_main_job import KEYS, PROJECTS, commands, counts
from tests.support.ledger.histories_members import people_commands
from tests.support.ledger.story import BORA, DEFAULT, HOTEL, OTHER_SERIAL, SERIAL

ACCOUNTS = ("issuance", *map(project_account, PROJECTS), f"device/{SERIAL}", f"device/{OTHER_SERIAL}")
CORRECTIONS = tuple(derived_id(str(number), "correction") for number in range(4))
OLD = ({"Registrations": 5}, {"PRIs": 1, "PBX7#10": 1}, {"Voicemail#10": 1}, {"Voicemail#20@10": 1})
SEEN = [
    ConvertLegacyLicenses(project=project, preview_digest=preview_digest(project, there, new))
    for project in PROJECTS
    for there in OLD
    if isinstance(new := convert(there), dict)
]

serials = st.sampled_from([SERIAL, OTHER_SERIAL])
corrections = st.sampled_from(CORRECTIONS)
wanted_lines: st.SearchStrategy[WantedLine] = st.builds(
    lambda source, target, n: story_corrections.line(source, target, **n),
    st.sampled_from(ACCOUNTS),
    st.sampled_from(("retired", *ACCOUNTS[1:])),
    counts,
)
linked: st.SearchStrategy[Command] = st.builds(
    lambda lines, correction: story_corrections.propose_linked(*lines, correction=correction),
    st.lists(wanted_lines, min_size=2, max_size=4),
    corrections,
)
staff_commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(story_blocks.block_key, st.sampled_from(KEYS)),
    st.builds(story_blocks.unblock_key, st.sampled_from(KEYS)),
    st.builds(story_blocks.block_device, serials),
    st.builds(story_blocks.unblock_device, serials),
    st.builds(story_blocks.unblock_company, st.sampled_from([story.ADRIA, BORA])),
    st.builds(
        lambda source, target, correction, n: story_corrections.propose(source, target, correction, **n),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(("retired", *ACCOUNTS[1:])),
        corrections,
        counts,
    ),
    linked,
    st.builds(story_corrections.propose_delivery, correction=corrections),
    st.builds(story_corrections.approve, corrections),
    st.builds(story_corrections.reject, corrections),
    st.builds(story_returns.release_limit, serials),
    st.builds(story_test_licenses.release_test, serials),
    st.builds(story_returns.report_spent, st.integers(1, 3), serials),
    st.builds(
        lambda there, serial, into: story_legacy.bring_in(there, on=serial, into=into),
        st.sampled_from(OLD),
        st.sampled_from([None, SERIAL, OTHER_SERIAL]),
        st.sampled_from([HOTEL, DEFAULT, default_project_of(BORA)]),
    ),
    st.builds(story_legacy.consent, serials),
    st.builds(story_legacy.listed, st.sampled_from(KEYS), st.sampled_from(OLD), st.sampled_from([None, story.ADRIA])),
    st.builds(story_legacy.old_key, st.sampled_from(KEYS), st.sampled_from([HOTEL, DEFAULT])),
    st.builds(lambda key: story_legacy.bring_in(OLD[0], key=key), st.sampled_from(KEYS)),
    st.builds(story_license_file_downloads.download, st.integers(1, 2), st.integers(1, 4), serials),
    st.sampled_from(SEEN),
)
actors: st.SearchStrategy[Actor] = st.sampled_from(
    [story.staff, story.staff, story_corrections.second, story.anna, story.anna, story.ben, story.box, story.other_box]
)
anything = st.one_of(commands, people_commands, staff_commands, staff_commands)
staff_histories = st.lists(st.tuples(actors, anything), max_size=60)
