"""Random histories of invitations and of companies that go over into others, mixed with all that concerns people."""

from hypothesis import strategies as st

from contracts.actors import Actor
from contracts.commands import Command
from tests.support.ledger import story, story_company_imports, story_invitations
from tests.support.ledger.histories_main_job import commands
from tests.support.ledger.histories_members import people_actors, people_commands
from tests.support.ledger.story import ADRIA, BORA
from tests.support.ledger.story_company_imports import CASA, CASAS, cleo
from tests.support.ledger.story_invitations import newcomer

companies = st.sampled_from([ADRIA, BORA, CASA])
digests = st.sampled_from(["d1" * 32, "d2" * 32])
keys = st.sampled_from([f"{number:064x}" for number in range(20)])
joining_commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(story_invitations.invite, companies, digests),
    st.builds(story_invitations.uninvite, companies, digests),
    st.builds(story_invitations.join, digests),
    st.builds(story_company_imports.offer_company, companies, companies),
    st.builds(story_company_imports.withdraw_company, companies),
    st.builds(story_company_imports.take_over, companies, companies),
)
filling: st.SearchStrategy[Command] = st.one_of(
    st.builds(story.redeem, keys, st.just(CASAS)),
    st.builds(story.add, st.sampled_from([story.SERIAL, story.OTHER_SERIAL]), st.just(CASAS)),
    st.builds(
        lambda serial, n: story.allocate(serial, CASAS, Port11=n),
        st.sampled_from([story.SERIAL, story.OTHER_SERIAL]),
        st.integers(1, 5),
    ),
)
anybody: st.SearchStrategy[Actor] = st.one_of(people_actors, st.sampled_from([story.anna, story.ben, cleo, newcomer]))
steps: st.SearchStrategy[tuple[Actor, Command]] = st.one_of(
    st.tuples(anybody, st.one_of(commands, people_commands)),
    st.tuples(anybody, joining_commands),
    st.tuples(st.just(cleo), filling),
    st.tuples(st.just(story.staff), st.builds(lambda key, n: story.issue(key, Port11=n), keys, st.integers(1, 9))),
    st.sampled_from(
        [
            (cleo, story_company_imports.offer_company(ADRIA)),
            (story.anna, story_company_imports.take_over(CASA, ADRIA)),
            (story.anna, story_company_imports.offer_company(BORA, ADRIA)),
            (story.ben, story_company_imports.take_over(ADRIA, BORA)),
        ]
    ),
)
joining_histories = st.lists(steps, min_size=30, max_size=80)
