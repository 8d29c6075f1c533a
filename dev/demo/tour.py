"""A tour of the rest of the licensing business on the running stack, with real answers: `python -m dev.demo.tour`.

It begins where the story has a stocked project and a device, and has a project, a device and a guest of its own.
"""

import sys
from base64 import b64encode
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Self

from contracts.dates import civil_day
from contracts.identifiers import derived_id
from dev.demo.story import STEPS, Story, require, told, wanted
from dev.stack import places
from dev.stack.error import StackError
from simulator.cast import PARTNER, VENDOR
from simulator.partner import PartnerClient, Refused

DELIVERED_DAYS_AGO = 100
SECOND_CLERK = derived_id("development", "tour-second-clerk")
TOUR_KEY = {"SSC": 54, "WE-24": 1}
LATER_KEY = {"Port11": 5}
CREDITS_KEY = {"SSC": 5}


class Tour:
    """One tour through a story's project; the stops are in order."""

    def __init__(self, story: Story, say: Callable[[str], None]) -> None:
        self.story, self.say = story, say
        self.guest = self._register_the_guest()
        self.broken = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.guest.close()

    def a_guest_sees_one_project(self) -> None:
        story = self.story
        granted = story.partner.grant_rights(
            story.project, account=self.guest.account, acting_for=self.guest.company, rights=["view", "licenses"]
        )
        self._at(granted)
        projects = self.guest.everything(self.guest.list_projects, at_least=story.sequence)
        seen = [project["project_name"] for project in projects if project["company"] != self.guest.company]
        require(len(seen) == 1, f"the guest sees {seen} of the partner's projects")
        self.say(f"The partner lets an end customer license one project: of all the partner's it sees «{seen[0]}».")

    def announcements_are_spoken_from_a_table(self) -> None:
        spoken = self.story.announcements.batch({"closed": "We are closed today.", "queue": "Please hold the line."})
        files = [file["name"] for one in spoken["items"] for file in one["files"]]
        self.say(f"A table of {len(spoken['items'])} sentences becomes {len(files)} files: {', '.join(files)}.")
        first = spoken["items"][0]
        again = self.story.announcements.repeated(first["job"], "closed-loop", pause_milliseconds=2000)
        lengths = [one["files"][0]["seconds"] for one in (first, again)]
        require(
            abs(lengths[1] - lengths[0] - 2) < 0.01, f"the loop lasts {lengths[1]} s, the announcement {lengths[0]} s"
        )
        self.say(
            f"The first one again with a pause, without sending it again: {lengths[0]:.1f} s, then {lengths[1]:.1f} s."
        )

    def a_colleague_joins_by_invitation(self) -> None:
        story = self.story
        code = story.partner.create_invitation(PARTNER)["invitation_code"]
        colleague = derived_id(story.serial, "tour-colleague")
        with story.acting_for(colleague, PARTNER) as account:
            self._at(account.accept_invitation(invitation_code=code))
            seen = list(account.everything(account.list_projects, at_least=story.sequence))
        require(not seen, f"the colleague sees {len(seen)} projects")
        with story.acting_for(derived_id(story.serial, "tour-other"), PARTNER) as other_account:
            no = self.refusal(lambda: other_account.accept_invitation(invitation_code=code))
        self.say(
            f"A colleague joins by the one-time invitation {code}, without rights yet. Somebody else with it: {no}"
        )

    def the_device_gets_its_test(self) -> None:
        """The vendor has delivered it to the partner: for a serial that was only typed there is no test."""
        self._deliver(self.story.serial)
        issued = self.story.partner.issue_test_licenses(self.story.serial, version=11, count=10)
        self._at(issued)
        test = self.story.partner.get_test_licenses(self.story.serial, at_least=self.story.sequence)
        no = self.refusal(lambda: self.story.partner.issue_test_licenses(self.story.serial, version=11, count=20))
        self.say(f"The device gets its one test: 10 of each type until {test['ends_on']}. Another one: {no}")

    def the_warranty_is_extended(self) -> None:
        story = self.story
        before = self._warranty_end(story.partner)
        self._stock(TOUR_KEY)
        self._at(story.partner.extend_warranty(story.serial, license_type="WE-24", confirm_final=True))
        no = self.refusal(lambda: self.guest.get_guarantee(story.serial))
        self.say(
            f"WE-24 extends the device's warranty from {before} to {self._warranty_end(story.partner)}."
            f" The end customer, who sees the device, asks for its guarantee: {no}"
        )

    def software_service_is_bought_at_a_seen_price(self) -> None:
        partner, project = self.story.partner, self.story.project
        price = partner.get_price_of_months(project, months=12, at_least=self.story.sequence)
        self._at(partner.buy_software_service(project, months=12, preview_digest=price["preview_digest"]))
        self.say(
            f"Twelve months of software service for {price['units']} licenses cost {price['credits']} credits of"
            f" {price['free_credits']} and run until {price['ends_on']}; the digest of that preview buys them."
        )

    def later_licenses_wait_until_they_are_paid(self) -> None:
        partner, project = self.story.partner, self.story.project
        self._stock(LATER_KEY)
        waiting = partner.get_software_service(project, at_least=self.story.sequence)["held"]
        self._stock(CREDITS_KEY)
        price = partner.get_price_of_held_licenses(project, at_least=self.story.sequence)
        self._at(partner.release_held_licenses(project, preview_digest=price["preview_digest"]))
        held = {line["license_type"]: line["count"] for line in waiting}
        require(held == LATER_KEY, f"{told(held)} are held")
        self.say(f"{told(held)} redeemed later wait, held, until {price['credits']} credits pay them to the same end.")

    def licenses_and_devices_move_between_projects(self) -> None:
        partner, story = self.story.partner, self.story
        branch = partner.create_project(project_name=f"Branch of {story.serial}")["project"]
        self._at(partner.move_licenses(story.project, target=branch, licenses=wanted({"Voicemail11": 1})))
        spare = other(story.serial, 2)
        partner.add_device(story.project, serial=spare)
        self._at(partner.move_device(spare, project=branch))
        there = partner.get_device(spare, at_least=story.sequence)
        require(there["project"] == branch, "the device did not move")
        self.say(f"One Voicemail11 and the spare device {spare} move to a second project of the company.")

    def staff_stops_a_device_and_lets_it_go_on(self) -> None:
        story = self.story
        self._at(story.clerk.block(serial=story.serial, reason="reported stolen", reference="CASE-17"))
        no = self.refusal(
            lambda: story.partner.allocate_licenses(
                story.project, serial=story.serial, licenses=wanted({"Port11": 1}), confirm_final=False
            )
        )
        self._at(story.clerk.unblock(serial=story.serial, reason="found again", reference="CASE-17"))
        self.say(f"Staff blocks the device, with reason and reference; allocating to it: {no} Then it goes on.")

    def a_broken_device_is_replaced(self) -> None:
        self._deliver(other(self.story.serial, 3))
        story, spare, rma = self.story, other(self.story.serial, 3), f"RMA-{self.story.serial.upper()}"
        self._at(story.clerk.replace_device(story.serial, replacement=spare, rma=rma, reason="it does not start"))
        there = story.partner.get_device(spare, at_least=story.sequence)
        on_it = {line["license_type"]: line["count"] for line in there["licenses"]}
        ends = story.partner.get_guarantee(spare).get("ends_on")
        no = self.refusal(lambda: story.partner.get_device(story.serial))
        self.say(
            f"The device breaks; staff puts {spare} in its place under {rma}: {told(on_it)}, warranty until {ends}."
            f" The broken one: {no}"
        )
        story.serial = spare

    def another_device_goes_out_before_the_broken_one_is_back(self) -> None:
        story, cases, spare = self.story, self.story.cases, other(self.story.serial, 4)
        self._deliver(spare)
        cases.clerk.grant_advance_replacement(PARTNER, reference="CONTRACT-7")
        case = cases.file(story.serial)
        swapped = cases.sent_in_advance(case, spare)
        there = story.partner.get_device(spare, at_least=swapped["swap_sequence"])
        on_it = {line["license_type"]: line["count"] for line in there["licenses"]}
        owed = [one["serial"] for one in cases.partner.get_entitlement(PARTNER)["owed"]]
        require(story.serial in owed, f"the company owes {owed}")
        settled = cases.seen(cases.clerk.receive_device(case["rma"], serial=story.serial))
        self.say(
            f"In {case['rma']} the clerk sends {spare} before the broken {story.serial} is back. The ledger moves"
            f" {told(on_it)} once; the broken one is owed, and overdue on {swapped['overdue_on']}. It arrives: the case"
            f" is {settled['state']}."
        )
        self.broken, story.serial = story.serial, spare

    def the_broken_device_is_taken_back_into_stock(self) -> None:
        story, box = self.story, self.story.box(self.broken)
        document = b64encode(box.invalidate()).decode()
        back = story.clerk.recommission_device(self.broken, document=document, reason="repaired and tested")
        self._at(back)
        no = self.refusal(lambda: story.partner.get_device(self.broken, at_least=story.sequence))
        self.say(
            f"The broken {self.broken} works again. On the bench it gives its certificate up, and staff takes it back"
            f" into stock by the document that it signs: generation {back['generation']}, blank. The company that had"
            f" it: {no}"
        )

    def a_mistake_is_corrected_by_two_persons(self) -> None:
        story = self.story
        asked = story.clerk.propose_correction(
            reason="one gateway channel too many was allocated",
            reference="CASE-18",
            source=f"device/{story.serial}",
            target=f"project/{story.project}",
            licenses=wanted({"Channel": 1}),
        )
        no = self.refusal(lambda: story.clerk.approve_correction(asked["correction"]))
        with self._second_clerk() as second:
            self._at(second.approve_correction(asked["correction"]))
        self.say(
            f"Staff proposes to take a Channel back. Approving it oneself: {no}"
            f" A second person does: entry {story.sequence}."
        )

    def a_balance_explains_itself(self) -> None:
        partner, story = self.story.partner, self.story
        why = partner.explain_balance(story.project, license_type="Port11", at_least=story.sequence)["items"]
        steps = ", ".join(f"{cause['count']:+d} (entry {cause['sequence']})" for cause in why)
        first = why[0]["sequence"]
        then = partner.get_balance(story.project, as_of=first)["free"]
        was = next(line["count"] for line in then if line["license_type"] == "Port11")
        require(was == why[0]["count"], f"{was} ports were free then")
        self.say(f"Why {why[-1]['balance']} Port11? {steps}. As of entry {first} it was {was}.")

    def the_movements_are_exported(self) -> None:
        story = self.story
        pieces = story.partner.export_movements("csv", project=story.project, at_least=story.sequence)
        lines = b"".join(pieces).decode().splitlines()
        size = sum(map(len, story.partner.export_movements("parquet", project=story.project)))
        self.say(f"Exported as CSV: {len(lines) - 1} movements with {lines[0]}; as Parquet: {size} bytes.")

    def many_commands_go_in_one_request(self) -> None:
        story = self.story
        wishes: tuple[dict[str, Any], ...] = (
            {"name": "add-device", "project": story.project, "serial": other(story.serial, 1)},
            {"name": "allocate-licenses", "project": story.project, "serial": other(story.serial, 1)}
            | {"licenses": wanted({"Port11": 2})},
            {"name": "add-device", "project": story.project, "serial": "001122334455"},
        )
        answers = list(
            story.partner.send_commands(
                [
                    {"idempotency_key": f"tour-{story.serial}-{number}", "command": wish}
                    for number, wish in enumerate(wishes)
                ]
            )
        )
        codes = [str(answer["status"]) for answer in answers]
        require(codes[:2] == ["201", "201"] and codes[2] >= "400", f"the lines were answered {codes}")
        no = answers[2].get("problem", {}).get("code")
        self.say(f"Three commands in one request of JSON Lines, each with its own answer: {', '.join(codes)} ({no}).")

    def refusal(self, ask: Callable[[], object]) -> str:
        """Why the ledger rejects that; an acceptance ends the tour."""
        try:
            ask()
        except Refused as refused:
            return str(refused)
        raise StackError("The tour went wrong: what should be refused was done")

    def _register_the_guest(self) -> PartnerClient:
        company, account = (derived_id(self.story.serial, what) for what in ("tour-company", "tour-account"))
        self.story.clerk.register_company(kind="end_customer", administrator=account, company=company)
        return self.story.acting_for(account, company)

    def _second_clerk(self) -> PartnerClient:
        self.story.clerk.add_member(
            VENDOR, account=SECOND_CLERK, administrator=True, idempotency_key=f"tour-{SECOND_CLERK}"
        )
        return self.story.acting_for(SECOND_CLERK, VENDOR)

    def _deliver(self, serial: str) -> None:
        story, day = self.story, civil_day(datetime.now(UTC)) - timedelta(days=DELIVERED_DAYS_AGO)
        story.clerk.define_device_models(models=[{"model": "IP811", "family": "IP8x1"}], reference="CAT-1")
        device: Any = {"serial": serial, "model": "IP811", "delivered_on": day.isoformat(), "delivered_to": PARTNER}
        self._at(story.clerk.register_devices(devices=[device], reference=f"DN-{serial}"))

    def _warranty_end(self, who: PartnerClient) -> str | None:
        return who.get_guarantee(self.story.serial, at_least=self.story.sequence).get("ends_on")

    def _stock(self, licenses: dict[str, int]) -> None:
        story = self.story
        key = story.clerk.issue_activation_key(licenses=wanted(licenses), order_number="PO-TOUR")["activation_key"]
        self._at(story.partner.redeem_activation_key(activation_key=key, project=story.project))

    def _at(self, done: Any) -> None:
        """Let what is asked from now on be at least as new as this answer."""
        self.story.sequence = done["sequence"]


STOPS = (
    Tour.a_guest_sees_one_project,
    Tour.a_colleague_joins_by_invitation,
    Tour.the_device_gets_its_test,
    Tour.the_warranty_is_extended,
    Tour.software_service_is_bought_at_a_seen_price,
    Tour.later_licenses_wait_until_they_are_paid,
    Tour.licenses_and_devices_move_between_projects,
    Tour.staff_stops_a_device_and_lets_it_go_on,
    Tour.a_broken_device_is_replaced,
    Tour.another_device_goes_out_before_the_broken_one_is_back,
    Tour.the_broken_device_is_taken_back_into_stock,
    Tour.a_mistake_is_corrected_by_two_persons,
    Tour.a_balance_explains_itself,
    Tour.the_movements_are_exported,
    Tour.many_commands_go_in_one_request,
    Tour.announcements_are_spoken_from_a_table,
)


def other(serial: str, number: int) -> str:
    """The serial of another device of the tour, far from those of the story."""
    return f"{int(serial, 16) + number * 0x2000:012x}"


@contextmanager
def begun(state: Path = places.STATE, say: Callable[[str], None] = print) -> Generator[Tour]:
    """A tour before its first stop: a project with free licenses, and a device with some."""
    with Story(state, say=lambda _: None) as story:
        for step in STEPS[:3]:
            step(story)
        with Tour(story, say) as tour:
            yield tour


def _print(number: int, sentence: str) -> None:
    print(f"{number:>3}. {sentence}", flush=True)


def main() -> int:
    try:
        with begun() as tour:
            for number, stop in enumerate(STOPS, 1):
                tour.say = partial(_print, number)
                stop(tour)
    except (StackError, Refused) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
