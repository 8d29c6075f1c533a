"""Whether a device is proven to be a company's: it was in contact there, or the vendor delivered it there."""


def proven(ledger: str, serial: str, companies: str) -> str:
    """SQL for it; the arguments are SQL, `companies` for an array.

    A file with licenses that the device fetched itself is contact, as for the writer. A delivery from before the device
    came back to stock is of its former life.
    """
    return f"""(
       EXISTS (SELECT FROM device_stays AS x
                WHERE x.ledger = {ledger} AND x.serial = {serial} AND x.claimed AND x.company = ANY ({companies}))
    OR EXISTS (SELECT FROM deliveries AS x JOIN device_versions AS v USING (ledger, serial, generation, issue)
                WHERE x.ledger = {ledger} AND x.serial = {serial} AND x.path = 'direct'
                  AND v.company = ANY ({companies}) AND v.licenses <> '[]')
    OR EXISTS (SELECT FROM delivered_devices AS x
                WHERE x.ledger = {ledger} AND x.serial = {serial} AND x.delivered_to = ANY ({companies})
                  AND x.sequence > (SELECT coalesce(max(y.recommissioned_sequence), 0) FROM replacements AS y
                                     WHERE y.ledger = {ledger} AND y.serial = {serial}))
    OR EXISTS (SELECT FROM replacements AS x
                WHERE x.ledger = {ledger} AND x.replacement = {serial} AND x.company = ANY ({companies})))"""  # noqa: S608
