from contracts.access import Grant, grants, group_of, roles
from contracts.topics import (
    CASE_EVENTS,
    CASE_OUTCOMES,
    DEAD_LETTERS,
    DEVICE_ACTIVITY,
    EVENTS,
    LICENSE_FILES,
    OUTCOMES,
    SIGNATURES,
    TOPICS,
    topic_name,
)

SERVICES = tuple(sorted(DEAD_LETTERS))
DECISIVE = (EVENTS, OUTCOMES, LICENSE_FILES, SIGNATURES, CASE_EVENTS, CASE_OUTCOMES)


def test_every_writer_and_reader_is_a_role() -> None:
    assert set(roles()) == {role for topic in TOPICS for role in topic.writers + topic.readers}
    assert set(SERVICES) <= set(roles())


def test_every_right_is_a_declared_one_and_has_the_prefix() -> None:
    declared = {
        (role, operation, topic_name(topic, "p."))
        for topic in TOPICS
        for operation, holders in (("write", topic.writers), ("read", topic.readers))
        for role in holders
    }

    assert {(one.role, one.operation, one.name) for one in grants("p.") if one.resource == "topic"} == declared


def test_whoever_reads_has_one_group_of_its_own() -> None:
    groups = [grant for grant in grants("p.") if (grant.resource, grant.operation) == ("group", "read")]
    readers = {role for topic in TOPICS for role in topic.readers}

    assert sorted(groups) == sorted(Grant(role, "read", "group", group_of(role, "p.")) for role in readers)
    assert len({grant.name for grant in groups}) == len(readers)


def test_operators_see_who_is_in_the_groups_of_writers_and_join_none_of_them() -> None:
    groups = {one.name: one.operation for one in grants("p.") if one.resource == "group" and one.role == "operator"}

    assert groups == {"p.operator": "read", "p.ledger-writer": "describe", "p.rma-writer": "describe"}


def test_no_right_is_given_twice() -> None:
    assert len(set(grants())) == len(grants())


def test_who_decides_or_signs_never_hears_of_sightings_of_devices() -> None:
    assert (DEVICE_ACTIVITY.writers, DEVICE_ACTIVITY.readers) == (("device-sync",), ("ledger-projector",))


def test_what_decides_and_what_is_signed_have_one_writer() -> None:
    assert {topic.name: topic.writers for topic in DECISIVE} == {
        EVENTS.name: ("ledger-writer",),
        OUTCOMES.name: ("ledger-writer",),
        LICENSE_FILES.name: ("signer",),
        SIGNATURES.name: ("signer",),
        CASE_EVENTS.name: ("rma-writer",),
        CASE_OUTCOMES.name: ("rma-writer",),
    }
