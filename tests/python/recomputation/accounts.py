"""Which account a row belongs to: the end of its merge chain, or for a signal the one account with its domain."""

import re

from .reading import Record

LONGEST_CHAIN = 10


def normal_domain(domain: str | None) -> str | None:
    """A domain as it is compared: lower case, without scheme, www., port, path, query and fragment."""
    if domain is None:
        return None
    bare = re.sub(r"^[a-z][a-z0-9+.-]*://", "", domain.lower()).removeprefix("www.")
    return re.split(r"[/?#:]", bare, maxsplit=1)[0] or None


def follow_merges(accounts: dict[str, Record]) -> tuple[dict[str, str], list[str]]:
    """The account at the end of each standing account's merge chain, and the accounts whose chain has no end.

    A pointer counts only if it leads to a standing account. An account whose chain has not ended after ten steps is on
    its way to a circle (or may as well be) and stays what it is.
    """

    def target(account_id: str) -> str | None:
        pointer = accounts[account_id]["merged_into_account_id"]
        return pointer if pointer in accounts else None

    end_of: dict[str, str] = {}
    endless: list[str] = []
    for account_id in accounts:
        current = account_id
        for _ in range(LONGEST_CHAIN):
            current = target(current) or current
        if target(current) is None:
            end_of[account_id] = current
        else:
            end_of[account_id] = account_id
            endless.append(account_id)
    return end_of, endless


def match_signals(
    signals: list[Record], accounts: dict[str, Record], end_of: dict[str, str]
) -> tuple[dict[str, list[Record]], list[Record]]:
    """The standing signals of each account after merges, and the signals that belong to none, with the reason."""
    owners_of_domain: dict[str | None, set[str]] = {}
    for account_id, account in accounts.items():
        domain = normal_domain(account["domain"])
        if domain is not None:
            owners_of_domain.setdefault(domain, set()).add(end_of[account_id])

    matched: dict[str, list[Record]] = {}
    unmatched: list[Record] = []
    for signal in signals:
        account_id = signal["account_id"]
        if account_id in end_of:
            matched.setdefault(end_of[account_id], []).append(signal)
            continue
        owners = owners_of_domain.get(normal_domain(signal["domain"]), set())
        if len(owners) == 1:
            matched.setdefault(next(iter(owners)), []).append(signal)
        else:
            unmatched.append(
                {
                    "signal_id": signal["signal_id"],
                    "account_id": account_id,
                    "domain": signal["domain"],
                    "reason": "ambiguous_domain" if owners else "unknown_account",
                }
            )
    return matched, unmatched


def belongings(records: list[Record], end_of: dict[str, str]) -> dict[str, list[Record]]:
    """The records of each account after merges; those of accounts that do not stand belong to nobody."""
    grouped: dict[str, list[Record]] = {}
    for record in records:
        end = end_of.get(record["account_id"])
        if end is not None:
            grouped.setdefault(end, []).append(record)
    return grouped
