"""A lost passphrase or phone: the words on the card in the envelope let the officer in again.

They open his identity and no session. He reads what the box holds open, what still owes work,
and what a person at the Polres lets come back.
"""

from dataclasses import replace

from server.desa import login
from server.desa.login import Account, NewOfficer
from server.desa.node import Node
from server.desa.officers.renewal import How, journal, newest_erasure, wait_for_phone


def recover(node: Node, account: Account, seed: bytes, now_s: float) -> NewOfficer | None:
    """Give an officer a new passphrase, phone key, key for sessions, and card; slow.

    They are in force once his phone shows its new key, and then the card that was used opens
    nothing any more: a page that never arrived locks nobody out. None when he was dropped.
    """
    cost = node.settings.login
    passphrase = login.new_passphrase(node.random)
    new, fresh = login.keyed(account.name, seed, passphrase, cost, node.random)
    words, card = login.make_card(account.name, seed, cost, node.random)
    fresh = replace(fresh, recovery=card, renewed=newest_erasure(node))
    with node.database.write():
        if not wait_for_phone(node, account, fresh, new.phone_key, How.RECOVERED):
            return None
        journal(node, account.name, How.RECOVERED, now_s)
    return replace(new, recovery=words)
