"""The clients of the APIs with tokens of the development issuer, as a partner's script would use them."""

import licensing_client
from simulator.issuer import Issuer

Refused = licensing_client.Problem


class PartnerClient(licensing_client.Client):
    """Acts for one company with one account."""

    def __init__(self, address: str, issuer: Issuer, account: str, company: str) -> None:
        super().__init__(address, lambda: issuer.mint(account, company))
        self.address, self.issuer, self.account, self.company = address, issuer, account, company


class CaseClient(licensing_client.CaseClient):
    """Acts in RMA cases for one company with one account."""

    def __init__(self, address: str, issuer: Issuer, account: str, company: str) -> None:
        super().__init__(address, lambda: issuer.mint(account, company))
