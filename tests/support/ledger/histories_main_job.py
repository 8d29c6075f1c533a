"""Random histories of the main job: keys, devices, allocations, deliveries and returns."""

from hypothesis import strategies as st

from contracts.actors import Actor
from contracts.commands import Command
from contracts.identifiers import default_project_of
from tests.support.ledger import story
from tests.support.ledger.story import BORA, DEFAULT, HOTEL, OTHER_SERIAL, SERIAL

TYPES = ("Port11", "Voicemail11", "Channel")


PROJECTS = (HOTEL, DEFAULT, default_project_of(BORA))


KEYS = tuple(f"{n:02x}" * 32 for n in range(4))


DIGESTS = tuple(f"{n:02x}" * 32 for n in range(200, 206))


actors: st.SearchStrategy[Actor] = st.sampled_from(
    [story.anna, story.anna, story.anna, story.ben, story.staff, story.box, story.other_box, story.operator]
)


serials = st.sampled_from([SERIAL, OTHER_SERIAL])


counts = st.dictionaries(st.sampled_from(TYPES), st.integers(1, 60), min_size=1)


commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(lambda key, n: story.issue(key, **n), st.sampled_from(KEYS), counts),
    st.builds(story.redeem, st.sampled_from(KEYS), st.sampled_from(PROJECTS)),
    st.builds(story.add, serials, st.sampled_from(PROJECTS)),
    st.builds(
        lambda serial, project, sure, n: story.allocate(serial, project, confirm_final=sure, **n),
        serials,
        st.sampled_from(PROJECTS),
        st.booleans(),
        counts,
    ),
    st.builds(story.deliver, st.integers(1, 3), st.integers(1, 6), serials),
    st.builds(
        lambda generation, digest, serial, n: story.give_back(generation, digest, serial, **n),
        st.integers(1, 4),
        st.sampled_from(DIGESTS),
        serials,
        counts,
    ),
)


histories: st.SearchStrategy[list[tuple[Actor, Command]]] = st.lists(st.tuples(actors, commands), max_size=60)
